"""Taking a compact signed token apart, strictly (RFC 7515, RFC 8725)."""

import binascii
import json
import re
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from lti.errors import Code, Refusal

MOST_BYTES = 128 * 1024
#: All asymmetric: no key of ours or of a platform's is ever a shared secret. Registrations allow RS256 unless they say
#: otherwise (IMS Security Framework 1.0, section 5.1.3).
ALGORITHMS: Mapping[str, RSAAlgorithm | ECAlgorithm] = {
    "RS256": RSAAlgorithm(RSAAlgorithm.SHA256),
    "RS384": RSAAlgorithm(RSAAlgorithm.SHA384),
    "RS512": RSAAlgorithm(RSAAlgorithm.SHA512),
    "ES256": ECAlgorithm(ECAlgorithm.SHA256),
}
_NO_TEXT = re.compile("[\x00\ud800-\udfff]")
_BASE64URL = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Token:
    """A token's parts. Its payload is not to be believed before ``is_signed_by`` has said yes."""

    header: dict[str, Any]
    payload: dict[str, Any]
    signed: bytes
    signature: bytes

    @property
    def kid(self) -> str:
        """The name of the key that is said to have signed; never a key itself."""
        return str(self.header["kid"])

    @property
    def algorithm(self) -> str:
        """One of ``ALGORITHMS``; whether the platform may use it, its registration says."""
        return str(self.header["alg"])

    def is_signed_by(self, key: Any) -> bool:
        """Whether ``key``, which must be one for ``algorithm``, made the signature."""
        return bool(ALGORITHMS[self.algorithm].verify(self.signed, key, self.signature))


def take_apart(compact: str) -> Token:
    """The parts of ``compact``; refuses what is not exactly one well-formed token of an allowed algorithm.

    Keys or addresses of keys in the header (``jwk``, ``jku``, ``x5u``, ``x5c``) mean nothing: a token does not vouch
    for itself. A ``crit`` header is refused, since no extension is known here.
    """
    if len(compact) > MOST_BYTES:
        raise Refusal(Code.TOO_LARGE)
    parts = compact.split(".")
    if len(parts) != 3 or not all(_BASE64URL.fullmatch(part) for part in parts[:2]):
        raise Refusal(Code.TOKEN_MALFORMED, detail="three base64url parts are expected")
    header = _object(_decode(parts[0]), "header")
    algorithm = header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
        raise Refusal(Code.TOKEN_ALGORITHM, detail=repr(algorithm)[:40])
    if "crit" in header:
        raise Refusal(Code.TOKEN_CRITICAL)
    if not isinstance(header.get("kid"), str) or not header["kid"]:
        raise Refusal(Code.TOKEN_MALFORMED, detail="the header names no key (kid)")
    payload = _object(_decode(parts[1]), "payload")
    return Token(header, payload, f"{parts[0]}.{parts[1]}".encode(), _decode(parts[2]))


def _decode(part: str) -> bytes:
    if not _BASE64URL.fullmatch(part) or len(part) % 4 == 1:
        raise Refusal(Code.TOKEN_MALFORMED, detail="not base64url")
    try:
        return urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except (binascii.Error, ValueError):
        raise Refusal(Code.TOKEN_MALFORMED, detail="not base64url") from None


def _object(encoded: bytes, name: str) -> dict[str, Any]:
    try:
        text = encoded.decode()
        value = json.loads(text, object_pairs_hook=_without_duplicates, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Refusal(Code.TOKEN_MALFORMED, detail=f"the {name} is not well-formed JSON") from None
    if not isinstance(value, dict):
        raise Refusal(Code.TOKEN_MALFORMED, detail=f"the {name} is not an object")
    # Well-formed JSON cannot hold them in any other way than escaped.
    if "\\u" in text:
        _check_texts(value, name)
    return value


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member appears twice")
    return members


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _check_texts(value: object, name: str) -> None:
    """Refuse NUL, which PostgreSQL cannot store, and lone surrogates, which nothing can encode."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            waiting += [*item.keys(), *item.values()]
        elif isinstance(item, list):
            waiting += item
        elif isinstance(item, str) and _NO_TEXT.search(item):
            raise Refusal(Code.TOKEN_MALFORMED, detail=f"the {name} has characters that are not text")
