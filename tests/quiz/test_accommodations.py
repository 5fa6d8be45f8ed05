"""Accommodations, groups and a platform's dates: who may do what otherwise, with effect on running attempts at once."""

from datetime import timedelta
from decimal import Decimal

import pytest

from coexistence.courses.models import Accommodation, Group
from coexistence.quiz import accommodations, attempts, selectors
from coexistence.quiz.accommodations import AccommodationError
from coexistence.quiz.models import AttemptEvent
from coexistence.quiz.policy import Reason
from tests.factories import TODAY, AssignmentFactory, CourseFactory, EnrollmentFactory

from .answering import RIGHT, changes_told, fill, later, learner_at, statements, take

pytestmark = pytest.mark.django_db


def start(enrollment, assignment, now=TODAY):
    return attempts.start(assignment=assignment, enrollment=enrollment, now=now)


def grant(person, *, now=TODAY, **what):
    options = {"by": None, "enrollment": person, **what}
    return accommodations.grant(course=person.course, now=now, **options)


def limits(enrollment, assignment):
    return selectors.limits_of(assignment=assignment, enrollment=enrollment)


def deadline(attempt):
    attempt.refresh_from_db()
    return attempt.deadline


def test_more_time_holds_in_every_timed_assignment_present_and_future():
    enrollment, assignment = learner_at(time_limit=60)
    grant(enrollment, time_factor=Decimal("1.5"))
    untimed = AssignmentFactory(course=assignment.course)
    future = AssignmentFactory(course=assignment.course, time_limit=10)
    elsewhere = AssignmentFactory(time_limit=10)
    assert [limits(enrollment, one).time.value for one in (assignment, untimed, future)] == [
        timedelta(minutes=90),
        None,
        timedelta(minutes=15),
    ]
    assert limits(enrollment, elsewhere).time.reason is Reason.ASSIGNMENT
    other = EnrollmentFactory(course=assignment.course)
    assert not limits(other, assignment).time.is_changed
    assert start(enrollment, future).deadline == later(15)


def test_a_running_attempt_has_more_time_at_once_and_its_history_says_so():
    enrollment, assignment = learner_at(time_limit=10)
    teacher = EnrollmentFactory(course=assignment.course, instructor=True)
    attempt = start(enrollment, assignment)
    grant(enrollment, extra_minutes=20, by=teacher, now=later(9))
    assert deadline(attempt) == later(30)
    event = AttemptEvent.objects.get(kind="limits")
    assert (event.by, event.at) == (teacher, later(9))
    assert event.data["deadline"] == [later(10).isoformat(), later(30).isoformat()]
    fill(attempt, RIGHT, now=later(29))
    assert attempts.finalise(now=later(29)) == 0


def test_what_is_taken_back_ends_nobodys_time_before_it_was_known():
    enrollment, assignment = learner_at(time_limit=10)
    row = grant(enrollment, extra_minutes=20)
    attempt = start(enrollment, assignment)
    fill(attempt, RIGHT, now=later(15))
    accommodations.withdraw(accommodation=row, by=None, now=later(16))
    assert deadline(attempt) == later(16)
    assert attempts.finalise(now=later(17)) == 1
    attempt.refresh_from_db()
    assert (attempt.score, attempt.submitted_at) == (5, later(16))


def test_an_exception_in_one_assignment_comes_before_the_course():
    enrollment, assignment = learner_at(time_limit=60)
    grant(enrollment, time_factor=Decimal(2))
    grant(enrollment, assignment=assignment, time_factor=Decimal(1))
    found = limits(enrollment, assignment).time
    assert (found.value, found.reason) == (timedelta(minutes=60), Reason.PERSON_HERE)
    assert Accommodation.objects.count() == 2
    grant(enrollment, assignment=assignment, extra_minutes=5)
    assert Accommodation.objects.count() == 2
    assert limits(enrollment, assignment).time.value == timedelta(minutes=65)


def test_a_group_is_granted_what_its_members_have_and_new_ones_have_it_too():
    enrollment, assignment = learner_at(time_limit=10)
    other = EnrollmentFactory(course=assignment.course)
    attempt, others = start(enrollment, assignment), start(other, assignment)
    group = accommodations.save_group(course=assignment.course, name="Evening", members=[enrollment], now=TODAY)
    accommodations.grant(course=assignment.course, group=group, extra_minutes=10, by=None, now=TODAY)
    assert (deadline(attempt), deadline(others)) == (later(20), later(10))
    accommodations.save_group(course=assignment.course, name=" Evening ", members=[other], now=later(5))
    assert (deadline(attempt), deadline(others)) == (later(10), later(20))
    accommodations.delete_group(group=group, now=later(6))
    assert (deadline(others), Group.objects.count(), Accommodation.objects.count()) == (later(10), 0, 0)


def test_another_due_time_takes_the_lateness_away_and_is_told_once():
    enrollment, assignment = learner_at(due_at=later(60), late="percent", late_percent=50)
    take(enrollment, assignment, RIGHT, now=later(90))
    with changes_told() as told:
        row = grant(enrollment, assignment=assignment, due_at=later(120), now=later(200))
        accommodations.withdraw(accommodation=row, by=None, now=later(201))
    assert [[change.score for change in changes] for changes in told] == [[10], [5]]


