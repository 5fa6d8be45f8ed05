"""Each state and trouble of the platform, and what the tool's pages must say in it."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from lti.demo.school import through
from lti.demo.visitor import Page
from tests.browser.stack import wait_for

from .school import School, words

QUIZ, CLASS, TRIAL = "Begin the quiz", "Grades: Peaceful coexistence", "You are trying this out; nothing is sent"
NO_ROLE, NOBODY = "There is nothing for you to do here", "nothing is recorded and nothing is graded"
BOTH = ("moodle", "canvas")
#: A failing platform is left alone for up to half a minute; then what is waiting goes out.
HEALED = 180


@dataclass(frozen=True)
class Door:
    """Somebody opens a quiz: what the page says that they come to."""

    name: str
    manner: str
    who: str
    says: str
    trouble: dict[str, str] = field(default_factory=dict)
    as_student: bool = False
    rotated: bool = False

    def __str__(self) -> str:
        return f"{self.manner}-{self.name}"


DOORS = (
    # Who comes
    *(Door("student", manner, "student", QUIZ) for manner in BOTH),
    *(Door("teacher", manner, "teacher", CLASS) for manner in BOTH),
    Door("assistant", "moodle", "assistant", QUIZ),
    Door("assistant", "canvas", "assistant", CLASS),
    *(Door("designer", manner, "designer", CLASS) for manner in BOTH),
    Door("observer", "moodle", "observer", QUIZ),
    Door("observer", "canvas", "observer", NO_ROLE),
    Door("administrator", "moodle", "administrator", CLASS),
    Door("administrator without a course role", "canvas", "administrator", NO_ROLE),
    Door("guest", "moodle", "guest", "Guests cannot open an external tool here"),
    Door("guest", "canvas", "guest", NOBODY),
    Door("Student View", "canvas", "teacher", TRIAL, as_student=True),
    Door("switched role", "moodle", "teacher", TRIAL, as_student=True),
    # What is wrong
    *(Door("keys rotated", manner, "student", QUIZ, rotated=True) for manner in BOTH),
    *(Door(f"clock {way}", manner, "student", QUIZ, {"clock": way}) for manner in BOTH for way in ("ahead", "behind")),
    *(Door("clock far ahead", manner, "student", "issued in the future", {"clock": "far-ahead"}) for manner in BOTH),
    Door("clock far behind", "moodle", "student", "This launch has expired", {"clock": "far-behind"}),
    Door("clock far behind", "canvas", "student", QUIZ, {"clock": "far-behind"}),
    *(Door(f"storage {way}", "canvas", "student", QUIZ, {"storage": way}) for way in ("silent", "off")),
    *(Door("gradebook down", manner, "student", QUIZ, {"gradebook": "down"}) for manner in BOTH),
    *(Door("tokens down", manner, "student", QUIZ, {"tokens": "down"}) for manner in BOTH),
)


@pytest.mark.parametrize("door", DOORS, ids=str)
def test_the_page_that_a_launch_comes_to(school: School, door: Door) -> None:
    school.keep_manners_of(door.manner)
    activity = school.place()
    if door.rotated:
        school.post("teacher", "/trouble/keys")
    if door.trouble:
        school.post("teacher", "/trouble/choose", **door.trouble)
    if door.as_student:
        school.post(door.who, "/look", **{"as": "student"})
    if door.rotated:
        # Keys are fetched at most once in five seconds, and the row before this one has had them fetched.
        wait_for(lambda: door.says in words(school.open(door.who, activity)), 90, what="a launch under the new key")
    page = school.open(door.who, activity)
    if door.as_student:
        school.post(door.who, "/look", **{"as": "oneself"})
    assert door.says in words(page), words(page)[:600]


Arrange = Callable[[School, str, str], object]


@dataclass(frozen=True)
class Grade:
    """A student hands a quiz in while something is wrong: what their result and the teacher's page then say.

    ``arrange`` gets the school, the activity's path and its column; ``mend`` undoes it, where then the score arrives by
    itself.
    """

    name: str
    manner: str
    arrange: Arrange
    says: str
    mend: Arrange | None = None

    def __str__(self) -> str:
        return f"{self.manner}-{self.name}"


def trouble(**options: str) -> Arrange:
    return lambda school, activity, column: school.post("teacher", "/trouble/choose", **options)


def state(value: str) -> Arrange:
    return lambda school, activity, column: school.post("teacher", "/course/state", state=value)


def unenrol(school: School, activity: str, column: str) -> Page:
    return school.post("teacher", f"/people/{school.person('student')}", enrolled="0")


def unpublish(school: School, activity: str, column: str) -> Page:
    return school.post("teacher", f"{activity}/publish", published="0")


def remove(school: School, activity: str, column: str) -> Page:
    return school.post("teacher", f"/gradebook/{column}/remove")


def add_column(school: School, activity: str, column: str) -> Page:
    school.post("teacher", f"{activity}/column")
    return school.open("teacher", activity)


WELL = trouble(all="well")
NOT_A_STUDENT = "does not know this person as a student of the course"
GRADES = (
    *(Grade("all is well", manner, WELL, "In the gradebook: 0 of 10") for manner in BOTH),
    *(Grade("gradebook down", m, trouble(gradebook="down"), "reported an error of its own", WELL) for m in BOTH),
    *(Grade("gradebook slow", m, trouble(gradebook="slow"), "In the gradebook: 0 of 10") for m in BOTH),
    *(Grade("throttled", m, trouble(gradebook="throttled"), "asked us to slow down", WELL) for m in BOTH),
    *(Grade("dropping replies", m, trouble(gradebook="forgetful"), "could not be reached", WELL) for m in BOTH),
    *(Grade("tokens down", m, trouble(tokens="down"), "gives out no access tokens just now", WELL) for m in BOTH),
    *(Grade("unenrolled", m, unenrol, NOT_A_STUDENT) for m in BOTH),
    Grade("unpublished", "canvas", unpublish, "The activity is not published in the course. Publish it there."),
    Grade("hidden", "moodle", unpublish, "In the gradebook: 0 of 10"),
    Grade("concluded", "canvas", state("concluded"), "The course or the enrolment has ended on the course platform."),
    Grade("concluded", "moodle", state("concluded"), NOT_A_STUDENT),
    *(Grade("column deleted", m, remove, "The gradebook column is gone.", add_column) for m in BOTH),
)


@pytest.mark.parametrize("grade", GRADES, ids=str)
def test_what_is_said_of_a_score(school: School, grade: Grade) -> None:
    school.keep_manners_of(grade.manner)
    activity = school.place()
    column = school.column(activity)
    taking = school.begin("student", activity)
    grade.arrange(school, activity, column)
    result = school.submit("student", taking)
    student = school.browser("student")
    said: list[str] = []

    def result_says() -> bool:
        said.append(words(student.open(result.url)))
        return grade.says in said[-1]

    try:
        wait_for(result_says, 120, what=f"“{grade.says}” on the result")
    except AssertionError as error:
        raise AssertionError(f"{error}; it says: {said[-1][:700]}") from None
    teacher = words(school.open("teacher", activity))
    assert "Maya Lindqvist" in teacher
    assert grade.says in teacher, teacher[:900]
    if grade.mend is not None:
        grade.mend(school, activity, column)
        column = school.column(activity)
        wait_for(lambda: school.grade("student", column) == "0", HEALED, what="the score in the gradebook")
        wait_for(lambda: "In the gradebook: 0 of 10" in words(student.open(result.url)), 90, what="its confirmation")


@pytest.mark.parametrize("manner", BOTH)
def test_a_copied_course_has_the_settings_and_none_of_the_learners(school: School, manner: str) -> None:
    school.keep_manners_of(manner)
    activity = school.place()
    school.submit("student", school.begin("student", activity))
    assert "Maya Lindqvist" in words(school.open("teacher", activity))
    home = school.post("teacher", "/course/copy")
    copied = school.activities(home)[-1]
    assert copied != activity
    teacher = words(school.open("teacher", copied))
    assert re.search(r"Submitted 0 of", teacher), teacher[:600]
    student = words(school.open("student", copied))
    assert QUIZ in student
    assert re.search(r"Worth 10 points", student), student[:600]
    assert "Maya Lindqvist" in words(school.open("teacher", activity))


def test_only_staff_of_the_course_may_choose_content(school: School) -> None:
    school.keep_manners_of("canvas")
    administrator = school.browser("administrator")
    page = through(administrator, administrator.open(f"{school.url}/add/start"))
    assert "Only teaching staff can place activities in a course" in words(page)
