"""Who is in the course, enrolled and unenrolled by the teacher."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST, require_safe

from lti.sandbox.errors import PageError
from lti.sandbox.models import Membership, Role
from lti.sandbox.views import page

NOT_ENROLLED = (Role.ADMINISTRATOR, Role.GUEST, Role.TEST_STUDENT)


@require_safe
@page.pages
def people(request: HttpRequest) -> HttpResponse:
    """The list, the featured few first."""
    place = page.grader(request)
    members = (
        Membership.objects.select_related("person")
        .filter(course=place.course)
        .exclude(role__in=NOT_ENROLLED)
        .order_by("-featured", "person__family_name", "person__given_name")
    )
    rows = list(members)
    for member in rows:
        # The last part says it; the rest is the vocabulary's address.
        member.uris = [uri.rpartition("/")[2] for uri in place.manner.roles[member.role]]  # type: ignore[attr-defined]
    return page.uncached(render(request, "sandbox/people.html", {"members": rows}))


@require_POST
@page.pages
def enrolment(request: HttpRequest, person_id: int) -> HttpResponse:
    """Unenrol a person, or enrol them again."""
    place = page.editor(request)
    member = get_object_or_404(Membership.objects.select_related("person"), course=place.course, person_id=person_id)
    if member.role in NOT_ENROLLED or member.role == Role.INSTRUCTOR:
        raise PageError(f"{member.person.name} cannot be unenrolled.", status=409)
    active = request.POST.get("enrolled") == "1"
    Membership.objects.filter(pk=member.pk).update(active=active)
    return page.back(request, say=f"{member.person.name} is {'enrolled' if active else 'unenrolled'}.", to="people")
