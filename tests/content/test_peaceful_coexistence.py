"""The unit that ships: it loads, agrees with the facts that were checked, is written in full and quotes exactly."""

import re

import pytest

from coexistence.content.dates import parse_date
from coexistence.content.folder import read as read_folder
from coexistence.content.importer import load
from coexistence.content.lint import lint
from coexistence.content.models import Event, Person, Section, Term, Unit

from . import facts_peaceful_coexistence as facts
from .files_peaceful_coexistence import (
    FOLDER,
    SECTIONS,
    blockquote,
    body,
    excerpts,
    front_matter,
    items,
    one_line,
    read,
)

ELSEWHERE_LANE = "elsewhere"


def words(text: str) -> int:
    """The words of the running text: without sources, questions and what to remember, and without markup."""
    text = re.sub(r"^:::[a-z].*?^:::$", "", text, flags=re.MULTILINE | re.DOTALL)
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    return len([word for word in re.split(r"[\s—]+", text) if re.search(r"\w", word)])


@pytest.fixture
def unit(db: None) -> Unit:
    load(FOLDER)
    return Unit.objects.get()


def test_loads_once_and_then_changes_nothing(unit: Unit) -> None:
    assert unit.slug == "peaceful-coexistence"
    assert Section.objects.filter(unit=unit).count() == 9
    assert load(FOLDER).changes == []


def test_an_author_would_be_warned_of_nothing() -> None:
    assert [str(warning) for warning in lint(read_folder(FOLDER))] == []


def test_events_stand_at_their_dates_and_places(unit: Unit) -> None:
    wanted = {slug: (date, lat, lon, "main") for slug, (date, lat, lon) in facts.EVENTS.items()}
    wanted |= {slug: (date, None, None, ELSEWHERE_LANE) for slug, date in facts.ELSEWHERE.items()}
    assert set(Event.objects.values_list("slug", flat=True)) == set(wanted)
    for event in Event.objects.all():
        date, lat, lon, lane = wanted[event.slug]
        point = parse_date(date)
        assert (event.start, event.end, event.precision) == (point.start, point.end, point.precision), event.slug
        place = [None if number is None else float(number) for number in (event.latitude, event.longitude)]
        assert (place, event.lane) == ([lat, lon], lane), event.slug
        assert event.html, event.slug


def test_events_have_their_weight_their_people_and_a_source(unit: Unit) -> None:
    extra = {("malenkov-two-systems", "bohlen"), ("geneva-summit", "bohlen"), ("secret-speech", "stalin")}
    for event in Event.objects.filter(lane="main").prefetch_related("people", "sources"):
        theme, significance, people = facts.WEIGHTS[event.slug]
        assert (event.theme, event.significance) == (theme, significance), event.slug
        there = {person.slug for person in event.people.all() if (event.slug, person.slug) not in extra}
        assert there == set(people.split()), event.slug
        assert event.place, event.slug
        assert event.sources.exists(), event.slug


def test_the_glossary_has_every_term(unit: Unit) -> None:
    assert sorted(term.name for term in Term.objects.all()) == sorted(facts.TERMS.split(", "))


def test_people_lived_when_they_did(unit: Unit) -> None:
    assert {person.name: (person.born, person.died) for person in Person.objects.all()} == facts.PEOPLE


def test_every_event_agrees_with_the_lives_of_its_people(unit: Unit) -> None:
    for event in Event.objects.prefetch_related("people"):
        for person in event.people.all():
            assert (person.born or 0) < event.start.year, (event.slug, person.name)
            assert event.start.year <= (person.died or event.start.year) or "stalin" in person.slug, event.slug


def test_every_section_of_the_lesson_is_taught_in_full() -> None:
    assert [path.name[:2] for path in SECTIONS] == [f"{number:02}" for number in range(1, 10)]
    for path in SECTIONS:
        text = body(path)
        assert front_matter(path)["question"].endswith("?"), path.name
        assert front_matter(path)["status"] == "full", path.name
        assert 350 <= words(text) <= 600, (path.name, words(text))
        assert text.rstrip().endswith(":::"), path.name
        assert text.rindex(":::remember") > text.rindex(":::check"), path.name
        for kind in ("Sourcing", "Context", "Close reading", "Corroboration"):
            assert text.count(f"- **{kind}:**") == 1, (path.name, kind)
        for source in re.findall(r"^:::source [a-z0-9-]+\n(.*?)^>", text, flags=re.MULTILINE | re.DOTALL):
            assert source.startswith("**"), (path.name, "the head-note comes first and begins with its date")
        for kind in ("event", "person", "term"):
            assert f"]({kind}:" in text, (path.name, kind)


def test_every_section_asks_before_on_and_back() -> None:
    known = items()
    for number, path in enumerate(SECTIONS, 1):
        checks = re.findall(r"^:::check ([a-z0-9-]+) ?([a-z-]*)$", body(path), flags=re.MULTILINE)
        assert [kind for _, kind in checks] == ["prediction", "", "look-back"], path.name
        assert body(path).startswith(":::check"), path.name
        for slug, _ in checks:
            assert known[slug]["use"] == "check", slug
            assert known[slug]["section"] == path.stem[3:], slug
            assert slug.startswith(f"check-{number}-"), slug
    assert sum(item.get("use") == "check" for item in known.values()) == 27


