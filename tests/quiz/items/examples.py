"""One item of every type as its author writes it, in the folder ``unit``, for tests that begin with a file or a row."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from coexistence.content.folder import read_unit
from coexistence.content.items import ItemBase

UNIT = Path(__file__).with_name("unit")


@lru_cache(maxsize=1)
def examples() -> dict[str, ItemBase]:
    """The items by type."""
    return {item.type: item for item in read_unit(UNIT).items}


def words(name: str) -> dict[str, Any]:
    """What the author says in the item of that type, but for its id; texts as HTML."""
    return examples()[name].model_dump(mode="json", exclude_defaults=True, exclude={"id"})
