"""Courses and who takes part in them."""

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What someone is in one course. Rights follow from these and nothing else."""

    LEARNER = "learner", _("learner")
    INSTRUCTOR = "instructor", _("instructor")
    ASSISTANT = "assistant", _("teaching assistant")
    DESIGNER = "designer", _("course designer")
    OBSERVER = "observer", _("observer")


#: Roles that may see everyone's work and configure assignments.
STAFF_ROLES = frozenset({Role.INSTRUCTOR, Role.ASSISTANT, Role.DESIGNER})


class Course(models.Model):
    """A course page somewhere, as far as we need to know it."""

    title = models.TextField(blank=True)
    label = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.title or self.label or gettext("A course without a title")


class Participant(models.Model):
    """Someone who takes part in courses. Has no credentials of ours, and may have no name."""

    name = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name or gettext("Participant %(number)s") % {"number": self.pk}


class Enrollment(models.Model):
    """One participant in one course, with the roles that the latest launch or roster brought."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="enrollments")
    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="enrollments")
    roles = models.JSONField(default=list, help_text=_("Sorted values of Role; replaced, never added up."))
    is_test = models.BooleanField(
        default=False, help_text=_("A platform's test student, such as Canvas's Student View.")
    )
    was_staff = models.BooleanField(
        default=False, help_text=_("Was staff here once: as a learner, someone trying the assignment out.")
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["course", "participant"], name="courses_enrollment_course_participant")
        ]

    def __str__(self) -> str:
        return f"{self.participant} in {self.course}"

    @property
    def is_staff(self) -> bool:
        """Whether the roles of now include one of staff."""
        return not STAFF_ROLES.isdisjoint(self.roles)

    @property
    def is_preview(self) -> bool:
        """Whether what this person answers is a trial, which no gradebook ever gets (G4)."""
        return self.is_test or self.was_staff or self.is_staff or Role.LEARNER not in self.roles
