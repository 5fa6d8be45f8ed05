"""Content selected again for a link that exists: the link follows, and what was there before is kept and explained."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from coexistence.content.models import Unit
from coexistence.courses import assignments
from coexistence.courses.models import Assignment, Enrollment, Visit
from coexistence.quiz import attempts
from coexistence.quiz.signals import ScoreChange
from lti import grades
from lti.gradebook import PlatformGradebook
from lti.models import Context, LineItem, ResourceLink, ScoreDelivery
from tests.factories import QuizFactory, UnitFactory

from .platform import AGS, Endpoint, Platform

State = ScoreDelivery.State


@pytest.fixture
def unit(db: None) -> Unit:
    unit = UnitFactory(title="Peaceful coexistence")
    QuizFactory(unit=unit, types=("true_false",))
    return unit


def place(platform: Platform, unit: Unit, title: str, *, context: str = "course-1", kind: str = "quiz") -> Assignment:
    """An assignment as deep linking leaves it."""
    platform.select(Client(), sub="teacher", context={"id": context, "title": "History"})
    course = Context.objects.get(context_id=context, deployment__registration=platform.registration).course
    return assignments.place(course=course, unit=unit, kind=kind, title=title, points=10)


def launch(platform: Platform, browser: Client, picked: Assignment, **changes: Any) -> Assignment:
    """What a launch with that assignment's id in its custom parameters shows."""
    response = platform.launch(browser, custom={"assignment": str(picked.uuid)}, **changes)
    assert response.status_code == 303
    visit = Visit.objects.select_related("assignment").get(pk=response["Location"].split("/")[2])
    assert visit.assignment is not None
    return visit.assignment


def owe(assignment: Assignment, score: int) -> ScoreDelivery:
    """The learner's score, written down as owed."""
    enrollment = Enrollment.objects.get(course=assignment.course, participant__lti_user__sub="user-1")
    grades.record(
        [
            ScoreChange(
                assignment_id=assignment.pk,
                enrollment_id=enrollment.pk,
                score=Decimal(score),
                maximum=Decimal(10),
                attempt_number=1,
                submitted_at=timezone.now(),
                reason="submitted",
            )
        ]
    )
    return ScoreDelivery.objects.get(line_item__resource_link__assignment=assignment)


def arrive(row: ScoreDelivery) -> None:
    """As if the platform had taken it."""
    row.state, row.next_try_at = State.DELIVERED, None
    row.acknowledged_score, row.acknowledged_maximum, row.acknowledged_at = (
        row.wanted_score,
        Decimal(10),
        timezone.now(),
    )
    row.acknowledged_revision, row.check_at = row.wanted_revision, timezone.now()
    row.save()


def status(assignment: Assignment) -> str:
    enrollment = Enrollment.objects.get(course=assignment.course, participant__lti_user__sub="user-1")
    found = PlatformGradebook().statuses(assignment_id=assignment.pk, enrollment_ids=[enrollment.pk])
    return found[enrollment.pk].sentence


def test_the_link_shows_what_was_picked_last_and_keeps_what_was_there(
    platform: Platform, browser: Client, unit: Unit
) -> None:
    first, second = place(platform, unit, "First"), place(platform, unit, "Second")
    assert launch(platform, browser, first) == first
    learner = Enrollment.objects.get(participant__lti_user__sub="user-1")
    attempt = attempts.start(assignment=first, enrollment=learner, now=timezone.now())
    for _ in range(2):
        assert launch(platform, browser, second) == second
    attempt.refresh_from_db()
    assert attempt.assignment == first
    assert first.resource_link.replaced_by == second.resource_link
    assert ResourceLink.objects.filter(replaced_at=None).count() == 1
    # A launch that names none says nothing new, as from a place where Canvas sends no parameters of the link.
    platform.launch(browser)
    assert ResourceLink.objects.get(replaced_at=None).assignment == second


def test_scores_of_what_was_there_before_are_not_sent_and_everybody_is_told(
    platform: Platform, browser: Client, unit: Unit
) -> None:
    first, second = place(platform, unit, "First"), place(platform, unit, "Second")
    launch(platform, browser, first)
    row = owe(first, 7)
    assert (row.state, row.next_try_at is None) == (State.WAITING, False)
    address = first.resource_link.line_item.url
    launch(platform, browser, second)
    row.refresh_from_db()
    assert (row.state, row.code, row.next_try_at) == (State.HELD, "replaced", None)
    # Somebody who was at it hands in later.
    assert owe(first, 9).state == State.HELD
    assert "Another activity has been put in this one's place" in status(first)
    assert PlatformGradebook().resend(assignment_id=first.pk) == 0
    assert "“First”, which stood in this place before, was not sent" in status(second)
    column = PlatformGradebook().column(assignment_id=second.pk)
    assert column.exists
    assert "Before, “First” stood in this place." in column.sentence
    # The column is the second one's, and only its.
    assert LineItem.objects.get(url=address).resource_link.assignment == second
    new = owe(second, 4)
    assert (new.state, new.line_item.url, new.wanted_score) == (State.WAITING, address, 4)
    assert "On its way" in status(second)


