"""What is written down as owed, what is not, and what the pages say of it."""

from datetime import datetime, timedelta
from threading import Event

import pytest
from django.db import transaction
from django.utils import timezone

from coexistence.courses.gradebook import GradeState, gradebook
from coexistence.courses.models import Visit
from coexistence.quiz import attempts, selectors
from coexistence.quiz.models import Attempt
from lti import cleaning, grades
from lti.grades import sweeping
from lti.models import AccessToken, LineItem, LtiUser, PendingLaunch, Registration, ScoreDelivery
from tests.factories import AssignmentFactory, EnrollmentFactory, ItemFactory, VisitFactory
from tests.quiz.answering import RIGHT, raw, statements

from .conftest import NOON, School
from .platform import Fault
from .test_claims import in_thread

TYPES = list(RIGHT)


def sentence(school: School, assignment, sub: str) -> tuple[GradeState, str]:
    pk = school.learner(sub).pk
    status = gradebook().statuses(assignment_id=assignment.pk, enrollment_ids=[pk])[pk]
    return status.state, status.sentence


def submitted(school: School, assignment, sub: str) -> Attempt:
    enrollment = school.learner(sub)
    attempt = attempts.start(assignment=assignment, enrollment=enrollment, now=timezone.now())
    return attempts.submit(attempt_id=attempt.pk, enrollment=enrollment, now=timezone.now())


def test_submitting_a_quiz_owes_its_score(school: School, bells, clock) -> None:
    assignment = school.assignment()
    submitted(school, assignment, "anna")
    row = school.row(assignment, "anna")
    assert (row.state, row.wanted_score, row.wanted_maximum, row.attempt_number) == ("waiting", 0, 10, 1)
    assert (row.submitted_at, row.reason) == (NOON, "submitted")
    assert bells == [(school.registration.pk, NOON)]
    school.deliver()
    assert school.held(assignment, "anna") == 0


def test_an_attempt_of_thirty_items_costs_few_statements_to_start_save_and_submit(school: School, bells) -> None:
    items = [ItemFactory(unit=None, course=school.course, public=False, type=TYPES[n % len(TYPES)]) for n in range(30)]
    plan = [{"title": "", "items": [{"own": item.slug, "points": "1"} for item in items]}]
    assignment = school.assignment(time_limit=60, due_at=NOON)
    assignment.quiz.plan, assignment.quiz.course = plan, school.course
    assignment.quiz.save()
    enrollment = school.learner("anna")
    with statements() as of_start:
        attempt = attempts.start(assignment=assignment, enrollment=enrollment, now=NOON)
    form = {item.position: raw(item, RIGHT[item.type]) for item in selectors.taking(attempt)}
    with statements() as of_save:
        attempts.save(attempt_id=attempt.pk, enrollment=enrollment, answers=form, sequence=1, now=NOON)
    with statements() as of_submit:
        attempts.submit(attempt_id=attempt.pk, enrollment=enrollment, now=NOON)
    assert school.row(assignment, "anna").wanted_score == 10
    assert (len(of_start) <= 6, len(of_save) <= 3, len(of_submit) <= 12) == (True, True, True)


def test_a_submit_that_is_undone_owes_nothing(school: School, bells) -> None:
    assignment = school.assignment()
    with transaction.atomic():
        submitted(school, assignment, "anna")
        transaction.set_rollback(True)
    assert (ScoreDelivery.objects.count(), bells) == (0, [])


@pytest.mark.parametrize("trait", [{"instructor": True}, {"test_student": True}, {"former_staff": True}, {"roles": []}])
def test_whoever_tries_it_out_is_never_sent(school: School, bells, trait: dict) -> None:
    assignment = school.assignment()
    grades.record([school.change(assignment, "anna", 5, **trait)])
    assert (ScoreDelivery.objects.count(), bells) == (0, [])


def test_who_has_no_account_there_is_passed_over(school: School) -> None:
    assignment = school.assignment()
    changes = [school.change(assignment, name, 5) for name in ("anna", "boris")]
    LtiUser.objects.filter(sub="anna").delete()
    grades.record(changes)
    assert list(ScoreDelivery.objects.values_list("user__sub", flat=True)) == ["boris"]


