"""Making, copying and changing assignments: an instructor's configuration of one link."""

from datetime import datetime
from typing import TypedDict, Unpack

from coexistence.content.models import Quiz, Unit

from .models import Assignment, Course, Shown

Kind = Assignment.Kind
#: Kinds that have a quiz, and so a column in the gradebook.
GRADED = frozenset({Kind.UNIT, Kind.QUIZ})
LEAST_POINTS = 1
MOST_POINTS = 100
LONGEST_TITLE = 255
DEFAULT_POINTS = 10
#: A week, in minutes; what takes longer has a closing time.
LONGEST_LIMIT = 7 * 24 * 60
LONGEST_CODE = 100


class Settings(TypedDict, total=False):
    """What may be decided of a quiz; see ``models.QuizSettings`` for what each means."""

    attempts_allowed: int | None
    counts: str
    time_limit: int | None
    opens_at: datetime | None
    due_at: datetime | None
    closes_at: datetime | None
    late: str
    late_percent: int
    late_grace: int
    wait: int
    one_a_page: bool
    may_go_back: bool
    pass_percent: int | None
    access_code: str
    show_score: str
    show_answers: str
    show_feedback: str
    show_keys: str
    is_practice: bool


SETTINGS = tuple(Settings.__annotations__)


class AssignmentError(ValueError):
    """A configuration that makes no assignment. ``code``: ``kind``, ``title``, ``points``, ``no_quiz``, or the name of
    the setting that is wrong (``attempts`` for ``attempts_allowed``)."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def place(
    *,
    course: Course,
    unit: Unit,
    kind: str,
    title: str,
    points: int,
    quiz: Quiz | None = None,
    route: str = "",
    **settings: Unpack[Settings],
) -> Assignment:
    """A new assignment in ``course``, not bound to any link yet.

    ``points`` is a whole number from 1 to 100. A graded kind asks ``quiz``, by default the unit's first. ``route`` is
    the id of one of the unit's. Raises ``AssignmentError``.
    """
    assignment = Assignment(
        course=course,
        unit=unit,
        quiz=_quiz(kind, unit, quiz),
        kind=kind,
        route=route,
        title=title.strip(),
        points=points,
        **settings,
    )
    _check(assignment)
    assignment.save(force_insert=True)
    return assignment


def clone(*, assignment: Assignment, course: Course) -> Assignment:
    """A copy of the configuration for another link (L6). Nobody's attempts and accommodations come along.

    An instructor's own quiz stays in its course: elsewhere the copy asks the unit's first.
    """
    quiz = assignment.quiz
    if quiz is not None and quiz.course_id not in {None, course.pk}:
        quiz = _quiz(assignment.kind, assignment.unit, None)
    return Assignment.objects.create(
        course=course,
        unit_id=assignment.unit_id,
        quiz=quiz,
        kind=assignment.kind,
        route=assignment.route,
        title=assignment.title,
        points=assignment.points,
        origin=assignment,
        **{name: getattr(assignment, name) for name in SETTINGS},
    )


def configure(
    *, assignment: Assignment, kind: str, title: str, points: int, **settings: Unpack[Settings]
) -> Assignment:
    """Change what an assignment is; settings that are not named stay, and so does its quiz where the new kind has one.

    Attempts that exist are none of its business: ``quiz.configuration`` looks after those. Raises ``AssignmentError``.
    """
    assignment.quiz = _quiz(kind, assignment.unit, assignment.quiz)
    assignment.kind = kind
    assignment.title = title.strip()
    assignment.points = points
    for name, value in settings.items():
        setattr(assignment, name, value)
    _check(assignment)
    assignment.save(update_fields=["quiz", "kind", "title", "points", *settings, "updated_at"])
    return assignment


def _quiz(kind: str, unit: Unit, quiz: Quiz | None) -> Quiz | None:
    if kind not in GRADED:
        return None
    found = quiz or Quiz.objects.filter(unit=unit, course=None).order_by("position", "pk").first()
    if found is None:
        raise AssignmentError("no_quiz", f"{unit} has no quiz; choose its lesson or its timeline.")
    return found


def _check(assignment: Assignment) -> None:
    if assignment.kind not in Kind.values:
        raise AssignmentError("kind", f"{assignment.kind!r} is no kind of assignment.")
    if not 1 <= len(assignment.title) <= LONGEST_TITLE:
        raise AssignmentError("title", f"A title has 1 to {LONGEST_TITLE} characters.")
    if not LEAST_POINTS <= assignment.points <= MOST_POINTS:
        raise AssignmentError("points", f"Points are a whole number from {LEAST_POINTS} to {MOST_POINTS}.")
    for code, is_wrong, message in _rules(assignment):
        if is_wrong:
            raise AssignmentError(code, message)


def _rules(it: Assignment) -> list[tuple[str, bool, str]]:
    """(code, whether the rule is broken, what to change) for each rule of a quiz's settings."""
    shown = {name: getattr(it, name) for name in SETTINGS if name.startswith("show_")}
    return [
        ("attempts", it.attempts_allowed is not None and it.attempts_allowed < 1, "At least one attempt is allowed."),
        ("counts", it.counts not in Assignment.Counts.values, f"{it.counts!r} does not say which attempt counts."),
        (
            "time_limit",
            it.time_limit is not None and not 1 <= it.time_limit <= LONGEST_LIMIT,
            f"A time limit has 1 to {LONGEST_LIMIT} minutes.",
        ),
        (
            "closes_at",
            it.opens_at is not None and it.closes_at is not None and it.opens_at >= it.closes_at,
            "It closes after it has opened.",
        ),
        (
            "due_at",
            it.opens_at is not None and it.due_at is not None and it.opens_at > it.due_at,
            "It is due after it has opened.",
        ),
        (
            "due_at",
            it.due_at is not None and it.closes_at is not None and it.due_at > it.closes_at,
            "It is due before it closes.",
        ),
        ("late", it.late not in Assignment.Late.values, f"{it.late!r} does not say what becomes of late work."),
        ("late_percent", not 1 <= it.late_percent <= 100, "What a day takes off is 1 to 100 percent."),
        ("late_grace", not 0 <= it.late_grace <= LONGEST_LIMIT, f"A grace has 0 to {LONGEST_LIMIT} minutes."),
        ("wait", not 0 <= it.wait <= LONGEST_LIMIT, f"A wait has 0 to {LONGEST_LIMIT} minutes."),
        (
            "may_go_back",
            not (it.may_go_back or it.one_a_page),
            "Going back can be forbidden only where there is one item on a page.",
        ),
        (
            "pass_percent",
            it.pass_percent is not None and not 1 <= it.pass_percent <= 100,
            "A pass mark is 1 to 100 percent of the points.",
        ),
        ("access_code", len(it.access_code) > LONGEST_CODE, f"An access code has at most {LONGEST_CODE} characters."),
        *[
            (name, value not in Shown.values, f"{value!r} does not say when that is shown.")
            for name, value in shown.items()
        ],
    ]
