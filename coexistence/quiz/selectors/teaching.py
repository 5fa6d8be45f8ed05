"""What a unit says around its items: where each is taught, and what answers each misconception."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from coexistence.content.models import Event, Revision, Section, Unit


@dataclass(frozen=True, slots=True)
class Link:
    """A part of the unit."""

    kind: Literal["section", "event"]
    slug: str
    title: str


@dataclass(frozen=True, slots=True)
class Teaching:
    """Titles of sections and events by slug, and sanitised HTML by the code of a misconception."""

    sections: Mapping[str, str]
    events: Mapping[str, str]
    misconceptions: Mapping[str, str]

    def of(self, body: Any) -> list[Link]:
        """The section and the events that teach an item, of those that the unit has now."""
        section = [Link("section", body.section, self.sections[body.section])] if body.section in self.sections else []
        return section + [Link("event", slug, self.events[slug]) for slug in body.events if slug in self.events]


NOTHING = Teaching({}, {}, {})


def teaching(unit: Unit, revisions: Iterable[Revision]) -> Teaching:
    """What is needed for the review of these revisions. Two queries."""
    bodies = [revision.body for revision in revisions]
    sections = {body["section"] for body in bodies if body.get("section")}
    events = {slug for body in bodies for slug in body.get("events", [])}
    return Teaching(
        sections=dict(Section.objects.filter(unit=unit, slug__in=sections).values_list("slug", "title")),
        events=dict(Event.objects.filter(unit=unit, slug__in=events).values_list("slug", "title")),
        misconceptions={entry["code"]: entry["feedback"] for entry in unit.data.get("misconceptions", [])},
    )
