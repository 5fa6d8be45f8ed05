"""The Trouble panel: each trouble as a tool meets it, and how a visitor switches it."""

import socket
import time
from collections.abc import Callable, Iterator

import jwt
import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client

from lti.sandbox import troubles
from lti.sandbox.models import Bucket, Grade, Person, SigningKey
from lti.sandbox.platform import throttle
from lti.sandbox.troubles import TROUBLES
from lti.sandbox.views import service
from lti.sandbox.vocabulary import LINE_ITEMS_TYPE, SCORE_TYPE

from .school import ISSUER, FakeTool, column, form_of, login, message, request_for

Call = Callable[..., HttpResponse]


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """The seconds that answers would have waited."""
    seconds: list[float] = []
    monkeypatch.setattr(service.time, "sleep", seconds.append)
    return seconds


@pytest.fixture
def list_items(tool: FakeTool) -> Call:
    url = f"{ISSUER}/mod/lti/services.php/1/lineitems?type_id={tool.row.deployment_id}"
    return lambda: tool.call("GET", url, accept=LINE_ITEMS_TYPE)


def test_each_option_can_be_switched_and_is_seen(web: Client) -> None:
    for trouble in TROUBLES:
        for option in trouble.options[1:]:
            page = web.post("/trouble/choose", {trouble.key: option.key}, follow=True).content.decode()
            assert f"{trouble.title}: {option.title.lower()}" in page or "canvas" in trouble.manners
            assert troubles.chosen(trouble.key) == option
        web.post("/trouble/choose", {trouble.key: "well"})
    web.post("/trouble/choose", {"gradebook": "down", "tokens": "down"})
    assert "Gradebook services: down; Token endpoint: down" in " ".join(web.get("/").content.decode().split())
    web.post("/trouble/choose", {"all": "well"})
    assert not troubles.present("canvas")


@pytest.mark.parametrize("fields", [{}, {"gradebook": "away"}, {"weather": "bad"}])
def test_an_unknown_trouble_is_refused(web: Client, fields: dict[str, str]) -> None:
    assert web.post("/trouble/choose", fields).status_code == 400


def test_a_gradebook_that_is_down(tool: FakeTool, list_items: Call) -> None:
    troubles.choose({"gradebook": "down"})
    assert list_items().status_code == 503
    assert message(tool.web, f"/activities/{column(tool).activity_id}/start")


@pytest.mark.parametrize(("key", "seconds"), [("slow", 3), ("stuck", 20)])
def test_a_slow_gradebook(list_items: Call, slept: list[float], key: str, seconds: float) -> None:
    assert list_items().status_code == 200
    troubles.choose({"gradebook": key})
    assert list_items().status_code == 200
    assert slept == [seconds]


def test_throttled_as_canvas_does_it(tool: FakeTool, as_canvas: Callable[[], None]) -> None:
    as_canvas()
    url = f"{ISSUER}/api/lti/courses/1/line_items"
    answer = tool.call("GET", url)
    assert float(answer["X-Request-Cost"]) > 0
    assert 550 < float(answer["X-Rate-Limit-Remaining"]) <= 600
    troubles.choose({"gradebook": "throttled"})
    answer = tool.call("GET", url)
    assert (answer.status_code, answer.content) == (403, b"403 Forbidden (Rate Limit Exceeded)")
    assert answer["Content-Type"].startswith("text/plain")
    assert float(answer["X-Rate-Limit-Remaining"]) == 0
    assert tool.call("GET", f"{ISSUER}/api/lti/courses/1/names_and_roles").status_code == 403
    tool.web.post("/trouble/choose", {"gradebook": "well"})
    assert tool.call("GET", url).status_code == 200


def test_moodle_is_throttled_by_who_hosts_it(list_items: Call) -> None:
    troubles.choose({"gradebook": "throttled"})
    answer = list_items()
    assert (answer.status_code, answer["Retry-After"]) == (429, "3")


