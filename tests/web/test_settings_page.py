"""The form of an assignment's settings: everything can be said, what is wrong is named, what it does is said first."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django import forms
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from coexistence.content.models import Quiz
from coexistence.courses import assignments
from coexistence.courses.assignments import SETTINGS
from coexistence.courses.models import Assignment
from coexistence.quiz import accommodations, attempts
from coexistence.quiz.models import Attempt
from coexistence.web.instructor.quiz_form import QuizForm, settings_of
from tests.factories import AssignmentFactory, EnrollmentFactory
from tests.quiz.answering import changes_told
from tests.web.pages import sound

GOOD = {"kind": "quiz", "title": "Week seven", "points": "20", "attempts_allowed": "3"}
EVERYTHING = {
    "points": "40",
    "attempts_allowed": "",
    "due_at": "2026-03-09T12:00",
    "opens_at": "2026-03-02T08:00",
    "closes_at": "2026-03-16T12:00",
    "time_limit": "30",
    "late": "percent",
    "late_percent": "20",
    "late_grace": "15",
    "counts": "mean",
    "wait": "60",
    "access_code": "red square",
    "is_practice": "on",
    "pages": "onwards",
    "show_score": "during",
    "show_answers": "closed",
    "show_feedback": "exhausted",
    "show_keys": "never",
    "pass_percent": "60",
}


def begins(assignment: Assignment, *, submit: bool = False) -> Attempt:
    enrollment = EnrollmentFactory(course=assignment.course)
    attempt = attempts.start(assignment=assignment, enrollment=enrollment, now=timezone.now())
    if submit:
        attempts.submit(attempt_id=attempt.pk, enrollment=enrollment, now=timezone.now())
    return attempt


def test_settings_are_changed_and_said_to_be(staff, assignment) -> None:
    page = sound(staff.page("settings/"))
    assert page.has("input", name="kind", value="unit", checked=None)
    answer = staff.send("settings/", GOOD)
    assert "Saved." in sound(staff.get(answer["Location"])).text
    assignment.refresh_from_db()
    assert (assignment.kind, assignment.title, assignment.points) == ("quiz", "Week seven", 20)
    assert assignment.attempts_allowed == 3
    staff.send("settings/", {**GOOD, "attempts_allowed": ""})
    assignment.refresh_from_db()
    assert assignment.attempts_allowed is None


def test_the_form_says_every_setting_there_is(staff, assignment) -> None:
    staff.send("settings/", {**GOOD, **EVERYTHING})
    assignment.refresh_from_db()
    assert settings_of(assignment) == {
        "points": 40,
        "attempts_allowed": None,
        "due_at": datetime(2026, 3, 9, 12, tzinfo=UTC),
        "opens_at": datetime(2026, 3, 2, 8, tzinfo=UTC),
        "closes_at": datetime(2026, 3, 16, 12, tzinfo=UTC),
        "time_limit": 30,
        "late": "percent",
        "late_percent": 20,
        "late_grace": 15,
        "counts": "mean",
        "wait": 60,
        "access_code": "red square",
        "is_practice": True,
        "one_a_page": True,
        "may_go_back": False,
        "show_score": "during",
        "show_answers": "closed",
        "show_feedback": "exhausted",
        "show_keys": "never",
        "pass_percent": 60,
    }
    page = sound(staff.page("settings/"))
    for name, value in EVERYTHING.items():
        assert page.says(name) == ("on" if name == "is_practice" else value)
    assert "Dates and times are those of this tool’s own time zone: UTC." in page.text


def test_what_the_form_leaves_out_stays(staff, assignment) -> None:
    staff.send("settings/", {**GOOD, **EVERYTHING, "is_practice": ""})
    staff.send("settings/", {**GOOD, "late_percent": "", "late_grace": "", "wait": ""})
    assignment.refresh_from_db()
    assert (assignment.late_percent, assignment.late_grace, assignment.wait) == (20, 15, 60)
    assert (assignment.time_limit, assignment.one_a_page, assignment.may_go_back) == (30, True, False)


def test_a_date_that_nobody_touched_stays_as_exact_as_it_was(staff, assignment) -> None:
    assignment.due_at = due = datetime(2026, 3, 9, 12, 0, 59, 7, tzinfo=UTC)
    assignment.save()
    begins(assignment, submit=True)
    assert staff.send("settings/", {**GOOD, "points": "10", "due_at": "2026-03-09T12:00"}).status_code == 302
    assignment.refresh_from_db()
    assert (assignment.title, assignment.due_at) == ("Week seven", due)


def test_dates_are_those_of_the_installation(staff, assignment, settings) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    staff.send("settings/", {**GOOD, "due_at": "2026-03-09T12:00"})
    assignment.refresh_from_db()
    assert assignment.due_at == datetime(2026, 3, 9, 11, tzinfo=UTC)
    page = sound(staff.page("settings/"))
    assert page.says("due_at") == "2026-03-09T12:00"
    assert "Europe/Berlin (CE" in page.text


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("kind", "essay", "Choose one of these"),
        ("kind", "", "Choose one of these"),
        ("title", "  ", "Give the assignment a title"),
        ("title", "x" * 256, "at most 255 characters"),
        ("points", "0", "whole number from 1 to 100"),
        ("points", "101", "whole number from 1 to 100"),
        ("points", "7.5", "whole number from 1 to 100"),
        ("points", "", "whole number from 1 to 100"),
        ("attempts_allowed", "0", "whole number from 1 to 1000"),
        ("attempts_allowed", "some", "whole number from 1 to 1000"),
        ("attempts_allowed", "9" * 12, "whole number from 1 to 1000"),
        ("time_limit", "0", "whole number from 1 to 10080"),
        ("late_percent", "0", "whole number from 1 to 100"),
        ("late_grace", "-1", "whole number from 0 to 10080"),
        ("wait", "soon", "whole number from 0 to 10080"),
        ("pass_percent", "101", "whole number from 1 to 100"),
        ("access_code", "x" * 101, "at most 100 characters"),
        ("late", "never", "Choose one of these"),
        ("pages", "two", "Choose one of these"),
        ("show_keys", "maybe", "Choose one of these"),
        ("due_at", "soon", "a date and a time"),
        ("due_at", "2026-03-01T12:00", "cannot be due before it opens"),
        ("due_at", "2026-03-20T12:00", "cannot be due after it has closed"),
        ("closes_at", "2026-03-02T08:00", "has to close after it opens"),
    ],
)
def test_a_setting_that_cannot_be_is_named_and_loses_nothing(
    staff, assignment, field: str, value: str, words: str
) -> None:
    page = sound(staff.send("settings/", {**GOOD, **EVERYTHING, field: value}), status=422)
    assert "Nothing was changed yet" in page.text
    assert words in page.text
    assert page.has("a", href=f"#{field}")
    assert field in page.values("id")
    assert f"{field}_error" in page.values("id")
    if field not in {"kind", "late", "pages", "show_keys", "title"}:
        assert page.says(field) == value
    assert page.says("access_code") == (value if field == "access_code" else "red square")
    assert "Week six" in page.text
    assignment.refresh_from_db()
    assert assignment.title == "Week six"


def test_a_choice_that_shows_right_answers_early_says_so(staff) -> None:
    text = sound(staff.page("settings/")).text
    early = "Learners see the right answers while they, or others, may still have attempts left."
    assert text.count(early) == 2
    assert text.index("After submitting") < text.rindex(early) < text.index("When no attempt is left")


def test_dates_from_the_course_stand_beside_those_that_would_take_their_place(staff, assignment) -> None:
    day = datetime(2026, 3, 9, 12, tzinfo=UTC)
    for due in (day, day, day + timedelta(days=1)):
        accommodations.record_platform_dates(
            assignment_id=assignment.pk,
            enrollment_id=EnrollmentFactory(course=assignment.course).pk,
            opens_at=None,
            due_at=due,
            closes_at=None,
            now=day,
        )
    text = sound(staff.page("settings/")).text
    assert "From the course: 9 March 2026, 12:00 for 2 learners; 10 March 2026, 12:00 for 1 learner." in text
    assert text.count("From the course") == 1


def test_what_a_change_does_to_attempts_is_said_before_it_is_done(staff, assignment) -> None:
    begins(assignment)
    begins(assignment, submit=True)
    form = {**GOOD, "time_limit": "20", "points": "25", "access_code": 'a "code"'}
    page = sound(staff.send("settings/", form))
    assert "Change the settings?" in page.text
    for words in ("1 attempt that is going on will have a limit of 20 minutes", "out of 25 points", "asked for before"):
        assert words in page.text
    assignment.refresh_from_db()
    assert (assignment.title, assignment.time_limit) == ("Week six", None)
    carried = {name: page.says(name) for name in ("kind", "title", "points", "time_limit", "access_code", "late")}
    assert carried == {**{name: form[name] for name in carried if name in form}, "late": "accept"}
    back = sound(staff.send("settings/", {**carried, "edit": "1"}))
    assert (back.says("time_limit"), back.says("access_code")) == ("20", 'a "code"')
    assert Assignment.objects.get().title == "Week six"
    staff.send("settings/", {**carried, "sure": "1"})
    assignment.refresh_from_db()
    assert (assignment.title, assignment.time_limit, assignment.access_code) == ("Week seven", 20, 'a "code"')
    assert Attempt.objects.filter(deadline__isnull=False, state="open").count() == 1


def test_a_change_that_does_nothing_to_attempts_is_done_at_once(staff, assignment) -> None:
    begins(assignment)
    assert staff.send("settings/", {**GOOD, "points": "10"}).status_code == 302
    assert Assignment.objects.get().title == "Week seven"


def test_other_points_are_told_to_the_gradebook(staff, assignment) -> None:
    attempt = begins(assignment, submit=True)
    with changes_told() as told:
        staff.send("settings/", {**GOOD, "points": "10"})
        assert told == []
        staff.send("settings/", {**GOOD, "sure": "1"})
    ((change,),) = told
    assert (change.enrollment_id, change.maximum) == (attempt.enrollment_id, Decimal(20))


def test_a_unit_without_a_quiz_cannot_be_made_a_graded_one(unit, open_visit) -> None:
    assignment = AssignmentFactory(unit=unit, lesson=True)
    assert not Quiz.objects.filter(unit=unit).exists()
    staff = open_visit(enrollment=EnrollmentFactory(course=assignment.course, instructor=True), assignment=assignment)
    page = sound(staff.page("settings/"))
    assert "This unit has no quiz yet" in page.text
    assert not page.has("input", name="kind", value="quiz")
    sound(staff.send("settings/", GOOD), status=422)
    assert staff.send("settings/", {"kind": "lesson", "title": "Read this"}).status_code == 302
    assert Assignment.objects.get().title == "Read this"


def test_settings_without_our_token_change_nothing(staff, assignment) -> None:
    sound(staff.post(staff.path("settings/"), GOOD), status=403)
    assignment.refresh_from_db()
    assert assignment.title == "Week six"


numbers = st.sampled_from(["", "0", "1", "7", "100", "101", "10080", "10081", "-1", "x", "1e3", "٣"])
days = st.sampled_from(["", "2026-03-02T08:00", "2026-03-02T08:01", "2026-03-09T12:00", "0001-01-01T00:00", "9" * 9])
words = st.sampled_from(["", "x", "y" * 100, "z" * 101, "\x00"])


def sent_for(name: str) -> st.SearchStrategy[str]:
    field = QuizForm.base_fields[name]
    if isinstance(field, forms.ChoiceField):
        return st.sampled_from([*dict(field.choices), "", "x"])
    return days if name.endswith("_at") else words if name == "access_code" else numbers


forms_sent = st.fixed_dictionaries({}, optional={name: sent_for(name) for name in QuizForm.base_fields})


@given(sent=forms_sent)
def test_whatever_the_form_takes_can_be_placed(sent: dict[str, str]) -> None:
    """The form knows every rule: what it lets through breaks none."""
    form = QuizForm(sent)
    if form.is_valid():
        assignments._check(Assignment(kind="quiz", title="Any", **form.settings))
        assert set(form.settings) == {"points", *SETTINGS}
