"""What the school's pages may load, frame and submit to."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from lti.sandbox.models import Tool

GetResponse = Callable[[HttpRequest], HttpResponse]


def tool_origins() -> list[str]:
    """The origins of the registered tools and of the one in the settings."""
    origins = {settings.TOOL_URL}
    for tool in Tool.objects.all():
        for url in (tool.initiate_login_uri, tool.target_link_uri, *tool.redirect_uris):
            parts = urlsplit(url)
            origins.add(f"{parts.scheme}://{parts.netloc}")
    return sorted(origins)


class ContentSecurityPolicy:
    """Only the school's own files run; only its tools are framed and posted to; nobody else frames its pages."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.get("Content-Type", "").startswith("text/html"):
            tools = " ".join(tool_origins())
            response["Content-Security-Policy"] = "; ".join(
                (
                    "default-src 'none'",
                    "script-src 'self'",
                    "style-src 'self'",
                    "img-src 'self' data:",
                    "font-src 'self'",
                    "connect-src 'self'",
                    "base-uri 'none'",
                    f"form-action 'self' {tools}",
                    f"frame-src 'self' {tools}",
                    "frame-ancestors 'self'",
                )
            )
        return response
