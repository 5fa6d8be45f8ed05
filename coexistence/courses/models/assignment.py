"""What an instructor placed in a course, and how it is configured."""

import uuid

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from coexistence.content.models import Quiz, Unit

from .course import Course
from .settings import QuizSettings


class Assignment(QuizSettings):
    """The instructor's configuration of one link. Made at deep linking, bound to its link at the first launch."""

    class Kind(models.TextChoices):
        UNIT = "unit", _("the whole unit")
        LESSON = "lesson", _("the lesson")
        TIMELINE = "timeline", _("the timeline")
        QUIZ = "quiz", _("the quiz")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="assignments")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    quiz = models.ForeignKey(Quiz, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    route = models.CharField(
        max_length=100, blank=True, help_text=_("The unit's route that was placed; empty for all of its sections.")
    )
    title = models.CharField(max_length=255)
    points = models.PositiveIntegerField(
        default=10,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text=_("What the gradebook column is worth, 1 to 100: Moodle takes nothing else."),
    )
    origin = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="copies",
        help_text=_("The assignment whose configuration this one was copied from."),
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta(QuizSettings.Meta):
        abstract = False
        constraints = [
            *QuizSettings.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(points__gte=1, points__lte=100), name="courses_assignment_points"
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=["lesson", "timeline"]) | models.Q(quiz__isnull=False),
                name="courses_assignment_quiz_where_graded",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_graded(self) -> bool:
        """Whether it has a quiz, and so a column in the gradebook."""
        return self.quiz_id is not None
