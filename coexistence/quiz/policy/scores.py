"""What scores come to, and which attempt counts. Exact until ``points``, which rounds once, at the end."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from math import floor

from coexistence.courses.models import Assignment
from coexistence.quiz.models import Attempt

#: Decimal places of a stored score; the exact one is stored beside it.
STORED_PLACES = 6
#: Decimal places of a score as it is shown and sent.
SHOWN_PLACES = 2
DAY = timedelta(days=1)


def rounded(exact: Fraction, places: int) -> Decimal:
    """``exact`` to that many decimal places, halves up."""
    unit = 10**places
    return Decimal(floor(exact * unit + Fraction(1, 2))).scaleb(-places)


def points(share: Fraction, assignment: Assignment) -> Decimal:
    """A share of the assignment's points: rounded here, once, to two places."""
    return rounded(share * assignment.points, SHOWN_PLACES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """What a submitted attempt is worth: ``share`` of the assignment's points, after what was taken off.

    ``raw`` is the share before that. ``late_by`` is how long after the due time it came, zero if it was in time or
    within the grace; ``days`` the begun days that were charged, at ``percent`` each.
    """

    raw: Fraction
    share: Fraction
    late_by: timedelta = timedelta(0)
    days: int = 0
    percent: int = 0

    @property
    def is_late(self) -> bool:
        return self.late_by > timedelta(0)


def worth(attempt: Attempt, assignment: Assignment) -> Worth:
    """What ``attempt`` is worth under the assignment's late policy.

    Nothing is taken off a score that a person has set as a whole: it stands as it was entered.
    """
    raw = attempt.exact / Fraction(attempt.maximum) if attempt.maximum else Fraction(0)
    late_by = lateness(attempt, assignment)
    if assignment.late != Assignment.Late.PERCENT or not late_by or attempt.is_overridden:
        return Worth(raw=raw, share=raw, late_by=late_by)
    days = -(-late_by // DAY)
    left = max(Fraction(100 - assignment.late_percent * days, 100), Fraction(0))
    return Worth(raw=raw, share=raw * left, late_by=late_by, days=days, percent=assignment.late_percent)


def lateness(attempt: Attempt, assignment: Assignment) -> timedelta:
    """How long after its due time the attempt was submitted; zero within the grace. Practice is never late."""
    if attempt.due_at is None or attempt.submitted_at is None:
        return timedelta(0)
    late_by = attempt.submitted_at - attempt.due_at
    return late_by if late_by > timedelta(minutes=assignment.late_grace) else timedelta(0)


@dataclass(frozen=True, slots=True)
class Counted:
    """What counts: ``share`` of the points, and the submission that led to it.

    ``attempts`` are those it was made of: one, or all of them for a mean.
    """

    share: Fraction
    attempt: Attempt
    attempts: Sequence[Attempt]


def counted(submitted: Iterable[Attempt], assignment: Assignment) -> Counted | None:
    """What counts of these attempts by the assignment's policy; of equally good ones the earliest.

    Their maxima may differ, so shares are compared, after what lateness took off.
    """
    attempts = sorted(submitted, key=lambda attempt: attempt.number)
    if not attempts:
        return None
    shares = [worth(attempt, assignment).share for attempt in attempts]
    match assignment.counts:
        case Assignment.Counts.FIRST:
            at = 0
        case Assignment.Counts.LAST:
            at = len(attempts) - 1
        case Assignment.Counts.MEAN:
            return Counted(sum(shares, Fraction(0)) / len(shares), attempts[-1], attempts)
        case _:
            at = shares.index(max(shares))
    return Counted(shares[at], attempts[at], attempts[at : at + 1])


def passed(share: Fraction, assignment: Assignment) -> bool | None:
    """Whether a share reaches the pass mark; ``None`` where there is none."""
    return None if assignment.pass_percent is None else share * 100 >= assignment.pass_percent
