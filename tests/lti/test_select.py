"""Deep linking: what the picker offers, what it sends back, and that it does so once."""

import html
import re
from copy import copy
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import jwt
import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from coexistence.content.models import Item, Quiz, Revision, Unit
from coexistence.courses import assignments, visits
from coexistence.courses.assignments import SETTINGS
from coexistence.courses.models import Assignment, Visit
from lti import placing, selection
from lti.models import DeepLinkRequest, ResourceLink
from lti.protocol.keys import public_jwks
from tests.factories import QuizFactory, UnitFactory

from .platform import CORE, DL, INSTRUCTOR, LEARNER, Platform

pytestmark = pytest.mark.django_db

PLACEMENT = "https://www.instructure.com/placement"


@pytest.fixture(autouse=True)
def unit(db: None) -> Unit:
    unit = UnitFactory(slug="thaw", title="The Thaw")
    QuizFactory(unit=unit, types=("true_false",))
    return unit


class Picker:
    """An instructor at the picker."""

    def __init__(
        self, platform: Platform, browser: Client, *, claims: dict[str, Any] | None = None, **settings: Any
    ) -> None:
        self.platform, self.browser = platform, browser
        response = platform.select(browser, settings=settings, **(claims or {}))
        assert response.status_code == 303, response.content.decode()
        self.path = response["Location"]
        self.visit = Visit.objects.get(pk=self.path.split("/")[2])

    def look(self) -> HttpResponse:
        return self.browser.get(self.path)

    def send(self, *chosen: str, **fields: str) -> HttpResponse:
        form = {"choose": list(chosen), visits.FORM_FIELD: visits.form_token(self.visit), **fields}
        return self.browser.post(self.path, form)

    def answer(self, response: HttpResponse) -> dict[str, Any]:
        """The claims of the response that the page hands to the platform, checked as a platform would."""
        assert response.status_code == 200, response.content.decode()
        token = re.search(r'name="JWT" value="([^"]+)"', response.content.decode())
        assert token
        header = jwt.get_unverified_header(token[1])
        (key,) = (key for key in public_jwks()["keys"] if key["kid"] == header["kid"])
        claims: dict[str, Any] = jwt.decode(
            token[1],
            jwt.PyJWK(key),
            ["RS256"],
            audience=self.platform.registration.issuer,
            issuer=self.platform.registration.client_id,
            options={"require": ["exp", "iat", "nonce"]},
        )
        return claims


def test_the_picker_offers_everything_and_can_be_framed_by_the_platform(platform: Platform, browser: Client) -> None:
    picker = Picker(platform, browser)
    assert picker.path == f"/l/{picker.visit.pk}/select/"
    response = picker.look()
    page = response.content.decode()
    for kind in ("unit", "lesson", "timeline", "quiz"):
        assert f'type="checkbox" name="choose" value="thaw.{kind}"' in page
    assert page.count("points.thaw.") > 0
    assert 'name="points.thaw.lesson"' not in page
    ancestors = re.search(r"frame-ancestors ([^;]*)", response["Content-Security-Policy"])
    assert ancestors
    assert platform.endpoint.url in ancestors[1].split()
    assert "*" not in ancestors[1].split()
    assert "X-Frame-Options" not in response
    assert not Assignment.objects.exists()


def test_several_things_are_placed_with_their_columns(platform: Platform, browser: Client) -> None:
    picker = Picker(platform, browser, data="as it came")
    response = picker.send(
        "thaw.quiz", "thaw.lesson", **{"title.thaw.quiz": ' Test <1> & "more" ', "points.thaw.quiz": "25"}
    )
    claims = picker.answer(response)
    lesson, quiz = Assignment.objects.order_by("kind")
    assert (lesson.kind, quiz.kind) == ("lesson", "quiz")
    assert claims.pop(DL + "content_items") == [
        {
            "type": "ltiResourceLink",
            "url": "http://testserver/lti/launch/",
            "title": "The Thaw: lesson",
            "custom": {"assignment": str(lesson.uuid)},
        },
        {
            "type": "ltiResourceLink",
            "url": "http://testserver/lti/launch/",
            "title": 'Test <1> & "more"',
            "custom": {"assignment": str(quiz.uuid)},
            "lineItem": {
                "scoreMaximum": 25,
                "label": 'Test <1> & "more"',
                "resourceId": str(quiz.uuid),
                "tag": "quiz",
            },
        },
    ]
    assert claims.pop("exp") - claims.pop("iat") == 300
    assert len(claims.pop("nonce")) >= 32
    assert claims == {
        "iss": "client-1",
        "aud": platform.registration.issuer,
        CORE + "deployment_id": "d1",
        CORE + "message_type": "LtiDeepLinkingResponse",
        CORE + "version": "1.3.0",
        DL + "data": "as it came",
    }
    assert (quiz.points, quiz.title) == (25, 'Test <1> & "more"')
    assert not ResourceLink.objects.exists()


