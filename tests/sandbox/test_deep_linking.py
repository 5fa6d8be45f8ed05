"""The return of deep linking in both manners, and the confirmation."""

import re
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from django.http import HttpResponse
from django.test import Client

from lti.sandbox.models import Activity, LineItem, Person, Selection
from lti.sandbox.vocabulary import CLAIM, DEEP_LINKING_CLAIM

from .school import ISSUER, OTHER_KEY, TOOL, FakeTool, form_of, message

QUIZ = {
    "type": "ltiResourceLink",
    "url": f"{TOOL}/lti/launch/",
    "title": "Quiz <b>one</b>",
    "text": "Ten & more",
    "custom": {"assignment": "uuid-1"},
    "lineItem": {"scoreMaximum": 10, "label": "A label", "tag": "grade", "resourceId": "quiz-1"},
    "window": {"targetName": "_blank"},
}
LESSON = {"type": "ltiResourceLink", "title": "Lesson"}


@pytest.fixture
def send(tool: FakeTool) -> Callable[..., HttpResponse]:
    """Choose content and return ``items``; ``address`` and ``form`` replace the right ones."""

    def send_(
        items: Any, *, address: str | None = None, form: dict[str, str] | None = None, **changes: Any
    ) -> HttpResponse:
        if address is None:
            settings = message(tool.web, "/add/start")[f"{DEEP_LINKING_CLAIM}deep_linking_settings"]
            address = settings["deep_link_return_url"].removeprefix(ISSUER)
        return tool.web.post(address, {"JWT": tool.deep_link(items, **changes)} if form is None else form)

    return send_


def confirmation(answer: HttpResponse) -> str:
    assert answer.status_code == 200, answer.content.decode()
    found = re.search(r'id="onward" href="(/add/\w+)"', answer.content.decode())
    assert found, answer.content.decode()
    return found[1]


def test_one_item_is_looked_over_and_saved(send: Callable[..., HttpResponse], tool: FakeTool) -> None:
    path = confirmation(send([QUIZ]))
    page = tool.web.get(path).content.decode()
    assert "New activity" in page
    assert "Quiz &lt;b&gt;one&lt;/b&gt;" in page
    assert not Activity.objects.exists()
    assert tool.web.post(path, {"title": "Quiz", "text": "x", "points": "20"}).status_code == 302
    activity = Activity.objects.get()
    assert (activity.title, activity.custom, activity.new_window) == ("Quiz", {"assignment": "uuid-1"}, False)
    assert activity.resource_link_id == str(activity.pk)
    item = LineItem.objects.get()
    assert (item.activity, item.score_maximum, item.tag, item.resource_id) == (activity, 20, "grade", "quiz-1")
    assert item.coupled


def test_several_items_are_confirmed_once(send: Callable[..., HttpResponse], tool: FakeTool) -> None:
    path = confirmation(send([LESSON, QUIZ, LESSON]))
    assert "These will be added" in tool.web.get(path).content.decode()
    tool.web.post(path)
    tool.web.post(path)
    assert [activity.title for activity in Activity.objects.all()] == ["Lesson", QUIZ["title"], "Lesson"]
    assert LineItem.objects.count() == 1
    assert Activity.objects.first().url == f"{TOOL}/lti/launch/"


def test_canvas_takes_label_and_window(
    send: Callable[..., HttpResponse], tool: FakeTool, as_canvas: Callable[[], None]
) -> None:
    as_canvas()
    tool.web.post(confirmation(send([QUIZ])))
    activity = Activity.objects.get()
    assert (activity.title, activity.new_window) == ("A label", True)
    assert len(activity.resource_link_id) == 36


@pytest.mark.parametrize("points", [12.5, 0, 101])
def test_moodle_lets_an_item_with_odd_points_vanish(
    send: Callable[..., HttpResponse], tool: FakeTool, points: float
) -> None:
    odd = QUIZ | {"lineItem": {"scoreMaximum": points}}
    tool.web.post(confirmation(send([LESSON, odd, LESSON])))
    assert Activity.objects.count() == 2


def test_moodle_lets_the_teacher_mend_the_points_of_a_single_item(
    send: Callable[..., HttpResponse], tool: FakeTool
) -> None:
    path = confirmation(send([QUIZ | {"lineItem": {"scoreMaximum": 12.5}}]))
    refused = tool.web.post(path)
    assert refused.status_code == 400
    assert b"whole number from 1 to 100" in refused.content
    tool.web.post(path, {"points": "12"})
    assert LineItem.objects.get().score_maximum == 12


def test_canvas_takes_odd_points_and_reports_bad_items(
    send: Callable[..., HttpResponse], tool: FakeTool, as_canvas: Callable[[], None]
) -> None:
    as_canvas()
    items = [
        QUIZ | {"lineItem": {"scoreMaximum": 12.5}},
        {"type": "link", "url": "https://x.example"},
        QUIZ | {"lineItem": {}},
    ]
    path = confirmation(send(items))
    page = tool.web.get(path).content.decode()
    assert "type &#x27;link&#x27; cannot be placed" in page
    assert "needs a scoreMaximum" in page
    tool.web.post(path)
    assert LineItem.objects.get().score_maximum == 12.5


def test_canvas_opens_nothing_outside_the_tools_domain(
    send: Callable[..., HttpResponse], tool: FakeTool, as_canvas: Callable[[], None]
) -> None:
    tool.web.post(confirmation(send([QUIZ | {"url": "https://elsewhere.example/x"}])))
    path = f"/activities/{Activity.objects.get().pk}/start"
    assert tool.web.get(path).status_code == 200
    as_canvas()
    assert tool.web.get(path).status_code == 400


