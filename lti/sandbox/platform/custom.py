"""Custom parameters: how they are kept, and the variables in them."""

import re
from collections.abc import Mapping

from django.utils import timezone

from lti.sandbox.manners import Manner
from lti.sandbox.models import Activity, Course, Person, Role, Tool
from lti.sandbox.platform import addresses


def kept(custom: Mapping[str, str], manner: Manner) -> dict[str, str]:
    """Parameters as the platform stores them: Moodle writes ``k=v`` lines, so a line break in a value cuts it."""
    if manner.is_canvas:
        return dict(custom)
    lines = "\n".join(f"{name}={value}" for name, value in custom.items()).splitlines()
    return {name: value for name, found, value in (line.partition("=") for line in lines) if found}


def _sanitised(name: str) -> str:
    return re.sub(r"\W", "_", name.lower(), flags=re.ASCII)


def expand(
    *, activity: Activity | None, person: Person, course: Course, tool: Tool, manner: Manner, role: str
) -> dict[str, str]:
    """The parameters of one message. A variable that the platform does not know arrives literally, on both."""
    values = _variables(activity=activity, person=person, course=course, tool=tool, manner=manner, role=role)
    link = activity.custom if activity else {}
    if manner.is_canvas:
        merged = {_sanitised(name): value for name, value in tool.custom.items()} | link
    else:
        merged = link | tool.custom
        merged = {_sanitised(name): value for name, value in merged.items()} | merged
    return {name: values.get(value, value) or value for name, value in merged.items()}


def _variables(
    *, activity: Activity | None, person: Person, course: Course, tool: Tool, manner: Manner, role: str
) -> dict[str, str]:
    known = {
        "$User.id": person.subject,
        "$User.username": person.username,
        "$Person.name.full": person.name,
        "$Person.name.given": person.given_name,
        "$Person.name.family": person.family_name,
        "$Person.email.primary": person.email,
        "$Membership.role": ",".join(manner.roles[role]),
        "$CourseSection.title": course.title,
        "$Context.id": course.context_id,
        "$Context.title": course.title,
        # Both platforms tell where a course comes from, the nearest first; empty, it arrives literally.
        "$Context.id.history": ",".join(each.context_id for each in course.ancestors),
    }
    if role == Role.GUEST:
        known |= dict.fromkeys((name for name in known if name.startswith(("$User.", "$Person."))), "")
    if activity is not None:
        known |= {"$ResourceLink.id": activity.resource_link_id, "$ResourceLink.title": activity.title}
        known["$ResourceLink.description"] = activity.text
    item = activity.line_items.select_related("tool").first() if activity else None
    if manner.is_canvas:
        known |= {"$Canvas.course.id": str(course.pk), "$Canvas.user.id": "" if role == Role.GUEST else person.subject}
        known["$com.instructure.User.student_view"] = "true" if role == Role.TEST_STUDENT else "false"
        known["$Canvas.course.previousContextIds"] = known["$Context.id.history"]
        known["$Canvas.api.baseUrl"] = addresses.issuer()
        if item is not None:
            known |= {
                "$Canvas.assignment.id": str(item.pk),
                "$Canvas.assignment.title": item.label,
                "$Canvas.assignment.published": "true" if activity and activity.published else "false",
                "$Canvas.assignment.pointsPossible": f"{item.score_maximum.normalize():f}",
                "$LineItem.resultValue.max": f"{item.score_maximum.normalize():f}",
            }
    else:
        known["$LineItems.url"] = addresses.line_items(course, tool, manner)
        known["$Context.timeFrame.begin"] = str(int(timezone.now().replace(month=1, day=1).timestamp()))
        if item is not None:
            known |= {
                "$LineItem.url": addresses.line_item(item, manner),
                "$Scores.url": addresses.line_item(item, manner, tail="/scores"),
                "$Results.url": addresses.line_item(item, manner, tail="/results"),
            }
    return known
