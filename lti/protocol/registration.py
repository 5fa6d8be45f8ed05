"""Dynamic Registration (LTI Dynamic Registration 1.0): what the platform says of itself, and what it answers us."""

import ipaddress
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from pydantic import AfterValidator, Field, StringConstraints, ValidationError

from lti import platforms
from lti.addresses import Addresses
from lti.errors import Code, Refusal
from lti.models import Deployment, PlatformKeySet, Registration
from lti.origins import origin

from . import http, metadata
from .claims import Claim, WebUrl

PLATFORM_CONFIGURATION = "https://purl.imsglobal.org/spec/lti-platform-configuration"
#: Both requests together stay well below the ten seconds that an administrator waits.
DEADLINE_SECONDS = 4.0
LIMIT_BYTES = 200_000


def _printable(value: str) -> str:
    # NUL is no text to PostgreSQL, half a surrogate pair to nobody, and neither is part of any name.
    if not value.isprintable():
        raise ValueError("must not contain control characters")
    return value


Text = Annotated[str, AfterValidator(_printable)]
Id = Annotated[Text, StringConstraints(min_length=1, max_length=255)]
Url = Annotated[WebUrl, StringConstraints(max_length=500)]


class _PlatformPart(Claim):
    product_family_code: Annotated[Text, StringConstraints(max_length=40)] = ""
    account_name: Text | None = Field(None, alias="https://canvas.instructure.com/lti/account_name")
    #: Read with care where it is used: nothing hangs on it but which placements are asked for.
    messages_supported: Any = None


class Configuration(Claim):
    """The platform's OpenID configuration, as far as it is used (section 3.3)."""

    issuer: Id
    authorization_endpoint: Url
    token_endpoint: Url
    jwks_uri: Url
    registration_endpoint: Annotated[WebUrl, StringConstraints(max_length=2000)]
    authorization_server: Annotated[Text, StringConstraints(max_length=500)] | None = None
    platform: _PlatformPart = Field(default_factory=_PlatformPart, alias=PLATFORM_CONFIGURATION)

    @property
    def family(self) -> str:
        """The product, as the platform calls it, in small letters."""
        return self.platform.product_family_code.lower()

    @property
    def name(self) -> str:
        """What to call the platform: product and institution, or product and host."""
        known = platforms.of(self.family)
        product = known.name if known.family else self.platform.product_family_code or known.name
        where = self.platform.account_name or urlsplit(self.issuer).netloc or self.issuer
        return f"{product} ({where})"[:200]

    @property
    def audience(self) -> str:
        """What client assertions name as audience; empty: the token URL.

        Canvas names a host as its authorization server, and yet takes nothing but the token URL.
        """
        named = self.authorization_server or ""
        return named if origin(named) else ""

    @property
    def placements(self) -> dict[str, list[str]]:
        """The placements that the platform says it has, by message type."""
        listed = self.platform.messages_supported
        found: dict[str, list[str]] = {}
        for message in listed if isinstance(listed, list) else []:
            if isinstance(message, Mapping) and isinstance(message.get("placements"), list):
                names = [name for name in message["placements"] if isinstance(name, str)]
                found.setdefault(str(message.get("type")), []).extend(names)
        return found


class _ToolPart(Claim):
    deployment_id: Id | None = None


class _Answer(Claim):
    client_id: Id
    deployment_id: Id | None = None
    tool: _ToolPart = Field(default_factory=_ToolPart, alias=metadata.TOOL_CONFIGURATION)


@dataclass(frozen=True, slots=True)
class Registered:
    """What a registration has come to: our row, whether it is a new one, and the deployment the platform named."""

    registration: Registration
    is_new: bool
    deployment_id: str


def check_open(address: str) -> None:
    """Refuse unless ``address``, a platform's configuration URL, may register without an invitation."""
    policy = settings.LTI_OPEN_REGISTRATION
    if policy == "open" or (policy == "loopback" and _is_on_loopback(address)):
        return
    raise Refusal(Code.REGISTRATION_CLOSED)


def fetch_configuration(address: str, *, token: str) -> Configuration:
    """The configuration at ``address``, taken verbatim (Canvas's carries a token), and coherent with it."""
    try:
        reply = http.request("GET", address, headers=_headers(token), deadline=DEADLINE_SECONDS, limit=LIMIT_BYTES)
    except http.TransportError as error:
        raise Refusal(Code.CONFIGURATION_UNREACHABLE, detail=error.code) from None
    if not reply.ok:
        raise Refusal(Code.CONFIGURATION_UNREACHABLE, detail=f"HTTP {reply.status}")
    try:
        configuration = Configuration.model_validate(reply.json())
    except ValidationError as error:
        raise Refusal(Code.CONFIGURATION_INVALID, detail=_first(error)) from None
    except ValueError:
        raise Refusal(Code.CONFIGURATION_INVALID, detail="not JSON") from None
    _check_coherence(configuration, address)
    return configuration


