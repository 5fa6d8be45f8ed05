"""What a message says of each row that a launch keeps: the fields that it may change, and nothing it leaves out."""

import hashlib
from datetime import UTC, datetime

from coexistence.courses.models.course import STAFF_ROLES

from .models import Registration
from .protocol.claims import Message
from .protocol.roles import Standing


def registration_fields(registration: Registration, message: Message) -> dict[str, object]:
    """The product family, where whoever registered the platform did not name it."""
    family = (message.tool_platform.product_family_code if message.tool_platform else None) or ""
    return {"platform": family.lower()} if family and len(family) <= 40 and not registration.platform else {}


def context_id(message: Message) -> str:
    """The context's id. A link without one is a course of its own, since roles hold for what they came with."""
    if message.context is not None:
        return message.context.id
    link = message.resource_link.id if message.resource_link else ""
    return "urn:coexistence:no-context:" + hashlib.sha256(link.encode()).hexdigest()


def context_fields(message: Message) -> dict[str, object]:
    """The course's services."""
    return {"memberships_url": message.roster.context_memberships_url} if message.roster else {}


def course_fields(message: Message) -> dict[str, object]:
    """How the platform calls the course; an empty title says nothing."""
    context = message.context
    given = {"title": context.title, "label": context.label} if context else {}
    return {name: value for name, value in given.items() if value}


def participant_fields(message: Message) -> dict[str, object]:
    """The person's name, where it is told; one that is told no more is kept."""
    return {"name": message.display_name} if message.display_name else {}


def enrollment_fields(who: Standing, *, was_staff: bool) -> dict[str, object]:
    """The roles of now in place of the former ones (L4); who was staff once is remembered."""
    was_staff = was_staff or not STAFF_ROLES.isdisjoint(who.roles)
    return {"roles": sorted(who.roles), "is_test": who.is_test, "was_staff": was_staff}


def dates(message: Message) -> dict[str, datetime | None]:
    """When the assignment opens, is due and closes for whoever launches, as far as the platform tells it.

    Canvas fills these in for each learner; what a platform does not fill in, or not with a time, is none.
    """
    told = message.custom or {}
    return {name: _moment(told.get(name, "")) for name in ("opens_at", "due_at", "closes_at")}


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def link_fields(message: Message) -> dict[str, object]:
    """Which assignment the link is for; one that names none says nothing."""
    return {"picked": message.assignment_uuid} if message.assignment_uuid else {}


def column_fields(message: Message) -> dict[str, object]:
    """Where the gradebook column is. A launch that names none (Moodle with grades off) does not take it away."""
    service = message.endpoint
    if service is None:
        return {}
    fields: dict[str, object] = {"container_url": service.lineitems or "", "scopes": sorted(set(service.scope))}
    return fields | ({"url": service.lineitem, "gone": False} if service.lineitem else {})
