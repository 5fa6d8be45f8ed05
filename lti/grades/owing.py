"""Writing down what is owed, in the transaction that makes it; and keeping it back, or letting it go."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from coexistence.courses.models import Enrollment
from coexistence.quiz.signals import ScoreChange
from lti import outbox
from lti.models import LineItem
from lti.outbox import Wanted

from .bell import ring

log = logging.getLogger(__name__)

BATCH = 100
#: Codes of scores that a new address of their column may help.
COLUMN_TROUBLE = ("no_column", "line_item_gone", "redirected", "address", "replaced")
REGISTRATION = "resource_link__context__deployment__registration_id"


@transaction.atomic(savepoint=False)
def record(changes: Sequence[ScoreChange], *, settled_before: datetime | None = None) -> None:
    """Write these scores down as owed, in the caller's transaction; the bell rings when it commits.

    No I/O but the database's, and the same number of statements for any list of up to 100. Whoever is trying something
    out is left out (G4), as is who has no account on the platform. With ``settled_before`` nothing is touched that was
    wished for after that.
    """
    now = timezone.now()
    due: set[tuple[int, datetime]] = set()
    for begin in range(0, len(changes), BATCH):
        wanted = _wanted(changes[begin : begin + BATCH], now)
        if wanted:
            due.update(outbox.want(wanted, now=now, settled_before=settled_before))
        for line_item_id in {row.line_item_id for row in wanted if row.code == "replaced"}:
            outbox.set_aside(line_item_id=line_item_id, code="replaced")
    # Not the first moment alone: a score whose last message went out in this very second is due in the next one, and
    # whoever comes for the others leaves it there.
    for registration_id, at in sorted(due):
        ring(registration_id, at=at)


def _wanted(changes: Sequence[ScoreChange], now: datetime) -> list[Wanted]:
    # The latest of several changes of one score is the one that counts, and a statement may name a row once only.
    latest = {(change.assignment_id, change.enrollment_id): change for change in changes}
    # Locked, or a launch could bring the column's address after it was read here and before this is committed: then
    # neither would see the other, and the score would wait for ever.
    columns = {
        row["resource_link__assignment_id"]: row
        for row in LineItem.objects.select_for_update(no_key=True, of=("self",))
        .filter(resource_link__assignment__in={change.assignment_id for change in changes})
        .order_by("pk")
        .values(
            "id",
            "url",
            "gone",
            "withheld",
            "withheld_until",
            "resource_link__assignment_id",
            "resource_link__replaced_at",
            registration_id=F(REGISTRATION),
        )
    }
    enrollments = Enrollment.objects.select_related("participant__lti_user").in_bulk(
        {change.enrollment_id for change in changes}
    )
    rows = []
    for change in latest.values():
        column, enrollment = columns.get(change.assignment_id), enrollments.get(change.enrollment_id)
        user = getattr(enrollment.participant, "lti_user", None) if enrollment else None
        if enrollment is None or enrollment.is_preview or user is None:
            continue
        if column is None or user.registration_id != column["registration_id"]:
            log.warning("No gradebook column is known for assignment %s yet; its score waits.", change.assignment_id)
            continue
        due_at, code = _when(column, now)
        rows.append(
            Wanted(
                registration_id=user.registration_id,
                line_item_id=column["id"],
                user_id=user.pk,
                due_at=due_at,
                code=code,
                score=float(change.score),
                maximum=float(change.maximum),
                attempt_number=change.attempt_number,
                submitted_at=change.submitted_at,
                reason=change.reason,
            )
        )
    return rows


def _when(column: Mapping[str, Any], now: datetime) -> tuple[datetime | None, str]:
    """When a score of that column may be sent, and the code that says why not now."""
    if column["resource_link__replaced_at"] is not None:
        return None, "replaced"
    if column["gone"] or not column["url"]:
        return None, "line_item_gone" if column["gone"] else "no_column"
    until: datetime | None = column["withheld_until"]
    if column["withheld"] and (until is None or until > now):
        return until, "withheld"
    return now, ""


def withhold(*, assignment_id: int, until: datetime | None = None) -> None:
    """Keep the assignment's scores back until that moment, or until ``release``; what is on its way already arrives.

    For assignments whose scores go to the gradebook after the due date, or by an instructor's hand.
    """
    with transaction.atomic():
        for column in LineItem.objects.select_for_update().filter(resource_link__assignment=assignment_id):
            column.withheld, column.withheld_until = True, until
            column.save(update_fields=["withheld", "withheld_until"])
            outbox.keep_waiting(line_item_id=column.pk, code="withheld", until=until)


def release(*, assignment_id: int) -> None:
    """Send what was kept back of the assignment's scores, and from now on each as it comes."""
    now = timezone.now()
    with transaction.atomic():
        for column in LineItem.objects.select_for_update().filter(resource_link__assignment=assignment_id):
            column.withheld, column.withheld_until = False, None
            column.save(update_fields=["withheld", "withheld_until"])
            if outbox.release_waiting(line_item_id=column.pk, codes=("withheld",), now=now):
                ring(LineItem.objects.values_list(REGISTRATION, flat=True).get(pk=column.pk), at=now)


def set_aside(*, line_item_id: int) -> None:
    """Take its column from a line item whose link shows another assignment now, in that transaction.

    What has arrived stays as it is; nothing more is sent or read back, and the scores say why.
    """
    LineItem.objects.filter(pk=line_item_id).update(
        url="", container_url="", scopes=[], gone=False, find_at=None, may_make=False, find_code="replaced"
    )
    outbox.set_aside(line_item_id=line_item_id, code="replaced")


def column_found(*, line_item_id: int, replaced: bool = False) -> None:
    """Tell that a line item has a (new) address: what waited for one becomes due. Belongs into that transaction.

    ``replaced`` says that it had another one: then the new column gets all that the former one had.
    """
    now = timezone.now()
    waited = outbox.release_waiting(line_item_id=line_item_id, codes=COLUMN_TROUBLE, now=now)
    anew = outbox.send_anew(line_item_id=line_item_id, now=now) if replaced else []
    if waited or anew:
        column = LineItem.objects.annotate(registration_id=F(REGISTRATION)).get(pk=line_item_id)
        if column.withheld and (column.withheld_until is None or column.withheld_until > now):
            outbox.keep_waiting(line_item_id=line_item_id, code="withheld", until=column.withheld_until)
        else:
            ring(column.registration_id, at=now)
