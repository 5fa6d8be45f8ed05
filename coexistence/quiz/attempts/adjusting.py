"""Scores that a person sets: of one response, where a person has to grade it or overrides ours, or of an attempt."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext

from coexistence.courses.models import Enrollment
from coexistence.quiz.models import Adjustment, Attempt, AttemptEvent, Response

from .errors import AdjustmentError
from .locks import BATCH, locked
from .scoring import SETTLED, holding, score_all, settle
from .telling import tell


def adjust(
    *,
    attempt_id: int,
    position: int | None,
    score: Decimal,
    by: Enrollment | None,
    reason: str,
    now: datetime,
    maximum: Decimal | None = None,
) -> Adjustment:
    """Set the score of the response at ``position``, or with ``None`` that of the attempt as a whole.

    ``score`` is out of ``maximum``: by default the response's points, or the assignment's. It takes the place of what
    was set before. A reason is asked for, but where a person had to grade the response anyway. The score that counts
    now is told, once. Raises ``AdjustmentError`` and ``AttemptNotFoundError``.
    """
    with transaction.atomic():
        attempt = _submitted(attempt_id)
        response = None if position is None else _response(attempt, position)
        if maximum is None:
            maximum = Decimal(attempt.assignment.points) if response is None else response.points
        if not 0 <= score <= maximum or not maximum:
            raise AdjustmentError(
                "score", gettext("Give a score from 0 to %(maximum)s.") % {"maximum": f"{maximum.normalize():f}"}
            )
        if not reason.strip() and (response is None or response.score is not None):
            raise AdjustmentError("reason", gettext("Say why the score is changed; the reason is kept with it."))
        _remove(attempt, response, by, now)
        row = Adjustment.objects.create(
            attempt=attempt,
            response=response,
            score=score,
            maximum=maximum,
            reason=reason.strip(),
            by=by,
            at=now,
        )
        data = {"adjustment": row.pk, "score": str(score), "maximum": str(maximum)}
        _settle(
            attempt, AttemptEvent.Kind.ADJUSTED, data | ({} if position is None else {"position": position}), by, now
        )
    return row


def restore(*, attempt_id: int, position: int | None, by: Enrollment | None, now: datetime) -> Attempt:
    """Take back what a person has set there, so that the rules decide again; the score that counts now is told.

    Raises ``AdjustmentError`` where nothing was set, and ``AttemptNotFoundError``.
    """
    with transaction.atomic():
        attempt = _submitted(attempt_id)
        response = None if position is None else _response(attempt, position)
        if not _remove(attempt, response, by, now):
            raise AdjustmentError("nothing", gettext("No score was set by hand there."))
        _settle(attempt, AttemptEvent.Kind.RESTORED, {} if position is None else {"position": position}, by, now)
    return attempt


def _submitted(attempt_id: int) -> Attempt:
    attempt = locked(attempt_id)
    if attempt.state != Attempt.State.SUBMITTED:
        raise AdjustmentError("open", gettext("The attempt still goes on; its score can be set once it is submitted."))
    return attempt


def _response(attempt: Attempt, position: int) -> Response:
    response = attempt.responses.filter(position=position).first()
    if response is None or not response.points:
        raise AdjustmentError("no_such_item", gettext("The attempt has no question there that could earn points."))
    return response


def _remove(attempt: Attempt, response: Response | None, by: Enrollment | None, now: datetime) -> bool:
    holds = Adjustment.objects.filter(attempt=attempt, response=response, removed_at=None)
    return bool(holds.update(removed_at=now, removed_by=by))


def _settle(attempt: Attempt, kind: str, data: dict[str, object], by: Enrollment | None, now: datetime) -> None:
    """Count the attempt anew from its responses and from what holds now; note it, and tell the score that counts."""
    responses = list(attempt.responses.select_related("revision", "scored_by"))
    by_response, whole = holding(attempt.adjustments.filter(removed_at=None))
    settle(attempt, score_all(responses, by_response.values()), whole)
    Response.objects.bulk_update(responses, ["score", "explanation"], batch_size=BATCH)
    attempt.save(update_fields=SETTLED)
    AttemptEvent.objects.create(attempt=attempt, kind=kind, at=now, by=by, data=data)
    tell(assignment=attempt.assignment, enrollments=[attempt.enrollment_id], reason=str(kind))
