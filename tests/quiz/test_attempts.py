"""Start, save and submit."""

from decimal import Decimal

import pytest
from django.db import connection
from django.http import QueryDict

from coexistence.courses.models import Role
from coexistence.quiz import attempts, forms, selectors
from coexistence.quiz.models import Attempt, Response
from coexistence.quiz.signals import score_changed
from tests.factories import ITEM_BODIES, TODAY, AssignmentFactory, EnrollmentFactory, ItemFactory, QuizFactory, revise

from .answering import RIGHT, WRONG, changes_told, fill, later, learner_at, page_form, raw, statements, take

pytestmark = pytest.mark.django_db


def start(enrollment, assignment, now=TODAY):
    return attempts.start(assignment=assignment, enrollment=enrollment, now=now)


def submit(attempt, now=TODAY):
    return attempts.submit(attempt_id=attempt.pk, enrollment=attempt.enrollment, now=now)


def save(attempt, answers, sequence=None, now=TODAY):
    return attempts.save(
        attempt_id=attempt.pk, enrollment=attempt.enrollment, answers=answers, sequence=sequence, now=now
    )


def stored(attempt):
    return {r.revision.type: r.answer for r in attempt.responses.select_related("revision")}


# --- start --------------------------------------------------------------------------------------------------------


def test_an_attempt_has_the_quizs_items_in_order_with_their_points():
    assignment = AssignmentFactory()
    assignment.quiz.plan[0]["items"][1]["points"] = "2.5"
    assignment.quiz.save()
    attempt = start(EnrollmentFactory(course=assignment.course), assignment)
    responses = list(attempt.responses.select_related("revision"))
    assert [r.revision.type for r in responses] == list(ITEM_BODIES)
    assert [r.position for r in responses] == [1, 2, 3, 4, 5]
    assert [r.points for r in responses] == [1, Decimal("2.5"), 1, 1, 1]
    assert (attempt.number, attempt.maximum, attempt.state) == (1, Decimal("6.5"), "open")


def test_starting_again_resumes_the_open_attempt():
    enrollment, assignment = learner_at()
    attempt = start(enrollment, assignment)
    assert start(enrollment, assignment, later(5)) == attempt
    submit(attempt)
    second = start(enrollment, assignment, later(9))
    assert (second.number, second.started_at) == (2, later(9))


def test_there_are_as_many_attempts_as_allowed():
    enrollment, assignment = learner_at(attempts_allowed=1)
    take(enrollment, assignment, {})
    with pytest.raises(attempts.NoAttemptsLeftError) as refused:
        start(enrollment, assignment)
    assert refused.value.code == "no_attempts_left"
    assert start(EnrollmentFactory(course=assignment.course), assignment).number == 1


def test_any_number_of_attempts_may_be_allowed():
    enrollment, assignment = learner_at(attempts_allowed=None)
    assert [take(enrollment, assignment, {}).number for _ in range(4)] == [1, 2, 3, 4]


def test_an_attempt_stays_with_the_revisions_it_began_with():
    enrollment, assignment = learner_at(types=["true_false"])
    attempt = start(enrollment, assignment)
    revise(assignment.unit.item_set.get(), answer=True, stem="<p>Another statement.</p>")
    [item] = selectors.taking(attempt)
    assert item.stem == ITEM_BODIES["true_false"]["stem"]
    fill(attempt, RIGHT)
    assert submit(attempt).score == 1


def test_attempts_differ_in_their_seeds():
    assignment = AssignmentFactory()
    seeds = {start(EnrollmentFactory(course=assignment.course), assignment).seed for _ in range(4)}
    assert len(seeds) == 4


@pytest.mark.parametrize("plan", [[], [{"title": "", "items": []}], [{"title": "", "items": [{"item": "gone"}]}]])
def test_a_quiz_without_its_items_cannot_be_taken(plan):
    assignment = AssignmentFactory(quiz=QuizFactory(plan=plan))
    with pytest.raises(attempts.QuizUnavailableError):
        start(EnrollmentFactory(course=assignment.course), assignment)
    assert not Attempt.objects.exists()


def test_a_lesson_cannot_be_taken():
    with pytest.raises(attempts.QuizUnavailableError):
        start(*learner_at(lesson=True))


def test_nobody_takes_another_courses_quiz():
    with pytest.raises(attempts.AttemptNotFoundError):
        start(EnrollmentFactory(), AssignmentFactory())


