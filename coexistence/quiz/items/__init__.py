"""Item types: one module each, found by name here once the app is ready."""

from typing import Any

from coexistence.content.items import register_item_type

from .base import AnswerError, ItemType, Share

__all__ = ["AnswerError", "ItemType", "Share", "get", "register"]

_TYPES: dict[str, ItemType[Any]] = {}


def register(item_type: ItemType[Any]) -> None:
    """Make an item type known to the quiz, and its file model to the content."""
    register_item_type(item_type.model)
    _TYPES[item_type.name] = item_type


def get(name: str) -> ItemType[Any]:
    """The item type of that name; ``KeyError`` for one that nobody registered."""
    return _TYPES[name]
