"""What every page of the school needs: who is here, in which course, under whose manners."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render

from lti.sandbox import manners, troubles, visitor
from lti.sandbox.errors import PageError
from lti.sandbox.manners import MANNERS, Manner
from lti.sandbox.models import Course, Membership, Role, Tool
from lti.sandbox.platform.oidc import FormPost
from lti.sandbox.security import tool_origins
from lti.sandbox.visitor import Here

P = ParamSpec("P")
#: The pages that a form may lead back to, by the name it sends.
BACK_TO = frozenset({"home", "gradebook", "people", "trouble", "wire"})


def here(request: HttpRequest, course: Course | None = None) -> Here:
    """Where the visitor is."""
    return visitor.here(request, manner(), course=course)


def school(request: HttpRequest) -> dict[str, Any]:
    """Template context of every page."""
    place = here(request)
    members = Membership.objects.select_related("person").filter(course=place.course)
    return {
        "here": place,
        "manner": place.manner,
        "manners": list(MANNERS.values()),
        "people": members.filter(featured=True).order_by("pk"),
        "classmates": members.filter(role=Role.LEARNER).order_by("person__family_name", "person__given_name"),
        "courses": Course.objects.all(),
        "tool": Tool.objects.order_by("pk").first(),
        "wrong_today": troubles.present(place.manner.key),
        "tool_origins": tool_origins(),
        "storage": troubles.chosen("storage").key if place.manner.is_canvas else "off",
    }


def post_form(request: HttpRequest, form: FormPost, *, waiting: str) -> HttpResponse:
    """A page whose form the browser submits by itself, with a button where scripts do not run."""
    return uncached(render(request, "sandbox/form_post.html", {"form": form, "waiting": waiting}))


def uncached(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return response


def error_page(
    request: HttpRequest, message: str, *, status: int, extra: Mapping[str, Any] | None = None
) -> HttpResponse:
    return uncached(render(request, "sandbox/error.html", {"problem": message, **(extra or {})}, status=status))


def pages(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Show a PageError as the school's error page."""

    @wraps(view)
    def shown(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except PageError as error:
            return error_page(request, error.message, status=error.status)

    return shown


def editor(request: HttpRequest, course: Course | None = None) -> Here:
    """The visitor, who must be allowed to change the course."""
    place = here(request, course)
    if not place.may_edit:
        raise PageError("Only a teacher of the course can do this. Switch to the teacher first.", status=403)
    return place


def grader(request: HttpRequest, course: Course | None = None) -> Here:
    """The visitor, who must be allowed to change grades."""
    place = here(request, course)
    if not place.may_grade:
        raise PageError("Only who grades in this course can do this. Switch to the teacher first.", status=403)
    return place


def active_tool() -> Tool:
    """The registered tool; PageError where there is none yet, or it is pending."""
    tool = Tool.objects.order_by("pk").first()
    if tool is None:
        raise PageError("No tool is registered yet. Register it on the course page.", status=409)
    if not tool.active:
        raise PageError("The tool is pending. Activate it on the course page.", status=409)
    return tool


def back(
    request: HttpRequest, *, say: str = "", wrong: str = "", to: str = "", place: Here | None = None
) -> HttpResponseRedirect:
    """Back to the page that the form names (``next``), or ``to``, or the course page, with something to tell.

    With ``place`` its course is the chosen one from now on.
    """
    if say:
        messages.success(request, say)
    if wrong:
        messages.error(request, wrong)
    asked = request.POST.get("next", "")
    response = redirect(asked if asked in BACK_TO else to or "home")
    if place is not None:
        visitor.remember(response, place.session)
    return response


def manner() -> Manner:
    return manners.current()
