"""The ``id_token`` of a launch, as Moodle and as Canvas fill it."""

import hashlib
import time
from typing import Any
from urllib.parse import urlencode

import jwt
from django.conf import settings
from django.utils.crypto import salted_hmac

from lti.sandbox import wire
from lti.sandbox.manners import Manner
from lti.sandbox.models import Activity, LaunchTicket, Person, Role, Tool
from lti.sandbox.platform import addresses, clock, keys
from lti.sandbox.platform.custom import expand
from lti.sandbox.vocabulary import (
    AGS_CLAIM,
    AGS_SCOPES,
    CLAIM,
    DEEP_LINKING_CLAIM,
    DEEP_LINKING_REQUEST,
    NRPS_CLAIM,
    RESOURCE_LINK_REQUEST,
    SCOPE_MEMBERS_READ,
    VERSION,
)

DATA_SECONDS = 3600
_PERSONAL = frozenset(
    {"sub", "name", "given_name", "family_name", "email", f"{CLAIM}lti11_legacy_user_id", f"{CLAIM}lis"}
)


def session_key(person: Person) -> str:
    """Moodle's ``sesskey``: ten characters that only this person's own pages carry."""
    return salted_hmac("sandbox.sesskey", person.subject).hexdigest()[:10]


def shared_person(person: Person, tool: Tool, manner: Manner) -> dict[str, str]:
    """The personal claims that the school shares with the tool: Moodle by the claims it asked for, Canvas by level."""
    level = tool.privacy_level
    if manner.is_canvas:
        names, email = level in {"name_only", "public"}, level in {"email_only", "public"}
    else:
        names = bool({"name", "given_name", "family_name"} & set(tool.claims))
        email = "email" in tool.claims
    shared: dict[str, str] = {}
    if names:
        shared |= {"name": person.name, "given_name": person.given_name, "family_name": person.family_name}
    if email:
        shared["email"] = person.email
    return shared


def sign_message(*, ticket: LaunchTicket, tool: Tool, nonce: str, manner: Manner) -> str:
    """The signed message of a launch that was authorised."""
    claims = _claims(ticket=ticket, tool=tool, nonce=nonce, manner=manner)
    kid = keys.ensure_signing_key().kid
    wire.tell(
        "message",
        f"{claims[f'{CLAIM}message_type']} of {ticket.person.name}",
        header={"alg": "RS256", "kid": kid},
        claims=claims,
    )
    return keys.sign(claims)


def _claims(*, ticket: LaunchTicket, tool: Tool, nonce: str, manner: Manner) -> dict[str, Any]:
    now = int(clock.now())
    person, course, activity = ticket.person, ticket.course, ticket.activity
    claims: dict[str, Any] = {
        "iss": addresses.issuer(),
        "aud": tool.client_id,
        "sub": person.subject,
        "iat": now,
        "exp": now + manner.id_token_seconds,
        "nonce": nonce,
        **shared_person(person, tool, manner),
        f"{CLAIM}version": VERSION,
        f"{CLAIM}deployment_id": tool.deployment_id,
        f"{CLAIM}roles": list(manner.roles[ticket.role]),
        f"{CLAIM}context": {
            "id": course.context_id,
            "label": course.label,
            "title": course.title,
            "type": list(manner.context_types),
        },
        f"{CLAIM}tool_platform": _platform(manner),
        f"{CLAIM}launch_presentation": _presentation(ticket, manner),
        f"{CLAIM}lti11_legacy_user_id": person.subject,
        f"{CLAIM}lis": _school_ids(person, tool, manner),
    }
    if manner.sends_azp:
        claims["azp"] = tool.client_id
        claims["locale"] = "en"
        claims["https://www.instructure.com/placement"] = None if activity else "course_assignments_menu"
    else:
        claims[f"{CLAIM}ext"] = {"lms": "moodle-2", "user_username": person.username}
    if activity is None:
        claims |= _choosing(ticket, tool, manner)
    else:
        claims |= {
            f"{CLAIM}message_type": RESOURCE_LINK_REQUEST,
            f"{CLAIM}target_link_uri": activity.url,
            f"{CLAIM}resource_link": {
                "id": activity.resource_link_id,
                "title": activity.title,
                "description": activity.text,
            },
        }
    claims |= _services(ticket, tool, manner)
    custom = expand(activity=activity, person=person, course=course, tool=tool, manner=manner, role=ticket.role)
    if custom:
        claims[f"{CLAIM}custom"] = custom
    if ticket.role == Role.GUEST:
        # Whoever reads a public course without signing in is nobody to the tool.
        claims = {name: value for name, value in claims.items() if name not in _PERSONAL}
    return claims


