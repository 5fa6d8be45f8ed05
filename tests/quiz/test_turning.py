"""What a learner does between start and submission, besides answering: turning pages, checking, leaving."""

import pytest

from coexistence.quiz import attempts, selectors
from coexistence.quiz.items import confidence
from coexistence.quiz.models import AttemptEvent
from tests.factories import TODAY, ItemFactory

from .answering import RIGHT, WRONG, fill, later, learner_at, raw, take

pytestmark = pytest.mark.django_db
TYPES = ["single_choice", "numeric", "true_false"]


def start(**settings):
    enrollment, assignment = learner_at(types=TYPES, **settings)
    return attempts.start(assignment=assignment, enrollment=enrollment, now=TODAY)


def turn(attempt, position, now=TODAY):
    return attempts.turn(attempt_id=attempt.pk, enrollment=attempt.enrollment, position=position, now=now).position


def check(attempt, position, now=TODAY):
    return attempts.check(attempt_id=attempt.pk, enrollment=attempt.enrollment, position=position, now=now)


def stored(attempt):
    return {r.position: r.answer for r in attempt.responses.all()}


def test_pages_can_be_turned_both_ways():
    attempt = start(one_a_page=True)
    assert [turn(attempt, to) for to in (2, 3, 4, 1, 0, 3)] == [2, 3, 3, 1, 1, 3]


def test_without_a_way_back_what_was_left_stays_as_it_is():
    attempt = start(one_a_page=True, may_go_back=False)
    fill(attempt, WRONG)
    assert [turn(attempt, to) for to in (2, 1, 2)] == [2, 2, 2]
    saved = fill(attempt, RIGHT, sequence=2)
    assert (saved.kept, set(saved.refused), saved.refused[1].code) == ({2, 3}, {1}, "left_behind")
    assert stored(attempt)[1] == "paris"
    # The same answer again is no change, and nothing to complain about.
    assert fill(attempt, {"single_choice": ["Paris"]}, sequence=3).kept == {1}


def test_nothing_turns_after_the_end():
    attempt = start(one_a_page=True, time_limit=5)
    with pytest.raises(attempts.TimeUpError):
        turn(attempt, 2, later(6))
    with pytest.raises(attempts.AttemptClosedError):
        turn(attempt, 2, TODAY)
    attempt.refresh_from_db()
    assert (attempt.state, attempt.position) == ("submitted", 1)


def test_a_checked_answer_is_fixed_and_shows_what_may_be_seen():
    attempt = start(show_feedback="during")
    fill(attempt, WRONG)
    shown = selectors.checked(check(attempt, 1, later(1)), attempt)
    assert (shown.outcome, shown.score, shown.expected) == ("wrong", None, ())
    assert "Feedback on Paris." in str(shown.lines)
    saved = fill(attempt, RIGHT, sequence=2, now=later(2))
    assert (saved.kept, saved.refused[1].code) == ({2, 3}, "checked")
    again = check(attempt, 1, later(3))
    assert (again.checked_at, stored(attempt)[1]) == (later(1), "paris")
    assert [item.is_checked for item in selectors.taking(attempt)] == [True, False, False]
    assert attempt.responses.get(position=1).score is None


@pytest.mark.parametrize(
    ("settings", "position"), [({}, 1), ({"show_feedback": "during"}, 2), ({"show_keys": "during"}, 9)]
)
def test_what_cannot_be_checked(settings, position):
    attempt = start(**settings)
    fill(attempt, {"single_choice": ["Paris"]})
    with pytest.raises(attempts.NothingCheckedError):
        check(attempt, position)
    assert not attempt.responses.exclude(checked_at=None).exists()


def test_keys_are_shown_before_the_end_only_where_a_setting_says_so():
    attempt = start(show_keys="during", show_score="during")
    fill(attempt, WRONG)
    shown = selectors.checked(check(attempt, 1), attempt)
    assert (shown.expected, shown.score) == (("<p>Geneva</p>",), 0)


def said(attempt):
    [item] = selectors.taking(attempt)
    return [choice.value for choice in item.confidence.choices if choice.selected]


# --- how sure -----------------------------------------------------------------------------------------------------


