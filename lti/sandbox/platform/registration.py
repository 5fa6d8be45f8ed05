"""Dynamic registration: what the platform says of itself, and how it takes a tool's registration."""

import json
import secrets
import time
from collections.abc import Mapping, Sequence
from typing import Any, cast
from urllib.parse import urlencode, urlsplit

from django.db import IntegrityError, transaction

from lti.sandbox.errors import RegistrationError, TokenRefusedError
from lti.sandbox.manners import Manner
from lti.sandbox.models import Deployment, SpentToken, Tool
from lti.sandbox.platform import addresses, keys
from lti.sandbox.platform.spent import spend
from lti.sandbox.vocabulary import (
    AGS_SCOPES,
    CANVAS_PRIVACY_LEVEL,
    DEEP_LINKING_REQUEST,
    PLATFORM_CONFIGURATION,
    RESOURCE_LINK_REQUEST,
    SCOPE_LINE_ITEM,
    SCOPES,
    TOOL_CONFIGURATION,
)
from lti.sandbox.wire import passed

TOKEN_SECONDS = 3600
CLAIMS = ("sub", "iss", "name", "given_name", "family_name", "email")
PRIVACY_LEVELS = ("anonymous", "name_only", "email_only", "public")
VARIABLES = (
    "User.id", "Person.name.full", "Person.name.given", "Person.name.family", "Person.email.primary",
    "Membership.role", "Context.id", "Context.id.history", "Context.title", "ResourceLink.id", "ResourceLink.title",
)  # fmt: skip


