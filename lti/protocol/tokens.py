"""Access tokens of platforms (LTI 1.3 security framework, section 4.1: client credentials with a signed assertion).

One token for each registration and set of scopes, sealed in the database and shared by all workers. Whoever finds none
that is good for longer asks for a new one while the others wait, because platforms charge these requests heavily.
"""

import time
import uuid
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.utils import timezone

from coexistence.security import SealBrokenError, seal, unseal
from lti.models import AccessToken, Registration

from . import http, keys

SCORE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
RESULT_READONLY = "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly"
LINE_ITEM = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem"
LINE_ITEM_READONLY = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem.readonly"

#: What is assumed where a platform does not say; a token that ends earlier is noticed by its first 401.
USUAL_LIFETIME = 3600
#: A token is renewed this long before it ends, or at half time where it lives shorter than that.
EARLY = timedelta(minutes=1)
#: How long one worker may be asking: longer than its request can take.
FETCH_LEASE = timedelta(seconds=15)
FETCH_DEADLINE = 8.0
WAIT = 0.1
#: Moodle allows no leeway for a clock that is ahead of its own; Canvas takes five minutes of age.
BACKDATED = 30
#: From this difference on a platform may refuse an assertion for its times; one of more than a day is no clock's.
CLOCKS_APART = timedelta(seconds=20)
MOST_APART = timedelta(days=1)
ANSWER_LENGTH = 300


class TokenError(Exception):
    """No token. ``later`` tells whether trying again may help without anybody's doing; ``code`` is one of the doctor's.

    ``answer`` is what the platform said, trimmed; it holds neither token nor assertion.
    """

    def __init__(self, code: str, *, later: bool, answer: str = "", reply: http.Reply | None = None) -> None:
        super().__init__(f"{code}: {answer}" if answer else code)
        self.code = code
        self.later = later
        self.answer = answer
        self.reply = reply


@dataclass(frozen=True, slots=True)
class Token:
    """An access token and what it is good for. Its value stands in no ``repr`` and no log."""

    value: str = field(repr=False)
    sealed: str = field(repr=False)
    scopes: frozenset[str]
    expires_at: datetime
    renew_at: datetime


#: The tokens that this process knows, by registration and scopes: reading and unsealing each time costs a query.
_known: dict[tuple[int, str], Token] = {}


def access_token(*, registration_id: int, scopes: Collection[str]) -> Token:
    """A token of the registration for ``scopes``, or for those of them that the platform grants; ``TokenError``."""
    asked = " ".join(sorted(scopes))
    known = _known.get((registration_id, asked))
    if known is not None and known.renew_at > timezone.now():
        return known
    token = _stored_or_fetched(registration_id, asked)
    _known[registration_id, asked] = token
    return token


def drop(*, registration_id: int, scopes: Collection[str], token: Token) -> None:
    """Forget ``token``, which the platform no longer takes; one that has replaced it meanwhile stays."""
    asked = " ".join(sorted(scopes))
    _known.pop((registration_id, asked), None)
    AccessToken.objects.filter(registration_id=registration_id, scopes=asked, sealed=token.sealed).update(
        sealed="", expires_at=None
    )


def _stored_or_fetched(registration_id: int, asked: str) -> Token:
    rows = AccessToken.objects.filter(registration_id=registration_id, scopes=asked)
    gives_up = time.monotonic() + FETCH_LEASE.total_seconds()
    while time.monotonic() < gives_up:
        now = timezone.now()
        row = rows.first()
        if row is None:
            AccessToken.objects.bulk_create(
                [AccessToken(registration_id=registration_id, scopes=asked)], ignore_conflicts=True
            )
        elif (token := _opened(row)) is not None and token.renew_at > now:
            return token
        free = Q(fetching_until=None) | Q(fetching_until__lte=now)
        # The old token stands in the condition: whoever read it before another worker renewed it gets no turn.
        if rows.filter(free, sealed=row.sealed if row else "").update(fetching_until=now + FETCH_LEASE):
            return _fetched(registration_id, asked)
        time.sleep(WAIT)
    raise TokenError("token_unreachable", later=True, answer="Another worker is waiting for the platform's answer.")


def _opened(row: AccessToken) -> Token | None:
    if not row.sealed or row.expires_at is None:
        return None
    try:
        value = unseal(row.sealed)
    except SealBrokenError:
        return None
    obtained, _, secret = value.partition(" ")
    early = min(EARLY, (row.expires_at - datetime.fromisoformat(obtained)) / 2)
    return Token(
        value=secret,
        sealed=row.sealed,
        scopes=frozenset(row.granted.split()),
        expires_at=row.expires_at,
        renew_at=row.expires_at - early,
    )


