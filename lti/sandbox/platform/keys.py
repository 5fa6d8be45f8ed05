"""Keys: the school's own, and the tool's public ones, fetched over HTTP from its key set."""

import json
import secrets
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import jwt
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core.cache import cache
from django.db import transaction
from jwt.algorithms import RSAAlgorithm

from lti.sandbox import wire
from lti.sandbox.errors import TokenRefusedError
from lti.sandbox.models import SigningKey, Tool
from lti.sandbox.platform import clock
from lti.sandbox.wire import passed

# Both platforms keep a tool's key set for a short while and look again when a key is unknown.
KEY_SET_SECONDS = 300
KEY_SET_BYTES = 200_000
_NO_CHECKS = {f"verify_{claim}": False for claim in ("exp", "iat", "nbf", "aud", "iss", "sub", "jti")}


@lru_cache(maxsize=8)
def _private_key(pem: str) -> rsa.RSAPrivateKey:
    key = serialization.load_pem_private_key(pem.encode(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("The school's signing key is not an RSA key.")
    return key


def ensure_signing_key() -> SigningKey:
    """The key that signs, made at first use."""
    return SigningKey.objects.first() or _new_signing_key()


def rotate() -> SigningKey:
    """Sign with a new key from now on, and publish it alone: what was signed before cannot be checked any more."""
    with transaction.atomic():
        SigningKey.objects.all().delete()
        return _new_signing_key()


def _new_signing_key() -> SigningKey:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    return SigningKey.objects.create(kid=secrets.token_hex(10), private_pem=pem)


def public_jwks() -> dict[str, list[dict[str, Any]]]:
    """The school's key set as a tool reads it."""
    ensure_signing_key()
    return {
        "keys": [
            {
                **RSAAlgorithm.to_jwk(_private_key(key.private_pem).public_key(), as_dict=True),
                "kid": key.kid,
                "alg": "RS256",
                "use": "sig",
            }
            for key in SigningKey.objects.all()
        ]
    }


def sign(claims: Mapping[str, Any]) -> str:
    """A JWT of the school: RS256, with the key's ``kid`` in its header."""
    key = ensure_signing_key()
    return jwt.encode(dict(claims), _private_key(key.private_pem), algorithm="RS256", headers={"kid": key.kid})


def read_own(token: str) -> dict[str, Any]:
    """The claims of a JWT that the school signed itself; TokenRefusedError where it did not, or it has expired."""
    for key in SigningKey.objects.all():
        try:
            return jwt.decode(
                token,
                _private_key(key.private_pem).public_key(),
                algorithms=["RS256"],
                options={"verify_aud": False, "verify_sub": False},
            )
        except jwt.InvalidSignatureError:
            continue
        except jwt.PyJWTError as error:
            raise TokenRefusedError(str(error)) from error
    raise TokenRefusedError("It was not signed by this platform.")


def _fetch_key_set(url: str) -> dict[str, Any]:
    try:
        with requests.get(url, timeout=5, stream=True, headers={"Accept": "application/json"}) as answer:
            if answer.status_code != 200:
                raise TokenRefusedError(f"The tool's key set at {url} answered {answer.status_code}.")
            body = answer.raw.read(KEY_SET_BYTES + 1, decode_content=True)
    except requests.RequestException as error:
        raise TokenRefusedError(f"The tool's key set at {url} could not be fetched: {type(error).__name__}.") from error
    if len(body) > KEY_SET_BYTES:
        raise TokenRefusedError(f"The tool's key set at {url} is larger than {KEY_SET_BYTES} bytes.")
    try:
        found = {key["kid"]: key for key in json.loads(body)["keys"] if "kid" in key}
    except (ValueError, KeyError, TypeError) as error:
        raise TokenRefusedError(f"What stands at {url} is not a key set.") from error
    wire.tell("tool-keys", url=url, found=sorted(found))
    return found


def _tool_keys(tool: Tool, *, fresh: bool) -> dict[str, Any]:
    name = f"sandbox-jwks-{tool.pk}-{hash(tool.jwks_uri)}"
    keys = None if fresh else cache.get(name)
    if keys is None:
        keys = _fetch_key_set(tool.jwks_uri)
        cache.set(name, keys, KEY_SET_SECONDS)
    return dict(keys)


def read_tool_token(token: str, tool: Tool) -> dict[str, Any]:
    """The claims of a JWT signed by the tool with RS256 and a key of its key set; times and names are not looked at."""
    try:
        header = jwt.get_unverified_header(token)
    except jwt.PyJWTError as error:
        raise TokenRefusedError("It is not a JWT.") from error
    if header.get("alg") != "RS256":
        raise TokenRefusedError(f"Its header says alg={header.get('alg')}; it must be RS256.")
    kid = header.get("kid")
    if not isinstance(kid, str) or not kid:
        raise TokenRefusedError("Its header has no kid.")
    keys = _tool_keys(tool, fresh=False)
    if kid in keys:
        try:
            return _checked(token, keys[kid])
        except jwt.InvalidSignatureError:
            pass  # the tool may have put a new key under the same name: Moodle looks again
    keys = _tool_keys(tool, fresh=True)
    if kid not in keys:
        raise TokenRefusedError(f"Its kid {kid!r} is not in the key set at {tool.jwks_uri}.")
    try:
        return _checked(token, keys[kid])
    except jwt.InvalidSignatureError as error:
        raise TokenRefusedError("JWS signature invalid.") from error


def _checked(token: str, key: dict[str, Any]) -> dict[str, Any]:
    claims = _decode(token, key)
    passed("It is signed with RS256 by the key of the tool’s key set that its kid names.")
    return claims


def _decode(token: str, key: dict[str, Any]) -> dict[str, Any]:
    try:
        return jwt.decode(token, jwt.PyJWK.from_dict(key, algorithm="RS256"), algorithms=["RS256"], options=_NO_CHECKS)  # type: ignore[arg-type]
    except jwt.InvalidSignatureError:
        raise
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise TokenRefusedError(f"It could not be read: {error}") from error


def check_times(claims: Mapping[str, Any], *, ahead: int, oldest: int | None = None) -> None:
    """``exp`` and ``iat`` are there and right: not expired, not issued more than ``ahead`` seconds in the future, nor
    (where given) more than ``oldest`` seconds ago."""
    now = clock.now()
    for name in ("exp", "iat"):
        if isinstance(claims.get(name), bool) or not isinstance(claims.get(name), int | float):
            raise TokenRefusedError(f"Its claim {name} must be a number of seconds; it is missing or something else.")
    if claims["exp"] <= now:
        raise TokenRefusedError(f"It expired {now - claims['exp']:.0f} seconds ago (exp).")
    if claims["iat"] > now + ahead:
        raise TokenRefusedError(f"It is issued {claims['iat'] - now:.0f} seconds in the future (iat).")
    if oldest is not None and claims["iat"] < now - oldest:
        raise TokenRefusedError(f"It was issued {now - claims['iat']:.0f} seconds ago (iat); {oldest} are allowed.")
    passed("exp lies ahead and iat does not.")
