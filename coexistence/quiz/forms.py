"""How an attempt's answers travel in one HTML form: every control's name begins with its item's position."""

import re
from collections.abc import Mapping

from django.utils.datastructures import MultiValueDict

#: The hidden field of an item that says what its controls were filled with. An item whose answer is still that one was
#: not touched in this form, so it must not replace what another tab has saved since.
WAS = "was"
#: The field with the browser's count of changes; a form without one is newer than everything saved before it came.
SEQUENCE = "sequence"
MOST = 2**63 - 1

_NAME = re.compile(r"(?P<position>[0-9]{1,4})-(?P<name>.+)", re.ASCII | re.DOTALL)


def control_name(position: int, name: str) -> str:
    """The name on the page of an item's control."""
    return f"{position}-{name}"


def answers_in(form: "MultiValueDict[str, str]") -> dict[int, dict[str, list[str]]]:
    """The form's fields by item position; fields of other names are none of ours."""
    found: dict[int, dict[str, list[str]]] = {}
    for full_name, values in form.lists():
        if match := _NAME.fullmatch(full_name):
            found.setdefault(int(match["position"]), {})[match["name"]] = values
    return found


def sequence_in(form: Mapping[str, str]) -> int | None:
    """The form's sequence number, ``None`` where it has none that makes sense."""
    text = form.get(SEQUENCE, "")
    return min(int(text), MOST) if re.fullmatch(r"[0-9]{1,19}", text, re.ASCII) else None
