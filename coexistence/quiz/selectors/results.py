"""Where learners stand, and which scores count."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from operator import attrgetter

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from coexistence.courses.models import Accommodation, Assignment, Enrollment, Role
from coexistence.quiz import policy
from coexistence.quiz.models import Attempt
from coexistence.quiz.signals import ScoreChange

from .limits import class_limits, limits_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where one person stands in one assignment.

    ``score`` is the one that counts, out of ``maximum``, rounded; ``None`` before the first submission. ``counted`` is
    the submission that led to it, ``counting`` are the ids of the attempts that it was made of, ``worth`` says what the
    counted one is worth and what was taken off it, ``passed`` is ``None`` without a pass mark. ``attempts_left`` is
    ``None`` for any number, and counts the open attempt as used. ``allowance`` says why none can be begun.
    """

    attempts: Sequence[Attempt]
    open: Attempt | None
    counted: Attempt | None
    counting: frozenset[int]
    worth: policy.Worth | None
    score: Decimal | None
    passed: bool | None
    maximum: Decimal
    limits: policy.Limits
    allowance: policy.Allowance
    visible: policy.Visible

    @property
    def attempts_left(self) -> int | None:
        return self.allowance.left

    @property
    def may_start(self) -> bool:
        return self.allowance.may_start

    @property
    def shows_keys(self) -> bool:
        """Whether right answers are shown to them."""
        return self.visible.keys

    @property
    def excused(self) -> bool:
        """Whether no score of theirs is asked for."""
        return self.limits.excused


@dataclass(frozen=True, slots=True, kw_only=True)
class StudentResult:
    """One line of an assignment's class list; like ``Standing``, with who it is."""

    enrollment: Enrollment
    attempts: Sequence[Attempt]
    open: Attempt | None
    counted: Attempt | None
    worth: policy.Worth | None
    score: Decimal | None
    maximum: Decimal
    limits: policy.Limits

    @property
    def ungraded(self) -> int:
        """How many responses wait for a person to grade them."""
        return sum(attempt.ungraded for attempt in self.attempts)


@dataclass(frozen=True, slots=True)
class CountedPage:
    """A page of the scores that count. ``after`` asks for the next page, and is ``None`` behind the last one."""

    changes: list[ScoreChange]
    after: tuple[datetime, int] | None


def attempts_of(*, assignment: Assignment, enrollment: Enrollment) -> list[Attempt]:
    """All attempts of one person, in order, with their assignment and enrollment set. One query."""
    attempts = list(Attempt.objects.filter(assignment=assignment, enrollment=enrollment).order_by("number"))
    for attempt in attempts:
        attempt.assignment, attempt.enrollment = assignment, enrollment
    return attempts


def open_attempt(*, assignment: Assignment, enrollment: Enrollment) -> Attempt | None:
    """The attempt that the person is in. One query."""
    return _open(attempts_of(assignment=assignment, enrollment=enrollment))


def standing(*, assignment: Assignment, enrollment: Enrollment, now: datetime | None = None) -> Standing:
    """Where the person stands at that moment, by default the present one. Two queries."""
    now = now or timezone.now()
    attempts = attempts_of(assignment=assignment, enrollment=enrollment)
    limits = limits_of(assignment=assignment, enrollment=enrollment)
    is_preview, is_open = enrollment.is_preview, _open(attempts) is not None
    used = [one for one in attempts if not one.is_practice and not one.is_preview]
    ended = [one.submitted_at for one in attempts if one.submitted_at is not None and not one.is_preview]
    allowance = policy.allowance(
        assignment,
        limits,
        used=len(used) + sum(one.is_preview and one.state == Attempt.State.OPEN for one in attempts),
        is_open=is_open,
        is_preview=is_preview,
        last_end=max(ended, default=None),
        now=now,
    )
    moment = policy.moment(assignment, limits, left=allowance.left, is_open=is_open, is_preview=is_preview, now=now)
    counted = _counted(attempts, assignment, own_previews=is_preview)
    return Standing(
        attempts=attempts,
        open=_open(attempts),
        counted=counted.attempt if counted else None,
        counting=frozenset(one.pk for one in counted.attempts) if counted else frozenset(),
        worth=policy.worth(counted.attempt, assignment) if counted else None,
        score=policy.points(counted.share, assignment) if counted else None,
        passed=policy.passed(counted.share, assignment) if counted else None,
        maximum=Decimal(assignment.points),
        limits=limits,
        allowance=allowance,
        visible=policy.visible(assignment, moment),
    )


def class_results(assignment: Assignment) -> list[StudentResult]:
    """Every learner of the course, and whoever else has an attempt, by name. Three queries, and one more where
    something is granted to a group."""
    attempts: dict[int, list[Attempt]] = {}
    for attempt in Attempt.objects.filter(assignment=assignment).order_by("number"):
        attempt.assignment = assignment
        attempts.setdefault(attempt.enrollment_id, []).append(attempt)
    enrollments = (
        Enrollment.objects.filter(course_id=assignment.course_id)
        .select_related("participant")
        .order_by("participant__name", "pk")
    )
    listed = [one for one in enrollments if Role.LEARNER in one.roles or one.pk in attempts]
    limits = class_limits(assignment=assignment, enrollments={one.pk for one in listed})
    return [_result(one, attempts.get(one.pk, []), assignment, limits[one.pk]) for one in listed]


