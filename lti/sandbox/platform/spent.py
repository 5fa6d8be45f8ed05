"""What may be used once."""

import hashlib
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from lti.sandbox.models import AccessToken, LaunchTicket, Selection, SpentToken


def spend(kind: SpentToken.Kind, value: str, *, until: datetime | None = None) -> bool:
    """Use ``value`` up; False where it has been used before. Its row may be forgotten after ``until`` (a day)."""
    digest = hashlib.sha256(value.encode()).hexdigest()
    try:
        with transaction.atomic():
            SpentToken.objects.create(kind=kind, value=digest, expires_at=until or timezone.now() + timedelta(days=1))
    except IntegrityError:
        return False
    return True


def forget() -> None:
    """Delete what can no longer be used: spent and expired tokens, yesterday's launches and selections."""
    now = timezone.now()
    SpentToken.objects.filter(expires_at__lt=now).delete()
    AccessToken.objects.filter(expires_at__lt=now).delete()
    LaunchTicket.objects.filter(created_at__lt=now - timedelta(days=1)).delete()
    Selection.objects.filter(created_at__lt=now - timedelta(days=1)).delete()
