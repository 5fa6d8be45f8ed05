"""The return of a deep-linking message: verified, then kept as a selection for the instructor to confirm."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import jwt
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from lti.sandbox import wire
from lti.sandbox.errors import PageError, TokenRefusedError
from lti.sandbox.manners import Manner
from lti.sandbox.models import Activity, Course, LineItem, Membership, Person, Selection, SpentToken, Tool
from lti.sandbox.platform import addresses, content_items, keys, messages
from lti.sandbox.platform.content_items import Choice
from lti.sandbox.platform.spent import spend
from lti.sandbox.vocabulary import CLAIM, DEEP_LINKING_CLAIM, DEEP_LINKING_RESPONSE, VERSION
from lti.sandbox.wire import passed

# Both platforms allow the tool's clock about this much.
AHEAD = 60


@dataclass(frozen=True)
class Returned:
    """What came back: the selection (None where nothing was chosen) and what the tool wishes to be shown."""

    selection: Selection | None
    message: str
    error: str


def moodle_return(form: Mapping[str, str], query: Mapping[str, str], *, person: Person, manner: Manner) -> Returned:
    """The return to ``contentitem_return.php``; its state is the teacher's own session."""
    with wire.exchange("choice", **_shown_form(form)):
        return _moodle_return(form, query, person, manner)


def _moodle_return(form: Mapping[str, str], query: Mapping[str, str], person: Person, manner: Manner) -> Returned:
    if not constant_time_compare(query.get("sesskey", ""), messages.session_key(person)):
        raise PageError("The session key of this return is not yours. Start again from the course page.")
    course = Course.objects.filter(pk=_id(query.get("course"))).first()
    tool = Tool.objects.filter(deployments__deployment_id=query.get("id", "")).first()
    return _accept(form, course=course, tool=tool, person=person, manner=manner)


def canvas_return(form: Mapping[str, str], query: Mapping[str, str], *, course_id: int, manner: Manner) -> Returned:
    """The return to ``deep_linking_response``; its state is the ``data`` of its address, good for one return."""
    with wire.exchange("choice", **_shown_form(form)):
        return _canvas_return(form, query, course_id, manner)


def _canvas_return(form: Mapping[str, str], query: Mapping[str, str], course_id: int, manner: Manner) -> Returned:
    try:
        data = jwt.decode(query.get("data", ""), settings.SECRET_KEY, algorithms=["HS256"])
    except jwt.PyJWTError:
        raise PageError(
            "The data in the return address is unreadable or has expired; use the address unmodified."
        ) from None
    if data.get("course") != course_id:
        raise PageError("The return address belongs to another course; use it unmodified.")
    course = Course.objects.filter(pk=course_id).first()
    person = Person.objects.filter(pk=int(data["person"])).first()
    if person is None:
        raise PageError("The person of this return is no longer at this school.")
    return _accept(form, course=course, tool=_tool_of(form), person=person, manner=manner, once=str(data["jti"]))


def _shown_form(form: Mapping[str, str]) -> dict[str, Any]:
    try:
        token = form.get("JWT", "")
        header = jwt.get_unverified_header(token)
        return {"header": header, "claims": jwt.decode(token, options={"verify_signature": False})}
    except jwt.PyJWTError:
        return {"form": list(form)}


def _id(value: str | None) -> int:
    return int(value) if value and value.isascii() and value.isdigit() and len(value) < 10 else 0


def _tool_of(form: Mapping[str, str]) -> Tool | None:
    """The tool that says it signed this; whether it did is checked afterwards."""
    try:
        issuer = jwt.decode(form.get("JWT", ""), options={"verify_signature": False}).get("iss", "")
    except jwt.PyJWTError:
        return Tool.objects.first()
    return Tool.objects.filter(client_id=str(issuer)).first() or Tool.objects.first()


