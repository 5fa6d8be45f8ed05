"""Copied courses: a copy of a link takes over the configuration of the nearest one it came from, and nobody's work."""

import pytest
from django.test import Client

from coexistence.courses import assignments
from coexistence.courses.models import Assignment, Enrollment, Visit
from coexistence.quiz import attempts
from coexistence.quiz.models import Attempt
from lti.models import Context, ResourceLink
from lti.protocol.claims import MOST_ANCESTORS, Message
from tests.factories import QuizFactory, UnitFactory

from .platform import CORE, Platform

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def unit() -> None:
    QuizFactory(unit=UnitFactory(title="Peaceful coexistence"), types=("true_false",))


def shown(platform: Platform, link: str, context: str, *, title: str | None = None, **custom: str) -> Assignment:
    """What a launch of that link in that context shows."""
    response = platform.launch(
        Client(),
        resource_link={"id": link, **({"title": title} if title else {})},
        context={"id": context},
        custom=custom,
    )
    assert response.status_code == 303
    assignment = Visit.objects.get(pk=response["Location"].split("/")[2]).assignment
    assert assignment is not None
    return assignment


def configured(assignment: Assignment, points: int) -> Assignment:
    """The assignment, told from all others by its points."""
    return assignments.configure(
        assignment=assignment, kind=assignment.kind, title=assignment.title, points=points, attempts_allowed=3
    )


# --- Links that were placed by their address, and name no assignment --------------------------------------------------


def test_a_copy_takes_over_the_configuration_and_nobodys_work(platform: Platform) -> None:
    original = configured(shown(platform, "old", "course-1", title="Our quiz"), 33)
    learner = Enrollment.objects.get(course=original.course)
    attempts.start(assignment=original, enrollment=learner, now=learner.created_at)
    copy = shown(platform, "new", "course-2", title="Our quiz", link_history="old")
    assert (copy.origin, copy.points, copy.attempts_allowed) == (original, 33, 3)
    assert copy.course == Context.objects.get(context_id="course-2").course
    assert not Attempt.objects.filter(assignment=copy).exists()
    assert shown(platform, "new", "course-2", link_history="old") == copy


@pytest.mark.parametrize(
    ("custom", "points"),
    [
        pytest.param({"link_history": "nearest,older"}, 22, id="the nearest link"),
        pytest.param({"link_history": "unheard-of,older,nearest"}, 11, id="the nearest that is known"),
        pytest.param({"link_history": " a%2Fb , older"}, 33, id="ids as in addresses"),
        pytest.param({"context_history": "course-2,course-1"}, 22, id="the nearest context"),
        pytest.param({"context_history": "course-0,course-1,course-2"}, 11, id="the nearest context that is known"),
        pytest.param({"context_history": "course-2,truncated"}, 22, id="with a remark at its end"),
        pytest.param(
            {"link_history": "$ResourceLink.id.history", "context_history": "course-1"}, 11, id="not filled in"
        ),
        pytest.param({"link_history": "gone", "context_history": "course-1"}, 11, id="a link that nobody opened"),
        pytest.param({"link_history": "", "context_history": ""}, 10, id="no copy"),
        pytest.param({"link_history": ",,%00,\x7f", "context_history": "x" * 300}, 10, id="nonsense"),
    ],
)
def test_the_nearest_copy_counts(platform: Platform, custom: dict[str, str], points: int) -> None:
    for link, context, given in (("older", "course-1", 11), ("nearest", "course-2", 22), ("a/b", "course-3", 33)):
        configured(shown(platform, link, context, title="Our quiz"), given)
    assert shown(platform, "new", "course-9", title="Our quiz", **custom).points == points


def test_by_context_only_a_title_that_one_link_has_counts(platform: Platform) -> None:
    for link, title, points in (("a", "Twice", 11), ("b", "Twice", 22), ("c", "Once", 33)):
        configured(shown(platform, link, "course-1", title=title), points)
    for number, (title, points) in enumerate((("Once", 33), ("Twice", 10), ("Never", 10), (None, 10))):
        copy = shown(platform, f"new-{number}", "course-2", title=title, context_history="course-1")
        assert copy.points == points, title


