"""Whom a change of a unit's content touches."""

from pathlib import Path

import pytest

from coexistence.content.importer import load
from coexistence.content.models import Quiz, Unit
from tests.content.small_unit import edited, write_unit
from tests.factories import AssignmentFactory, CourseFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The small unit, loaded and placed as a whole, and as each of its parts."""
    load(write_unit(tmp_path))
    unit, course = Unit.objects.get(), CourseFactory(title="Statics")
    for kind in ("unit", "lesson", "timeline", "quiz"):
        quiz = Quiz.objects.get() if kind in {"unit", "quiz"} else None
        AssignmentFactory(unit=unit, course=course, kind=kind, title=f"The {kind}", quiz=quiz)
    AssignmentFactory(kind="unit", title="Another unit")
    return tmp_path


KEEP = "quiz; attempts that have begun keep their questions"


@pytest.mark.parametrize(
    ("name", "old", "new", "touched"),
    [
        ("people.yaml", "Otto Brook", "Otto Bridge", [("unit", "lesson"), ("lesson", "lesson")]),
        (
            "timeline.yaml",
            "significance: 3",
            "significance: 2",
            [("unit", "lesson"), ("lesson", "lesson"), ("timeline", "timeline")],
        ),
        ("quiz/items.yaml", "Who built it?", "Who *built* it?", [("unit", KEEP), ("quiz", KEEP)]),
        ("quiz/items.yaml", "title: A test", "title: The test", [("unit", KEEP), ("quiz", KEEP)]),
        ("quiz/items.yaml", "stem: What pulls?", "stem: What *pulls*?", []),
        ("quiz/items.yaml", "quizzes:", "# Nothing new.\nquizzes:", []),
    ],
)
def test_a_load_names_the_assignments_that_it_touches(
    folder: Path, name: str, old: str, new: str, touched: list[tuple[str, str]]
) -> None:
    write_unit(folder, edited(name, old, new))
    expected = [f"touches 'The {kind}' in Statics ({what})" for kind, what in touched]
    assert load(folder, dry_run=True).touches == expected
    assert load(folder).touches == expected


def test_many_are_counted(folder: Path) -> None:
    unit = Unit.objects.get(slug="bridges")
    AssignmentFactory.create_batch(20, unit=unit, kind="lesson", quiz=None)
    write_unit(folder, edited("people.yaml", "Otto Brook", "Otto Bridge"))
    assert load(folder).touches == ["touches 22 assignments"]
