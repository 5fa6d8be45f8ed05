"""For platforms without Dynamic Registration: every value that their forms ask for. All of them are public."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from lti import forms
from lti.addresses import Addresses
from lti.protocol.metadata import developer_key

from .pages import open_page


@require_safe
def configuration(request: HttpRequest) -> HttpResponse:
    """The values, ready to copy, in general and by the labels of each platform's form."""
    addresses = Addresses.of(request)
    return open_page(
        request,
        "lti/configuration.html",
        {
            "tool_name": settings.TOOL_NAME,
            "addresses": addresses,
            "general": forms.general(addresses),
            "forms": forms.filled(addresses),
        },
    )


@require_safe
def canvas_json(request: HttpRequest) -> HttpResponse:
    """A Canvas developer key; with ``?names=no`` one that asks for no names."""
    key = developer_key(Addresses.of(request), names=request.GET.get("names") != "no")
    response = JsonResponse(key, json_dumps_params={"indent": 2})
    patch_cache_control(response, public=True, max_age=300)
    return response