def test_a_route_is_placed_with_its_sections_and_its_quiz(platform: Platform, browser: Client, unit: Unit) -> None:
    QuizFactory(unit=unit, slug="first", position=0, types=("true_false",))
    own = QuizFactory(unit=unit, slug="own", position=1, types=("true_false",))
    route = {"id": "hour", "title": "In an hour", "time": "60 minutes", "aim": "Tell it.", "sections": ["a"]}
    unit.data["routes"] = [{**route, "quiz": "own"}, {**route, "id": "read", "quiz": None}]
    unit.save()
    picker = Picker(platform, browser)
    page = picker.look().content.decode()
    assert "Route: In an hour" in page
    assert "60 minutes. Tell it." in page
    assert 'name="points.thaw.route.read"' not in page
    picker.answer(picker.send("thaw.route.hour", "thaw.route.read"))
    graded, read = Assignment.objects.order_by("-kind")
    assert (graded.kind, graded.route, graded.quiz, graded.title) == ("unit", "hour", own, "The Thaw: In an hour")
    assert (read.kind, read.route, read.quiz) == ("lesson", "read", None)
    assert assignments.clone(assignment=graded, course=graded.course).route == "hour"


def test_a_quiz_is_placed_with_all_its_settings_or_with_none_said(platform: Platform, browser: Client) -> None:
    picker = Picker(platform, browser)
    said = {"attempts_allowed": "", "due_at": "2026-03-09T12:00", "time_limit": "30", "late": "refuse"}
    said |= {"pages": "onwards", "show_keys": "never", "is_practice": "on"}
    picker.answer(picker.send("thaw.quiz", "thaw.unit", **{f"{name}.thaw.quiz": value for name, value in said.items()}))
    quiz, unit = Assignment.objects.order_by("kind")
    assert (quiz.attempts_allowed, quiz.time_limit, quiz.late, quiz.show_keys) == (None, 30, "refuse", "never")
    assert (quiz.one_a_page, quiz.may_go_back, quiz.is_practice, quiz.points) == (True, False, True, 10)
    assert str(quiz.due_at) == "2026-03-09 12:00:00+00:00"
    fresh = Assignment(points=10)
    assert {name: getattr(unit, name) for name in SETTINGS} == {name: getattr(fresh, name) for name in SETTINGS}


def test_data_is_echoed_only_if_it_was_sent(platform: Platform, browser: Client) -> None:
    picker = Picker(platform, browser)
    assert DL + "data" not in picker.answer(picker.send("thaw.unit"))
    picker = Picker(platform, Client(), data="")
    assert picker.answer(picker.send("thaw.unit"))[DL + "data"] == ""


def test_the_answer_goes_where_the_platform_said_and_nowhere_else(platform: Platform, browser: Client) -> None:
    address = f"{platform.endpoint.url}/return?a=1&b=\"'<>"
    picker = Picker(platform, browser, deep_link_return_url=address)
    response = picker.send("thaw.unit")
    page = response.content.decode()
    assert f'action="{html.escape(address)}"' in page
    assert "<script>" not in page
    form_action = re.search(r"form-action ([^;]*)", response["Content-Security-Policy"])
    assert form_action
    parts = urlsplit(address)
    assert form_action[1].split() == ["'self'", f"{parts.scheme}://{parts.netloc}"]
    assert b"data-submit" in response.content
    assert b'<button type="submit"' in response.content


def test_the_same_form_gets_the_same_answer(platform: Platform, browser: Client) -> None:
    """After a double click the browser shows the second answer only; the platform takes whichever comes first."""
    picker = Picker(platform, browser)
    first, second = picker.send("thaw.unit"), picker.send("thaw.unit")
    assert first.content == second.content
    assert b"data-submit" in second.content
    assert picker.answer(first) == picker.answer(second)
    assert Assignment.objects.count() == 1


def test_another_choice_afterwards_changes_nothing(platform: Platform, browser: Client) -> None:
    picker = Picker(platform, browser)
    claims = picker.answer(picker.send("thaw.unit"))
    for again in (picker.send("thaw.quiz"), picker.look(), picker.send(cancel="1")):
        assert picker.answer(again) == claims
        assert b"You chose this before" in again.content
        assert b"data-submit" not in again.content
    assert Assignment.objects.count() == 1


def test_an_answer_that_has_expired_is_not_sent_again(platform: Platform, browser: Client) -> None:
    picker = Picker(platform, browser)
    picker.send("thaw.unit")
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        for again in (picker.send("thaw.unit"), picker.look()):
            assert again.status_code == 200
            assert b"sent to your course already" in again.content
            assert b"JWT" not in again.content
    assert Assignment.objects.count() == 1


