"""Why a message of a platform is not accepted: one exception, with a stable code. The words are the doctor's."""

# ruff: noqa: S105 - reasons that speak of tokens, not tokens

from enum import StrEnum
from http import HTTPStatus


class Code(StrEnum):
    """Every reason for a refusal. The values are stable: they stand in logs, tests and support mails."""

    # Any request
    METHOD = "method"
    MALFORMED_REQUEST = "malformed_request"
    DUPLICATE_PARAMETER = "duplicate_parameter"
    TOO_LARGE = "too_large"
    # Login
    LOGIN_INCOMPLETE = "login_incomplete"
    TARGET_FOREIGN = "target_foreign"
    CLIENT_AMBIGUOUS = "client_ambiguous"
    UNKNOWN_REGISTRATION = "unknown_registration"
    REGISTRATION_INACTIVE = "registration_inactive"
    # Launch: what came back
    PLATFORM_ERROR = "platform_error"
    STATE_INVALID = "state_invalid"
    STATE_EXPIRED = "state_expired"
    COOKIE_MISSING = "cookie_missing"
    # Launch: the token
    TOKEN_MISSING = "token_missing"
    TOKEN_MALFORMED = "token_malformed"
    TOKEN_ALGORITHM = "token_algorithm"
    TOKEN_CRITICAL = "token_critical"
    KEYS_UNAVAILABLE = "keys_unavailable"
    KEY_UNKNOWN = "key_unknown"
    SIGNATURE = "signature"
    ISSUER = "issuer"
    AUDIENCE = "audience"
    EXPIRED = "expired"
    FROM_THE_FUTURE = "from_the_future"
    TOO_OLD = "too_old"
    NONCE = "nonce"
    REPLAYED = "replayed"
    # Launch: the message
    VERSION = "version"
    MESSAGE_TYPE = "message_type"
    CLAIM_MISSING = "claim_missing"
    CLAIM_INVALID = "claim_invalid"
    ANONYMOUS = "anonymous"
    DEPLOYMENT_PENDING = "deployment_pending"
    DEPLOYMENT_REFUSED = "deployment_refused"
    DEPLOYMENT_FOREIGN = "deployment_foreign"
    NOT_STAFF = "not_staff"
    NOTHING_ACCEPTED = "nothing_accepted"
    NO_CONTENT = "no_content"
    # Registration
    REGISTRATION_CLOSED = "registration_closed"
    INVITATION_UNKNOWN = "invitation_unknown"
    INVITATION_EXPIRED = "invitation_expired"
    INVITATION_SPENT = "invitation_spent"
    REGISTRATION_INCOMPLETE = "registration_incomplete"
    CONFIGURATION_UNREACHABLE = "configuration_unreachable"
    CONFIGURATION_INVALID = "configuration_invalid"
    CONFIGURATION_FOREIGN = "configuration_foreign"
    PLATFORM_REFUSED = "platform_refused"
    PLATFORM_ANSWER = "platform_answer"


_STATUS = {
    Code.METHOD: HTTPStatus.METHOD_NOT_ALLOWED,
    Code.TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    Code.NO_CONTENT: HTTPStatus.NOT_FOUND,
    **dict.fromkeys(
        (
            Code.UNKNOWN_REGISTRATION,
            Code.REGISTRATION_INACTIVE,
            Code.COOKIE_MISSING,
            Code.ANONYMOUS,
            Code.DEPLOYMENT_PENDING,
            Code.DEPLOYMENT_REFUSED,
            Code.DEPLOYMENT_FOREIGN,
            Code.NOT_STAFF,
            Code.REGISTRATION_CLOSED,
            Code.INVITATION_UNKNOWN,
            Code.INVITATION_EXPIRED,
            Code.INVITATION_SPENT,
        ),
        HTTPStatus.FORBIDDEN,
    ),
}


class Refusal(Exception):  # noqa: N818 - it is an answer, not a fault of ours
    """A message is refused: answered with a 4xx page, and nothing is kept of it.

    ``detail`` helps an administrator and names claims, parameters or addresses, never their personal values;
    ``registration_id`` is our row, where it is known by then.
    """

    def __init__(self, code: Code, *, detail: str = "", registration_id: int | None = None) -> None:
        super().__init__(code.value)
        self.code = code
        self.detail = detail
        self.registration_id = registration_id

    @property
    def status(self) -> HTTPStatus:
        """The answer's status; always 4xx."""
        return _STATUS.get(self.code, HTTPStatus.BAD_REQUEST)
