"""What a learner may see of an attempt, and when (Q1)."""

from dataclasses import dataclass
from datetime import datetime

from coexistence.courses.models import Assignment, Shown

from .limits import Limits, closing


@dataclass(frozen=True, slots=True)
class Visible:
    """What may be seen of an attempt: its score, what was answered, feedback on it, and the right answers."""

    score: bool
    answers: bool
    feedback: bool
    keys: bool


NOTHING = Visible(score=False, answers=False, feedback=False, keys=False)
EVERYTHING = Visible(score=True, answers=True, feedback=True, keys=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When it is, as far as that decides what is shown. ``left`` is the number of attempts left, ``None`` for any.

    ``is_open`` says whether the person is in an attempt now: what was right is not shown in another tab meanwhile.
    """

    is_open: bool
    left: int | None
    has_closed: bool
    is_past_due: bool
    is_practice: bool = False


def moment(
    assignment: Assignment, found: Limits, *, left: int | None, is_open: bool, is_preview: bool, now: datetime
) -> Moment:
    """The moment for one person. Whoever is trying the quiz out may do so any number of times: it never closes."""
    ends, due = closing(found, assignment), found.due_at.value
    return Moment(
        is_open=is_open,
        left=left,
        has_closed=not is_preview and ends is not None and now >= ends,
        is_past_due=not is_preview and ends is None and due is not None and now >= due,
        is_practice=assignment.is_practice,
    )


def visible(assignment: Assignment, at: Moment) -> Visible:
    """What the person may see of a submitted attempt of theirs.

    Without a closing time the rest is shown when it is past due, but not what was right: late work may still come.
    Practice shows that after each attempt, where the settings would have waited for the last one.
    """
    return Visible(
        score=_reached(assignment.show_score, at, closed=at.has_closed or at.is_past_due),
        answers=_reached(assignment.show_answers, at, closed=at.has_closed or at.is_past_due),
        feedback=_reached(assignment.show_feedback, at, closed=at.has_closed or at.is_past_due),
        keys=_reached(assignment.show_keys, at, closed=at.has_closed) and not at.is_open,
    )


def visible_during(assignment: Assignment) -> Visible:
    """What may be seen of an answer that was given for good, while the attempt goes on."""
    return Visible(
        score=assignment.show_score == Shown.DURING,
        answers=True,
        feedback=assignment.show_feedback == Shown.DURING,
        keys=assignment.show_keys == Shown.DURING,
    )


def shows_keys_early(show_keys: str) -> bool:
    """Whether a setting shows right answers to learners who may still have use for them; the form says so."""
    return show_keys in {Shown.DURING, Shown.SUBMITTED}


def checks(assignment: Assignment) -> bool:
    """Whether learners may have an answer checked before they submit: something is shown for it."""
    seen = visible_during(assignment)
    return seen.score or seen.feedback or seen.keys


def _reached(shown: str, at: Moment, *, closed: bool) -> bool:
    match shown:
        case Shown.DURING | Shown.SUBMITTED:
            return True
        case Shown.EXHAUSTED:
            return at.is_practice or at.left == 0 or closed
        case Shown.CLOSED:
            return closed
        case _:
            return False
