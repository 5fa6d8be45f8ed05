"""The README's pictures, taken of the running product: ``make pictures`` writes them anew.

Every run of the tests takes them, so that the way to them never breaks; only with ``PICTURES`` set are they kept.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from lti.demo.school import School

from .school import TEACHER, Visitor
from .stack import ROOT, Stack, wait_for
from .test_demo import grades

FOLDER = ROOT / "docs"
CLASS = 12
QUIZ = "Peaceful coexistence: quiz"


@pytest.fixture
def school(tmp_path: Path) -> Iterator[Stack]:
    """A school whose class has worked for a week."""
    with Stack(tmp_path / "data", arguments=(f"--class={CLASS}",)).started() as stack:
        yield stack


def test_the_readmes_pictures(browser: Browser, school: Stack, tmp_path: Path) -> None:
    folder = FOLDER if os.environ.get("PICTURES") else tmp_path
    student = Visitor.arrive(browser, school.sandbox, "Maya Lindqvist")
    student.open(QUIZ)
    student.press("Begin the quiz")
    first = student.in_tool().locator("fieldset.item").first
    first.locator("input[type=radio]").first.check()
    student.page.screenshot(path=folder / "course.png")
    student.leave()

    teacher = Visitor.arrive(browser, school.sandbox, TEACHER)
    wait_for(lambda: len(grades(School(school.sandbox))) >= CLASS // 2, 120, what="the class's grades")
    teacher.open(QUIZ)
    expect(teacher.in_tool().get_by_role("row")).not_to_have_count(0)
    teacher.page.screenshot(path=folder / "instructor.png")
    teacher.leave()

    for name in ("course.png", "instructor.png"):
        assert (FOLDER / name).exists(), f"run make pictures: docs/{name} is not there"
        assert f"docs/{name}" in (ROOT / "README.md").read_text()