# --- save ---------------------------------------------------------------------------------------------------------


def test_answers_are_kept_in_the_authors_terms():
    attempt = start(*learner_at())
    assert fill(attempt, RIGHT, now=later(1)).kept == {1, 2, 3, 4, 5}
    assert stored(attempt) == {
        "single_choice": "geneva",
        "multiple_choice": ["treaty", "hotline"],
        "true_false": False,
        "numeric": "15.5",
        "ordering": {"armistice": 1, "summit": 2, "congress": 3, "ban": 4},
    }
    assert {r.saved_at for r in attempt.responses.all()} == {later(1)}


def test_the_page_comes_back_filled():
    attempt = start(*learner_at())
    fill(attempt, WRONG)
    again = {item.type: raw(item, WRONG[item.type]) for item in selectors.taking(attempt)}
    for item in selectors.taking(attempt):
        selected = {
            c.name.split("-", 1)[1]: [o.value for o in c.choices if o.selected] or [c.value] for c in item.controls
        }
        assert selected == again[item.type]
        assert item.answered


@pytest.mark.parametrize("order", [[1, 2], [2, 1]])
def test_the_answer_with_the_higher_number_stays_in_whichever_order_they_arrive(order):
    attempt = start(*learner_at(types=["single_choice"]))
    given = {1: WRONG, 2: RIGHT}
    results = [fill(attempt, given[sequence], sequence=sequence) for sequence in order]
    assert stored(attempt) == {"single_choice": "geneva"}
    assert results[-1].outdated == (set() if order == [1, 2] else {1})


def test_the_same_message_twice_is_kept_once():
    attempt = start(*learner_at(types=["single_choice"]))
    for _ in range(2):
        assert fill(attempt, RIGHT, sequence=7).kept == {1}


def test_two_answers_under_one_number_do_not_replace_each_other():
    attempt = start(*learner_at(types=["single_choice"]))
    fill(attempt, RIGHT, sequence=7)
    assert fill(attempt, WRONG, sequence=7).outdated == {1}
    assert stored(attempt) == {"single_choice": "geneva"}


def test_an_answer_can_be_taken_back():
    attempt = start(*learner_at(types=["multiple_choice"]))
    fill(attempt, RIGHT, sequence=1)
    assert save(attempt, {1: {"choice": [""]}}, sequence=2).kept == {1}
    assert stored(attempt) == {"multiple_choice": None}
    assert Response.objects.filter(answer__isnull=True).exists()


def test_what_is_no_answer_is_refused_by_name_and_the_rest_is_kept():
    attempt = start(*learner_at(types=["numeric", "true_false"]))
    fill(attempt, {"numeric": "15"}, sequence=1)
    saved = save(attempt, {1: {"number": ["many"]}, 2: {"choice": ["true"]}, 9: {"choice": ["x"]}}, sequence=2)
    assert (saved.kept, set(saved.refused)) == ({2}, {1, 9})
    assert (saved.refused[1].code, saved.refused[1].field) == ("not_a_number", "1-number")
    assert saved.refused[9].code == "no_such_item"
    assert stored(attempt) == {"numeric": "15", "true_false": True}


def test_nothing_is_saved_in_a_submitted_attempt():
    attempt = take(*learner_at(), RIGHT)
    with pytest.raises(attempts.AttemptClosedError):
        fill(attempt, WRONG, sequence=9)
    assert stored(attempt)["single_choice"] == "geneva"


def test_nobody_reaches_another_persons_attempt():
    attempt = start(*learner_at())
    attempt.enrollment = EnrollmentFactory(course=attempt.assignment.course)
    for touch in (lambda: fill(attempt, RIGHT), lambda: submit(attempt)):
        with pytest.raises(attempts.AttemptNotFoundError):
            touch()


@pytest.mark.parametrize("sequence", [-1, 2**63])
def test_a_sequence_number_has_its_limits(sequence):
    with pytest.raises(ValueError, match="sequence number"):
        save(start(*learner_at()), {}, sequence=sequence)


# --- plain forms, without JavaScript ------------------------------------------------------------------------------


def post(attempt, form):
    query = QueryDict(mutable=True)
    for name, sent in form.items():
        query.setlist(name, sent)
    return save(attempt, forms.answers_in(query), forms.sequence_in(query))


