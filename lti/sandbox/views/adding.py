"""Adding activities: the tool in a frame, what it returns, and the school's own confirmation."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lti.sandbox import visitor
from lti.sandbox.errors import PageError
from lti.sandbox.models import Selection
from lti.sandbox.platform import content_items, deep_linking, oidc
from lti.sandbox.platform.content_items import Choice
from lti.sandbox.platform.deep_linking import Returned
from lti.sandbox.views import page


@require_GET
@page.pages
def add(request: HttpRequest) -> HttpResponse:
    """The page with the tool's own chooser in a frame."""
    page.editor(request)
    page.active_tool()
    return page.uncached(render(request, "sandbox/add.html"))


@require_GET
@page.pages
def start(request: HttpRequest) -> HttpResponse:
    """Begin the choosing; what the frame loads."""
    place = page.editor(request)
    form = oidc.begin(
        tool=page.active_tool(),
        person=place.person,
        role=place.role,
        course=place.course,
        activity=None,
        in_window=False,
        manner=place.manner,
    )
    return visitor.remember(page.post_form(request, form, waiting="Opening the tool…"), place.session)


@csrf_exempt
@require_POST
@page.pages
def moodle_return(request: HttpRequest) -> HttpResponse:
    """``contentitem_return.php``. A post from another site brings no cookie; Moodle then posts it to itself."""
    person = visitor.signed_in_person(request, page.manner())
    if person is None:
        if request.POST.get("repost"):
            raise PageError("You are not signed in at this school. Open the course page first.", status=403)
        return page.post_form(
            request,
            oidc.FormPost(request.get_full_path(), {"JWT": request.POST.get("JWT", ""), "repost": "1"}),
            waiting="Returning to the course…",
        )
    returned = deep_linking.moodle_return(request.POST, request.GET, person=person, manner=page.manner())
    return _out_of_frame(request, returned)


@csrf_exempt
@require_POST
@page.pages
def canvas_return(request: HttpRequest, course_id: int) -> HttpResponse:
    """``deep_linking_response``; who returns stands in the address."""
    returned = deep_linking.canvas_return(request.POST, request.GET, course_id=course_id, manner=page.manner())
    return _out_of_frame(request, returned)


def _out_of_frame(request: HttpRequest, returned: Returned) -> HttpResponse:
    """Inside the frame: a page that takes the whole window on to the confirmation, or back to the course."""
    selection = returned.selection
    target = reverse("confirm", kwargs={"token": selection.token}) if selection else reverse("home")
    return page.uncached(
        render(
            request,
            "sandbox/returned.html",
            {
                "target": target,
                "message": returned.message or ("" if selection or returned.error else "Nothing was chosen."),
                "problem": returned.error,
                "moving": not returned.error,
            },
        )
    )


@require_http_methods(["GET", "POST"])
@page.pages
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """What will be added: one item in a form to look over, several in a list. Nothing exists until this is saved."""
    place = page.editor(request)
    selection = get_object_or_404(
        Selection.objects.select_related("course", "tool"), token=token, course=place.course, person=place.person
    )
    if selection.confirmed_at is not None:
        return page.back(request, wrong="This choice has been added already.")
    choices = [Choice(**row) for row in selection.choices]
    manner = page.manner()
    problems: list[str] = []
    if request.method == "POST" and choices:
        if len(choices) == 1:
            choices = [_edited(request, choices[0])]
            if not choices[0].title:
                problems.append("Give the activity a name.")
            if manner.is_moodle and not choices[0].moodle_takes_points:
                problems.append("The maximum grade must be a whole number from 1 to 100.")
            elif not _is_points(choices[0].points):
                problems.append("The points must be a number.")
        if not problems:
            placed = deep_linking.place(selection=selection, choices=choices, manner=manner)
            for problem in selection.problems:
                messages.warning(request, problem)
            return page.back(request, say=_added(len(placed)))
    single = choices[0] if len(choices) == 1 else None
    return page.uncached(
        render(
            request,
            "sandbox/confirm.html",
            {"selection": selection, "choices": choices, "single": single, "problems": problems},
            status=400 if problems else 200,
        )
    )


def _edited(request: HttpRequest, choice: Choice) -> Choice:
    """The one choice as the teacher left it in the form."""
    row = choice.as_row() | {
        "title": request.POST.get("title", choice.title).strip()[: content_items.TITLE_LENGTH],
        "text": request.POST.get("text", choice.text).strip()[: content_items.TEXT_LENGTH],
    }
    if choice.points:
        row["points"] = request.POST.get("points", choice.points).strip() or choice.points
    return Choice(**row)


def _is_points(value: str) -> bool:
    whole, _, part = value.partition(".")
    return not value or (len(value) <= 10 and (whole + (part or "0")).isascii() and (whole + (part or "0")).isdigit())


def _added(count: int) -> str:
    return "One activity was added." if count == 1 else f"{count} activities were added."
