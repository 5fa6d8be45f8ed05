"""The line item service: the columns of a course's gradebook, as a tool sees and changes them."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet

from lti.sandbox.errors import ServiceError
from lti.sandbox.manners import Manner
from lti.sandbox.models import Activity, Course, Grade, LineItem, Tool
from lti.sandbox.platform import addresses
from lti.sandbox.platform.bodies import LineItemBody
from lti.sandbox.wire import passed


def shown(item: LineItem, manner: Manner) -> dict[str, Any]:
    """A line item as JSON."""
    body: dict[str, Any] = {
        "id": addresses.line_item(item, manner),
        "label": item.label,
        "scoreMaximum": number(item.score_maximum),
    }
    if item.resource_id:
        body["resourceId"] = item.resource_id
    if item.tag:
        body["tag"] = item.tag
    if item.activity is not None:
        body["resourceLinkId"] = item.activity.resource_link_id
        if manner.is_moodle:
            body["ltiLinkId"] = item.activity.resource_link_id
    return body


def number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def listed(*, tool: Tool, course: Course, filters: Mapping[str, str], manner: Manner) -> QuerySet[LineItem]:
    """The tool's line items in the course, filtered as AGS has it; Moodle also by ``lti_link_id``."""
    items = LineItem.objects.filter(tool=tool, course=course).select_related("activity", "tool")
    items = items.prefetch_related("tool__deployments")
    if filters.get("tag"):
        items = items.filter(tag=filters["tag"])
    if filters.get("resource_id"):
        items = items.filter(resource_id=filters["resource_id"])
    if filters.get("resource_link_id"):
        items = items.filter(activity__resource_link_id=filters["resource_link_id"])
    if manner.is_moodle and filters.get("lti_link_id"):
        items = items.filter(activity__resource_link_id=filters["lti_link_id"])
    return items


def find(*, tool: Tool, course: Course, item_id: int, manner: Manner) -> LineItem:
    """The line item; 404 where there is none of this tool in this course."""
    item = (
        LineItem.objects.select_related("activity", "tool", "course")
        .filter(tool=tool, course=course, pk=item_id)
        .first()
    )
    if item is None:
        # Seen at Canvas: a deleted assignment is a 404 without a word.
        raise ServiceError(
            404,
            f"There is no line item {item_id} in this course.",
            code="not_found",
            body="" if manner.is_canvas else None,
        )
    passed("The line item is this tool’s and in this course.")
    return item


def create(*, tool: Tool, course: Course, body: LineItemBody, manner: Manner) -> LineItem:
    """A new column, never matched with one that exists. With ``resourceLinkId`` it belongs to that activity."""
    _check_maximum(body, manner)
    return LineItem.objects.create(
        tool=tool,
        course=course,
        activity=_activity(tool, course, body.resourceLinkId, manner),
        label=body.label,
        score_maximum=body.scoreMaximum,
        tag=body.tag or "",
        resource_id=body.resourceId or "",
    )


def _check_maximum(body: LineItemBody, manner: Manner) -> None:
    if manner.is_moodle and body.scoreMaximum == 0:
        raise ServiceError(400, "scoreMaximum: must be greater than 0.", code="bad_request")


def _activity(tool: Tool, course: Course, link: str | None, manner: Manner) -> Activity | None:
    if not link:
        return None
    activity = Activity.objects.filter(tool=tool, course=course, resource_link_id=link).first()
    if activity is None:
        status, code = (404, "not_found") if manner.is_canvas else (403, "forbidden")
        raise ServiceError(status, f"resourceLinkId {link!r} is no activity of this tool in this course.", code=code)
    return activity


def replace(*, item: LineItem, body: LineItemBody, manner: Manner) -> LineItem:
    """PUT. Moodle replaces everything: what is left out goes blank, the link included, and grades are rescaled to a
    new maximum. Canvas keeps what is left out, and a coupled item renames its assignment."""
    _check_maximum(body, manner)
    if manner.is_moodle:
        activity = _activity(item.tool, item.course, body.resourceLinkId, manner)
        with transaction.atomic():
            if body.scoreMaximum != item.score_maximum and item.score_maximum:
                factor = body.scoreMaximum / item.score_maximum
                Grade.objects.filter(line_item=item, score__isnull=False).update(score=F("score") * factor)
            item.activity = activity
            item.coupled = item.coupled and activity is not None
            item.tag, item.resource_id = body.tag or "", body.resourceId or ""
            item.label, item.score_maximum = body.label, body.scoreMaximum
            item.save()
        return item
    with transaction.atomic():
        item.label, item.score_maximum = body.label, body.scoreMaximum
        if body.tag is not None:
            item.tag = body.tag
        if body.resourceId is not None:
            item.resource_id = body.resourceId
        item.save()
        if item.coupled and item.activity is not None:
            Activity.objects.filter(pk=item.activity.pk).update(title=body.label)
    return item


def remove(*, item: LineItem, manner: Manner) -> None:
    """DELETE. Canvas keeps a column that came with its assignment."""
    if manner.is_canvas and item.coupled:
        raise ServiceError(401, "This line item belongs to its assignment and cannot be deleted.", code="unauthorized")
    item.delete()
