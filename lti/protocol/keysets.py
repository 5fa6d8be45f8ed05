"""Platforms' public keys: kept in the database, parsed once in a process, fetched only when they must be.

A launch whose key is known and fresh costs no request. The key set is fetched again when it has gone stale, when a
``kid`` is unknown, and when a signature fails under a known one (a platform may replace a key and keep its name); at
most once in ``PAUSE`` a registration, by whichever process comes first. While the platform's endpoint is down, the
stored keys go on being used.
"""

import json
import re
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from django.db.models import Q
from jwt.exceptions import InvalidKeyError

from lti.errors import Code, Refusal
from lti.models import PlatformKeySet, Registration

from . import http
from .jws import ALGORITHMS

#: What each algorithm needs: the members of its keys that make the key, and their fixed values.
_MEMBERS = {"RSA": ("kty", "n", "e"), "EC": ("kty", "crv", "x", "y")}
_KINDS: Mapping[str, Mapping[str, str]] = {
    "RS256": {"kty": "RSA"},
    "RS384": {"kty": "RSA"},
    "RS512": {"kty": "RSA"},
    "ES256": {"kty": "EC", "crv": "P-256"},
}
LEAST_BITS = 2048
#: Between two fetches for one registration.
PAUSE = timedelta(seconds=5)
#: A platform that says nothing (Moodle) is asked again after an hour; the others within these bounds.
DEFAULT_AGE = timedelta(hours=1)
LEAST_AGE = timedelta(minutes=1)
MOST_AGE = timedelta(days=1)
#: So long after going stale the keys are still used without a request, for ``refresh_stale`` to fetch them meanwhile.
GRACE = timedelta(hours=1)
DEADLINE_SECONDS = 4.0
LIMIT_BYTES = 200_000
MOST_KEYS = 50
#: How long a launch waits for another process that is fetching the very key it needs: until that has it, or has failed.
WAIT_SECONDS = DEADLINE_SECONDS + 1.0


def verification_keys(registration: Registration, kid: str, algorithm: str, *, now: datetime) -> Iterator[Any]:
    """The key named ``kid``; then, if the caller asks on because it did not fit, that of a newly fetched set.

    Only a key for ``algorithm`` counts. ``registration`` brings its ``key_set`` along. Raises ``Refusal`` where there
    is no such key.
    """
    stored = _stored(registration)
    offered = _find(stored, kid, algorithm) if stored is not None else None
    spoilt = stored is None or _is_spoilt(stored, now)
    if offered is not None and not spoilt:
        yield _parse(offered)
    # A known key is not waited for while another process asks, however long nobody has confirmed it.
    fresh = _fetched(registration, now=now, patient=offered is None or not spoilt)
    found = _find(fresh, kid, algorithm)
    if found is None:
        code = Code.KEY_UNKNOWN if fresh.fetched_at else Code.KEYS_UNAVAILABLE
        raise Refusal(code, detail=f"kid {kid[:64]!r}, {registration.jwks_url}", registration_id=registration.pk)
    if found != offered or spoilt:
        yield _parse(found)


def refresh(registration: Registration, *, now: datetime) -> bool:
    """Fetch the key set and store it; returns whether that succeeded. What is stored stays when it does not."""
    try:
        reply = http.request(
            "GET",
            registration.jwks_url,
            headers={"Accept": "application/json"},
            deadline=DEADLINE_SECONDS,
            limit=LIMIT_BYTES,
        )
        keys = _usable(reply.json()) if reply.ok else []
    except (http.TransportError, ValueError):
        keys = []
    stored = PlatformKeySet.objects.filter(registration=registration)
    if not keys:
        stored.update(failed_at=now)
        return False
    stored.update(keys=keys, fetched_at=now, failed_at=None, fresh_until=now + _age(reply.headers, now=now))
    return True


def refresh_stale(*, now: datetime, most: int = 20) -> int:
    """Fetch the sets that have gone stale, away from any launch; returns how many were tried."""
    stale = PlatformKeySet.objects.select_related("registration").filter(
        registration__active=True, fetched_at__isnull=False, fresh_until__lt=now
    )
    tried = 0
    # One that fails is not asked again at every call.
    for key_set in stale.filter(tried_at__lt=now - 12 * PAUSE).order_by("tried_at")[:most]:
        if _take_turn(key_set.registration, now=now):
            refresh(key_set.registration, now=now)
            tried += 1
    return tried


def _stored(registration: Registration) -> PlatformKeySet | None:
    try:
        return registration.key_set
    except PlatformKeySet.DoesNotExist:
        return None


