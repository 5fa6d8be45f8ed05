"""The administrator's page: the tool's registration in a frame, and activating what is pending."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from lti.sandbox.models import Tool
from lti.sandbox.platform import registration
from lti.sandbox.views import page


@require_GET
def register(request: HttpRequest) -> HttpResponse:
    """Open the tool's registration page in a frame, with a fresh token."""
    page.here(request)
    address = registration.invitation(settings.TOOL_URL, page.manner())
    return page.uncached(render(request, "sandbox/register.html", {"address": address}))


@require_POST
def activate(request: HttpRequest) -> HttpResponse:
    """What an administrator does after registration."""
    if not Tool.objects.update(active=True):
        return page.back(request, wrong="No tool is registered yet.")
    return page.back(request, say="The tool is active. It can be added to the course now.")
