"""A unit whose author means harm: what of it can be loaded does nothing on any page, in any frame, and in no answer."""

import base64
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.http import HttpResponse
from django.test import Client

from coexistence.content.folder import read_unit
from coexistence.content.importer import load
from coexistence.content.management.commands.new_unit import STARTER
from coexistence.content.mistakes import MistakesError
from coexistence.content.models import Quiz, Unit
from coexistence.courses.models import Role
from tests.factories import AssignmentFactory, EnrollmentFactory
from tests.web.pages import sound

#: Short enough for every field, and taken for text by every one of them.
EVIL = '"><script src=//evil></script><img src=//evil onerror=evil()>'
MORE = f"{EVIL}<style>*{{}}</style><svg onload=evil()><iframe src=//evil></iframe><a href=javascript:evil()>"
KEEP = {"unit", "event"} | {
    "id",
    "slug",
    "code",
    "date",
    "theme",
    "lane",
    "type",
    "use",
    "difficulty",
    "objective",
    "verdict",
    "language",
    "url",
}
KEEP |= {
    "unit",
    "section",
    "misconception",
    "quiz",
    "events",
    "people",
    "sources",
    "sections",
    "items",
    "claims",
    "objectives",
}


def soured(value: Any, key: str = "") -> Any:
    """``value`` with the payload at the end of every text that is no name of anything."""
    if isinstance(value, dict):
        return {name: soured(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [inner if key in KEEP and isinstance(inner, str) else soured(inner, key) for inner in value]
    is_text = isinstance(value, str) and key not in KEEP and not re.fullmatch(r"-?[\d.-]+|true|false", value)
    # The text of a cloze keeps its blanks.
    return f"{value if '{' in value else value[:30]} {EVIL}" if is_text else value


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for path in STARTER.rglob("*.*"):
        target = tmp_path / path.relative_to(STARTER)
        target.parent.mkdir(exist_ok=True)
        text = path.read_text()
        if path.suffix == ".yaml":
            text = yaml.safe_dump(soured(yaml.load(text, yaml.BaseLoader)), allow_unicode=True)
        elif path.suffix == ".md":
            _, front, body = text.split("---\n", 2)
            front = yaml.safe_dump(soured(yaml.load(front, yaml.BaseLoader)))
            text = f"---\n{front}---\n{body}\n\n{MORE}\n\n- {MORE}\n"
        target.write_text(text)
    return tmp_path


class Browser(HTMLParser):
    """What a browser would run, load or follow."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [(tag, name, value or "") for name, value in attrs] or [(tag, "", "")]


def assert_harmless(html: str) -> None:
    for tag, name, value in Browser(html).found:
        assert not name.startswith("on"), (tag, name)
        assert name != "style", tag
        assert tag not in {"style", "iframe", "object", "embed", "base"}, tag
        if name in {"src", "href", "action"} and "evil" in value:
            raise AssertionError((tag, name, value))
        assert not value.strip().lower().startswith("javascript:"), (tag, name)
        if tag == "img" and name == "src":
            assert value.startswith("data:image/svg+xml;base64,")
            assert b"evil" not in re.sub(rb">[^<]*<", b"><", base64.b64decode(value.split(",")[1]))


@pytest.mark.django_db
def test_nothing_hostile_survives(folder: Path, open_visit: Callable[..., Any], client: Client) -> None:
    load(folder)
    unit = Unit.objects.get()
    assignment = AssignmentFactory(unit=unit, kind="unit", quiz=Quiz.objects.get())
    for person in (
        EnrollmentFactory(course=assignment.course),
        EnrollmentFactory(course=assignment.course, instructor=True),
    ):
        visit = open_visit(enrollment=person, assignment=assignment)
        pages = ["lesson/", "lesson/two-pulls/", "lesson/put-to-use/", "timeline/", "essay/", "quiz/"]
        pages += ["lesson/two-pulls/?2-was=x&2-choice=false"]
        pages += ["guide/"] if Role.INSTRUCTOR in person.roles else []
        for page in pages:
            response: HttpResponse = visit.page(page)
            sound(response)
            assert "evil" in response.content.decode(), page
            assert_harmless(response.content.decode())
        visit.send("quiz/begin/")
        assert_harmless(visit.page("quiz/take/").content.decode())
    for part in ("", "lesson/", "timeline/", "people/", "glossary/", "quiz/"):
        for html in texts(json.loads(client.get(f"/api/v1/units/{unit.slug}/{part}").content)):
            assert_harmless(html)


def texts(value: Any, key: str = "") -> list[str]:
    """Every text of an answer of the API that says that it is HTML."""
    if isinstance(value, dict):
        return [text for name, inner in value.items() for text in texts(inner, name)]
    if isinstance(value, list):
        return [text for inner in value for text in texts(inner, key)]
    return [value] if isinstance(value, str) and key.endswith("html") else []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("lesson/02-put-to-use.md", "[x](javascript:evil)"),
        ("lesson/02-put-to-use.md", "[x](data:text/html,evil)"),
        ("lesson/02-put-to-use.md", "![x](https://evil.example/pixel.png)"),
        ("guide.md", "[x]: javascript:evil\n\n[x]"),
        ("guide.md", "![x](//evil.example/pixel.svg)"),
        ("figures/two-pulls.svg", "<script>evil()</script>"),
        ("figures/two-pulls.svg", '<rect onload="evil()"/>'),
        ("figures/two-pulls.svg", '<image href="https://evil.example/"/>'),
    ],
)
def test_what_could_do_harm_is_named_with_its_line(folder: Path, name: str, text: str) -> None:
    path = folder / name
    content, is_drawing = path.read_text(), name.endswith(".svg")
    content = content.replace("</svg>", f"{text}\n</svg>") if is_drawing else f"{content}\n{text}\n"
    path.write_text(content)
    with pytest.raises(MistakesError) as caught:
        read_unit(folder)
    assert {mistake.file for mistake in caught.value.mistakes} == {name}
    assert {mistake.line for mistake in caught.value.mistakes} == {content.count("\n") - is_drawing}
