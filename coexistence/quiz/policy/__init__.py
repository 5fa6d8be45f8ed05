"""The rules of assessment, as pure functions: what is asked, until when, what a score comes to, what is shown."""

from .draws import draw
from .limits import GRACE, Limit, Limits, Reason, closing, deadline, is_over, limits
from .scores import (
    SHOWN_PLACES,
    STORED_PLACES,
    Counted,
    Worth,
    counted,
    lateness,
    passed,
    points,
    rounded,
    worth,
)
from .showing import (
    EVERYTHING,
    NOTHING,
    Moment,
    Visible,
    checks,
    moment,
    shows_keys_early,
    visible,
    visible_during,
)
from .starts import Allowance, Refusal, allowance

__all__ = [
    "EVERYTHING",
    "GRACE",
    "NOTHING",
    "SHOWN_PLACES",
    "STORED_PLACES",
    "Allowance",
    "Counted",
    "Limit",
    "Limits",
    "Moment",
    "Reason",
    "Refusal",
    "Visible",
    "Worth",
    "allowance",
    "checks",
    "closing",
    "counted",
    "deadline",
    "draw",
    "is_over",
    "lateness",
    "limits",
    "moment",
    "passed",
    "points",
    "rounded",
    "shows_keys_early",
    "visible",
    "visible_during",
    "worth",
]
