"""What the rest of the tool tells us."""

from typing import Any

from coexistence.quiz.signals import ScoreChange, score_changed

from . import grades


def scores_changed(*, changes: list[ScoreChange], **_: Any) -> None:
    """Write the scores down as owed, in the transaction that made them."""
    grades.record(changes)


def connect() -> None:
    """Listen from now on."""
    score_changed.connect(scores_changed, dispatch_uid="lti.grades")
