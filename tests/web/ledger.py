"""A gradebook for tests of pages: it says what a test wrote into it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from coexistence.courses.gradebook import ColumnStatus, GradeFile, GradeState, GradeStatus, Tally

#: By enrollment id; a test fills it through the fixture ``ledger``.
WRITTEN: dict[int, GradeStatus] = {}
#: What it says of the column, if a test wrote that under "column"; what it was asked to do; since when a score waits.
COLUMN: dict[str, ColumnStatus] = {}
ASKED: list[tuple[Any, ...]] = []
WAITING: dict[str, datetime] = {}
TALLIES: list[Tally] = []
NOTHING = GradeStatus(GradeState.NONE, "Nothing has been sent.")


class Ledger:
    """See ``coexistence.courses.gradebook.Gradebook``."""

    def statuses(self, *, assignment_id: int, enrollment_ids: Sequence[int]) -> Mapping[int, GradeStatus]:
        return {pk: WRITTEN.get(pk, NOTHING) for pk in enrollment_ids}

    def column(self, *, assignment_id: int) -> ColumnStatus:
        return COLUMN.get("column", ColumnStatus("There is a column."))

    def resend(self, *, assignment_id: int, enrollment_ids: Sequence[int] | None = None) -> int:
        ASKED.append(("resend", assignment_id, enrollment_ids))
        return 1

    def check_now(self, *, assignment_id: int) -> bool:
        ASKED.append(("check_now", assignment_id))
        return True

    def settle(self, *, assignment_id: int, enrollment_id: int, ours: bool) -> bool:
        ASKED.append(("settle", assignment_id, enrollment_id, ours))
        return True

    def make_column(self, *, assignment_id: int) -> bool:
        ASKED.append(("make_column", assignment_id))
        return True

    def withhold(self, *, assignment_id: int, until: datetime | None) -> None:
        ASKED.append(("withhold", assignment_id, until))

    def release(self, *, assignment_id: int) -> None:
        ASKED.append(("release", assignment_id))

    def grade_file(self, *, assignment_id: int, title: str, scores: Mapping[int, Decimal]) -> GradeFile | None:
        return GradeFile("scores.csv", "".join(f"{pk},{score}\n" for pk, score in sorted(scores.items())), "Any")

    def oldest_waiting(self) -> datetime | None:
        return WAITING.get("since")

    def tallies(self) -> Sequence[Tally]:
        return TALLIES
