"""Names and roles: the course's roster."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet

from lti.sandbox.errors import ServiceError
from lti.sandbox.manners import Manner
from lti.sandbox.models import Activity, Course, Membership, Tool
from lti.sandbox.platform import addresses, messages
from lti.sandbox.vocabulary import CLAIM, CONTEXT_ROLE, RESOURCE_LINK_REQUEST, VERSION


def listed(*, course: Course, filters: Mapping[str, str], manner: Manner) -> QuerySet[Membership]:
    """The members; ``role`` is a full URI (Moodle also takes the short name), nonsense gives an empty list."""
    members = Membership.objects.filter(course=course, active=True, role__in=manner.member_roles)
    if filters.get("role"):
        wanted = filters["role"]
        if manner.is_moodle:
            wanted = wanted.removeprefix(CONTEXT_ROLE)
        members = members.filter(role__in=[role for role, given in manner.member_roles.items() if wanted in given])
    return members.select_related("person").order_by("pk")


def link(*, course: Course, tool: Tool, filters: Mapping[str, str], manner: Manner) -> Activity | None:
    """The activity of ``rlid``; on Canvas the context's own id means the whole course. 400 where it is unknown."""
    wanted = filters.get("rlid")
    if not wanted or (manner.is_canvas and wanted == course.context_id):
        return None
    found = Activity.objects.filter(course=course, tool=tool, resource_link_id=wanted).first()
    if found is None:
        raise ServiceError(400, f"rlid {wanted!r} is no activity of this tool in this course.", code="bad_request")
    return found


def shown(member: Membership, *, tool: Tool, activity: Activity | None, manner: Manner) -> dict[str, Any]:
    """One member. Moodle sends bare role names, and the institution's number though it may be empty."""
    person = member.person
    body: dict[str, Any] = {
        "status": "Active",
        "user_id": person.subject,
        "roles": list(manner.member_roles[member.role]),
        "lti11_legacy_user_id": person.subject,
        **messages.shared_person(person, tool, manner),
    }
    if manner.is_moodle:
        body["lis_person_sourcedid"] = ""
    if activity is not None:
        body["message"] = [
            {
                f"{CLAIM}message_type": RESOURCE_LINK_REQUEST,
                f"{CLAIM}version": VERSION,
                f"{CLAIM}custom": activity.custom,
            }
        ]
    return body


def container(*, course: Course, tool: Tool, members: list[dict[str, Any]], manner: Manner) -> dict[str, Any]:
    return {
        "id": addresses.members(course, tool, manner),
        "context": {"id": course.context_id, "label": course.label, "title": course.title},
        "members": members,
    }
