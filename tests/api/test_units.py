"""What the API says of a unit, and in how many queries."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from coexistence.content.importer import load
from coexistence.content.models import Item, Unit
from tests.content.small_unit import write_unit

from .conftest import QUIZ

pytestmark = pytest.mark.usefixtures("unit")

Ask = Callable[..., Any]


def test_units(client: Client) -> None:
    assert client.get("/api/v1/units/").json() == {
        "count": 1,
        "results": [
            {
                "slug": "bridges",
                "title": "Bridges",
                "subtitle": "Three of them",
                "language": "en",
                "licence": "CC BY 4.0",
                "summary_html": "<p>How <em>bridges</em> stand.</p>\n",
                "revision": 1,
                "links": {
                    "self": "/api/v1/units/bridges/",
                    "lesson": "/api/v1/units/bridges/lesson/",
                    "timeline": "/api/v1/units/bridges/timeline/",
                    "people": "/api/v1/units/bridges/people/",
                    "glossary": "/api/v1/units/bridges/glossary/",
                    "quiz": "/api/v1/units/bridges/quiz/",
                },
            }
        ],
    }


def test_unit(ask: Ask) -> None:
    found = ask()
    assert found["objectives"][0] == {"code": "O1", "text": "Name the parts of a bridge"}
    assert found["themes"] == [{"id": "build", "title": "Building"}, {"id": "fall", "title": "Falling"}]
    assert found["lanes"][1] == {"id": "elsewhere", "title": "Elsewhere"}
    assert found["counts"] == {"sections": 2, "events": 3, "people": 2, "terms": 2, "sources": 2, "items": 5}
    assert found["quizzes"] == [{"slug": "bridge-test", "title": "A test", "summary_html": "", "item_count": 2}]


def test_lesson(ask: Ask) -> None:
    found = ask("lesson/")
    assert found["count"] == 2
    arches, cables = found["results"]
    assert (arches["slug"], arches["status"], arches["minutes"], arches["objectives"]) == ("arches", "full", 8, ["O1"])
    assert (arches["events"], arches["people"], arches["terms"]) == (["opening"], ["anna", "otto"], ["arch"])
    assert [source["slug"] for source in arches["sources"]] == ["letter", "survey"]
    assert arches["sources"][0]["rights"] == "Public domain"
    assert arches["sources"][0]["excerpts"] == ["It will stand."]
    assert 'href="#person-anna"' in arches["html"]
    assert (cables["status"], cables["minutes"], cables["sources"]) == ("outline", None, [])


def test_timeline(ask: Ask) -> None:
    found = ask("timeline/")
    assert found["count"] == 3
    opening, repairs, collapse = found["results"]
    assert opening == {
        "slug": "opening",
        "title": "The opening",
        "start": "1901-05-03",
        "end": "1901-05-03",
        "precision": "day",
        "circa": False,
        "lane": "main",
        "theme": "build",
        "significance": 2,
        "place": "Riverton",
        "latitude": 46.2044,
        "longitude": 6.15,
        "summary": "The bridge opens.",
        "html": opening["html"],
        "people": ["anna"],
        "sources": ["letter"],
        "sections": ["arches"],
    }
    assert (repairs["start"], repairs["end"], repairs["precision"]) == ("1905-01-01", "1906-12-31", "year")
    assert (collapse["latitude"], collapse["longitude"], collapse["place"]) == (None, None, "")


@pytest.mark.parametrize(
    ("parameters", "slugs"),
    [
        ({"theme": "fall"}, ["collapse"]),
        ({"theme": "fall, build"}, ["opening", "repairs", "collapse"]),
        ({"lane": "elsewhere"}, ["repairs"]),
        ({"people": "anna"}, ["opening", "repairs"]),
        ({"people": "anna,otto"}, ["opening", "repairs", "collapse"]),
        ({"from": "1906"}, ["repairs", "collapse"]),
        ({"from": "1907"}, ["collapse"]),
        ({"from": "1910-02-28"}, ["collapse"]),
        ({"from": "1910-03"}, []),
        ({"to": "1901-05-02"}, []),
        ({"to": "1901-05"}, ["opening"]),
        ({"to": "1905"}, ["opening", "repairs"]),
        ({"from": "1902", "to": "1909", "people": "otto", "theme": "build"}, ["repairs"]),
        ({"from": "", "theme": ""}, ["opening", "repairs", "collapse"]),
    ],
)
def test_timeline_is_narrowed_down(ask: Ask, parameters: dict[str, str], slugs: list[str]) -> None:
    found = ask("timeline/", **parameters)
    assert [event["slug"] for event in found["results"]] == slugs
    assert found["count"] == len(slugs)


def test_people_and_glossary(ask: Ask) -> None:
    assert ask("people/")["results"][1] == {
        "slug": "otto",
        "name": "Otto Brook",
        "born": 1871,
        "died": None,
        "role": "Mayor",
        "html": "",
        "events": ["repairs", "collapse"],
    }
    assert ask("glossary/") == {
        "count": 2,
        "results": [
            {"slug": "arch", "name": "Arch", "html": "<p>A curve that <em>carries</em>.</p>\n"},
            {"slug": "cable", "name": "Cable", "html": "<p>A rope of wire.</p>\n"},
        ],
    }


def test_quiz_items(ask: Ask) -> None:
    found = ask("quiz/")
    assert [item["slug"] for item in found["results"]] == [
        "one-of-three",
        "some-of-three",
        "yes-or-no",
        "how-many",
        "in-order",
    ]
    first = found["results"][0]
    assert (first["type"], first["use"], first["section"], first["points"]) == ("single_choice", "graded", "arches", 1)
    assert first["html"] == "<p>Who built it?</p>\n"
    assert {option["html"] for option in first["controls"][0]["options"]} == {"<p>Anna</p>\n", "<p>Otto</p>\n"}
    assert found["results"][3]["controls"][0]["measure"] == "years"


def test_retired_items_are_gone(ask: Ask) -> None:
    Item.objects.filter(slug="how-many").update(retired=True)
    assert ask("quiz/")["count"] == 4
    assert ask()["counts"]["items"] == 4


def names_and_texts(value: Any) -> Iterator[tuple[str, str]]:
    """Every field's name and every text of an answer."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield "name", name
            yield from names_and_texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from names_and_texts(inner)
    else:
        yield "text", str(value)


