"""OpenID Connect third-party-initiated login: the beginning of a launch, and the authorization endpoint."""

import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import jwt
from django.conf import settings
from django.utils import timezone

from lti.sandbox import troubles, wire
from lti.sandbox.errors import PageError
from lti.sandbox.manners import Manner
from lti.sandbox.models import Activity, Course, LaunchTicket, Person, Tool
from lti.sandbox.platform import addresses, messages
from lti.sandbox.wire import passed

_MOODLE_PREFIX = "ltilaunch"
#: The name of the frame through which Canvas takes messages for its storage.
STORAGE_FRAME = "post_message_forwarding"


@dataclass(frozen=True)
class FormPost:
    """A form that the visitor's browser submits by itself."""

    url: str
    fields: dict[str, str]


class PostedError(Exception):
    """An error that travels to the tool's redirect URI."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error
        self.description = description


def login_hint(person: Person, manner: Manner) -> str:
    """Moodle names the user; Canvas sends an opaque hash (also for who is not signed in)."""
    if manner.is_moodle:
        return person.subject
    return hashlib.sha256(f"{settings.SECRET_KEY}:{person.subject}".encode()).hexdigest()[:40]


def begin(
    *,
    tool: Tool,
    person: Person,
    role: str,
    course: Course,
    activity: Activity | None,
    in_window: bool,
    manner: Manner,
) -> FormPost:
    """Begin a launch of ``activity`` (a choice of content where it is None): the form that opens the tool's login."""
    ticket = LaunchTicket.objects.create(
        person=person, course=course, activity=activity, role=role, in_window=in_window
    )
    fields = {
        "iss": addresses.issuer(),
        "target_link_uri": activity.url if activity else tool.deep_link_uri or tool.target_link_uri,
        "login_hint": login_hint(person, manner),
        "lti_message_hint": _message_hint(ticket, manner),
        "client_id": tool.client_id,
        "lti_deployment_id": tool.deployment_id,
    }
    if manner.is_canvas:
        fields |= {"canvas_environment": "prod", "canvas_region": "not_configured"}
    fields |= storage_target(manner)
    wire.tell("login", f"Login request for {person.name}", url=tool.initiate_login_uri, form=fields)
    return FormPost(tool.initiate_login_uri, fields)


def storage_target(manner: Manner) -> dict[str, str]:
    """Where the tool may keep its state in the browser; only Canvas offers that."""
    if not manner.is_canvas or troubles.chosen("storage").key == "off":
        return {}
    return {"lti_storage_target": STORAGE_FRAME}


def _message_hint(ticket: LaunchTicket, manner: Manner) -> str:
    if manner.is_moodle:
        # The course-module id is not the activity's id, as on a real site.
        cmid = ticket.activity.pk + 100 if ticket.activity else ""
        return json.dumps({"cmid": cmid, "launchid": f"{_MOODLE_PREFIX}{ticket.token}"}, separators=(",", ":"))
    claims = {
        "verifier": ticket.token,
        "canvas_domain": urlsplit(addresses.issuer()).netloc,
        "context_type": "Course",
        "context_id": ticket.course.pk,
        "exp": int(time.time()) + manner.ticket_seconds,
    }
    return jwt.encode(claims, settings.SECRET_KEY, algorithm="HS256")


def authorize(params: Mapping[str, str], *, person: Person | None, manner: Manner) -> FormPost:
    """Answer an authorization request of ``person``'s browser with the form that brings the tool its message, or an
    error; PageError where the redirect URI or the hint cannot be trusted."""
    with wire.exchange("authorization", parameters=params) as tape:
        redirect_uri = params.get("redirect_uri", "")
        tool = _tool_of_redirect(redirect_uri, manner)
        if tool is None:
            raise PageError(
                f"The redirect_uri {redirect_uri!r} is not registered for this tool.",
                status=404 if manner.is_moodle else 400,
            )
        passed("redirect_uri is registered for the tool.")
        state = {"state": params["state"]} if params.get("state") else {}
        check = _moodle if manner.is_moodle else _canvas
        try:
            ticket = check(params, tool, person, manner)
        except PostedError as error:
            fields = {"error": error.error, "error_description": error.description, **state}
            tape.refused = f"{error.error}: {error.description}"
            wire.tell("error", url=redirect_uri, form=fields)
            return FormPost(redirect_uri, fields)
        passed("The hint names a launch that was begun for this person and not used yet.")
        tape.answered = {"the browser posts to": redirect_uri, "with": "id_token, state"}
    token = messages.sign_message(ticket=ticket, tool=tool, nonce=params["nonce"], manner=manner)
    return FormPost(redirect_uri, {"id_token": token, **state, **storage_target(manner)})