def _platform(manner: Manner) -> dict[str, str]:
    platform = {
        "guid": hashlib.sha256(addresses.issuer().encode()).hexdigest()[:32],
        "name": "Maple Grove School",
        "product_family_code": manner.product_family_code,
        "version": manner.version,
    }
    return platform | ({"description": "Maple Grove School"} if manner.is_moodle else {})


def _presentation(ticket: LaunchTicket, manner: Manner) -> dict[str, Any]:
    # Canvas says "iframe" even where it opens a new tab.
    in_window = ticket.in_window and manner.document_targets_window
    query = {"course": ticket.course.pk}
    presentation: dict[str, Any] = {"document_target": "window" if in_window else "iframe", "locale": "en"}
    if manner.is_canvas:
        return presentation | {"return_url": addresses.site(f"/return?{urlencode(query)}"), "width": 800, "height": 600}
    return presentation | {
        "return_url": addresses.site(f"/return?{urlencode(query | {'sesskey': session_key(ticket.person)})}")
    }


def _school_ids(person: Person, tool: Tool, manner: Manner) -> dict[str, str]:
    """Moodle always sends the institution's number, though it may be empty; Canvas only with the name."""
    if manner.is_canvas:
        return {"person_sourcedid": person.username} if "name" in shared_person(person, tool, manner) else {}
    return {"person_sourcedid": "", "course_section_sourcedid": ""}


def _choosing(ticket: LaunchTicket, tool: Tool, manner: Manner) -> dict[str, Any]:
    """The claims that ask for a choice of content. Neither platform sends ``data`` or ``accept_lineitem``."""
    course, person = ticket.course, ticket.person
    if manner.is_canvas:
        data = jwt.encode(
            {
                "jti": ticket.token,
                "course": course.pk,
                "person": person.pk,
                "exp": int(time.time()) + DATA_SECONDS,
            },
            settings.SECRET_KEY,
            algorithm="HS256",
        )
        return_url = addresses.site(f"/courses/{course.pk}/deep_linking_response?{urlencode({'data': data})}")
    else:
        query = {"course": course.pk, "id": tool.deployment_id, "sesskey": session_key(person)}
        return_url = addresses.site(f"/mod/lti/contentitem_return.php?{urlencode(query)}")
    wanted: dict[str, Any] = {
        "deep_link_return_url": return_url,
        "accept_types": ["ltiResourceLink"],
        "accept_presentation_document_targets": ["frame", "iframe", "window"],
        "accept_multiple": True,
        "auto_create": False,
    }
    if manner.is_moodle:
        wanted |= {"title": "", "text": ""}
    return {
        f"{CLAIM}message_type": DEEP_LINKING_REQUEST,
        f"{CLAIM}target_link_uri": tool.deep_link_uri or tool.target_link_uri,
        f"{DEEP_LINKING_CLAIM}deep_linking_settings": wanted,
    }


def _services(ticket: LaunchTicket, tool: Tool, manner: Manner) -> dict[str, Any]:
    claims: dict[str, Any] = {}
    granted = [scope for scope in AGS_SCOPES if scope in tool.scopes]
    if granted:
        endpoint: dict[str, Any] = {
            "scope": granted,
            "lineitems": addresses.line_items(ticket.course, tool, manner),
        }
        column = _own_line_item(ticket.activity, manner)
        if column:
            endpoint["lineitem"] = column
        claims[AGS_CLAIM] = endpoint
    if SCOPE_MEMBERS_READ in tool.scopes:
        claims[NRPS_CLAIM] = {
            "context_memberships_url": addresses.members(ticket.course, tool, manner),
            "service_versions": ["2.0"] if manner.is_canvas else ["1.0", "2.0"],
        }
    return claims


def _own_line_item(activity: Activity | None, manner: Manner) -> str | None:
    """The launched activity's column. Moodle names it only while there is exactly one; Canvas names the first."""
    items = list(activity.line_items.select_related("tool")[:2]) if activity else []
    if not items or (manner.is_moodle and len(items) > 1):
        return None
    return addresses.line_item(items[0], manner)
