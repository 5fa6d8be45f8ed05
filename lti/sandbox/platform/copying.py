"""Copying a course, as each new year brings it: everything of the teacher's, nothing of the learners'."""

import uuid

from django.db import transaction

from lti.sandbox.manners import Manner
from lti.sandbox.models import Activity, Course, LineItem, Membership

TITLE_LENGTH = 200


def copy(*, course: Course, manner: Manner) -> Course:
    """A copy with new ids for the course, its links and its line items.

    Addresses, custom parameters, tags and resource ids are kept; grades are not. The same people are enrolled, so that
    a visitor can be any of them in both.
    """
    with transaction.atomic():
        number = Course.objects.count()
        made = Course.objects.create(
            title=f"{course.title} (copy {number})"[:TITLE_LENGTH],
            label=f"{course.label}-{number}"[:60],
            copied_from=course,
        )
        members = list(Membership.objects.filter(course=course))
        for member in members:
            member.pk, member.course = None, made
        Membership.objects.bulk_create(members, batch_size=100)
        for activity in course.activities.prefetch_related("line_items"):
            _copy_activity(activity, made, manner)
        for item in course.line_items.filter(activity=None):
            _copy_item(item, made, None)
    return made


def _copy_activity(activity: Activity, course: Course, manner: Manner) -> None:
    items = list(activity.line_items.all())
    activity.pk = None
    activity._state.adding = True
    activity.course, activity.resource_link_id = course, str(uuid.uuid4())
    activity.save()
    if manner.is_moodle:
        activity.resource_link_id = str(activity.pk)
        activity.save(update_fields=["resource_link_id"])
    for item in items:
        _copy_item(item, course, activity)


def _copy_item(item: LineItem, course: Course, activity: Activity | None) -> None:
    item.pk = None
    item._state.adding = True
    item.course, item.activity = course, activity
    item.save()
