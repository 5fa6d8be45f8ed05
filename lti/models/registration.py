"""Platforms that may launch us, their keys and ours."""

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class Registration(models.Model):
    """A platform's client: one (issuer, client id). Hosted Canvas shares one issuer among all its institutions."""

    class DeploymentPolicy(models.TextChoices):
        PENDING = "pending", _("hold unknown deployments until approved")
        ACCEPT = "accept", _("accept unknown deployments")

    name = models.CharField(max_length=200)
    issuer = models.CharField(max_length=255)
    client_id = models.CharField(max_length=255)
    auth_url = models.URLField(_("authorization URL"), max_length=500)
    token_url = models.URLField(_("access token URL"), max_length=500)
    jwks_url = models.URLField(_("key set URL"), max_length=500)
    audience = models.CharField(
        max_length=500,
        blank=True,
        help_text=_("What client assertions name as audience, where it is not the access token URL (D2L)."),
    )
    algorithms = models.CharField(
        max_length=60,
        default="RS256",
        validators=[RegexValidator(r"^(RS256|RS384|RS512|ES256)( (RS256|RS384|RS512|ES256))*$")],
        help_text=_("What the platform may sign with, separated by spaces: RS256, RS384, RS512, ES256."),
    )
    platform = models.CharField(max_length=40, blank=True, help_text=_("Product family, such as canvas or moodle."))
    deployment_policy = models.CharField(
        max_length=10, choices=DeploymentPolicy.choices, default=DeploymentPolicy.PENDING
    )
    active = models.BooleanField(default=True)
    attention_at = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text=_("When the operator was last told by e-mail of scores that wait for a person."),
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["issuer", "client_id"], name="lti_registration_issuer_client")]

    def __str__(self) -> str:
        return self.name


class Deployment(models.Model):
    """One installation of the tool on a registration's platform."""

    class State(models.TextChoices):
        ACTIVE = "active", _("active")
        PENDING = "pending", _("pending")
        REFUSED = "refused", _("refused")

    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="deployments")
    deployment_id = models.CharField(max_length=255)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["registration", "deployment_id"], name="lti_deployment_registration_id")
        ]

    def __str__(self) -> str:
        return f"{self.registration} / {self.deployment_id}"


class Invitation(models.Model):
    """Leave to register one platform, once, by a link whose token only its receiver has."""

    digest = models.CharField(max_length=64, unique=True, help_text=_("SHA-256 of the token, in hexadecimal."))
    note = models.CharField(_("for"), max_length=200, blank=True, help_text=_("Whom it is for; nobody else sees this."))
    asks_names = models.BooleanField(
        _("ask for names"), default=True, help_text=_("Without them teachers see numbers in place of names.")
    )
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    spent_at = models.DateTimeField(null=True, blank=True)
    registration = models.ForeignKey(
        Registration, on_delete=models.SET_NULL, null=True, blank=True, related_name="invitations", editable=False
    )

    def __str__(self) -> str:
        return self.note or f"invitation {self.pk}"


class PlatformKeySet(models.Model):
    """A platform's public keys as last fetched. A launch needs no request while they are here."""

    registration = models.OneToOneField(Registration, on_delete=models.CASCADE, related_name="key_set")
    keys = models.JSONField(default=list, help_text=_("The JWKs of the set."))
    fetched_at = models.DateTimeField(null=True, blank=True)
    fresh_until = models.DateTimeField(null=True, blank=True)
    tried_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True, help_text=_("When the latest fetch failed, if it did."))


class ToolKey(models.Model):
    """One of our own key pairs; the private half is sealed. It was published when it was created."""

    class State(models.TextChoices):
        NEXT = "next", _("published, not yet used")
        ACTIVE = "active", _("signs")
        RETIRED = "retired", _("published, no longer signs")

    kid = models.CharField(max_length=64, unique=True)
    sealed_private_key = models.TextField(help_text=_("PKCS #8 PEM, sealed."))
    public_jwk = models.JSONField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.ACTIVE)
    created_at = models.DateTimeField(auto_now_add=True)
    activated_at = models.DateTimeField(null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["state"], condition=models.Q(state__in=["active", "next"]), name="lti_toolkey_one_of_each"
            )
        ]

    def __str__(self) -> str:
        return self.kid


class AccessToken(models.Model):
    """A platform's access token, sealed, until it expires; shared by all workers."""

    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="access_tokens")
    scopes = models.CharField(max_length=500, help_text=_("Those asked for, sorted, separated by spaces."))
    granted = models.CharField(max_length=500, blank=True, help_text=_("Those that the token is good for."))
    sealed = models.TextField(blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    fetching_until = models.DateTimeField(
        null=True, blank=True, help_text=_("Until then one worker is asking for a new one, and the others wait.")
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["registration", "scopes"], name="lti_accesstoken_scopes")]
