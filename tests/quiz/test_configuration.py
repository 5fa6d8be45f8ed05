"""Changing an assignment that people are at: what is said before, and what happens then."""

import pytest
from django.db import IntegrityError, transaction

from coexistence.courses import assignments
from coexistence.courses.models import Assignment
from coexistence.quiz import attempts, configuration
from tests.factories import TODAY, AssignmentFactory, CourseFactory, EnrollmentFactory, QuizFactory

from .answering import RIGHT, WRONG, changes_told, later, statements, take

pytestmark = pytest.mark.django_db


@pytest.fixture
def busy():
    """An assignment with two who have submitted, one of them twice, and one who is at it."""
    assignment = AssignmentFactory(types=["numeric", "true_false"])
    people = [EnrollmentFactory(course=assignment.course) for _ in range(3)]
    take(people[0], assignment, WRONG)
    take(people[0], assignment, RIGHT, now=later(30))
    take(people[1], assignment, {"numeric": "15"})
    attempts.start(assignment=assignment, enrollment=people[2], now=TODAY)
    take(EnrollmentFactory(course=assignment.course, instructor=True), assignment, RIGHT)
    return assignment


def change(assignment, now=TODAY, **settings):
    usual = {"kind": assignment.kind, "title": assignment.title, "points": assignment.points}
    return configuration.change(assignment=assignment, now=now, **{**usual, **settings})


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, []),
        ({"time_limit": None, "counts": "best"}, []),
        ({"wait": 5, "pass_percent": 50}, []),
        ({"time_limit": 20}, ["1 attempt that is going on", "20 minutes"]),
        ({"closes_at": later(60)}, ["1 attempt that is going on", "new dates"]),
        ({"points": 20}, ["The scores of 2 learners", "20 points"]),
        ({"counts": "mean"}, ["The scores of 2 learners", "the mean of all attempts"]),
        ({"due_at": later(5)}, ["1 attempt that is going on", "late, or not"]),
        ({"late": "percent"}, ["1 attempt", "late, or not"]),
        ({"attempts_allowed": 1}, ["more than 1 attempts"]),
        ({"attempts_allowed": 3}, []),
        ({"is_practice": True}, ["for practice"]),
        ({"access_code": "sesam"}, ["before new attempts"]),
        ({"show_keys": "submitted"}, ["2 learners who have submitted"]),
        ({"one_a_page": True, "may_go_back": False}, ["no longer go back"]),
    ],
)
def test_what_a_change_would_do_is_said_before(busy, settings, words):
    with statements() as found:
        said = configuration.consequences(busy, **settings)
    assert len(found) <= 1
    assert len(said) <= len(words)
    assert bool(said) == bool(words)
    assert all(word in " ".join(said) for word in words)


def test_without_attempts_a_change_does_nothing_to_them():
    every = {"time_limit": 5, "counts": "last", "points": 3, "due_at": later(1), "attempts_allowed": 1}
    assert configuration.consequences(AssignmentFactory(), **every) == []


def test_a_setting_that_shows_keys_early_says_so():
    assert "attempts left" in configuration.shows_keys_early("submitted")
    assert configuration.shows_keys_early("exhausted") == ""


@pytest.mark.parametrize(
    ("settings", "scores"),
    [
        ({"points": 20}, [20, 10]),
        ({"counts": "first"}, [0, 5]),
        ({"counts": "mean"}, [5, 5]),
        ({"due_at": later(10), "late": "percent", "late_percent": 50}, [5, 5]),
        ({"wait": 3}, None),
        ({"title": "Another"}, None),
    ],
)
def test_a_change_tells_the_scores_that_it_makes_in_one_list(busy, settings, scores):
    with changes_told() as told:
        change(busy, **settings)
    assert [[change.score for change in changes] for changes in told] == ([scores] if scores else [])


def test_running_attempts_follow_a_change_at_once(busy):
    running = busy.attempts.get(state="open")
    for settings, now, deadline in (
        ({"time_limit": 30}, later(1), later(30)),
        ({"time_limit": 60, "closes_at": later(40)}, later(2), later(40)),
        ({"time_limit": 5}, later(20), later(20)),
        ({"time_limit": None, "closes_at": None}, later(20), None),
    ):
        change(busy, now=now, **settings)
        running.refresh_from_db()
        assert running.deadline == deadline


