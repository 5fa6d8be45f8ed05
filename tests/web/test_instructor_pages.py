"""The pages of those who teach: the class list and the settings."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.utils import timezone

from coexistence.courses.gradebook import Action, ColumnStatus, GradeState, GradeStatus
from coexistence.courses.models import Assignment
from coexistence.quiz import attempts
from coexistence.quiz.models import Attempt
from tests.factories import AssignmentFactory, EnrollmentFactory
from tests.web.ledger import ASKED, COLUMN
from tests.web.pages import sound


def sits(assignment: Assignment, name: str, *, submit: bool = True, **traits: object) -> Attempt:
    enrollment = EnrollmentFactory(course=assignment.course, participant__name=name, **traits)
    attempt = attempts.start(assignment=assignment, enrollment=enrollment, now=timezone.now())
    if submit:
        attempt = attempts.submit(attempt_id=attempt.pk, enrollment=enrollment, now=timezone.now())
    return attempt


def test_staff_begin_at_the_grades_and_learners_at_the_content(staff, learner) -> None:
    assert staff.page()["Location"] == staff.path("grades/")
    assert learner.page()["Location"] == learner.path("lesson/")
    assert staff.path("settings/") in sound(staff.page("lesson/")).values("href")
    assert learner.path("grades/") not in sound(learner.page("lesson/")).values("href")


@pytest.mark.parametrize("path", ["grades/", "settings/"])
def test_learners_get_no_page_of_staff(learner, path: str) -> None:
    page = sound(learner.page(path), status=403)
    assert "not open to you" in page.text
    sound(learner.send("settings/", {"title": "Mine"}), status=403)


def test_a_class_is_listed_by_name_with_scores_and_where_they_are(staff, assignment, ledger) -> None:
    zoe, ada = sits(assignment, "Zoe"), sits(assignment, "ada")
    sits(assignment, "Mio", submit=False)
    EnrollmentFactory(course=assignment.course, participant__name="Idle")
    ledger[zoe.enrollment_id] = GradeStatus(GradeState.DELIVERED, "It is there.")
    ledger[ada.enrollment_id] = GradeStatus(GradeState.HELD, "Someone must allow it.")
    page = sound(staff.page("grades/"))
    places = [page.text.rindex(name) for name in ("ada", "Idle", "Mio", "Zoe")]
    assert places == sorted(places)
    for words in (
        "2 of 4",
        "Mean score",
        "It is there.",
        "Someone must allow it.",
        "1 score needs someone to act",
        "0 of 10",
    ):
        assert words in page.text


def test_what_is_kept_back_or_has_no_column_is_not_on_its_way(staff, learner, assignment, ledger) -> None:
    zoe, ada = sits(assignment, "Zoe"), sits(assignment, "Ada")
    ledger[zoe.enrollment_id] = GradeStatus(GradeState.KEPT_BACK, "It is kept.")
    ledger[ada.enrollment_id] = GradeStatus(GradeState.NO_COLUMN, "There is nowhere to send it.")
    page = sound(staff.page("grades/"))
    assert "1 is kept back." in page.text
    assert "kept back It is kept." in page.text
    assert "! not yet There is nowhere to send it." in page.text
    assert "on its way" not in page.text
    ledger[zoe.enrollment_id] = GradeStatus(GradeState.WAITING, "It goes.")
    assert "… on its way It goes." in sound(staff.page("grades/")).text


def test_the_normal_case_is_one_line(staff, assignment, ledger) -> None:
    for name in ("Zoe", "Ada"):
        ledger[sits(assignment, name).enrollment_id] = GradeStatus(
            GradeState.DELIVERED, "It is there.", maximum=Decimal(10), acknowledged=Decimal(0), seen=Decimal(0)
        )
    page = sound(staff.page("grades/"))
    assert "All 2 scores are in the gradebook." in page.text
    assert "Resend" not in page.text
    assert "someone to act" not in page.text


def test_what_differs_is_shown_in_three_values_with_what_can_be_done(staff, assignment, ledger) -> None:
    zoe, ada = sits(assignment, "Zoe").enrollment_id, sits(assignment, "Ada").enrollment_id
    ledger[zoe] = GradeStatus(
        GradeState.SUPERSEDED,
        "A teacher did that.",
        maximum=Decimal(10),
        acknowledged=Decimal(8),
        seen=Decimal("47.5"),
        seen_maximum=Decimal(50),
        attention=True,
        actions=frozenset({Action.SEND_OURS, Action.KEEP_THEIRS}),
    )
    ledger[ada] = GradeStatus(GradeState.HELD, "Publish it.", attention=True, actions=frozenset({Action.RESEND}))
    COLUMN["column"] = ColumnStatus("There is a column.", may_check=True, trouble="It could not be read.")
    page = sound(staff.page("grades/"))
    for words in ("A teacher did that.", "1 grade differs", "1 score needs someone", "9.5", "It could not be read."):
        assert words in page.text
    for button in ("Send ours: Zoe", "Keep theirs: Zoe", "Resend: Ada", "Resend all failed", "Check now"):
        assert button in page.text
    done = staff.send("grades/settle/", {"enrollment": zoe, "choice": "ours"})
    assert "is sent in place of" in sound(staff.get(done["Location"])).text
    staff.send("grades/settle/", {"enrollment": zoe, "choice": "theirs"})
    staff.send("grades/resend/", {"enrollment": ada})
    staff.send("grades/resend/")
    staff.send("grades/check/")
    assert [
        ("settle", assignment.pk, zoe, True),
        ("settle", assignment.pk, zoe, False),
        ("resend", assignment.pk, [ada]),
        ("resend", assignment.pk, None),
        ("check_now", assignment.pk),
    ] == ASKED


def test_a_column_that_is_gone_is_a_sentence_with_a_button(staff, assignment) -> None:
    COLUMN["column"] = ColumnStatus("The column is gone.", exists=False, may_make=True, trouble="It was refused.")
    page = sound(staff.page("grades/"))
    assert "The column is gone. It was refused." in page.text
    assert "Make a new column" in page.text
    done = staff.send("grades/column/")
    assert [("make_column", assignment.pk)] == ASKED
    COLUMN["column"] = ColumnStatus("The column is gone.", exists=False, making=True)
    page = sound(staff.get(done["Location"]))
    assert "A gradebook column is being made." in page.text
    assert "Make a new column" not in page.text


def test_scores_are_kept_back_and_released(staff, assignment) -> None:
    sits(assignment, "Zoe")
    assert "as it comes" in sound(staff.page("grades/")).text
    staff.send("grades/when/", {"when": "by_hand"})
    staff.send("grades/when/", {"when": "later", "until": "2199-06-01T08:30"})
    staff.send("grades/when/", {"when": "at_once"})
    moment = datetime(2199, 6, 1, 8, 30, tzinfo=UTC)
    assert [("withhold", assignment.pk, None), ("withhold", assignment.pk, moment), ("release", assignment.pk)] == ASKED
    COLUMN["column"] = ColumnStatus("There is a column.", withheld=True, withheld_until=moment)
    page = sound(staff.page("grades/"))
    assert "They go to the gradebook on 1 June, 08:30 UTC." in page.text
    assert page.has("button", name="when", value="at_once")


@pytest.mark.parametrize(
    ("due", "closes", "offered"),
    [
        (None, None, ""),
        ("2199-06-01T23:59:59", "2199-06-08T08:30:00", "2199-06-01T23:59:59"),
        ("2001-06-01T08:30:00", "2199-06-08T08:30:00", "2199-06-08T08:30:00"),
        ("2001-06-01T08:30:00", None, ""),
    ],
)
def test_the_assignments_date_is_offered_for_keeping_scores_back(
    staff, assignment, due: str | None, closes: str | None, offered: str
) -> None:
    assignment.due_at, assignment.closes_at = (
        datetime.fromisoformat(at).replace(tzinfo=UTC) if at else None for at in (due, closes)
    )
    assignment.save()
    page = sound(staff.page("grades/"))
    assert page.says("until") == offered
    if offered:
        staff.send("grades/when/", {"when": "later", "until": page.says("until")})
        assert [("withhold", assignment.pk, datetime.fromisoformat(offered).replace(tzinfo=UTC))] == ASKED


@pytest.mark.parametrize(
    "form", [{}, {"when": "never"}, {"when": "later"}, {"when": "later", "until": "2001-01-01T08:30"}]
)
def test_a_moment_that_makes_no_sense_changes_nothing(staff, form: dict[str, str]) -> None:
    answer = staff.send("grades/when/", form)
    assert "Nothing was changed" in sound(staff.get(answer["Location"])).text
    assert ASKED == []


@pytest.mark.parametrize("path", ["resend/", "check/", "settle/", "column/", "when/"])
def test_only_staff_with_our_form_do_anything_about_grades(staff, learner, path: str) -> None:
    sound(learner.send(f"grades/{path}", {"choice": "ours", "enrollment": "1"}), status=403)
    sound(staff.post(staff.path(f"grades/{path}"), {"choice": "ours", "enrollment": "1"}), status=403)
    assert staff.page(f"grades/{path}").status_code == 405
    assert ASKED == []


@pytest.mark.parametrize("form", [{}, {"choice": "both", "enrollment": "1"}, {"choice": "ours", "enrollment": "x"}])
def test_a_form_that_names_nothing_does_nothing(staff, form: dict[str, str]) -> None:
    sound(staff.send("grades/settle/", form), status=404)
    assert ASKED == []


def test_scores_are_downloaded_as_a_file(staff, learner, assignment) -> None:
    zoe = sits(assignment, "Zoe").enrollment_id
    sits(assignment, "Tess", test_student=True)
    answer = staff.page("grades/file/")
    assert answer.content.decode() == f"{zoe},0.00\n"
    assert answer["Content-Disposition"] == 'attachment; filename="scores.csv"'
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    sound(learner.page("grades/file/"), status=403)


def test_trials_are_listed_apart(staff, assignment) -> None:
    sits(assignment, "Tess Test", test_student=True)
    page = sound(staff.page("grades/"))
    assert page.text.index("Trials") < page.text.index("Tess Test")
    assert "No student has opened this yet" in page.text


def test_an_assignment_without_a_quiz_says_that_it_is_not_graded(unit, open_visit) -> None:
    assignment = AssignmentFactory(unit=unit, lesson=True)
    staff = open_visit(enrollment=EnrollmentFactory(course=assignment.course, instructor=True), assignment=assignment)
    assert staff.page()["Location"] == staff.path("lesson/")
    assert "This assignment is not graded" in sound(staff.page("grades/")).text


def test_the_list_costs_the_same_for_any_class(staff, assignment, django_assert_num_queries) -> None:
    for number in range(12):
        sits(assignment, f"Learner {number}")
    with django_assert_num_queries(4):
        sound(staff.page("grades/"))