def test_two_clicks_at_once_place_once(platform: Platform, browser: Client) -> None:
    """The second finds the request answered between its look and its write."""
    picker = Picker(platform, browser)
    asked = DeepLinkRequest.objects.select_related("deployment__registration").get()
    course = picker.visit.course
    chosen = selection.picked(several=True, form={}, chosen=["thaw.quiz"])
    late = copy(asked)
    claims = []
    for request in (asked, late):
        answer = placing.answer(
            request, course=course, picking=chosen, launch_url="http://testserver/", form="f", now=timezone.now()
        )
        assert answer
        claims.append((answer.claims, answer.jwt))
    assert claims[0] == claims[1]
    assert Assignment.objects.count() == 1


def test_cancel_is_an_answer_without_items(platform: Platform, browser: Client) -> None:
    picker = Picker(platform, browser)
    claims = picker.answer(picker.send("thaw.unit", cancel="1"))
    assert claims[DL + "content_items"] == []
    assert not Assignment.objects.exists()
    assert DeepLinkRequest.objects.get().answered_at


@pytest.mark.parametrize(
    "setting", [{"accept_multiple": False}, {"accept_multiple": None}, {"accept_multiple": "false"}]
)
def test_where_one_is_taken_only_one_can_be_chosen(
    platform: Platform, browser: Client, setting: dict[str, Any]
) -> None:
    picker = Picker(platform, browser, **setting)
    assert b'type="radio" name="choose"' in picker.look().content
    response = picker.send("thaw.unit", "thaw.quiz")
    assert response.status_code == 422
    assert b"Choose one" in response.content
    assert not Assignment.objects.exists()
    assert len(picker.answer(picker.send("thaw.timeline"))[DL + "content_items"]) == 1


@pytest.mark.parametrize("flag", [False, "false"])
def test_no_columns_where_they_are_not_taken(platform: Platform, browser: Client, flag: Any) -> None:
    picker = Picker(platform, browser, accept_lineitem=flag)
    assert b"No gradebook column at this place" in picker.look().content
    (item,) = picker.answer(picker.send("thaw.quiz"))[DL + "content_items"]
    assert "lineItem" not in item


EDITOR = ["link", "file", "html", "ltiResourceLink", "image"]


@pytest.mark.parametrize(
    ("placement", "several", "types", "column"),
    [
        ("assignment_selection", False, ["ltiResourceLink"], True),
        ("link_selection", True, ["ltiResourceLink"], True),
        ("course_assignments_menu", True, ["ltiResourceLink"], True),
        ("module_index_menu_modal", True, ["ltiResourceLink"], True),
        ("module_menu_modal", True, ["ltiResourceLink"], True),
        # Canvas drops the lineItem of a link in running text.
        ("editor_button", False, EDITOR, False),
        (None, True, EDITOR, True),
    ],
)
def test_each_placement_of_canvas_gets_what_it_takes(
    platform: Platform, browser: Client, placement: str | None, several: bool, types: list[str], column: bool
) -> None:
    platform.registration.platform = "canvas"
    platform.registration.save()
    picker = Picker(platform, browser, claims={PLACEMENT: placement}, accept_multiple=several, accept_types=types)
    page = picker.look().content
    assert (b'type="checkbox" name="choose"' in page, b"No gradebook column" not in page) == (several, column)
    (item,) = picker.answer(picker.send("thaw.quiz"))[DL + "content_items"]
    assert item["type"] == "ltiResourceLink"
    assert ("lineItem" in item) is column


def test_where_nothing_of_ours_is_taken_the_page_says_where_it_is(platform: Platform, browser: Client) -> None:
    response = platform.select(browser, settings={"accept_types": ["link", "html", "file"]})
    assert response.status_code == 400
    assert b"Add the activity elsewhere in your course" in response.content


@pytest.mark.parametrize(
    ("targets", "window"), [(["window"], True), (["iframe", "window"], False), (["frame"], False), ([], False)]
)
def test_a_window_of_its_own_only_where_there_is_no_frame(
    platform: Platform, browser: Client, targets: list[str], window: bool
) -> None:
    picker = Picker(platform, browser, accept_presentation_document_targets=targets)
    (item,) = picker.answer(picker.send("thaw.lesson"))[DL + "content_items"]
    assert item.get("window") == ({"targetName": "_blank"} if window else None)


