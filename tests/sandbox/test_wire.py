"""The Wire panel: every kind of exchange is told, decoded, with what was checked, and without any secret."""

import json
from collections.abc import Callable
from typing import Any

from django.test import Client

from lti.sandbox import troubles, wire
from lti.sandbox.models import AccessToken, Exchange, Person
from lti.sandbox.vocabulary import CLAIM, LINE_ITEMS_TYPE, MEMBERS_TYPE, RESULTS_TYPE, SCORE_TYPE

from .school import ISSUER, FakeTool, client_document, column, form_of, login, message, register, request_for


def last(kind: str) -> Exchange:
    found = Exchange.objects.filter(kind=kind).first()
    assert found is not None, kind
    return found


def test_a_launch_is_told_from_login_to_message(tool: FakeTool) -> None:
    message(tool.web, f"/activities/{column(tool).activity_id}/start")
    kinds = [each.kind for each in Exchange.objects.all()]
    assert kinds[:4] == ["keys", "message", "authorization", "login"]
    asked = last("authorization")
    assert "redirect_uri is registered for the tool." in asked.checks
    assert "login_hint is the person who is signed in." in asked.checks
    assert not asked.refused
    told = last("message")
    assert told.title == "LtiResourceLinkRequest of Adaeze Okafor"
    assert told.sent["claims"][f"{CLAIM}version"] == "1.3.0"
    assert told.sent["header"]["alg"] == "RS256"
    assert last("login").sent["form"]["iss"] == ISSUER


def test_a_refused_request_says_why_and_what_was_right_until_then(tool: FakeTool) -> None:
    fields = login(tool.web, f"/activities/{column(tool).activity_id}/start")
    tool.web.get("/lti/authorize", request_for(fields, prompt="login"))
    asked = last("authorization")
    assert asked.refused == "invalid_request: prompt must be none."
    assert asked.checks[-1] == "response_mode is form_post."
    assert last("error").sent["form"]["error"] == "invalid_request"
    page = tool.web.get("/wire").content.decode()
    assert "<strong>Refused:</strong> invalid_request: prompt must be none." in page


def test_services_are_told_with_their_answers(tool: FakeTool, learner: Person) -> None:
    item = column(tool)
    base = f"{ISSUER}/mod/lti/services.php/1/lineitems"
    own = f"{base}/{item.pk}/lineitem"
    query = f"?type_id={tool.row.deployment_id}"
    tool.call("GET", base + query, accept=LINE_ITEMS_TYPE)
    assert last("line-items").answered["body"][0]["label"] == item.label
    score = {
        "userId": learner.subject,
        "scoreGiven": 8,
        "scoreMaximum": 10,
        "activityProgress": "Completed",
        "gradingProgress": "FullyGraded",
        "timestamp": "2026-03-01T10:00:00Z",
    }
    tool.call("POST", f"{own}/scores{query}", score, content_type=SCORE_TYPE)
    assert last("score").sent["body"] == score
    assert "timestamp is newer than the last score’s." in last("score").checks
    tool.call("POST", f"{own}/scores{query}", score, content_type=SCORE_TYPE)
    assert last("score").status == 409
    assert "is not newer" in last("score").refused
    tool.call("GET", f"{own}/results{query}", accept=RESULTS_TYPE)
    assert last("results").answered["body"][0]["resultScore"] == 8
    tool.call("GET", f"{ISSUER}/mod/lti/services.php/CourseSection/1/bindings/{tool.row.deployment_id}/memberships")
    assert "Accept must be exactly" in last("roster").refused
    assert MEMBERS_TYPE in last("roster").refused


def test_a_token_request_is_taken_apart(tool: FakeTool) -> None:
    tool.ask_token()
    told = last("token")
    assert told.sent["form"]["client_assertion"]["claims"]["sub"] == tool.row.client_id
    assert "jti was not used before." in told.checks
    tool.ask_token(assertion="nonsense")
    assert last("token").sent["form"]["client_assertion"] == {"problem": "not a JWT"}
    assert last("token").refused == "client_assertion is not a JWT."
    troubles.choose({"tokens": "down"})
    tool.ask_token()
    assert last("token").status == 503


