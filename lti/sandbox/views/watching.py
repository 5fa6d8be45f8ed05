"""The Wire panel: what has passed between the platform and the tool, newest first."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from lti.sandbox.models import Exchange
from lti.sandbox.views import page
from lti.sandbox.wire import KINDS, MOST_ROWS

PAGE = 30


@require_safe
def wire(request: HttpRequest) -> HttpResponse:
    """The panel, or with ``part=list`` only its list, which the page's script asks for.

    ``kind`` shows one kind only; ``before`` goes on below that exchange.
    """
    kind, before = request.GET.get("kind", ""), request.GET.get("before", "")
    rows = Exchange.objects.all()
    if kind in KINDS:
        rows = rows.filter(kind=kind)
    if before.isascii() and before.isdigit() and len(before) < 18:
        rows = rows.filter(pk__lt=int(before))
    found = list(rows[: PAGE + 1])
    for row in found:
        row.about = KINDS[row.kind]  # type: ignore[attr-defined]
    context = {
        "exchanges": found[:PAGE],
        "older": found[PAGE - 1].pk if len(found) > PAGE else None,
        "kinds": KINDS.items(),
        "kind": kind if kind in KINDS else "",
        "before": before,
        "most": MOST_ROWS,
    }
    template = "sandbox/wire_list.html" if request.GET.get("part") == "list" else "sandbox/wire.html"
    return page.uncached(render(request, template, context))


@require_POST
def clear(request: HttpRequest) -> HttpResponse:
    """Forget all of it."""
    Exchange.objects.all().delete()
    return page.back(request, to="wire")