def test_extra_attempts():
    enrollment, assignment = learner_at(attempts_allowed=1)
    take(enrollment, assignment, {})
    assert selectors.standing(assignment=assignment, enrollment=enrollment, now=TODAY).shows_keys
    grant(enrollment, extra_attempts=1)
    now = selectors.standing(assignment=assignment, enrollment=enrollment, now=TODAY)
    assert (now.attempts_left, now.may_start, now.shows_keys) == (1, True, False)


def test_of_whoever_is_excused_no_score_is_sent():
    enrollment, assignment = learner_at()
    row = grant(enrollment, assignment=assignment, excused=True)
    with changes_told() as told:
        take(enrollment, assignment, RIGHT)
        assert attempts.recount(assignment=assignment) == 0
        assert selectors.counted_changes(since=TODAY).changes == []
        assert told == []
        accommodations.withdraw(accommodation=row, by=None, now=TODAY)
    assert [[change.score for change in changes] for changes in told] == [[10]]
    assert selectors.class_results(assignment)[0].limits.excused is False


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        ({}, "nothing"),
        ({"note": "Only a note."}, "nothing"),
        ({"time_factor": Decimal("0.9")}, "time_factor"),
        ({"time_factor": Decimal(2), "extra_minutes": 5}, "extra_minutes"),
        ({"extra_minutes": -1}, "extra_minutes"),
        ({"extra_attempts": 1001}, "extra_attempts"),
        ({"due_at": TODAY}, "assignment"),
        ({"excused": True}, "assignment"),
        ({"due_at": later(5), "closes_at": later(4), "assignment": ...}, "closes_at"),
        ({"opens_at": later(5), "closes_at": later(4), "assignment": ...}, "closes_at"),
        ({"extra_attempts": 1, "enrollment": None}, "whose"),
    ],
)
def test_what_cannot_be_granted(terms, code):
    enrollment, assignment = learner_at()
    if "assignment" in terms:
        terms = {**terms, "assignment": assignment}
    with pytest.raises(AccommodationError) as refused:
        grant(enrollment, **terms)
    assert (refused.value.code, Accommodation.objects.count()) == (code, 0)


def test_people_groups_and_assignments_are_those_of_one_course():
    enrollment, _ = learner_at()
    foreign = EnrollmentFactory()
    group = accommodations.save_group(course=foreign.course, name="Others", members=[foreign], now=TODAY)
    for whose in (
        {"enrollment": foreign},
        {"enrollment": None, "group": group},
        {"assignment": AssignmentFactory(course=CourseFactory())},
    ):
        with pytest.raises(AccommodationError) as refused:
            grant(enrollment, **{"extra_attempts": 1, **whose})
        assert refused.value.code == "course"
    for name, members in (("", [foreign]), ("x" * 101, []), ("Mixed", [enrollment, foreign])):
        with pytest.raises(AccommodationError):
            accommodations.save_group(course=foreign.course, name=name, members=members, now=TODAY)


# --- the platform's dates -----------------------------------------------------------------------------------------


def record(enrollment, assignment, now=TODAY, **dates):
    return accommodations.record_platform_dates(
        assignment_id=assignment.pk,
        enrollment_id=enrollment.pk,
        now=now,
        **{"opens_at": None, "due_at": None, "closes_at": None, **dates},
    )


def test_a_platforms_dates_hold_where_nobody_has_set_others():
    enrollment, assignment = learner_at()
    assert record(enrollment, assignment, due_at=later(60), closes_at=later(120))
    with statements() as found:
        assert not record(enrollment, assignment, due_at=later(60), closes_at=later(120))
    assert len(found) == 1
    due = limits(enrollment, assignment).due_at
    assert (due.value, due.reason, str(due.reason.label)) == (later(60), Reason.COURSE, "from the course")
    attempt = start(enrollment, assignment)
    assert (attempt.deadline, attempt.due_at) == (later(120), later(60))
    assert record(enrollment, assignment, closes_at=later(180))
    assert deadline(attempt) == later(180)

    assignment.due_at = later(30)
    assert limits(enrollment, assignment).due_at.reason is Reason.ASSIGNMENT
    grant(enrollment, assignment=assignment, due_at=later(45))
    assert limits(enrollment, assignment).due_at.value == later(45)
    assert record(enrollment, assignment)
    assert not Accommodation.objects.filter(source="platform").exists()


def test_limits_of_a_class_cost_the_same_for_any_number():
    assignment = AssignmentFactory(time_limit=10)
    people = [EnrollmentFactory(course=assignment.course) for _ in range(6)]
    group = accommodations.save_group(course=assignment.course, name="g", members=people[:3], now=TODAY)
    accommodations.grant(course=assignment.course, group=group, extra_minutes=5, by=None, now=TODAY)
    for one in people[2:4]:
        grant(one, time_factor=Decimal(2))
    with statements() as found:
        limits_found = selectors.class_limits(assignment=assignment, enrollments=[one.pk for one in people])
    assert len(found) == 2
    assert [limits_found[one.pk].time.value // timedelta(minutes=1) for one in people] == [15, 15, 20, 20, 10, 10]
    assert limits_found == {one.pk: selectors.limits_of(assignment=assignment, enrollment=one) for one in people}
