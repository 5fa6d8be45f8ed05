"""What concerns everything that waits at a registration, because its platform is away or gives out no token."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet, Value
from django.db.models.functions import Coalesce

from lti.models import ScoreDelivery
from lti.pacing import GIVE_UP_AFTER

from .dialect import when_left

State = ScoreDelivery.State
#: Rows in one statement: others want to write as well.
SLICE = 500


def bring_forward(*, registration_id: int, codes: Sequence[str], at: datetime, most: int | None = None) -> None:
    """Make rows due at ``at`` that wait for later for one of these reasons: all, or the ``most`` that come next.

    Those with which the platform has asked to be left alone for longer come when that is over.
    """
    rows = ScoreDelivery.objects.filter(registration_id=registration_id, next_try_at__gt=at, claim=None, code__in=codes)
    if most is not None:
        rows = ScoreDelivery.objects.filter(
            pk__in=list(rows.order_by(when_left(at), "next_try_at").values_list("pk", flat=True)[:most]), claim=None
        )
    rows.update(next_try_at=when_left(at))


def put_off(*, registration_id: int, code: str, answer: str, until: datetime, now: datetime) -> None:
    """Hold everything that is due at a registration until that time, for a reason that concerns all of it."""
    due = ScoreDelivery.objects.filter(registration_id=registration_id, next_try_at__lte=now)
    _hold(due, code=code, answer=answer, next_try_at=until)


def give_up(*, registration_id: int, code: str, answer: str, now: datetime) -> None:
    """Hold what is due at a registration and could have gone for longer than it is worth trying."""
    old = ScoreDelivery.objects.filter(
        registration_id=registration_id, next_try_at__lte=now, sendable_at__lt=now - GIVE_UP_AFTER
    )
    _hold(old, code=code, answer=answer, next_try_at=None)


def explain(*, registration_id: int, code: str, answer: str, now: datetime) -> None:
    """Say on everything that is due at a registration why it has to wait; it stays due."""
    due = ScoreDelivery.objects.filter(registration_id=registration_id, next_try_at__lte=now).exclude(
        code=code, claim=None
    )
    since = Coalesce("sendable_at", Value(now))
    _slice_by_slice(
        due, state=State.WAITING, code=code, answer=answer, sendable_at=since, claim=None, claimed_until=None
    )


def _hold(rows: QuerySet[ScoreDelivery], **values: Any) -> None:
    _slice_by_slice(rows, state=State.HELD, sendable_at=None, claim=None, claimed_until=None, **values)


def _slice_by_slice(rows: QuerySet[ScoreDelivery], **values: Any) -> None:
    """Update the rows, of which none fits any more afterwards, a few in each statement."""
    while found := list(rows.order_by("next_try_at").values_list("pk", flat=True)[:SLICE]):
        if not rows.filter(pk__in=found).update(**values):
            return
