"""A form that could not be taken as it is: shown again just as it was written."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from django.http import QueryDict

from coexistence.quiz.selectors import Control, ItemOnPage


def as_written(items: Sequence[ItemOnPage], refused: Collection[int], form: QueryDict) -> list[ItemOnPage]:
    """``items``, those at the positions ``refused`` filled with what stands in ``form``."""
    return [_as_written(item, form) if item.position in refused else item for item in items]


def _as_written(item: ItemOnPage, form: QueryDict) -> ItemOnPage:
    # Nothing was saved of it, so the next form must not pass for untouched.
    return replace(
        item,
        controls=[_filled(control, form) for control in item.controls],
        confidence=_filled(item.confidence, form) if item.confidence else None,
        was="",
    )


def _filled(control: Control, form: QueryDict) -> Control:
    chosen = form.getlist(control.name)
    return replace(
        control,
        value="" if control.choices else form.get(control.name, ""),
        choices=[replace(choice, selected=choice.value in chosen) for choice in control.choices],
    )
