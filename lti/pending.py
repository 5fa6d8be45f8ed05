"""Good messages in browsers that have yet to show that they began the login: kept, looked at, and completed once.

Without the binding of a launch to its login, anybody could let somebody else's browser in under their own name, and
collect what that person writes there. Two things other than the login's cookie can show it: the secret that the login
put into the platform's storage, or the person, who reads in a window of its own whose account it is and says go on.

Until then a message waits here under a secret that only the answer to its launch contains. Another site cannot read
that answer; it cannot send the form either, since forms from other sites are refused; and it cannot lay the window's
page under a click, since nobody may frame it. What is left is to trick a person into going on under a strange name
that is before their eyes, in an address bar of ours. More cannot be had from a browser that keeps nothing for us.
"""

import secrets
from datetime import datetime, timedelta

from django.utils.crypto import constant_time_compare

from coexistence.courses import visits
from coexistence.security import SealBrokenError, seal, unseal

from .errors import Code, Refusal
from .models import PendingLaunch
from .protocol import state as states
from .protocol.claims import DEEP_LINKING, Message
from .protocol.login import Storage, storage_of
from .protocol.message import Received

#: Long enough to read a page and to find a button.
LIFETIME = timedelta(minutes=10)
#: Checked in a message, and of no use to a launch.
_UNUSED = {"email", "picture"}


def hold(received: Received, *, now: datetime) -> tuple[PendingLaunch, str]:
    """Keep a message for a while, in place of an earlier copy of it; returns the secret of the page that waits.

    Refuses content selection where nothing but a window is left: its answer must come from the platform's own frame;
    and a message that has opened a visit already.
    """
    state, message = received.state, received.message
    if message.message_type == DEEP_LINKING and storage_of(state, received.registration) is None:
        raise Refusal(Code.COOKIE_MISSING, registration_id=received.registration.pk)
    if visits.is_opened(state.digest):
        raise Refusal(Code.REPLAYED, registration_id=received.registration.pk)
    secret = secrets.token_urlsafe(32)
    pending, _ = PendingLaunch.objects.update_or_create(
        login=state.digest,
        defaults={
            "registration": received.registration,
            "state": state.parts,
            "sealed_message": seal(message.model_dump_json(by_alias=True, exclude=_UNUSED)),
            "secret_hash": states.digest(secret),
            "window_hash": "",
            "expires_at": now + LIFETIME,
        },
    )
    return pending, secret


def find(secret: str, *, now: datetime) -> PendingLaunch:
    """The pending launch of a waiting page; refuses one that has ended."""
    found = (
        PendingLaunch.objects.select_related("registration")
        .filter(secret_hash=states.digest(secret), expires_at__gt=now)
        .first()
    )
    if found is None:
        raise Refusal(Code.STATE_EXPIRED)
    if not found.registration.active:
        raise Refusal(Code.REGISTRATION_INACTIVE, registration_id=found.registration_id)
    return found


def storage(pending: PendingLaunch) -> Storage | None:
    """Where the platform keeps the secret of the login; None where it keeps none."""
    return storage_of(_state(pending), pending.registration)


def began_here(pending: PendingLaunch, stored: str) -> bool:
    """Whether ``stored`` is what the login put into the platform's storage."""
    expected = _state(pending).stored
    return bool(expected) and constant_time_compare(states.digest(stored), expected)


def message(pending: PendingLaunch) -> Message:
    """What the platform said; refuses a launch that has been completed, or that was sealed under a lost key."""
    try:
        return Message.model_validate_json(unseal(pending.sealed_message))
    except SealBrokenError:
        raise Refusal(Code.REPLAYED, registration_id=pending.registration_id) from None


def show_in_window(pending: PendingLaunch) -> str:
    """The secret for a cookie of the window in which the person is asked."""
    secret = secrets.token_urlsafe(32)
    pending.window_hash = states.digest(secret)
    pending.save(update_fields=["window_hash"])
    return secret


def was_shown(pending: PendingLaunch, cookie: str) -> bool:
    """Whether ``cookie`` is of the browser in whose window the person was asked."""
    return bool(pending.window_hash) and constant_time_compare(states.digest(cookie), pending.window_hash)


def received(pending: PendingLaunch) -> Received:
    """The message, to be opened now; of several tries one succeeds."""
    return Received(pending.registration, message(pending), _state(pending))


def forget(pending: PendingLaunch) -> None:
    """Forget the claims of a launch that has been."""
    PendingLaunch.objects.filter(pk=pending.pk).update(sealed_message="")


def _state(pending: PendingLaunch) -> states.State:
    return states.State(*pending.state)
