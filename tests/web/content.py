"""A unit with one of everything, for tests of pages."""

from datetime import date

from coexistence.content.models import Event, Person, Section, Source, Term, Unit
from tests.factories import UnitFactory


def make_unit() -> Unit:
    """Two sections, the second an outline; two events, in two lanes and of two themes; a person, a term, a source."""
    unit = UnitFactory(
        title="The long year",
        subtitle="A year and what became of it",
        data={
            "objectives": [{"code": "O1", "text": "tell the year's story"}],
            "themes": [{"id": "peace", "title": "Peace"}, {"id": "war", "title": "War"}],
            "lanes": [{"id": "main", "title": "Here"}, {"id": "far", "title": "Elsewhere"}],
        },
    )
    ada = Person.objects.create(unit=unit, slug="ada", name="Ada", born=1901, died=1980, role="minister")
    pact = Term.objects.create(unit=unit, slug="pact", name="pact", html="<p>A promise between states.</p>")
    book = Source.objects.create(
        unit=unit, slug="book", title="The Book", citation="A. Author, The Book", url="https://e.example/", rights="PD"
    )
    talks = Event.objects.create(
        unit=unit, slug="talks", title="The talks", summary="They talk.", html="<p>At length.</p>", theme="peace",
        start=date(1955, 7, 18), end=date(1955, 7, 23), significance=3, place="Geneva",
    )  # fmt: skip
    Event.objects.create(
        unit=unit, slug="raid", title="The raid", summary="They fight.", theme="war", lane="far", significance=1,
        start=date(1957, 10, 1), end=date(1957, 10, 31), precision="month", circa=True,
    )  # fmt: skip
    talks.people.add(ada)
    talks.sources.add(book)
    names = [("before", "full"), ("after", "outline")]
    for position, (slug, status) in enumerate(names):
        section = Section.objects.create(
            unit=unit, slug=slug, position=position, title=slug.title(), question=f"What came {slug}?",
            html=f'<p>It was {slug} the <a class="ref ref-event" href="#event-talks">talks</a>.</p>',
            data={"status": status, "minutes": 5},
        )  # fmt: skip
        section.people.add(ada)
        section.terms.add(pact)
        section.events.add(talks)
        section.sources.add(book)
    return unit
