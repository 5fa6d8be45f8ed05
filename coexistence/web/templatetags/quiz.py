"""Scores and items in templates."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import template
from django.utils.formats import number_format
from django.utils.safestring import SafeString, mark_safe

from coexistence.quiz.items import base
from coexistence.quiz.items.base import ShownLine

register = template.Library()


@register.filter
def plain(number: Decimal) -> str:
    """A score without zeros at its end: 7.5, 8."""
    return number_format(f"{Decimal(number).normalize():f}", use_l10n=True)


@register.filter
def inline(html: str) -> SafeString:
    """Sanitised HTML for a place where only a line of text may stand: a lone paragraph loses its mark-up."""
    # Sanitised at import; see coexistence.content.markup.
    return mark_safe(base.inline(html))  # noqa: S308


@register.filter
def at(table: Mapping[Any, Any], key: Any) -> Any:
    """The table's entry under ``key``, empty where there is none, or no table."""
    return table.get(key, "") if table else ""


@register.filter
def name_missed(lines: Sequence[ShownLine]) -> bool:
    """Whether the lines themselves say what would have been right, so that nothing else needs to."""
    return any(line.verdict == "missed" for line in lines)