def _is_spoilt(key_set: PlatformKeySet, now: datetime) -> bool:
    return key_set.fresh_until is None or now > key_set.fresh_until + GRACE


def _fetched(registration: Registration, *, now: datetime, patient: bool) -> PlatformKeySet:
    """The set after a fetch, by us or, if ``patient``, by another process that is at it; as it was where none was due
    or none succeeded."""
    PlatformKeySet.objects.get_or_create(registration=registration)
    if _take_turn(registration, now=now):
        refresh(registration, now=now)
    elif patient:
        _await_other(registration)
    return PlatformKeySet.objects.get(registration=registration)


def _take_turn(registration: Registration, *, now: datetime) -> bool:
    due = Q(tried_at__isnull=True) | Q(tried_at__lte=now - PAUSE)
    return bool(PlatformKeySet.objects.filter(due, registration=registration).update(tried_at=now))


def _await_other(registration: Registration) -> None:
    until = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until:
        key_set = PlatformKeySet.objects.get(registration=registration)
        ended = max(filter(None, (key_set.fetched_at, key_set.failed_at)), default=None)
        if key_set.tried_at is None or (ended and ended >= key_set.tried_at):
            return
        time.sleep(0.05)


def _find(key_set: PlatformKeySet, kid: str, algorithm: str) -> dict[str, Any] | None:
    return next((jwk for jwk in key_set.keys if jwk["kid"] == kid and _is_for(jwk, algorithm)), None)


def _is_for(jwk: Mapping[str, Any], algorithm: str) -> bool:
    """Whether it is a key of the algorithm's kind, and not bound to another one by its own ``alg`` (RFC 8725, 3.1)."""
    fits = all(jwk.get(name) == value for name, value in _KINDS[algorithm].items())
    return fits and jwk.get("alg", algorithm) == algorithm


def _usable(key_set: object) -> list[dict[str, Any]]:
    """The set's signing keys, with their public members only."""
    listed = key_set.get("keys") if isinstance(key_set, dict) else None
    if not isinstance(listed, list):
        return []
    return [jwk for jwk in map(_public, listed[:MOST_KEYS]) if jwk is not None]


def _public(jwk: object) -> dict[str, Any] | None:
    """A key that may check signatures here, without what is of no use for that; None for any other."""
    if not isinstance(jwk, dict) or not isinstance(jwk.get("kid"), str) or jwk.get("use", "sig") != "sig":
        return None
    operations = jwk.get("key_ops", ["verify"])
    if not isinstance(operations, list) or "verify" not in operations:
        return None
    if not any(_is_for(jwk, algorithm) for algorithm in ALGORITHMS):
        return None
    kept = {name: jwk[name] for name in (*_MEMBERS[jwk["kty"]], "kid", "alg") if name in jwk}
    try:
        key = _parse(kept)
    except (InvalidKeyError, ValueError, TypeError, KeyError):
        return None
    return None if isinstance(key, RSAPublicKey) and key.key_size < LEAST_BITS else kept


def _parse(jwk: Mapping[str, Any]) -> Any:
    return _parsed(jwk["kty"], json.dumps({name: jwk[name] for name in _MEMBERS[jwk["kty"]]}, sort_keys=True))


@lru_cache(maxsize=1024)
def _parsed(kind: str, jwk: str) -> Any:
    return ALGORITHMS["RS256" if kind == "RSA" else "ES256"].from_jwk(jwk)


def _age(headers: Mapping[str, str], *, now: datetime) -> timedelta:
    """How long the set is good for, as its headers say (RFC 9111), within our bounds."""
    control = headers.get("Cache-Control", "")
    if re.search(r"\bno-(?:store|cache)\b", control, re.IGNORECASE):
        return LEAST_AGE
    age = _told_age(control, headers, now)
    return DEFAULT_AGE if age is None else min(max(age, LEAST_AGE), MOST_AGE)


def _told_age(control: str, headers: Mapping[str, str], now: datetime) -> timedelta | None:
    found = re.search(r"\bmax-age\s*=\s*\"?(\d{1,9})", control, re.IGNORECASE)
    if found is not None:
        # What a cache on the way has kept is no longer as fresh as the platform said.
        spent = headers.get("Age", "")
        return timedelta(seconds=int(found[1]) - (int(spent) if re.fullmatch(r"[0-9]{1,9}", spent) else 0))
    try:
        expires = parsedate_to_datetime(headers.get("Expires", ""))
    except ValueError:
        return None
    return (expires if expires.tzinfo else expires.replace(tzinfo=UTC)) - now
