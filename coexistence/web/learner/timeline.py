"""The timeline: a list that needs nothing, and a drawn axis on top of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_safe

from coexistence.content import selectors
from coexistence.content.models import Event, Section, Unit
from coexistence.courses.visits import VisitRequest, visit_page
from coexistence.web.parts import assignment_with, content_parts, opens

from . import axis
from .spoken import language_for, speak_all


@dataclass(frozen=True, slots=True)
class Choice:
    """What the visitor wants to see: no theme means every theme; ``least`` is the smallest significance, 1 to 3."""

    themes: frozenset[str]
    least: int
    event: str

    def shows(self, event: Event) -> bool:
        return (not self.themes or event.theme in self.themes) and event.significance >= self.least


@dataclass(frozen=True, slots=True)
class Line:
    """One event of the list, with the sections to read on in. ``shown`` is whether the filter lets it through."""

    event: Event
    theme: str
    lane: str
    shape: int
    sections: Sequence[Section]
    shown: bool
    open: bool


@dataclass(frozen=True, slots=True)
class Year:
    """The events that began in one year."""

    year: int
    lines: Sequence[Line]

    @property
    def shown(self) -> bool:
        return any(line.shown for line in self.lines)


@visit_page()
@require_safe
def timeline(request: VisitRequest) -> HttpResponse:
    """All events in order of time, filtered by ``theme`` (repeatable) and ``least``; ``event`` opens one of them."""
    assignment = assignment_with(request.visit, "timeline")
    unit, parts = assignment.unit, content_parts(assignment)
    language = language_for(request, unit)
    speak_all([unit], language, unit)
    themes, lanes = _titles(unit, "themes"), _titles(unit, "lanes")
    shapes = {theme: number % axis.SHAPES for number, theme in enumerate(themes)}
    choice = _choice(request.GET, themes)
    events = list(selectors.timeline(unit))
    for event in events:
        speak_all([event, *event.people.all(), *event.sections.all()], language, unit)
    lines = [
        Line(
            event=event,
            theme=themes.get(event.theme, event.theme),
            lane=lanes.get(event.lane, "") if len(lanes) > 1 else "",
            shape=shapes.get(event.theme, 0),
            sections=[section for section in event.sections.all() if opens(assignment, section.slug)],
            shown=choice.shows(event) or event.slug == choice.event,
            open=event.slug == choice.event,
        )
        for event in events
    ]
    return render(
        request,
        "web/timeline/timeline.html",
        {
            "unit": unit,
            "parts": parts,
            "themes": [
                {"id": theme, "title": title, "chosen": theme in choice.themes, "shape": shapes[theme]}
                for theme, title in themes.items()
            ],
            "least": choice.least,
            "years": [
                Year(year, list(group)) for year, group in groupby(lines, key=lambda line: line.event.start.year)
            ],
            "total": len(lines),
            "shown": sum(line.shown for line in lines),
            "hidden": {line.event.slug for line in lines if not line.shown},
            "wide": axis.draw(events=events, lanes=lanes, shapes=shapes, drawing=axis.WIDE),
            "compact": axis.draw(events=events, lanes=lanes, shapes=shapes, drawing=axis.COMPACT),
        },
    )


def _choice(query: QueryDict, themes: Mapping[str, str]) -> Choice:
    """What the address asks for; what no control of ours could have sent is ignored."""
    least = query.get("least", "1")
    return Choice(
        themes=frozenset(query.getlist("theme")) & themes.keys(),
        least=int(least) if least in {"1", "2", "3"} else 1,
        event=query.get("event", ""),
    )


def _titles(unit: Unit, key: str) -> dict[str, str]:
    """Id -> title of the unit's themes or lanes, in the author's order."""
    return {entry["id"]: entry["title"] for entry in unit.data.get(key, [])}