def test_one_call_after_the_other_never_fills_the_bucket_and_many_at_once_do(tool: FakeTool) -> None:
    with time_machine.travel("2026-03-01T10:00:00Z", tick=False) as clock:
        for _ in range(100):
            assert not throttle.reserve(tool.row).refused
            throttle.settle(tool.row)
        throttle.empty()
        refused = [throttle.reserve(tool.row).refused for _ in range(16)]
        assert refused.index(True) == 13
        # Ten units leak out in a second.
        before = Bucket.objects.get().level
        clock.shift(10)
        throttle.settle(tool.row)
        assert Bucket.objects.get().level == before - 100 - throttle.RESERVE + throttle.COST


def test_a_dropped_reply_was_carried_out(tool: FakeTool, learner: Person) -> None:
    item = column(tool)
    tool.call("GET", f"{ISSUER}/mod/lti/services.php/1/lineitems")
    troubles.choose({"gradebook": "forgetful"})
    url = (
        f"{ISSUER}/mod/lti/services.php/1/lineitems/{item.pk}/lineitem/scores?type_id={tool.row.deployment_id}"
    ).removeprefix(ISSUER)
    body = (
        f'{{"userId": "{learner.subject}", "scoreGiven": 8, "scoreMaximum": 10, "activityProgress": "Completed", '
        '"gradingProgress": "FullyGraded", "timestamp": "2026-03-01T10:00:00Z"}'
    )
    ours, theirs = socket.socketpair()
    with ours, theirs:
        tool.web.generic(
            "POST",
            url,
            body,
            content_type=SCORE_TYPE,
            headers={"Authorization": f"Bearer {tool.tokens['']}"},
            **{"gunicorn.socket": ours},
        )
        # The other end sees the connection close without a byte.
        assert theirs.recv(1) == b""
    assert Grade.objects.get().score == 8


def test_a_token_endpoint_that_is_down(tool: FakeTool) -> None:
    troubles.choose({"tokens": "down"})
    assert tool.ask_token().status_code == 503
    troubles.choose({"tokens": "well"})
    assert tool.ask_token().status_code == 200


def test_a_changed_key_signs_and_the_old_one_is_gone(tool: FakeTool) -> None:
    old = SigningKey.objects.get().kid
    assert "is signed" not in tool.web.get("/trouble").content.decode()
    tool.web.post("/trouble/keys")
    (key,) = tool.web.get("/lti/jwks").json()["keys"]
    assert key["kid"] != old
    assert message(tool.web, f"/activities/{column(tool).activity_id}/start")


@pytest.mark.parametrize(("key", "seconds"), [("ahead", 60), ("behind", -60), ("far-ahead", 600), ("far-behind", -600)])
def test_a_clock_that_is_wrong(tool: FakeTool, key: str, seconds: int) -> None:
    troubles.choose({"clock": key})
    path = f"/activities/{column(tool).activity_id}/start"
    with time_machine.travel("2026-03-01T10:00:00Z", tick=False):
        fields = login(tool.web, path)
        _, posted = form_of(tool.web.get("/lti/authorize", request_for(fields)))
        claims = jwt.decode(posted["id_token"], options={"verify_signature": False})
        assert claims["iat"] == time.time() + seconds
        assert claims["exp"] - claims["iat"] == 60


def test_a_clock_behind_refuses_what_is_signed_now(tool: FakeTool) -> None:
    troubles.choose({"clock": "behind"})
    answer = tool.ask_token()
    assert answer.status_code == 400
    assert "seconds in the future (iat)" in answer.content.decode()


@pytest.mark.parametrize(("key", "offered"), [("well", True), ("silent", True), ("off", False)])
def test_platform_storage_is_offered_at_canvas_only(
    tool: FakeTool, as_canvas: Callable[[], None], key: str, offered: bool
) -> None:
    troubles.choose({"storage": key})
    path = f"/activities/{column(tool).activity_id}"
    assert "lti_storage_target" not in login(tool.web, f"{path}/start")
    assert "post_message_forwarding" not in tool.web.get(path).content.decode()
    as_canvas()
    fields = login(tool.web, f"{path}/start")
    _, posted = form_of(tool.web.get("/lti/authorize", request_for(fields)))
    for each in (fields, posted):
        assert (each.get("lti_storage_target") == "post_message_forwarding") == offered
    page = tool.web.get(path).content.decode()
    assert ('name="post_message_forwarding"' in page) == offered
    assert "http://localhost:8000" in tool.web.get("/post_message_forwarding").content.decode()
