"""Scoring attempts anew by another revision of an item: what it would change, and doing it (Q2)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from django.db import transaction
from django.utils.translation import gettext

from coexistence.content.models import Revision
from coexistence.courses.models import Assignment, Enrollment
from coexistence.quiz import policy, selectors
from coexistence.quiz.models import Adjustment, Attempt, AttemptEvent, Regrade, Response

from .errors import RegradeError
from .locks import BATCH
from .scoring import SETTLED, holding, score_all, settle
from .telling import tell


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What a regrade makes of one submitted attempt.

    ``before`` and ``after`` are the item's score out of ``points``, ``None`` where it waits for a person;
    ``score_before`` and ``score_after`` what counts for the learner, out of the assignment's points, ``None`` where
    nothing does.
    """

    attempt: Attempt
    position: int
    points: Decimal
    before: Decimal | None
    after: Decimal | None
    score_before: Decimal | None
    score_after: Decimal | None
    is_adjusted: bool

    @property
    def is_changed(self) -> bool:
        return (self.before, self.score_before) != (self.after, self.score_after)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a regrade would do: ``differences`` of all submitted attempts that hold the item, by attempt; ``running`` is
    the number of open ones that would be scored like that once they are submitted."""

    differences: list[Difference]
    running: int

    @property
    def changed(self) -> list[Difference]:
        """Those that change anything."""
        return [difference for difference in self.differences if difference.is_changed]


def preview_regrade(*, assignment: Assignment, revision: Revision) -> Preview:
    """What scoring the item by ``revision`` would change in the assignment's attempts. Writes nothing.

    Four queries, whatever number of attempts there is. Raises ``RegradeError``.
    """
    with transaction.atomic():
        return _regraded(assignment, revision, hold=False)[0]


def regrade(
    *, assignment: Assignment, revision: Revision, by: Enrollment | None, reason: str, now: datetime
) -> Regrade:
    """Score the item by ``revision`` in all attempts of the assignment, and tell the scores that count now in one list.

    What the learner was asked, and answered, stays as it is. A score that a person has set stands. Raises
    ``RegradeError`` without a reason, or where the item has become one of another type.
    """
    if not reason.strip():
        raise RegradeError("reason", gettext("Say why it is regraded; the reason is kept with the scores."))
    with transaction.atomic():
        preview, attempts, responses = _regraded(assignment, revision, hold=True)
        row = Regrade.objects.create(
            assignment=assignment,
            revision=revision,
            by=by,
            at=now,
            reason=reason.strip(),
            attempts=len(attempts),
            changed=len(preview.changed),
        )
        differences = {difference.attempt.pk: difference for difference in preview.differences}
        Response.objects.bulk_update(responses, ["scored_by", "score", "explanation"], batch_size=BATCH)
        Attempt.objects.bulk_update(attempts, SETTLED, batch_size=BATCH)
        AttemptEvent.objects.bulk_create(
            [_event(attempt, differences.get(attempt.pk), row, by, now) for attempt in attempts], batch_size=BATCH
        )
        tell(assignment=assignment, enrollments={attempt.enrollment_id for attempt in attempts}, reason="regraded")
    return row


def _event(
    attempt: Attempt, difference: Difference | None, row: Regrade, by: Enrollment | None, now: datetime
) -> AttemptEvent:
    data: dict[str, object] = {"regrade": row.pk, "revision": row.revision_id}
    if difference is not None:
        data |= {"position": difference.position, "scores": [_said(difference.before), _said(difference.after)]}
    return AttemptEvent(attempt=attempt, kind=AttemptEvent.Kind.REGRADED, at=now, by=by, data=data)


def _regraded(
    assignment: Assignment, revision: Revision, *, hold: bool
) -> tuple[Preview, list[Attempt], list[Response]]:
    """The attempts that hold the item and their responses to it, as a regrade makes them, unsaved."""
    affected = Attempt.objects.filter(assignment=assignment, responses__item=revision.item_id).order_by("pk")
    if hold:
        affected = affected.select_for_update(of=("self",))
    attempts = list(affected)
    if not attempts:
        raise RegradeError("no_such_item", gettext("No attempt of this assignment has that question."))
    classmates = Attempt.objects.filter(
        assignment=assignment, enrollment__in={attempt.enrollment_id for attempt in attempts}
    )
    before = _scores(classmates, {}, assignment)
    rows: dict[int, list[Response]] = {}
    all_responses = Response.objects.filter(attempt__in=[attempt.pk for attempt in attempts])
    for response in all_responses.select_related("revision", "scored_by").order_by("attempt", "position"):
        rows.setdefault(response.attempt_id, []).append(response)
    adjustments: dict[int, list[Adjustment]] = {}
    for adjustment in Adjustment.objects.filter(attempt__in=[attempt.pk for attempt in attempts], removed_at=None):
        adjustments.setdefault(adjustment.attempt_id, []).append(adjustment)

    regraded: dict[int, tuple[Attempt, Response, Decimal | None]] = {}
    for attempt in attempts:
        theirs, whole = holding(adjustments.get(attempt.pk, ()))
        response = next(one for one in rows[attempt.pk] if one.item_id == revision.item_id)
        if response.revision.type != revision.type:
            raise RegradeError("type", gettext("The question is of another type now; its answers cannot be scored."))
        former = response.score
        response.scored_by = revision
        if attempt.state == Attempt.State.SUBMITTED:
            settle(attempt, score_all(rows[attempt.pk], theirs.values()), whole)
        regraded[attempt.pk] = attempt, response, former
    after = _scores(classmates, {pk: attempt for pk, (attempt, _, _) in regraded.items()}, assignment)
    preview = Preview(
        differences=[
            Difference(
                attempt=attempt,
                position=response.position,
                points=response.points,
                before=former,
                after=response.score,
                score_before=before.get(attempt.enrollment_id),
                score_after=after.get(attempt.enrollment_id),
                is_adjusted=attempt.is_overridden or response.pk in holding(adjustments.get(attempt.pk, ()))[0],
            )
            for attempt, response, former in regraded.values()
            if attempt.state == Attempt.State.SUBMITTED
        ],
        running=sum(attempt.state == Attempt.State.OPEN for attempt, _, _ in regraded.values()),
    )
    return preview, attempts, [response for _, response, _ in regraded.values()]


def _scores(attempts: Iterable[Attempt], instead: dict[int, Attempt], assignment: Assignment) -> dict[int, Decimal]:
    """What counts for each learner, by enrollment, with some attempts taken as they would be."""
    by_learner: dict[int, list[Attempt]] = {}
    for attempt in attempts:
        row = instead.get(attempt.pk, attempt)
        if selectors.counts_at_all(row):
            by_learner.setdefault(row.enrollment_id, []).append(row)
    found = {learner: policy.counted(theirs, assignment) for learner, theirs in by_learner.items()}
    return {learner: policy.points(it.share, assignment) for learner, it in found.items() if it is not None}


def _said(score: Decimal | None) -> str | None:
    return None if score is None else str(policy.rounded(Fraction(score), policy.STORED_PLACES).normalize())
