"""What has passed between the platform and the tool, for whoever wants to learn by watching."""

from typing import Any

from django.db import models


class Exchange(models.Model):
    """One message, or one request with its answer; long tokens and keys are cut before they get here."""

    at = models.DateTimeField(auto_now_add=True)
    # As in lti.sandbox.wire.KINDS.
    kind = models.CharField(max_length=20)
    title = models.CharField(max_length=200)
    manner = models.CharField(max_length=10)
    # None: a message that is no request of its own.
    status = models.PositiveSmallIntegerField(null=True)
    sent: "models.JSONField[dict[str, Any], dict[str, Any]]" = models.JSONField(default=dict)
    answered: "models.JSONField[dict[str, Any], dict[str, Any]]" = models.JSONField(default=dict)
    # What the platform looked at and found right, in order.
    checks: "models.JSONField[list[str], list[str]]" = models.JSONField(default=list)
    # Why it was refused; empty where it was not.
    refused = models.TextField(blank=True)

    class Meta:
        ordering = ["-pk"]
