"""The page that needs no visit: what a passer-by sees."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from coexistence.content.models import Unit


@require_safe
def welcome(request: HttpRequest) -> HttpResponse:
    """What this is, for whoever opens the tool's address outside a course."""
    return render(
        request,
        "web/welcome.html",
        {
            "units": Unit.objects.only("slug", "title", "subtitle", "language"),
            # Addresses of other rooms: the pages know where they are, not who answers there.
            "register_url": request.build_absolute_uri("/lti/register/"),
            "api_url": "/api/v1/units/",
            "schema_url": "/api/v1/schema/",
        },
    )
