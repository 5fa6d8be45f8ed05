"""From an accepted message into its visit: the one place where a launch's credential is handed over."""

import logging
from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse

from coexistence.courses import visits
from coexistence.courses.models import Visit
from lti.launches import SELECT_PAGE, open_launch
from lti.protocol import state as states
from lti.protocol.adapters import LoginCookies, Parameters
from lti.protocol.login import storage_of
from lti.protocol.message import Received
from lti.protocol.roles import standing

from .pages import onward, open_page

logger = logging.getLogger("lti")

#: Seconds. No longer than a state can be read.
LEADS_BACK = int(states.LIFETIME.total_seconds())


def enter(request: HttpRequest, received: Received, *, now: datetime, in_path: bool = False) -> HttpResponse:
    """Open the launch's visit and send its person there; ``in_path`` where the browser keeps no cookie for us.

    The redirect is a 303, so that a reload repeats the page and not the launch.
    """
    opened = open_launch(received, now=now)
    if opened is None:
        logger.info("no access: registration %s", received.registration.pk)
        return open_page(request, "lti/no_role.html", {"who": standing(received.message.roles)})
    visit = opened.visit
    launch = visits.carry_in_path(visit=visit, secret=opened.secret, now=now) if in_path else visit.pk
    target = visits.base_path(launch, request) + opened.page
    response = onward(target + _leftover(received, in_path=in_path), status=303)
    if not in_path:
        visits.hand_over(response, visit=visit, secret=opened.secret, request=request)
        # In place of the login's secret, which is of no more use: what leads back when this launch is sent once more.
        cookies = LoginCookies(request)
        cookies.set_cookie(received.state.cookie, visits.credential(visit, opened.secret), exp=LEADS_BACK)
        cookies.write(response)
    return response


def lead_back(request: HttpRequest, *, now: datetime) -> HttpResponse | None:
    """The way into the visit that this very launch has opened in this browser, as after a reload; None for any other.

    Nothing is opened by it: the browser shows the visit's own credential, and gets no more than it has.
    """
    state = states.read(Parameters.of(request).get_param("state"))
    found = visits.opened_by(LoginCookies(request).get_cookie(state.cookie), now=now)
    if found is None:
        return None
    visit, secret = found
    page = SELECT_PAGE if visit.purpose == Visit.Purpose.SELECT else ""
    response = onward(visits.base_path(visit.pk, request) + page, status=303)
    visits.hand_over(response, visit=visit, secret=secret, request=request)
    return response


def _leftover(received: Received, *, in_path: bool) -> str:
    """What the login left in the platform's storage, for the script of the visit's first page to delete.

    It stands in the fragment, which never leaves the browser: no request and no row is spent on it. The page that read
    the value has deleted it by itself.
    """
    storage = None if in_path else storage_of(received.state, received.registration)
    if storage is None:
        return ""
    return "#" + urlencode({"lti-forget": storage.key, "target": storage.target, "origin": storage.origin})
