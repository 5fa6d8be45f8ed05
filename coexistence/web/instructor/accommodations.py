"""Accommodations: those in force, giving one, changing it, taking it back; and the groups that they may be for."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from coexistence.courses.models import Accommodation, Assignment, Enrollment, Group
from coexistence.courses.visits import VisitRequest, visit_page
from coexistence.quiz import accommodations
from coexistence.quiz.accommodations import AccommodationError
from coexistence.quiz.selectors import granted as selectors
from coexistence.web.parts import assignment_of

from .accommodation_form import HERE, TERMS, GrantForm, GroupForm, TermsForm, granted

DONE: Mapping[str, Promise] = MappingProxyType(
    {
        "given": gettext_lazy("The accommodation holds from now on."),
        "changed": gettext_lazy("The accommodation was changed; it holds like that from now on."),
        "withdrawn": gettext_lazy("The accommodation was taken back."),
        "grouped": gettext_lazy("The group was saved."),
        "dissolved": gettext_lazy("The group was dissolved, and what it was granted was taken back."),
    }
)


@dataclass(frozen=True, slots=True)
class Row:
    """One accommodation in force, in words."""

    row: Accommodation
    whose: str
    granted: list[str]


@visit_page(staff=True)
@require_safe
def overview(request: VisitRequest) -> HttpResponseBase:
    """What is in force in the course, first what concerns this assignment, and its groups."""
    assignment = _graded(request)
    rows = [Row(row, selectors.whose(row), granted(row)) for row in selectors.in_force(request.visit.course)]
    context = {
        "assignment": assignment,
        "everywhere": [one for one in rows if one.row.assignment_id is None],
        "here": [one for one in rows if one.row.assignment_id == assignment.pk],
        "elsewhere": [one for one in rows if one.row.assignment_id not in {None, assignment.pk}],
        "groups": request.visit.course.groups.prefetch_related("members__participant"),
        "done": DONE.get(request.GET.get("done", ""), ""),
        "running": _running(request.GET.get("running", "")),
    }
    return render(request, "web/instructor/accommodations.html", context)


@visit_page(staff=True)
@require_http_methods(["GET", "HEAD", "POST"])
def give(request: VisitRequest) -> HttpResponseBase:
    """Give a person or a group an accommodation that they have none of at that place yet."""
    assignment = _graded(request)
    people, groups = selectors.learners(request.visit.course), list(request.visit.course.groups.all())
    if request.method != "POST":
        person = request.GET.get("person", "")
        initial = {"whose": f"person-{person}", "where": HERE} if person else {}
        form = GrantForm(people=people, groups=groups, initial=initial)
        return _form(request, "give.html", {"form": form, "assignment": assignment})
    form = GrantForm(request.POST.dict(), people=people, groups=groups)
    if form.is_valid():
        chosen = form.chosen
        who = {"enrollment": chosen} if isinstance(chosen, Enrollment) else {"group": chosen}
        here = assignment if form.is_here else None
        if _exists(assignment, who, here):
            form.add_error("whose", _("There is one already at this place; find it in the list and change it there."))
        elif row := _grant(request, form, assignment=here, **who):
            return _back(request, "given", row)
    return _form(request, "give.html", {"form": form, "assignment": assignment})


@visit_page(staff=True)
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: VisitRequest, pk: int) -> HttpResponseBase:
    """Change an accommodation, or take it back."""
    assignment = _graded(request)
    row = next((one for one in selectors.in_force(request.visit.course) if one.pk == pk), None)
    if row is None:
        raise Http404("accommodation")
    if "withdraw" in request.POST:
        affected = selectors.running(row)
        accommodations.withdraw(accommodation=row, by=request.visit.enrollment, now=timezone.now())
        return _back(request, "withdrawn", running=affected)
    form = TermsForm(initial={name: getattr(row, name) for name in TERMS})
    if request.method == "POST":
        form = TermsForm(request.POST.dict())
        if form.is_valid() and (
            changed := _grant(request, form, enrollment=row.enrollment, group=row.group, assignment=row.assignment)
        ):
            return _back(request, "changed", changed)
    context = {"form": form, "row": row, "whose": selectors.whose(row), "assignment": assignment}
    return _form(request, "change.html", context)


@visit_page(staff=True)
@require_http_methods(["GET", "HEAD", "POST"])
def new_group(request: VisitRequest) -> HttpResponseBase:
    """Make a group of people of the course."""
    assignment = _graded(request)
    people = selectors.learners(request.visit.course)
    form = GroupForm(request.POST if request.method == "POST" else None, people=people)
    if form.is_bound and form.is_valid():
        name = form.cleaned_data["name"]
        if request.visit.course.groups.filter(name=name).exists():
            form.add_error("name", _("There is a group of that name already."))
        else:
            _save_group(request, name, form)
            return _back(request, "grouped")
    return _form(request, "group.html", {"form": form, "assignment": assignment})


@visit_page(staff=True)
@require_http_methods(["GET", "HEAD", "POST"])
def group(request: VisitRequest, pk: int) -> HttpResponseBase:
    """Say who is in a group, or dissolve it."""
    assignment = _graded(request)
    found = Group.objects.prefetch_related("members").filter(course=request.visit.course, pk=pk).first()
    if found is None:
        raise Http404("group")
    if "dissolve" in request.POST:
        accommodations.delete_group(group=found, by=request.visit.enrollment, now=timezone.now())
        return _back(request, "dissolved")
    people = selectors.learners(request.visit.course)
    form = GroupForm(request.POST if request.method == "POST" else None, people=people, group=found)
    if form.is_bound and form.is_valid():
        _save_group(request, found.name, form)
        return _back(request, "grouped")
    return _form(request, "group.html", {"form": form, "group": found, "assignment": assignment})


def _graded(request: VisitRequest) -> Assignment:
    assignment = assignment_of(request.visit)
    if not assignment.is_graded:
        raise Http404("not graded")
    return assignment


def _grant(request: VisitRequest, form: TermsForm, **where: Any) -> Accommodation | None:
    """The accommodation that the form grants there; ``None`` where it cannot be, and then the form says why."""
    try:
        return accommodations.grant(
            course=request.visit.course,
            by=request.visit.enrollment,
            now=timezone.now(),
            **where,
            **form.terms,
        )
    except AccommodationError as error:
        form.refuse(error)
        return None


def _save_group(request: VisitRequest, name: str, form: GroupForm) -> None:
    members = Enrollment.objects.filter(course=request.visit.course, pk__in=form.cleaned_data["members"])
    accommodations.save_group(
        course=request.visit.course, name=name, members=list(members), by=request.visit.enrollment, now=timezone.now()
    )


def _exists(assignment: Assignment, who: Mapping[str, Any], here: Assignment | None) -> bool:
    rows = Accommodation.objects.filter(course=assignment.course_id, assignment=here, **who)
    return rows.filter(source=Accommodation.Source.STAFF).exists()


def _form(request: VisitRequest, template: str, context: Mapping[str, Any]) -> HttpResponseBase:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if context["form"].is_bound else HTTPStatus.OK
    return render(request, f"web/instructor/accommodations/{template}", context, status=status)


def _back(request: VisitRequest, done: str, row: Accommodation | None = None, *, running: int = 0) -> HttpResponseBase:
    address = reverse("web:accommodations", kwargs={"launch": request.launch})
    running = running if row is None else selectors.running(row)
    return redirect(f"{address}?{urlencode({'done': done, **({'running': running} if running else {})})}")


def _running(text: str) -> str:
    """What is said of the attempts that have new limits now, if there are any."""
    count = int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0
    if not count:
        return ""
    return ngettext(
        "%(count)s attempt is going on; it has its new limits already.",
        "%(count)s attempts are going on; they have their new limits already.",
        count,
    ) % {"count": count}
