"""How it is assessed."""

from .attempt import Attempt, Response
from .history import Adjustment, AttemptEvent, Regrade

__all__ = ["Adjustment", "Attempt", "AttemptEvent", "Regrade", "Response"]
