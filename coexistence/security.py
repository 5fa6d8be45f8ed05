"""What protects the pages and the secrets: partitioned cookies, masked logs, and sealing for what rests in rows."""

import base64
import hashlib
import logging
import re
from collections.abc import Callable
from functools import lru_cache
from http.cookies import Morsel

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from csp.middleware import CSPMiddleware
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase

# Python before 3.14 does not know the attribute, and refuses to write what it does not know.
Morsel._reserved.setdefault("partitioned", "Partitioned")  # type: ignore[attr-defined]
Morsel._flags.add("partitioned")  # type: ignore[attr-defined]


class Policies(CSPMiddleware):  # type: ignore[misc]
    """django-csp's Content-Security-Policy; none is put together for an answer that is to have none."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if getattr(response, "_csp_exempt", False):
            return response
        answered: HttpResponseBase = super().process_response(request, response)
        return answered


class PartitionedCookies:
    """Marks every ``SameSite=None`` cookie ``Partitioned``.

    A browser that blocks third-party cookies keeps such a cookie in a jar of the site that frames us (CHIPS), which is
    the only kind that survives from login to launch inside a course page.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for morsel in response.cookies.values():
            if morsel["samesite"].lower() == "none":
                morsel["partitioned"] = True
        return response


#: The secret of a visit whose browser keeps no cookie, as it stands in addresses (``coexistence.courses.visits``).
_IN_PATH = re.compile(r"(/l/[A-Za-z0-9_-]+(?:~|%7[Ee]))[^/\s\"'?#<>]+")


#: An invitation to register.
_INVITATION = re.compile(r"(/lti/register/)[^/\s\"'?#<>]+")
#: Parameters whose values let whoever has them do something, in addresses and forms.
_IN_QUERY = re.compile(r"\b((?:registration_token|id_token|access_token|client_assertion|state|JWT)=)[^&\s\"'#<>]+")


def masked(text: str) -> str:
    """``text`` without the secrets of the addresses in it."""
    for secret in (_IN_PATH, _INVITATION, _IN_QUERY):
        text = secret.sub(r"\1***", text)
    return text


class MaskedAddresses(logging.Filter):
    """Takes the secrets out of the addresses that a log names, also those in tracebacks and in ``Referer``."""

    def filter(self, record: logging.LogRecord) -> bool:
        try:
            record.msg, record.args = masked(record.getMessage()), ()
        except (TypeError, ValueError):
            # A wrong call of a logger: the handler says so, and whoever logged goes on.
            return True
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = masked(record.exc_text)
        return True


def mask_access_logs() -> None:
    """Mask the access logs of the web servers in this process, whatever their settings and handlers are."""
    for name in ("gunicorn.access", "gunicorn.error", "django.server"):
        logging.getLogger(name).addFilter(MaskedAddresses())


class SealBrokenError(Exception):
    """What was sealed cannot be opened with any of this installation's secret keys."""


@lru_cache(maxsize=4)
def _seals(secrets: tuple[str, ...]) -> MultiFernet:
    return MultiFernet(
        [Fernet(base64.urlsafe_b64encode(hashlib.sha256(b"coexistence.seal:" + s.encode()).digest())) for s in secrets]
    )


def seal(clear: str) -> str:
    """``clear`` encrypted and signed under the installation's secret key, as text for a database column."""
    return _seals((settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)).encrypt(clear.encode()).decode()


def unseal(sealed: str) -> str:
    """What ``seal`` was given; raises ``SealBrokenError`` where no current or former secret key opens it."""
    try:
        return _seals((settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)).decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise SealBrokenError("The secret key has changed; name the former one in SECRET_KEY_FALLBACKS.") from None
