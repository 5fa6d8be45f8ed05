"""Invitations: links with which an administrator may register one platform, once, for a while."""

import hashlib
import secrets
from datetime import datetime, timedelta

from .errors import Code, Refusal
from .models import Invitation, Registration

LIFETIME = timedelta(days=7)
#: How long a spent or expired invitation stays, so that its reader learns which of the two it is.
KEPT = timedelta(days=90)


def invite(*, note: str, names: bool, now: datetime, lifetime: timedelta = LIFETIME) -> tuple[Invitation, str]:
    """A new invitation, and its token, which is kept nowhere: only its hash is."""
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        digest=_digest(token), note=note, asks_names=names, expires_at=now + lifetime
    )
    return invitation, token


def find(token: str, *, now: datetime) -> Invitation:
    """The invitation of ``token``; raises ``Refusal`` where there is none or it is no longer good."""
    invitation = Invitation.objects.filter(digest=_digest(token)).first()
    if invitation is None:
        raise Refusal(Code.INVITATION_UNKNOWN)
    if invitation.spent_at is not None:
        raise Refusal(Code.INVITATION_SPENT, registration_id=invitation.registration_id)
    if invitation.expires_at <= now:
        raise Refusal(Code.INVITATION_EXPIRED)
    return invitation


def claim(invitation: Invitation, *, now: datetime) -> None:
    """Take the invitation before the platform is asked, so that two at a time cannot both use it."""
    if not Invitation.objects.filter(pk=invitation.pk, spent_at__isnull=True).update(spent_at=now):
        raise Refusal(Code.INVITATION_SPENT)


def release(invitation: Invitation) -> None:
    """Give it back: nothing was registered."""
    Invitation.objects.filter(pk=invitation.pk, registration__isnull=True).update(spent_at=None)


def spend(invitation: Invitation, registration: Registration) -> None:
    """Remember what it was used for."""
    Invitation.objects.filter(pk=invitation.pk).update(registration=registration)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", errors="surrogatepass")).hexdigest()
