"""A unit's folder, validated: all of its files and all their references, with every mistake at once."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path as FilePath
from typing import Any, TypeVar

from django.utils import translation
from pydantic import BaseModel, ValidationError

from . import layout, plans, schema
from .documents import Folder, read_folder
from .figures import Drawing, figure_html
from .files import Document, Path
from .items import ITEM_TYPES, ItemBase
from .markup import Findings, MarkupError, Problem, Reference, render
from .mistakes import Mistake, MistakesError, field_name, mistakes_in, one_of, shown
from .translations import Translations, Validated, read_translations

M = TypeVar("M", bound=BaseModel)
#: Where checks may stand.
_WITH_CHECKS: set[type[BaseModel]] = {schema.SectionFile, schema.SectionText}
#: The long lists, whose entries show how far the reading is.
_READ_ONE_BY_ONE = {"event", "person", "term", "source", "figure", "item"}


@dataclass(frozen=True)
class SectionEntry:
    """A section: its name and number from the file's name, its fields, and all that its text refers to."""

    slug: str
    position: int
    file: schema.SectionFile
    references: Sequence[Reference]


@dataclass(frozen=True)
class UnitContent:
    """All of a unit, validated; every ``Markdown`` field holds sanitised HTML."""

    unit: schema.UnitFile
    sections: list[SectionEntry]
    events: list[schema.EventEntry]
    people: list[schema.PersonEntry]
    terms: list[schema.TermEntry]
    sources: list[schema.SourceEntry]
    items: list[ItemBase]
    quizzes: list[schema.QuizEntry]
    guide: tuple[schema.GuideFile, Sequence[Reference]] | None = None
    essay: tuple[schema.EssayFile, Sequence[Reference]] | None = None
    #: Those of an institution's own folder, which no public page and no API names.
    own_quizzes: frozenset[str] = frozenset()
    translations: Translations = field(default_factory=dict)


@dataclass(frozen=True)
class Reading:
    """A unit as it was read: its files, all that is wrong with them, and the content, if nothing is.

    ``places`` says where each thing is defined, by kind and id; ``named`` is all that any text refers to.
    """

    folder: Folder
    content: UnitContent | None
    mistakes: Sequence[Mistake]
    places: Mapping[tuple[str, str], tuple[Document, Path]]
    named: frozenset[tuple[str, str]]


#: Told how many of how many entries of long lists are being read.
Progress = Callable[[int, int], None]


def read_unit(folder: FilePath, own: FilePath | None = None, progress: Progress | None = None) -> UnitContent:
    """The unit in ``folder``, with the quizzes of the folder ``own``; raises ``MistakesError`` with everything that is
    wrong in any file."""
    reading = read(folder, own, progress)
    if reading.content is None:
        raise MistakesError(reading.mistakes)
    return reading.content


def read(folder: FilePath, own: FilePath | None = None, progress: Progress | None = None) -> Reading:
    """The unit in ``folder``, whatever is wrong with it."""
    found = read_folder(folder, own)
    reader = _Reader(found, progress=progress or (lambda done, total: None))
    reader.learn_names()
    unit = found.documents.get("unit.yaml")
    language = str(unit.data.get("language")) if unit else ""
    # The labels of blocks are in the language of the text around them.
    with translation.override(language if re.match(schema.LANGUAGE, language) else "en"):
        content = reader.content()
    mistakes = sorted({*found.mistakes, *reader.mistakes})
    return Reading(found, None if mistakes else content, mistakes, reader.places, frozenset(reader.named))


