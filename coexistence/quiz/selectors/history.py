"""How an attempt went, and how its score came about, from stored rows alone (Q4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from operator import attrgetter
from typing import Any

from django.utils import formats, timezone
from django.utils.translation import gettext, ngettext

from coexistence.courses.models import Enrollment
from coexistence.quiz import policy
from coexistence.quiz.items.base import Line
from coexistence.quiz.models import Adjustment, Attempt, AttemptEvent, Response

from . import results

ANSWERED = "answered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One thing that happened to an attempt: ``kind`` is one of ``AttemptEvent.Kind``, or ``answered``.

    ``by`` is empty for what the clock did; ``data`` has what else there is to say, by kind: ``position`` and so on.
    """

    at: datetime
    kind: str
    by: Enrollment | None
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedItem:
    """One item's part in a score. ``score`` out of ``points`` is ``None`` while a person has to grade it."""

    position: int
    points: Decimal
    score: Decimal | None
    lines: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """How an attempt's score came about: item by item, then line by line from their sum to ``score``, out of
    ``maximum``, the assignment's points. ``score`` is ``None`` while a person has something to grade."""

    items: Sequence[ExplainedItem]
    lines: Sequence[str]
    score: Decimal | None
    maximum: Decimal


def history(attempt: Attempt) -> list[Happening]:
    """All that happened to the attempt, in order. Two queries, if it brings its enrollment along."""
    events = attempt.events.select_related("by__participant")
    happened = [Happening(at=event.at, kind=event.kind, by=event.by, data=event.data) for event in events]
    for response in attempt.responses.only("position", "saves", "attempt"):
        happened += [
            Happening(
                at=datetime.fromisoformat(at),
                kind=ANSWERED,
                by=attempt.enrollment,
                data={"position": response.position},
            )
            for at in response.saves
        ]
    # Of what happened at one moment an event that ends the attempt comes last.
    return sorted(happened, key=lambda one: (one.at, one.kind == AttemptEvent.Kind.CLOSED))


def explain(attempt: Attempt) -> Explanation:
    """How a submitted attempt's score came about, with every rule used and every person who had a hand in it.

    Three queries, if the attempt brings its assignment and enrollment along.
    """
    if attempt.state != Attempt.State.SUBMITTED:
        raise ValueError("an open attempt has no score")
    assignment = attempt.assignment
    adjustments = list(attempt.adjustments.select_related("by__participant"))
    worth = policy.worth(attempt, assignment)
    score = None if attempt.ungraded or not attempt.maximum else policy.points(worth.share, assignment)
    attempts = results.attempts_of(assignment=assignment, enrollment=attempt.enrollment)
    return Explanation(
        items=[
            _explained_item(response, [one for one in adjustments if one.response_id == response.pk])
            for response in attempt.responses.select_related("scored_by")
        ],
        lines=[
            *_sum_lines(attempt, [one for one in adjustments if one.response_id is None]),
            *_late_lines(attempt, worth),
            *_points_lines(attempt, worth, score),
            *_counting_lines(attempt, attempts),
        ],
        score=score,
        maximum=Decimal(assignment.points),
    )


def _explained_item(response: Response, adjustments: Sequence[Adjustment]) -> ExplainedItem:
    explanation = response.explanation or {"lines": []}
    lines = [str(Line(line["text"], line["values"])) for line in explanation["lines"]]
    if not response.points:
        lines.append(gettext("Never graded: it is worth no points."))
    elif response.score is None:
        lines.append(gettext("Waits to be graded by a person."))
    elif "share" in explanation and not explanation.get("waits"):
        lines.append(
            gettext("%(share)s of %(points)s points by the rules.")
            % {"share": explanation["share"], "points": _plain(response.points)}
        )
    if response.scored_by is not None:
        lines.append(
            gettext("Scored by revision %(number)s of the question, after a regrade.")
            % {"number": response.scored_by.number}
        )
    if response.in_grace:
        lines.append(gettext("The answer was on its way when the time was over, and was taken."))
    lines += [line for adjustment in adjustments for line in _set_lines(adjustment)]
    return ExplainedItem(position=response.position, points=response.points, score=response.score, lines=lines)


