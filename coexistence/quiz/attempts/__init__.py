"""The only code that changes an attempt: start, save, submit, and what the clock and the staff do.

Each locks what it changes, does no I/O but the database's, and either happens wholly or not at all.
"""

from .adjusting import adjust, restore
from .closing import expire, finalise, submit
from .errors import (
    AccessCodeError,
    AdjustmentError,
    AttemptClosedError,
    AttemptError,
    AttemptNotFoundError,
    NoAttemptsLeftError,
    NothingCheckedError,
    NotOpenYetError,
    QuizClosedError,
    QuizUnavailableError,
    RegradeError,
    StartRefusedError,
    TimeUpError,
    WaitError,
)
from .limits import refresh
from .regrading import Difference, Preview, preview_regrade, regrade
from .saving import Saved, check, note, parse, save, turn
from .scoring import score
from .starting import Drawn, draw, start
from .telling import recount, tell

__all__ = [
    "AccessCodeError",
    "AdjustmentError",
    "AttemptClosedError",
    "AttemptError",
    "AttemptNotFoundError",
    "Difference",
    "Drawn",
    "NoAttemptsLeftError",
    "NotOpenYetError",
    "NothingCheckedError",
    "Preview",
    "QuizClosedError",
    "QuizUnavailableError",
    "RegradeError",
    "Saved",
    "StartRefusedError",
    "TimeUpError",
    "WaitError",
    "adjust",
    "check",
    "draw",
    "expire",
    "finalise",
    "note",
    "parse",
    "preview_regrade",
    "recount",
    "refresh",
    "regrade",
    "restore",
    "save",
    "score",
    "start",
    "submit",
    "tell",
    "turn",
]