def register(configuration: Configuration, *, token: str, addresses: Addresses, names: bool) -> Registered:
    """Ask the platform to register us, and keep what it answers. ``token`` is its secret, and is not kept."""
    wanted = metadata.client(addresses, family=configuration.family, names=names, offered=configuration.placements)
    try:
        reply = http.request(
            "POST",
            configuration.registration_endpoint,
            headers={"Content-Type": "application/json", **_headers(token)},
            data=json.dumps(wanted),
            deadline=DEADLINE_SECONDS,
            limit=LIMIT_BYTES,
        )
    except http.TransportError as error:
        raise Refusal(Code.PLATFORM_REFUSED, detail=error.code) from None
    # Moodle answers 200 where the specification says 201.
    if not reply.ok:
        said = "".join(each if each.isprintable() else " " for each in reply.text)
        raise Refusal(Code.PLATFORM_REFUSED, detail=f"HTTP {reply.status}: {' '.join(said.split())[:300]}")
    try:
        answer = _Answer.model_validate(reply.json())
    except ValidationError as error:
        raise Refusal(Code.PLATFORM_ANSWER, detail=_first(error)) from None
    except ValueError:
        raise Refusal(Code.PLATFORM_ANSWER, detail="not JSON") from None
    return keep(
        name=configuration.name,
        issuer=configuration.issuer,
        client_id=answer.client_id,
        deployment_id=answer.tool.deployment_id or answer.deployment_id or "",
        auth_url=configuration.authorization_endpoint,
        token_url=configuration.token_endpoint,
        jwks_url=configuration.jwks_uri,
        audience=configuration.audience,
        platform=configuration.family,
        # Whoever serves the configuration of a shared issuer need not be the institution that the client belongs to.
        vouched=platforms.of_issuer(configuration.issuer) is None,
    )


def keep(
    *,
    name: str,
    issuer: str,
    client_id: str,
    deployment_id: str,
    auth_url: str,
    token_url: str,
    jwks_url: str,
    audience: str = "",
    platform: str = "",
    vouched: bool = True,
) -> Registered:
    """Write a registration: the same issuer and client id update theirs, any other client id is a new one beside it.

    The deployment named here, if any, is active from the start, unless it has been refused before. Where nobody has
    ``vouched`` that the same institution speaks, a known registration keeps its name, and a deployment that is new to
    it waits for approval.
    """
    fields = {
        "auth_url": auth_url,
        "token_url": token_url,
        "jwks_url": jwks_url,
        "audience": audience,
        "platform": platform,
    }
    named = {"name": name}
    with transaction.atomic():
        registration, is_new = Registration.objects.update_or_create(
            issuer=issuer,
            client_id=client_id,
            defaults=fields | (named if vouched else {}),
            create_defaults=fields | named,
        )
        # Keys from a former address must not vouch for this one.
        PlatformKeySet.objects.filter(registration=registration).delete()
        if deployment_id:
            deployment, _ = Deployment.objects.get_or_create(registration=registration, deployment_id=deployment_id)
            if deployment.state == Deployment.State.PENDING and (is_new or vouched):
                deployment.state = Deployment.State.ACTIVE
                deployment.save(update_fields=["state"])
    return Registered(registration, is_new, deployment_id)


def _headers(token: str) -> dict[str, str]:
    # Canvas wants the token for its configuration too, and takes it from the header as well as from the address.
    return {"Accept": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})


def _check_coherence(configuration: Configuration, address: str) -> None:
    """The host that serves the configuration speaks for itself only; for a shared issuer, the known hosts do."""
    shared = platforms.of_issuer(configuration.issuer)
    endpoints = (configuration.authorization_endpoint, configuration.token_endpoint, configuration.jwks_uri)
    if shared is not None:
        foreign = [url for url in endpoints if urlsplit(url).netloc not in shared.endpoint_hosts]
        if foreign:
            raise Refusal(Code.CONFIGURATION_FOREIGN, detail=f"{foreign[0]} is not {shared.name}'s")
    elif origin(configuration.issuer) is None or origin(configuration.issuer) != origin(address):
        raise Refusal(Code.CONFIGURATION_FOREIGN, detail=f"issuer {configuration.issuer}")
    insecure = [url for url in (*endpoints, configuration.registration_endpoint) if urlsplit(url).scheme != "https"]
    if insecure and not settings.LTI_ALLOW_HTTP:
        raise Refusal(Code.CONFIGURATION_INVALID, detail=f"{insecure[0]}: https is required")


def _is_on_loopback(address: str) -> bool:
    """Whether the address says so itself: what a name resolves to may change, and may take long to learn."""
    try:
        host = urlsplit(address).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _first(error: ValidationError) -> str:
    problem = error.errors(include_input=False, include_url=False)[0]
    return f"{'.'.join(str(part) for part in problem['loc'])}: {problem['msg']}"