def _sum_lines(attempt: Attempt, adjustments: Sequence[Adjustment]) -> list[str]:
    lines = []
    if not attempt.is_overridden:
        lines.append(
            gettext("The questions earned %(exact)s of %(maximum)s.")
            % {"exact": attempt.exact, "maximum": _plain(attempt.maximum)}
        )
    if attempt.ungraded:
        lines.append(
            ngettext(
                "%(count)s answer waits to be graded by a person; until then no score is sent.",
                "%(count)s answers wait to be graded by a person; until then no score is sent.",
                attempt.ungraded,
            )
            % {"count": attempt.ungraded}
        )
    return lines + [line for adjustment in adjustments for line in _set_lines(adjustment)]


def _set_lines(adjustment: Adjustment) -> list[str]:
    values = {
        "score": _plain(adjustment.score),
        "maximum": _plain(adjustment.maximum),
        "person": _person(adjustment.by),
        "time": _time(adjustment.at),
    }
    lines = [gettext("Set to %(score)s of %(maximum)s by %(person)s on %(time)s.") % values]
    if adjustment.reason:
        lines.append(gettext("Reason: %(reason)s") % {"reason": adjustment.reason})
    if adjustment.removed_at is not None:
        values = {"person": _person(adjustment.removed_by), "time": _time(adjustment.removed_at)}
        lines.append(gettext("That was replaced or taken back by %(person)s on %(time)s.") % values)
    return lines


def _late_lines(attempt: Attempt, worth: policy.Worth) -> list[str]:
    if not worth.is_late or attempt.due_at is None:
        return []
    lines = [
        gettext("Submitted %(late)s after it was due on %(time)s.")
        % {"late": _duration(worth.late_by), "time": _time(attempt.due_at)}
    ]
    if worth.days:
        lines.append(
            ngettext(
                "For %(days)s day that has begun since, %(percent)s%% are taken off: %(share)s of it is left.",
                "For %(days)s days that have begun since, %(percent)s%% each are taken off: %(share)s of it is left.",
                worth.days,
            )
            % {
                "days": worth.days,
                "percent": worth.percent,
                "share": max(Fraction(100 - worth.percent * worth.days, 100), Fraction(0)),
            }
        )
    elif attempt.is_overridden:
        lines.append(gettext("Nothing is taken off a score that a person has set."))
    return lines


def _points_lines(attempt: Attempt, worth: policy.Worth, score: Decimal | None) -> list[str]:
    if score is None:
        return []
    return [
        gettext("%(share)s of %(points)s points, rounded once, halves up, to two places: %(score)s.")
        % {"share": worth.share, "points": attempt.assignment.points, "score": score}
    ]


def _counting_lines(attempt: Attempt, attempts: Sequence[Attempt]) -> list[str]:
    if attempt.is_preview:
        return [gettext("A trial: it counts for nothing.")]
    if attempt.is_practice:
        return [gettext("Practice: it counts for nothing.")]
    counted = policy.counted(filter(results.counts_at_all, attempts), attempt.assignment)
    if counted is None:
        return []
    numbers = sorted(map(attrgetter("number"), counted.attempts))
    return [
        gettext("What counts is %(policy)s: here attempt %(numbers)s, %(score)s points.")
        % {
            "policy": attempt.assignment.get_counts_display(),
            "numbers": ", ".join(map(str, numbers)),
            "score": policy.points(counted.share, attempt.assignment),
        }
    ]


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


def _person(enrollment: Enrollment | None) -> str:
    return str(enrollment.participant) if enrollment is not None else gettext("somebody who is no longer known")


def _time(moment: datetime) -> str:
    return formats.date_format(timezone.localtime(moment), "DATETIME_FORMAT")


def _duration(late_by: timedelta) -> str:
    days, rest = divmod(late_by, timedelta(days=1))
    hours, rest = divmod(rest, timedelta(hours=1))
    minutes = -(-rest // timedelta(minutes=1))
    if days:
        return gettext("%(days)s d %(hours)s h") % {"days": days, "hours": hours}
    return gettext("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": minutes}
