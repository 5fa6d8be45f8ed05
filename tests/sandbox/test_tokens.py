"""The token endpoint in both manners."""

import json
import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest
import responses
import time_machine
from django.conf import settings
from django.http import HttpResponse

from lti.sandbox.models import AccessToken, Tool
from lti.sandbox.vocabulary import LINE_ITEMS_TYPE, SCOPE_LINE_ITEM, SCOPE_MEMBERS_READ, SCOPE_SCORE, SCOPES

from .school import KEY, OTHER_KEY, TOOL, FakeTool, public_jwk


def said(answer: HttpResponse) -> tuple[str, str]:
    body = json.loads(answer.content)
    return body["error"], body["error_description"]


def test_moodle_answers_json_that_calls_itself_html(tool: FakeTool) -> None:
    answer = tool.ask_token()
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/html")
    body = json.loads(answer.content)
    assert body["expires_in"] == 3600
    assert body["token_type"] == "Bearer"
    assert body["scope"].split() == list(SCOPES)
    assert body["access_token"].count(".") == 0


def test_canvas_gives_a_jwt(tool: FakeTool, as_canvas: Callable[[], None]) -> None:
    as_canvas()
    answer = tool.ask_token()
    assert answer["Content-Type"] == "application/json"
    claims = jwt.decode(
        answer.json()["access_token"], settings.SECRET_KEY, algorithms=["HS256"], options={"verify_aud": False}
    )
    assert claims["sub"] == tool.row.client_id


def test_a_token_is_kept_only_as_a_digest(tool: FakeTool) -> None:
    token = json.loads(tool.ask_token().content)["access_token"]
    assert token not in AccessToken.objects.get().digest


def test_moodle_grants_what_it_can_of_the_scopes(tool: FakeTool) -> None:
    Tool.objects.update(scopes=[SCOPE_SCORE])
    answer = tool.ask_token(scope=f"{SCOPE_LINE_ITEM} {SCOPE_SCORE} nonsense")
    assert json.loads(answer.content)["scope"] == SCOPE_SCORE
    assert said(tool.ask_token(scope=SCOPE_LINE_ITEM))[0] == "invalid_scope"


def test_canvas_grants_all_or_nothing(tool: FakeTool, as_canvas: Callable[[], None]) -> None:
    as_canvas()
    Tool.objects.update(scopes=[SCOPE_SCORE])
    answer = tool.ask_token(scope=f"{SCOPE_LINE_ITEM} {SCOPE_SCORE}")
    assert answer.status_code == 400
    assert said(answer) == ("invalid_scope", f"The key does not have: {SCOPE_LINE_ITEM}. None was granted.")
    assert tool.ask_token(scope=SCOPE_SCORE).status_code == 200


@pytest.mark.parametrize("manner", ["moodle", "canvas"])
@pytest.mark.parametrize(
    ("changes", "error", "word"),
    [
        ({"grant_type": "password"}, "unsupported_grant_type", "grant_type"),
        ({"client_assertion_type": "x"}, "invalid_request", "client_assertion_type"),
        ({"client_assertion": ""}, "invalid_request", "missing"),
        ({"client_assertion": "abc"}, "invalid_request", "not a JWT"),
        ({"scope": ""}, "invalid_scope", "scopes"),
    ],
)
def test_a_bad_request(
    tool: FakeTool, as_canvas: Callable[[], None], manner: str, changes: dict[str, str], error: str, word: str
) -> None:
    if manner == "canvas":
        as_canvas()
    answer = tool.ask_token(**changes)
    assert answer.status_code == 400
    code, text = said(answer)
    assert code == error
    assert word in text


NOW = int(time.time())


@pytest.mark.parametrize("manner", ["moodle", "canvas"])
@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"exp": NOW - 5}, "expired"),
        ({"exp": None}, "exp"),
        ({"iat": None}, "iat"),
        ({"iss": "other"}, "iss"),
        ({"signing": {"key": OTHER_KEY}}, "signature"),
        ({"signing": {"headers": {}}}, "kid"),
        ({"signing": {"headers": {"kid": "unknown"}}}, "kid"),
        ({"signing": {"key": "secret-of-32-characters-for-hs256", "algorithm": "HS256"}}, "RS256"),
    ],
)
def test_a_bad_assertion(
    tool: FakeTool, as_canvas: Callable[[], None], manner: str, changes: dict[str, Any], word: str
) -> None:
    if manner == "canvas":
        as_canvas()
    answer = tool.ask_token(assertion=tool.assertion(**changes))
    assert answer.status_code == 400
    code, text = said(answer)
    assert code == "invalid_request"
    assert word in text
    assert not AccessToken.objects.exists()


