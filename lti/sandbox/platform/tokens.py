"""Access tokens: given for a client assertion signed by the tool, and asked for by every service."""

import hashlib
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import jwt
from django.conf import settings
from django.utils import timezone

from lti.sandbox.errors import ServiceError, TokenRefusedError
from lti.sandbox.manners import Manner
from lti.sandbox.models import AccessToken, SpentToken, Tool
from lti.sandbox.platform import addresses, keys
from lti.sandbox.platform.spent import spend
from lti.sandbox.wire import passed

TOKEN_SECONDS = 3600
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
# Canvas: an assertion may be five minutes old and half a minute ahead.
CANVAS_OLDEST, CANVAS_AHEAD = 300, 30


@dataclass(frozen=True)
class Granted:
    """A token and the scopes that it is good for, in the order asked."""

    token: str
    scopes: tuple[str, ...]


def grant(params: Mapping[str, str], manner: Manner) -> Granted:
    """The token for a ``client_credentials`` request; ServiceError (400) with OAuth's code where something is wrong."""
    if params.get("grant_type") != "client_credentials":
        raise ServiceError(400, "grant_type must be client_credentials.", code="unsupported_grant_type")
    if params.get("client_assertion_type") != ASSERTION_TYPE:
        raise ServiceError(400, f"client_assertion_type must be {ASSERTION_TYPE}.", code="invalid_request")
    passed("grant_type and client_assertion_type are those of LTI.")
    tool = _client(params.get("client_assertion", ""), manner)
    asked = tuple(dict.fromkeys(params.get("scope", "").split()))
    granted = tuple(scope for scope in asked if scope in tool.scopes)
    if manner.all_or_nothing_scopes and granted != asked:
        missing = " ".join(scope for scope in asked if scope not in tool.scopes)
        raise ServiceError(400, f"The key does not have: {missing}. None was granted.", code="invalid_scope")
    if not granted:
        raise ServiceError(400, "None of the scopes asked for is granted to this tool.", code="invalid_scope")
    passed("The scopes asked for were granted to the tool." if granted == asked else "Some of the scopes were granted.")
    return _issue(tool, granted, manner)


def _client(assertion: str, manner: Manner) -> Tool:
    """The tool that signed the assertion."""
    if not assertion:
        raise ServiceError(400, "client_assertion is missing.", code="invalid_request")
    try:
        unverified = jwt.decode(assertion, options={"verify_signature": False})
    except jwt.PyJWTError:
        raise ServiceError(400, "client_assertion is not a JWT.", code="invalid_request") from None
    tool = Tool.objects.filter(client_id=str(unverified.get("sub", ""))).first()
    if tool is None:
        raise ServiceError(400, "The assertion's sub is no client of this platform.", code="invalid_client")
    passed("sub is a client of this platform.")
    if manner.is_canvas and not tool.active:
        raise ServiceError(400, "The key of this client is not enabled.", code="invalid_client")
    try:
        claims = keys.read_tool_token(assertion, tool)
        if manner.is_canvas:
            _check_canvas(claims, tool)
        else:
            # Moodle gives no leeway on iat, does not look at aud, and is content without iss and jti.
            keys.check_times(claims, ahead=0)
            if claims.get("iss", tool.client_id) != tool.client_id:
                raise TokenRefusedError("Its iss must be the client id.")
    except TokenRefusedError as error:
        raise ServiceError(400, f"client_assertion: {error}", code="invalid_request") from error
    if "jti" in claims and not spend(
        SpentToken.Kind.ASSERTION,
        f"{tool.pk}:{claims['jti']}",
        until=datetime.fromtimestamp(min(claims["exp"], time.time() + 86400), tz=UTC),
    ):
        raise ServiceError(
            400,
            "client_assertion: its jti has been used before; sign a new one for each request.",
            code="invalid_request",
        )
    passed("jti was not used before." if "jti" in claims else "There is no jti, and this platform asks for none.")
    return tool


def unverified(params: Mapping[str, str]) -> dict[str, object]:
    """The form of a token request as it can be shown: the assertion taken apart, without its signature."""
    shown: dict[str, object] = {name: value for name, value in params.items() if name != "client_assertion"}
    try:
        assertion = params.get("client_assertion", "")
        shown["client_assertion"] = {
            "header": jwt.get_unverified_header(assertion),
            "claims": jwt.decode(assertion, options={"verify_signature": False}),
        }
    except jwt.PyJWTError:
        shown["client_assertion"] = {"problem": "not a JWT" if params.get("client_assertion") else "missing"}
    return shown


def _check_canvas(claims: Mapping[str, object], tool: Tool) -> None:
    for name in ("iss", "sub", "aud", "exp", "iat", "jti"):
        if not claims.get(name):
            raise TokenRefusedError(f"It has no {name}.")
    if claims["iss"] != tool.client_id:
        raise TokenRefusedError("Its iss must be the client id.")
    audience = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    if addresses.token_url() not in audience:
        raise TokenRefusedError(f"Its aud must be the token URL, {addresses.token_url()}.")
    passed("iss is the client id, and aud is the token URL.")
    keys.check_times(claims, ahead=CANVAS_AHEAD, oldest=CANVAS_OLDEST)


def _issue(tool: Tool, scopes: tuple[str, ...], manner: Manner) -> Granted:
    token = secrets.token_hex(32)
    if manner.is_canvas:
        now = int(time.time())
        claims = {"iss": "Canvas", "sub": tool.client_id, "aud": addresses.issuer(), "iat": now}
        claims |= {"exp": now + TOKEN_SECONDS, "jti": token, "scopes": " ".join(scopes)}
        token = jwt.encode(claims, settings.SECRET_KEY, algorithm="HS256")
    AccessToken.objects.create(
        digest=_digest(token),
        tool=tool,
        scopes=list(scopes),
        expires_at=timezone.now() + timedelta(seconds=TOKEN_SECONDS),
    )
    return Granted(token, scopes)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def client(authorization: str) -> Tool | None:
    """The tool whose token this is, whatever it may do with it; None where it is nobody's."""
    token = authorization.partition(" ")[2].strip()
    found = AccessToken.objects.select_related("tool").filter(digest=_digest(token)).first()
    return found.tool if found else None


def bearer(authorization: str, *, any_of: tuple[str, ...]) -> Tool:
    """The tool behind an ``Authorization: Bearer …`` header whose token has one of the scopes; 401 otherwise (as on
    both platforms, also where only the scope is missing)."""
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise ServiceError(401, "The request has no bearer token.", code="unauthorized")
    found = AccessToken.objects.select_related("tool").filter(digest=_digest(token.strip())).first()
    if found is None or found.expires_at <= timezone.now():
        raise ServiceError(401, "The access token is unknown or has expired; ask for a new one.", code="unauthorized")
    if not set(any_of) & set(found.scopes) & set(found.tool.scopes):
        raise ServiceError(401, f"The access token lacks the scope {any_of[0]}.", code="unauthorized")
    passed(f"The access token is {found.tool.name}’s, has not expired, and has the scope.")
    return found.tool