def test_a_link_id_that_several_courses_share_is_told_by_the_context(platform: Platform) -> None:
    configured(shown(platform, "same", "course-1"), 11)
    configured(shown(platform, "same", "course-2"), 22)
    told = shown(platform, "new", "course-3", link_history="same", context_history="course-2,course-1")
    assert told.points == 22
    assert shown(platform, "newer", "course-3", link_history="same").points == 10


def test_another_registrations_links_are_nobodys_copies(platform: Platform) -> None:
    configured(shown(platform, "old", "course-1", title="Our quiz"), 33)
    other = Platform(platform.endpoint, client_id="client-2")
    copy = shown(other, "new", "course-2", title="Our quiz", link_history="old", context_history="course-1")
    assert (copy.origin, copy.points) == (None, 10)


def test_what_was_replaced_in_a_link_is_not_what_is_copied(platform: Platform) -> None:
    former = configured(shown(platform, "old", "course-1"), 11)
    picked = assignments.place(course=former.course, unit=former.unit, kind="quiz", title="Picked", points=22)
    shown(platform, "old", "course-1", assignment=str(picked.uuid))
    assert shown(platform, "new", "course-2", link_history="old").origin == picked


# --- Links that name the assignment that was placed -------------------------------------------------------------------


def placed(platform: Platform) -> Assignment:
    platform.select(Client(), context={"id": "course-1"})
    course = Context.objects.get(context_id="course-1").course
    unit = shown(platform, "any", "course-1").unit
    return assignments.place(course=course, unit=unit, kind="quiz", title="Placed", points=11)


def test_of_several_copies_the_nearest_one_is_copied(platform: Platform) -> None:
    original = placed(platform)
    uuid = str(original.uuid)
    assert shown(platform, "l1", "course-1", assignment=uuid) == original
    first = configured(shown(platform, "l2", "course-2", assignment=uuid, context_history="course-1"), 22)
    assert first.origin == original
    second = shown(platform, "l3", "course-3", assignment=uuid, context_history="course-2,course-1")
    assert (second.origin, second.points) == (first, 22)
    configured(second, 33)
    third = shown(platform, "l4", "course-4", assignment=uuid, context_history="course-3,course-2,course-1")
    assert (third.origin, third.points) == (second, 33)
    # From the first course again, and from one that nobody opened.
    for number, history in enumerate(("course-1", "course-8,course-1", "course-8", "$Context.id.history")):
        assert (
            shown(platform, f"l5{number}", f"course-5{number}", assignment=uuid, context_history=history).points == 11
        )


def test_of_copies_in_one_course_the_one_with_the_title_or_the_history_is_copied(platform: Platform) -> None:
    original = placed(platform)
    uuid = str(original.uuid)
    configured(shown(platform, "l1", "course-2", assignment=uuid), 22)
    twin = configured(shown(platform, "l2", "course-2", assignment=uuid), 33)
    assignments.configure(assignment=twin, kind="quiz", title="Twin", points=33, attempts_allowed=1)
    history = {"assignment": uuid, "context_history": "course-2,course-1"}
    assert shown(platform, "n1", "course-3", title="Twin", **history).points == 33
    assert shown(platform, "n2", "course-3", title="Renamed", link_history="l1", **history).points == 22
    # Nothing tells which of them it was: the one that was placed.
    assert shown(platform, "n3", "course-3", title="Renamed", **history).points == 11


def test_links_of_before_this_was_written_down_are_found_as_well(platform: Platform) -> None:
    original = placed(platform)
    shown(platform, "l1", "course-1", assignment=str(original.uuid))
    configured(original, 44)
    ResourceLink.objects.update(picked=None)
    copy = shown(platform, "l2", "course-2", assignment=str(original.uuid), context_history="course-1")
    assert (copy.origin, copy.points) == (original, 44)


def test_a_history_has_an_end() -> None:
    message = Message.model_validate(
        {
            CORE + "message_type": "LtiResourceLinkRequest",
            CORE + "deployment_id": "d",
            CORE + "roles": [],
            CORE + "custom": {"context_history": ",".join(map(str, range(5000)))},
        }
    )
    assert message.context_history == [str(number) for number in range(MOST_ANCESTORS)]
