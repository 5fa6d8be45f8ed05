"""What happened to an attempt, and what people did to scores: rows that are added and not changed (Q4)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from coexistence.content.models import Revision
from coexistence.courses.models import Assignment, Enrollment

from .attempt import Attempt, Response


class AttemptEvent(models.Model):
    """Something that happened to an attempt. When answers were saved stands with each response."""

    class Kind(models.TextChoices):
        STARTED = "started", _("begun")
        LEFT = "left", _("left the page")
        RETURNED = "returned", _("came back to the page")
        LIMITS = "limits", _("its limits changed")
        CHECKED = "checked", _("had an answer checked")
        CLOSED = "closed", _("closed")
        REGRADED = "regraded", _("regraded")
        ADJUSTED = "adjusted", _("a score was set by a person")
        RESTORED = "restored", _("a score that a person had set was taken back")

    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(
        Enrollment,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Who did it; empty: the clock."),
    )
    data = models.JSONField(default=dict, blank=True, help_text=_("What else there is to say, by kind."))

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["attempt", "at"], name="quiz_attemptevent_attempt")]

    def __str__(self) -> str:
        return f"{self.attempt_id} {self.kind}"


class Regrade(models.Model):
    """That an assignment's attempts were scored anew by another revision of an item, by whom and why."""

    assignment = models.ForeignKey(Assignment, on_delete=models.CASCADE, related_name="regrades")
    revision = models.ForeignKey(Revision, on_delete=models.RESTRICT, related_name="+")
    by = models.ForeignKey(Enrollment, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField()
    reason = models.TextField()
    attempts = models.PositiveIntegerField(help_text=_("How many attempts held the item."))
    changed = models.PositiveIntegerField(help_text=_("The score of how many of them changed."))

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"regrade {self.pk} of {self.assignment_id}"


class Adjustment(models.Model):
    """A score that a person has set: of one response, or, without one, of the attempt as a whole.

    ``score`` is out of ``maximum``. It holds until it is removed, or another one takes its place.
    """

    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, related_name="adjustments")
    response = models.ForeignKey(Response, on_delete=models.CASCADE, null=True, blank=True, related_name="adjustments")
    score = models.DecimalField(max_digits=12, decimal_places=6)
    maximum = models.DecimalField(max_digits=12, decimal_places=6)
    reason = models.TextField(blank=True, help_text=_("Empty only where a person had to grade it anyway."))
    by = models.ForeignKey(Enrollment, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField()
    removed_by = models.ForeignKey(Enrollment, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(maximum__gt=0, score__gte=0, score__lte=models.F("maximum")),
                name="quiz_adjustment_within_maximum",
            ),
            models.UniqueConstraint(
                fields=["response"],
                condition=models.Q(response__isnull=False, removed_at__isnull=True),
                name="quiz_adjustment_one_a_response",
            ),
            models.UniqueConstraint(
                fields=["attempt"],
                condition=models.Q(response__isnull=True, removed_at__isnull=True),
                name="quiz_adjustment_one_an_attempt",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.score}/{self.maximum} for {self.response or self.attempt}"