def test_with_nothing_to_place_the_course_is_told_why(platform: Platform, browser: Client, unit: Unit) -> None:
    Quiz.objects.all().delete()
    for model in (Revision, Item):
        model.objects.all()._raw_delete("default")
    unit.delete()
    picker = Picker(platform, browser)
    assert b"nothing to place yet" in picker.look().content
    claims = picker.answer(picker.send(cancel="1"))
    assert claims[DL + "content_items"] == []
    assert "tell its operator" in claims[DL + "errormsg"]
    assert claims[DL + "errorlog"]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("a\r\nb\t c", "a b c"),
        ("\u2028one\u2029two", "one two"),
        ('"quoted" & <b>', '"quoted" & <b>'),
        ("t" * 255, "t" * 255),
        ("ö" * 255, "ö" * 255),
        ("👩\u200d🏫 مرحبا", "👩\u200d🏫 مرحبا"),
    ],
)
def test_titles_of_every_kind(platform: Platform, browser: Client, given: str, kept: str) -> None:
    picker = Picker(platform, browser)
    (item,) = picker.answer(picker.send("thaw.quiz", **{"title.thaw.quiz": given}))[DL + "content_items"]
    assert item["title"] == item["lineItem"]["label"] == kept
    # Moodle keeps these as lines.
    assert not any("\n" in value or "\r" in value for value in item["custom"].values())


@pytest.mark.parametrize(
    ("chosen", "fields", "message"),
    [
        ((), {}, "Choose what to place"),
        (("other.unit",), {}, "Choose what to place"),
        (("thaw.quiz",), {"points.thaw.quiz": "0"}, "whole number from 1 to 100"),
        (("thaw.quiz",), {"points.thaw.quiz": "101"}, "whole number from 1 to 100"),
        (("thaw.quiz",), {"points.thaw.quiz": "12.5"}, "whole number from 1 to 100"),
        (("thaw.quiz",), {"points.thaw.quiz": "three"}, "whole number from 1 to 100"),
        (("thaw.quiz",), {"attempts_allowed.thaw.quiz": "0"}, "whole number from 1 to 1000"),
        (("thaw.quiz",), {"due_at.thaw.quiz": "tomorrow"}, "a date and a time"),
        (("thaw.unit",), {"show_keys.thaw.unit": "soon"}, "Choose one of these"),
        (("thaw.quiz",), {"points.thaw.quiz": "9" * 5000}, "whole number from 1 to 100"),
        (("thaw.quiz",), {"points.thaw.quiz": ""}, "whole number from 1 to 100"),
        (("thaw.lesson",), {"title.thaw.lesson": "  "}, "title of 1 to 255"),
        (("thaw.lesson",), {"title.thaw.lesson": "t" * 256}, "title of 1 to 255"),
        (("thaw.lesson",), {"title.thaw.lesson": "a\x00b"}, "title of 1 to 255"),
        (("thaw.lesson",), {"title.thaw.lesson": "a\x1b[0m"}, "title of 1 to 255"),
    ],
)
def test_a_choice_that_cannot_be_placed_says_what_to_change(
    platform: Platform, browser: Client, chosen: tuple[str, ...], fields: dict[str, str], message: str
) -> None:
    picker = Picker(platform, browser)
    response = picker.send(*chosen, **fields)
    assert response.status_code == 422
    assert message in response.content.decode()
    assert not Assignment.objects.exists()
    # What was wrong with it can be put right in the same page.
    assert picker.send("thaw.lesson", **{"title.thaw.lesson": "Fine"}).status_code == 200


def test_points_of_what_was_not_chosen_do_not_matter(platform: Platform, browser: Client) -> None:
    picker = Picker(platform, browser)
    assert picker.send("thaw.lesson", **{"points.thaw.quiz": "-1"}).status_code == 200


def test_a_form_that_is_not_ours_places_nothing(platform: Platform, browser: Client) -> None:
    picker = Picker(platform, browser)
    assert browser.post(picker.path, {"choose": "thaw.unit"}).status_code == 403
    assert Client().get(picker.path).status_code == 403
    assert not Assignment.objects.exists()


def test_the_picker_is_for_its_own_visit_and_for_staff(platform: Platform, browser: Client) -> None:
    platform.launch(browser, roles=[INSTRUCTOR])
    learning = Visit.objects.get()
    assert browser.get(f"/l/{learning.pk}/select/").status_code == 403
    picker = Picker(platform, browser)
    platform.launch(Client(), roles=[LEARNER])
    assert picker.look().status_code == 403


def test_what_was_placed_is_found_again_by_its_first_launch(platform: Platform, browser: Client) -> None:
    picker = Picker(platform, browser)
    (item,) = picker.answer(picker.send("thaw.quiz"))[DL + "content_items"]
    platform.launch(Client(), custom=item["custom"])
    assert ResourceLink.objects.get().assignment == Assignment.objects.get()
