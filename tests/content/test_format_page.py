"""The page on the format, the unit that a new one begins as, and the schemas: all three say what the loader takes."""

import json
import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import CommandError, call_command
from jsonschema import Draft202012Validator

from coexistence.content.folder import read
from coexistence.content.importer import load
from coexistence.content.items import ITEM_TYPES
from coexistence.content.json_schema import schemas
from coexistence.content.lint import lint
from coexistence.content.management.commands.new_unit import STARTER
from coexistence.content.models import Item, Quiz, Section, Unit

DOCS = Path(__file__).parents[2] / "docs"
EXAMPLE = re.compile(r"^<!-- (\S+) -->\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def _types_that_ship(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, model in list(ITEM_TYPES.items()):
        if not model.__module__.startswith("coexistence."):
            monkeypatch.delitem(ITEM_TYPES, name)


def test_every_example_on_the_page_stands_in_the_unit_as_it_is() -> None:
    examples = EXAMPLE.findall((DOCS / "format.md").read_text(encoding="utf-8"))
    assert len(examples) >= 15
    for name, text in examples:
        assert text in (STARTER / name).read_text(encoding="utf-8"), (name, text)


@pytest.mark.usefixtures("_types_that_ship")
def test_the_page_has_an_example_of_every_item_type() -> None:
    text = "\n".join(
        text for name, text in EXAMPLE.findall((DOCS / "format.md").read_text()) if name.startswith("quiz/")
    )
    assert set(re.findall(r"^    type: (\w+)$", text, re.MULTILINE)) == set(ITEM_TYPES)


def test_the_page_names_every_command_and_block() -> None:
    page = (DOCS / "format.md").read_text()
    for word in ("new_unit", "preview", "check_content", "load_content", "content_schema"):
        assert f"manage.py {word}" in page
    for block in (":::source", "::::pair", ":::question", ":::remember", ":::figure", ":::check"):
        assert f"| `{block}" in page


@pytest.mark.usefixtures("_types_that_ship")
def test_the_schemas_are_those_that_the_command_writes(tmp_path: Path) -> None:
    call_command("content_schema", str(tmp_path), stdout=StringIO())
    written = {path.name: path.read_text() for path in tmp_path.iterdir()}
    kept = {path.name: path.read_text() for path in (DOCS / "schema").iterdir()}
    assert written == kept, "run manage.py content_schema"


class EditorsLoader(yaml.SafeLoader):
    """YAML as editors read it, to whom a date is a text."""


EditorsLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def documents() -> dict[str, Any]:
    found = {}
    for path in sorted(STARTER.rglob("*.*")):
        text = path.read_text()
        name = path.relative_to(STARTER).as_posix()
        if path.suffix == ".md":
            found[name] = ("guide" if path.name == "guide.md" else "section", text.split("---\n")[1])
        elif path.suffix == ".yaml":
            found[name] = (Path(re.findall(r"\$schema=(\S+)", text)[0]).stem, text)
    return found


def problems(kind: str, text: str) -> list[str]:
    validator = Draft202012Validator(json.loads(schemas()[kind]))
    return [error.message for error in validator.iter_errors(yaml.load(text, EditorsLoader))]


@pytest.mark.usefixtures("_types_that_ship")
@pytest.mark.parametrize("name", sorted(documents()))
def test_the_unit_fits_the_schemas(name: str) -> None:
    kind, text = documents()[name]
    assert problems(kind, text) == []
    assert problems(kind, text + "unheard-of: true\n")


@pytest.mark.usefixtures("_types_that_ship")
@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("timeline.yaml", "date: 1687-07", "date: July 1687"),
        ("timeline.yaml", "date: 1687-07", "date: 123456"),
        ("timeline.yaml", "significance: 3", "significance: 4"),
        ("people.yaml", "id: newton", "id: Newton!"),
        ("essay.yaml", "verdict: partly", "verdict: perhaps"),
        ("quiz/01-check.yaml", "type: ordering", "type: sorting"),
        ("quiz/01-check.yaml", "    type: ordering\n", ""),
        ("quiz/01-check.yaml", "right: true", "correct: true"),
    ],
)
def test_the_schemas_refuse_what_the_loader_refuses(name: str, old: str, new: str) -> None:
    kind, text = documents()[name]
    assert old in text
    assert problems(kind, text.replace(old, new, 1))
    assert not problems("timeline", "events: [{id: a, title: A, date: 1687, theme: t, summary: s}]")


def made(tmp_path: Path, name: str = "cold-fronts") -> Path:
    call_command("new_unit", name, "--in", str(tmp_path), stdout=StringIO())
    return tmp_path / name


@pytest.mark.django_db
def test_a_new_unit_passes_and_loads(tmp_path: Path) -> None:
    folder = made(tmp_path)
    reading = read(folder)
    assert not reading.mistakes
    assert lint(reading) == []
    assert load(folder).slug == "cold-fronts"
    assert Unit.objects.get().title == "Cold fronts"
    assert (Section.objects.count(), Quiz.objects.get().slug, Item.objects.count()) == (2, "check", 16)
    for path in folder.rglob("*.yaml"):
        (hint,) = re.findall(r"\$schema=(\S+)", path.read_text())
        assert (path.parent / hint).resolve().parent == DOCS / "schema"


@pytest.mark.parametrize("name", ["Cold War", "../elsewhere", "a" * 101, ""])
def test_a_name_that_is_none(tmp_path: Path, name: str) -> None:
    with pytest.raises(CommandError, match="expected lower-case letters and digits"):
        made(tmp_path, name)
    assert not list(tmp_path.iterdir())


def test_what_exists_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "cold-fronts").mkdir()
    with pytest.raises(CommandError, match="exists already"):
        made(tmp_path)
