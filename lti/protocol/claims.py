"""The claims of a launch, each of its right type (LTI 1.3 Core, section 5; Deep Linking 2.0, section 4.4).

What is optional may be missing or null. Anything else of a wrong type is refused, never guessed at. Nothing but these
fields is read of a message.
"""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal
from urllib.parse import unquote, urlsplit
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError

from lti.errors import Code, Refusal

VERSION = "1.3.0"
RESOURCE_LINK = "LtiResourceLinkRequest"
DEEP_LINKING = "LtiDeepLinkingRequest"
SUBMISSION_REVIEW = "LtiSubmissionReviewRequest"
CORE = "https://purl.imsglobal.org/spec/lti/claim/"
DL = "https://purl.imsglobal.org/spec/lti-dl/claim/"
AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
NRPS = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
#: Canvas names up to a thousand.
MOST_ANCESTORS = 1000
_LOCALE = re.compile(r"[A-Za-z]{2,8}(?:[-_][A-Za-z0-9]{1,8})*")


def _web_url(value: str) -> str:
    try:
        parts = urlsplit(value)
        host, _port = parts.hostname, parts.port
    except ValueError:
        raise ValueError("must be a URL") from None
    if parts.scheme not in {"http", "https"} or not host:
        raise ValueError("must be an http or https URL")
    if " " in value or not value.isprintable():
        raise ValueError("must not contain spaces or control characters")
    return value


def _yes_or_no(value: object) -> object:
    # Deep Linking 2.0 has booleans; older platforms send the words.
    return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value


def _known_values(value: object) -> object:
    """Custom parameters as texts; what a platform could not fill in arrives as the variable's name, and is absent."""
    if not isinstance(value, Mapping):
        return value
    texts = {name: str(item) for name, item in value.items() if type(item) in {str, int, float}}
    return {name: text for name, text in texts.items() if not text.startswith("$")}


Id = Annotated[str, StringConstraints(min_length=1, max_length=255)]
WebUrl = Annotated[str, AfterValidator(_web_url)]
#: Sent empty by platforms that have none to give.
MaybeUrl = Annotated[WebUrl | None, BeforeValidator(lambda value: None if value == "" else value)]
Flag = Annotated[bool, BeforeValidator(_yes_or_no)]
Custom = Annotated[dict[str, str], BeforeValidator(_known_values)]


class Claim(BaseModel):
    """A JSON object of a message: strict types, unknown members passed over."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore", populate_by_name=False)


class ContextClaim(Claim):
    """The course that the launch comes from."""

    id: Id
    label: str | None = None
    title: str | None = None
    type: list[str] | None = None


class ResourceLinkClaim(Claim):
    """The link that was followed."""

    id: Id
    title: str | None = None
    description: str | None = None


class PresentationClaim(Claim):
    """Where the tool is shown, and where people go back to."""

    document_target: str | None = None
    return_url: MaybeUrl = None
    locale: str | None = None


class GradeServiceClaim(Claim):
    """Assignment and Grade Services 2.0, section 3.1."""

    scope: list[str]
    lineitems: MaybeUrl = None
    lineitem: MaybeUrl = None


class RosterServiceClaim(Claim):
    """Names and Role Provisioning Services 2.0, section 3.6.1."""

    context_memberships_url: WebUrl
    service_versions: list[str] | None = None


class PlatformClaim(Claim):
    """The platform's product."""

    guid: str | None = None
    name: str | None = None
    product_family_code: str | None = None
    version: str | int | float | None = None


class DeepLinkingClaim(Claim):
    """What a deep linking response may contain, and where it goes (Deep Linking 2.0, section 4.4.1)."""

    deep_link_return_url: WebUrl
    accept_types: list[str]
    accept_presentation_document_targets: list[str]
    accept_multiple: Flag | None = None
    accept_lineitem: Flag | None = None
    auto_create: Flag | None = None
    title: str | None = None
    text: str | None = None
    data: str | None = None

    @property
    def takes_several(self) -> bool:
        """Whether more than one item may be returned; not unless the platform says so."""
        return self.accept_multiple is True

    @property
    def takes_line_items(self) -> bool:
        """Whether an item may bring its gradebook column. Canvas and Moodle say nothing, and take them."""
        return self.accept_lineitem is not False


class ForUserClaim(Claim):
    """Whose submission is to be reviewed (Submission Review 1.0, section 3.2)."""

    user_id: Id


