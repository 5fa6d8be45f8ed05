"""How a platform names our courses, participants and assignments."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from coexistence.courses.models import Assignment, Course, Participant, Visit

from .registration import Deployment, Registration


class LtiUser(models.Model):
    """A user is (registration, ``sub``): never an e-mail, never a name (L2)."""

    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="users")
    sub = models.CharField(max_length=255)
    participant = models.OneToOneField(Participant, on_delete=models.CASCADE, related_name="lti_user")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["registration", "sub"], name="lti_ltiuser_registration_sub")]

    def __str__(self) -> str:
        return f"user {self.pk} of {self.registration_id}"


class Context(models.Model):
    """A platform's context (a course) and our course for it."""

    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="contexts")
    context_id = models.CharField(max_length=255)
    course = models.OneToOneField(Course, on_delete=models.CASCADE, related_name="lti_context")
    memberships_url = models.TextField(blank=True, help_text=_("Names and Role Provisioning Services."))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["deployment", "context_id"], name="lti_context_deployment_id")]

    def __str__(self) -> str:
        return self.context_id


class ResourceLink(models.Model):
    """A link to us on a course page. It and its assignment find each other at the first launch (L6).

    Where an instructor picks something else for the same link, another row takes this one's place. This one stays with
    its assignment, its column and all scores, so that they go on being about what they were about.
    """

    context = models.ForeignKey(Context, on_delete=models.CASCADE, related_name="resource_links")
    resource_link_id = models.CharField(max_length=255)
    assignment = models.OneToOneField(Assignment, on_delete=models.PROTECT, related_name="resource_link")
    picked = models.UUIDField(
        null=True, blank=True, help_text=_("The assignment that the link's custom parameters name, as last launched.")
    )
    replaced_at = models.DateTimeField(null=True, blank=True, help_text=_("Empty: this is what the link shows."))
    replaced_by = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="former",
        help_text=_("What the link shows now, whatever stood there in between."),
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["context", "resource_link_id"],
                condition=models.Q(replaced_at__isnull=True),
                name="lti_resourcelink_current",
            )
        ]

    def __str__(self) -> str:
        return self.resource_link_id


class LineItem(models.Model):
    """A gradebook column, as our own row: the platform's address of it may be unknown yet, or gone."""

    resource_link = models.OneToOneField(ResourceLink, on_delete=models.CASCADE, related_name="line_item")
    url = models.TextField(blank=True, help_text=_("The platform's line item; empty while there is no column."))
    container_url = models.TextField(blank=True, help_text=_("The platform's line items of the course."))
    scopes = models.JSONField(default=list, help_text=_("The grade service's scopes that the latest launch named."))
    gone = models.BooleanField(default=False, help_text=_("The platform says that it has been deleted."))
    find_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When to look for a column on the platform, or make one; empty: not at all.")
    )
    may_make = models.BooleanField(default=False, help_text=_("An instructor has asked for a new column."))
    find_code = models.CharField(max_length=40, blank=True, help_text=_("Why none was found or made the last time."))
    read_asked_at = models.DateTimeField(null=True, blank=True, help_text=_("When somebody wanted it read back."))
    read_at = models.DateTimeField(null=True, blank=True, help_text=_("When it was last read back, or tried to be."))
    read_code = models.CharField(max_length=40, blank=True, help_text=_("Why it could not be; empty: it could."))
    withheld = models.BooleanField(default=False, help_text=_("Its scores are kept back until somebody releases them."))
    withheld_until = models.DateTimeField(
        null=True, blank=True, help_text=_("When scores that are kept back release themselves; empty: never.")
    )

    class Meta:
        indexes = [
            models.Index(fields=["find_at"], condition=models.Q(find_at__isnull=False), name="lti_lineitem_find")
        ]

    def __str__(self) -> str:
        return self.url or f"no column yet for {self.resource_link_id}"


class DeepLinkRequest(models.Model):
    """What a deep linking launch wants back, kept for its visit. Answered once; the answer may be repeated as it is."""

    visit = models.OneToOneField(Visit, on_delete=models.CASCADE, related_name="deep_link_request")
    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="+")
    settings = models.JSONField(help_text=_("The deep_linking_settings claim, checked."))
    placement = models.CharField(max_length=100, blank=True, help_text=_("Where in Canvas it was begun."))
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.JSONField(default=dict, help_text=_("The claims of the response, unsigned, once there are any."))
    form_digest = models.CharField(max_length=64, blank=True, help_text=_("Of the form that was answered."))