# --- the configuration itself -------------------------------------------------------------------------------------

EVERY = {
    "attempts_allowed": 5,
    "counts": "mean",
    "time_limit": 45,
    "opens_at": later(0),
    "due_at": later(60),
    "closes_at": later(120),
    "late": "percent",
    "late_percent": 15,
    "late_grace": 10,
    "wait": 20,
    "one_a_page": True,
    "may_go_back": False,
    "pass_percent": 60,
    "access_code": "sesam",
    "show_score": "closed",
    "show_answers": "never",
    "show_feedback": "during",
    "show_keys": "never",
    "is_practice": True,
}


def test_every_setting_is_placed_changed_and_copied():
    assert set(EVERY) == set(assignments.SETTINGS)
    quiz = QuizFactory()
    usual = {"kind": "quiz", "title": "t", "points": 3}
    placed = assignments.place(course=CourseFactory(), unit=quiz.unit, **usual, **EVERY)
    changed = assignments.configure(assignment=AssignmentFactory(unit=quiz.unit, quiz=quiz), **usual, **EVERY)
    copied = assignments.clone(assignment=placed, course=CourseFactory())
    for one in (placed, changed, copied):
        one.refresh_from_db()
        assert {name: getattr(one, name) for name in EVERY} == EVERY
    assignments.configure(assignment=placed, **usual, wait=1)
    placed.refresh_from_db()
    assert {name: getattr(placed, name) for name in EVERY} == {**EVERY, "wait": 1}


def test_placing_it_is_enough():
    placed = assignments.place(course=CourseFactory(), unit=QuizFactory().unit, kind="quiz", title="t", points=3)
    found = (placed.time_limit, placed.attempts_allowed, placed.counts, placed.one_a_page, placed.late)
    assert found == (None, 2, "best", False, "accept")
    shown = (placed.show_score, placed.show_answers, placed.show_feedback, placed.show_keys)
    assert shown == ("submitted", "submitted", "submitted", "exhausted")


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"counts": "worst"}, "counts"),
        ({"time_limit": 0}, "time_limit"),
        ({"opens_at": later(5), "closes_at": later(5)}, "closes_at"),
        ({"opens_at": later(5), "due_at": later(4)}, "due_at"),
        ({"due_at": later(5), "closes_at": later(4)}, "due_at"),
        ({"late": "burn"}, "late"),
        ({"late_percent": 0}, "late_percent"),
        ({"may_go_back": False}, "may_go_back"),
        ({"pass_percent": 101}, "pass_percent"),
        ({"show_keys": "exhausting"}, "show_keys"),
        ({"access_code": "x" * 101}, "access_code"),
        ({"wait": -1}, "wait"),
        ({"late_grace": -1}, "late_grace"),
    ],
)
def test_settings_that_make_no_sense(settings, code):
    assignment = AssignmentFactory()
    with pytest.raises(assignments.AssignmentError) as refused:
        change(assignment, **settings)
    assert refused.value.code == code
    assert not Assignment.objects.filter(**settings).exists()


@pytest.mark.parametrize(
    "settings",
    [
        {"time_limit": 0},
        {"opens_at": later(5), "closes_at": later(5)},
        {"opens_at": later(5), "due_at": later(4)},
        {"due_at": later(5), "closes_at": later(4)},
        {"late_percent": 101},
        {"pass_percent": 0},
        {"may_go_back": False},
        {"attempts_allowed": 0},
    ],
)
def test_the_schema_refuses_them_too(settings):
    with pytest.raises(IntegrityError), transaction.atomic():
        AssignmentFactory(**settings)


def test_an_instructors_own_quiz_stays_in_its_course():
    assignment = AssignmentFactory()
    ready_made = assignment.quiz
    assignment.quiz = QuizFactory(unit=assignment.unit, course=assignment.course, plan=ready_made.plan)
    assignment.save()
    assert assignments.clone(assignment=assignment, course=assignment.course).quiz == assignment.quiz
    assert assignments.clone(assignment=assignment, course=CourseFactory()).quiz == ready_made
