"""What pages and the gradebook are told of attempts."""

import json
from dataclasses import asdict
from decimal import Decimal

import pytest
from django.db import connection

from coexistence.courses.models import Role
from coexistence.quiz import attempts, selectors
from coexistence.quiz.models import Attempt
from tests.factories import ITEM_BODIES, TODAY, AssignmentFactory, EnrollmentFactory

from .answering import RIGHT, WRONG, fill, later, learner_at, statements, take

pytestmark = pytest.mark.django_db


def standing(enrollment, assignment):
    return selectors.standing(assignment=assignment, enrollment=enrollment)


def kept_back(name, *fields):
    """The texts of the example item under these fields, wherever they stand in it."""

    def texts(value):
        if isinstance(value, dict):
            for key, inner in value.items():
                if key in fields and isinstance(inner, str):
                    yield inner
                yield from texts(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from texts(inner)

    return set(texts(ITEM_BODIES[name]))


# --- standing -----------------------------------------------------------------------------------------------------


def test_the_way_of_a_learner_through_two_attempts():
    enrollment, assignment = learner_at()
    now = standing(enrollment, assignment)
    assert (now.score, now.attempts_left, now.may_start, now.shows_keys) == (None, 2, True, False)

    attempt = attempts.start(assignment=assignment, enrollment=enrollment, now=TODAY)
    now = standing(enrollment, assignment)
    assert (now.open, now.attempts_left, now.may_start) == (attempt, 1, False)
    assert selectors.open_attempt(assignment=assignment, enrollment=enrollment) == attempt

    take(enrollment, assignment, RIGHT)
    now = standing(enrollment, assignment)
    assert (now.open, now.score, now.maximum, now.attempts_left) == (None, 10, 10, 1)
    assert not now.shows_keys

    take(enrollment, assignment, WRONG)
    now = standing(enrollment, assignment)
    assert (now.counted.number, now.score, now.attempts_left) == (1, 10, 0)
    assert (now.may_start, now.shows_keys) == (False, True)


def test_standing_costs_two_statements():
    enrollment, assignment = learner_at()
    take(enrollment, assignment, RIGHT)
    with statements() as found:
        standing(enrollment, assignment)
    assert len(found) == 2


# --- taking -------------------------------------------------------------------------------------------------------


def test_the_page_before_submission_holds_no_key():
    """Everything a template gets, for every type, filled in or not: no feedback, no reason, no author's id."""
    enrollment, assignment = learner_at()
    attempt = attempts.start(assignment=assignment, enrollment=enrollment, now=TODAY)
    for _ in range(2):
        page = json.dumps([asdict(item) for item in selectors.taking(attempt)], default=str)
        for name, body in ITEM_BODIES.items():
            secret = kept_back(name, "feedback", "feedback_wrong", "reason", "misconception")
            secret |= {f'"{part["id"]}"' for part in (*body.get("options", ()), *body.get("entries", ()))}
            assert secret
            assert not [text for text in secret if text in page]
        fill(attempt, WRONG)


def test_right_and_wrong_look_the_same_before_submission():
    """Two learners with one seed, one with all right and one with nothing right, differ in their choices only."""
    pages = []
    for given in (RIGHT, WRONG):
        enrollment, assignment = learner_at()
        attempt = attempts.start(assignment=assignment, enrollment=enrollment, now=TODAY)
        assert fill(attempt, given).kept == {1, 2, 3, 4, 5}
        own = {"was", "controls"}
        pages.append([{k: v for k, v in asdict(item).items() if k not in own} for item in selectors.taking(attempt)])
    assert pages[0] == pages[1]


# --- review -------------------------------------------------------------------------------------------------------


def review(attempt, **options):
    return selectors.review(attempt, **options)


def test_a_review_holds_back_what_a_next_attempt_would_need():
    enrollment, assignment = learner_at()
    shown = review(take(enrollment, assignment, WRONG))
    assert (shown.score, shown.maximum, shown.counts, shown.shows_keys) == (0, 10, True, False)
    text = json.dumps([asdict(item) for item in shown.items], default=str)
    assert "Feedback on Paris." in text
    assert "Feedback on half a year." in text
    assert not [reason for name in ITEM_BODIES for reason in kept_back(name, "reason") if reason in text]
    assert "Feedback on Geneva." not in text
    assert [item.outcome for item in shown.items] == ["wrong"] * 5
    assert all(item.expected == () for item in shown.items)


def test_a_review_gives_the_reason_for_what_was_right():
    shown = review(take(*learner_at(), {**RIGHT, "multiple_choice": ["Treaty"]}))
    by_type = {item.type: item for item in shown.items}
    assert by_type["single_choice"].reason == ITEM_BODIES["single_choice"]["reason"]
    assert by_type["multiple_choice"].reason == ""
    assert (by_type["multiple_choice"].outcome, by_type["multiple_choice"].score) == ("partly", Decimal("0.5"))
    assert by_type["multiple_choice"].explanation[0] == "Right choices: 1 of 2, one point each."


def test_the_last_attempt_shows_what_would_have_been_right_in_all_of_them():
    enrollment, assignment = learner_at()
    first = take(enrollment, assignment, WRONG)
    attempts.start(assignment=assignment, enrollment=enrollment, now=TODAY)
    assert not review(first).shows_keys
    take(enrollment, assignment, {})
    first, last = selectors.attempts_of(assignment=assignment, enrollment=enrollment)
    assert review(first).shows_keys
    assert [item.outcome for item in review(last).items] == ["unanswered"] * 5
    assert all(item.expected and item.reason for item in review(last).items)
    assert not review(last).counts


def test_staff_see_what_is_right():
    shown = review(take(*learner_at(), WRONG), for_staff=True)
    assert shown.shows_keys
    assert all(item.expected for item in shown.items)


def test_an_open_attempt_has_no_review():
    enrollment, assignment = learner_at()
    with pytest.raises(ValueError, match="open attempt"):
        review(attempts.start(assignment=assignment, enrollment=enrollment, now=TODAY))


# --- the class ----------------------------------------------------------------------------------------------------


def test_the_class_list_has_every_learner_and_whoever_tried():
    assignment = AssignmentFactory()
    people = {
        name: EnrollmentFactory(course=assignment.course, participant__name=name, **options)
        for name, options in {
            "Ada": {},
            "Ben": {},
            "Cleo": {"instructor": True},
            "Dora": {"instructor": True},
            "Eva": {"roles": [Role.OBSERVER]},
        }.items()
    }
    EnrollmentFactory(participant__name="Elsewhere")
    take(people["Ben"], assignment, WRONG)
    take(people["Ben"], assignment, RIGHT)
    take(people["Cleo"], assignment, {})
    attempts.start(assignment=assignment, enrollment=people["Ada"], now=TODAY)
    with statements() as found:
        ada, ben, cleo = selectors.class_results(assignment)
    assert len(found) == 3
    assert [r.enrollment.participant.name for r in (ada, ben, cleo)] == ["Ada", "Ben", "Cleo"]
    assert (ada.open.number, ada.counted, ada.score, ada.maximum) == (1, None, None, 10)
    assert (len(ben.attempts), ben.counted.number, ben.score) == (2, 2, 10)
    assert (cleo.enrollment.is_preview, cleo.score) == (True, 0)


# --- for the sweep ------------------------------------------------------------------------------------------------


def walk(since, limit):
    changes, after, pages = [], None, 0
    while True:
        page = selectors.counted_changes(since=since, after=after, limit=limit)
        changes += page.changes
        pages += 1
        after = page.after
        if after is None:
            return changes, pages


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_every_score_that_counts_is_found_page_by_page(limit):
    assignment = AssignmentFactory()
    learners = [EnrollmentFactory(course=assignment.course) for _ in range(5)]
    for minute, learner in enumerate(learners[:4]):
        take(learner, assignment, RIGHT, now=later(minute // 2))
    take(learners[0], assignment, WRONG, now=later(30))
    attempts.start(assignment=assignment, enrollment=learners[4], now=TODAY)
    take(EnrollmentFactory(course=assignment.course, instructor=True), assignment, RIGHT)
    changes, _ = walk(TODAY, limit)
    assert {(c.enrollment_id, c.attempt_number, c.score) for c in changes} == {(e.pk, 1, 10) for e in learners[:4]}
    changes, _ = walk(later(10), limit)
    assert [(c.enrollment_id, c.attempt_number, c.score) for c in changes] == [(learners[0].pk, 1, 10)]


def test_a_page_of_scores_costs_two_statements_and_an_empty_one_ends_the_walk():
    enrollment, assignment = learner_at()
    take(enrollment, assignment, RIGHT)
    with statements() as found:
        page = selectors.counted_changes(since=TODAY, limit=1)
    assert (len(found), len(page.changes)) == (2, 1)
    assert page.changes == selectors.counted_scores(assignment=assignment, reason="submitted")
    assert selectors.counted_changes(since=TODAY, after=page.after) == selectors.CountedPage([], None)


def test_the_walk_goes_along_the_index_of_submissions():
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:  # which otherwise reads so small a table as a whole
            cursor.execute("SET LOCAL enable_seqscan = off")
    plan = (
        Attempt.objects.filter(state="submitted", is_preview=False, submitted_at__gte=TODAY)
        .order_by("submitted_at", "pk")[:10]
        .explain()
    )
    assert "quiz_attempt_submissions" in plan