def test_a_plain_form_saves_what_was_given():
    attempt = start(*learner_at())
    saved = post(attempt, page_form(attempt, **RIGHT))
    assert saved.kept == {1, 2, 3, 4, 5}
    assert stored(attempt)["ordering"] == {"armistice": 1, "summit": 2, "congress": 3, "ban": 4}


def test_two_plain_tabs_lose_nothing_of_each_other():
    attempt = start(*learner_at())
    one_tab = page_form(attempt, single_choice=RIGHT["single_choice"], multiple_choice=RIGHT["multiple_choice"])
    other_tab = page_form(attempt, numeric=RIGHT["numeric"])
    post(attempt, one_tab)
    post(attempt, other_tab)
    answers = stored(attempt)
    assert (answers["single_choice"], answers["numeric"]) == ("geneva", "15.5")
    assert answers["multiple_choice"] == ["treaty", "hotline"]


def test_back_and_another_answer_replaces_the_first():
    attempt = start(*learner_at())
    first = page_form(attempt, single_choice=WRONG["single_choice"])
    the_same_page_again = page_form(attempt, single_choice=RIGHT["single_choice"])
    post(attempt, first)
    post(attempt, the_same_page_again)
    assert stored(attempt)["single_choice"] == "geneva"


def test_check_boxes_can_be_cleared_in_a_plain_form():
    attempt = start(*learner_at(types=["multiple_choice"]))
    fill(attempt, RIGHT, sequence=10)
    form = page_form(attempt)
    form["1-choice"] = [""]
    post(attempt, form)
    assert stored(attempt) == {"multiple_choice": None}


def test_fields_of_other_names_are_none_of_the_quizs():
    assert forms.answers_in(QueryDict("visit_token=x&1-choice=a&1-choice=b&12345-choice=c&x-1=d&2-was=e")) == {
        1: {"choice": ["a", "b"]},
        2: {"was": ["e"]},
    }


@pytest.mark.parametrize(
    ("text", "number"), [("", None), ("x", None), ("-1", None), ("12", 12), ("9" * 19, 2**63 - 1), ("9" * 20, None)]
)
def test_the_forms_sequence_number(text, number):
    assert forms.sequence_in({"sequence": text}) == number


# --- submit -------------------------------------------------------------------------------------------------------


def test_a_submitted_attempt_is_scored_and_explained():
    enrollment, assignment = learner_at()
    attempt = take(enrollment, assignment, {**RIGHT, "multiple_choice": ["Treaty"], "numeric": "180"}, now=later(3))
    attempt.refresh_from_db()
    assert (attempt.state, attempt.score, attempt.exact_score) == ("submitted", Decimal("3.5"), "7/2")
    assert attempt.submitted_at == later(3)
    scores = {r.revision.type: (r.score, r.explanation["share"]) for r in attempt.responses.select_related("revision")}
    assert scores["multiple_choice"] == (Decimal("0.5"), "1/2")
    assert scores["numeric"] == (Decimal(0), "0")
    assert attempt.responses.first().explanation["lines"]


def test_an_empty_attempt_is_worth_nothing():
    attempt = take(*learner_at(), {})
    assert (attempt.score, attempt.exact_score) == (0, "0")


def test_the_score_that_counts_is_told_in_the_assignments_points():
    enrollment, assignment = learner_at(points=20)
    with changes_told() as told:
        take(enrollment, assignment, {**RIGHT, "numeric": "180"}, now=later(1))
    [[change]] = told
    assert (change.assignment_id, change.enrollment_id) == (assignment.pk, enrollment.pk)
    assert (change.score, change.maximum, change.attempt_number) == (Decimal("16.00"), Decimal(20), 1)
    assert (change.submitted_at, change.reason) == (later(1), "submitted")


def test_a_worse_attempt_does_not_lower_what_counts():
    enrollment, assignment = learner_at()
    take(enrollment, assignment, RIGHT, now=later(1))
    with changes_told() as told:
        take(enrollment, assignment, WRONG, now=later(9))
    [[change]] = told
    assert (change.score, change.attempt_number, change.submitted_at) == (10, 1, later(1))


def test_submitting_twice_tells_once():
    attempt = start(*learner_at())
    with changes_told() as told:
        first = submit(attempt, later(1))
        again = submit(attempt, later(2))
    assert len(told) == 1
    assert again == first
    assert again.submitted_at == later(1)


