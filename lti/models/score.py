"""The outbox of scores. The database is the truth; the broker only rings the bell."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .course import LineItem, LtiUser
from .registration import Registration


class ScoreDelivery(models.Model):
    """The score that one learner is owed in one gradebook column, and how far it has come.

    Three values are kept apart (G5): ``wanted`` (computed by us), ``acknowledged`` (the platform said yes) and ``seen``
    (read back from the gradebook).
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        SENDING = "sending", _("sending")
        DELIVERED = "delivered", _("delivered")
        HELD = "held", _("held until somebody acts")
        REFUSED = "refused", _("refused")
        SUPERSEDED = "superseded", _("superseded by a teacher")

    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="deliveries")
    line_item = models.ForeignKey(LineItem, on_delete=models.CASCADE, related_name="deliveries")
    user = models.ForeignKey(LtiUser, on_delete=models.CASCADE, related_name="deliveries")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)

    wanted_score = models.DecimalField(max_digits=12, decimal_places=4)
    wanted_maximum = models.DecimalField(max_digits=12, decimal_places=4)
    wanted_revision = models.PositiveIntegerField(default=1, help_text=_("Counts changes of what is wanted."))
    wanted_at = models.DateTimeField()
    sendable_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text=_("Since when it may go, or from when on; empty: there is nothing to send, or something in its way."),
    )
    attempt_number = models.PositiveIntegerField(default=1)
    submitted_at = models.DateTimeField()
    reason = models.CharField(max_length=40)

    stamp = models.DateTimeField(null=True, blank=True, help_text=_("The timestamp last committed to a message (G2)."))
    stamped_revision = models.PositiveIntegerField(default=0, help_text=_("The revision that the stamp belongs to."))
    restamps = models.PositiveSmallIntegerField(
        default=0, help_text=_("How often the wanted revision got a new stamp because its own came too late.")
    )
    submission_revision = models.PositiveIntegerField(
        default=0, help_text=_("The revision whose message announces the attempt as new; 0: none has yet.")
    )
    sent = models.JSONField(
        default=list,
        blank=True,
        help_text=_(
            "What has been sent since the last acknowledgement, as [score, maximum]: the gradebook may hold any of it."
        ),
    )
    claim = models.UUIDField(null=True, blank=True, help_text=_("Whoever writes a result must name this."))
    claimed_until = models.DateTimeField(null=True, blank=True)
    next_try_at = models.DateTimeField(null=True, blank=True, help_text=_("Empty: nothing to do."))
    not_before = models.DateTimeField(
        null=True, blank=True, help_text=_("The platform has asked to be left alone with it until then (Retry-After).")
    )
    tries = models.PositiveIntegerField(default=0, help_text=_("Requests sent for the wanted revision."))
    code = models.CharField(max_length=40, blank=True, help_text=_("Why it stands as it does: a code of the doctor's."))
    answer = models.TextField(blank=True, help_text=_("The platform's last answer, trimmed."))

    acknowledged_score = models.DecimalField(max_digits=12, decimal_places=4, null=True, blank=True)
    acknowledged_maximum = models.DecimalField(max_digits=12, decimal_places=4, null=True, blank=True)
    acknowledged_revision = models.PositiveIntegerField(default=0)
    acknowledged_attempt = models.PositiveIntegerField(default=0)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    seen_score = models.DecimalField(max_digits=12, decimal_places=4, null=True, blank=True)
    seen_maximum = models.DecimalField(max_digits=12, decimal_places=4, null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)
    check_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When to read the gradebook back; empty: not of our own accord.")
    )
    insists = models.BooleanField(
        default=False, help_text=_("The instructor wants ours in place of what a teacher has entered.")
    )

    class Meta:
        verbose_name_plural = "score deliveries"
        constraints = [models.UniqueConstraint(fields=["line_item", "user"], name="lti_scoredelivery_line_item_user")]
        indexes = [
            # What is due is found by this alone, whatever number of delivered rows lies beside it.
            models.Index(
                fields=["registration", "next_try_at"],
                condition=models.Q(next_try_at__isnull=False),
                name="lti_scoredelivery_due",
            ),
            models.Index(
                fields=["registration", "check_at"],
                condition=models.Q(check_at__isnull=False),
                name="lti_scoredelivery_check",
            ),
        ]

    def __str__(self) -> str:
        return f"delivery {self.pk} ({self.state})"


class ScoreRequest(models.Model):
    """One request that was sent, and what came back. Appended, never changed; never holds a token."""

    delivery = models.ForeignKey(ScoreDelivery, on_delete=models.CASCADE, related_name="requests")
    revision = models.PositiveIntegerField()
    score = models.DecimalField(
        max_digits=12, decimal_places=4, null=True, blank=True, help_text=_("What was sent; empty: it was a reading.")
    )
    maximum = models.DecimalField(max_digits=12, decimal_places=4, null=True, blank=True)
    stamp = models.DateTimeField()
    sent_at = models.DateTimeField()
    milliseconds = models.PositiveIntegerField()
    status = models.PositiveIntegerField(null=True, blank=True, help_text=_("HTTP status; empty: no answer."))
    outcome = models.CharField(max_length=40)
    answer = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["delivery", "sent_at"], name="lti_scorerequest_delivery")]


class Lane(models.Model):
    """The right to send to one registration, leased to one worker at a time, with the pace found so far."""

    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="lanes")
    number = models.PositiveSmallIntegerField(default=0)
    holder = models.UUIDField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    concurrency = models.PositiveSmallIntegerField(default=2)
    paused_until = models.DateTimeField(null=True, blank=True, help_text=_("Throttled, or the platform is down."))
    failures = models.PositiveIntegerField(default=0, help_text=_("Failures of the platform in a row."))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["registration", "number"], name="lti_lane_registration_number")]
