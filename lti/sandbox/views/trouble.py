"""The Trouble panel: what a visitor makes go wrong."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from lti.sandbox import troubles
from lti.sandbox.errors import PageError
from lti.sandbox.models import AccessToken
from lti.sandbox.platform import keys, throttle
from lti.sandbox.troubles import TROUBLES, UnknownTroubleError
from lti.sandbox.views import page


@require_safe
def trouble(request: HttpRequest) -> HttpResponse:
    """The page."""
    switches = [(each, troubles.chosen(each.key)) for each in TROUBLES]
    return page.uncached(
        render(request, "sandbox/trouble.html", {"switches": switches, "kid": keys.ensure_signing_key().kid})
    )


@require_POST
@page.pages
def choose(request: HttpRequest) -> HttpResponse:
    """Switch what the form names; ``all=well`` puts everything in order."""
    known = {each.key for each in TROUBLES}
    changes = {name: request.POST[name] for name in request.POST if name in known}
    if request.POST.get("all") == "well":
        changes = {each.key: each.options[0].key for each in TROUBLES}
    if not changes:
        raise PageError(f"Choose something: {', '.join(sorted(known))}.")
    try:
        troubles.choose(changes)
    except UnknownTroubleError as error:
        raise PageError(str(error)) from error
    if changes.get("tokens") == "down":
        # Otherwise the tool would go on with the token that it has, for up to an hour.
        AccessToken.objects.all().delete()
    if changes.get("gradebook") != "throttled":
        throttle.empty()
    present = troubles.present(page.manner().key)
    say = ", ".join(f"{each.title}: {option.title.lower()}" for each, option in present) or "All is well."
    return page.back(request, say=say, to="trouble")


@require_POST
def rotate(request: HttpRequest) -> HttpResponse:
    """Sign with a new key, and publish no other."""
    made = keys.rotate()
    return page.back(
        request, say=f"Messages are signed with a new key now ({made.kid}); the old one is gone.", to="trouble"
    )
