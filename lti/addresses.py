"""The addresses that platforms are given: whole URLs under the origin by which the tool is reached."""

from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.urls import get_script_prefix, reverse


@dataclass(frozen=True, slots=True)
class Addresses:
    """This tool's addresses at ``origin``, such as ``https://tool.example``."""

    origin: str

    @classmethod
    def of(cls, request: HttpRequest) -> "Addresses":
        """As the request reached us."""
        return cls(f"{request.scheme}://{request.get_host()}")

    @property
    def domain(self) -> str:
        """The host with its port: Moodle compares it with that of the target link as it stands there."""
        return urlsplit(self.origin).netloc

    @property
    def launch(self) -> str:
        """Target link, redirect and content selection: one address takes every message."""
        return self.origin + launch_path()

    @property
    def login(self) -> str:
        """Where a platform begins a launch (OpenID Connect third-party initiated login)."""
        return self.origin + reverse("lti:login")

    @property
    def jwks(self) -> str:
        """Our public keys."""
        return self.origin + reverse("lti:jwks")

    @property
    def register(self) -> str:
        """Dynamic Registration where it is open to all."""
        return self.origin + reverse("lti:register")

    @property
    def canvas_json(self) -> str:
        """The developer key of Canvas, as a file."""
        return self.origin + reverse("lti:canvas-json")

    @property
    def configuration(self) -> str:
        """The page with every value that a platform's form asks for."""
        return self.origin + reverse("lti:configuration")

    @property
    def icon(self) -> str:
        """A small picture. Its name carries no hash: platforms keep the address for years."""
        return f"{self.origin}/{settings.STATIC_URL.lstrip('/')}lti/icon.png"

    def invitation(self, token: str) -> str:
        """Dynamic Registration by invitation."""
        return self.origin + reverse("lti:invitation", kwargs={"token": token})


def launch_path() -> str:
    """Where logins end and messages come in, as a path on this site."""
    return _launch_path(get_script_prefix())


@lru_cache(maxsize=8)
def _launch_path(prefix: str) -> str:
    # Every launch asks for it several times, and looking it up takes longer than checking a signature.
    return reverse("lti:launch")


def own_origin() -> str:
    """The origin that the operator has set, or that of the first host we answer to; empty where neither says one."""
    if settings.TOOL_URL:
        return str(settings.TOOL_URL).rstrip("/")
    host = next((host for host in settings.ALLOWED_HOSTS if not host.startswith((".", "*"))), "")
    return f"https://{host}" if host else ""
