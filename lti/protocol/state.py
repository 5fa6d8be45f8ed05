"""What the tool remembers between login and launch, without storing anything.

``state`` is signed by us and says for which registration, with which nonce and for which browser the login was begun
(OpenID Connect Core 1.0, section 3.1.2.1; IMS Security Framework 1.0, section 5.1.1). The browser holds a secret in a
cookie of its own for each login, so that logins in several tabs do not disturb each other. Where the platform offers
to keep values for us (LTI Platform Storage 0.1), it holds a second secret there, under a key of its own.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.core import signing
from django.utils.crypto import constant_time_compare

from coexistence.courses.visits import SEPARATOR
from lti.errors import Code, Refusal

SALT = "lti.state"
#: How long a login may take, from the redirect to the platform until the launch.
LIFETIME = timedelta(minutes=10)
COOKIE_PREFIX = "lti_login_"
#: Short, because Canvas grants 4096 characters for all keys and values of a tool.
KEY_PREFIX = "login_"


@dataclass(frozen=True, slots=True)
class State:
    """One login: the platform's client, the nonce it must use, and the hashes of the browser's secrets.

    ``storage_target`` is the frame that keeps values for us, as the platform named it, and ``stored`` the hash of the
    secret there; both are empty where the platform offered none.
    """

    registration_id: int
    nonce: str
    browser: str
    stored: str = ""
    storage_target: str = ""

    @property
    def parts(self) -> tuple[int, str, str, str, str]:
        """What ``State`` is made of, in order."""
        return self.registration_id, self.nonce, self.browser, self.stored, self.storage_target

    @property
    def cookie(self) -> str:
        """The name of the cookie that holds the browser's secret."""
        return COOKIE_PREFIX + self.nonce[:8]

    @property
    def storage_key(self) -> str:
        """The key under which the platform keeps the second secret."""
        return KEY_PREFIX + self.nonce[:8]

    @property
    def digest(self) -> str:
        """What stands for this login in the visit that it opens."""
        return digest(f"{self.registration_id}:{self.nonce}")


@dataclass(frozen=True, slots=True)
class Secrets:
    """What the browser alone must know: for its cookie, and for the platform's storage ("" where there is none)."""

    cookie: str
    stored: str


def begin(registration_id: int, *, storage_target: str = "") -> tuple[State, Secrets]:
    """A new login, and the secrets that belong in the browser."""
    known = Secrets(secrets.token_urlsafe(24), secrets.token_urlsafe(32) if storage_target else "")
    stored = digest(known.stored) if storage_target else ""
    state = State(registration_id, secrets.token_urlsafe(24), digest(known.cookie), stored, storage_target)
    return state, known


def write(state: State) -> str:
    """The ``state`` parameter."""
    return signing.dumps(state.parts, salt=SALT)


def read(parameter: str) -> State:
    """What ``write`` was given; refuses what we did not sign or what is older than ``LIFETIME``."""
    try:
        return State(*signing.loads(parameter, salt=SALT, max_age=LIFETIME))
    except signing.SignatureExpired:
        raise Refusal(Code.STATE_EXPIRED) from None
    except signing.BadSignature:
        raise Refusal(Code.STATE_INVALID) from None


def has_returned(state: State, secret: str) -> bool:
    """Whether the login's cookie came back, which says that the browser that launches is the one that began.

    Refuses a cookie of that name with another secret: no browser of ours would bring it. Once a launch has been, its
    visit's credential stands there instead (``lti.views.entry``); it begins nothing anew.
    """
    if not secret:
        return False
    if SEPARATOR in secret:
        raise Refusal(Code.REPLAYED, registration_id=state.registration_id)
    if not constant_time_compare(digest(secret), state.browser):
        raise Refusal(Code.COOKIE_MISSING, registration_id=state.registration_id)
    return True


def digest(text: str) -> str:
    """The SHA-256 of ``text``, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()
