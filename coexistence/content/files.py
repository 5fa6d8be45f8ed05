"""Reads an author's files: UTF-8 text, and YAML that remembers on which line everything stands.

Scalars are read as text (only an empty one, ``~`` and ``null`` are nothing), and the schema decides what they mean. So
``title: 1984``, ``name: No`` and ``text: 1.50`` stay what the author typed, where YAML's own rules would make numbers
and booleans of them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

import yaml

Path = tuple[int | str, ...]

MOST_BYTES = 5_000_000
MOST_LEVELS = 12
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class UnreadableError(Exception):
    """A file, or a part of it, that cannot be understood at all; ``line`` counts from 1."""

    def __init__(self, line: int, found: str, expected: str) -> None:
        self.line, self.found, self.expected = line, found, expected
        super().__init__(f"line {line}: {found}; expected {expected}")


@dataclass(frozen=True)
class Document:
    """What a file says. ``lines`` has the line of every key and list entry, ``text_lines`` that of a text's first row,
    and ``text_ends`` the line on which it ends.

    ``duplicates`` are keys that stand twice in one place: the path, the line, and the line of the first. ``place`` is
    the file's name within its folder, and ``is_own`` whether that is an institution's own and not the unit's.
    """

    name: str
    data: dict[str, Any]
    lines: dict[Path, int] = field(default_factory=dict)
    text_lines: dict[Path, int] = field(default_factory=dict)
    text_ends: dict[Path, int] = field(default_factory=dict)
    duplicates: list[tuple[Path, int, int]] = field(default_factory=list)
    place: str = ""
    is_own: bool = False

    def line(self, path: Path) -> int:
        """The line of what stands at ``path``, or of the nearest thing around it that exists."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def text_line(self, path: Path, row: int) -> int:
        """The line of a text's row, counted from 0. A text in quotes has fewer lines than rows, then it is the last."""
        first = self.text_lines.get(path, self.line(path))
        return min(first + row, max(first, self.text_ends.get(path, first + row)))


def read_text(path: FilePath) -> str:
    """The file's text with plain line ends; raises ``UnreadableError`` for anything that is not clean UTF-8."""
    try:
        size = path.stat().st_size
        raw = path.read_bytes() if size <= MOST_BYTES else b""
    except OSError as error:
        raise UnreadableError(1, f"found that it cannot be read ({error.strerror})", "a readable file") from None
    if size > MOST_BYTES:
        raise UnreadableError(1, f"found {size} bytes", f"at most {MOST_BYTES}")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise UnreadableError(line, f"found the byte 0x{raw[error.start]:02x}", "text saved as UTF-8") from None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if odd := _FORBIDDEN.search(text):
        line = text.count("\n", 0, odd.start()) + 1
        raise UnreadableError(line, f"found the control character U+{ord(odd[0]):04X}", "plain text")
    return text


def read_yaml(name: str, text: str, *, first_line: int = 1) -> Document:
    """The fields of a YAML text; ``first_line`` is where the text begins in its file.

    Raises ``UnreadableError`` for what is not one mapping in plain YAML: aliases, tags and tabs are not read.
    """
    for number, row in enumerate(text.split("\n")):
        if "\t" in row[: len(row) - len(row.lstrip())]:
            raise UnreadableError(first_line + number, "found a tab at the line's beginning", "spaces")
    document = Document(name, {})
    events = _events(text, first_line)
    try:
        next(events)
        if isinstance(next(events), yaml.StreamEndEvent):
            return document
        start = next(events)
        if isinstance(start, yaml.ScalarEvent) and start.implicit[0] and start.value in {"", "~", "null"}:
            return document
        if not isinstance(start, yaml.MappingStartEvent):
            line = start.start_mark.line + first_line
            raise UnreadableError(line, "found something else than fields", 'lines such as "name: value"')
        document.data.update(_value(start, events, document, (), first_line))
        next(events)
        extra = next(events)
        if not isinstance(extra, yaml.StreamEndEvent):
            line = extra.start_mark.line + first_line
            raise UnreadableError(line, 'found a second document ("---")', "one document in a file")
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = (mark.line if mark else 0) + first_line
        raise UnreadableError(line, f"found broken YAML ({error.problem})", _advice(str(error.problem))) from None
    except yaml.YAMLError as error:
        raise UnreadableError(first_line, f"found broken YAML ({' '.join(str(error).split())})", "plain YAML") from None
    return document