def test_an_unknown_client(tool: FakeTool) -> None:
    assert said(tool.ask_token(assertion=tool.assertion(sub="other")))[0] == "invalid_client"


def test_an_assertion_is_good_once(tool: FakeTool) -> None:
    assertion = tool.assertion()
    assert tool.ask_token(assertion=assertion).status_code == 200
    assert "jti" in said(tool.ask_token(assertion=assertion))[1]


@pytest.mark.parametrize(
    "changes", [{"aud": "https://elsewhere.example/token"}, {"jti": None}, {"iat": NOW - 400}, {"aud": None}]
)
def test_what_canvas_insists_on_and_moodle_does_not(
    tool: FakeTool, as_canvas: Callable[[], None], changes: dict[str, Any]
) -> None:
    with time_machine.travel(NOW, tick=False):
        assert tool.ask_token(assertion=tool.assertion(**changes)).status_code == 200
        as_canvas()
        assert tool.ask_token(assertion=tool.assertion(**changes)).status_code == 400


def test_canvas_takes_a_list_with_the_token_url(tool: FakeTool, as_canvas: Callable[[], None]) -> None:
    as_canvas()
    answer = tool.ask_token(assertion=tool.assertion(aud=["https://x.example", "http://127.0.0.1:8001/lti/token"]))
    assert answer.status_code == 200


def test_the_future_is_no_issue_time_on_moodle(tool: FakeTool, as_canvas: Callable[[], None]) -> None:
    with time_machine.travel(NOW, tick=False):
        assert "future" in said(tool.ask_token(assertion=tool.assertion(iat=NOW + 3)))[1]
        as_canvas()
        assert tool.ask_token(assertion=tool.assertion(iat=NOW + 3)).status_code == 200
        assert tool.ask_token(assertion=tool.assertion(iat=NOW + 40)).status_code == 400


def test_a_pending_tool_gets_tokens_on_moodle_only(tool: FakeTool, as_canvas: Callable[[], None]) -> None:
    Tool.objects.update(active=False)
    assert tool.ask_token().status_code == 200
    as_canvas()
    assert said(tool.ask_token())[0] == "invalid_client"


def test_a_new_key_of_the_tool_is_found(tool: FakeTool) -> None:
    assert tool.ask_token().status_code == 200
    with responses.RequestsMock() as mock:
        mock.get(f"{TOOL}/lti/jwks/", json={"keys": [public_jwk(OTHER_KEY, "two"), public_jwk(KEY, "one")]})
        rotated = tool.assertion(signing={"key": OTHER_KEY, "headers": {"kid": "two"}})
        assert tool.ask_token(assertion=rotated).status_code == 200
        assert len(mock.calls) == 1


@pytest.mark.parametrize("reply", [{"status": 500}, {"body": "<html>"}, {"json": {"keys": 3}}, {"body": "x" * 300_000}])
def test_a_key_set_that_cannot_be_read(tool: FakeTool, reply: dict[str, Any]) -> None:
    with responses.RequestsMock() as mock:
        mock.get(f"{TOOL}/lti/jwks/", **reply)
        code, text = said(tool.ask_token())
    assert code == "invalid_request"
    assert f"{TOOL}/lti/jwks/" in text


@pytest.mark.parametrize("manner", ["moodle", "canvas"])
def test_services_want_a_living_token_with_the_scope(
    tool: FakeTool, as_canvas: Callable[[], None], manner: str
) -> None:
    if manner == "canvas":
        as_canvas()
    url = f"/mod/lti/services.php/1/lineitems?type_id={tool.row.deployment_id}"
    headers = {"Accept": LINE_ITEMS_TYPE}
    for token in ("", "Basic abc", "Bearer wrong"):
        assert tool.web.get(url, headers=headers | {"Authorization": token}).status_code == 401
    answer = tool.call("GET", url, accept=LINE_ITEMS_TYPE, scope=SCOPE_MEMBERS_READ)
    assert answer.status_code == 401
    body = answer.json()
    assert "scope" in (body["reason"] if manner == "moodle" else body["errors"]["message"])
    assert tool.call("GET", url, accept=LINE_ITEMS_TYPE, scope=SCOPE_LINE_ITEM).status_code == 200
    with time_machine.travel(time.time() + 3601):
        assert tool.call("GET", url, accept=LINE_ITEMS_TYPE, scope=SCOPE_LINE_ITEM).status_code == 401
