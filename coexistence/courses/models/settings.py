"""How an assignment's quiz is taken: all that its instructor may decide, with the defaults of who decides not."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class Shown(models.TextChoices):
    """From when on a learner may see something of an attempt.

    ``EXHAUSTED``: when no attempt is left or the closing time has passed, so that it helps in no further attempt.
    ``CLOSED``: when the closing time has passed; see ``quiz.policy.visible`` for a quiz without one.
    """

    DURING = "during", _("as soon as an answer is given for good")
    SUBMITTED = "submitted", _("after submitting")
    EXHAUSTED = "exhausted", _("when no attempt is left or the quiz has closed")
    CLOSED = "closed", _("after the quiz has closed")
    NEVER = "never", _("never")


class QuizSettings(models.Model):
    """The settings of a quiz as fields; see ``assignments.Settings`` for changing them. Minutes are whole minutes."""

    class Counts(models.TextChoices):
        BEST = "best", _("the best attempt")
        LAST = "last", _("the last attempt")
        FIRST = "first", _("the first attempt")
        MEAN = "mean", _("the mean of all attempts")

    class Late(models.TextChoices):
        ACCEPT = "accept", _("accepted and marked as late")
        PERCENT = "percent", _("accepted, with a part of the score taken off for each day")
        REFUSE = "refuse", _("refused")

    attempts_allowed = models.PositiveIntegerField(null=True, blank=True, default=2, help_text=_("Empty: any number."))
    counts = models.CharField(max_length=10, choices=Counts.choices, default=Counts.BEST)
    time_limit = models.PositiveIntegerField(null=True, blank=True, help_text=_("Minutes; empty: no limit."))
    opens_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    closes_at = models.DateTimeField(null=True, blank=True, help_text=_("From then on nothing is taken any more."))
    late = models.CharField(max_length=10, choices=Late.choices, default=Late.ACCEPT)
    late_percent = models.PositiveSmallIntegerField(
        default=10, help_text=_("Of the score, taken off for each day that has begun since it was due.")
    )
    late_grace = models.PositiveIntegerField(default=0, help_text=_("Minutes after the due time that are not late."))
    wait = models.PositiveIntegerField(default=0, help_text=_("Minutes between the end of an attempt and the next."))
    one_a_page = models.BooleanField(default=False, help_text=_("One item on a page instead of all."))
    may_go_back = models.BooleanField(default=True, help_text=_("Whether an item that was left may be seen again."))
    pass_percent = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text=_("Of the points; empty: nothing is said of passing."),
    )
    access_code = models.CharField(max_length=100, blank=True, help_text=_("Asked for before an attempt begins."))
    show_score = models.CharField(max_length=10, choices=Shown.choices, default=Shown.SUBMITTED)
    show_answers = models.CharField(max_length=10, choices=Shown.choices, default=Shown.SUBMITTED)
    show_feedback = models.CharField(max_length=10, choices=Shown.choices, default=Shown.SUBMITTED)
    show_keys = models.CharField(max_length=10, choices=Shown.choices, default=Shown.EXHAUSTED)
    is_practice = models.BooleanField(
        default=False, help_text=_("Attempts are for practice: any number, and none is sent to the gradebook.")
    )

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=models.Q(attempts_allowed__isnull=True) | models.Q(attempts_allowed__gte=1),
                name="%(app_label)s_%(class)s_attempts_allowed",
            ),
            models.CheckConstraint(
                condition=models.Q(time_limit__isnull=True) | models.Q(time_limit__gte=1),
                name="%(app_label)s_%(class)s_time_limit",
            ),
            # A comparison with an empty date is unknown, which a check lets pass.
            models.CheckConstraint(
                condition=models.Q(opens_at__lt=models.F("closes_at")), name="%(app_label)s_%(class)s_opens_first"
            ),
            models.CheckConstraint(
                condition=models.Q(opens_at__lte=models.F("due_at")), name="%(app_label)s_%(class)s_due_after_opening"
            ),
            models.CheckConstraint(
                condition=models.Q(due_at__lte=models.F("closes_at")), name="%(app_label)s_%(class)s_due_before_closing"
            ),
            models.CheckConstraint(
                condition=models.Q(late_percent__gte=1, late_percent__lte=100),
                name="%(app_label)s_%(class)s_late_percent",
            ),
            models.CheckConstraint(
                condition=models.Q(pass_percent__isnull=True) | models.Q(pass_percent__gte=1, pass_percent__lte=100),
                name="%(app_label)s_%(class)s_pass_percent",
            ),
            models.CheckConstraint(
                condition=models.Q(may_go_back=True) | models.Q(one_a_page=True),
                name="%(app_label)s_%(class)s_no_way_back_page_by_page",
            ),
        ]
