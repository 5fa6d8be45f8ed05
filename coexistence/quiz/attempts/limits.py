"""Bringing attempts up to the limits that hold for their learners, after a setting or an accommodation changed."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from coexistence.courses.models import Assignment, Enrollment
from coexistence.quiz import policy, selectors
from coexistence.quiz.models import Attempt, AttemptEvent

from .locks import BATCH


def refresh(
    *,
    assignment: Assignment,
    enrollments: Collection[int] | None = None,
    now: datetime,
    by: Enrollment | None = None,
) -> int:
    """Give the attempts of these people (ids of enrollments), or of the whole class, the limits of now.

    A running attempt gets its new deadline at once; one that would have ended already ends now, so that nothing which
    was saved in time counts as late. When a submitted one was due is kept with it, so that it is late, or not, by the
    limits of now; whoever calls this has to ``tell`` the scores. Returns how many attempts changed.
    """
    with transaction.atomic():
        attempts = Attempt.objects.select_for_update(of=("self",)).select_related("enrollment")
        attempts = attempts.filter(assignment=assignment).order_by("pk")
        if enrollments is not None:
            attempts = attempts.filter(enrollment__in=enrollments)
        found = list(attempts)
        if not found:
            return 0
        limits = selectors.class_limits(assignment=assignment, enrollments={one.enrollment_id for one in found})
        changed, events = [], []
        for attempt in found:
            before = (attempt.deadline, attempt.due_at)
            theirs = limits[attempt.enrollment_id]
            attempt.due_at = theirs.due_at.value
            if attempt.state == Attempt.State.OPEN:
                attempt.deadline = _deadline(attempt, theirs, assignment, now)
            if (attempt.deadline, attempt.due_at) == before:
                continue
            changed.append(attempt)
            events.append(
                AttemptEvent(
                    attempt=attempt,
                    kind=AttemptEvent.Kind.LIMITS,
                    at=now,
                    by=by,
                    data={
                        "deadline": [_said(before[0]), _said(attempt.deadline)],
                        "due_at": [_said(before[1]), _said(attempt.due_at)],
                    },
                )
            )
        Attempt.objects.bulk_update(changed, ["deadline", "due_at"], batch_size=BATCH)
        AttemptEvent.objects.bulk_create(events, batch_size=BATCH)
    return len(changed)


def _deadline(attempt: Attempt, limits: policy.Limits, assignment: Assignment, now: datetime) -> datetime | None:
    is_preview = attempt.enrollment.is_preview
    ends = policy.deadline(limits, assignment, started_at=attempt.started_at, is_preview=is_preview)
    if ends is None or ends == attempt.deadline or ends >= now:
        return ends
    # Nobody's time ends before it was known to: what was saved until now was saved in time.
    return attempt.deadline if attempt.deadline is not None and attempt.deadline <= now else now


def _said(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
