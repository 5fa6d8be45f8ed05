"""Taking a quiz in Chromium: page by page, against the clock, leaving and coming back."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from coexistence.courses.models import Assignment
from coexistence.quiz.models import Attempt, AttemptEvent, Response
from tests.factories import AssignmentFactory

from . import test_pages
from .offline import offline
from .stack import wait_for
from .test_pages import DESK, PHONE, begin, look
from .turning import follow

pytestmark = pytest.mark.django_db(transaction=True)
visit = test_pages.visit


@pytest.fixture
def assignment(transactional_db: None) -> Assignment:
    return AssignmentFactory(title="Week six", time_limit=30, show_feedback="during")


def put(assignment: Assignment, **settings: object) -> None:
    for name, value in settings.items():
        setattr(assignment, name, value)
    assignment.save()


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_questions_come_one_by_one_and_take_their_answers_along(visit, assignment, viewport) -> None:
    put(assignment, one_a_page=True)
    page = begin(visit, viewport=viewport)
    look(page)
    # Turned at once, before the answer was saved by itself.
    page.locator("#item-1 .choice").nth(1).click()
    follow(page.get_by_role("button", name="Next question"))
    expect(page.locator("#item-2")).to_be_visible()
    expect(page.locator("[data-count]")).to_have_text("1 of 5 answered")
    page.get_by_text("All questions").click()
    look(page)
    follow(page.get_by_role("button", name="Question 4, not answered"))
    page.locator("#item-4 input[type=text]").fill("a fortnight")
    page.get_by_role("button", name="Next question").click()
    expect(page.locator("#item-4")).to_be_focused()
    page.locator("#item-4 input[type=text]").fill("16")
    follow(page.get_by_role("button", name="Back"))
    expect(page.locator("#item-3")).to_be_visible()
    page.get_by_text("All questions").click()
    follow(page.get_by_role("button", name="Question 1, answered"))
    expect(page.locator("#item-1 input[type=radio]").nth(1)).to_be_checked()
    follow(page.get_by_role("button", name="Check this answer"))
    expect(page.locator("#item-1.reviewed")).to_contain_text("Feedback on")
    look(page)
    follow(page.get_by_role("button", name="Submit …"))
    expect(page.get_by_text("3 of 5 questions are unanswered")).to_be_visible()
    look(page)
    follow(page.get_by_role("button", name="Question 3"))
    expect(page.locator("#item-3")).to_be_visible()


def test_an_answer_that_never_left_is_sent_from_another_page(visit, assignment) -> None:
    put(assignment, one_a_page=True)
    page = begin(visit)
    url, context = page.url, page.context
    with offline(context):
        page.locator("#item-1 .choice").first.click()
        expect(page.locator("[data-state]")).to_contain_text("Offline")
        page.close()
    Attempt.objects.update(position=3)
    page = context.new_page()
    page.goto(url)
    expect(page.locator("#item-3")).to_be_visible()
    expect(page.locator("[data-state]")).to_have_text("All answers saved")
    assert Response.objects.get(position=1).answer


def begin_with_a_clock(visit: Any) -> Page:
    """Begin the quiz in a browser whose clock the test moves."""
    page = visit("quiz/")
    page.clock.install()
    follow(page.get_by_role("button", name="Begin the quiz"))
    return page


def test_the_time_is_shown_on_request_and_said_twice(visit, assignment) -> None:
    page = begin_with_a_clock(visit)
    left, said = page.locator("[data-clock-left]"), page.locator("[data-clock-say]")
    expect(left).to_be_hidden()
    toggle = page.get_by_role("button", name="Show time")
    toggle.click()
    expect(left).to_contain_text(":")
    expect(page.get_by_role("button", name="Hide time")).to_have_attribute("aria-expanded", "true")
    look(page)
    page.clock.fast_forward("19:00")
    expect(said).to_be_empty()
    page.clock.fast_forward("01:05")
    expect(said).to_have_text("10 minutes left.")
    page.clock.fast_forward("09:00")
    expect(said).to_have_text("1 minute left.")
    # The page takes the time for over; the server knows better, and shows what is left.
    page.clock.fast_forward("01:10")
    expect(said).to_be_empty()
    expect(page.locator("#item-1")).to_be_visible()
    assert Attempt.objects.get().state == Attempt.State.OPEN


def test_when_the_time_is_over_the_page_hands_in(visit, assignment) -> None:
    page = begin_with_a_clock(visit)
    page.locator("#item-1 .choice").first.click()
    expect(page.locator("[data-state]")).to_have_text("All answers saved")
    # Somebody takes time away; the page hears of it with the next answer.
    Attempt.objects.update(deadline=timezone.now() + timedelta(minutes=5))
    with page.expect_response("**/save/"):
        page.locator("#item-3 .choice").first.click()
    expect(page.locator("[data-state]")).to_have_text("All answers saved")
    # The five minutes pass, here and there.
    Attempt.objects.update(deadline=timezone.now())
    with page.expect_navigation(url="**/result/1/"):
        page.clock.fast_forward("05:02")
    attempt = Attempt.objects.get()
    assert (attempt.state, attempt.submitted_at) == (Attempt.State.SUBMITTED, attempt.deadline)
    assert attempt.responses.exclude(answer=None).count() == 2


def test_leaving_and_coming_back_are_told_in_pairs_and_turning_a_page_is_no_leaving(visit, assignment) -> None:
    page = begin(visit)

    def look_away(state: str) -> None:
        page.evaluate(
            "(state) => { Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => state });"
            " document.dispatchEvent(new Event('visibilitychange')); }",
            state,
        )

    for state in ("hidden", "hidden", "visible", "visible"):
        look_away(state)
    kinds = AttemptEvent.objects.order_by("pk").values_list("kind", flat=True)
    wait_for(lambda: kinds.count() >= 3, 60, what="what was noted")
    follow(page.get_by_role("button", name="Submit …"))
    follow(page.get_by_role("button", name="Submit now"))
    assert page.url.endswith("/result/1/"), page.url
    assert sorted(kinds) == ["closed", "left", "returned", "started"]
