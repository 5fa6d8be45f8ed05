"""What nobody may find out about an item before its answer is in: everything but what is named here as public."""

import html
import re
from collections.abc import Iterable
from typing import Any

from django.utils.html import strip_tags

#: Texts that stand on the page, by where they stand in the body. Whatever is not here is a secret.
SHOWN = {
    ("stem",),
    ("unit",),
    ("options", "text"),
    ("entries", "text"),
    ("pairs", "text"),
    ("pairs", "match"),
    ("extra", "text"),
    ("text",),
    ("blanks", "options", "text"),
    ("blanks", "unit"),
    ("passage",),
    ("by",),
    ("dated",),
    *(("parts", *path) for path in [("stem",), ("unit",), ("options", "text"), ("entries", "text")]),
    *(("parts", *path) for path in [("pairs", "text"), ("pairs", "match"), ("extra", "text")]),
}
#: What is said of an item without saying anything about its answer.
ABOUT = {"type", "use", "objective", "difficulty", "section", "events", "event", "points", "tags", "penalty"}


def shown(body: Any) -> set[str]:
    """The texts of an item that a learner sees."""
    return {text for path, text in _leaves(body.model_dump(mode="json")) if path in SHOWN}


def secrets(body: Any) -> set[str]:
    """Right answers, feedback, reasons, remarks, rubrics, spellings, misconceptions and the author's ids."""
    found = {text for path, text in _leaves(body.model_dump(mode="json")) if path not in SHOWN and path[0] not in ABOUT}
    if body.use != "graded":
        found -= set(body.hints)
    # The types of blanks and parts, and what an answer's precision is called.
    kinds = {getattr(part, "type", "") for part in (*getattr(body, "blanks", ()), *getattr(body, "parts", ()))}
    return found - kinds - {"year", "month", "day"}


def leaks(text: str, *bodies: Any, but: Iterable[str] = ()) -> list[str]:
    """The secrets of these items that stand in a page or an answer, but for those in ``but``.

    What the items show anyway is none, nor is a letter or a short number, which stands there by chance. ``text`` may be
    HTML or JSON.
    """
    seen = " ".join(plain(one) for body in bodies for one in shown(body))
    where = html.unescape(text)
    kept = {one for body in bodies for secret in secrets(body) for one in (secret, plain(secret))}
    kept -= {one for one in kept if plain(one) in but}
    return sorted(
        one for one in kept if not _could_be_chance(one) and not _stands_in(one, seen) and _stands_in(one, where)
    )


def _could_be_chance(text: str) -> bool:
    return len(text) < 2 or re.fullmatch(r"[0-9.,]{1,3}", text) is not None


def plain(text: str) -> str:
    """HTML as the text that it shows."""
    return html.unescape(strip_tags(text)).strip()


def _stands_in(word: str, text: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text) is not None


def _leaves(value: Any, path: tuple[str, ...] = ()) -> Any:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, (*path, key))
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, path)
    elif isinstance(value, str) and value:
        yield path, value
