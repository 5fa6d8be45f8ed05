"""Login, launch and our key set: what a platform and its users' browsers talk to."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from lti.errors import Code, Refusal
from lti.protocol.keys import public_jwks
from lti.protocol.login import begin_login
from lti.protocol.message import Launch

from . import pending
from .entry import enter, lead_back
from .pages import onward, open_page, platform_facing

JWKS_SECONDS = 3600


@platform_facing("GET", "POST")
def login(request: HttpRequest) -> HttpResponse:
    """Send the browser on to the platform, by a 302: a page in between would lose Moodle's cookie.

    Only where the platform keeps values for us is there a page, which puts one there and then goes on by itself.
    """
    begun = begin_login(request)
    response = (
        onward(begun.address) if begun.storage is None else open_page(request, "lti/login.html", {"begun": begun})
    )
    begun.remember(response)
    return response


@platform_facing("POST")
def launch(request: HttpRequest) -> HttpResponse:
    """Take a message, and send its person to the pages of a visit of their own, if their browser began the login."""
    now = timezone.now()
    try:
        received = Launch(request, now=now).received()
    except Refusal as refusal:
        back = lead_back(request, now=now) if refusal.code == Code.REPLAYED else None
        if back is None:
            raise
        return back
    if not received.in_browser:
        return pending.wait(request, received, now=now)
    return enter(request, received, now=now)


@require_safe
def jwks(request: HttpRequest) -> HttpResponse:
    """Our public keys. Any site may read them."""
    response = JsonResponse(public_jwks())
    response["Access-Control-Allow-Origin"] = "*"
    patch_cache_control(response, public=True, max_age=JWKS_SECONDS)
    return response
