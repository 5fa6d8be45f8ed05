"""A launch message: who sent it, for whom, when and only once (IMS Security Framework 1.0, section 5.1.3)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest
from pylti1p3.message_launch import MessageLaunch

from coexistence.prepared import Prepared
from lti.errors import Code, Refusal
from lti.models import Registration

from . import claims, jws, keysets
from . import state as states
from .adapters import LoginCookies, NoSession, Parameters, Registrations, is_ours

#: Clocks differ, and Moodle's tokens live for 60 seconds only.
LEEWAY = timedelta(seconds=60)
MOST_AGE = timedelta(hours=1)
#: No clock reaches this, and no arithmetic overflows below it.
LATEST = 2**53
_UNUSED = object()
_REGISTRATION = Prepared(
    lambda registration: Registration.objects.select_related("key_set").filter(pk=registration),
    numbers=("registration",),
)


@dataclass(frozen=True, slots=True)
class Received:
    """A message that has passed every check that needs no course: it is the platform's, and for us.

    Its nonce is spent by the visit that it opens, and whether it has been is not known before.

    ``state`` is its login. Where ``in_browser`` is False, nothing has shown yet that the browser which brings it is the
    one that began: it must not be opened.
    """

    registration: Registration
    message: claims.Message
    state: states.State
    in_browser: bool = True


class Launch(MessageLaunch):  # type: ignore[misc]
    """PyLTI1p3's sequence of checks, with each of them made strict. Nothing is written by it."""

    _state: states.State
    _in_browser: bool
    _token: jws.Token
    _message: claims.Message

    def __init__(self, request: HttpRequest, *, now: datetime) -> None:
        self._http = request
        self._now = now
        super().__init__(
            request=Parameters.of(request),
            tool_config=Registrations(),
            session_service=NoSession(),
            cookie_service=LoginCookies(request),
            # The library would make a session for requests of its own; keys come from ``keysets``.
            requests_session=_UNUSED,
        )

    def received(self) -> Received:
        """The message, checked; raises ``Refusal`` with the registration's id where it is known."""
        try:
            self.validate()
        except Refusal as refusal:
            if refusal.registration_id is None and hasattr(self, "_state"):
                refusal.registration_id = self._state.registration_id
            raise
        return Received(self._registration, self._message, self._state, self._in_browser)

    def _get_request_param(self, key: str) -> str:
        return str(self._request.get_param(key))

    def validate_state(self) -> "Launch":
        """Begun by us, not long ago, and in this browser as far as its cookie can tell."""
        if self._get_request_param("error") and not self._get_request_param("id_token"):
            raise Refusal(Code.PLATFORM_ERROR, detail=_known_error(self._get_request_param("error")))
        self._state = states.read(self._get_request_param("state"))
        self._in_browser = states.has_returned(self._state, self._cookie_service.get_cookie(self._state.cookie))
        return self

    def validate_jwt_format(self) -> "Launch":
        """One well-formed token of an allowed algorithm."""
        compact = self._get_request_param("id_token")
        if not compact:
            raise Refusal(Code.TOKEN_MISSING)
        self._token = jws.take_apart(compact)
        self._jwt = {"header": self._token.header, "body": self._token.payload}
        return self

    def validate_nonce(self) -> "Launch":
        """The nonce that this very login sent out."""
        if self._token.payload.get("nonce") != self._state.nonce:
            raise Refusal(Code.NONCE)
        return self

    def validate_registration(self) -> "Launch":
        """The client that the login was begun for, still active, and the audience of the token."""
        registration = _REGISTRATION.first(registration=self._state.registration_id)
        if registration is None or not registration.active:
            raise Refusal(Code.REGISTRATION_INACTIVE)
        payload = self._token.payload
        if payload.get("iss") != registration.issuer:
            raise Refusal(Code.ISSUER, detail=repr(payload.get("iss"))[:300])
        _check_audience(payload, registration.client_id)
        if self._token.algorithm not in registration.algorithms.split():
            raise Refusal(Code.TOKEN_ALGORITHM, detail=self._token.algorithm)
        self._registration = registration
        return self

    def validate_jwt_signature(self) -> "Launch":
        """Signed by one of the registration's keys, and neither expired, too old nor issued in the future."""
        for key in keysets.verification_keys(self._registration, self._token.kid, self._token.algorithm, now=self._now):
            if self._token.is_signed_by(key):
                break
        else:
            raise Refusal(Code.SIGNATURE)
        _check_times(self._token.payload, now=self._now)
        return self

    def validate_deployment(self) -> "Launch":
        """Left to ``lti.launches``, which knows the registration's policy and holds what it decides."""
        return self

    def validate_message(self) -> "Launch":
        """A version and type known here, and every claim of the right form."""
        self._message = claims.read(self._token.payload)
        target = self._message.target_link_uri
        if target is not None and not is_ours(target, self._http):
            raise Refusal(Code.TARGET_FOREIGN)
        return self

    def save_launch_data(self) -> "Launch":
        """Nothing of the message is kept."""
        return self


def _check_audience(payload: dict[str, Any], client_id: str) -> None:
    audience = payload.get("aud")
    named = [audience] if isinstance(audience, str) else audience
    if not isinstance(named, list) or client_id not in named or not all(isinstance(name, str) for name in named):
        raise Refusal(Code.AUDIENCE, detail="aud")
    # With several audiences the one that it was issued to must be named (OpenID Connect Core, section 3.1.3.7).
    if ("azp" in payload or len(named) > 1) and payload.get("azp") != client_id:
        raise Refusal(Code.AUDIENCE, detail="azp")


def _check_times(payload: dict[str, Any], *, now: datetime) -> None:
    clock = now.timestamp()
    expires, issued = _time(payload, "exp"), _time(payload, "iat")
    if expires <= clock - LEEWAY.total_seconds():
        raise Refusal(Code.EXPIRED)
    if issued > clock + LEEWAY.total_seconds():
        raise Refusal(Code.FROM_THE_FUTURE)
    if issued < clock - (MOST_AGE + LEEWAY).total_seconds():
        raise Refusal(Code.TOO_OLD)


def _time(payload: dict[str, Any], name: str) -> float:
    value = payload.get(name)
    if value is None:
        raise Refusal(Code.CLAIM_MISSING, detail=name)
    if type(value) not in {int, float} or not abs(value) < LATEST:
        raise Refusal(Code.CLAIM_INVALID, detail=name)
    return float(value)


_ERRORS = {
    "access_denied", "invalid_request", "invalid_request_object", "invalid_scope", "launch_no_longer_valid",
    "login_required", "unauthorized_client", "unsupported_response_type",
}  # fmt: skip


def _known_error(error: str) -> str:
    """The platform's error, where it is one of the words known for it; anybody could post any other text here."""
    return error if error in _ERRORS else ""
