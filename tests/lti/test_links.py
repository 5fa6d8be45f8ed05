"""Links and their assignments: bound once, copied with their configuration, and shared with no other platform (L6)."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections
from django.test import Client

from coexistence.content.models import Unit
from coexistence.courses import assignments
from coexistence.courses.assignments import AssignmentError
from coexistence.courses.models import Assignment, Course, Enrollment, Participant, Visit
from lti.models import Context, LineItem, LtiUser, ResourceLink
from tests.factories import AssignmentFactory, CourseFactory, QuizFactory, UnitFactory

from .platform import INSTRUCTOR, Endpoint, Platform


@pytest.fixture
def unit(db: None) -> Unit:
    unit = UnitFactory(title="Peaceful coexistence")
    QuizFactory(unit=unit, types=("true_false",))
    return unit


def place(platform: Platform, browser: Client, unit: Unit, **changes: Any) -> Assignment:
    """An assignment in the platform's course, as deep linking leaves it."""
    platform.select(browser)
    course = Context.objects.get(context_id="course-1", deployment__registration=platform.registration).course
    return assignments.place(
        **{"course": course, "unit": unit, "kind": "quiz", "title": "Placed", "points": 25, **changes}
    )


def test_a_placed_assignment_is_bound_at_its_first_launch(platform: Platform, browser: Client, unit: Unit) -> None:
    placed = place(platform, browser, unit)
    custom = {"assignment": str(placed.uuid)}
    for _ in range(2):
        platform.launch(browser, custom=custom)
    assert ResourceLink.objects.get().assignment == placed
    assert Assignment.objects.count() == 1


def test_a_further_link_with_the_same_uuid_gets_a_copy(platform: Platform, browser: Client, unit: Unit) -> None:
    placed = place(platform, browser, unit, attempts_allowed=3)
    custom = {"assignment": str(placed.uuid)}
    platform.launch(browser, custom=custom)
    platform.launch(browser, custom=custom, resource_link={"id": "link-2"})
    platform.launch(browser, custom=custom, resource_link={"id": "link-2"})
    copy = ResourceLink.objects.get(resource_link_id="link-2").assignment
    assert copy.origin == placed
    assert copy.uuid != placed.uuid
    assert (copy.kind, copy.title, copy.points, copy.attempts_allowed) == ("quiz", "Placed", 25, 3)
    assert Assignment.objects.count() == 2
    assert LineItem.objects.count() == 2


def test_a_copied_course_gets_a_copy_even_before_the_original_was_opened(
    platform: Platform, browser: Client, unit: Unit
) -> None:
    placed = place(platform, browser, unit)
    custom = {"assignment": str(placed.uuid)}
    platform.launch(browser, custom=custom, context={"id": "course-2"}, resource_link={"id": "link-9"})
    copy = ResourceLink.objects.get().assignment
    assert copy.origin == placed
    assert copy.course == Context.objects.get(context_id="course-2").course
    platform.launch(browser, custom=custom)
    assert ResourceLink.objects.get(resource_link_id="link-1").assignment == placed


def test_another_platforms_uuid_is_no_uuid(platform: Platform, browser: Client, unit: Unit) -> None:
    placed = place(platform, browser, unit)
    other = Platform(platform.endpoint, client_id="client-2")
    other.launch(browser, custom={"assignment": str(placed.uuid)})
    assignment = ResourceLink.objects.get().assignment
    assert (assignment.origin, assignment.kind, assignment.title) == (None, "unit", "Our quiz")


def test_an_unknown_uuid_is_no_uuid(platform: Platform, browser: Client, unit: Unit) -> None:
    platform.launch(browser, custom={"assignment": str(uuid4())}, resource_link={"id": "l"})
    assignment = ResourceLink.objects.get().assignment
    assert (assignment.kind, assignment.title) == ("unit", "Peaceful coexistence")


def test_the_same_link_id_elsewhere_is_another_link(platform: Platform, browser: Client, unit: Unit) -> None:
    platform.launch(browser)
    platform.launch(browser, context={"id": "course-2"})
    assert ResourceLink.objects.filter(resource_link_id="link-1").count() == 2


def test_a_title_of_any_length_is_cut(platform: Platform, browser: Client, unit: Unit) -> None:
    assert platform.launch(browser, resource_link={"id": "l", "title": "t" * 900}).status_code == 303
    assert Assignment.objects.get().title == "t" * 255


def test_a_unit_without_a_quiz_becomes_its_lesson(platform: Platform, browser: Client, db: None) -> None:
    UnitFactory()
    platform.launch(browser)
    assert Assignment.objects.get().kind == "lesson"
    assert not LineItem.objects.exists()


