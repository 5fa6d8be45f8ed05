"""The files of the unit that ships, as its tests read them."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parents[2] / "fixtures" / "peaceful-coexistence"
SECTIONS = sorted((FOLDER / "lesson").glob("*.md"))


@cache
def read(name: str) -> Any:
    return yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))


def front_matter(path: Path) -> dict[str, Any]:
    return dict(yaml.safe_load(path.read_text(encoding="utf-8").split("---\n", 2)[1]))


def body(path: Path) -> str:
    return path.read_text(encoding="utf-8").split("---\n", 2)[2]


def one_line(text: str) -> str:
    return " ".join(text.split())


@cache
def excerpts() -> dict[str, list[str]]:
    """The excerpts of every source, by its id."""
    return {
        source["id"]: [one_line(text) for text in source.get("excerpts", [])]
        for source in read("sources.yaml")["sources"]
    }


def blockquote(text: str) -> str:
    return one_line(" ".join(line[1:] for line in text.splitlines() if line.startswith(">")))


@cache
def items() -> dict[str, dict[str, Any]]:
    """Every item, by its id."""
    files = [read(f"quiz/{path.name}") for path in sorted((FOLDER / "quiz").glob("*.yaml"))]
    return {item["id"]: item for file in files for item in file.get("items", [])}


@cache
def quizzes() -> dict[str, dict[str, Any]]:
    """Every ready-made quiz, by its id, in the order of the files."""
    files = [read(f"quiz/{path.name}") for path in sorted((FOLDER / "quiz").glob("*.yaml"))]
    return {quiz["id"]: quiz for file in files for quiz in file.get("quizzes", [])}
