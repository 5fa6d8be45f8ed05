"""The rows that a unit's content asks for, with everything rendered and hashed before any of them is written."""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models

from . import plans
from .folder import SectionEntry, UnitContent
from .items import ItemBase
from .markup import KINDS
from .models import Event, Item, Page, Person, Quiz, Section, Source, Term
from .schema import EventEntry, PersonEntry, QuizEntry, SourceEntry, UnitFile

#: A reference in sanitised HTML.
_REFERENCE = re.compile(r'data-ref="([a-z]+)" data-slug="([a-z0-9-]+)"')

Fields = dict[str, Any]
Model = type[models.Model]


@dataclass(frozen=True)
class Rows:
    """All rows of a unit, as fields by slug; ``links`` have the slugs that each part refers to, by model and field.

    ``bodies`` are what the items' revisions should hold, ``was`` what parts were called before. ``digest`` is the
    SHA-256 of all the rest, in hexadecimal.
    """

    unit: Fields
    parts: dict[Model, dict[str, Fields]]
    links: dict[tuple[Model, str], dict[str, list[str]]]
    items: dict[str, Fields]
    bodies: dict[str, Fields]
    quizzes: dict[str, Fields]
    was: dict[Model, dict[str, str]]
    digest: str


def rows_of(content: UnitContent) -> Rows:
    """What the database should hold for ``content``."""
    unit = _unit_fields(content)
    parts: dict[Model, dict[str, Fields]] = {
        Source: {source.id: _source_fields(source) for source in content.sources},
        Person: {person.id: _person_fields(person) for person in content.people},
        Term: {term.id: {"name": term.name, "html": term.definition} for term in content.terms},
        Event: {event.id: _event_fields(event, content.unit) for event in content.events},
        Section: {section.slug: _section_fields(content, section) for section in content.sections},
        Page: _page_fields(content),
    }
    for model, kind in ((Section, "section"), (Event, "event"), (Person, "person"), (Term, "term")):
        for slug, fields in parts[model].items():
            fields["translations"] = content.translations.get((kind, slug), {})
    for entries in parts.values():
        for position, fields in enumerate(entries.values()):
            fields.setdefault("position", position)
    links: dict[tuple[Model, str], dict[str, list[str]]] = {
        (Event, "people"): {event.id: event.people for event in content.events},
        (Event, "sources"): {event.id: event.sources for event in content.events},
    }
    for name, kind in (("events", "event"), ("people", "person"), ("terms", "term"), ("sources", "source")):
        links[Section, name] = {
            section.slug: [*getattr(section.file, name), *_named(content, section, kind)]
            for section in content.sections
        }
    quizzes = {quiz.id: {**_quiz_fields(quiz, content.items), "position": n} for n, quiz in enumerate(content.quizzes)}
    for slug, fields in quizzes.items():
        fields["public"] = slug not in content.own_quizzes
    items = {i.id: {"use": i.use, "public": i.public, "position": n} for n, i in enumerate(content.items)}
    bodies = {item.id: _body(item) for item in content.items}
    everything = [
        unit,
        {model.__name__: entries for model, entries in parts.items()},
        {f"{m.__name__}.{name}": {s: sorted(set(to)) for s, to in by.items()} for (m, name), by in links.items()},
        [items, {slug: body["digest"] for slug, body in bodies.items()}, quizzes],
    ]
    return Rows(unit, parts, links, items, bodies, quizzes, _former(content), _digest(everything))


def _former(content: UnitContent) -> dict[Model, dict[str, str]]:
    was: dict[Model, dict[str, str]] = {Section: {s.slug: s.file.was for s in content.sections if s.file.was}}
    kinds: dict[Model, Sequence[Any]] = {
        Event: content.events,
        Person: content.people,
        Term: content.terms,
        Source: content.sources,
        Item: content.items,
        Quiz: content.quizzes,
    }
    for model, entries in kinds.items():
        was[model] = {entry.id: entry.was for entry in entries if entry.was}
    return was


