"""Throwing away what has expired, a little at a time, so that no sweep holds the database for long."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from coexistence.courses.models import Visit

from . import invitations
from .models import AccessToken, Invitation, PendingLaunch

#: Rows in one statement, and statements of one kind in one sweep: many times what launches can add between two sweeps.
BATCH = 100
MOST_BATCHES = 50
#: How long after its end a visit's row is kept.
VISITS_KEPT = timedelta(days=1)


def clean(*, now: datetime) -> None:
    """Delete pending launches, access tokens, visits with their spent nonces, and invitations that are of no more use.

    The states of logins need none of this: they are signed and kept nowhere.
    """
    _delete(PendingLaunch.objects.filter(expires_at__lt=now))
    _delete(Visit.objects.filter(expires_at__lt=now - VISITS_KEPT))
    AccessToken.objects.filter(expires_at__lt=now - timedelta(days=1)).delete()
    Invitation.objects.filter(expires_at__lt=now - invitations.KEPT).delete()


def _delete(expired: QuerySet[Any]) -> None:
    for _ in range(MOST_BATCHES):
        found = list(expired.values_list("pk", flat=True)[:BATCH])
        if found:
            expired.model._default_manager.filter(pk__in=found).delete()
        if len(found) < BATCH:
            return
