"""One launch's session."""

import secrets

from django.db import models
from django.utils.translation import gettext_lazy as _

from .assignment import Assignment
from .course import STAFF_ROLES, Course, Enrollment


def visit_id() -> str:
    """A name for a visit: 16 random characters. It is no secret; the visit's credential is."""
    return secrets.token_urlsafe(12)


class Visit(models.Model):
    """One launch's session: who, where, with which roles. Its id stands in the address of its pages, ``/l/<id>/…``.

    Two tabs with two courses or two people are two visits and never mix (L4).
    """

    class Purpose(models.TextChoices):
        LEARN = "learn", _("read, explore, answer, teach")
        SELECT = "select", _("pick what to place in the course")

    class Carrier(models.TextChoices):
        COOKIE = "cookie", _("a cookie for the visit's path")
        PATH = "path", _("the path itself, where the browser brought no cookie back")

    id = models.CharField(primary_key=True, max_length=16, default=visit_id, editable=False)
    enrollment = models.ForeignKey(
        Enrollment,
        on_delete=models.CASCADE,
        null=True,
        related_name="visits",
        help_text=_("Empty for a visitor whom the platform does not name: nothing is recorded of them."),
    )
    assignment = models.ForeignKey(Assignment, on_delete=models.CASCADE, null=True, related_name="visits")
    purpose = models.CharField(max_length=10, choices=Purpose.choices, default=Purpose.LEARN)
    roles = models.JSONField(default=list, help_text=_("The roles that the launch came with."))
    credential_hash = models.CharField(max_length=64, help_text=_("SHA-256 of the visit's secret, in hexadecimal."))
    carrier = models.CharField(
        max_length=10,
        choices=Carrier.choices,
        default=Carrier.COOKIE,
        help_text=_("Where the secret comes from; from elsewhere it is worth nothing."),
    )
    frame_ancestors = models.JSONField(default=list, help_text=_("Origins that may frame this visit's pages."))
    return_url = models.TextField(blank=True, help_text=_("Where the platform wants people back; http or https."))
    locale = models.CharField(max_length=35, blank=True)
    frame_token = models.CharField(
        max_length=255, blank=True, help_text=_("What messages to the page around ours must carry, where it says so.")
    )
    login = models.CharField(  # noqa: DJ001 - NULL is no value: any number of visits begin without a login.
        max_length=64,
        null=True,
        editable=False,
        help_text=_(
            "The login whose message opened it: its nonce is spent, since no other visit can be of this login."
        ),
    )
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField(
        null=True, help_text=_("When a secret in the path was last used, give or take some minutes.")
    )
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["login"], name="courses_visit_one_a_login")]

    def __str__(self) -> str:
        return self.id

    @property
    def is_anonymous(self) -> bool:
        """Whether nobody knows who this is, as in a public course: they may read and try, and leave nothing behind."""
        return self.enrollment is None

    @property
    def course(self) -> Course:
        """Where this is."""
        if self.enrollment is not None:
            return self.enrollment.course
        assert self.assignment is not None
        return self.assignment.course

    @property
    def is_staff(self) -> bool:
        """Staff, if the launch came as staff and no later launch of that person came with less (L4)."""
        if self.enrollment is None:
            return False
        return not STAFF_ROLES.isdisjoint(self.roles) and self.enrollment.is_staff
