"""What passes between the platform and the tool, told as it happens: the kinds of exchange, and how one is kept.

Wherever the platform looks at something, it says so with ``passed``; whoever refuses, raises. ``exchange`` writes both
down with the decoded message. What would let a reader act as somebody else (tokens, keys, assertions, session keys) is
cut before it is stored.
"""

import json
import logging
import math
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from django.db import DatabaseError

from lti.sandbox import manners
from lti.sandbox.errors import PageError, RegistrationError, ServiceError, TokenRefusedError
from lti.sandbox.models import Exchange

logger = logging.getLogger(__name__)

#: How many exchanges are kept.
MOST_ROWS = 200
#: Longer texts are cut, longer lists too.
MOST_CHARACTERS, MOST_ENTRIES = 1000, 60
_SECRET = {
    "access_token", "client_assertion", "client_secret", "id_token", "jwt", "lti_message_hint", "registration_token",
    "state", "n", "d", "p", "q", "e",
}  # fmt: skip
_TOKEN = re.compile(r"eyJ[\w-]{4,}\.[\w-]+\.[\w-]*")
_SESSION_KEY = re.compile(r"(sesskey=)[0-9a-f]+")


@dataclass(frozen=True)
class Kind:
    """What one kind of exchange is. ``to_tool``: the platform speaks, or asks, first."""

    title: str
    about: str
    to_tool: bool


KINDS: Mapping[str, Kind] = {
    "login": Kind(
        "Login request",
        "The visitor’s browser is sent to the tool’s login address: who is asking, for which person (login_hint) and "
        "which launch (lti_message_hint). Nothing is signed yet. Security Framework 5.1.1.1.",
        to_tool=True,
    ),
    "authorization": Kind(
        "Authorization request",
        "The tool sends the browser back with a state and a nonce of its own, and the hints as it got them. "
        "Security Framework 5.1.1.2.",
        to_tool=False,
    ),
    "message": Kind(
        "Launch message",
        "The browser posts a signed id_token to the tool’s redirect URI. The tool checks signature, audience, times, "
        "nonce and state before it believes a word. Core 1.3, section 4; Security Framework 5.1.1.3.",
        to_tool=True,
    ),
    "error": Kind(
        "Error in place of a message",
        "The platform refused the authorization request, and says so at the tool’s redirect URI.",
        to_tool=True,
    ),
    "choice": Kind(
        "Deep linking response",
        "The tool’s own signed answer: which content items the teacher picked. Deep Linking 2.0, section 3.4.",
        to_tool=False,
    ),
    "token": Kind(
        "Access token request",
        "Server to server: the tool signs a short assertion with its own key and gets a token for the scopes that it "
        "was granted. Security Framework 4.1.",
        to_tool=False,
    ),
    "line-items": Kind(
        "Line items", "The columns of the gradebook, listed or changed. AGS 2.0, section 3.2.", to_tool=False
    ),
    "score": Kind(
        "Score", "What a person achieved, for one cell of the gradebook. AGS 2.0, section 3.4.", to_tool=False
    ),
    "results": Kind("Results", "What the gradebook holds. AGS 2.0, section 3.3.", to_tool=False),
    "roster": Kind("Roster", "Who is in the course. Names and Role Provisioning 2.0.", to_tool=False),
    "registration": Kind(
        "Registration", "The tool asks to be registered as a client. Dynamic Registration 1.0, 3.5.", to_tool=False
    ),
    "configuration": Kind(
        "Platform configuration", "The tool reads what this platform is. Dynamic Registration 1.0, 3.3.", to_tool=False
    ),
    "keys": Kind("The platform’s key set", "The tool fetches the public keys to check messages with.", to_tool=False),
    "tool-keys": Kind(
        "The tool’s key set", "The platform fetches the public keys to check the tool’s signatures with.", to_tool=True
    ),
}


@dataclass
class Tape:
    """One exchange while it happens."""

    kind: str
    title: str
    sent: Mapping[str, Any]
    answered: Mapping[str, Any] = field(default_factory=dict)
    status: int | None = None
    checks: list[str] = field(default_factory=list)
    refused: str = ""


_running: ContextVar[Tape | None] = ContextVar("sandbox_wire", default=None)


def passed(check: str) -> None:
    """Note on the running exchange what was looked at and found right."""
    tape = _running.get()
    if tape is not None:
        tape.checks.append(check)


@contextmanager
def exchange(kind: str, title: str = "", **sent: Any) -> Iterator[Tape]:
    """Tell of one exchange: what is passed in the block, how it ends, and what it raises."""
    tape = Tape(kind, title or KINDS[kind].title, sent)
    before = _running.set(tape)
    try:
        yield tape
    except (ServiceError, PageError, RegistrationError) as error:
        tape.status, tape.refused = error.status, error.message
        raise
    except TokenRefusedError as error:
        tape.refused = str(error)
        raise
    finally:
        _running.reset(before)
        keep(tape)


def tell(kind: str, title: str = "", **sent: Any) -> None:
    """Tell of a message that has no answer of its own."""
    keep(Tape(kind, title or KINDS[kind].title, sent))


def keep(tape: Tape) -> None:
    """Store the exchange and drop the oldest. That the book is kept must never stop what it tells of."""
    try:
        row = Exchange.objects.create(
            kind=tape.kind,
            title=tape.title[:200],
            manner=manners.current().key,
            status=tape.status,
            sent=masked(tape.sent),
            answered=masked(tape.answered),
            checks=[str(masked(check)) for check in tape.checks],
            refused=str(masked(tape.refused)),
        )
        Exchange.objects.filter(pk__lte=row.pk - MOST_ROWS).delete()
    except DatabaseError:
        logger.exception("An exchange of kind %s was not written down.", tape.kind)


def masked(value: Any, *, name: str = "") -> Any:
    """``value`` for other eyes: secrets and long texts cut, everything else as JSON can have it."""
    if isinstance(value, Mapping):
        return {str(key): masked(each, name=str(key)) for key, each in list(value.items())[:MOST_ENTRIES]}
    if isinstance(value, list | tuple):
        shown = [masked(each, name=name) for each in value[:MOST_ENTRIES]]
        return shown + ([f"… and {len(value) - MOST_ENTRIES} more"] if len(value) > MOST_ENTRIES else [])
    if value is None or isinstance(value, bool | int) or (isinstance(value, float) and math.isfinite(value)):
        return value
    text = str(value)
    if name.lower() in _SECRET:
        return cut(text)
    text = _SESSION_KEY.sub(r"\1…", _TOKEN.sub(lambda found: cut(found[0]), text))
    return text if len(text) <= MOST_CHARACTERS else f"{text[:MOST_CHARACTERS]}… ({len(text)} characters)"


def cut(secret: str) -> str:
    """The first characters of a secret, enough to know it again, too few to use it."""
    return f"{secret[:8]}… ({len(secret)} characters)" if len(secret) > 12 else "…" if secret else ""


def decoded(body: bytes) -> Any:
    """A body as it is read: JSON, or else text."""
    text = body.decode(errors="replace")
    try:
        return json.loads(text, parse_constant=str) if text else ""
    except (ValueError, RecursionError):
        return text
