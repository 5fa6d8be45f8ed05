"""Attempts and their responses. ``attempts`` is the only code that changes them."""

from fractions import Fraction

from django.db import models
from django.utils.translation import gettext_lazy as _

from coexistence.content.models import Item, Revision
from coexistence.courses.models import Assignment, Enrollment


class Attempt(models.Model):
    """One try of one learner at an assignment's quiz, pinned to the item revisions that it began with (Q2)."""

    class State(models.TextChoices):
        OPEN = "open", _("open")
        SUBMITTED = "submitted", _("submitted")

    class ClosedBy(models.TextChoices):
        LEARNER = "learner", _("the learner")
        CLOCK = "clock", _("the end of the time")

    assignment = models.ForeignKey(Assignment, on_delete=models.CASCADE, related_name="attempts")
    enrollment = models.ForeignKey(Enrollment, on_delete=models.CASCADE, related_name="attempts")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    is_preview = models.BooleanField(default=False, help_text=_("Staff or a test student trying it out; never graded."))
    is_practice = models.BooleanField(default=False, help_text=_("Begun for practice; never graded."))
    seed = models.PositiveBigIntegerField(help_text=_("What the options are shuffled by."))
    position = models.PositiveIntegerField(default=1, help_text=_("The item that is on the page, where it is one."))
    started_at = models.DateTimeField()
    deadline = models.DateTimeField(
        null=True, blank=True, help_text=_("When the clock closes it; follows the limits. Empty: never.")
    )
    due_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When it was due for this learner; follows the limits.")
    )
    submitted_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.CharField(max_length=10, choices=ClosedBy.choices, blank=True)
    score = models.DecimalField(max_digits=12, decimal_places=6, null=True, blank=True)
    exact_score = models.TextField(blank=True, help_text=_("The score before any rounding, as a fraction: 17/3."))
    maximum = models.DecimalField(max_digits=12, decimal_places=6)
    ungraded = models.PositiveIntegerField(
        default=0, help_text=_("How many responses wait for a person to grade them.")
    )
    is_overridden = models.BooleanField(default=False, help_text=_("A person has set its score as a whole."))

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["assignment", "enrollment", "number"], name="quiz_attempt_number"),
            models.UniqueConstraint(
                fields=["assignment", "enrollment"], condition=models.Q(state="open"), name="quiz_attempt_one_open"
            ),
            models.CheckConstraint(
                condition=models.Q(state="open", submitted_at__isnull=True, score__isnull=True)
                | models.Q(state="submitted", submitted_at__isnull=False, score__isnull=False)
                & ~models.Q(exact_score=""),
                name="quiz_attempt_submitted_is_scored",
            ),
        ]
        indexes = [
            # What was submitted since some time, for finding scores that are not on their way.
            models.Index(
                fields=["submitted_at", "id"],
                condition=models.Q(state="submitted", is_preview=False),
                name="quiz_attempt_submissions",
            ),
            # What the clock has to close, whatever number of closed attempts lies beside it.
            models.Index(
                fields=["deadline", "id"],
                condition=models.Q(state="open", deadline__isnull=False),
                name="quiz_attempt_deadlines",
            ),
        ]

    def __str__(self) -> str:
        return f"attempt {self.number} of enrollment {self.enrollment_id}"

    @property
    def exact(self) -> Fraction:
        """The score of a submitted attempt without any rounding, out of ``maximum``."""
        return Fraction(self.exact_score)


class Response(models.Model):
    """The place of one item in an attempt, and what was answered there."""

    class Confidence(models.TextChoices):
        GUESS = "guess", _("a guess")
        FAIRLY = "fairly", _("fairly sure")
        SURE = "sure", _("sure")

    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, related_name="responses")
    position = models.PositiveIntegerField()
    item = models.ForeignKey(Item, on_delete=models.RESTRICT, related_name="+")
    revision = models.ForeignKey(Revision, on_delete=models.RESTRICT, related_name="+")
    scored_by = models.ForeignKey(
        Revision,
        on_delete=models.RESTRICT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("The revision whose rules score it after a regrade; empty: the one that was asked."),
    )
    points = models.DecimalField(max_digits=8, decimal_places=3)
    answer = models.JSONField(null=True, blank=True, help_text=_("As the item's type defines it; null: not answered."))
    confidence = models.CharField(max_length=10, choices=Confidence.choices, blank=True, help_text=_("Never graded."))
    sequence = models.PositiveBigIntegerField(
        default=0, help_text=_("The browser's count of changes; older ones lose.")
    )
    saved_at = models.DateTimeField(null=True, blank=True)
    saves = models.JSONField(
        default=list, blank=True, help_text=_("Every time it was saved, as an ISO time; appended to, never changed.")
    )
    in_grace = models.BooleanField(
        default=False, help_text=_("The answer came after the deadline, within the grace for what is on its way.")
    )
    checked_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When the learner had it checked; it cannot change since.")
    )
    score = models.DecimalField(
        max_digits=12, decimal_places=6, null=True, blank=True, help_text=_("Empty: not scored, or waits for a person.")
    )
    explanation = models.JSONField(null=True, blank=True, help_text=_("How the score came about, line by line."))

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["attempt", "position"], name="quiz_response_position"),
            models.UniqueConstraint(fields=["attempt", "item"], name="quiz_response_item_once"),
        ]

    def __str__(self) -> str:
        return f"{self.attempt_id}.{self.position}"

    @property
    def rules(self) -> Revision:
        """The revision by whose rules it is scored."""
        return self.scored_by or self.revision
