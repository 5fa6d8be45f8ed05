"""The server's clock: opening, closing, time limits, answers on their way, and attempts that nobody submits."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection

from coexistence.quiz import attempts, policy, selectors, tasks
from coexistence.quiz.models import Attempt
from coexistence.quiz.signals import score_changed
from tests.factories import TODAY, AssignmentFactory, EnrollmentFactory

from .answering import RIGHT, WRONG, changes_told, fill, later, learner_at, take

pytestmark = pytest.mark.django_db

GRACE = policy.GRACE
INSTANT = timedelta(microseconds=1)


def start(enrollment, assignment, now=TODAY, **options):
    return attempts.start(assignment=assignment, enrollment=enrollment, now=now, **options)


def kinds(attempt):
    return [happening.kind for happening in selectors.history(attempt)]


# --- beginning ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "code", "again_at"),
    [
        ({"opens_at": later(10)}, "not_open_yet", later(10)),
        ({"closes_at": TODAY}, "closed", None),
        ({"due_at": TODAY, "late": "refuse"}, "closed", None),
    ],
)
def test_when_an_attempt_cannot_be_begun(settings, code, again_at):
    enrollment, assignment = learner_at(**settings)
    with pytest.raises(attempts.StartRefusedError) as refused:
        start(enrollment, assignment)
    assert (refused.value.code, refused.value.again_at) == (code, again_at)
    assert not Attempt.objects.exists()
    staff = EnrollmentFactory(course=assignment.course, instructor=True)
    assert start(staff, assignment).is_preview


def test_between_attempts_there_may_be_a_wait():
    enrollment, assignment = learner_at(wait=30)
    take(enrollment, assignment, {}, now=later(5))
    with pytest.raises(attempts.WaitError) as refused:
        start(enrollment, assignment, later(34))
    assert refused.value.again_at == later(35)
    assert "9:35" in str(refused.value)
    assert start(enrollment, assignment, later(35)).number == 2


def test_an_access_code_is_asked_for_before_a_new_attempt():
    enrollment, assignment = learner_at(access_code="sesam")
    for given in ("", "SESAM"):
        with pytest.raises(attempts.AccessCodeError):
            start(enrollment, assignment, code=given)
    attempt = start(enrollment, assignment, code=" sesam ")
    assert start(enrollment, assignment) == attempt
    assert start(EnrollmentFactory(course=assignment.course, instructor=True), assignment)


def test_practice_has_any_number_of_attempts_and_no_score_to_send():
    enrollment, assignment = learner_at(is_practice=True, attempts_allowed=1)
    with changes_told() as told:
        assert [take(enrollment, assignment, RIGHT).number for _ in range(3)] == [1, 2, 3]
    assert told == []
    assignment.is_practice = False
    assignment.save()
    now = selectors.standing(assignment=assignment, enrollment=enrollment, now=TODAY)
    assert (now.score, now.attempts_left) == (None, 1)


# --- the end of the time ------------------------------------------------------------------------------------------


def test_answers_on_their_way_are_taken_for_a_short_time_and_marked():
    attempt = start(*learner_at(types=["numeric", "true_false"], time_limit=10))
    assert attempt.deadline == later(10)
    fill(attempt, {"numeric": "15"}, now=later(10))
    fill(attempt, {"true_false": ["False"]}, sequence=2, now=later(10) + GRACE)
    assert [(r.in_grace, len(r.saves)) for r in attempt.responses.all()] == [(False, 1), (True, 1)]
    done = attempts.submit(attempt_id=attempt.pk, enrollment=attempt.enrollment, now=later(10) + GRACE)
    assert (done.score, done.submitted_at, done.closed_by) == (2, later(10), "learner")


def test_an_answer_after_the_time_is_refused_and_what_was_saved_is_scored():
    attempt = start(*learner_at(types=["numeric"], time_limit=10))
    fill(attempt, RIGHT, now=later(9))
    with changes_told() as told:
        for _ in range(2):
            with pytest.raises(attempts.TimeUpError) as refused:
                fill(attempt, WRONG, sequence=2, now=later(10) + GRACE + INSTANT)
    assert refused.value.code == "time_up"
    attempt.refresh_from_db()
    assert (attempt.state, attempt.score, attempt.submitted_at) == ("submitted", 1, later(10))
    assert (attempt.closed_by, attempt.responses.get().answer) == ("clock", "15.5")
    [[change]] = told
    assert (change.score, change.submitted_at) == (10, later(10))


def test_a_late_submission_closes_with_what_was_saved_in_time():
    attempt = start(*learner_at(types=["numeric"], time_limit=10))
    fill(attempt, RIGHT, now=later(9))
    done = attempts.submit(attempt_id=attempt.pk, enrollment=attempt.enrollment, now=later(300))
    assert (done.submitted_at, done.closed_by, done.score) == (later(10), "clock", 1)
    assert kinds(done) == ["started", "answered", "closed"]


def test_starting_again_closes_the_attempt_whose_time_is_over():
    enrollment, assignment = learner_at(time_limit=10)
    first = start(enrollment, assignment)
    second = start(enrollment, assignment, later(60))
    first.refresh_from_db()
    assert (first.state, first.closed_by, second.number) == ("submitted", "clock", 2)


def test_it_stays_closed_where_no_other_may_be_begun():
    enrollment, assignment = learner_at(time_limit=10, attempts_allowed=1)
    first = start(enrollment, assignment)
    with pytest.raises(attempts.NoAttemptsLeftError):
        start(enrollment, assignment, later(60))
    first.refresh_from_db()
    assert (first.state, first.submitted_at) == ("submitted", later(10))


def test_a_page_can_close_what_is_over_before_it_shows_it():
    enrollment, assignment = learner_at(time_limit=10)
    start(enrollment, assignment)
    assert attempts.expire(assignment=assignment, enrollment=enrollment, now=later(10) + GRACE) is None
    assert attempts.expire(assignment=assignment, enrollment=enrollment, now=later(11)).closed_by == "clock"
    assert attempts.expire(assignment=assignment, enrollment=enrollment, now=later(12)) is None


def test_the_closing_time_ends_an_attempt_without_a_limit():
    attempt = start(*learner_at(closes_at=later(60)))
    assert attempt.deadline == later(60)
    assert attempts.finalise(now=later(62)) == 1


# --- what nobody submits ------------------------------------------------------------------------------------------


def test_abandoned_attempts_are_closed_and_told_zero_included():
    assignment = AssignmentFactory(types=["numeric"], time_limit=10)
    people = [EnrollmentFactory(course=assignment.course) for _ in range(5)]
    for minute, person in enumerate(people[:4]):
        attempt = start(person, assignment, later(minute))
        if minute == 1:
            fill(attempt, RIGHT, now=later(minute))
    attempts.submit(attempt_id=attempt.pk, enrollment=attempt.enrollment, now=later(4))
    start(EnrollmentFactory(course=assignment.course, instructor=True), assignment)
    start(people[4], assignment, later(9))
    with changes_told() as told:
        assert attempts.finalise(now=later(15), limit=2) == 4
        assert attempts.finalise(now=later(15), limit=2) == 0
    scores = {change.enrollment_id: (change.score, change.submitted_at) for [change] in told}
    assert scores == {
        people[0].pk: (0, later(10)),
        people[1].pk: (10, later(11)),
        people[2].pk: (0, later(12)),
    }
    assert Attempt.objects.get(state="open").enrollment == people[4]


def test_the_scheduled_task_closes_what_is_over():
    start(*learner_at(time_limit=10))
    tasks.finalise()
    assert Attempt.objects.get().closed_by == "clock"


def test_one_that_cannot_be_closed_keeps_no_other_waiting(caplog):
    assignment = AssignmentFactory(time_limit=10)
    first, second = (start(EnrollmentFactory(course=assignment.course), assignment) for _ in range(2))

    def fail(changes, **kwargs):
        if changes[0].enrollment_id == first.enrollment_id:
            raise RuntimeError("no")

    score_changed.connect(fail)
    try:
        assert attempts.finalise(now=later(20), limit=1) == 1
    finally:
        score_changed.disconnect(fail)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("open", "submitted")
    assert "could not be closed" in caplog.text
    assert attempts.finalise(now=later(20)) == 1


def test_the_finaliser_walks_along_the_index_of_deadlines():
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:  # which otherwise reads so small a table as a whole
            cursor.execute("SET LOCAL enable_seqscan = off")
    plan = Attempt.objects.filter(state="open", deadline__lt=TODAY).order_by("deadline", "pk")[:10].explain()
    assert "quiz_attempt_deadlines" in plan


# --- late work ----------------------------------------------------------------------------------------------------


def test_late_work_is_accepted_and_marked_and_may_lose_a_part():
    enrollment, assignment = learner_at(due_at=later(60))
    attempt = take(enrollment, assignment, RIGHT, now=later(90))
    shown = selectors.review(attempt, now=later(90))
    assert (shown.score, shown.worth.is_late, shown.worth.late_by) == (10, True, timedelta(minutes=30))
    assignment.late = "percent"
    assert selectors.scaled_score(attempt, assignment) == Decimal("9.00")


def test_only_in_time_is_not_late():
    assignment = AssignmentFactory(due_at=later(60), late="percent", late_grace=5)
    for minutes, score in ((60, 10), (65, 10), (66, 9), (60 + 24 * 60 + 1, 8)):
        person = EnrollmentFactory(course=assignment.course)
        with changes_told() as told:
            take(person, assignment, RIGHT, now=later(minutes))
        assert told[0][0].score == score
