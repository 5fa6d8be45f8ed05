"""Pages and the API read a unit in a number of queries that does not grow with it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from coexistence.content import selectors
from coexistence.content.importer import load
from coexistence.content.models import Item, Quiz, Unit

from .small_unit import write_unit


@pytest.fixture
def unit(db: None, tmp_path: Path) -> Unit:
    load(write_unit(tmp_path))
    return Unit.objects.get()


def all_of(section: Any) -> list[Any]:
    return [
        list(section.events.all()),
        list(section.people.all()),
        list(section.terms.all()),
        list(section.sources.all()),
    ]


@pytest.mark.parametrize(
    ("read", "queries"),
    [
        (lambda unit: [all_of(section) for section in selectors.lesson(unit)], 5),
        (lambda unit: all_of(selectors.section(unit, "arches")), 5),
        (lambda unit: [section.title for section in selectors.outline(unit)], 1),
        (
            lambda unit: [
                [
                    [p.name for p in e.people.all()],
                    [s.title for s in e.sources.all()],
                    [s.title for s in e.sections.all()],
                ]
                for e in selectors.timeline(unit)
            ],
            4,
        ),
        (lambda unit: [[event.title for event in person.events.all()] for person in selectors.people(unit)], 2),
        (lambda unit: [term.name for term in selectors.glossary(unit)], 1),
        (lambda unit: [source.title for source in selectors.sources(unit)], 1),
        (lambda unit: [item.current.body for item in selectors.public_items(unit)], 1),
        (lambda unit: [quiz.plan for quiz in selectors.quizzes(unit)], 1),
        (lambda unit: [list(rows) for rows in selectors.named(selectors.page(unit, "essay")).values()], 4),
        (lambda unit: selectors.route(unit, "short"), 0),
        (selectors.sizes, 1),
        (lambda unit: [found.title for found in selectors.units()], 1),
    ],
)
def test_queries(unit: Unit, django_assert_num_queries: Any, read: Callable[[Unit], Any], queries: int) -> None:
    with django_assert_num_queries(queries):
        assert read(unit)


def test_order(unit: Unit) -> None:
    assert [s.slug for s in selectors.lesson(unit)] == ["arches", "cables"]
    assert [e.slug for e in selectors.timeline(unit)] == ["opening", "repairs", "collapse"]
    assert [p.slug for p in selectors.people(unit)] == ["anna", "otto"]
    assert [t.slug for t in selectors.glossary(unit)] == ["arch", "cable"]
    assert [s.slug for s in selectors.sources(unit)] == ["letter", "survey"]


def test_what_there_is_not(unit: Unit) -> None:
    assert selectors.unit_or_none("tunnels") is None
    assert selectors.section(unit, "piers") is None


def test_only_public_items_for_practice_or_grades(unit: Unit) -> None:
    assert [item.slug for item in selectors.public_items(unit)] == ["who-built", "why-stands"]
    Item.objects.filter(slug="who-built").update(public=False)
    assert selectors.sizes(unit)["items"] == 1
    Item.objects.filter(slug="why-stands").update(retired=True)
    assert not selectors.public_items(unit)


def test_retired_quizzes_come_last_and_are_not_offered(unit: Unit) -> None:
    Quiz.objects.update(retired=True)
    Quiz.objects.create(unit=unit, slug="later", title="Later", position=9)
    assert [quiz.slug for quiz in selectors.quizzes(unit)] == ["later"]
    first = Quiz.objects.filter(unit=unit).first()
    assert first is not None
    assert first.slug == "later"
