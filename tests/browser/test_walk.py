"""The way of a grade, walked in Chromium across two sites: from the course page to the gradebook."""

import os
import signal
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect

from .school import TEACHER, Visitor
from .stack import Stack, wait_for

STUDENTS = {"Moodle": "Maya Lindqvist", "Canvas": "Noor Haddad"}
#: What the terminal says of a worker that was killed.
KILLED = "The worker ended (killed by SIGKILL)"

Arrive = Callable[..., Visitor]


@pytest.fixture
def arrive(browser: Browser, stack: Stack) -> Iterator[Arrive]:
    """A function by which a person comes to the school with a browser of their own."""
    here: list[Visitor] = []

    def arrive(name: str, *, phone: bool = False) -> Visitor:
        here.append(Visitor.arrive(browser, stack.sandbox, name, phone=phone))
        return here[-1]

    yield arrive
    for visitor in here:
        visitor.leave()


@pytest.mark.parametrize("platform", STUDENTS)
def test_from_the_course_page_to_the_gradebook(platform: str, arrive: Arrive) -> None:
    title = f"Coexistence, in {platform}'s manners"
    name = STUDENTS[platform]
    teacher = arrive(TEACHER)
    teacher.keep_manners_of(platform)
    teacher.add("unit", title=title, points=20)

    student = arrive(name, phone=True)
    student.open(title)
    student.check_tool_page("the lesson's contents")
    # Nothing on this page may lie over the way to the others.
    student.go_to("Timeline")
    student.go_to("Lesson")
    student.follow(student.in_tool().get_by_role("link", name="Begin reading"))
    expect(student.in_tool().locator("article.section")).to_be_visible()
    student.check_tool_page("a section of the lesson")
    student.go_to("Timeline")
    student.check_tool_page("the timeline")
    student.go_to("Quiz")
    student.check_tool_page("the quiz before its start")

    teacher.open_gradebook()
    cell = teacher.cell(name, title)
    student.press("Begin the quiz")
    assert student.answer_everything() >= 8
    student.check_tool_page("the quiz")
    score = student.submit()
    student.check_tool_page("the result")
    teacher.wait_for_grade(cell, score)

    teacher.open(title)
    row = teacher.in_tool().get_by_role("row").filter(has_text=name)
    expect(row).to_contain_text(score)
    expect(row).to_contain_text("In the gradebook")
    teacher.check_tool_page("the teacher's page")
    teacher.go_to("Settings")
    teacher.check_tool_page("the settings")


@pytest.mark.parametrize("platform", STUDENTS)
def test_a_grade_survives_a_killed_worker_and_a_lost_message(platform: str, arrive: Arrive, stack: Stack) -> None:
    title = f"Quiz with trouble, in {platform}'s manners"
    name = STUDENTS[platform]
    teacher = arrive(TEACHER)
    teacher.keep_manners_of(platform)
    teacher.add("quiz", title=title, points=10)
    teacher.open_gradebook()
    cell = teacher.cell(name, title)

    student = arrive(name)
    student.open(title)
    student.press("Begin the quiz")
    student.answer_everything()

    worker, ended = stack.worker(), stack.said().count(KILLED)
    os.killpg(worker, signal.SIGSTOP)
    score = student.submit()
    assert teacher.page.locator(cell).inner_text() != score
    if not os.environ.get("CELERY_BROKER_URL"):
        # Renamed: it may be written to at this moment.
        (stack.data / "broker").rename(stack.data / f"broker that worker {worker} had")
    os.kill(worker, signal.SIGKILL)
    wait_for(lambda: stack.said().count(KILLED) > ended, 60, what="a line on the killed worker")

    teacher.wait_for_grade(cell, score)
    assert stack.worker() != worker
