"""What limits hold for one learner in one assignment, and which of all that was said is the reason."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any, Generic, TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from coexistence.courses.models import Accommodation, Assignment

Value = TypeVar("Value")

#: How long after its deadline an attempt still takes answers that were on their way.
GRACE = timedelta(seconds=30)


class Reason(IntEnum):
    """Who has decided a limit. Of several that have a say the first decides."""

    PERSON_HERE = 1
    GROUP_HERE = 2
    PERSON = 3
    GROUP = 4
    ASSIGNMENT = 5
    COURSE = 6
    NOBODY = 7

    @property
    def label(self) -> str | Promise:
        """In a few words, for whoever is concerned."""
        return _LABELS[self]


_LABELS = {
    Reason.PERSON_HERE: _("for you, in this assignment"),
    Reason.GROUP_HERE: _("for your group, in this assignment"),
    Reason.PERSON: _("for you, in this course"),
    Reason.GROUP: _("for your group, in this course"),
    Reason.ASSIGNMENT: _("from the assignment"),
    Reason.COURSE: _("from the course"),
    Reason.NOBODY: _("not limited"),
}


@dataclass(frozen=True, slots=True)
class Limit(Generic[Value]):
    """One limit: ``base`` is what everyone has, ``value`` what holds for the learner, ``reason`` why."""

    base: Value
    value: Value
    reason: Reason

    @property
    def is_changed(self) -> bool:
        """Whether the learner has another limit than everyone."""
        return self.base != self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What holds for one learner in one assignment; ``None`` is no limit."""

    time: Limit[timedelta | None]
    opens_at: Limit[datetime | None]
    due_at: Limit[datetime | None]
    closes_at: Limit[datetime | None]
    attempts: Limit[int | None]
    excused: bool = False


def limits(assignment: Assignment, accommodations: Iterable[Accommodation]) -> Limits:
    """The limits of the learner whom all these accommodations concern, whether as a person or in a group.

    What is said for this assignment comes before what is said for the course, and of both what is said for the person
    before what is said for a group; several groups give the most that any of them gives. A platform's dates hold where
    neither a teacher nor the assignment has a say.
    """
    rows = [row for row in accommodations if row.assignment_id in {None, assignment.pk}]
    base = None if assignment.time_limit is None else timedelta(minutes=assignment.time_limit)
    due = _date(assignment, rows, "due_at", later=True)
    closes = _date(assignment, rows, "closes_at", later=True)
    if due.value and closes.value and due.value > closes.value:
        # Who may hand in later may do so: closing before that would take it back.
        closes = Limit(closes.base, due.value, due.reason)
    return Limits(
        time=_time(base, rows),
        opens_at=_date(assignment, rows, "opens_at", later=False),
        due_at=due,
        closes_at=closes,
        attempts=_attempts(assignment.attempts_allowed, rows),
        excused=any(row.excused for row in rows),
    )


def deadline(
    found: Limits, assignment: Assignment, *, started_at: datetime, is_preview: bool = False
) -> datetime | None:
    """When the clock closes an attempt: when its time is over, or before that, when nothing is taken any more.

    For whoever is trying the quiz out, dates are no limit.
    """
    ends = [] if is_preview else [closing(found, assignment)]
    if found.time.value is not None:
        ends.append(started_at + found.time.value)
    return min((end for end in ends if end is not None), default=None)


def closing(found: Limits, assignment: Assignment) -> datetime | None:
    """From when on nothing is taken: the closing time, or where late work is refused, the due time and its grace."""
    ends = [found.closes_at.value]
    if assignment.late == Assignment.Late.REFUSE and found.due_at.value is not None:
        ends.append(found.due_at.value + timedelta(minutes=assignment.late_grace))
    return min((end for end in ends if end is not None), default=None)


def is_over(ends_at: datetime | None, now: datetime) -> bool:
    """Whether an attempt with that deadline takes nothing any more, not even what was on its way."""
    return ends_at is not None and now > ends_at + GRACE


def _time(base: timedelta | None, rows: list[Accommodation]) -> Limit[timedelta | None]:
    """Extra time needs a limit to be extra to."""
    if base is None:
        return Limit(None, None, Reason.NOBODY)
    extended: dict[int, timedelta] = {}
    for row in rows:
        if row.time_factor is not None:
            extended[id(row)] = timedelta(seconds=int(base // timedelta(seconds=1) * row.time_factor))
        elif row.extra_minutes is not None:
            extended[id(row)] = base + timedelta(minutes=row.extra_minutes)
    reason, found = _first(rows, lambda row: extended.get(id(row)), best=max)
    return Limit(base, base, Reason.ASSIGNMENT) if found is None else Limit(base, found, reason)


def _attempts(base: int | None, rows: list[Accommodation]) -> Limit[int | None]:
    if base is None:
        return Limit(None, None, Reason.NOBODY)
    reason, extra = _first(rows, lambda row: row.extra_attempts, best=max)
    return Limit(base, base, Reason.ASSIGNMENT) if extra is None else Limit(base, base + extra, reason)


def _date(assignment: Assignment, rows: list[Accommodation], name: str, *, later: bool) -> Limit[datetime | None]:
    own: datetime | None = getattr(assignment, name)
    said = [row for row in rows if row.source == Accommodation.Source.PLATFORM]
    platform = next((value for row in said if (value := getattr(row, name)) is not None), None)
    staff = [row for row in rows if row.source == Accommodation.Source.STAFF]
    reason, found = _first(staff, lambda row: getattr(row, name), best=max if later else min)
    # What the platform says of one learner may be meant for that one alone; what everyone has, it does not tell.
    base = own if own is not None else platform
    if found is not None:
        return Limit(base, found, reason)
    if own is not None:
        return Limit(own, own, Reason.ASSIGNMENT)
    return Limit(platform, platform, Reason.NOBODY if platform is None else Reason.COURSE)


def _first(
    rows: list[Accommodation],
    value: Callable[[Accommodation], Value | None],
    *,
    best: Callable[[list[Any]], Any],
) -> tuple[Reason, Value | None]:
    """What the first in rank says who says anything."""
    said: dict[Reason, list[Value]] = {}
    for row in rows:
        if (found := value(row)) is not None:
            said.setdefault(_reason(row), []).append(found)
    if not said:
        return Reason.NOBODY, None
    reason = min(said)
    decided: Value = best(said[reason])
    return reason, decided


def _reason(row: Accommodation) -> Reason:
    if row.assignment_id is not None:
        return Reason.PERSON_HERE if row.enrollment_id is not None else Reason.GROUP_HERE
    return Reason.PERSON if row.enrollment_id is not None else Reason.GROUP
