"""What an instructor may do about scores on their way to the gradebook; each leads back to the page of grades."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from coexistence.courses.gradebook import gradebook
from coexistence.courses.models import Assignment
from coexistence.courses.visits import VisitRequest, visit_page
from coexistence.quiz import selectors
from coexistence.web.parts import assignment_of

#: What the page of grades says after each of these; nothing else that stands in its address is shown.
DONE: Mapping[str, Promise] = MappingProxyType(
    {
        "resent": _("The score is sent again."),
        "all_resent": _("Everything that was stuck is sent again."),
        "nothing": _("There was nothing to be done any more."),
        "checking": _("The gradebook is being read."),
        "ours": _("This tool’s score is sent in place of the one in the gradebook."),
        "theirs": _("The grade in the gradebook is kept."),
        "making": _("A gradebook column is being made."),
        "at_once": _("Each score goes to the gradebook as it comes."),
        "later": _("Scores are kept back until then."),
        "by_hand": _("Scores are kept back until you release them."),
        "when_invalid": _("Nothing was changed: give a date and time that is still to come."),
        "no_column": _("No gradebook column can be made here."),
    }
)


@visit_page(staff=True)
@require_POST
def resend(request: VisitRequest) -> HttpResponseBase:
    """Try a score again that was held or refused; all of them where the form names nobody."""
    assignment = _graded(request)
    who = _enrollment(request) if "enrollment" in request.POST else None
    number = gradebook().resend(assignment_id=assignment.pk, enrollment_ids=None if who is None else [who])
    return _back(request, "nothing" if not number else "all_resent" if who is None else "resent")


@visit_page(staff=True)
@require_POST
def check(request: VisitRequest) -> HttpResponseBase:
    """Have the gradebook read back."""
    asked = gradebook().check_now(assignment_id=_graded(request).pk)
    return _back(request, "checking" if asked else "nothing")


@visit_page(staff=True)
@require_POST
def settle(request: VisitRequest) -> HttpResponseBase:
    """Decide between our score and a grade that a teacher has entered."""
    assignment = _graded(request)
    choice = request.POST.get("choice")
    if choice not in {"ours", "theirs"}:
        raise Http404("choice")
    ours = choice == "ours"
    settled = gradebook().settle(assignment_id=assignment.pk, enrollment_id=_enrollment(request), ours=ours)
    return _back(request, choice if settled else "nothing")


@visit_page(staff=True)
@require_POST
def column(request: VisitRequest) -> HttpResponseBase:
    """Have a new gradebook column made."""
    made = gradebook().make_column(assignment_id=_graded(request).pk)
    return _back(request, "making" if made else "no_column")


@visit_page(staff=True)
@require_POST
def policy(request: VisitRequest) -> HttpResponseBase:
    """Decide when scores go to the gradebook: each as it comes, from a moment on, or when somebody releases them."""
    assignment = _graded(request)
    form = PolicyForm(request.POST)
    if not form.is_valid():
        return _back(request, "when_invalid")
    when = form.cleaned_data["when"]
    if when == "at_once":
        gradebook().release(assignment_id=assignment.pk)
    else:
        until = form.cleaned_data["until"] if when == "later" else None
        gradebook().withhold(assignment_id=assignment.pk, until=until)
    return _back(request, when)


class PolicyForm(forms.Form):
    """When scores go to the gradebook; ``until`` is a moment in the future, in this installation's time zone."""

    when = forms.ChoiceField(choices=[(name, name) for name in ("at_once", "later", "by_hand")])
    until = forms.DateTimeField(required=False, input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])

    def clean(self) -> dict[str, Any]:
        """A moment that is needed has to be there, and to come."""
        found = super().clean() or self.cleaned_data
        until = found.get("until")
        if found.get("when") == "later" and (until is None or until <= timezone.now()):
            raise forms.ValidationError("until")
        return found


@visit_page(staff=True)
@require_safe
def grade_file(request: VisitRequest) -> HttpResponse:
    """All scores as a file for the gradebook's own import, when nothing else helps."""
    assignment = _graded(request)
    scores = {
        result.enrollment.pk: result.score
        for result in selectors.class_results(assignment)
        if result.score is not None and not result.enrollment.is_preview
    }
    file = gradebook().grade_file(assignment_id=assignment.pk, title=assignment.title, scores=scores)
    if file is None:
        raise Http404("file")
    return HttpResponse(
        file.content,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{file.name}"', "X-Content-Type-Options": "nosniff"},
    )


def _graded(request: VisitRequest) -> Assignment:
    assignment = assignment_of(request.visit)
    if not assignment.is_graded:
        raise Http404("not graded")
    return assignment


def _enrollment(request: VisitRequest) -> int:
    """The enrollment that the form names; whether it has a score here, the gradebook looks after."""
    text = request.POST.get("enrollment", "")
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Http404("enrollment")
    return int(text)


def _back(request: VisitRequest, done: str) -> HttpResponseBase:
    address = reverse("web:grades", kwargs={"launch": request.visit.pk})
    return redirect(f"{address}?{urlencode({'done': done})}")
