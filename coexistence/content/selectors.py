"""What pages and the API read of a unit. Each answer costs a fixed number of queries, however long the unit is."""

from typing import Any

from django.db.models import Count, OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.functions import Coalesce

from .models import Event, Item, Page, Person, Quiz, Section, Source, Term, Unit


def units() -> QuerySet[Unit]:
    """All units, by title; one query."""
    return Unit.objects.all()


def unit_or_none(slug: str) -> Unit | None:
    """The unit called ``slug``; one query."""
    return Unit.objects.filter(slug=slug).first()


def lesson(unit: Unit) -> QuerySet[Section]:
    """The sections in reading order with their events, people, terms and sources; five queries."""
    return Section.objects.filter(unit=unit).prefetch_related("events", "people", "terms", "sources")


def section(unit: Unit, slug: str) -> Section | None:
    """One section with its events, people, terms and sources; five queries."""
    return lesson(unit).filter(slug=slug).first()


def outline(unit: Unit) -> QuerySet[Section]:
    """The sections in reading order without their texts, for tables of contents; one query."""
    return Section.objects.filter(unit=unit).defer("html")


def route(unit: Unit, slug: str) -> dict[str, Any] | None:
    """The unit's route of that name, with the fields of ``schema.Route``; no query."""
    routes: list[dict[str, Any]] = unit.data.get("routes", [])
    return next((route for route in routes if route["id"] == slug), None)


def page(unit: Unit, slug: str) -> Page | None:
    """The teacher's guide or the essay; one query."""
    return Page.objects.filter(unit=unit, slug=slug).first()


def has_page(unit: Unit, slug: str) -> bool:
    """Whether the unit has that page; no query."""
    return slug in unit.data.get("pages", [])


def named(page: Page) -> dict[str, QuerySet[Any]]:
    """What the page's texts name: its people, terms, events and sources, each one query when it is read."""
    slugs = page.data.get("references", {})
    models = {"people": ("person", Person), "terms": ("term", Term), "events": ("event", Event)}
    return {
        name: model.objects.filter(unit=page.unit_id, slug__in=slugs.get(kind, []))  # type: ignore[attr-defined]
        for name, (kind, model) in {**models, "sources": ("source", Source)}.items()
    }


def timeline(unit: Unit) -> QuerySet[Event]:
    """The events by date with their people, sources and the sections that tell of them; four queries."""
    sections = outline(unit)
    return Event.objects.filter(unit=unit).prefetch_related("people", "sources", Prefetch("sections", sections))


def people(unit: Unit) -> QuerySet[Person]:
    """The people in the files' order with their events; two queries."""
    return Person.objects.filter(unit=unit).prefetch_related("events")


def glossary(unit: Unit) -> QuerySet[Term]:
    """The terms in the files' order; one query."""
    return Term.objects.filter(unit=unit)


def sources(unit: Unit) -> QuerySet[Source]:
    """The sources in the files' order; one query."""
    return Source.objects.filter(unit=unit)


def public_items(unit: Unit) -> QuerySet[Item]:
    """The items that anyone may try, each with its current revision; one query."""
    uses = [Item.Use.PRACTICE, Item.Use.GRADED]
    return Item.objects.filter(unit=unit, public=True, retired=False, use__in=uses).select_related("current")


def quizzes(unit: Unit) -> QuerySet[Quiz]:
    """The ready-made quizzes that can be placed; one query."""
    return Quiz.objects.filter(unit=unit, course=None, retired=False)


def public_quizzes(unit: Unit) -> QuerySet[Quiz]:
    """Those of them that anyone may know of; one query."""
    return quizzes(unit).filter(public=True)


def sizes(unit: Unit) -> dict[str, int]:
    """How many sections, events, people, terms, sources and public items the unit has; one query."""

    def count(rows: QuerySet[Any]) -> Coalesce:
        # One subquery a table: counting over joins would multiply the tables with each other.
        found = rows.filter(unit=OuterRef("pk")).order_by().values("unit").annotate(size=Count("pk")).values("size")
        return Coalesce(Subquery(found), 0)

    counted = {
        "sections": count(Section.objects.all()),
        "events": count(Event.objects.all()),
        "people": count(Person.objects.all()),
        "terms": count(Term.objects.all()),
        "sources": count(Source.objects.all()),
        "items": count(public_items(unit).select_related(None)),
    }
    found = Unit.objects.filter(pk=unit.pk).values_list(*counted.values()).get()
    return dict(zip(counted, found, strict=True))
