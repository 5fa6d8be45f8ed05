"""The tool that the school has registered, and the keys and tokens between the two."""

from django.db import models


class SigningKey(models.Model):
    """One of the school's own RSA keys. The newest signs; all are published."""

    kid = models.CharField(max_length=64, unique=True)
    private_pem = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-pk"]


class Tool(models.Model):
    """A client: what its registration said, what of it was granted, and whether an administrator has switched it on."""

    client_id = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=200)
    domain = models.CharField(max_length=255)
    initiate_login_uri = models.URLField(max_length=1000)
    target_link_uri = models.URLField(max_length=1000)
    deep_link_uri = models.URLField(max_length=1000, blank=True)
    jwks_uri = models.URLField(max_length=1000)
    redirect_uris: "models.JSONField[list[str], list[str]]" = models.JSONField(default=list)
    scopes: "models.JSONField[list[str], list[str]]" = models.JSONField(default=list)
    claims: "models.JSONField[list[str], list[str]]" = models.JSONField(default=list)
    # Canvas shares names and e-mail by this level, Moodle by the claims asked for.
    privacy_level = models.CharField(max_length=20, default="anonymous")
    custom: "models.JSONField[dict[str, str], dict[str, str]]" = models.JSONField(default=dict)
    active = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    @property
    def deployment_id(self) -> str:
        """The id of this school's one deployment of the tool."""
        # Not ``get()``: a list of line items asks for it once per row and brings the deployments along.
        (deployment,) = self.deployments.all()
        return deployment.deployment_id


class Deployment(models.Model):
    """An installation of a tool in the school."""

    tool = models.ForeignKey(Tool, on_delete=models.CASCADE, related_name="deployments")
    deployment_id = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tool", "deployment_id"], name="sandbox_deployment_once")]


class AccessToken(models.Model):
    """A token given to the tool; only its SHA-256 is kept."""

    digest = models.CharField(max_length=64, primary_key=True)
    tool = models.ForeignKey(Tool, on_delete=models.CASCADE)
    scopes: "models.JSONField[list[str], list[str]]" = models.JSONField(default=list)
    expires_at = models.DateTimeField()


class SpentToken(models.Model):
    """Something that may be used once (an assertion's ``jti``, a nonce, a registration token) and has been."""

    class Kind(models.TextChoices):
        ASSERTION = "assertion"
        NONCE = "nonce"
        REGISTRATION = "registration"
        DEEP_LINK = "deep link"

    kind = models.CharField(max_length=20, choices=Kind.choices)
    value = models.CharField(max_length=300)
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "value"], name="sandbox_spent_once")]


class Bucket(models.Model):
    """What a client's calls have cost lately, as Canvas throttles: it leaks, and when it is full calls are refused."""

    tool = models.OneToOneField(Tool, on_delete=models.CASCADE, related_name="bucket")
    level = models.FloatField(default=0)
    leaked_at = models.DateTimeField()
