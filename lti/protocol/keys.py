"""Our own key pairs: made once, sealed at rest, parsed once in a process, published as a JWK set."""

import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, cast

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.db import IntegrityError, transaction
from django.utils import timezone
from jwt.algorithms import RSAAlgorithm
from jwt.utils import base64url_encode

from coexistence.security import seal, unseal
from lti.models import ToolKey

ALGORITHM = "RS256"
KEY_BITS = 2048


def ensure_tool_key() -> ToolKey:
    """The key that signs; made and stored where there is none yet. Two processes at once get the same one."""
    found = ToolKey.objects.filter(state=ToolKey.State.ACTIVE).first()
    if found is not None:
        return found
    made = generate(ToolKey.State.ACTIVE)
    made.activated_at = timezone.now()
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        return ToolKey.objects.get(state=ToolKey.State.ACTIVE)
    return made


def public_jwks() -> dict[str, list[dict[str, Any]]]:
    """The JWK set that platforms fetch: every published key, also the one not yet used and the retired ones."""
    keys = list(ToolKey.objects.order_by("created_at").values_list("public_jwk", flat=True))
    return {"keys": keys or [ensure_tool_key().public_jwk]}


def sign(claims: Mapping[str, Any]) -> str:
    """``claims`` as a compact RS256 JWT under the key that signs now, with its ``kid`` in the header.

    The same claims make the same token, also when they come back from PostgreSQL, which keeps no order of members.
    """
    key = ensure_tool_key()
    ordered = json.loads(json.dumps(dict(claims), sort_keys=True))
    return jwt.encode(ordered, _private_key(key.sealed_private_key), ALGORITHM, headers={"kid": key.kid})


@lru_cache(maxsize=8)
def _private_key(sealed: str) -> rsa.RSAPrivateKey:
    # Parsing a PEM checks the primes and costs some 40 ms, which no message should pay.
    return cast("rsa.RSAPrivateKey", serialization.load_pem_private_key(unseal(sealed).encode(), password=None))


def generate(state: ToolKey.State) -> ToolKey:
    """A new key pair, not saved yet."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public: dict[str, Any] = RSAAlgorithm.to_jwk(private.public_key(), as_dict=True)
    kid = _thumbprint(public)
    jwk = {"kty": "RSA", "n": public["n"], "e": public["e"], "alg": ALGORITHM, "use": "sig", "kid": kid}
    return ToolKey(kid=kid, sealed_private_key=seal(pem.decode()), public_jwk=jwk, state=state)


def _thumbprint(jwk: Mapping[str, Any]) -> str:
    """The key's name, derived from the key itself (RFC 7638)."""
    members = json.dumps({name: jwk[name] for name in ("e", "kty", "n")}, separators=(",", ":"))
    return base64url_encode(hashlib.sha256(members.encode()).digest()).decode()