def configuration(manner: Manner) -> dict[str, Any]:
    """The OpenID configuration (LTI Dynamic Registration section 3.3)."""
    placements = ["ContentArea"] if manner.is_canvas else []
    deep_linking: dict[str, Any] = {"type": DEEP_LINKING_REQUEST}
    if placements:
        deep_linking["placements"] = placements
    return {
        "issuer": addresses.issuer(),
        "authorization_endpoint": addresses.authorization_url(),
        "token_endpoint": addresses.token_url(),
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": ["RS256"],
        "jwks_uri": addresses.site("/lti/jwks"),
        "registration_endpoint": addresses.site("/lti/registration"),
        "scopes_supported": ["openid", *SCOPES],
        "response_types_supported": ["id_token"],
        "subject_types_supported": ["public", "pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "claims_supported": list(CLAIMS),
        PLATFORM_CONFIGURATION: {
            "product_family_code": manner.product_family_code,
            "version": manner.version,
            "messages_supported": [{"type": RESOURCE_LINK_REQUEST}, deep_linking],
            "variables": list(VARIABLES),
        },
    }


def invitation(tool_url: str, manner: Manner) -> str:
    """The address an administrator opens: the tool's registration page, with a token for one registration.

    The token already names the client id; a tool that is known keeps the id that it has.
    """
    known = Tool.objects.first()
    now = int(time.time())
    token = keys.sign(
        {
            "iss": addresses.issuer(),
            "sub": known.client_id if known else secrets.token_urlsafe(12).replace("-", "a").replace("_", "b")[:15],
            "scope": "reg",
            "jti": secrets.token_hex(12),
            "iat": now,
            "exp": now + TOKEN_SECONDS,
        }
    )
    query = urlencode(
        {"openid_configuration": addresses.openid_configuration(token, manner), "registration_token": token}
    )
    return f"{tool_url}/lti/register/?{query}"


def check_token(token: str) -> dict[str, Any]:
    """The claims of an unspent registration token; RegistrationError 401 otherwise."""
    if not token:
        raise RegistrationError(401, "missing_registration_token", "The registration token is missing.")
    try:
        claims = keys.read_own(token)
    except TokenRefusedError as error:
        raise RegistrationError(
            401, "invalid_registration_token", f"The registration token is not valid. {error}"
        ) from error
    if claims.get("scope") != "reg":
        raise RegistrationError(401, "invalid_registration_token", "This token is not for registering a tool.")
    return claims


def register(body: bytes, *, token: str, manner: Manner) -> dict[str, Any]:
    """Take a registration in and answer as the platform does; the tool stays pending until somebody activates it."""
    granted = check_token(token)
    passed("The registration token is this platform’s own and has not expired.")
    document = _document(body)
    fields = _checked(document, manner)
    passed("The client’s description is complete.")
    try:
        with transaction.atomic():
            if not spend(SpentToken.Kind.REGISTRATION, str(granted["jti"])):
                raise RegistrationError(401, "token_already_used", "This registration token has been used already.")
            tool, _ = Tool.objects.update_or_create(client_id=str(granted["sub"]), defaults=fields)
            deployment, _ = Deployment.objects.get_or_create(tool=tool, defaults={"deployment_id": str(tool.pk)})
    except IntegrityError:
        raise RegistrationError(401, "token_already_used", "This registration is under way already.") from None
    return _answer(document, tool, deployment, manner)


def _document(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise RegistrationError(400, "invalid_registration", "The body is not JSON.") from None
    if not isinstance(found, dict):
        raise RegistrationError(400, "invalid_registration", "The body must be a JSON object.")
    return found


class _Reader:
    """Reads a registration and collects everything that is wrong with it."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document
        self.problems: list[tuple[str, str]] = []

    def fail(self, code: str, message: str) -> None:
        self.problems.append((code, message))

    def text(self, source: Mapping[str, Any], name: str) -> str:
        value = source.get(name)
        if isinstance(value, str) and value.strip():
            return value.strip()
        self.fail(f"missing_{name}", f"{name} must be given, as text.")
        return ""

    def url(self, source: Mapping[str, Any], name: str) -> str:
        value = self.text(source, name)
        if value and not _is_url(value):
            self.fail(f"invalid_{name}", f"{name} must be an http or https address.")
        return value

    def texts(self, source: Mapping[str, Any], name: str) -> list[str]:
        value = source.get(name)
        if isinstance(value, list) and value and all(isinstance(entry, str) for entry in value):
            return cast("list[str]", value)
        self.fail(f"missing_{name}", f"{name} must be a list of texts, not empty.")
        return []

    def exactly(self, name: str, value: str) -> None:
        if self.document.get(name) != value:
            self.fail(f"invalid_{name}", f"{name} must be {value!r}.")

    def contains(self, name: str, *wanted: str) -> None:
        found = self.document.get(name)
        if not isinstance(found, list) or not set(wanted) <= {str(entry) for entry in found}:
            self.fail(f"invalid_{name}", f"{name} must contain {', '.join(wanted)}.")


def _is_url(value: str) -> bool:
    return urlsplit(value).scheme in {"http", "https"} and bool(urlsplit(value).hostname) and len(value) <= 1000


def _checked(document: dict[str, Any], manner: Manner) -> dict[str, Any]:
    """The tool's fields; RegistrationError with the first (Moodle) or all (Canvas) problems."""
    read = _Reader(document)
    configuration = document.get(TOOL_CONFIGURATION)
    if not isinstance(configuration, Mapping):
        read.fail("missing_tool_configuration", f"{TOOL_CONFIGURATION} must be an object.")
        configuration = {}
    read.contains("response_types", "id_token")
    read.exactly("token_endpoint_auth_method", "private_key_jwt")
    if manner.is_canvas:
        read.exactly("application_type", "web")
        read.contains("grant_types", "client_credentials", "implicit")
        read.text(document, "scope")
        read.texts(configuration, "claims")
    target = read.url(configuration, "target_link_uri")
    domain = read.text(configuration, "domain")
    if target and domain and urlsplit(target).netloc != domain:
        read.fail(
            "domain_targetlinkuri_mismatch",
            f"domain is {domain!r}, but the host of target_link_uri, with its port, is {urlsplit(target).netloc!r}.",
        )
    redirects = read.texts(document, "redirect_uris")
    for redirect in redirects:
        if not _is_url(redirect):
            read.fail("invalid_redirect_uris", f"{redirect!r} is not an http or https address.")
    fields = {
        "name": read.text(document, "client_name")[:200],
        "initiate_login_uri": read.url(document, "initiate_login_uri"),
        "jwks_uri": read.url(document, "jwks_uri"),
        "redirect_uris": redirects,
        "domain": domain[:255],
        "target_link_uri": target,
        "deep_link_uri": _deep_link_uri(configuration, read, manner),
        "scopes": [scope for scope in SCOPES if scope in str(document.get("scope", "")).split()],
        "claims": [str(claim) for claim in configuration.get("claims") or [] if claim in CLAIMS],
        "privacy_level": _privacy_level(configuration, read, manner),
        "custom": _custom(configuration, read),
    }
    if read.problems:
        if manner.is_canvas:
            raise RegistrationError(422, "invalid_registration", "\n".join(message for _, message in read.problems))
        code, message = read.problems[0]
        raise RegistrationError(400, code, message)
    return fields


def _deep_link_uri(configuration: Mapping[str, Any], read: _Reader, manner: Manner) -> str:
    declared = configuration.get("messages")
    if manner.is_canvas and not isinstance(declared, list):
        read.fail("missing_messages", "messages must be a list.")
    for message in declared if isinstance(declared, Sequence) and not isinstance(declared, str) else []:
        if isinstance(message, Mapping) and message.get("type") == DEEP_LINKING_REQUEST:
            uri = message.get("target_link_uri") or configuration.get("target_link_uri") or ""
            if isinstance(uri, str) and (not uri or _is_url(uri)):
                return uri
            read.fail("invalid_messages", "target_link_uri of a message must be an http or https address.")
    return ""


def _privacy_level(configuration: Mapping[str, Any], read: _Reader, manner: Manner) -> str:
    level = configuration.get(CANVAS_PRIVACY_LEVEL, "anonymous")
    if manner.is_moodle and CANVAS_PRIVACY_LEVEL not in configuration:
        # What was agreed to by claims still holds when the school changes to Canvas's manners.
        claims = set(configuration.get("claims") or [])
        named, reached = bool({"name", "given_name", "family_name"} & claims), "email" in claims
        level = {(True, True): "public", (True, False): "name_only", (False, True): "email_only"}.get(
            (named, reached), "anonymous"
        )
    if level not in PRIVACY_LEVELS:
        read.fail("invalid_privacy_level", f"{CANVAS_PRIVACY_LEVEL} must be one of {', '.join(PRIVACY_LEVELS)}.")
    return str(level)


def _custom(configuration: Mapping[str, Any], read: _Reader) -> dict[str, str]:
    custom = configuration.get("custom_parameters") or {}
    if not isinstance(custom, Mapping) or not all(isinstance(value, str) for value in custom.values()):
        read.fail("invalid_custom_parameters", "custom_parameters must be an object of texts.")
        return {}
    return {str(name): value for name, value in custom.items()}


def _answer(document: dict[str, Any], tool: Tool, deployment: Deployment, manner: Manner) -> dict[str, Any]:
    """The client as registered. Moodle puts the deployment into the tool configuration, Canvas on top (where an
    account flag is on, as it is here)."""
    scopes = list(tool.scopes)
    if manner.is_moodle and set(scopes) & set(AGS_SCOPES) and SCOPE_LINE_ITEM not in scopes:
        # Seen on a real site: any grade scope is reported as the widest one.
        scopes.insert(0, SCOPE_LINE_ITEM)
    configuration = dict(document[TOOL_CONFIGURATION])
    answer = {
        "client_id": tool.client_id,
        "response_types": ["id_token"],
        "grant_types": ["implicit", "client_credentials"],
        "application_type": "web",
        "token_endpoint_auth_method": "private_key_jwt",
        "initiate_login_uri": tool.initiate_login_uri,
        "redirect_uris": tool.redirect_uris,
        "client_name": tool.name,
        "jwks_uri": tool.jwks_uri,
        "scope": " ".join(scopes),
        TOOL_CONFIGURATION: configuration,
    }
    if manner.is_canvas:
        answer["deployment_id"] = deployment.deployment_id
    else:
        configuration["version"] = "1.3.0"
        configuration["deployment_id"] = deployment.deployment_id
    return answer
