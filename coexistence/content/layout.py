"""Which files make a unit, and what each of them lists."""

import re

GUIDE = "guide.md"
ESSAY = "essay.yaml"
#: The lists in each file, and what kind of thing their entries are.
LISTS = {
    "unit.yaml": {
        "objectives": "objective",
        "misconceptions": "misconception",
        "themes": "theme",
        "lanes": "lane",
        "routes": "route",
    },
    "timeline.yaml": {"events": "event"},
    "people.yaml": {"people": "person"},
    "glossary.yaml": {"terms": "term"},
    "sources.yaml": {"sources": "source"},
    "figures.yaml": {"figures": "figure"},
    ESSAY: {"claims": "claim"},
    "quiz/": {"items": "item", "quizzes": "quiz"},
}
#: A section's file name: its number, and the name that it keeps.
SECTION = re.compile(r"lesson/(\d{1,4})-(?!.{104})([a-z0-9]+(?:-[a-z0-9]+)*)\.md", re.ASCII)
#: A translation's file name: that of the file which it translates, with a language in it.
TRANSLATION = re.compile(
    r"(lesson/\d{1,4}-[a-z0-9]+(?:-[a-z0-9]+)*|unit|timeline|people|glossary|figures)"
    r"\.([a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)\.(md|yaml)",
    re.ASCII,
)
DRAWING = re.compile(r"figures/([a-z0-9]+(?:-[a-z0-9]+)*)\.svg", re.ASCII)
#: Files of these kinds are part of the unit, or mistakes; all others may lie there.
SUFFIXES = {".yaml", ".yml", ".md", ".svg", ".png", ".jpg", ".jpeg", ".gif", ".webp"}
FORMS = [*list(LISTS)[:-1], GUIDE, "lesson/NN-name.md", "quiz/name.yaml", "figures/name.svg"]
FORMS += ["a translation such as lesson/NN-name.es.md"]


def is_part(name: str) -> bool:
    """Whether a unit has a file of that name, given as it stands in the unit's folder."""
    if name == GUIDE or name in LISTS or is_quiz(name):
        return True
    return bool(SECTION.fullmatch(name) or DRAWING.fullmatch(name) or translated(name))


def is_quiz(name: str) -> bool:
    """Whether it is a file of items and quizzes."""
    return name.startswith("quiz/") and name.count("/") == 1 and name.endswith(".yaml")


def translated(name: str) -> tuple[str, str] | None:
    """The file that a translation's file translates, and the language; ``None`` for any other file."""
    match = TRANSLATION.fullmatch(name)
    if not match or name.startswith("lesson/") != name.endswith(".md"):
        return None
    return f"{match[1]}.{match[3]}", match[2]


def lists(name: str) -> dict[str, str]:
    """The lists in that file, and the kind of their entries."""
    return LISTS.get("quiz/" if name.startswith("quiz/") else name, {})


def kinds_of(name: str) -> set[str]:
    """All kinds of things that the file defines."""
    if SECTION.fullmatch(name):
        return {"section"}
    kinds = set(lists(name).values())
    return kinds | {"check"} if "item" in kinds else kinds
