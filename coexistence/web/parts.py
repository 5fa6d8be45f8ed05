"""Which parts of a unit an assignment opens, and where each visitor begins."""

from collections.abc import Mapping
from types import MappingProxyType

from django.http import Http404
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from coexistence.content import selectors
from coexistence.content.models import Page
from coexistence.courses.models import Assignment, Enrollment, Visit

CONTENT_PARTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        Assignment.Kind.UNIT: ("lesson", "timeline", "quiz"),
        Assignment.Kind.LESSON: ("lesson",),
        Assignment.Kind.TIMELINE: ("timeline",),
        Assignment.Kind.QUIZ: ("quiz",),
    }
)
LABELS: Mapping[str, Promise] = MappingProxyType(
    {
        "lesson": _("Lesson"),
        "timeline": _("Timeline"),
        "quiz": _("Quiz"),
        "grades": _("Grades"),
        "guide": _("Guide"),
        "settings": _("Settings"),
        "accommodations": _("Accommodations"),
    }
)


def content_parts(assignment: Assignment) -> tuple[str, ...]:
    """The names of the learner's pages that the assignment opens, in reading order."""
    return CONTENT_PARTS[assignment.kind]


def opens(assignment: Assignment, section: str) -> bool:
    """Whether a section is among those that the assignment opens: all, or those of its route while the unit has it."""
    route = selectors.route(assignment.unit, assignment.route)
    return route is None or section in route["sections"]


def parts_of(visit: Visit) -> tuple[str, ...]:
    """Every part that this visitor finds in the navigation; the names are those of the pages' addresses."""
    if visit.assignment is None:
        return ()
    if not visit.is_staff:
        return content_parts(visit.assignment)
    guide = ("guide",) if selectors.has_page(visit.assignment.unit, Page.GUIDE) else ()
    graded = ("accommodations",) if visit.assignment.is_graded else ()
    return (*content_parts(visit.assignment), "grades", *guide, "settings", *graded)


def home_of(visit: Visit) -> str | None:
    """The part to begin with: for staff the grades where there are any, else the first that the learners get."""
    if visit.assignment is None:
        return None
    if visit.is_staff and visit.assignment.is_graded:
        return "grades"
    return content_parts(visit.assignment)[0]


def assignment_of(visit: Visit) -> Assignment:
    """The visit's assignment; raises ``Http404`` in a visit that has none."""
    if visit.assignment is None:
        raise Http404("assignment")
    return visit.assignment


def enrollment_of(visit: Visit) -> Enrollment:
    """Whose work the visit's pages are about; raises ``Http404`` where nobody knows who it is."""
    if visit.enrollment is None:
        raise Http404("enrollment")
    return visit.enrollment


def assignment_with(visit: Visit, part: str) -> Assignment:
    """The visit's assignment, if it opens this part; raises ``Http404`` if not."""
    assignment = assignment_of(visit)
    if part not in content_parts(assignment):
        raise Http404(part)
    return assignment
