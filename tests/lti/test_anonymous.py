"""Visitors whom the platform does not name, as in Canvas's public courses: they may read and try, and leave nothing."""

import re
from typing import Any

import pytest
from django.test import Client

from coexistence.courses.models import Enrollment, Participant, Visit
from coexistence.quiz.models import Attempt, Response
from lti.models import Context, LtiUser, ResourceLink, ScoreDelivery
from tests.factories import QuizFactory, UnitFactory

from .platform import INSTRUCTOR, LEARNER, M, Platform

pytestmark = pytest.mark.django_db

NOBODY = {"sub": None, "name": None}


@pytest.fixture(autouse=True)
def unit() -> Any:
    unit = UnitFactory()
    QuizFactory(unit=unit, types=("single_choice", "true_false", "numeric"))
    return unit


def check_nobody_is_recorded() -> None:
    for model in (Participant, LtiUser, Enrollment, Attempt, Response, ScoreDelivery):
        assert not model.objects.exists(), model


def enter(platform: Platform, browser: Client, **changes: Any) -> str:
    """Launch as nobody; the path of the visit."""
    response = platform.launch(browser, **{**NOBODY, **changes})
    assert response.status_code == 303, response.content
    return str(response["Location"])


def form_of(page: str) -> dict[str, str]:
    """The hidden fields of a page's form."""
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))


@pytest.mark.parametrize("roles", [[], [LEARNER], [INSTRUCTOR], [f"{M}#Mentor"], ["urn:x"]])
def test_the_lesson_and_the_timeline_can_be_read(platform: Platform, browser: Client, roles: list[str]) -> None:
    path = enter(platform, browser, roles=roles)
    visit = Visit.objects.get()
    assert (visit.enrollment, visit.roles, visit.is_staff) == (None, [], False)
    for part in ("lesson/", "timeline/"):
        page = browser.get(path + part)
        assert page.status_code == 200
        assert "Visitor, not signed in" in page.content.decode()
    assert "History" in page.content.decode()
    check_nobody_is_recorded()


def test_a_second_launch_costs_no_more_than_anybodys(
    platform: Platform, browser: Client, django_assert_num_queries: Any
) -> None:
    enter(platform, browser)
    # One of login, and of the launch the registration, the link and the visit.
    with django_assert_num_queries(4):
        enter(platform, browser)
    assert (Context.objects.count(), ResourceLink.objects.count(), Visit.objects.count()) == (1, 1, 2)
    check_nobody_is_recorded()


def test_a_known_person_at_the_same_link_is_known(platform: Platform, browser: Client) -> None:
    enter(platform, browser)
    platform.launch(browser)
    assert LtiUser.objects.get().sub == "user-1"
    enter(platform, browser)
    assert Visit.objects.filter(enrollment=None).count() == 2
    assert Enrollment.objects.count() == 1


def test_the_quiz_can_be_tried_and_says_that_nothing_is_recorded(platform: Platform, browser: Client) -> None:
    path = enter(platform, browser)
    page = browser.get(path + "quiz/", follow=True).content.decode()
    assert "nothing is recorded and nothing is graded" in page
    fields = form_of(page)
    token = {"visit_token": fields["visit_token"]}
    numeric = re.search(r'<input id="c-(3-[^"]+)"', page)
    assert numeric is not None
    tried = browser.post(path + "quiz/try/", {**token, numeric[1]: "15.5"}).content.decode()
    assert "nothing is recorded and nothing is graded" in tried
    assert '<span class="score-big">3.33</span> of 10 points' in tried
    # What would have been right stays a secret, since everybody may try again.
    assert "The reason: it met in Geneva." not in tried
    assert "The right answer" not in tried
    check_nobody_is_recorded()
    # The options keep their order and their names for as long as the visit lasts, and are others in another visit.
    assert form_of(browser.get(path + "quiz/try/").content.decode()) == fields
    other = enter(platform, browser)
    assert form_of(browser.get(other + "quiz/try/").content.decode()) != fields


def test_the_right_answers_are_worth_all_points(platform: Platform, browser: Client) -> None:
    path = enter(platform, browser)
    page = browser.get(path + "quiz/try/").content.decode()

    def value_of(text: str) -> dict[str, str]:
        found = re.search(rf'name="(\d-[^"]+)" value="([^"]+)"> <span>{text}<', page)
        assert found is not None, text
        return {found[1]: found[2]}

    numeric = re.search(r'<input id="c-(3-[^"]+)"', page)
    assert numeric is not None
    answers = {**value_of("Geneva"), **value_of("False"), numeric[1]: "15.5"}
    tried = browser.post(path + "quiz/try/", {"visit_token": form_of(page)["visit_token"], **answers})
    assert '<span class="score-big">10</span> of 10 points' in tried.content.decode()


def test_an_answer_that_is_none_is_shown_as_it_was_written(platform: Platform, browser: Client) -> None:
    path = enter(platform, browser)
    page = browser.get(path + "quiz/try/").content.decode()
    numeric = re.search(r'<input id="c-(3-[^"]+)"', page)
    assert numeric is not None
    response = browser.post(
        path + "quiz/try/", {"visit_token": form_of(page)["visit_token"], numeric[1]: "a fortnight", "99-x": "y"}
    )
    assert response.status_code == 422
    assert 'value="a fortnight"' in response.content.decode()
    assert "Please mend" in response.content.decode()
    check_nobody_is_recorded()


def test_a_form_without_the_visits_token_is_not_taken(platform: Platform, browser: Client) -> None:
    path = enter(platform, browser)
    assert browser.post(path + "quiz/try/", {}).status_code == 403


@pytest.mark.parametrize("page", ["quiz/begin/", "quiz/save/", "quiz/hand-in/"])
def test_nothing_that_would_be_recorded_is_there(platform: Platform, browser: Client, page: str) -> None:
    path = enter(platform, browser)
    token = form_of(browser.get(path + "quiz/try/").content.decode())["visit_token"]
    assert browser.post(path + page, {"visit_token": token, "attempt": "1"}).status_code == 404
    for other in ("quiz/take/", "quiz/result/1/"):
        assert browser.get(path + other).status_code == 404
    for staff in ("grades/", "settings/"):
        assert browser.get(path + staff).status_code == 403
    check_nobody_is_recorded()


def test_who_is_known_has_a_real_quiz(platform: Platform, browser: Client) -> None:
    path = platform.launch(browser)["Location"]
    assert browser.get(path + "quiz/try/").status_code == 404
    assert browser.get(path + "quiz/").status_code == 200
