"""How sure somebody is of an answer: a field beside those of the item's type, where its author wants it asked.

What was said is no part of the answer and is never graded.
"""

from typing import Any

from django.utils.html import escape
from django.utils.translation import gettext, gettext_lazy

from .base import Choice, Field, Raw, single, unknown_choice

FIELD = "sure"
LEVELS = {"guess": gettext_lazy("A guess"), "fairly": gettext_lazy("Fairly sure"), "sure": gettext_lazy("Sure")}


def control(body: Any) -> Field | None:
    """The field to add to an item's own, ``None`` where the item does not ask."""
    if not body.confidence:
        return None
    choices = tuple(Choice(level, str(escape(words))) for level, words in LEVELS.items())
    return Field(kind="one", name=FIELD, label=str(escape(gettext("How sure are you?"))), choices=choices)


def parse(raw: Raw) -> str | None:
    """A key of ``LEVELS``, ``None`` where nothing was said; raises ``AnswerError``."""
    level = single(raw, FIELD)
    if level and level not in LEVELS:
        raise unknown_choice(FIELD)
    return level or None
