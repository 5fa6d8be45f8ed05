"""What a teacher does in the school's gradebook, and what the tool says and does about it, walked in Chromium."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect

from .school import TEACHER, Visitor
from .stack import Stack, wait_for
from .turning import follow

STUDENTS = {"Moodle": "Maya Lindqvist", "Canvas": "Noor Haddad"}

Arrive = Callable[..., Visitor]


@pytest.fixture
def arrive(browser: Browser, stack: Stack) -> Iterator[Arrive]:
    """A function by which a person comes to the school with a browser of their own."""
    here: list[Visitor] = []

    def arrive(name: str) -> Visitor:
        here.append(Visitor.arrive(browser, stack.sandbox, name))
        return here[-1]

    yield arrive
    for visitor in here:
        visitor.leave()


def quiz(arrive: Arrive, platform: str, title: str) -> tuple[Visitor, Visitor, str, str]:
    """A quiz that a student has taken: teacher, student, the grade's cell and the score in it."""
    teacher = arrive(TEACHER)
    teacher.keep_manners_of(platform)
    teacher.add("quiz", title=title, points=10)
    student = arrive(STUDENTS[platform])
    student.open(title)
    student.press("Begin the quiz")
    student.answer_everything()
    score = student.submit()
    teacher.open_gradebook()
    cell = teacher.cell(STUDENTS[platform], title)
    teacher.wait_for_grade(cell, score)
    return teacher, student, cell, score


def look_until(teacher: Visitor, words: str) -> None:
    """Look at the page of grades again and again, as the page itself suggests, until it says so."""

    def says() -> bool:
        teacher.go_to("Quiz")
        teacher.go_to("Grades")
        return words in teacher.in_tool().locator("main").inner_text()

    wait_for(says, 90, what=f"“{words}” on the page of grades")


@pytest.mark.parametrize("platform", STUDENTS)
def test_a_grade_entered_by_hand_is_shown_and_replaced_only_when_asked(platform: str, arrive: Arrive) -> None:
    title = f"By hand, in {platform}'s manners"
    teacher, student, cell, score = quiz(arrive, platform, title)
    theirs = "3.25" if score != "3.25" else "4.25"
    follow(teacher.page.locator(cell.removesuffix(" .score")).get_by_role("link", name="Edit"))
    teacher.page.get_by_label("Grade", exact=False).first.fill(theirs)
    follow(teacher.page.get_by_role("button", name="Save").first)

    teacher.open(title)
    teacher.press("Check now")
    expect(teacher.in_tool().get_by_text("The gradebook is being read.").first).to_be_visible()
    look_until(teacher, "1 grade differs")
    row = teacher.in_tool().get_by_role("row").filter(has_text=STUDENTS[platform])
    expect(row).to_contain_text(theirs)
    teacher.check_tool_page("the teacher's page with a difference")

    student.follow(student.in_tool().get_by_role("link", name="All about this quiz"))
    expect(student.in_tool().get_by_text("A teacher has entered another grade").first).to_be_visible()
    assert theirs not in student.in_tool().locator("main").inner_text()

    teacher.follow(row.get_by_role("button", name="Keep theirs"))
    look_until(teacher, "that one is kept")
    teacher.follow(row.get_by_role("button", name="Send ours"))
    look_until(teacher, "In the gradebook:")
    teacher.open_gradebook()
    # Moodle takes it and goes on showing the override; Canvas replaces it.
    shown = theirs if platform == "Moodle" else score
    teacher.wait_for_grade(cell, shown)
    if platform == "Moodle":
        teacher.open(title)
        teacher.press("Check now")
        look_until(teacher, "remove the override")


def test_a_deleted_column_is_made_anew_when_asked(arrive: Arrive) -> None:
    title = "A column that goes"
    teacher, _, _, score = quiz(arrive, "Moodle", title)
    follow(teacher.page.get_by_role("button", name=f"Delete the column {title}"))
    teacher.open(title)
    teacher.press("Check now")
    look_until(teacher, "The gradebook column is gone.")
    teacher.check_tool_page("the teacher's page without a column")
    teacher.press("Make a new column")
    look_until(teacher, "The score is in the gradebook.")
    teacher.open_gradebook()
    teacher.wait_for_grade(teacher.cell(STUDENTS["Moodle"], title), score)
