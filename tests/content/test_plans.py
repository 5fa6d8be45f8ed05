"""Quizzes that draw: what authors write, what becomes of it, and what they are told."""

from pathlib import Path

import pytest

from coexistence.content import importer, plans
from coexistence.content.mistakes import MistakesError
from coexistence.content.models import Quiz
from tests.factories import CourseFactory

from .small_unit import edited, write_unit

ALL = """      - title: All
        items:
          - who-built
          - {item: why-stands, points: 3}
"""


def load(folder: Path, sections: str) -> Quiz:
    importer.load(write_unit(folder, edited("quiz/items.yaml", ALL, sections)))
    return Quiz.objects.get(course=None)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("sections", "picks", "draw"),
    [
        ("      - {items: [who-built, why-stands], draw: 1}\n", [("who-built", "1"), ("why-stands", "2")], 1),
        ("      - {pool: {objectives: [O2]}, draw: 1}\n", [("why-stands", "2")], 1),
        (
            "      - {pool: {difficulties: [hard, easy], points: 5}, draw: 2}\n",
            [("who-built", "5"), ("why-stands", "5")],
            2,
        ),
    ],
)
def test_a_section_that_draws(tmp_path: Path, sections: str, picks: list[tuple[str, str]], draw: int) -> None:
    quiz = load(tmp_path, sections)
    [section] = quiz.plan
    assert ([(pick["item"], pick["points"]) for pick in section["items"]], section["draw"]) == (picks, draw)
    assert plans.size(quiz.plan) == draw


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("sections", "words"),
    [
        ("      - {items: [who-built], draw: 2}\n", "found '2'; expected at most 1, which is all"),
        ("      - {pool: {difficulties: [hard]}, draw: 2}\n", "found '2'; expected at most 1, which is all"),
        ("      - {pool: {tags: [stone]}, draw: 1}\n", "found '1'; expected at most 0"),
        (
            "      - {items: [who-built]}\n      - {pool: {difficulties: [easy, hard]}, draw: 2}\n",
            "found '2'; expected at most 1: the others of the 2",
        ),
        ("      - {pool: {difficulties: [hard]}}\n", "expected with a pool also draw"),
        ("      - {items: [who-built], pool: {tags: [stone]}, draw: 1}\n", "expected either items or a pool"),
        ("      - {draw: 1}\n", "expected either items or a pool"),
        ("      - {pool: {}, draw: 1}\n", "expected tags, objectives or difficulties"),
        ("      - {pool: {objectives: [O9]}, draw: 1}\n", "expected a known objective"),
        ("      - {items: [look-back, who-built], draw: 1}\n", "which is for checks inside the lesson"),
    ],
)
def test_what_authors_are_told(tmp_path: Path, sections: str, words: str) -> None:
    with pytest.raises(MistakesError) as caught:
        importer.load(write_unit(tmp_path, edited("quiz/items.yaml", ALL, sections)))
    assert words in str(caught.value)


@pytest.mark.django_db
def test_an_instructors_own_quiz_is_none_of_the_importers(tmp_path: Path) -> None:
    quiz = load(tmp_path, ALL)
    own = Quiz.objects.create(unit=quiz.unit, course=CourseFactory(), slug=quiz.slug, title="Mine", plan=quiz.plan)
    load(tmp_path, ALL.replace("points: 3", "points: 4"))
    own.refresh_from_db()
    assert (own.retired, own.plan) == (False, quiz.plan)
