"""Launches on their way."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .registration import Registration


class PendingLaunch(models.Model):
    """A good message whose browser has yet to show that it began the login. It opens nothing by itself, and soon ends.

    One row a login, however often its message is sent. No course, person or visit has been written for it.
    """

    login = models.CharField(primary_key=True, max_length=64, help_text=_("The login that its visit will be of."))
    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="+")
    state = models.JSONField(help_text=_("The login: registration, nonce, hashes of the browser's secrets, storage."))
    sealed_message = models.TextField(help_text=_("The claims that a launch needs, sealed."))
    secret_hash = models.CharField(
        max_length=64, unique=True, help_text=_("SHA-256 of the secret that only the waiting page holds.")
    )
    window_hash = models.CharField(
        max_length=64, blank=True, help_text=_("SHA-256 of the cookie of the new window that shows who it is.")
    )
    expires_at = models.DateTimeField(db_index=True)
