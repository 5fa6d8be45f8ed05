"""Quiz items, and the quizzes that pick them. How an item is shown and scored is the business of ``quiz``."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .unit import Part, Unit


class Item(Part):
    """A question, whatever its present wording; the wording is its current revision.

    It belongs to a unit, or to a course: then it is an instructor's own, and on no public page.
    """

    class Use(models.TextChoices):
        CHECK = "check", _("check inside the lesson")
        PRACTICE = "practice", _("practice")
        GRADED = "graded", _("graded")

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, null=True, blank=True)  # type: ignore[assignment]
    # Named and not imported: courses know the content, and not the other way.
    course = models.ForeignKey(
        "courses.Course", on_delete=models.CASCADE, null=True, blank=True, related_name="own_items"
    )
    use = models.CharField(max_length=10, choices=Use.choices, default=Use.GRADED)
    public = models.BooleanField(default=True, help_text=_("Whether public pages and the API may show it."))
    retired = models.BooleanField(default=False, help_text=_("No longer in the files; kept for old attempts."))
    current = models.OneToOneField("Revision", on_delete=models.RESTRICT, null=True, related_name="+")

    class Meta(Part.Meta):
        constraints = [
            *Part.Meta.constraints,
            models.UniqueConstraint(fields=["course", "slug"], name="content_item_course_slug"),
            models.CheckConstraint(
                condition=models.Q(unit__isnull=False, course__isnull=True)
                | models.Q(unit__isnull=True, course__isnull=False, public=False),
                name="content_item_of_unit_or_course",
            ),
        ]


class Revision(models.Model):
    """An item as it stood between two loads that changed it. Never altered, never deleted: attempts point to it."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    type = models.CharField(max_length=40)
    body = models.JSONField(help_text=_("The item as its type's schema has it, texts rendered to sanitised HTML."))
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["item", "-number"]
        constraints = [models.UniqueConstraint(fields=["item", "number"], name="content_revision_item_number")]

    def __str__(self) -> str:
        return f"{self.item_id} r{self.number}"


class Quiz(Part):
    """A quiz about a unit: sections that pick items. Ready-made, or an instructor's own in one course."""

    course = models.ForeignKey(
        "courses.Course",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="own_quizzes",
        help_text=_("Whose own it is; empty: ready-made, from the unit's files."),
    )
    title = models.CharField(max_length=200)
    public = models.BooleanField(default=True, help_text=_("Whether the API may name it."))
    retired = models.BooleanField(default=False, help_text=_("No longer in the files; kept for what was placed."))
    summary = models.TextField(blank=True, help_text=_("Sanitised HTML."))
    plan = models.JSONField(
        default=list,
        help_text=_(
            'A list of sections: {"title": text, "items": [{"item": slug, "points": "1"}]}. A section with "draw": 3 '
            'asks three of its items; {"own": slug} is an item of the quiz\'s course.'
        ),
    )

    class Meta(Part.Meta):
        # The first of a unit's quizzes is what an assignment gets that does not say which.
        ordering = ["retired", "position"]
        verbose_name_plural = "quizzes"
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "slug"], condition=models.Q(course__isnull=True), name="content_quiz_unit_slug"
            ),
            models.UniqueConstraint(
                fields=["course", "slug"], condition=models.Q(course__isnull=False), name="content_quiz_course_slug"
            ),
        ]
