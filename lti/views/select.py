"""The picker of deep linking: an instructor chooses what to place, and the answer goes back to the platform."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from coexistence.courses import visits
from coexistence.courses.models import Visit
from coexistence.courses.visits import VisitRequest, visit_page
from lti import placing, selection
from lti.addresses import Addresses
from lti.models import DeepLinkRequest
from lti.origins import origin
from lti.placing import Answer
from lti.protocol.deep_linking import wishes


@visit_page(staff=True, purpose=Visit.Purpose.SELECT)
@require_http_methods(["GET", "HEAD", "POST"])
def select(request: VisitRequest) -> HttpResponse:
    """Show the choice; take it, and send the browser back with it."""
    asked = DeepLinkRequest.objects.select_related("deployment__registration").get(visit=request.visit)
    now = timezone.now()
    form = placing.digest((name, values) for name, values in request.POST.lists() if name != visits.FORM_FIELD)
    if asked.answered_at is not None:
        return _answer(request, placing.repeated(asked, form=form, now=now))
    several = wishes(asked).takes_several
    picking = selection.offers(several=several)
    if request.method != "POST":
        return _form(request, asked, picking)
    cancelled = "cancel" in request.POST
    empty = not picking.offers
    if not cancelled and not empty:
        picking = selection.picked(several=several, form=request.POST.dict(), chosen=request.POST.getlist("choose"))
        if not picking.is_valid:
            return _form(request, asked, picking)
    answered = placing.answer(
        asked,
        course=request.visit.course,
        picking=picking,
        launch_url=Addresses.of(request).launch,
        form=form,
        now=now,
        problem=_("This tool has nothing to place yet. Please tell its operator.") if empty else "",
        log="no unit has been loaded" if empty else "",
    )
    return _answer(request, answered)


def _answer(request: HttpRequest, answer: Answer | None) -> HttpResponse:
    if answer is None:
        return render(request, "lti/select_done.html")
    response = render(request, "lti/select_answer.html", {"answer": answer})
    # The one form of ours that goes to another site.
    response._csp_update = {"form-action": [origin(answer.address) or "'none'"]}  # type: ignore[attr-defined]
    return response


def _form(request: HttpRequest, asked: DeepLinkRequest, picking: selection.Picking) -> HttpResponse:
    context = {
        "picking": picking,
        "invalid": request.method == "POST",
        "with_columns": placing.brings_columns(asked),
    }
    return render(request, "lti/select.html", context, status=422 if request.method == "POST" else 200)
