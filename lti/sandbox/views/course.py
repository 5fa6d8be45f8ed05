"""The course page, and the switches: who you are, as whom you look, in which course, and whose manners are kept."""

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from lti.sandbox import classroom, visitor
from lti.sandbox.errors import PageError
from lti.sandbox.manners import MANNERS
from lti.sandbox.models import Activity, Course, Grade, Membership, School
from lti.sandbox.platform import copying
from lti.sandbox.views import page


def number(text: str) -> int:
    """The id in a form; 0, which is nobody's, where it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The course page."""
    place = page.here(request)
    activities = Activity.objects.filter(course=place.course).prefetch_related("line_items")
    grades = {
        grade.line_item_id: grade for grade in Grade.objects.filter(person=place.person, line_item__course=place.course)
    }
    cards: list[dict[str, object]] = []
    for activity in activities if place.enrolled else ():
        if not activity.published and not place.may_edit:
            continue
        items = list(activity.line_items.all())
        first = items[0] if items else None
        cards.append({"activity": activity, "item": first, "grade": grades.get(first.pk) if first else None})
    response = render(
        request,
        "sandbox/home.html",
        {
            "cards": cards,
            "size": Membership.objects.filter(course=place.course, role__in=place.manner.gradable, active=True).count(),
            "states": Course.State.choices,
        },
    )
    # Without the cookie a launch could not come back to a visitor who is signed in.
    return page.uncached(response if place.signed_in else visitor.remember(response, place.session))


@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """Be somebody else."""
    place = page.here(request)
    membership = get_object_or_404(
        Membership.objects.select_related("person"),
        course=place.course,
        person_id=number(request.POST.get("person", "")),
    )
    now = replace(place.session, person=membership.person_id, as_student=False)
    return visitor.remember(page.back(request), now)


@require_POST
@page.pages
def look(request: HttpRequest) -> HttpResponse:
    """Look at the course as a student does, or as oneself again."""
    place = page.here(request)
    if not place.may_switch:
        raise PageError("Only who teaches here can look at the course as a student.", status=403)
    now = replace(place.session, as_student=request.POST.get("as") == "student")
    return visitor.remember(page.back(request), now)


@require_POST
def choose_course(request: HttpRequest) -> HttpResponse:
    """Go to another course."""
    place = page.here(request)
    course = get_object_or_404(Course, pk=number(request.POST.get("course", "")))
    return visitor.remember(redirect("home"), replace(place.session, course=course.pk))


@require_POST
@page.pages
def copy(request: HttpRequest) -> HttpResponse:
    """Copy the course, and go to the copy."""
    place = page.editor(request)
    made = copying.copy(course=place.course, manner=place.manner)
    response = page.back(request, say=f"“{place.course.title}” was copied. This is the copy; it has no grades.")
    return visitor.remember(response, replace(place.session, course=made.pk))


@require_POST
@page.pages
def change_state(request: HttpRequest) -> HttpResponse:
    """Conclude the course, or take it up again."""
    place = page.editor(request)
    state = request.POST.get("state", "")
    if state not in Course.State.values:
        raise PageError(f"Choose one of {', '.join(Course.State.values)}.")
    Course.objects.filter(pk=place.course.pk).update(state=state)
    return page.back(request, say=f"The course is now: {Course.State(state).label}.")


@require_POST
@page.pages
def choose_manner(request: HttpRequest) -> HttpResponse:
    """Keep the other platform's manners from now on."""
    chosen = MANNERS.get(request.POST.get("manner", ""))
    if chosen is None:
        raise PageError("Choose Moodle's or Canvas's manners.")
    classroom.ensure()
    School.objects.filter(pk=1).update(manner=chosen.key)
    return page.back(request, say=f"The school now keeps {chosen.name}’s manners.")


@require_safe
def returned(request: HttpRequest) -> HttpResponse:
    """Where a tool sends the visitor back to (``return_url``), maybe with something to say."""
    return render(
        request,
        "sandbox/returned.html",
        {
            "message": request.GET.get("lti_msg", "")[:500],
            "problem": request.GET.get("lti_errormsg", "")[:500],
            "next": "home",
        },
    )
