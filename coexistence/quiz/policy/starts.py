"""Whether somebody may begin an attempt, and if not, why and from when on."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from coexistence.courses.models import Assignment

from .limits import Limits, closing


class Refusal(StrEnum):
    """Why no attempt can be begun."""

    OPEN = "open"  # there is one already
    NO_ATTEMPTS_LEFT = "no_attempts_left"
    NOT_OPEN_YET = "not_open_yet"
    CLOSED = "closed"
    WAIT = "wait"


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one person may do. ``left`` is the number of attempts left, ``None`` for any number.

    ``refusal`` says why none can be begun now, and ``again_at`` from when on one can, where the clock decides that.
    """

    left: int | None
    refusal: Refusal | None = None
    again_at: datetime | None = None

    @property
    def may_start(self) -> bool:
        return self.refusal is None


def allowance(
    assignment: Assignment,
    found: Limits,
    *,
    used: int,
    is_open: bool,
    is_preview: bool,
    last_end: datetime | None,
    now: datetime,
) -> Allowance:
    """What is allowed after ``used`` attempts, the open one included, the last of which ended at ``last_end``.

    Whoever tries the assignment out may do so any number of times and at any time.
    """
    allowed = None if is_preview or assignment.is_practice else found.attempts.value
    left = None if allowed is None else max(allowed - used, 0)
    if is_open:
        return Allowance(left, Refusal.OPEN)
    if left == 0:
        return Allowance(left, Refusal.NO_ATTEMPTS_LEFT)
    if is_preview:
        return Allowance(left)
    if found.opens_at.value is not None and now < found.opens_at.value:
        return Allowance(left, Refusal.NOT_OPEN_YET, found.opens_at.value)
    ends = closing(found, assignment)
    if ends is not None and now >= ends:
        return Allowance(left, Refusal.CLOSED)
    if assignment.wait and last_end is not None and now < (again := last_end + timedelta(minutes=assignment.wait)):
        # Who would have to wait until it has closed waits for nothing.
        return Allowance(left, Refusal.CLOSED) if ends and again >= ends else Allowance(left, Refusal.WAIT, again)
    return Allowance(left)