def test_an_assignment_that_becomes_graded_gets_its_column(platform: Platform, browser: Client, unit: Unit) -> None:
    placed = place(platform, browser, unit, kind="lesson")
    platform.launch(browser, custom={"assignment": str(placed.uuid)})
    assert not LineItem.objects.exists()
    assignments.configure(assignment=placed, kind="quiz", title="Now graded", points=5, attempts_allowed=None)
    platform.launch(browser)
    assert LineItem.objects.get().url


def test_without_content_there_is_nothing_to_launch(platform: Platform, browser: Client, db: None) -> None:
    response = platform.launch(browser)
    assert response.status_code == 404
    assert "no_content" in response.content.decode()
    for model in (Course, Participant, LtiUser, Context, ResourceLink, Visit, Enrollment):
        assert not model.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_class_that_opens_a_new_link_at_once_makes_one_of_each(endpoint: Endpoint) -> None:
    unit = UnitFactory()
    QuizFactory(unit=unit, types=("true_false",))
    platform = Platform(endpoint, deployment_id="")
    prepared = []
    for number in range(12):
        browser = Client()
        asked = platform.begin(browser)
        claims = platform.claims(asked["nonce"], sub=f"user-{number // 2}", name=f"Learner {number // 2}")
        prepared.append((browser, asked["state"], platform.sign(claims)))

    def launch(one: tuple[Client, str, str]) -> int:
        try:
            return platform.post(*one).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(launch, prepared)) == {303}
    assert (Course.objects.count(), Context.objects.count(), Assignment.objects.count()) == (1, 1, 1)
    assert (ResourceLink.objects.count(), LineItem.objects.count()) == (1, 1)
    assert (LtiUser.objects.count(), Participant.objects.count(), Enrollment.objects.count()) == (6, 6, 6)
    assert Visit.objects.count() == 12
    assert endpoint.asked == ["GET /jwks"]


@pytest.mark.django_db(transaction=True)
def test_copies_of_a_link_opened_at_once_share_nothing(endpoint: Endpoint) -> None:
    unit = UnitFactory()
    QuizFactory(unit=unit, types=("true_false",))
    platform = Platform(endpoint)
    placed = place(platform, Client(), unit)
    prepared = []
    for number in range(8):
        browser = Client()
        asked = platform.begin(browser)
        claims = platform.claims(
            asked["nonce"],
            custom={"assignment": str(placed.uuid)},
            resource_link={"id": f"link-{number // 2}"},
            roles=[INSTRUCTOR],
        )
        prepared.append((browser, asked["state"], platform.sign(claims)))

    def launch(one: tuple[Client, str, str]) -> int:
        try:
            return platform.post(*one).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(launch, prepared)) == {303}
    assert ResourceLink.objects.count() == 4
    assert Assignment.objects.count() == 4
    assert Assignment.objects.filter(origin=placed).count() == 3


# --- The configuration itself -----------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("title", {"title": "  "}),
        ("title", {"title": "t" * 256}),
        ("points", {"points": 0}),
        ("points", {"points": 101}),
        ("attempts", {"attempts_allowed": 0}),
        ("kind", {"kind": "poem"}),
    ],
)
def test_a_configuration_that_makes_no_sense(unit: Unit, code: str, changes: dict[str, Any]) -> None:
    good = {"kind": "quiz", "title": "A quiz", "points": 10, "attempts_allowed": 1}
    with pytest.raises(AssignmentError) as caught:
        assignments.place(course=CourseFactory(), unit=unit, **{**good, **changes})
    assert caught.value.code == code
    assignment = AssignmentFactory(title="As it was")
    with pytest.raises(AssignmentError):
        assignments.configure(assignment=assignment, **{**good, **changes})
    assignment.refresh_from_db()
    assert assignment.title == "As it was"


@pytest.mark.django_db
def test_a_graded_kind_needs_a_quiz() -> None:
    with pytest.raises(AssignmentError) as caught:
        assignments.place(course=CourseFactory(), unit=UnitFactory(), kind="unit", title="t", points=1)
    assert caught.value.code == "no_quiz"


@pytest.mark.django_db
def test_changing_the_kind_takes_the_quiz_away_and_brings_it_back(unit: Unit) -> None:
    assignment = assignments.place(course=CourseFactory(), unit=unit, kind="quiz", title="t", points=10)
    quiz = assignment.quiz
    for kind, expected in (("timeline", None), ("unit", quiz)):
        assignments.configure(assignment=assignment, kind=kind, title="t", points=10, attempts_allowed=2)
        assignment.refresh_from_db()
        assert assignment.quiz == expected
