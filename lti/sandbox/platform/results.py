"""The result service: what the gradebook holds, in each platform's shape."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet

from lti.sandbox.manners import Manner
from lti.sandbox.models import Grade, LineItem
from lti.sandbox.platform import addresses
from lti.sandbox.platform.line_items import number


def listed(*, item: LineItem, filters: Mapping[str, str], manner: Manner) -> QuerySet[Grade]:
    """The cells of a column; with ``user_id`` that person's only."""
    grades = Grade.objects.filter(line_item=item).select_related("person").order_by("pk")
    if "user_id" in filters:
        wanted = filters["user_id"]
        number_like = wanted.isascii() and wanted.isdigit() and len(wanted) < 18
        grades = grades.filter(person_id=int(wanted)) if number_like else grades.none()
    return grades


def shown(grade: Grade, item: LineItem, manner: Manner) -> dict[str, Any]:
    """One result. Canvas answers out of the maximum that was posted last; Moodle in the column's own points."""
    base = addresses.line_item(item, manner)
    body: dict[str, Any] = {"id": address(grade, item, manner), "userId": grade.person.subject}
    if manner.is_canvas:
        body["scoreOf"] = base
        if grade.score is not None:
            maximum = grade.posted_maximum or item.score_maximum
            score = grade.posted_score
            if score is None or grade.by_hand:
                # A teacher's own entry, brought to that maximum too.
                score = grade.score * maximum / item.score_maximum if item.score_maximum else grade.score
            body |= {"resultScore": number(round(score, 5)), "resultMaximum": number(maximum)}
        if grade.comments:
            body["comment"] = grade.comments[-1]
        return body
    body["scoreOf"] = base
    if grade.score is not None:
        body |= {
            "resultScore": number(grade.score),
            "resultMaximum": number(item.score_maximum),
        }
        if grade.timestamp is not None:
            body["timestamp"] = grade.timestamp.isoformat(timespec="seconds")
    if grade.comments:
        body["comment"] = grade.comments[-1]
    return body


def address(grade: Grade, item: LineItem, manner: Manner) -> str:
    """The result's id: a path of its own on Canvas, the filtered list on Moodle."""
    if manner.is_canvas:
        return addresses.line_item(item, manner, tail=f"/results/{grade.pk}")
    return f"{addresses.line_item(item, manner, tail='/results')}&{urlencode({'user_id': grade.person.subject})}"
