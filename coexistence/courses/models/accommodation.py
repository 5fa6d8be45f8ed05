"""What one person or group may do otherwise than an assignment says: more time, other dates, further attempts."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .assignment import Assignment
from .course import Course, Enrollment


class Group(models.Model):
    """Some people of a course, under a name."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="groups")
    name = models.CharField(max_length=100)
    members = models.ManyToManyField(Enrollment, related_name="groups", blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["course", "name"], name="courses_group_course_name")]

    def __str__(self) -> str:
        return self.name


class Accommodation(models.Model):
    """What holds for one person or group: in every timed assignment of the course, or, as an exception, in one.

    An empty field says nothing: then the next row that has a say decides, and in the end the assignment; see
    ``quiz.policy.limits``. A factor of 1 says that there is no extra time.
    """

    class Source(models.TextChoices):
        STAFF = "staff", _("a teacher")
        PLATFORM = "platform", _("the course")

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="accommodations")
    enrollment = models.ForeignKey(
        Enrollment, on_delete=models.CASCADE, null=True, blank=True, related_name="accommodations"
    )
    group = models.ForeignKey(Group, on_delete=models.CASCADE, null=True, blank=True, related_name="accommodations")
    assignment = models.ForeignKey(
        Assignment,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="accommodations",
        help_text=_("Empty: every timed assignment of the course, present and future."),
    )
    source = models.CharField(
        max_length=10,
        choices=Source.choices,
        default=Source.STAFF,
        help_text=_("A platform's dates give way to those that a teacher sets here."),
    )
    time_factor = models.DecimalField(max_digits=4, decimal_places=2, null=True, blank=True)
    extra_minutes = models.PositiveIntegerField(null=True, blank=True)
    opens_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    closes_at = models.DateTimeField(null=True, blank=True)
    extra_attempts = models.PositiveIntegerField(null=True, blank=True)
    excused = models.BooleanField(default=False, help_text=_("No score of theirs is asked for, or sent."))
    note = models.TextField(blank=True, help_text=_("For the staff."))
    by = models.ForeignKey(Enrollment, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(enrollment__isnull=False, group__isnull=True)
                | models.Q(enrollment__isnull=True, group__isnull=False),
                name="courses_accommodation_of_person_or_group",
            ),
            models.CheckConstraint(
                condition=models.Q(time_factor__isnull=True) | models.Q(extra_minutes__isnull=True),
                name="courses_accommodation_factor_or_minutes",
            ),
            models.CheckConstraint(
                condition=models.Q(time_factor__isnull=True) | models.Q(time_factor__gte=1, time_factor__lte=10),
                name="courses_accommodation_time_factor",
            ),
            # Days belong to one assignment, and so does being excused.
            models.CheckConstraint(
                condition=models.Q(assignment__isnull=False)
                | models.Q(opens_at__isnull=True, due_at__isnull=True, closes_at__isnull=True, excused=False),
                name="courses_accommodation_dates_of_one",
            ),
            models.CheckConstraint(
                condition=models.Q(source="staff")
                | models.Q(
                    enrollment__isnull=False,
                    assignment__isnull=False,
                    time_factor__isnull=True,
                    extra_minutes__isnull=True,
                    extra_attempts__isnull=True,
                    excused=False,
                ),
                name="courses_accommodation_platform_dates",
            ),
            models.UniqueConstraint(
                fields=["enrollment", "assignment", "source"],
                condition=models.Q(enrollment__isnull=False, assignment__isnull=False),
                name="courses_accommodation_person_in_one",
            ),
            models.UniqueConstraint(
                fields=["enrollment"],
                condition=models.Q(enrollment__isnull=False, assignment__isnull=True),
                name="courses_accommodation_person",
            ),
            models.UniqueConstraint(
                fields=["group", "assignment"],
                condition=models.Q(group__isnull=False, assignment__isnull=False),
                name="courses_accommodation_group_in_one",
            ),
            models.UniqueConstraint(
                fields=["group"],
                condition=models.Q(group__isnull=False, assignment__isnull=True),
                name="courses_accommodation_group",
            ),
        ]

    def __str__(self) -> str:
        return f"accommodation {self.pk} of {self.enrollment or self.group}"