def test_a_deep_linking_response_is_decoded(tool: FakeTool) -> None:
    wanted = message(tool.web, "/add/start")["https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"]
    address = wanted["deep_link_return_url"].removeprefix(ISSUER)
    items = [{"type": "ltiResourceLink", "title": "A lesson"}]
    tool.web.post(address, {"JWT": tool.deep_link(items)})
    told = last("choice")
    assert told.sent["claims"]["https://purl.imsglobal.org/spec/lti-dl/claim/content_items"] == items
    assert "aud is this platform." in told.checks
    tool.web.post(address, {"JWT": tool.deep_link(items, aud="https://elsewhere.example")})
    assert "it must be the platform's issuer" in last("choice").refused
    assert "sesskey=…" in json.dumps(last("message").sent, ensure_ascii=False)


def test_a_registration_is_told(web: Client) -> None:
    web.get("/.well-known/openid-configuration")
    register(web, client_document(client_name=None))
    assert "client_name must be given" in last("registration").refused
    register(web, client_document())
    assert last("registration").status == 200
    assert last("configuration").answered["body"]["issuer"] == ISSUER


def test_no_secret_is_written_down(tool: FakeTool, as_canvas: Callable[[], None]) -> None:
    path = f"/activities/{column(tool).activity_id}/start"
    seen: list[str] = [tool.assertion()]
    for manner in (lambda: None, as_canvas):
        manner()
        fields = login(tool.web, path)
        state = "a-state-of-the-tool-that-nobody-else-may-know"
        _, posted = form_of(tool.web.get("/lti/authorize", request_for(fields, state=state)))
        seen += [posted["id_token"], state, fields["lti_message_hint"]]
        message(tool.web, "/add/start")
    tool.ask_token(assertion=seen[0])
    tool.call("GET", f"{ISSUER}/api/lti/courses/1/line_items")
    seen += list(tool.tokens.values())
    everything = json.dumps(list(Exchange.objects.values("sent", "answered", "checks", "refused")))
    assert AccessToken.objects.exists()
    assert not [secret for secret in seen if secret in everything]
    # No token at all, nor the modulus of a key.
    assert not wire._TOKEN.search(everything)
    assert '"n": "' in everything
    assert max(len(part) for part in everything.split('"')) < wire.MOST_CHARACTERS + 100


def test_secrets_are_cut_wherever_they_stand() -> None:
    token = f"eyJ{'a' * 40}.{'b' * 40}.{'c' * 40}"
    shown: Any = wire.masked(
        {"a": [f"https://x.example/?data={token}&b=1"], "access_token": "0123456789abcdef", "x": 1.5}
    )
    assert shown["a"] == ["https://x.example/?data=eyJaaaaa… (125 characters)&b=1"]
    assert shown["access_token"] == "01234567… (16 characters)"
    assert shown["x"] == 1.5
    assert wire.masked(float("inf")) == "inf"
    assert len(wire.masked(list(range(1000)))) == wire.MOST_ENTRIES + 1


def test_only_the_last_are_kept(db: None) -> None:
    for number in range(wire.MOST_ROWS + 5):
        wire.tell("login", f"number {number}")
    assert Exchange.objects.count() == wire.MOST_ROWS
    assert [each.title for each in Exchange.objects.all()[:2]] == [
        f"number {wire.MOST_ROWS + 4}",
        f"number {wire.MOST_ROWS + 3}",
    ]


def test_the_panel_is_read_page_by_page_and_by_kind(web: Client) -> None:
    for number in range(40):
        wire.tell("login" if number % 2 else "error", f"number {number}.")
    page = web.get("/wire").content.decode()
    assert page.index("number 39.") < page.index("number 10.")
    assert "number 9." not in page
    older = Exchange.objects.all()[29].pk
    assert f"before={older}" in page
    assert "number 9." in web.get("/wire", {"before": older}).content.decode()
    page = web.get("/wire", {"kind": "error", "part": "list"}).content.decode()
    assert "<html" not in page
    assert "number 38." in page
    assert "number 39." not in page
    assert web.get("/wire", {"kind": "nonsense", "before": "²"}).status_code == 200
    web.post("/wire/clear")
    assert "Nothing yet." in web.get("/wire").content.decode()