def test_a_receiver_that_fails_undoes_the_submission():
    attempt = start(*learner_at())

    def fail(**kwargs):
        raise RuntimeError("no")

    score_changed.connect(fail)
    try:
        with pytest.raises(RuntimeError):
            submit(attempt)
    finally:
        score_changed.disconnect(fail)
    attempt.refresh_from_db()
    assert (attempt.state, attempt.score) == ("open", None)
    assert not attempt.responses.filter(score__isnull=False).exists()


def test_the_change_is_told_inside_the_transaction():
    attempt = start(*learner_at())
    seen = []

    def look(**kwargs):
        seen.append(connection.in_atomic_block and Attempt.objects.get(pk=attempt.pk).state)

    score_changed.connect(look)
    try:
        submit(attempt)
    finally:
        score_changed.disconnect(look)
    assert seen == ["submitted"]


@pytest.mark.parametrize("trait", ["instructor", "test_student", "former_staff"])
def test_a_preview_is_scored_and_told_nobody(trait):
    assignment = AssignmentFactory(attempts_allowed=1)
    enrollment = EnrollmentFactory(course=assignment.course, **{trait: True})
    with changes_told() as told:
        attempts_made = [take(enrollment, assignment, RIGHT) for _ in range(3)]
    assert told == []
    assert [attempt.score for attempt in attempts_made] == [5, 5, 5]
    assert all(attempt.is_preview for attempt in attempts_made)


def test_who_becomes_staff_meanwhile_is_trying_it_out():
    enrollment, assignment = learner_at()
    attempt = start(enrollment, assignment)
    enrollment.roles = [Role.INSTRUCTOR]
    enrollment.save()
    with changes_told() as told:
        assert submit(attempt).is_preview
    assert told == []


def test_previews_do_not_count_for_a_learner():
    enrollment, assignment = learner_at(attempts_allowed=2)
    preview = take(enrollment, assignment, RIGHT)
    Attempt.objects.filter(pk=preview.pk).update(is_preview=True)
    with changes_told() as told:
        take(enrollment, assignment, WRONG)
    [[change]] = told
    assert (change.score, change.attempt_number) == (0, 2)
    assert selectors.standing(assignment=assignment, enrollment=enrollment).attempts_left == 1


def test_after_a_change_of_points_the_whole_class_is_told_again():
    assignment = AssignmentFactory(points=10)
    for given in (RIGHT, WRONG):
        take(EnrollmentFactory(course=assignment.course), assignment, given)
    take(EnrollmentFactory(course=assignment.course, instructor=True), assignment, RIGHT)
    assignment.points = 50
    assignment.save()
    with changes_told() as told:
        assert attempts.recount(assignment=assignment) == 2
    [changes] = told
    assert [(change.score, change.maximum, change.reason) for change in changes] == [
        (50, 50, "settings"),
        (0, 50, "settings"),
    ]


def test_without_scores_a_change_of_points_tells_nothing():
    with changes_told() as told:
        assert attempts.recount(assignment=AssignmentFactory()) == 0
    assert told == []


# --- cost ---------------------------------------------------------------------------------------------------------


def test_statements_of_a_large_attempt(monkeypatch):
    # What a gradebook needs is its own affair.
    monkeypatch.setattr(score_changed, "receivers", [])
    items = [ItemFactory(type=list(ITEM_BODIES)[n % 5]) for n in range(30)]
    for item in items:
        item.unit = items[0].unit
        item.save()
    enrollment, assignment = learner_at(unit=items[0].unit, items=items)
    take(enrollment, assignment, RIGHT)
    with statements() as of_start:
        attempt = start(enrollment, assignment)
    form = {item.position: raw(item, RIGHT[item.type]) for item in selectors.taking(attempt)}
    with statements() as of_save:
        assert len(save(attempt, form, sequence=1).kept) == 30
    with statements() as of_submit:
        assert submit(attempt).score == 30
    with statements() as of_pages:
        selectors.taking(attempt)
        selectors.review(Attempt.objects.select_related("assignment__unit", "enrollment").get(pk=attempt.pk))
    # 6, 3 and 12 are what an attempt may cost, whoever listens to the score; the pages need no more for more items.
    assert len(of_start) <= 6
    assert len(of_save) <= 3
    assert len(of_submit) <= 12
    assert len(of_pages) == 5
