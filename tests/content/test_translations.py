"""Translations: what becomes of them, that none is half done, and in which language a unit speaks to whom."""

# ruff: noqa: E501  (a row of the tables is a change and the line that it must give)

from pathlib import Path

import pytest

from coexistence.content.folder import read, read_unit
from coexistence.content.importer import load
from coexistence.content.languages import best, name_of, speak
from coexistence.content.lint import lint
from coexistence.content.mistakes import MistakesError
from coexistence.content.models import Event, Person, Section, Term, Unit

from .small_unit import SPANISH, write_unit


def mistakes(folder: Path, changes: dict[str, str | None]) -> list[str]:
    with pytest.raises(MistakesError) as caught:
        read_unit(write_unit(folder, {**SPANISH, **changes}))
    return [str(mistake) for mistake in caught.value.mistakes]


@pytest.mark.django_db
def test_each_part_keeps_what_it_is_called_elsewhere(tmp_path: Path) -> None:
    load(write_unit(tmp_path, SPANISH))
    unit = Unit.objects.get()
    assert unit.data["languages"] == ["es"]
    assert (unit.title, unit.translations["es"]["title"]) == ("Bridges", "Puentes")
    arches, cables = Section.objects.all()
    assert set(arches.translations["es"]) == {"title", "question", "summary", "html"}
    assert 'href="#person-otto"' in arches.translations["es"]["html"]
    assert cables.translations == {}
    assert Event.objects.get(slug="opening").translations["es"]["html"] == "<p>Primero un discurso.</p>\n"
    assert Event.objects.get(slug="repairs").translations == {}
    assert Person.objects.get(slug="otto").translations["es"] == {"name": "Otto Brook", "role": "Alcalde", "html": ""}
    assert Term.objects.get(slug="arch").translations["es"]["name"] == "Arco"
    # What the translation names stands in the margin as well; what it shows is described in its own language.
    assert {term.slug for term in arches.terms.all()} == {"arch", "cable"}
    assert 'alt="Dos pilares y el arco entre ellos."' in arches.translations["es"]["html"]
    assert 'alt="Two piers and the arch between them."' in arches.html
    assert load(tmp_path).changes == []
    write_unit(tmp_path, {**SPANISH, "people.es.yaml": SPANISH["people.es.yaml"].replace("Alcalde", "Regidor")})
    assert load(tmp_path).changes == ["person otto: changed translations"]


def test_a_translation_quotes_in_its_own_words(tmp_path: Path) -> None:
    assert lint(read(write_unit(tmp_path, SPANISH))) == []


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("lesson/01-arches.es.md", "summary: El peso se desvía.\n", "", "lesson/01-arches.es.md:1: summary: found nothing; expected this field, as the original has it"),
        ("lesson/01-arches.es.md", "question:", "questions:", "lesson/01-arches.es.md:3: questions: found an unknown field"),
        ("lesson/01-arches.es.md", "person:otto", "person:oto", "lesson/01-arches.es.md:6: body: found a reference to person:oto"),
        ("lesson/01-arches.es.md", "summary:", "objectives: [O1]\nsummary:", "lesson/01-arches.es.md:4: objectives: found an unknown field"),
        ("timeline.es.yaml", "    text: Primero un discurso.\n", "", "timeline.es.yaml:2: events[opening].text: found nothing; expected this field, as the original has it"),
        ("timeline.es.yaml", "id: opening", "id: closing", "timeline.es.yaml:2: events[closing].id: found 'closing'; expected a known event"),
        ("people.es.yaml", "people:", "people:\n  - {id: otto, name: O, role: R}", "people.es.yaml:3: people[otto]: found 'otto' a second time; expected each part once"),
        ("figures.es.yaml", "    caption: A mano.\n", "", "figures.es.yaml:2: figures[span].caption: found nothing; expected this field, as the original has it"),
        ("unit.es.yaml", "  - {code: O2, text: Decir por qué está en pie}\n", "", "unit.es.yaml:4: objectives: found O1; expected those of the original, O1, O2"),
        ("unit.es.yaml", "subtitle: Tres\n", "", "unit.es.yaml:1: subtitle: found nothing; expected this field"),
    ],
)  # fmt: skip
def test_half_a_translation_is_a_mistake(tmp_path: Path, name: str, old: str, new: str, said: str) -> None:
    assert SPANISH[name].count(old) == 1
    found = mistakes(tmp_path, {name: SPANISH[name].replace(old, new)})
    assert [line for line in found if line.startswith(said)], found


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"lesson/07-piers.es.md": SPANISH["lesson/01-arches.es.md"]}, "lesson/07-piers.es.md:1: the file: found nothing that it translates; expected lesson/07-piers.md"),
        ({"people.en.yaml": "people: []"}, "people.en.yaml:1: the file: found a translation into en; expected another language than that of the unit, en"),
        ({"sources.es.yaml": "sources: []"}, "sources.es.yaml:1: the file: found a file of another name"),
        ({"lesson/01-arches.es.yaml": "title: x"}, "lesson/01-arches.es.yaml:1: the file: found a file of another name"),
    ],
)  # fmt: skip
def test_translations_of_nothing(tmp_path: Path, changes: dict[str, str | None], said: str) -> None:
    found = mistakes(tmp_path, changes)
    assert [line for line in found if line.startswith(said)], found


@pytest.mark.parametrize(
    ("wishes", "spoken"),
    [
        ([], "en"),
        (["es"], "es"),
        (["es-MX", "en"], "es"),
        (["ES"], "es"),
        (["pt"], "pt-BR"),
        (["pt-PT"], "pt-BR"),
        (["fr", "es"], "es"),
        (["fr"], "en"),
        (["en-GB", "es"], "en"),
        (["esperanto"], "en"),
    ],
)
def test_the_language_that_fits_best(wishes: list[str], spoken: str) -> None:
    assert best(Unit(language="en", data={"languages": ["es", "pt-BR"]}), wishes) == spoken
    assert best(Unit(language="en"), wishes) == "en"


def test_speaking() -> None:
    section = Section(title="Arches", html="A", translations={"es": {"title": "Arcos", "html": "B"}})
    speak(section, "fr", "en")
    assert (section.title, section.said_in) == ("Arches", "en")
    speak(section, "es", "en")
    assert (section.title, section.html, section.said_in) == ("Arcos", "B", "es")
    unit = Unit(data={"themes": [1], "pages": []}, translations={"es": {"title": "P", "themes": [2]}})
    speak(unit, "es", "en")
    assert (unit.title, unit.data) == ("P", {"themes": [2], "pages": []})
    assert (name_of("es"), name_of("tlh")) == ("español", "tlh")
