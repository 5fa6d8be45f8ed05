"""Launches whose cookie did not come back: ask the platform's storage, or the person in a window of its own."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from coexistence.courses.visits import comes_from_us
from lti import pending
from lti.addresses import launch_path
from lti.doctor import WHOSE_NAME, explain
from lti.errors import Code, Refusal
from lti.models import PendingLaunch
from lti.protocol.adapters import Parameters
from lti.protocol.claims import DEEP_LINKING
from lti.protocol.message import Received

from .entry import enter
from .pages import open_page, platform_facing

WINDOW_COOKIE = "lti_window"


def wait(request: HttpRequest, received: Received, *, now: datetime) -> HttpResponse:
    """The page that asks the platform's storage, if there is one, and else offers a new window.

    It opens nothing and holds nothing of the message; 403 where storage cannot be asked, since then the launch ends.
    """
    held, secret = pending.hold(received, now=now)
    return _waiting(request, held, secret, ask=True)


@platform_facing("POST")
def stored(request: HttpRequest) -> HttpResponse:
    """Take what the page has read in the platform's storage, and go into the visit by a secret in its path."""
    now = timezone.now()
    parameters = _own_form(request)
    secret = parameters.get_param("pending")
    found = pending.find(secret, now=now)
    if not pending.began_here(found, parameters.get_param("stored")):
        return _waiting(request, found, secret, ask=False)
    response = enter(request, pending.received(found), now=now, in_path=True)
    pending.forget(found)
    return response


@platform_facing("POST")
def window(request: HttpRequest) -> HttpResponse:
    """In a new window, show whose account it is, and ask."""
    secret = _own_form(request).get_param("pending")
    found = _for_window(secret, now=timezone.now())
    message = pending.message(found)
    context = {
        "name": message.display_name,
        "course": (message.context.title or message.context.label) if message.context else "",
        "activity": message.resource_link.title if message.resource_link else "",
        "platform": found.registration.name,
        "pending": secret,
    }
    response = open_page(request, "lti/window.html", context)
    # The one page of these that may not be framed: nobody must be made to go on by a click meant for something else.
    response._csp_replace = {"frame-ancestors": ["'none'"]}  # type: ignore[attr-defined]
    response.set_cookie(
        WINDOW_COOKIE,
        pending.show_in_window(found),
        max_age=int(pending.LIFETIME.total_seconds()),
        path=launch_path(),
        secure=True,
        httponly=True,
        samesite="Strict",
    )
    return response


@platform_facing("POST")
def go_on(request: HttpRequest) -> HttpResponse:
    """The person in the new window has said yes: open the visit there, with a cookie as in any window."""
    now = timezone.now()
    found = _for_window(_own_form(request).get_param("pending"), now=now)
    if not pending.was_shown(found, request.COOKIES.get(WINDOW_COOKIE, "")):
        raise Refusal(Code.COOKIE_MISSING, registration_id=found.registration_id)
    response = enter(request, pending.received(found), now=now)
    pending.forget(found)
    response.delete_cookie(WINDOW_COOKIE, path=launch_path(), samesite="Strict")
    return response


def _own_form(request: HttpRequest) -> Parameters:
    if not comes_from_us(request):
        raise Refusal(Code.STATE_INVALID, detail="Origin")
    return Parameters.of(request)


def _for_window(secret: str, *, now: datetime) -> PendingLaunch:
    found = pending.find(secret, now=now)
    if pending.message(found).message_type == DEEP_LINKING:
        raise Refusal(Code.COOKIE_MISSING, registration_id=found.registration_id)
    return found


def _waiting(request: HttpRequest, held: PendingLaunch, secret: str, *, ask: bool) -> HttpResponse:
    storage = pending.storage(held) if ask else None
    explanation = explain(Code.COOKIE_MISSING)
    context = {
        "pending": secret,
        "storage": storage,
        "takes_window": pending.message(held).message_type != DEEP_LINKING,
        "explanation": explanation,
        "whose": WHOSE_NAME[explanation.whose],
        "refusal": Refusal(Code.COOKIE_MISSING, registration_id=held.registration_id),
        "now": timezone.now(),
    }
    return open_page(request, "lti/waiting.html", context, status=200 if storage else 403)
