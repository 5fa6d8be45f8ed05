"""What stands on a course page, and the way there."""

import secrets
from typing import Any

from django.db import models

from lti.sandbox.models.people import Course, Person, Role
from lti.sandbox.models.tool import Tool


def new_token() -> str:
    return secrets.token_hex(16)


class Activity(models.Model):
    """A resource link: one thing of the tool, placed in a course."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="activities")
    tool = models.ForeignKey(Tool, on_delete=models.CASCADE, related_name="activities")
    # A UUID or a number, as the manner of the day has it; never changed, or the tool would take it for another link.
    resource_link_id = models.CharField(max_length=64, unique=True)
    title = models.CharField(max_length=255)
    text = models.TextField(blank=True)
    url = models.CharField(max_length=2000)
    custom: "models.JSONField[dict[str, str], dict[str, str]]" = models.JSONField(default=dict)
    new_window = models.BooleanField(default=False)
    # What Moodle calls hidden: students neither see nor open it.
    published = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]


class LaunchTicket(models.Model):
    """A launch that has begun: who, to where. It is what ``lti_message_hint`` names, and is good for one message."""

    token = models.CharField(max_length=40, primary_key=True, default=new_token)
    person = models.ForeignKey(Person, on_delete=models.CASCADE)
    course = models.ForeignKey(Course, on_delete=models.CASCADE)
    # None: the message asks for a choice of content.
    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, null=True)
    # The role that the message will tell of; not always the person's own in the course.
    role = models.CharField(max_length=20, choices=Role.choices, default=Role.LEARNER)
    in_window = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField(null=True)


class Selection(models.Model):
    """What the instructor chose in the tool, waiting to be confirmed on the course's own page."""

    token = models.CharField(max_length=40, primary_key=True, default=new_token)
    person = models.ForeignKey(Person, on_delete=models.CASCADE)
    course = models.ForeignKey(Course, on_delete=models.CASCADE)
    tool = models.ForeignKey(Tool, on_delete=models.CASCADE)
    # As lti.sandbox.platform.content_items.Choice.
    choices: "models.JSONField[list[dict[str, Any]], list[dict[str, Any]]]" = models.JSONField(default=list)
    problems: "models.JSONField[list[str], list[str]]" = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    confirmed_at = models.DateTimeField(null=True)
