"""Dynamic Registration: a page that says what is asked and why, and the registration itself."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lti import invitations
from lti.addresses import Addresses
from lti.errors import Code, Refusal
from lti.models import Invitation
from lti.protocol.adapters import Parameters
from lti.protocol.registration import Configuration, Registered, check_open, fetch_configuration, register

from .pages import open_page, platform_facing


@dataclass(frozen=True, slots=True)
class Wish:
    """Something that is asked of the platform, and what it is for."""

    what: Promise
    why: Promise


_ID = Wish(
    _("An id for each person"), _("keeps everyone's work apart. It is the platform's own, and says nothing else.")
)
_NAMES = Wish(_("Names"), _("let teachers recognise their students. Everything works without them."))
_ROSTER = Wish(_("The course's roster"), _("shows teachers who has not begun yet."))
_GRADES = Wish(
    _("Gradebook columns, scores and results"),
    _("bring quiz scores into the gradebook and check that they arrived."),
)
_COURSE = Wish(
    _("The dates of an activity, and the course that it was copied from"),
    _("let the quiz open and close as the teacher has set it, and let copies keep their settings."),
)


@platform_facing("GET", "POST")
def registration(request: HttpRequest, token: str = "") -> HttpResponse:
    """Ask on GET, register on POST. Both take ``openid_configuration`` and ``registration_token``.

    ``token`` is an invitation's; it may also come as the parameter ``invitation``.
    """
    parameters = Parameters.of(request)
    secret = token or parameters.get_param("invitation")
    invitation = invitations.find(secret, now=timezone.now()) if secret else None
    address = parameters.get_param("openid_configuration")
    names = invitation is None or invitation.asks_names
    context = {"tool_name": settings.TOOL_NAME, "wishes": _wishes(names=names), "names": names}
    if not address and invitation is None:
        raise Refusal(Code.REGISTRATION_INCOMPLETE)
    if not address:
        link = Addresses.of(request).invitation(secret)
        return open_page(request, "lti/invitation.html", context | {"link": link, "invitation": invitation})
    if invitation is None:
        check_open(address)
    platform_token = parameters.get_param("registration_token")
    configuration = fetch_configuration(address, token=platform_token)
    context |= {"configuration": configuration}
    if request.method != "POST":
        context |= {"address": address, "token": platform_token, "secret": secret}
        return open_page(request, "lti/register.html", context)
    registered = _register(request, configuration, platform_token, invitation)
    return open_page(request, "lti/registered.html", context | {"registered": registered})


def _register(
    request: HttpRequest, configuration: Configuration, token: str, invitation: Invitation | None
) -> Registered:
    """Register us; an invitation is spent by it if it succeeds, and only then."""
    addresses = Addresses.of(request)
    if invitation is None:
        return register(configuration, token=token, addresses=addresses, names=True)
    invitations.claim(invitation, now=timezone.now())
    try:
        registered = register(configuration, token=token, addresses=addresses, names=invitation.asks_names)
    except BaseException:
        invitations.release(invitation)
        raise
    invitations.spend(invitation, registered.registration)
    return registered


def _wishes(*, names: bool) -> list[Wish]:
    return [_ID, *([_NAMES] if names else []), _ROSTER, _GRADES, _COURSE]
