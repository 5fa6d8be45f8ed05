"""What pages and the gradebook may ask of the quiz; every function states its queries."""

from .history import ExplainedItem, Explanation, Happening, explain, history
from .limits import class_limits, limits_of
from .pages import (
    Control,
    ControlChoice,
    ItemOnPage,
    Review,
    ReviewedItem,
    checked,
    on_page,
    review,
    reviewed,
    taking,
)
from .results import (
    CountedPage,
    Standing,
    StudentResult,
    attempts_of,
    class_results,
    counted_changes,
    counted_scores,
    counts_at_all,
    open_attempt,
    scaled_score,
    standing,
)
from .teaching import Link, Teaching, teaching

__all__ = [
    "Control",
    "ControlChoice",
    "CountedPage",
    "ExplainedItem",
    "Explanation",
    "Happening",
    "ItemOnPage",
    "Link",
    "Review",
    "ReviewedItem",
    "Standing",
    "StudentResult",
    "Teaching",
    "attempts_of",
    "checked",
    "class_limits",
    "class_results",
    "counted_changes",
    "counted_scores",
    "counts_at_all",
    "explain",
    "history",
    "limits_of",
    "on_page",
    "open_attempt",
    "review",
    "reviewed",
    "scaled_score",
    "standing",
    "taking",
    "teaching",
]
