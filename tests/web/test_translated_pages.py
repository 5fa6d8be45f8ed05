"""A unit that is translated in part: each visitor reads their own language, and is told where there is none."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from coexistence.content.importer import load
from coexistence.content.models import Unit
from tests.content.small_unit import SPANISH, WITHOUT_ITEMS, write_unit
from tests.factories import AssignmentFactory, EnrollmentFactory
from tests.web.pages import sound

Reader = Callable[..., Any]


@pytest.fixture
def reader(tmp_path: Path, open_visit: Callable[..., Any]) -> Reader:
    """A function that opens a visit to the small unit, half of which is in Spanish."""
    load(write_unit(tmp_path, {**WITHOUT_ITEMS, **SPANISH}))
    assignment = AssignmentFactory(unit=Unit.objects.get(), kind="unit", quiz__items=[])

    def reader_(locale: str = "") -> Any:
        return open_visit(enrollment=EnrollmentFactory(course=assignment.course), assignment=assignment, locale=locale)

    return reader_


def test_a_translated_page_is_in_the_readers_language(reader: Reader) -> None:
    spanish = reader("es-MX")
    page = sound(spanish.page("lesson/"))
    assert "Puentes" in page.text
    assert "Nombrar las partes" in page.text
    assert page.has("article", lang="es")
    assert "Arcos" in page.text
    assert page.has("li", lang="en")
    page = sound(spanish.page("lesson/arches/"))
    assert "¿Por qué está en pie un arco?" in page.text
    assert page.has("article", lang="es")
    assert page.has("div", id="term-arch", lang="es")
    assert page.has("div", id="term-cable", lang="en")
    assert all(words in page.text for words in ("Alcalde", "La inauguración", "A rope of wire."))
    assert "has not been translated" not in page.text
    assert page.has("a", href=spanish.path("lesson/arches/?language=en"), hreflang="en")
    timeline = sound(spanish.page("timeline/"))
    assert all(words in timeline.text for words in ("La inauguración", "Construir", "En otra parte", "Arcos"))
    assert "It is repaired." in timeline.text


def test_a_page_that_is_not_translated_says_so(reader: Reader) -> None:
    page = sound(reader("es").page("lesson/cables/"))
    assert "This page has not been translated into español yet. It is shown in English." in page.text
    assert page.has("article", lang="en")
    assert "What pulls?" in page.text


@pytest.mark.parametrize(
    ("locale", "query", "accept", "title"),
    [
        ("", "", "", "Arches"),
        ("", "", "es-ES,es;q=0.9,en;q=0.8", "Arcos"),
        ("en-US", "", "es", "Arches"),
        ("es_ES", "", "en", "Arcos"),
        ("es", "?language=en", "", "Arches"),
        ("en", "?language=es", "", "Arcos"),
        ("en", "?language=%00", "", "Arches"),
        ("fr", "", "es", "Arches"),
    ],
)
def test_whose_wish_counts(reader: Reader, locale: str, query: str, accept: str, title: str) -> None:
    page = sound(reader(locale).page(f"lesson/arches/{query}", headers={"accept-language": accept}))
    assert f"{title}\n" in page.text
    assert "has not been translated" not in page.text


def test_a_translation_costs_no_query(reader: Reader, django_assert_num_queries: Any) -> None:
    for locale in ("es", "en"):
        visit = reader(locale)
        with django_assert_num_queries(7):
            visit.page("lesson/arches/")
