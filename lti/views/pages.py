"""Pages that belong to no visit: refusals and explanations. Anyone may frame them, and no cache keeps them."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from lti.doctor import WHOSE_NAME, explain
from lti.errors import Code, Refusal
from lti.models import Registration

logger = logging.getLogger("lti")

View = Callable[..., HttpResponse]


def open_page(
    request: HttpRequest, template: str, context: dict[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """A page without a session. It cannot know who frames it, and gives nothing away to whoever does."""
    response = render(request, template, context, status=status)
    response._csp_replace = {"frame-ancestors": ["*"]}  # type: ignore[attr-defined]
    patch_cache_control(response, no_store=True)
    return response


def onward(address: str, *, status: int = 302) -> HttpResponse:
    """On to ``address``, without a policy for a page that there is none of."""
    response = HttpResponseRedirect(address, status=status)
    response._csp_exempt = True  # type: ignore[attr-defined]
    patch_cache_control(response, no_store=True)
    return response


def platform_facing(*methods: str) -> Callable[[View], View]:
    """A view for what platforms and their users' browsers send: every ``Refusal`` becomes a page of its own.

    Such requests come from other sites by design; what they carry is signed, or asks for nothing that needs to be.
    """

    def decorate(view: View) -> View:
        @csrf_exempt
        @wraps(view)
        def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            try:
                if request.method not in methods:
                    raise Refusal(Code.METHOD)
                return view(request, *args, **kwargs)
            except Refusal as refusal:
                response = refused(request, refusal)
                if refusal.code == Code.METHOD:
                    response["Allow"] = ", ".join(methods)
                return response

        return page

    return decorate


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """The page of a refusal, and its line in the log: the code and our registration, nothing of the person."""
    logger.warning(
        "refused: %s (registration %s)",
        refusal.code,
        refusal.registration_id,
        extra={"code": refusal.code.value, "registration_id": refusal.registration_id},
    )
    explanation = explain(refusal.code)
    context = {
        "explanation": explanation,
        "whose": WHOSE_NAME[explanation.whose],
        "refusal": refusal,
        "tool_name": settings.TOOL_NAME,
        "now": timezone.now(),
        "request_for_approval": _request_for_approval(request, refusal),
        "operator": settings.OPERATOR_CONTACT,
    }
    response = open_page(request, "lti/refused.html", context, status=refusal.status)
    # Django would log the path as well, in which an invitation may stand.
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response


def _request_for_approval(request: HttpRequest, refusal: Refusal) -> str:
    """What somebody whose deployment is pending can send to the operator as it stands; otherwise nothing."""
    if refusal.code != Code.DEPLOYMENT_PENDING or refusal.registration_id is None:
        return ""
    registration = Registration.objects.get(pk=refusal.registration_id)
    waiting = request.build_absolute_uri(reverse("admin:lti_registration_change", args=[registration.pk]))
    lines = (
        _("Please approve a deployment of %(tool)s.") % {"tool": settings.TOOL_NAME},
        f"{_('Platform')}: {registration.name}",
        f"{_('Issuer')}: {registration.issuer}",
        f"{_('Client id')}: {registration.client_id}",
        f"{_('Deployment id')}: {refusal.detail}",
        f"{_('Where')}: {waiting}",
    )
    return "\n".join(lines)