def test_scores_of_two_platforms_never_mix(make_school, bells) -> None:
    here, there = make_school(), make_school()
    assignment = there.assignment()
    foreign = here.change(assignment, "anna", 5)
    grades.record([foreign, there.change(assignment, "anna", 7)])
    row = ScoreDelivery.objects.get()
    assert (row.registration, row.user.registration, row.wanted_score) == (there.registration, there.registration, 7)


def test_without_a_column_a_score_waits_for_one(school: School, bells, clock) -> None:
    assignment = school.assignment(url="")
    row = school.owe(assignment, "anna", 5)
    assert (row.state, row.code, row.next_try_at, bells) == ("waiting", "no_column", None, [])
    assert sentence(school, assignment, "anna")[0] is GradeState.NO_COLUMN
    assert sentence(school, assignment, "anna")[1].startswith("No column yet")
    assert gradebook().column(assignment_id=assignment.pk).sentence.startswith("No column yet")

    LineItem.objects.update(url=school.platform.line_item(1))
    with transaction.atomic():
        grades.column_found(line_item_id=LineItem.objects.get().pk)
        assert bells == []
    assert bells == [(school.registration.pk, NOON)]
    school.deliver()
    assert school.platform.held(school.platform.line_item(1), "anna") == 5
    assert (
        gradebook().column(assignment_id=assignment.pk).sentence
        == "This activity has a column in the course's gradebook."
    )


@pytest.mark.parametrize("until", [None, NOON + timedelta(days=3)])
def test_a_score_that_is_kept_back_is_not_on_its_way(school: School, bells, clock, until: datetime | None) -> None:
    assignment = school.assignment()
    grades.withhold(assignment_id=assignment.pk, until=until)
    school.owe(assignment, "anna", 5)
    kept_back = (GradeState.KEPT_BACK, "This score is kept back until it is released to the gradebook.")
    assert sentence(school, assignment, "anna") == kept_back
    grades.release(assignment_id=assignment.pk)
    assert sentence(school, assignment, "anna") == (GradeState.WAITING, "On its way to the gradebook.")


def test_a_column_that_is_found_while_a_score_is_written_down_gets_it(school: School, clock) -> None:
    assignment = school.assignment(url="")
    column = LineItem.objects.get()
    begun = Event()

    def find() -> None:
        begun.set()
        with transaction.atomic():
            LineItem.objects.filter(pk=column.pk).update(url=school.platform.line_item(1))
            grades.column_found(line_item_id=column.pk)

    change = school.change(assignment, "anna", 5)
    with transaction.atomic():
        grades.record([change])
        finding = in_thread(find)
        assert begun.wait(30)
        # It has to wait for the score; without that it would be done long since.
        finding.join(0.5)
        assert finding.is_alive()
    finding.join(30)
    school.deliver()
    assert school.platform.held(school.platform.line_item(1), "anna") == 5


def test_what_the_pages_say(school: School, bells, clock, django_assert_num_queries) -> None:
    assignment = school.assignment()
    assert sentence(school, assignment, "anna") == (GradeState.NONE, "There is nothing to send to the gradebook.")
    school.owe(assignment, "anna", "7.50")
    assert sentence(school, assignment, "anna") == (GradeState.WAITING, "On its way to the gradebook.")
    school.deliver()
    assert sentence(school, assignment, "anna") == (GradeState.DELIVERED, "In the gradebook: 7.5 of 10, since noon.")
    clock.shift(timedelta(days=1))
    assert sentence(school, assignment, "anna")[1] == "In the gradebook: 7.5 of 10, since 03/02/2026 noon."

    school.owe(assignment, "anna", 9)
    school.platform.faults.append(Fault(422, "This assignment is still unpublished"))
    school.deliver()
    assert sentence(school, assignment, "anna") == (
        GradeState.HELD,
        "The activity is not published in the course. Publish it there. The gradebook has an earlier score: 7.5 of 10.",
    )
    others = [school.learner(f"learner-{n}").pk for n in range(20)]
    with django_assert_num_queries(1):
        found = gradebook().statuses(assignment_id=assignment.pk, enrollment_ids=others)
    assert {status.state for status in found.values()} == {GradeState.NONE}


