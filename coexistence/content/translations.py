"""Translations: what a unit says in other languages, by kind, id and language.

A part is translated as a whole or not at all: whatever its original says, the translation must say too.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from pydantic import BaseModel

from . import layout, schema
from .files import Document, Path
from .mistakes import Mistake, field_name

#: Of each kind of part, and each language: its fields, as the rows call them.
Translations = dict[tuple[str, str], dict[str, dict[str, Any]]]

#: The files that are lists: the list, the model of the file, that of an entry, and the kind of thing.
LISTS: dict[str, tuple[str, type[BaseModel], type[BaseModel], str]] = {
    "figures.yaml": ("figures", schema.FiguresText, schema.FigureText, "figure"),
    "timeline.yaml": ("events", schema.TimelineText, schema.EventText, "event"),
    "people.yaml": ("people", schema.PeopleText, schema.PersonText, "person"),
    "glossary.yaml": ("terms", schema.GlossaryText, schema.TermText, "term"),
}
#: What fields of the files are called in the rows.
_HTML = {"body": "html", "text": "html", "definition": "html"}


class Validated(Protocol):
    """Reads a part of a file as a model; ``None`` for one with mistakes, which it has noted."""

    def __call__(self, document: Document, model: type[BaseModel], *, at: Path = (), top: int = 4) -> Any: ...


def read_translations(
    *,
    documents: Mapping[str, Document],
    originals: Mapping[tuple[str, str], BaseModel],
    language: str,
    validated: Callable[[str], Validated],
) -> tuple[Translations, list[Mistake]]:
    """All translations, and what is wrong with them as such.

    ``originals`` are the parts by kind and id, and ``validated`` gives the reading for a language.
    """
    found: Translations = {}
    mistakes: list[Mistake] = []
    for document in documents.values():
        place = layout.translated(document.place)
        if place is None:
            continue
        original, into = place
        if into == language:
            expected = f"another language than that of the unit, {language}"
            mistakes.append(Mistake(document.name, 1, "the file", f"found a translation into {into}", expected))
            continue
        for kind, slug, path, text in _texts(document, original, validated(into)):
            source = originals.get((kind, slug))
            if source is None:
                mistakes.append(Mistake(document.name, 1, "the file", "found nothing that it translates", original))
                continue
            if into in found.get((kind, slug), {}):
                name, line = field_name(document.data, path), document.line(path)
                mistakes.append(Mistake(document.name, line, name, f"found {slug!r} a second time", "each part once"))
            for name, what, expected in _missing(text, source):
                where = (*path, name)
                named, line = field_name(document.data, where), document.line(where)
                mistakes.append(Mistake(document.name, line, named, what, expected))
            found.setdefault((kind, slug), {})[into] = _fields(text)
    return found, mistakes


def _texts(document: Document, original: str, read: Validated) -> Iterator[tuple[str, str, Path, BaseModel]]:
    if original in LISTS:
        key, file, model, kind = LISTS[original]
        entries = document.data.get(key)
        if read(document, file) is not None and isinstance(entries, list):
            for index in range(len(entries)):
                if text := read(document, model, at=(key, index)):
                    yield kind, text.id, (key, index), text
    elif original == "unit.yaml" and (text := read(document, schema.UnitText)):
        yield "unit", "", (), text
    elif (match := layout.SECTION.fullmatch(original)) and (text := read(document, schema.SectionText, top=2)):
        yield "section", match[2], (), text


def _missing(text: BaseModel, original: BaseModel) -> Iterator[tuple[str, str, str]]:
    for name in type(text).model_fields:
        ours, theirs = getattr(text, name), getattr(original, name)
        if ours is None and theirs is not None:
            yield name, "found nothing", "this field, as the original has it"
        elif isinstance(ours, Sequence) and not isinstance(ours, str) and _ids(ours) != _ids(theirs):
            yield name, f"found {', '.join(_ids(ours)) or 'none'}", f"those of the original, {', '.join(_ids(theirs))}"


def _ids(entries: Sequence[Any]) -> list[str]:
    return [getattr(entry, "id", None) or entry.code for entry in entries]


def _fields(text: BaseModel) -> dict[str, Any]:
    said = text.model_dump(mode="json", exclude={"id"})
    return {_HTML.get(name, name): value or "" for name, value in said.items()}