@dataclass
class _Reader:
    folder: Folder
    progress: Progress
    mistakes: list[Mistake] = field(default_factory=list)
    # Kind -> id -> what it is called. Made from the raw data, so that a mistake inside an entry does not make every
    # reference to it a mistake too; kinds of a file that cannot be read are left out for the same reason.
    known: dict[str, dict[str, str]] = field(default_factory=dict)
    places: dict[tuple[str, str], tuple[Document, Path]] = field(default_factory=dict)
    # What each event says of its date, for items that ask for it.
    dates: dict[str, Any] = field(default_factory=dict)
    named: set[tuple[str, str]] = field(default_factory=set)
    drawn: dict[str, tuple[schema.FigureEntry, Drawing]] = field(default_factory=dict)
    figures: dict[str, str] = field(default_factory=dict)
    done: int = 0
    total: int = 0

    def learn_names(self) -> None:
        kinds = {"section", "check", *(kind for lists in layout.LISTS.values() for kind in lists.values())}
        self.known = {kind: {} for kind in kinds - self.folder.unread}
        for document in self.folder.documents.values():
            if match := layout.SECTION.fullmatch(document.place):
                self._learn("section", match[2], str(document.data.get("title")), document, ())
                self._learn("section number", str(int(match[1])), document.name, document, ())
            for key, kind in layout.lists(document.place).items():
                entries = document.data.get(key)
                for index, entry in enumerate(entries if isinstance(entries, list) else []):
                    self.total += kind in _READ_ONE_BY_ONE
                    label = "code" if kind in {"objective", "misconception"} else "id"
                    if isinstance(entry, dict) and isinstance(entry.get(label), str):
                        title = str(entry.get("title") or entry.get("name") or entry[label])
                        self._learn(kind, entry[label], title, document, (key, index, label))
                        if kind == "event":
                            self.dates[entry[label]] = entry.get("date")
                        if kind == "item" and entry.get("use") == "check" and "check" in self.known:
                            self.known["check"][entry[label]] = title

    def _learn(self, kind: str, slug: str, title: str, document: Document, path: Path) -> None:
        if first := self.places.get((kind, slug)):
            found = f"found a second {kind} called {slug!r}; the first is at {first[0].name}:{first[0].line(first[1])}"
            place = field_name(document.data, path)
            self.mistakes.append(Mistake(document.name, document.line(path), place, found, "another one"))
            return
        self.places[kind, slug] = (document, path)
        if kind in self.known:
            self.known[kind][slug] = title

    def content(self) -> UnitContent | None:
        documents = self.folder.documents
        self._read_figures()
        unit = self._validated(documents["unit.yaml"], schema.UnitFile) if "unit.yaml" in documents else None
        events = self._entries("timeline.yaml", "events", schema.TimelineFile, schema.EventEntry)
        people = self._entries("people.yaml", "people", schema.PeopleFile, schema.PersonEntry)
        terms = self._entries("glossary.yaml", "terms", schema.GlossaryFile, schema.TermEntry)
        sources = self._entries("sources.yaml", "sources", schema.SourcesFile, schema.SourceEntry)
        sections = [s for d in documents.values() if layout.SECTION.fullmatch(d.place) for s in self._section(d)]
        guide = self._page(layout.GUIDE, schema.GuideFile)
        essay = self._page(layout.ESSAY, schema.EssayFile)
        items: list[ItemBase] = []
        quizzes: list[schema.QuizEntry] = []
        own: set[str] = set()
        drawn: list[tuple[Document, list[schema.QuizEntry]]] = []
        for document in documents.values():
            if layout.is_quiz(document.place):
                more_items, more_quizzes = self._quiz_file(document)
                items += more_items
                quizzes += more_quizzes
                drawn.append((document, more_quizzes))
                own |= {quiz.id for quiz in more_quizzes if document.is_own}
        if unit is None or self.mistakes or self.folder.mistakes:
            return None
        self._check_draws(drawn, items)
        originals: dict[tuple[str, str], BaseModel] = {("unit", ""): unit}
        originals |= {("figure", slug): entry for slug, (entry, _) in self.drawn.items()}
        originals |= {("section", section.slug): section.file for section in sections}
        for kind, entries in (("event", events), ("person", people), ("term", terms)):
            originals |= {(kind, entry.id): entry for entry in entries}
        translations, mistakes = read_translations(
            documents=documents, originals=originals, language=unit.language, validated=self._in_language
        )
        self.mistakes += mistakes
        return UnitContent(
            unit=unit,
            sections=sections,
            events=events,
            people=people,
            terms=terms,
            sources=sources,
            items=items,
            quizzes=quizzes,
            guide=guide,
            essay=essay,
            own_quizzes=frozenset(own),
            translations=translations,
        )

    def _entries(self, name: str, key: str, file: type[BaseModel], model: type[M]) -> list[M]:
        """The entries of a file that is one list, each read by itself, so that a long list shows how far it is."""
        document = self.folder.documents.get(name)
        if document is None:
            return []
        entries = document.data.get(key)
        if not isinstance(entries, list):
            self._validated(document, file)
            return []
        self._validated(replace(document, data={**document.data, key: []}), file)
        return [found for at in range(len(entries)) if (found := self._validated(document, model, at=(key, at)))]

    def _read_figures(self) -> None:
        """Make every figure's HTML, which the texts are rendered with."""
        for entry in self._entries("figures.yaml", "figures", schema.FiguresFile, schema.FigureEntry):
            drawing = self.folder.drawings.get(entry.id)
            if drawing:
                self.drawn[entry.id] = (entry, drawing)
                self.figures[entry.id] = figure_html(entry, drawing)
            elif entry.id not in self.folder.drawings:
                document, path = self.places["figure", entry.id]
                place, line = field_name(document.data, path[:-1]), document.line(path[:-1])
                expected = f"its drawing in figures/{entry.id}.svg"
                self.mistakes.append(Mistake(document.name, line, place, "found no such file", expected))

    def _page(self, name: str, model: type[M]) -> tuple[M, Sequence[Reference]] | None:
        document = self.folder.documents.get(name)
        findings = Findings()
        file = self._validated(document, model, top=2, findings=findings) if document else None
        return (file, tuple(findings.references)) if file else None

    def _in_language(self, language: str) -> Validated:
        """How to read a translation into ``language``: what it says of a figure stands in its texts."""
        figures = dict(self.figures)

        def validated(document: Document, model: type[BaseModel], *, at: Path = (), top: int = 4) -> BaseModel | None:
            return self._validated(document, model, at=at, top=top, figures=figures)

        document = self.folder.documents.get(f"figures.{language}.yaml")
        entries = document.data.get("figures") if document else None
        for index in range(len(entries) if isinstance(entries, list) else 0):
            assert document
            text = self._validated(document, schema.FigureText, at=("figures", index))
            original = self.drawn.get(text.id) if text else None
            if text and original:
                entry, drawing = original
                said = entry.model_copy(update={"title": text.title, "alt": text.alt, "caption": text.caption})
                figures[text.id] = figure_html(said, drawing)
        return validated

    def _validated(
        self,
        document: Document,
        model: type[M],
        *,
        at: Path = (),
        top: int = 4,
        findings: Findings | None = None,
        figures: Mapping[str, str] | None = None,
    ) -> M | None:
        data: Any = document.data
        for step in at:
            data = data[step]
        everything = findings or Findings()
        shown = self.figures if figures is None else figures
        if at and not layout.translated(document.place):
            self.done += 1
            self.progress(self.done, self.total)

        def rendered(text: str) -> str:
            mine = Findings()
            html = render(text, refs=mine, top=top, titles=self.known.get("source"), figures=shown)
            dead = [r for r in mine.references if r.kind in self.known and r.slug not in self.known[r.kind]]
            everything.references += mine.references
            self.named |= {(r.kind, r.slug) for r in mine.references}
            problems = mine.problems + [
                Problem(
                    r.line,
                    f"found a reference to {r.kind}:{r.slug}",
                    f"a known {r.kind}: {one_of(list(self.known[r.kind]), near=r.slug)}",
                )
                for r in dead
            ]
            problems += self._check_problems(mine.references, may_stand=model in _WITH_CHECKS)
            if problems:
                raise MarkupError(problems)
            return html

        try:
            return model.model_validate(data, context={"render": rendered, "known": self.known, "dates": self.dates})
        except ValidationError as error:
            self.mistakes += mistakes_in(document, error, model, at=at)
            return None

    def _check_problems(self, references: Sequence[Reference], *, may_stand: bool) -> list[Problem]:
        checks = [r for r in references if r.kind == "check"]
        if not may_stand:
            return [Problem(r.line, "found a :::check", "checks in the lesson's sections only") for r in checks]
        slugs = [r.slug for r in checks]
        return [
            Problem(r.line, f"found the check {r.slug!r} a second time", "each check once in a section")
            for index, r in enumerate(checks)
            if r.slug in slugs[:index]
        ]

    def _section(self, document: Document) -> list[SectionEntry]:
        match = layout.SECTION.fullmatch(document.place)
        assert match
        findings = Findings()
        file = self._validated(document, schema.SectionFile, top=2, findings=findings)
        return [SectionEntry(match[2], int(match[1]), file, tuple(findings.references))] if file else []

    def _quiz_file(self, document: Document) -> tuple[list[ItemBase], list[schema.QuizEntry]]:
        # Each item is read by its own type's model; the frame around them by the file's.
        file = self._validated(document, schema.QuizFile)
        entries = document.data.get("items")
        items = []
        for index, entry in enumerate(entries if isinstance(entries, list) else []):
            if not isinstance(entry, dict):
                continue
            path: Path = ("items", index)
            if document.is_own:
                entry.setdefault("public", "false")
            model = ITEM_TYPES.get(str(entry.get("type")))
            if model is None:
                line = document.line((*path, "type"))
                name = field_name(document.data, (*path, "type"))
                expected = one_of(sorted(ITEM_TYPES), near=str(entry.get("type")))
                self.mistakes.append(Mistake(document.name, line, name, shown(entry.get("type")), expected))
            elif item := self._validated(document, model, at=path):
                items.append(item)
                if document.is_own and item.public:
                    line, name = document.line((*path, "public")), field_name(document.data, (*path, "public"))
                    expected = "false, or nothing: what is an institution's own is never public"
                    self.mistakes.append(Mistake(document.name, line, name, "found true", expected))
        if file is None:
            return items, []
        self._check_quizzes(document, file.quizzes)
        return items, file.quizzes

    def _check_quizzes(self, document: Document, quizzes: list[schema.QuizEntry]) -> None:
        for number, quiz in enumerate(quizzes):
            seen: set[str] = set()
            for place, part in enumerate(quiz.sections):
                for index, pick in enumerate(part.items):
                    path: Path = ("quizzes", number, "sections", place, "items", index)
                    name, line = field_name(document.data, path), document.line(path)
                    if pick.item in seen and part.draw is None:
                        found = f"found {pick.item!r} a second time in this quiz"
                        self.mistakes.append(Mistake(document.name, line, name, found, "each item once"))
                    if pick.item in self.known.get("check", {}):
                        found = f"found {pick.item!r}, which is for checks inside the lesson"
                        self.mistakes.append(
                            Mistake(document.name, line, name, found, "an item for practice or grades")
                        )
                    seen.add(pick.item)

    def _check_draws(self, drawn: Sequence[tuple[Document, list[schema.QuizEntry]]], items: list[ItemBase]) -> None:
        """That every section that draws has enough to draw from, whatever an attempt has got already."""
        for document, quizzes in drawn:
            for number, quiz in enumerate(quizzes):
                parts = plans.read([plans.stored(section, items) for section in quiz.sections])
                for place, there in plans.shortages(parts):
                    path: Path = ("quizzes", number, "sections", place, "draw")
                    found = shown(parts[place].draw)
                    expected = f"at most {there}: the others of the {len(parts[place].picks)} may be asked elsewhere"
                    if there == len(parts[place].picks):
                        expected = f"at most {there}, which is all that there are to draw from"
                    name = field_name(document.data, path)
                    self.mistakes.append(Mistake(document.name, document.line(path), name, found, expected))