def test_what_has_arrived_of_it_stays_and_is_not_read_back(platform: Platform, browser: Client, unit: Unit) -> None:
    first, second = place(platform, unit, "First"), place(platform, unit, "Second")
    launch(platform, browser, first)
    arrive(owe(first, 7))
    launch(platform, browser, second)
    row = ScoreDelivery.objects.get()
    assert (row.state, row.acknowledged_score, row.check_at) == (State.DELIVERED, 7, None)
    assert "The gradebook has a score of “First”, which stood in this place before: 7 of 10." in status(second)
    assert not PlatformGradebook().make_column(assignment_id=first.pk)


def test_picking_the_first_one_again_brings_it_back_with_its_scores(
    platform: Platform, browser: Client, unit: Unit
) -> None:
    first, second, third = (place(platform, unit, title) for title in ("First", "Second", "Third"))
    launch(platform, browser, first)
    row = owe(first, 7)
    for picked in (second, third):
        assert launch(platform, browser, picked) == picked
    assert set(ResourceLink.objects.get(assignment=third).former.values_list("assignment__title", flat=True)) == {
        "First",
        "Second",
    }
    assert launch(platform, browser, first) == first
    row.refresh_from_db()
    assert (row.state, row.code) == (State.WAITING, "")
    assert row.next_try_at is not None
    assert row.line_item.url
    assert LineItem.objects.exclude(url="").get() == row.line_item
    assert ResourceLink.objects.filter(replaced_by=first.resource_link).count() == 2
    assert ResourceLink.objects.filter(replaced_at=None).get().assignment == first


def test_scores_that_were_withheld_go_on_being_withheld(platform: Platform, browser: Client, unit: Unit) -> None:
    first, second = place(platform, unit, "First"), place(platform, unit, "Second")
    launch(platform, browser, first)
    grades.withhold(assignment_id=first.pk)
    launch(platform, browser, second)
    assert owe(second, 4).code == "withheld"


def test_an_ungraded_activity_takes_the_place_without_the_column(
    platform: Platform, browser: Client, unit: Unit
) -> None:
    first, lesson = place(platform, unit, "First"), place(platform, unit, "Read", kind="lesson")
    launch(platform, browser, first)
    row = owe(first, 7)
    assert launch(platform, browser, lesson) == lesson
    row.refresh_from_db()
    assert (row.state, row.code) == (State.HELD, "replaced")
    assert not LineItem.objects.exclude(url="").exists()
    assert launch(platform, browser, first) == first
    assert LineItem.objects.get().url == platform.claims()[AGS]["lineitem"]


def test_what_another_link_shows_already_is_copied(platform: Platform, browser: Client, unit: Unit) -> None:
    first, second = place(platform, unit, "First"), place(platform, unit, "Second")
    launch(platform, browser, first)
    assert launch(platform, browser, second, resource_link={"id": "link-2"}) == second
    copy = launch(platform, browser, second)
    assert (copy.origin, copy.title, copy.course) == (second, "Second", second.course)
    assert launch(platform, browser, second) == copy
    assert launch(platform, browser, second, resource_link={"id": "link-2"}) == second


def test_only_what_was_placed_in_the_same_course_is_followed(platform: Platform, browser: Client, unit: Unit) -> None:
    first, elsewhere = place(platform, unit, "First"), place(platform, unit, "Elsewhere", context="course-2")
    launch(platform, browser, first)
    assert launch(platform, browser, elsewhere) == first
    other = Platform(platform.endpoint, client_id="client-2", deployment_id="d1")
    assert launch(platform, browser, place(other, unit, "Theirs")) == first
    assert ResourceLink.objects.filter(replaced_at=None).count() == ResourceLink.objects.count()


def test_a_copy_does_not_follow_the_id_that_it_came_with(platform: Platform, browser: Client, unit: Unit) -> None:
    placed = place(platform, unit, "First")
    launch(platform, browser, placed)
    copy = launch(platform, browser, placed, resource_link={"id": "link-2"})
    # Links of before this was written down.
    ResourceLink.objects.update(picked=None)
    assert launch(platform, browser, placed, resource_link={"id": "link-2"}) == copy
    assert launch(platform, browser, placed) == placed
    assert ResourceLink.objects.filter(picked=placed.uuid, replaced_at=None).count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_class_that_comes_at_once_after_a_new_pick_finds_one_activity(endpoint: Endpoint) -> None:
    unit = UnitFactory()
    QuizFactory(unit=unit, types=("true_false",))
    platform = Platform(endpoint)
    first, second = place(platform, unit, "First"), place(platform, unit, "Second")
    launch(platform, Client(), first)
    prepared = []
    for number in range(8):
        browser = Client()
        asked = platform.begin(browser)
        claims = platform.claims(asked["nonce"], sub=f"user-{number}", custom={"assignment": str(second.uuid)})
        prepared.append((browser, asked["state"], platform.sign(claims)))

    def post(one: tuple[Client, str, str]) -> int:
        try:
            return platform.post(*one).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(post, prepared)) == {303}
    assert ResourceLink.objects.get(replaced_at=None).assignment == second
    assert (ResourceLink.objects.count(), LineItem.objects.exclude(url="").count()) == (2, 1)
    assert Visit.objects.filter(assignment=second).count() == 8