@pytest.mark.parametrize("part", ["", "lesson/", "timeline/", "people/", "glossary/", "quiz/"])
def test_nothing_tells_what_is_right(ask: Ask, part: str) -> None:
    keys = {"right", "answer", "key", "feedback", "feedback_wrong", "reason", "accept", "tolerance", "typical_wrong"}
    secrets = ["SECRET", "8765", "4321", "right-", "wrong-", "first-of-all", "misconception"]
    for kind, word in names_and_texts(ask(part)):
        assert kind == "text" or word not in keys
        assert not [secret for secret in secrets if secret in word]


def test_order_gives_nothing_away(unit: Unit, tmp_path: Path, ask: Ask) -> None:
    """An ordering's entries are not always in the right order, and a single choice's first is not always the key."""
    texts = []
    for number in range(12):
        changed = QUIZ.replace("Put in order.", f"Put in order {number}.").replace("Who built it?", f"Who? {number}")
        load(write_unit(tmp_path / "bridges", {"quiz/items.yaml": changed}))
        texts.append(str([item["controls"] for item in ask("quiz/")["results"] if item["slug"] == "in-order"]))
    orders = {tuple(sorted(("Plan", "Build", "Open"), key=text.index)) for text in texts}
    assert len(orders) > 1


@pytest.mark.parametrize(
    ("address", "queries"),
    [
        ("", 1),
        ("bridges/", 3),
        ("bridges/lesson/", 6),
        ("bridges/timeline/", 5),
        ("bridges/timeline/?people=anna&theme=build", 6),
        ("bridges/people/", 3),
        ("bridges/glossary/", 2),
        ("bridges/quiz/", 2),
    ],
)
def test_queries(client: Client, django_assert_num_queries: Any, address: str, queries: int) -> None:
    with django_assert_num_queries(queries):
        assert client.get(f"/api/v1/units/{address}").status_code == 200