class Message(Claim):
    """A launch of a type known here. ``email`` and ``picture`` are only checked; nothing reads them."""

    message_type: Literal["LtiResourceLinkRequest", "LtiDeepLinkingRequest", "LtiSubmissionReviewRequest"] = Field(
        alias=CORE + "message_type"
    )
    deployment_id: Id = Field(alias=CORE + "deployment_id")
    roles: list[str] = Field(alias=CORE + "roles")
    target_link_uri: WebUrl | None = Field(None, alias=CORE + "target_link_uri")
    resource_link: ResourceLinkClaim | None = Field(None, alias=CORE + "resource_link")
    context: ContextClaim | None = Field(None, alias=CORE + "context")
    custom: Custom | None = Field(None, alias=CORE + "custom")
    launch_presentation: PresentationClaim | None = Field(None, alias=CORE + "launch_presentation")
    tool_platform: PlatformClaim | None = Field(None, alias=CORE + "tool_platform")
    #: Canvas: where its person clicked.
    placement: str | None = Field(None, alias="https://www.instructure.com/placement")
    role_scope_mentor: list[str] | None = Field(None, alias=CORE + "role_scope_mentor")
    lis: dict[str, Any] | None = Field(None, alias=CORE + "lis")
    endpoint: GradeServiceClaim | None = Field(None, alias=AGS)
    roster: RosterServiceClaim | None = Field(None, alias=NRPS)
    deep_linking_settings: DeepLinkingClaim | None = Field(None, alias=DL + "deep_linking_settings")
    for_user: ForUserClaim | None = Field(None, alias=CORE + "for_user")

    sub: Id | None = None
    name: str | None = None
    given_name: str | None = None
    middle_name: str | None = None
    family_name: str | None = None
    email: str | None = None
    picture: str | None = None
    locale: str | None = None

    @property
    def display_name(self) -> str:
        """The person's name as far as the platform tells it; may be empty."""
        parts = (self.given_name, self.family_name)
        return " ".join((self.name or " ".join(part for part in parts if part)).split())

    @property
    def language(self) -> str:
        """A language tag that pages can use, or nothing."""
        wanted = (self.launch_presentation.locale if self.launch_presentation else None) or self.locale or ""
        return wanted if len(wanted) <= 35 and _LOCALE.fullmatch(wanted) else ""

    @property
    def return_url(self) -> str:
        """Where the platform wants people back, or nothing."""
        return (self.launch_presentation.return_url if self.launch_presentation else None) or ""

    @property
    def assignment_uuid(self) -> UUID | None:
        """Our own assignment, as the link's custom parameters name it since it was placed."""
        try:
            return UUID((self.custom or {}).get("assignment", ""))
        except ValueError:
            return None

    @property
    def frame_token(self) -> str:
        """What Canvas wants in messages to the page that frames us, or nothing."""
        token = (self.custom or {}).get("frame_token", "")
        return token if len(token) <= 255 else ""

    @property
    def context_history(self) -> list[str]:
        """Ids of the contexts that this one was copied from, the nearest first."""
        return self._history("context_history")

    @property
    def link_history(self) -> list[str]:
        """Ids of the links that this one was copied from, the nearest first."""
        return self._history("link_history")

    def _history(self, name: str) -> list[str]:
        # The ids are written as in addresses, though not by everybody. Canvas may end the list with a remark.
        given = (self.custom or {}).get(name, "").split(",")
        ids = [each for part in given[:MOST_ANCESTORS] for each in (part.strip(), unquote(part.strip()))]
        return list(dict.fromkeys(each for each in ids if 0 < len(each) <= 255 and "\x00" not in each))


_REQUIRED: Mapping[str, tuple[str, ...]] = {
    RESOURCE_LINK: (CORE + "target_link_uri", CORE + "resource_link"),
    DEEP_LINKING: (DL + "deep_linking_settings",),
    SUBMISSION_REVIEW: (CORE + "target_link_uri", CORE + "resource_link", CORE + "for_user"),
}
_PERSONAL = ("name", "given_name", "middle_name", "family_name", "email", "picture")


def read(payload: Mapping[str, Any]) -> Message:
    """The checked message of a verified token's ``payload``; raises ``Refusal`` naming the claim that is wrong."""
    if payload.get(CORE + "version") != VERSION:
        raise Refusal(Code.VERSION, detail=_found(payload.get(CORE + "version")))
    message_type = payload.get(CORE + "message_type")
    if not isinstance(message_type, str) or message_type not in _REQUIRED:
        raise Refusal(Code.MESSAGE_TYPE, detail=_found(message_type))
    for name in (CORE + "deployment_id", CORE + "roles", *_REQUIRED[message_type]):
        if payload.get(name) is None:
            raise Refusal(Code.CLAIM_MISSING, detail=name)
    if payload.get("sub") is None and ("sub" in payload or any(payload.get(name) for name in _PERSONAL)):
        # A visitor without an id but with a name is nobody that a platform may send (Core, section 5.3.6.1).
        raise Refusal(Code.CLAIM_MISSING, detail="sub")
    try:
        return Message.model_validate(payload)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise Refusal(Code.CLAIM_INVALID, detail=f"{where}: {first['msg']}") from None


def _found(value: object) -> str:
    return repr(value)[:80]
