"""The quiz's one public signal."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.dispatch import Signal


@dataclass(frozen=True, slots=True)
class ScoreChange:
    """The score that counts for one learner in one assignment, after a change.

    ``score`` is out of ``maximum`` (the assignment's points), rounded already. ``attempt_number`` and ``submitted_at``
    are those of the submission that led to it, so that a resend can be told from a new submission.
    """

    assignment_id: int
    enrollment_id: int
    score: Decimal
    maximum: Decimal
    attempt_number: int
    submitted_at: datetime
    reason: str


#: Sent with ``changes: list[ScoreChange]`` inside the transaction that made them, by ``send``: a receiver that fails
#: undoes the change, so no score exists that nobody was told of.
score_changed = Signal()