def _fetched(registration_id: int, asked: str) -> Token:
    row = AccessToken.objects.select_related("registration").get(registration_id=registration_id, scopes=asked)
    try:
        answer, scopes = _ask_narrowing(row.registration, asked)
        now = timezone.now()
        # The time it was obtained is sealed with it: how early to renew depends on how long it lives.
        row.sealed = seal(f"{now.isoformat()} {answer['access_token']}")
        row.granted = scopes
        row.expires_at = now + timedelta(seconds=_lifetime(answer.get("expires_in")))
    finally:
        row.fetching_until = None
        row.save(update_fields=["sealed", "granted", "expires_at", "fetching_until"])
    token = _opened(row)
    assert token is not None
    return token


def _ask_narrowing(registration: Registration, asked: str) -> tuple[dict[str, Any], str]:
    """Ask for all scopes, then for writing scores alone: Canvas refuses all if an administrator switched one off."""
    try:
        answer = _ask(registration, asked)
    except TokenError as error:
        if error.code != "scope_missing" or asked == SCORE or SCORE not in asked.split():
            raise
        asked = SCORE
        answer = _ask(registration, asked)
    # Moodle grants what it has of the scopes and says which.
    scope = answer.get("scope")
    granted = scope if isinstance(scope, str) and scope.strip() else asked
    return answer, " ".join(sorted(set(granted.split()) & set(asked.split())))


def _ask(registration: Registration, scopes: str) -> dict[str, Any]:
    """The answer to one request, or to a second one in the platform's own time where the clocks are apart."""
    try:
        return _asked(registration, scopes)
    except TokenError as error:
        ahead = _ahead(error.reply) if error.code == "token_refused" else None
        if ahead is None:
            raise
    try:
        return _asked(registration, scopes, ahead=ahead)
    except TokenError as error:
        code = "token_clock" if error.code == "token_refused" else error.code
        raise TokenError(code, later=error.later, answer=error.answer, reply=error.reply) from None


def _ahead(reply: http.Reply | None) -> timedelta | None:
    """How far the platform's clock is ahead of ours, by its answer; None where it says nothing or hardly differs."""
    try:
        theirs = parsedate_to_datetime(reply.headers.get("Date", "") if reply else "")
    except ValueError:
        return None
    ahead = (theirs if theirs.tzinfo else theirs.replace(tzinfo=UTC)) - timezone.now()
    return ahead if CLOCKS_APART < abs(ahead) < MOST_APART else None


def _asked(registration: Registration, scopes: str, *, ahead: timedelta = timedelta()) -> dict[str, Any]:
    now = int((timezone.now() + ahead).timestamp())
    assertion = keys.sign(
        {
            "iss": registration.client_id,
            "sub": registration.client_id,
            "aud": registration.audience or registration.token_url,
            "iat": now - BACKDATED,
            "exp": now + 240,
            "jti": uuid.uuid4().hex,
        }
    )
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": assertion,
        "scope": scopes,
    }
    try:
        reply = http.request(
            "POST",
            registration.token_url,
            headers={"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"},
            data=urlencode(form),
            deadline=FETCH_DEADLINE,
            limit=100_000,
        )
    except http.TransportError as error:
        mistaken = error.code in {"forbidden_address", "bad_url"}
        raise TokenError(
            "token_address" if mistaken else "token_unreachable", later=not mistaken, answer=str(error)
        ) from None
    return _checked(reply, secret=assertion)


def _checked(reply: http.Reply, *, secret: str) -> dict[str, Any]:
    try:
        found = reply.json()
    except ValueError:
        found = None
    answer: dict[str, Any] = found if isinstance(found, dict) else {}
    said = " ".join(str(answer[key]) for key in ("error", "error_description") if answer.get(key)) or reply.text
    said = f"{reply.status} {said}".replace(secret, "…").strip()[:ANSWER_LENGTH]
    if reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR or reply.status in {408, 425, 429}:
        raise TokenError("token_unreachable", later=True, answer=said, reply=reply)
    if answer.get("error") == "invalid_scope":
        raise TokenError("scope_missing", later=False, answer=said)
    if not reply.ok:
        raise TokenError("token_refused", later=False, answer=said, reply=reply)
    token = answer.get("access_token")
    if not isinstance(token, str) or not token or not token.isascii() or not token.isprintable() or " " in token:
        raise TokenError("token_unusable", later=True, answer=f"{reply.status}, without a usable access_token")
    if str(answer.get("token_type", "bearer")).lower() != "bearer":
        raise TokenError("token_unusable", later=True, answer=f"{reply.status}, token_type is not bearer")
    return answer


def _lifetime(expires_in: Any) -> float:
    """Seconds; platforms leave it out, send text, or less than a request takes."""
    try:
        seconds = float(expires_in)
    except (TypeError, ValueError):
        return USUAL_LIFETIME
    return min(max(seconds, 1.0), 86_400.0)
