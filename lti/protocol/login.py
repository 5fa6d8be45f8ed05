"""Third-party initiated login: the platform asks, we send the browser on (IMS Security Framework 1.0, 5.1.1)."""

import re
from dataclasses import dataclass
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

from django.http import HttpRequest, HttpResponse
from pylti1p3.oidc_login import OIDCLogin

from lti.addresses import launch_path
from lti.errors import Code, Refusal
from lti.models import Registration
from lti.origins import origin

from . import state as states
from .adapters import LoginCookies, NoSession, Parameters, Registrations, is_ours

REQUIRED = ("iss", "login_hint", "target_link_uri")
#: What is handed back to the platform as it came. Moodle's is JSON, Canvas's a token; neither means anything to us.
HINTS = ("login_hint", "lti_message_hint")
#: A frame of the platform's page: its name, or ``_parent`` for that page itself.
_STORAGE_TARGET = re.compile(r"[A-Za-z0-9_.:-]{1,100}")


@dataclass(frozen=True, slots=True)
class Storage:
    """A value that the platform keeps for us in the visitor's browser (LTI Platform Storage 0.1).

    ``target`` is the frame that is asked, and ``origin`` the only one that may hear it: the authorization address's.
    """

    target: str
    origin: str
    key: str


@dataclass(frozen=True, slots=True)
class Begun:
    """A login that was begun: the ``address`` at the platform where it goes on, and what the browser must remember.

    ``storage`` is None where the platform keeps no values; else ``stored`` belongs there.
    """

    address: str
    storage: Storage | None
    stored: str
    _cookies: LoginCookies

    def remember(self, response: HttpResponse) -> None:
        """Put the login's cookie on the response."""
        self._cookies.write(response)


def storage_of(state: states.State, registration: Registration) -> Storage | None:
    """Where the platform keeps the login's second secret; None where it does not."""
    authorization = origin(registration.auth_url)
    if not state.stored or authorization is None:
        return None
    return Storage(target=state.storage_target, origin=authorization, key=state.storage_key)


class Login(OIDCLogin):  # type: ignore[misc]
    """PyLTI1p3's login with a signed state instead of stored ones, every required parameter, and our own target."""

    def __init__(self, request: HttpRequest) -> None:
        self._http = request
        super().__init__(
            request=Parameters.of(request),
            tool_config=Registrations(),
            session_service=NoSession(),
            cookie_service=LoginCookies(request),
        )

    def validate_oidc_login(self) -> Registration:
        """The registration that the login is for; refuses an incomplete login or a foreign target."""
        for name in REQUIRED:
            if not self._get_request_param(name):
                raise Refusal(Code.LOGIN_INCOMPLETE, detail=name)
        if not is_ours(self._get_request_param("target_link_uri"), self._http):
            raise Refusal(Code.TARGET_FOREIGN)
        registration: Registration = self._tool_config.find_registration_by_params(
            iss=self._get_request_param("iss"), client_id=self._get_request_param("client_id")
        )
        return registration

    def begin(self) -> Begun:
        """The login, checked and begun. Nothing is written."""
        registration = self.validate_oidc_login()
        offered = self._get_request_param("lti_storage_target")
        target = offered if _STORAGE_TARGET.fullmatch(offered) else ""
        state, known = states.begin(registration.pk, storage_target=target)
        self._cookie_service.set_cookie(name=state.cookie, value=known.cookie, exp=int(states.LIFETIME.total_seconds()))
        return Begun(
            address=self._authorization(registration, state),
            storage=storage_of(state, registration),
            stored=known.stored,
            _cookies=self._cookie_service,
        )

    def _authorization(self, registration: Registration, state: states.State) -> str:
        asked = {
            "scope": "openid",
            "response_type": "id_token",
            "response_mode": "form_post",
            "prompt": "none",
            "client_id": registration.client_id,
            "redirect_uri": self._http.build_absolute_uri(launch_path()),
            "state": states.write(state),
            "nonce": state.nonce,
        }
        asked |= {name: value for name in HINTS if (value := self._get_request_param(name))}
        parts = urlsplit(registration.auth_url)
        query = "&".join(part for part in (parts.query, urlencode(asked, quote_via=quote)) if part)
        return urlunsplit(parts._replace(query=query))


def begin_login(request: HttpRequest) -> Begun:
    """The login that a request asks for; raises ``Refusal``."""
    return Login(request).begin()