def _accept(
    form: Mapping[str, str],
    *,
    course: Course | None,
    tool: Tool | None,
    person: Person,
    manner: Manner,
    once: str | None = None,
) -> Returned:
    if course is None or tool is None:
        raise PageError("The return address names no course or tool of this school; use it unmodified.")
    membership = Membership.objects.filter(course=course, person=person, active=True).first()
    if membership is None or membership.role not in manner.editors:
        raise PageError("Only a teacher of the course can add activities.", status=403)
    passed("The return address is this platform’s own, for a teacher of the course.")
    try:
        claims = _verified(form.get("JWT", ""), tool, manner)
        choices, problems = content_items.read(
            claims.get(f"{DEEP_LINKING_CLAIM}content_items"), tool=tool, manner=manner
        )
    except TokenRefusedError as error:
        raise PageError(f"The tool's answer was refused. {error}") from error
    nonce = claims.get("nonce")
    if nonce is not None and not spend(SpentToken.Kind.NONCE, f"{tool.pk}:{nonce}"):
        raise PageError("The tool's answer was refused. Its nonce has been used before.")
    if once is not None and not spend(SpentToken.Kind.DEEP_LINK, once):
        raise PageError("This return address has been used already. Start again from the course page.")
    passed("Neither the nonce nor the return address was used before.")
    selection = None
    if choices or problems:
        selection = Selection.objects.create(
            person=person, course=course, tool=tool, choices=[c.as_row() for c in choices], problems=problems
        )
    return Returned(
        selection,
        message=_shown(claims, f"{DEEP_LINKING_CLAIM}msg"),
        error=_shown(claims, f"{DEEP_LINKING_CLAIM}errormsg"),
    )


def _shown(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    return value[:500] if isinstance(value, str) else ""


def _verified(token: str, tool: Tool, manner: Manner) -> dict[str, Any]:
    if not token:
        raise TokenRefusedError("The form has no field named JWT.")
    claims = keys.read_tool_token(token, tool)
    keys.check_times(claims, ahead=AHEAD)
    audience = claims.get("aud")
    expected: tuple[tuple[str, object, object], ...] = (
        ("iss", claims.get("iss"), tool.client_id),
        (f"{CLAIM}deployment_id", claims.get(f"{CLAIM}deployment_id"), tool.deployment_id),
        (f"{CLAIM}message_type", claims.get(f"{CLAIM}message_type"), DEEP_LINKING_RESPONSE),
        (f"{CLAIM}version", claims.get(f"{CLAIM}version"), VERSION),
    )
    for name, found, right in expected:
        if found != right:
            raise TokenRefusedError(f"Its {name} is {found!r}; it must be {right!r}.")
        passed(f"{name.rpartition('/')[2]} is {right}.")
    if addresses.issuer() not in (audience if isinstance(audience, list) else [audience]):
        raise TokenRefusedError(f"Its aud is {audience!r}; it must be the platform's issuer, {addresses.issuer()!r}.")
    passed("aud is this platform.")
    if manner.is_canvas and not claims.get("nonce"):
        raise TokenRefusedError("It has no nonce.")
    if not isinstance(claims.get("nonce"), str | None):
        raise TokenRefusedError("Its nonce must be text.")
    # Neither platform sends ``data`` in its settings, so there is nothing to give back.
    if claims.get(f"{DEEP_LINKING_CLAIM}data") is not None:
        raise TokenRefusedError(f"It carries {DEEP_LINKING_CLAIM}data, but the request had none.")
    return claims


def place(*, selection: Selection, choices: Sequence[Choice], manner: Manner) -> list[Activity]:
    """Make the activities of a confirmed selection, each with its column; a second confirmation makes none."""
    with transaction.atomic():
        first = Selection.objects.filter(pk=selection.pk, confirmed_at=None).update(confirmed_at=timezone.now())
        return [_place_one(selection, choice, manner) for choice in choices] if first else []


def _place_one(selection: Selection, choice: Choice, manner: Manner) -> Activity:
    activity = Activity.objects.create(
        course=selection.course,
        tool=selection.tool,
        resource_link_id=str(uuid.uuid4()),
        title=choice.title,
        text=choice.text,
        url=choice.url,
        custom=choice.custom,
        new_window=choice.new_window,
    )
    if manner.is_moodle:
        activity.resource_link_id = str(activity.pk)
        activity.save(update_fields=["resource_link_id"])
    if choice.points:
        LineItem.objects.create(
            course=selection.course,
            tool=selection.tool,
            activity=activity,
            label=choice.title,
            score_maximum=Decimal(choice.points),
            tag=choice.tag,
            resource_id=choice.resource_id,
            coupled=True,
        )
    return activity