def test_most_sections_let_somebody_else_than_an_american_speak() -> None:
    heard = {
        path.name
        for path in SECTIONS
        for source in re.findall(r"^:::source ([a-z0-9-]+)$", body(path), flags=re.MULTILINE)
        if source in facts.VOICES
    }
    assert len(heard) >= 5, heard


def test_figures_can_be_read_on_a_phone() -> None:
    figures = {figure["id"] for figure in read("figures.yaml")["figures"]}
    used = [
        name for path in SECTIONS for name in re.findall(r"^:::figure ([a-z0-9-]+)$", body(path), flags=re.MULTILINE)
    ]
    assert len(used) >= 4
    assert sorted(used) == sorted(figures)
    for name in figures:
        svg = (FOLDER / "figures" / f"{name}.svg").read_text(encoding="utf-8")
        width = float(re.search(r'viewBox="0 0 (\d+) \d+"', svg)[1])  # type: ignore[index]
        sizes = [float(size) for size in re.findall(r'font-size="([\d.]+)"', svg)]
        # 320 pixels is what a small phone leaves for a figure.
        assert min(sizes) * 320 / width >= 12, name


def test_the_essay_is_judged_as_the_evidence_judges_it() -> None:
    claims = read("essay.yaml")["claims"]
    assert [claim["id"].split("-")[0] for claim in claims] == [f"c{number}" for number in range(1, 26)]
    for claim, (verdict, names) in zip(claims, facts.CLAIMS, strict=True):
        assert claim["verdict"] == verdict, claim["id"]
        said = one_line(claim["explanation"])
        assert [name for name in names.split("|") if name not in said] == [], claim["id"]
        assert claim["revision"], claim["id"]
        assert claim["section"] in {path.stem[3:] for path in SECTIONS}, claim["id"]


def test_a_teacher_finds_objectives_routes_and_what_to_say() -> None:
    unit, guide = read("unit.yaml"), (FOLDER / "guide.md").read_text(encoding="utf-8")
    assert {entry["code"]: entry["text"] for entry in unit["objectives"]} == facts.OBJECTIVES
    codes = [entry["code"] for entry in unit["misconceptions"]]
    assert codes == [f"M{number}" for number in range(1, 19)]
    numbers = {path.stem[3:]: str(number) for number, path in enumerate(SECTIONS, 1)}
    routes = {
        route["id"]: (" ".join(numbers[slug] for slug in route["sections"]), route["quiz"]) for route in unit["routes"]
    }
    assert routes == facts.ROUTES
    for route in unit["routes"]:
        assert {"time", "aim", "print", "claims"} <= set(route), route["id"]
    for code in [*facts.OBJECTIVES, *codes]:
        assert f"| {code} |" in guide, code
    for promised in ("## Discussion", "## Answer notes", "**A content note.**", "**The keys are public.**", "--with"):
        assert promised in guide, promised


def test_quotations_in_the_lesson_are_kept_letter_for_letter() -> None:
    kept = excerpts()
    everything = [text.lower() for texts in kept.values() for text in texts]
    quoted = 0
    for path in SECTIONS:
        blocks = re.findall(r"^:::source ([a-z0-9-]+)\n(.*?)^:::$", body(path), flags=re.MULTILINE | re.DOTALL)
        assert len(blocks) == body(path).count(":::source"), path.name
        for source, text in blocks:
            assert blockquote(text) in kept[source], (path.name, source, blockquote(text))
            quoted += 1
        outside = re.sub(r"^:::source.*?^:::$", "", body(path), flags=re.MULTILINE | re.DOTALL)
        assert not re.search(r"^>", outside, flags=re.MULTILINE), path.name
    assert quoted >= 15
    for path in (*SECTIONS, FOLDER / "essay.yaml", FOLDER / "guide.md"):
        for words_quoted in re.findall(r"“([^”]*\w[^”]*)”", path.read_text(encoding="utf-8")):
            assert any(one_line(words_quoted).lower() in text for text in everything), (path.name, words_quoted)


def test_every_quoted_source_says_where_and_when_it_was_read() -> None:
    for source in read("sources.yaml")["sources"]:
        assert source["rights"], source["id"]
        if source.get("excerpts"):
            assert source["locator"], source["id"]


def test_quotations_of_unclear_rights_are_short() -> None:
    for source in read("sources.yaml")["sources"]:
        if not source["rights"].startswith("Public domain"):
            for text in source.get("excerpts", []):
                assert len(text.split()) < 60, source["id"]


def test_the_essay_is_judged_without_its_author() -> None:
    essay = next(source for source in read("sources.yaml")["sources"] if source["id"] == "student-essay")
    assert "author" not in essay
    assert all(len(text.split()) <= 30 for text in essay["excerpts"])
