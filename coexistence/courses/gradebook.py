"""What the pages may ask about the course's gradebook, and have done about it, whichever platform keeps it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string


class GradeState(StrEnum):
    """Where a score is on its way."""

    NONE = "none"  # nothing to send
    WAITING = "waiting"  # it goes by itself
    KEPT_BACK = "kept_back"  # until a date, or until somebody releases it
    NO_COLUMN = "no_column"  # there is nowhere to send it yet
    DELIVERED = "delivered"
    HELD = "held"  # a person must do something first
    REFUSED = "refused"
    SUPERSEDED = "superseded"  # a teacher has entered another grade in the gradebook


class Action(StrEnum):
    """What an instructor may do about one score."""

    RESEND = "resend"
    SEND_OURS = "send_ours"
    KEEP_THEIRS = "keep_theirs"


@dataclass(frozen=True, slots=True)
class GradeStatus:
    """One learner's score in the gradebook, in words and in the values kept (G5).

    ``sentence`` is translated text for whoever looks: it says where the score is, and if it is not in the gradebook,
    why, and who has to do what. It never tells a grade that a teacher has entered, which learners may not be meant to
    see yet. ``computed`` and ``acknowledged`` are out of ``maximum``; ``seen`` is out of ``seen_maximum``, and None
    with a ``seen_at`` where the gradebook was read and held none. ``attention`` tells whether a person has to act.
    """

    state: GradeState
    sentence: str
    maximum: Decimal | None = None
    computed: Decimal | None = None
    acknowledged: Decimal | None = None
    acknowledged_at: datetime | None = None
    seen: Decimal | None = None
    seen_maximum: Decimal | None = None
    seen_at: datetime | None = None
    next_try_at: datetime | None = None
    attention: bool = False
    actions: frozenset[Action] = frozenset()


@dataclass(frozen=True, slots=True)
class ColumnStatus:
    """The assignment's column in the gradebook, in words, and what may be done about it.

    ``reading`` is True from when somebody asked for the gradebook to be read until it was; ``trouble`` says in words
    why the last reading failed, or why no column could be made. ``withheld`` scores go out at ``withheld_until``, or
    when somebody releases them.
    """

    sentence: str
    exists: bool = True
    may_make: bool = False
    making: bool = False
    may_check: bool = False
    reading: bool = False
    read_at: datetime | None = None
    trouble: str = ""
    withheld: bool = False
    withheld_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class GradeFile:
    """Scores as a file that the platform's gradebook imports."""

    name: str
    content: str
    platform: str


@dataclass(frozen=True, slots=True)
class Tally:
    """How many scores of one place (an institution's platform) are where, for whoever runs the tool.

    ``waiting`` counts those that go out by themselves, ``oldest_waiting`` is since when the first of them waits;
    ``kept`` counts those that wait for a date, a release or a column, by code, and ``stuck`` the others by
    (state, code).
    """

    place: str
    waiting: int = 0
    oldest_waiting: datetime | None = None
    delivered: int = 0
    kept: Mapping[str, int] = field(default_factory=dict)
    stuck: Mapping[tuple[str, str], int] = field(default_factory=dict)


class Gradebook(Protocol):
    """Answered by whatever connects courses to a gradebook; named by the setting ``GRADEBOOK``.

    What changes anything is only ever asked for by the assignment's staff.
    """

    def statuses(self, *, assignment_id: int, enrollment_ids: Sequence[int]) -> Mapping[int, GradeStatus]:
        """The status of each of these enrollments, by enrollment id, in a bounded number of queries."""

    def column(self, *, assignment_id: int) -> ColumnStatus:
        """Whether the assignment has a column in the gradebook, or why not."""

    def resend(self, *, assignment_id: int, enrollment_ids: Sequence[int] | None = None) -> int:
        """Try again what was held or refused, of these enrollments or of all; how many scores that are."""

    def check_now(self, *, assignment_id: int) -> bool:
        """Have the gradebook read as soon as may be; whether there is anything to compare with."""

    def settle(self, *, assignment_id: int, enrollment_id: int, ours: bool) -> bool:
        """Send ours in place of a teacher's own change, or keep theirs; False where there is no such difference."""

    def make_column(self, *, assignment_id: int) -> bool:
        """Have a new column made where there is none or it was deleted; False where that is not allowed or needed."""

    def withhold(self, *, assignment_id: int, until: datetime | None) -> None:
        """Keep scores back from the gradebook until then, or until they are released."""

    def release(self, *, assignment_id: int) -> None:
        """Send what was kept back, and from now on each score as it comes."""

    def grade_file(self, *, assignment_id: int, title: str, scores: Mapping[int, Decimal]) -> GradeFile | None:
        """These scores, by enrollment id, for import by hand; None where the assignment belongs to no platform."""

    def oldest_waiting(self) -> datetime | None:
        """Since when the first of the scores waits that could be sent, over everything. One query into an index."""

    def tallies(self) -> Sequence[Tally]:
        """A tally of each place, in a bounded number of queries."""


@lru_cache(maxsize=1)
def gradebook() -> Gradebook:
    """The gradebook in use."""
    return cast("Gradebook", import_string(settings.GRADEBOOK)())
