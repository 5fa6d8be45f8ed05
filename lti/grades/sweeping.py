"""Finding what no bell announced, and what nobody wrote down."""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef

from coexistence.quiz.selectors import counted_changes
from lti.models import Registration, ScoreDelivery

from .bell import ring
from .owing import BATCH, record

#: How old a submission may be and still be looked after, and how young a wish may be and still be in the making.
CATCH_UP = timedelta(days=30)
UNSETTLED = timedelta(minutes=1)


def sweep(*, now: datetime) -> None:
    """Ring for every registration that has something due, and catch up with scores that nobody wrote down.

    Costs a look into an index for each registration, whatever number of scores is stored, and a page of submissions.
    """
    due = ScoreDelivery.objects.filter(registration=OuterRef("pk"), next_try_at__lte=now)
    for registration_id in Registration.objects.filter(Exists(due), active=True).values_list("pk", flat=True):
        ring(registration_id, at=now)
    _catch_up(now=now)


def _catch_up(*, now: datetime) -> None:
    """Compare a further page of submissions with what is written down as owed, and write down what is missing.

    Nothing should ever be: this is for what was restored from a backup, or submitted before its column had a row.
    """
    page = counted_changes(since=now - CATCH_UP, after=_walk.get("after"), limit=BATCH)
    # Each process goes round by itself; where it stands need not survive it.
    _walk["after"] = page.after
    owed = {
        (assignment_id, enrollment_id): tuple(wanted)
        for assignment_id, enrollment_id, *wanted in ScoreDelivery.objects.filter(
            line_item__resource_link__assignment__in={change.assignment_id for change in page.changes},
            user__participant__enrollments__in={change.enrollment_id for change in page.changes},
        ).values_list(
            "line_item__resource_link__assignment",
            "user__participant__enrollments",
            "wanted_score",
            "wanted_maximum",
            "attempt_number",
            "submitted_at",
        )
    }
    behind = [
        change
        for change in page.changes
        if owed.get((change.assignment_id, change.enrollment_id))
        != (change.score, change.maximum, change.attempt_number, change.submitted_at)
    ]
    if behind:
        record(behind, settled_before=now - UNSETTLED)


_walk: dict[str, tuple[datetime, int] | None] = {}
