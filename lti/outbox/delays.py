"""What concerns everything that waits at a registration, because its platform is away or gives out no token."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from lti.models import ScoreDelivery
from lti.pacing import GIVE_UP_AFTER

State = ScoreDelivery.State
#: Rows in one statement: others want to write as well.
SLICE = 500


def bring_forward(*, registration_id: int, codes: Sequence[str], at: datetime, most: int | None = None) -> None:
    """Make rows due at ``at`` that wait for later for one of these reasons: all, or the ``most`` that come next."""
    rows = ScoreDelivery.objects.filter(registration_id=registration_id, next_try_at__gt=at, claim=None, code__in=codes)
    if most is not None:
        rows = ScoreDelivery.objects.filter(
            pk__in=list(rows.order_by("next_try_at").values_list("pk", flat=True)[:most]), claim=None
        )
    rows.update(next_try_at=at)


def put_off(*, registration_id: int, code: str, answer: str, until: datetime, now: datetime) -> None:
    """Hold everything that is due at a registration until that time, for a reason that concerns all of it."""
    due = ScoreDelivery.objects.filter(registration_id=registration_id, next_try_at__lte=now)
    _slice_by_slice(due, state=State.HELD, code=code, answer=answer, next_try_at=until, claim=None, claimed_until=None)


def give_up(*, registration_id: int, code: str, answer: str, now: datetime) -> None:
    """Hold what is due at a registration and has been wanted for longer than it is worth trying."""
    old = ScoreDelivery.objects.filter(
        registration_id=registration_id, next_try_at__lte=now, wanted_at__lt=now - GIVE_UP_AFTER
    )
    _slice_by_slice(old, state=State.HELD, code=code, answer=answer, next_try_at=None, claim=None, claimed_until=None)


def explain(*, registration_id: int, code: str, answer: str, now: datetime) -> None:
    """Say on everything that is due at a registration why it has to wait; it stays due."""
    due = ScoreDelivery.objects.filter(registration_id=registration_id, next_try_at__lte=now).exclude(
        code=code, claim=None
    )
    _slice_by_slice(due, state=State.WAITING, code=code, answer=answer, claim=None, claimed_until=None)


def _slice_by_slice(rows: QuerySet[ScoreDelivery], **values: Any) -> None:
    """Update the rows, of which none fits any more afterwards, a few in each statement."""
    while found := list(rows.order_by("next_try_at").values_list("pk", flat=True)[:SLICE]):
        if not rows.filter(pk__in=found).update(**values):
            return