def split_front_matter(text: str) -> tuple[str, str, int]:
    """A lesson file's front matter, its Markdown, and the line on which the Markdown begins."""
    rows = text.split("\n")
    if rows[0].rstrip() != "---":
        raise UnreadableError(1, "found no front matter", 'a line "---", the fields, and another line "---"')
    for number, row in enumerate(rows[1:], start=1):
        if row.rstrip() == "---":
            return "\n".join(rows[1:number]), "\n".join(rows[number + 1 :]), number + 2
    raise UnreadableError(1, "found front matter without an end", 'a second line "---" after the fields')


def _events(text: str, first_line: int) -> Iterator[Any]:
    # Counted here, before anything is built of them, so that no nesting can exhaust the stack and no alias the memory.
    level = 0
    event: Any
    for event in yaml.parse(text, Loader=_LOADER):
        line = event.start_mark.line + first_line
        if isinstance(event, yaml.AliasEvent):
            raise UnreadableError(line, f"found the alias *{event.anchor}", "the text itself, or quotes around the *")
        if getattr(event, "tag", None) not in {None, "!"}:
            raise UnreadableError(line, f"found the tag {event.tag}", "plain values without tags")
        level += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if level > MOST_LEVELS:
            raise UnreadableError(line, "found values nested too deeply", f"at most {MOST_LEVELS} levels")
        yield event


def _value(event: Any, events: Iterator[Any], document: Document, path: Path, first_line: int) -> Any:
    line, last = event.start_mark.line + first_line, event.end_mark.line + first_line
    if isinstance(event, yaml.ScalarEvent):
        if odd := _FORBIDDEN.search(event.value):
            raise UnreadableError(line, f"found the character U+{ord(odd[0]):04X}", "text without control characters")
        document.text_lines[path] = line + (event.style in {"|", ">"})
        document.text_ends[path] = last
        plain = event.style is None or event.style == ""
        return None if plain and event.value in {"", "~", "null"} else event.value
    if isinstance(event, yaml.SequenceStartEvent):
        entries: list[Any] = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            step = (*path, len(entries))
            document.lines[step] = event.start_mark.line + first_line
            entries.append(_value(event, events, document, step, first_line))
        return entries
    fields: dict[str, Any] = {}
    while not isinstance(key := next(events), yaml.MappingEndEvent):
        line = key.start_mark.line + first_line
        if not isinstance(key, yaml.ScalarEvent) or _FORBIDDEN.search(key.value):
            raise UnreadableError(line, "found a field whose name is no text", 'a name and a colon, as in "title: …"')
        step = (*path, key.value)
        if key.value in fields:
            document.duplicates.append((step, line, document.lines[step]))
        document.lines.setdefault(step, line)
        fields[key.value] = _value(next(events), events, document, step, first_line)
    return fields


def _advice(problem: str) -> str:
    if "mapping values are not allowed" in problem:
        return "quotes around a text that contains a colon and a space, or fields indented alike"
    if "could not find expected ':'" in problem or "simple key" in problem:
        return 'a colon and a space after the field\'s name, and a text of several lines indented below "|"'
    if "found character" in problem:
        return "quotes around a text that begins with one of @ ` % & * ! | > { ["
    if "block" in problem or "did not find expected" in problem:
        return "entries of one list or one set of fields indented alike, and quotes closed"
    return "plain YAML; put texts with special characters in quotes"