def _result(
    enrollment: Enrollment, attempts: list[Attempt], assignment: Assignment, limits: policy.Limits
) -> StudentResult:
    counted = _counted(attempts, assignment, own_previews=enrollment.is_preview)
    return StudentResult(
        enrollment=enrollment,
        attempts=attempts,
        open=_open(attempts),
        counted=counted.attempt if counted else None,
        worth=policy.worth(counted.attempt, assignment) if counted else None,
        score=policy.points(counted.share, assignment) if counted else None,
        maximum=Decimal(assignment.points),
        limits=limits,
    )


def scaled_score(attempt: Attempt, assignment: Assignment) -> Decimal:
    """What a submitted attempt alone is worth out of the assignment's points, rounded."""
    return policy.points(policy.worth(attempt, assignment).share, assignment)


def counted_scores(
    *, assignment: Assignment, enrollments: Collection[int] | None = None, reason: str
) -> list[ScoreChange]:
    """The scores that count, of these people (ids of enrollments) or of all; previews and practice never, nor those of
    whoever is excused. One query."""
    attempts = _countable().filter(assignment=assignment)
    if enrollments is not None:
        attempts = attempts.filter(enrollment__in=enrollments)
    return _changes(attempts, {assignment.pk: assignment}, reason)


def counts_at_all(attempt: Attempt) -> bool:
    """Whether an attempt can count for the gradebook, if its learner is not excused."""
    return (
        attempt.state == Attempt.State.SUBMITTED
        and not attempt.is_preview
        and not attempt.is_practice
        and not attempt.ungraded
        and bool(attempt.maximum)
    )


def counted_changes(*, since: datetime, after: tuple[datetime, int] | None = None, limit: int = 100) -> CountedPage:
    """The scores that count for everyone who submitted since then, a page of ``limit`` submissions at a time.

    For finding scores whose delivery is behind. Walks an index of submissions in order of their time. Two queries.
    """
    submissions = _countable().filter(submitted_at__gte=after[0] if after else since)
    if after:
        submissions = submissions.filter(Q(submitted_at__gt=after[0]) | Q(pk__gt=after[1]))
    page = list(submissions.select_related("assignment").order_by("submitted_at", "pk")[:limit])
    if not page:
        return CountedPage([], None)
    pairs = {(attempt.assignment_id, attempt.enrollment_id) for attempt in page}
    assignments = {attempt.assignment_id: attempt.assignment for attempt in page}
    candidates = _countable().filter(
        assignment__in=assignments, enrollment__in={enrollment_id for _, enrollment_id in pairs}
    )
    changes = _changes(
        (attempt for attempt in candidates if (attempt.assignment_id, attempt.enrollment_id) in pairs),
        assignments,
        "submitted",
    )
    last = page[-1]
    assert last.submitted_at is not None
    return CountedPage(changes, (last.submitted_at, last.pk) if len(page) == limit else None)


def _countable() -> QuerySet[Attempt]:
    """``counts_at_all``, and not of somebody excused, as a query."""
    excused = Accommodation.objects.filter(
        Q(enrollment=OuterRef("enrollment")) | Q(group__members=OuterRef("enrollment")),
        assignment=OuterRef("assignment"),
        excused=True,
    )
    return Attempt.objects.filter(
        ~Exists(excused),
        state=Attempt.State.SUBMITTED,
        is_preview=False,
        is_practice=False,
        ungraded=0,
        maximum__gt=0,
    )


def _changes(attempts: Iterable[Attempt], assignments: dict[int, Assignment], reason: str) -> list[ScoreChange]:
    whose = attrgetter("assignment_id", "enrollment_id")
    changes = []
    for (assignment_id, enrollment_id), theirs in groupby(sorted(attempts, key=whose), key=whose):
        assignment = assignments[assignment_id]
        counted = policy.counted(theirs, assignment)
        assert counted is not None
        assert counted.attempt.submitted_at is not None
        changes.append(
            ScoreChange(
                assignment_id=assignment_id,
                enrollment_id=enrollment_id,
                score=policy.points(counted.share, assignment),
                maximum=Decimal(assignment.points),
                attempt_number=counted.attempt.number,
                submitted_at=counted.attempt.submitted_at,
                reason=reason,
            )
        )
    return changes


def _open(attempts: Iterable[Attempt]) -> Attempt | None:
    return next((attempt for attempt in attempts if attempt.state == Attempt.State.OPEN), None)


def _counted(attempts: Iterable[Attempt], assignment: Assignment, *, own_previews: bool) -> policy.Counted | None:
    """What counts; for whoever is trying the assignment out, what would."""
    return policy.counted(
        (
            attempt
            for attempt in attempts
            if counts_at_all(attempt)
            or (own_previews and attempt.is_preview and attempt.score is not None and attempt.maximum)
        ),
        assignment,
    )