def _tool_of_redirect(redirect_uri: str, manner: Manner) -> Tool | None:
    """The tool with this redirect URI: Moodle compares the texts, Canvas the base, and that no parameter is missing."""
    for tool in Tool.objects.all():
        for registered in tool.redirect_uris:
            if redirect_uri == registered:
                return tool
            if manner.is_canvas:
                ours, theirs = urlsplit(registered), urlsplit(redirect_uri)
                same_base = ours._replace(query="") == theirs._replace(query="")
                if same_base and set(parse_qsl(ours.query)) <= set(parse_qsl(theirs.query)):
                    return tool
    return None


def _demand(*demands: tuple[str, bool, PostedError]) -> None:
    """Go through what must hold, in the platform's own order; the first that does not is the answer."""
    for name, holds, error in demands:
        if not holds:
            raise error
        passed(name)


def _moodle(params: Mapping[str, str], tool: Tool, person: Person | None, manner: Manner) -> LaunchTicket:
    for name in ("nonce", "lti_message_hint", "login_hint"):
        if not params.get(name):
            raise PageError(f"A required parameter ({name}) was missing.", status=404)
    passed("nonce, lti_message_hint and login_hint are there.")
    if person is None:
        raise PageError("You are not signed in at this school. Open the course page first.", status=404)
    passed("The browser brought the school’s own cookie.")
    _demand(
        ("scope is openid.", params.get("scope") == "openid", PostedError("invalid_scope", "scope must be openid.")),
        (
            "response_type is id_token.",
            params.get("response_type") == "id_token",
            PostedError("unsupported_response_type", "response_type must be id_token."),
        ),
        (
            "client_id is the tool’s.",
            params.get("client_id") == tool.client_id,
            PostedError("unauthorized_client", "This client_id is not registered here."),
        ),
        (
            "The tool is active.",
            tool.active,
            PostedError("unauthorized_client", "The tool is pending: an administrator has yet to activate it."),
        ),
        (
            "login_hint is the person who is signed in.",
            params["login_hint"] == person.subject,
            PostedError("access_denied", "The signed-in user is not the one in login_hint."),
        ),
        (
            "response_mode is form_post.",
            params.get("response_mode") == "form_post",
            PostedError("invalid_request", "response_mode must be form_post."),
        ),
        (
            "prompt is none, or absent.",
            params.get("prompt") in {None, "", "none"},
            PostedError("invalid_request", "prompt must be none."),
        ),
    )
    try:
        hint = json.loads(params["lti_message_hint"])
        launch = str(hint["launchid"])
    except (ValueError, KeyError, TypeError):
        raise PostedError("invalid_request", "No launch id in LTI hint") from None
    ticket = _take(launch.removeprefix(_MOODLE_PREFIX), person)
    if ticket is None:
        raise PageError("This launch has been used already or has ended. Open the activity again.", status=404)
    return ticket


def _canvas(params: Mapping[str, str], tool: Tool, person: Person | None, manner: Manner) -> LaunchTicket:
    expired = False
    try:
        hint = jwt.decode(
            params.get("lti_message_hint", ""), settings.SECRET_KEY, algorithms=["HS256"], options={"verify_exp": False}
        )
        expired = hint["exp"] <= time.time()
        token = str(hint["verifier"])
    except (jwt.PyJWTError, KeyError, TypeError):
        raise PageError("The lti_message_hint could not be read.") from None
    passed("lti_message_hint is this platform’s own.")
    wanted = {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
    }
    given = [name for name in ("client_id", "login_hint", "nonce", *wanted) if not params.get(name)]
    missing = f"The following parameters are missing: {given[0]}" if given else ""
    _demand(
        ("Every required parameter is there.", not given, PostedError("invalid_request_object", missing)),
        *(
            (
                f"{name} is {value}.",
                params.get(name) == value,
                PostedError("invalid_request_object", f"The '{name}' must be '{value}'"),
            )
            for name, value in wanted.items()
        ),
        (
            "client_id is the tool’s.",
            params.get("client_id") == tool.client_id,
            PostedError("invalid_request_object", "This client_id is not registered here."),
        ),
        (
            "The key is enabled.",
            tool.active,
            PostedError("unauthorized_client", "Client not authorized in requested context"),
        ),
        (
            "login_hint is the person who is signed in.",
            person is not None and params.get("login_hint") == login_hint(person, manner),
            PostedError("login_required", "Must have an active user session"),
        ),
    )
    assert person is not None
    ticket = None if expired else _take(token, person)
    if ticket is None:
        raise PostedError(
            "launch_no_longer_valid",
            "The launch has either expired or already been consumed; launch the tool again from the course.",
        )
    return ticket


def _take(token: str, person: Person) -> LaunchTicket | None:
    """Use a ticket up, exactly once; None where it is unknown, another's, old or used."""
    oldest = timezone.now() - timedelta(hours=2)
    taken = LaunchTicket.objects.filter(token=token, person=person, used_at=None, created_at__gte=oldest).update(
        used_at=timezone.now()
    )
    if not taken:
        return None
    return LaunchTicket.objects.select_related("person", "course", "activity").get(token=token)
