"""Replacing our own key without anybody noticing: published, then used, then retired, then dropped.

Platforms keep our key set for a while. So a new key is published well before anything is signed with it, and a former
one stays published until whatever it signed has long expired. Each call takes every step that is due, and no other.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from lti.models import ToolKey

from .keys import ensure_tool_key, generate

#: How long a key is published before it signs, and after it has signed for the last time. Platforms that say how long
#: they keep a key set keep it for hours.
OVERLAP = timedelta(days=1)
State = ToolKey.State


@dataclass(frozen=True, slots=True)
class Rotation:
    """What a call did: the names of the keys that it touched, and when the next step is due, if one is."""

    published: str = ""
    activated: str = ""
    dropped: tuple[str, ...] = ()
    due: datetime | None = None

    @property
    def changed(self) -> bool:
        """Whether it did anything."""
        return bool(self.published or self.activated or self.dropped)


def rotate(*, now: datetime, oldest: timedelta = timedelta(0)) -> Rotation:
    """Take the steps that are due. A rotation begins where none is under way and the key has signed for ``oldest``."""
    ensure_tool_key()
    # Made before the transaction: it takes a while.
    spare = generate(State.NEXT)
    with transaction.atomic():
        keys = {key.state: key for key in ToolKey.objects.select_for_update().exclude(state=State.RETIRED)}
        active, coming = keys[State.ACTIVE], keys.get(State.NEXT)
        published = activated = ""
        under_way = ToolKey.objects.filter(state=State.RETIRED).exists()
        dropped = _drop(retired_by=now - OVERLAP)
        if coming is not None and coming.created_at <= now - OVERLAP:
            _replace(active, coming, now=now)
            activated = coming.kid
        elif coming is None and not under_way and (active.activated_at or active.created_at) <= now - oldest:
            # The clock of the caller, which a test or a late cron job may set.
            spare.save(force_insert=True)
            ToolKey.objects.filter(pk=spare.pk).update(created_at=now)
            published = spare.kid
        return Rotation(published, activated, dropped, _next_step())


def replace_now(*, now: datetime) -> Rotation:
    """Sign with a new key at once and publish the others no more: for a key that others may have seen.

    Platforms that keep our former key set refuse what we send them until they fetch it again.
    """
    ensure_tool_key()
    spare = generate(State.NEXT)
    with transaction.atomic():
        former = list(ToolKey.objects.select_for_update())
        dropped = tuple(key.kid for key in former)
        ToolKey.objects.filter(pk__in=[key.pk for key in former]).delete()
        spare.state, spare.activated_at = State.ACTIVE, now
        spare.save(force_insert=True)
    return Rotation(activated=spare.kid, dropped=dropped)


def _replace(active: ToolKey, coming: ToolKey, *, now: datetime) -> None:
    # In this order: the database allows one active key.
    ToolKey.objects.filter(pk=active.pk).update(state=State.RETIRED, retired_at=now)
    ToolKey.objects.filter(pk=coming.pk).update(state=State.ACTIVE, activated_at=now)


def _drop(*, retired_by: datetime) -> tuple[str, ...]:
    spent = ToolKey.objects.filter(state=State.RETIRED, retired_at__lte=retired_by)
    kids = tuple(spent.values_list("kid", flat=True))
    spent.delete()
    return kids


def _next_step() -> datetime | None:
    """When the key that waits may sign, or when the one that is retired may go."""
    waiting = ToolKey.objects.filter(state=State.NEXT).values_list("created_at", flat=True)
    retired = ToolKey.objects.filter(state=State.RETIRED, retired_at__isnull=False).values_list("retired_at", flat=True)
    return min((moment + OVERLAP for moment in (*waiting, *retired) if moment is not None), default=None)
