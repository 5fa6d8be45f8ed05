"""Closing attempts: handed in by the learner, or by the clock. There is one way, and scores are told on it."""

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from coexistence.courses.models import Assignment, Enrollment
from coexistence.quiz import policy
from coexistence.quiz.models import Attempt, AttemptEvent, Response

from .locks import BATCH, locked
from .scoring import SETTLED, score_all, settle
from .telling import tell

log = logging.getLogger(__name__)


def submit(*, attempt_id: int, enrollment: Enrollment, now: datetime) -> Attempt:
    """Close and score the attempt, and tell whoever listens which score now counts for the learner.

    Submitting again changes nothing, tells nobody and returns the same attempt. A receiver that fails undoes the
    submission (see ``signals``). Previews and practice are scored and not told of (G4), and so is an attempt of which a
    person has something to grade. Raises ``AttemptNotFoundError``.
    """
    with transaction.atomic():
        attempt = locked(attempt_id, enrollment)
        if attempt.state == Attempt.State.OPEN:
            close(attempt, now=now)
    return attempt


def expire(*, assignment: Assignment, enrollment: Enrollment, now: datetime) -> Attempt | None:
    """Close the person's open attempt if its time is over, so that no page shows it as open; the attempt, if so."""
    over = Attempt.objects.filter(
        assignment=assignment, enrollment=enrollment, state=Attempt.State.OPEN, deadline__lt=now - policy.GRACE
    ).values_list("pk", flat=True)
    for attempt_id in over:
        return submit(attempt_id=attempt_id, enrollment=enrollment, now=now)
    return None


def finalise(*, now: datetime, limit: int = BATCH) -> int:
    """Close the attempts whose time is over and that nobody submitted, ``limit`` in one go; how many were closed.

    Each in a transaction of its own, along an index of deadlines. One that cannot be closed keeps no other waiting.
    """
    closed = 0
    after: tuple[datetime, int] | None = None
    while True:
        due = Attempt.objects.filter(state=Attempt.State.OPEN, deadline__lt=now - policy.GRACE)
        if after is not None:
            due = due.filter(Q(deadline__gt=after[0]) | Q(deadline=after[0], pk__gt=after[1]))
        page = list(due.order_by("deadline", "pk").values_list("deadline", "pk", named=True)[:limit])
        for row in page:
            closed += _finalise(row.pk, now)
        if len(page) < limit:
            return closed
        assert page[-1].deadline is not None
        after = page[-1].deadline, page[-1].pk


def _finalise(attempt_id: int, now: datetime) -> bool:
    try:
        with transaction.atomic():
            attempt = locked(attempt_id)
            # Meanwhile it may have been submitted, or its time extended.
            if attempt.state != Attempt.State.OPEN or not policy.is_over(attempt.deadline, now):
                return False
            close(attempt, now=now)
    except Exception:
        log.exception("Attempt %s could not be closed; the next run tries again.", attempt_id)
        return False
    return True


def close(attempt: Attempt, *, now: datetime) -> None:
    """Close and score an open attempt that the caller holds, and tell the score that counts now.

    What comes after the deadline was handed in at the deadline.
    """
    is_over = policy.is_over(attempt.deadline, now)
    attempt.state = Attempt.State.SUBMITTED
    attempt.submitted_at = now if attempt.deadline is None else min(now, attempt.deadline)
    attempt.closed_by = Attempt.ClosedBy.CLOCK if is_over else Attempt.ClosedBy.LEARNER
    # As the person stands now: who became staff meanwhile is trying out, who became a learner is not.
    attempt.is_preview = attempt.enrollment.is_preview
    responses = list(attempt.responses.select_related("revision", "scored_by"))
    settle(attempt, score_all(responses))
    Response.objects.bulk_update(responses, ["score", "explanation"], batch_size=BATCH)
    attempt.save(update_fields=["state", "submitted_at", "closed_by", "is_preview", *SETTLED])
    AttemptEvent.objects.create(
        attempt=attempt,
        kind=AttemptEvent.Kind.CLOSED,
        at=now,
        by=None if is_over else attempt.enrollment,
        data={"by": attempt.closed_by},
    )
    if not (attempt.is_preview or attempt.is_practice or attempt.ungraded):
        tell(assignment=attempt.assignment, enrollments=[attempt.enrollment_id], reason="submitted")
