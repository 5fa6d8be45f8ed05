"""Opening an activity: the page around it, the form that begins the launch, and what a teacher does to it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST, require_safe

from lti.sandbox import visitor
from lti.sandbox.errors import PageError
from lti.sandbox.models import Activity, LineItem, Role
from lti.sandbox.platform import oidc
from lti.sandbox.views import page
from lti.sandbox.visitor import Here


def _find(request: HttpRequest, activity_id: int) -> tuple[Activity, Here]:
    found = get_object_or_404(Activity.objects.select_related("tool", "course__copied_from"), pk=activity_id)
    return found, page.here(request, found.course)


def _check_door(found: Activity, place: Here) -> None:
    """Whom the platform itself does not let in, no tool gets to see."""
    if not place.enrolled:
        raise PageError("You are not enrolled in this course any more.", status=403)
    if not found.published and not place.may_edit:
        raise PageError("This activity is not available to students.", status=403)
    if place.role == Role.GUEST and not place.manner.takes_guests:
        raise PageError("Guests cannot open an external tool here. Sign in to the course first.", status=403)


@require_safe
@page.pages
def activity(request: HttpRequest, activity_id: int) -> HttpResponse:
    """The course's page around an activity, with the tool in a frame."""
    found, place = _find(request, activity_id)
    _check_door(found, place)
    page.active_tool()
    response = page.uncached(render(request, "sandbox/activity.html", {"activity": found, "here": place}))
    return visitor.remember(response, place.session)


@require_safe
@page.pages
def start(request: HttpRequest, activity_id: int) -> HttpResponse:
    """Begin a launch as the present person; what the frame, or the new window, loads."""
    found, place = _find(request, activity_id)
    _check_door(found, place)
    tool = page.active_tool()
    if place.manner.is_canvas and not found.url.startswith(
        tuple(f"{scheme}://{tool.domain}/" for scheme in ("http", "https"))
    ):
        raise PageError("Couldn’t find valid settings for this link: its address is not in the tool’s domain.")
    form = oidc.begin(
        tool=tool,
        person=place.person,
        role=place.role,
        course=found.course,
        activity=found,
        in_window=request.GET.get("window") == "1",
        manner=place.manner,
    )
    response = page.post_form(request, form, waiting=f"Opening {found.title}…")
    return visitor.remember(response, place.session)


@require_safe
def storage_frame(request: HttpRequest) -> HttpResponse:
    """The frame beside the tool's, through which Canvas takes messages for its storage."""
    return render(request, "sandbox/storage_frame.html")


@require_POST
@page.pages
def publish(request: HttpRequest, activity_id: int) -> HttpResponse:
    """Publish an activity, or take it back from students."""
    found = get_object_or_404(Activity.objects.select_related("course"), pk=activity_id)
    place = page.editor(request, found.course)
    published = request.POST.get("published") == "1"
    Activity.objects.filter(pk=found.pk).update(published=published)
    said = "Students can open it." if published else "Students cannot open it."
    return page.back(
        request, say=f"“{found.title}” is {'published' if published else 'not published'}. {said}", place=place
    )


@require_POST
@page.pages
def column(request: HttpRequest, activity_id: int) -> HttpResponse:
    """Give an activity a gradebook column, as grading is switched on again in its settings."""
    found = get_object_or_404(Activity.objects.select_related("course", "tool"), pk=activity_id)
    place = page.grader(request, found.course)
    if found.line_items.exists():
        raise PageError("This activity has a column in the gradebook.", status=409)
    LineItem.objects.create(
        course=found.course, tool=found.tool, activity=found, label=found.title, score_maximum=100, coupled=True
    )
    return page.back(request, say=f"“{found.title}” has a new column, out of 100 points.", place=place)