def confident(attempt, word, *, sequence):
    [item] = selectors.taking(attempt)
    answers = {1: {**raw(item, RIGHT[item.type]), confidence.FIELD: [word]}}
    return attempts.save(
        attempt_id=attempt.pk, enrollment=attempt.enrollment, answers=answers, sequence=sequence, now=TODAY
    )


def test_how_sure_somebody_is_is_kept_and_not_scored():
    item = ItemFactory(body={"confidence": True})
    enrollment, assignment = learner_at(unit=item.unit, items=[item])
    attempt = attempts.start(assignment=assignment, enrollment=enrollment, now=TODAY)
    assert said(attempt) == []
    assert confident(attempt, "guess", sequence=1).kept == {1}
    assert confident(attempt, "sure", sequence=2).kept == {1}
    assert confident(attempt, "fairly", sequence=1).outdated == {1}
    assert said(attempt) == ["sure"]
    fill(attempt, {"single_choice": ["Paris"]}, sequence=3)
    assert said(attempt) == ["sure"]
    assert confident(attempt, "", sequence=4).kept == {1}
    assert said(attempt) == []
    saved = confident(attempt, "certain", sequence=5)
    assert (saved.refused[1].code, saved.refused[1].field) == ("unknown_choice", "1-sure")


# --- what happened ------------------------------------------------------------------------------------------------


def test_the_history_of_an_attempt_in_order():
    attempt = start()
    fill(attempt, RIGHT, now=later(1))
    for minute, kind in ((2, "left"), (3, "returned")):
        attempts.note(attempt_id=attempt.pk, enrollment=attempt.enrollment, kind=kind, now=later(minute))
    fill(attempt, {"numeric": "3"}, sequence=2, now=later(4))
    attempts.submit(attempt_id=attempt.pk, enrollment=attempt.enrollment, now=later(5))
    attempts.note(attempt_id=attempt.pk, enrollment=attempt.enrollment, kind="left", now=later(6))
    found = selectors.history(attempt)
    assert [(one.kind, one.data.get("position")) for one in found] == [
        ("started", None),
        ("answered", 1),
        ("answered", 2),
        ("answered", 3),
        ("left", None),
        ("returned", None),
        ("answered", 2),
        ("closed", None),
    ]
    assert {one.by for one in found} == {attempt.enrollment}
    assert found[-1].data == {"by": "learner"}


def test_a_page_cannot_tell_of_anything_else(monkeypatch):
    attempt = start()
    with pytest.raises(ValueError, match="'closed'"):
        attempts.note(attempt_id=attempt.pk, enrollment=attempt.enrollment, kind="closed", now=TODAY)
    monkeypatch.setattr("coexistence.quiz.attempts.saving.MOST_EVENTS", 3)
    for _ in range(5):
        attempts.note(attempt_id=attempt.pk, enrollment=attempt.enrollment, kind="left", now=TODAY)
    assert AttemptEvent.objects.count() == 3


def test_times_of_saving_are_kept_up_to_a_number(monkeypatch):
    monkeypatch.setattr("coexistence.quiz.attempts.saving.MOST_SAVES", 3)
    attempt = start()
    for number in range(1, 6):
        fill(attempt, {"numeric": str(number)}, sequence=number, now=later(number))
    saves = attempt.responses.get(position=2).saves
    assert saves == [later(1).isoformat(), later(2).isoformat(), later(5).isoformat()]


def test_what_the_settings_do_not_show_is_not_in_the_review():
    enrollment, assignment = learner_at(types=TYPES, show_score="never", show_feedback="never")
    shown = selectors.review(take(enrollment, assignment, WRONG), now=TODAY)
    assert (shown.score, [item.outcome for item in shown.items]) == (None, ["", "", ""])
    assert "Feedback" not in str(shown.items)
    assert {line.verdict for item in shown.items for line in item.lines} == {""}
    assert "Paris" in str(shown.items)
    assert "Geneva" not in str(shown.items)
    shown.attempt.assignment.show_answers = "never"
    assert selectors.review(shown.attempt, now=TODAY).items == []
    assert selectors.review(shown.attempt, for_staff=True, now=TODAY).items[0].expected