def _unit_fields(content: UnitContent) -> Fields:
    unit = content.unit
    into = sorted({language for texts in content.translations.values() for language in texts})
    kept = {"licence", "objectives", "misconceptions", "themes", "lanes", "routes"}
    return {
        "slug": unit.slug,
        "title": unit.title,
        "subtitle": unit.subtitle or "",
        "language": unit.language,
        "summary": unit.summary,
        "data": {**unit.model_dump(mode="json", include=kept), "pages": list(_page_fields(content)), "languages": into},
        "translations": content.translations.get(("unit", ""), {}),
    }


def _source_fields(source: SourceEntry) -> Fields:
    return {
        "title": source.title,
        "author": source.author or "",
        "published": source.published or "",
        "citation": source.citation,
        "url": source.url or "",
        "rights": source.rights,
        "data": source.model_dump(mode="json", include={"locator", "accessed", "excerpts"}),
    }


def _person_fields(person: PersonEntry) -> Fields:
    return {
        "name": person.name,
        "born": person.born,
        "died": person.died,
        "role": person.role,
        "html": person.text or "",
    }


def _event_fields(event: EventEntry, unit: UnitFile) -> Fields:
    return {
        "title": event.title,
        "summary": event.summary,
        "html": event.text or "",
        "start": event.date.start,
        "end": event.date.end,
        "precision": event.date.precision,
        "circa": event.circa,
        "theme": event.theme,
        "lane": event.lane or unit.lanes[0].id,
        "significance": event.significance,
        "place": event.place or "",
        "latitude": event.lat,
        "longitude": event.lon,
    }


def _named(content: UnitContent, section: SectionEntry, kind: str) -> list[str]:
    """The slugs of one kind that a section names, in whatever language, in the order of its text."""
    named = [r.slug for r in section.references if r.kind == kind]
    for said in content.translations.get(("section", section.slug), {}).values():
        named += [slug for found, slug in _REFERENCE.findall(said["html"]) if found == kind]
    return list(dict.fromkeys(named))


def _section_fields(content: UnitContent, section: SectionEntry) -> Fields:
    file = section.file
    return {
        "title": file.title,
        "question": file.question,
        "summary": file.summary or "",
        "html": file.body,
        "position": section.position,
        "data": {
            "status": file.status,
            "minutes": file.minutes,
            "objectives": file.objectives,
            "checks": _named(content, section, "check"),
        },
    }


def _page_fields(content: UnitContent) -> dict[str, Fields]:
    pages: dict[str, Fields] = {}
    if content.guide:
        file, references = content.guide
        named = {kind: [r.slug for r in references if r.kind == kind] for kind in KINDS}
        pages[Page.GUIDE] = {"title": file.title, "html": file.body, "data": {"references": _once(named)}}
    if content.essay:
        essay, references = content.essay
        named = {kind: [r.slug for r in references if r.kind == kind] for kind in KINDS}
        named["event"] += [slug for claim in essay.claims for slug in claim.events]
        named["source"] += [slug for claim in essay.claims for slug in claim.sources]
        claims = [claim.model_dump(mode="json") for claim in essay.claims]
        data = {"claims": claims, "references": _once(named)}
        pages[Page.ESSAY] = {"title": essay.title, "html": essay.introduction, "data": data}
    return pages


def _once(named: dict[str, list[str]]) -> dict[str, list[str]]:
    return {kind: list(dict.fromkeys(slugs)) for kind, slugs in named.items()}


def _quiz_fields(quiz: QuizEntry, items: Sequence[ItemBase]) -> Fields:
    return {
        "title": quiz.title,
        "summary": quiz.summary or "",
        "plan": [plans.stored(section, items) for section in quiz.sections],
    }


def _body(item: ItemBase) -> Fields:
    # Defaults are left out of the digest: a type that learns a new option must not make a new revision of every item.
    # What it was called before is no part of what it says.
    said = {**item.model_dump(mode="json", exclude_defaults=True, exclude={"was"}), "type": item.type}
    return {"type": item.type, "body": item.model_dump(mode="json", exclude={"was"}), "digest": _digest(said)}


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str, ensure_ascii=False).encode()).hexdigest()
