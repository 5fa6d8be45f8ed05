"""Beginning an attempt: whether that is allowed, and which items it gets."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, IntegerField, OuterRef, Q, Subquery, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce
from django.utils.crypto import constant_time_compare

from coexistence.content import plans
from coexistence.content.models import Item, Quiz
from coexistence.courses.models import Assignment, Enrollment
from coexistence.quiz import items, policy, selectors
from coexistence.quiz.models import Attempt, AttemptEvent, Response

from .closing import expire
from .errors import (
    AccessCodeError,
    AttemptNotFoundError,
    NoAttemptsLeftError,
    NotOpenYetError,
    QuizClosedError,
    QuizUnavailableError,
    WaitError,
)
from .locks import BATCH

#: How often a start is tried again when another tab of the same learner was quicker.
TRIES = 3


@dataclass(frozen=True, slots=True)
class Drawn:
    """An item that an attempt gets, in the revision of now, and what it is worth there."""

    item_id: int
    revision_id: int
    points: Decimal


def start(*, assignment: Assignment, enrollment: Enrollment, now: datetime, code: str = "") -> Attempt:
    """The learner's open attempt, a new one where there is none; one whose time is over is closed first.

    ``code`` is the access code, for a quiz that asks for one before a new attempt. Two tabs that start at once get the
    same attempt: the database allows one open attempt for each learner. Raises ``StartRefusedError`` and
    ``AttemptNotFoundError``.
    """
    if enrollment.course_id != assignment.course_id:
        raise AttemptNotFoundError
    lost: IntegrityError | None = None
    for _ in range(TRIES):
        try:
            with transaction.atomic():
                attempt = _open_or_new(assignment, enrollment, code, now)
        except IntegrityError as collision:
            lost = collision
            continue
        if attempt is not None:
            return attempt
        # By itself: it stays closed also where no further attempt may be begun.
        expire(assignment=assignment, enrollment=enrollment, now=now)
    assert lost is not None
    raise lost


def _open_or_new(assignment: Assignment, enrollment: Enrollment, code: str, now: datetime) -> Attempt | None:
    """``None`` where one whose time is over stands in the way."""
    standing = selectors.standing(assignment=assignment, enrollment=enrollment, now=now)
    if standing.open:
        return None if policy.is_over(standing.open.deadline, now) else standing.open
    _check(standing.allowance)
    is_preview = enrollment.is_preview
    if assignment.access_code and not is_preview and not constant_time_compare(code.strip(), assignment.access_code):
        raise AccessCodeError
    seed = secrets.randbits(63)
    drawn = draw(assignment.quiz, seed=seed, former=[attempt.pk for attempt in standing.attempts])
    attempt = Attempt.objects.create(
        assignment=assignment,
        enrollment=enrollment,
        number=max((former.number for former in standing.attempts), default=0) + 1,
        is_preview=is_preview,
        is_practice=assignment.is_practice,
        seed=seed,
        started_at=now,
        deadline=policy.deadline(standing.limits, assignment, started_at=now, is_preview=is_preview),
        due_at=standing.limits.due_at.value,
        maximum=sum((one.points for one in drawn), Decimal(0)),
    )
    Response.objects.bulk_create(
        [
            Response(
                attempt=attempt,
                position=position,
                item_id=one.item_id,
                revision_id=one.revision_id,
                points=one.points,
            )
            for position, one in enumerate(drawn, 1)
        ],
        batch_size=BATCH,
    )
    AttemptEvent.objects.create(attempt=attempt, kind=AttemptEvent.Kind.STARTED, at=now, by=enrollment)
    return attempt


def _check(allowance: policy.Allowance) -> None:
    match allowance.refusal, allowance.again_at:
        case policy.Refusal.NO_ATTEMPTS_LEFT, _:
            raise NoAttemptsLeftError
        case policy.Refusal.CLOSED, _:
            raise QuizClosedError
        case policy.Refusal.NOT_OPEN_YET, datetime() as again_at:
            raise NotOpenYetError(again_at)
        case policy.Refusal.WAIT, datetime() as again_at:
            raise WaitError(again_at)


def draw(quiz: Quiz | None, *, seed: int, former: Sequence[int] = ()) -> list[Drawn]:
    """The items of one attempt, in order, each with its current revision and points. One query.

    ``former`` are the ids of the learner's former attempts, whose items come last. What nobody grades is worth no
    points. Raises ``QuizUnavailableError`` where there is no quiz, or not all that it asks for.
    """
    parts = plans.read(quiz.plan) if quiz else []
    picks = [pick for part in parts for pick in part.picks]
    if quiz is None or not picks:
        raise QuizUnavailableError
    wanted = Q(unit=quiz.unit_id, slug__in=[pick.slug for pick in picks if not pick.own])
    if own := [pick.slug for pick in picks if pick.own]:
        wanted |= Q(course=quiz.course_id, slug__in=own)
    repeats = former if any(part.draw is not None for part in parts) else ()
    seen = Response.objects.filter(item=OuterRef("pk"), attempt__in=repeats).order_by().values("item")
    found = {
        (row["unit_id"] is None, row["slug"]): row
        for row in Item.objects.filter(wanted, current__isnull=False).values(
            "pk",
            "unit_id",
            "slug",
            "current_id",
            "current__type",
            worth=KeyTextTransform("points", "current__body"),
            seen=Coalesce(Subquery(seen.annotate(times=Count("pk")).values("times")), 0)
            if repeats
            else Value(0, IntegerField()),
        )
    }
    drawn = policy.draw(parts, seed=seed, seen={key: row["seen"] for key, row in found.items()})
    if len(drawn) < sum(part.size for part in parts) or any(pick.key not in found for pick in drawn):
        raise QuizUnavailableError
    return [_drawn(found[pick.key], pick) for pick in drawn]


def _drawn(row: Mapping[str, Any], pick: plans.Pick) -> Drawn:
    is_graded = items.get(row["current__type"]).graded_by != "nobody"
    points = pick.points if pick.points is not None else Decimal(row["worth"])
    return Drawn(row["pk"], row["current_id"], points if is_graded else Decimal(0))