def test_a_line_break_cuts_a_parameter_on_moodle(
    send: Callable[..., HttpResponse], tool: FakeTool, as_canvas: Callable[[], None]
) -> None:
    item = LESSON | {"custom": {"a": "one\ntwo\nb=three", "n": 5}}
    tool.web.post(confirmation(send([item])))
    assert Activity.objects.get().custom == {"a": "one", "b": "three", "n": "5"}
    as_canvas()
    tool.web.post(confirmation(send([item])))
    assert Activity.objects.last().custom["a"] == "one\ntwo\nb=three"


@pytest.mark.parametrize("manner", ["moodle", "canvas"])
@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"iss": "other"}, "iss"),
        ({"aud": "https://elsewhere.example"}, "aud"),
        ({"exp": int(time.time()) - 5}, "expired"),
        ({"iat": None}, "iat"),
        ({"iat": int(time.time()) + 3600}, "iat"),
        ({f"{CLAIM}deployment_id": "99"}, "deployment_id"),
        ({f"{CLAIM}message_type": "LtiResourceLinkRequest"}, "message_type"),
        ({f"{CLAIM}version": "1.1"}, "version"),
        ({f"{DEEP_LINKING_CLAIM}data": "never sent"}, "data"),
        ({f"{DEEP_LINKING_CLAIM}content_items": None}, "content_items"),
        ({f"{DEEP_LINKING_CLAIM}content_items": [3]}, "content_items[0]"),
        ({f"{DEEP_LINKING_CLAIM}content_items": [LESSON | {"custom": {"a": {}}}]}, "custom.a"),
        ({f"{DEEP_LINKING_CLAIM}content_items": [LESSON | {"url": "javascript:alert(1)"}]}, "url"),
        ({f"{DEEP_LINKING_CLAIM}content_items": [LESSON | {"title": 3}]}, "title"),
        ({"signing": {"key": OTHER_KEY}}, "signature"),
        ({"signing": {"headers": {}}}, "kid"),
        ({"form": {"JWT": ""}}, "JWT"),
        ({"form": {"JWT": "abc"}}, "JWT"),
    ],
)
def test_a_bad_answer(
    send: Callable[..., HttpResponse],
    as_canvas: Callable[[], None],
    manner: str,
    changes: dict[str, Any],
    word: str,
) -> None:
    if manner == "canvas":
        as_canvas()
    answer = send([QUIZ], **changes)
    assert answer.status_code == 400
    assert word in answer.content.decode()
    assert not Selection.objects.exists()


def test_a_nonce_is_good_once(send: Callable[..., HttpResponse], as_canvas: Callable[[], None]) -> None:
    confirmation(send([QUIZ], nonce="same"))
    assert b"nonce" in send([QUIZ], nonce="same").content
    assert send([QUIZ], nonce=None).status_code == 200
    as_canvas()
    assert b"nonce" in send([QUIZ], nonce=None).content


def test_a_return_address_of_canvas_is_good_once(
    send: Callable[..., HttpResponse], tool: FakeTool, as_canvas: Callable[[], None]
) -> None:
    as_canvas()
    settings = message(tool.web, "/add/start")[f"{DEEP_LINKING_CLAIM}deep_linking_settings"]
    address = settings["deep_link_return_url"].removeprefix(ISSUER)
    confirmation(send([QUIZ], address=address))
    again = send([QUIZ], address=address)
    assert again.status_code == 400
    assert b"used already" in again.content
    assert send([QUIZ], address=address.replace("/courses/1/", "/courses/2/")).status_code == 400
    assert send([QUIZ], address="/courses/1/deep_linking_response?data=abc").status_code == 400


def test_moodle_wants_the_teachers_own_key(send: Callable[..., HttpResponse], tool: FakeTool) -> None:
    query = urlencode({"course": 1, "id": tool.row.deployment_id, "sesskey": "0123456789"})
    answer = send([QUIZ], address=f"/mod/lti/contentitem_return.php?{query}")
    assert answer.status_code == 400
    assert b"session key" in answer.content


def test_moodle_reposts_a_return_without_its_cookie(tool: FakeTool) -> None:
    settings = message(tool.web, "/add/start")[f"{DEEP_LINKING_CLAIM}deep_linking_settings"]
    address = settings["deep_link_return_url"].removeprefix(ISSUER)
    token = tool.deep_link([QUIZ])
    stranger = Client(headers={"host": "127.0.0.1:8001"})
    again, fields = form_of(stranger.post(address, {"JWT": token}))
    assert (again, fields) == (address, {"JWT": token, "repost": "1"})
    assert stranger.post(address, fields).status_code == 403
    confirmation(tool.web.post(address, fields))


def test_a_student_cannot_return_content(tool: FakeTool, learner: Person, send: Callable[..., HttpResponse]) -> None:
    settings = message(tool.web, "/add/start")[f"{DEEP_LINKING_CLAIM}deep_linking_settings"]
    address = settings["deep_link_return_url"].removeprefix(ISSUER)
    path = confirmation(send([QUIZ]))
    tool.web.post("/switch", {"person": learner.pk})
    assert send([QUIZ], address=address).status_code == 400
    assert tool.web.post(path).status_code == 403
    assert not Activity.objects.exists()


def test_nothing_chosen_and_things_to_say(send: Callable[..., HttpResponse]) -> None:
    assert b"Nothing was chosen." in send([]).content
    page = send([], **{f"{DEEP_LINKING_CLAIM}errormsg": "<i>Full</i>"}).content.decode()
    assert "&lt;i&gt;Full&lt;/i&gt;" in page
    assert "data-moving" not in page
