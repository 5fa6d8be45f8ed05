"""What PyLTI1p3 asks of its surroundings, answered without its stores: nothing is kept between login and launch."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, QueryDict, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from pylti1p3.cookie import CookieService
from pylti1p3.request import Request
from pylti1p3.session import SessionService
from pylti1p3.tool_config import ToolConfAbstract

from coexistence.prepared import Prepared
from lti.addresses import launch_path
from lti.errors import Code, Refusal
from lti.models import Registration
from lti.origins import origin

#: Of a whole form; the id_token in it has a limit of its own.
MOST_FORM_BYTES = 256 * 1024


class Parameters(Request):  # type: ignore[misc]
    """A request's parameters, each of which may come once only."""

    def __init__(self, request: HttpRequest) -> None:
        self.http = request
        self._values = _single(request.POST if request.method == "POST" else request.GET)

    @classmethod
    def of(cls, request: HttpRequest) -> "Parameters":
        """Read the parameters; refuses what is too large, unreadable or ambiguous."""
        try:
            size = int(request.META.get("CONTENT_LENGTH") or 0)
        except ValueError:
            raise Refusal(Code.MALFORMED_REQUEST, detail="Content-Length") from None
        if size > MOST_FORM_BYTES:
            raise Refusal(Code.TOO_LARGE)
        try:
            return cls(request)
        except (BadRequest, SuspiciousOperation, MultiPartParserError, UnreadablePostError, UnicodeError):
            raise Refusal(Code.MALFORMED_REQUEST) from None

    def is_secure(self) -> bool:
        return bool(self.http.is_secure())

    def get_param(self, key: str) -> str:
        return self._values.get(key, "")


def _single(values: QueryDict) -> Mapping[str, str]:
    single = {}
    for name, given in values.lists():
        if len(given) != 1:
            raise Refusal(Code.DUPLICATE_PARAMETER, detail=name[:80])
        single[name] = str(given[0])
    return single


_OF_CLIENT = Prepared(
    lambda issuer, client: Registration.objects.filter(issuer=issuer, client_id=client), texts=("issuer", "client")
)
_OF_ISSUER = Prepared(lambda issuer: Registration.objects.filter(issuer=issuer)[:2], texts=("issuer",))


class Registrations(ToolConfAbstract):  # type: ignore[misc]
    """The platforms that are registered, looked up by issuer and client in one statement."""

    def check_iss_has_one_client(self, iss: str) -> bool:
        return False

    def find_registration_by_params(self, iss: str, client_id: str, *args: Any, **kwargs: Any) -> Registration:
        """The registration; without a ``client_id`` that of the issuer's only client. Refuses where there is none."""
        if "\x00" in iss + client_id:
            raise Refusal(Code.UNKNOWN_REGISTRATION)
        found = _OF_CLIENT.all(issuer=iss, client=client_id) if client_id else _OF_ISSUER.all(issuer=iss)
        if not found:
            raise Refusal(Code.UNKNOWN_REGISTRATION, detail=f"{iss[:255]} / {client_id[:255]}")
        if len(found) > 1:
            raise Refusal(Code.CLIENT_AMBIGUOUS, detail=iss[:255])
        if not found[0].active:
            raise Refusal(Code.REGISTRATION_INACTIVE, registration_id=found[0].pk)
        return found[0]


class LoginCookies(CookieService):  # type: ignore[misc]
    """Cookies that only the launch address gets, and that survive in another site's frame."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self._wanted: list[tuple[str, str, int]] = []

    def get_cookie(self, name: str) -> str:
        return str(self._request.COOKIES.get(name, ""))

    def set_cookie(self, name: str, value: str | int, exp: int | None = 3600) -> None:
        self._wanted.append((name, str(value), exp or 0))

    def write(self, response: HttpResponse) -> None:
        """Put the wanted cookies on the response; the middleware adds ``Partitioned``."""
        for name, value, seconds in self._wanted:
            response.set_cookie(
                name,
                value,
                max_age=seconds,
                path=launch_path(),
                secure=True,
                httponly=True,
                samesite="None",
            )


class NoSession(SessionService):  # type: ignore[misc]
    """Stands where the library would keep nonces and messages: the signed state and the database do that here."""

    def __init__(self) -> None:
        pass


def is_ours(url: str, request: HttpRequest) -> bool:
    """Whether ``url`` is an address of this tool, as the request reached it."""
    here = origin(f"{request.scheme}://{request.get_host()}")
    root = launch_path().removesuffix("lti/launch/")
    return origin(url) == here is not None and (urlsplit(url).path or "/").startswith(root)
