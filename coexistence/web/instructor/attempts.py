"""One attempt for those who teach: how its score came about, and what happened to it; and receipts to be checked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from coexistence.courses.visits import VisitRequest, visit_page
from coexistence.quiz import policy, receipts, selectors
from coexistence.quiz.models import Attempt, AttemptEvent
from coexistence.quiz.selectors import Happening
from coexistence.quiz.selectors.history import ANSWERED
from coexistence.web.parts import assignment_of

Kind = AttemptEvent.Kind


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that happened, in words; ``who`` is empty where the clock did it."""

    at: datetime
    words: str
    who: str


@visit_page(staff=True)
@require_safe
def attempt(request: VisitRequest, pk: int) -> HttpResponse:
    """The attempt's score line by line, and its history. Nothing can be changed here."""
    assignment = assignment_of(request.visit)
    found = Attempt.objects.select_related("enrollment__participant").filter(assignment=assignment, pk=pk).first()
    if found is None:
        raise Http404(pk)
    found.assignment = assignment
    is_submitted = found.state == Attempt.State.SUBMITTED
    context = {
        "assignment": assignment,
        "attempt": found,
        "explanation": selectors.explain(found) if is_submitted else None,
        "worth": policy.worth(found, assignment) if is_submitted else None,
        "history": [_told(one) for one in selectors.history(found)],
    }
    return render(request, "web/instructor/attempt.html", context)


@visit_page(staff=True)
@require_http_methods(["GET", "HEAD", "POST"])
def receipt(request: VisitRequest) -> HttpResponse:
    """Check the code of a receipt: whose it is, when it was submitted, and whether the answers are still those."""
    assignment = assignment_of(request.visit)
    code = request.POST.get("code", "").strip()
    checked = receipts.check(code, course=request.visit.course) if code else None
    refused = request.method == "POST" and checked is None
    context = {"assignment": assignment, "code": code, "checked": checked, "refused": refused}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK
    return render(request, "web/instructor/receipt.html", context, status=status)


def _told(one: Happening) -> Told:
    words = _WORDS[one.kind](one.data)
    return Told(at=one.at, words=words, who=str(one.by.participant) if one.by else "")


def _closed(data: Mapping[str, Any]) -> str:
    return _("the time was over, and it was closed") if data.get("by") == Attempt.ClosedBy.CLOCK else _("submitted")


def _limits(data: Mapping[str, Any]) -> str:
    ends, due = (data.get(name, [None, None])[1] for name in ("deadline", "due_at"))
    said = [
        words % {"when": date_format(localtime(datetime.fromisoformat(at)), "j F Y, H:i")}
        for at, words in ((ends, _("it ends at %(when)s")), (due, _("it is due at %(when)s")))
        if at
    ]
    return _("the limits changed: %(limits)s") % {"limits": ", ".join(said) or _("there are none any more")}


def _adjusted(data: Mapping[str, Any]) -> str:
    values = {"score": data.get("score"), "maximum": data.get("maximum"), "number": data.get("position")}
    if "position" in data:
        return _("the score of question %(number)s was set to %(score)s of %(maximum)s") % values
    return _("the score was set to %(score)s of %(maximum)s") % values


#: What is said of each kind of happening, from its data.
_WORDS: Mapping[str, Callable[[Mapping[str, Any]], str]] = MappingProxyType(
    {
        ANSWERED: lambda data: _("answered question %(number)s") % {"number": data["position"]},
        Kind.STARTED: lambda data: _("began"),
        Kind.LEFT: lambda data: _("left the page"),
        Kind.RETURNED: lambda data: _("came back to the page"),
        Kind.LIMITS: _limits,
        Kind.CHECKED: lambda data: _("had the answer to question %(number)s checked") % {"number": data["position"]},
        Kind.CLOSED: _closed,
        Kind.REGRADED: lambda data: _("regraded by another revision of a question"),
        Kind.ADJUSTED: _adjusted,
        Kind.RESTORED: lambda data: _("a score that a person had set was taken back"),
    }
)
