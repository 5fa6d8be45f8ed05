"""Scores that people set, what waits for them, regrades, and how a score is explained (Q4)."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from coexistence.quiz import attempts, selectors
from coexistence.quiz.models import Adjustment, Attempt, AttemptEvent, Regrade
from tests.factories import (
    ITEM_BODIES,
    TODAY,
    AssignmentFactory,
    EnrollmentFactory,
    ItemFactory,
    UnitFactory,
    revise,
)

from .answering import RIGHT, WRONG, changes_told, fill, later, learner_at, statements, take
from .graded_elsewhere import essay, graded_elsewhere, poll

__all__ = ["graded_elsewhere"]

pytestmark = pytest.mark.django_db
TYPES = ["single_choice", "numeric", "true_false"]


@pytest.fixture
def teacher():
    def make(attempt):
        return EnrollmentFactory(course=attempt.assignment.course, instructor=True, participant__name="Ms Reed")

    return make


def adjust(attempt, position, score, *, by=None, reason="Ambiguous.", now=TODAY, **options):
    return attempts.adjust(
        attempt_id=attempt.pk, position=position, score=Decimal(score), by=by, reason=reason, now=now, **options
    )


def restore(attempt, position, *, by=None, now=TODAY):
    return attempts.restore(attempt_id=attempt.pk, position=position, by=by, now=now)


def score_of(attempt):
    return selectors.standing(assignment=attempt.assignment, enrollment=attempt.enrollment, now=TODAY).score


# --- scores set by a person ---------------------------------------------------------------------------------------


def test_a_response_can_be_given_another_score_and_have_it_back(teacher):
    attempt = take(*learner_at(types=TYPES), {**RIGHT, "numeric": "3"})
    by = teacher(attempt)
    with changes_told() as told:
        adjust(attempt, 2, "0.5", by=by, now=later(5))
        assert score_of(attempt) == Decimal("8.33")
        adjust(attempt, 2, "1", by=by, now=later(6))
        assert score_of(attempt) == 10
        restore(attempt, 2, by=by, now=later(7))
        assert score_of(attempt) == Decimal("6.67")
    assert [[change.score for change in changes] for changes in told] == [[Decimal("8.33")], [10], [Decimal("6.67")]]
    assert {change.submitted_at for changes in told for change in changes} == {attempt.submitted_at}
    rows = [(row.score, row.by, row.at, row.removed_at) for row in Adjustment.objects.all()]
    assert rows == [(Decimal("0.5"), by, later(5), later(6)), (1, by, later(6), later(7))]
    kinds = list(AttemptEvent.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["started", "closed", "adjusted", "adjusted", "restored"]


def test_an_attempt_can_be_given_a_score_as_a_whole():
    enrollment, assignment = learner_at(types=TYPES, points=20, due_at=later(0), late="percent")
    attempt = take(enrollment, assignment, WRONG, now=later(90))
    adjust(attempt, None, "15")
    attempt.refresh_from_db()
    # Three quarters of three points, and nothing off for being late.
    assert (attempt.exact_score, attempt.is_overridden, score_of(attempt)) == ("9/4", True, 15)
    adjust(attempt, 1, "1")
    assert score_of(attempt) == 15
    restore(attempt, None)
    assert score_of(attempt) == Decimal("6.00")  # a third of 20 points, less a tenth


@pytest.mark.parametrize(
    ("position", "score", "options", "code"),
    [
        (1, "-0.1", {}, "score"),
        (1, "1.1", {}, "score"),
        (None, "10.01", {}, "score"),
        (1, "1", {"reason": "  "}, "reason"),
        (None, "1", {"reason": ""}, "reason"),
        (4, "1", {}, "no_such_item"),
    ],
)
def test_a_score_that_cannot_be_set(position, score, options, code):
    attempt = take(*learner_at(types=TYPES), RIGHT)
    with changes_told() as told, pytest.raises(attempts.AdjustmentError) as refused:
        adjust(attempt, position, score, **options)
    assert (refused.value.code, told, Adjustment.objects.count()) == (code, [], 0)


def test_an_open_attempt_has_no_score_to_set_and_nothing_set_nothing_to_take_back():
    enrollment, assignment = learner_at(types=TYPES)
    attempt = attempts.start(assignment=assignment, enrollment=enrollment, now=TODAY)
    with pytest.raises(attempts.AdjustmentError) as refused:
        adjust(attempt, 1, "1")
    assert refused.value.code == "open"
    attempts.submit(attempt_id=attempt.pk, enrollment=enrollment, now=TODAY)
    with pytest.raises(attempts.AdjustmentError) as refused:
        restore(attempt, 1)
    assert refused.value.code == "nothing"


def test_one_adjustment_holds_at_a_time():
    attempt = take(*learner_at(types=TYPES), RIGHT)
    for response in (None, attempt.responses.first()):
        row = {"attempt": attempt, "response": response, "score": 1, "maximum": 1, "reason": "r", "at": TODAY}
        Adjustment.objects.create(**row)
        with pytest.raises(IntegrityError), transaction.atomic():
            Adjustment.objects.create(**row)


# --- what waits for a person, and what nobody grades --------------------------------------------------------------


def test_an_essay_keeps_the_score_back_until_a_person_has_graded_it(graded_elsewhere, teacher):
    unit = UnitFactory()
    items = [ItemFactory(unit=unit, type="numeric"), essay(unit, points="3")]
    enrollment, assignment = learner_at(unit=unit, items=items)
    attempt = attempts.start(assignment=assignment, enrollment=enrollment, now=TODAY)
    fill(attempt, {**RIGHT, "test_essay": "Because."})
    with changes_told() as told:
        attempt = attempts.submit(attempt_id=attempt.pk, enrollment=enrollment, now=later(5))
        assert (told, attempt.ungraded, attempt.score, score_of(attempt)) == ([], 1, 1, None)
        assert selectors.review(attempt, now=TODAY).score is None
        assert [item.outcome for item in selectors.review(attempt, now=TODAY).items] == ["right", "waiting"]
        assert "Waits to be graded by a person." in selectors.explain(attempt).items[1].lines
        adjust(attempt, 2, "2", reason="", by=teacher(attempt), now=later(60))
    [[change]] = told
    assert (change.score, change.submitted_at) == (Decimal("7.50"), later(5))
    assert attempts.recount(assignment=assignment) == 1
    restore(attempt, 2)
    assert attempts.recount(assignment=assignment) == 0


def test_an_essay_left_empty_waits_for_nobody(graded_elsewhere):
    unit = UnitFactory()
    with changes_told() as told:
        take(*learner_at(unit=unit, items=[essay(unit), ItemFactory(unit=unit, type="numeric")]), RIGHT)
    assert told[0][0].score == 5


def test_while_a_new_attempt_waits_the_former_one_counts(graded_elsewhere):
    unit = UnitFactory()
    enrollment, assignment = learner_at(unit=unit, items=[essay(unit), ItemFactory(unit=unit, type="numeric")])
    take(enrollment, assignment, RIGHT)
    with changes_told() as told:
        take(enrollment, assignment, {**RIGHT, "test_essay": "Because."})
    assert told == []
    assert selectors.standing(assignment=assignment, enrollment=enrollment, now=TODAY).score == 5


def test_a_poll_is_worth_nothing_whatever_the_plan_says(graded_elsewhere):
    unit = UnitFactory()
    enrollment, assignment = learner_at(
        unit=unit, items=[poll(unit, points="5"), ItemFactory(unit=unit, type="numeric")]
    )
    attempt = take(enrollment, assignment, {**RIGHT, "test_poll": "Yes."})
    assert (attempt.maximum, score_of(attempt)) == (1, 10)
    with pytest.raises(attempts.AdjustmentError):
        adjust(attempt, 1, "1")
    with changes_told() as told:
        nothing_else = take(*learner_at(unit=unit, items=[poll(unit)]), {"test_poll": "Yes."})
    assert (told, score_of(nothing_else), selectors.explain(nothing_else).score) == ([], None, None)


# --- regrading ----------------------------------------------------------------------------------------------------


def a_class(**options):
    """An assignment of three items at which three learners were right, wrong, and are still at it."""
    assignment = AssignmentFactory(types=TYPES, **options)
    people = [EnrollmentFactory(course=assignment.course) for _ in range(3)]
    right, wrong = take(people[0], assignment, RIGHT), take(people[1], assignment, WRONG)
    running = attempts.start(assignment=assignment, enrollment=people[2], now=TODAY)
    fill(running, WRONG)
    return assignment, right, wrong, running


def other_key(assignment):
    """A revision of the choice in which Paris was right."""
    item = ItemFactory._meta.model.objects.get(unit=assignment.unit, current__type="single_choice")
    options = [{**one, "right": one["id"] == "paris"} for one in ITEM_BODIES["single_choice"]["options"]]
    return revise(item, options=options)


def test_a_regrade_is_previewed_applied_told_once_and_kept(teacher):
    assignment, right, wrong, running = a_class()
    revision, by = other_key(assignment), teacher(right)
    before = list(Attempt.objects.values_list("pk", "score"))
    preview = attempts.preview_regrade(assignment=assignment, revision=revision)
    assert list(Attempt.objects.values_list("pk", "score")) == before
    assert not AttemptEvent.objects.filter(kind="regraded").exists()
    assert [(d.before, d.after, d.score_before, d.score_after) for d in preview.changed] == [
        (1, 0, 10, Decimal("6.67")),
        (0, 1, 0, Decimal("3.33")),
    ]
    assert preview.running == 1

    with changes_told() as told:
        row = attempts.regrade(assignment=assignment, revision=revision, by=by, reason="Key was wrong", now=later(9))
    [changes] = told
    assert {change.enrollment_id: change.score for change in changes} == {
        right.enrollment_id: Decimal("6.67"),
        wrong.enrollment_id: Decimal("3.33"),
    }
    assert (row.attempts, row.changed, row.by, row.reason) == (3, 2, by, "Key was wrong")
    # What was asked stays as it was.
    assert selectors.taking(wrong)[0].stem == ITEM_BODIES["single_choice"]["stem"]
    response = wrong.responses.select_related("revision", "scored_by").get(position=1)
    assert (response.revision.number, response.scored_by.number, response.answer) == (1, 2, "paris")
    assert "regrade" in " ".join(selectors.explain(wrong).items[0].lines)
    done = attempts.submit(attempt_id=running.pk, enrollment=running.enrollment, now=TODAY)
    assert done.score == 1
    assert attempts.preview_regrade(assignment=assignment, revision=revision).changed == []


def test_a_score_that_a_person_has_set_stands_through_a_regrade():
    assignment, right, wrong, _ = a_class()
    adjust(right, 1, "0.5")
    adjust(wrong, None, "9")
    revision = other_key(assignment)
    assert [d.is_adjusted for d in attempts.preview_regrade(assignment=assignment, revision=revision).differences] == [
        True,
        True,
    ]
    attempts.regrade(assignment=assignment, revision=revision, by=None, reason="r", now=TODAY)
    assert (score_of(right), score_of(wrong)) == (Decimal("8.33"), 9)
    restore(right, 1)
    assert score_of(right) == Decimal("6.67")


def test_a_regrade_that_cannot_be_done():
    assignment, *_ = a_class()
    revision = other_key(assignment)
    with pytest.raises(attempts.RegradeError) as refused:
        attempts.regrade(assignment=assignment, revision=revision, by=None, reason=" ", now=TODAY)
    assert refused.value.code == "reason"
    with pytest.raises(attempts.RegradeError) as refused:
        attempts.preview_regrade(assignment=assignment, revision=ItemFactory().current)
    assert refused.value.code == "no_such_item"
    revision.type = "numeric"
    with pytest.raises(attempts.RegradeError) as refused:
        attempts.preview_regrade(assignment=assignment, revision=revision)
    assert refused.value.code == "type"
    assert not Regrade.objects.exists()


def test_a_regrade_costs_the_same_for_any_class():
    assignment, *_ = a_class()
    revision = other_key(assignment)
    counts = []
    for _ in range(2):
        with statements() as found:
            attempts.preview_regrade(assignment=assignment, revision=revision)
        counts.append(len(found))
        take(EnrollmentFactory(course=assignment.course), assignment, WRONG)
    assert counts == [4, 4]


# --- explaining ---------------------------------------------------------------------------------------------------


def test_a_score_is_explained_line_by_line(teacher):
    enrollment, assignment = learner_at(types=TYPES, points=20, due_at=later(0), late="percent", late_percent=20)
    attempt = take(enrollment, assignment, {**RIGHT, "numeric": "3"}, now=later(24 * 60 + 30))
    adjust(attempt, 2, "0.5", by=teacher(attempt), reason="Nearly.", now=later(3000))
    attempt.refresh_from_db()
    found = selectors.explain(attempt)
    assert [item.score for item in found.items] == [1, Decimal("0.5"), 1]
    assert found.items[0].lines == ["The right answer was chosen.", "1 of 1 points by the rules."]
    assert found.items[1].lines[-2:] == [
        "Set to 0.5 of 1 by Ms Reed on March 4, 2026, 11 a.m..",
        "Reason: Nearly.",
    ]
    assert found.lines == [
        "The questions earned 5/2 of 3.",
        "Submitted 1 d 0 h after it was due on March 2, 2026, 9 a.m..",
        "For 2 days that have begun since, 20% each are taken off: 3/5 of it is left.",
        "1/2 of 20 points, rounded once, halves up, to two places: 10.00.",
        "What counts is the best attempt: here attempt 1, 10.00 points.",
    ]
    assert (found.score, found.maximum) == (10, 20)


def test_an_explanation_costs_three_statements():
    attempt = take(*learner_at(), RIGHT)
    with statements() as found:
        selectors.explain(attempt)
    assert len(found) == 3