def test_one_person_in_two_courses_has_each_score_once(school: School, clock) -> None:
    assignment = school.assignment()
    anna = school.learner("anna")
    elsewhere = EnrollmentFactory(participant=anna.participant)
    school.owe(assignment, "anna", 5)
    found = gradebook().statuses(assignment_id=assignment.pk, enrollment_ids=[anna.pk])
    assert found[anna.pk].computed == 5
    other = AssignmentFactory(course=elsewhere.course)
    found = gradebook().statuses(assignment_id=other.pk, enrollment_ids=[elsewhere.pk])
    assert found[elsewhere.pk].state is GradeState.NONE


# --- The sweep ------------------------------------------------------------------------------------------------------


def test_the_sweep_rings_where_something_is_due(make_school, bells, clock) -> None:
    due, idle, inactive = make_school(), make_school(), make_school()
    for school in (due, idle, inactive):
        school.owe(school.assignment(), "anna", 5)
    idle.deliver()
    Registration.objects.filter(pk=inactive.registration.pk).update(active=False)
    bells.clear()
    grades.sweep(now=timezone.now())
    assert bells == [(due.registration.pk, NOON)]


def test_the_sweep_finds_what_a_dead_worker_had_claimed(school: School, bells, clock) -> None:
    from lti import outbox

    school.owe(school.assignment(), "anna", 5)
    outbox.claim(registration_id=school.registration.pk, limit=1, now=timezone.now())
    bells.clear()
    grades.sweep(now=timezone.now())
    assert bells == []
    clock.shift(outbox.CLAIM_LEASE)
    grades.sweep(now=timezone.now())
    assert bells == [(school.registration.pk, NOON + outbox.CLAIM_LEASE)]


def test_the_sweep_writes_down_what_nobody_did(school: School, clock) -> None:
    sweeping._walk.clear()
    assignment = school.assignment()
    for name in ("anna", "boris"):
        submitted(school, assignment, name)
    ScoreDelivery.objects.filter(user__sub="anna").delete()
    ScoreDelivery.objects.filter(user__sub="boris").update(wanted_score=9)
    clock.shift(timedelta(minutes=5))
    grades.sweep(now=timezone.now())
    assert [school.row(assignment, name).wanted_score for name in ("anna", "boris")] == [0, 0]


def test_the_sweep_leaves_alone_what_is_in_the_making(school: School, clock) -> None:
    """A reading that is a moment old must not undo what was written down in that moment."""
    sweeping._walk.clear()
    assignment = school.assignment()
    submitted(school, assignment, "anna")
    clock.shift(timedelta(minutes=5))
    school.owe(assignment, "anna", 9)
    grades.sweep(now=timezone.now())
    assert school.row(assignment, "anna").wanted_score == 9


def test_the_sweep_walks_through_all_submissions_page_by_page(school: School, clock, monkeypatch) -> None:
    sweeping._walk.clear()
    monkeypatch.setattr(sweeping, "BATCH", 2)
    assignment = school.assignment()
    for number in range(5):
        submitted(school, assignment, f"learner-{number}")
    ScoreDelivery.objects.all().delete()
    clock.shift(timedelta(minutes=5))
    counts = []
    for _ in range(3):
        grades.sweep(now=timezone.now())
        counts.append(ScoreDelivery.objects.count())
    assert counts == [2, 4, 5]


def test_what_has_expired_is_thrown_away(school: School) -> None:
    now = timezone.now()
    for age in (-1, 1):
        PendingLaunch.objects.create(
            login=str(age),
            secret_hash=str(age),
            registration=school.registration,
            state=[],
            expires_at=now - timedelta(seconds=age),
        )
        AccessToken.objects.create(
            registration=school.registration, scopes=str(age), expires_at=now - timedelta(days=1, seconds=age)
        )
        VisitFactory(expires_at=now - timedelta(days=1, seconds=age))
    cleaning.clean(now=now)
    assert PendingLaunch.objects.get().login == "-1"
    assert AccessToken.objects.get().scopes == "-1"
    assert Visit.objects.get().expires_at > now - timedelta(days=1)
