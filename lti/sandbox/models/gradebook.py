"""The gradebook: a column is a line item, a cell is a grade."""

from django.db import models

from lti.sandbox.models.activity import Activity
from lti.sandbox.models.people import Course, Person
from lti.sandbox.models.tool import Tool


class LineItem(models.Model):
    """A column. One that came with its activity is *coupled*; others the tool made through the line item service."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="line_items")
    tool = models.ForeignKey(Tool, on_delete=models.CASCADE, related_name="line_items")
    activity = models.ForeignKey(Activity, on_delete=models.SET_NULL, null=True, related_name="line_items")
    label = models.CharField(max_length=255)
    score_maximum = models.DecimalField(max_digits=12, decimal_places=5)
    tag = models.CharField(max_length=255, blank=True)
    resource_id = models.CharField(max_length=255, blank=True)
    coupled = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]


class Grade(models.Model):
    """A cell, in the line item's own points, with all that is known of the tool's last score."""

    line_item = models.ForeignKey(LineItem, on_delete=models.CASCADE, related_name="grades")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="grades")
    score = models.DecimalField(max_digits=12, decimal_places=5, null=True)
    # What was posted, before scaling: Canvas shows results out of the maximum posted last.
    posted_score = models.DecimalField(max_digits=12, decimal_places=5, null=True)
    posted_maximum = models.DecimalField(max_digits=12, decimal_places=5, null=True)
    activity_progress = models.CharField(max_length=20)
    grading_progress = models.CharField(max_length=20)
    comments: "models.JSONField[list[str], list[str]]" = models.JSONField(default=list)
    # The stored time that a further score is compared with; None where none was ever sent.
    timestamp = models.DateTimeField(null=True)
    # Entered by a teacher. Moodle calls it overridden and keeps it; Canvas keeps it if the tool asks for that.
    by_hand = models.BooleanField(default=False)
    locked = models.BooleanField(default=False)
    submitted_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["line_item", "person"], name="sandbox_grade_once")]
