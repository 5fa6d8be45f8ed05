"""The teacher's guide: the author's text, and the unit's routes with what to say when a misconception comes up."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from coexistence.content import selectors
from coexistence.content.models import Page
from coexistence.courses.visits import VisitRequest, visit_page
from coexistence.web.parts import assignment_of, content_parts


@visit_page(staff=True)
@require_safe
def guide(request: VisitRequest) -> HttpResponse:
    """Shown to staff only; 404 where the unit has none."""
    assignment = assignment_of(request.visit)
    unit = assignment.unit
    page = selectors.page(unit, Page.GUIDE) if selectors.has_page(unit, Page.GUIDE) else None
    if page is None:
        raise Http404(Page.GUIDE)
    titles = dict(selectors.outline(unit).values_list("slug", "title"))
    quizzes = dict(selectors.quizzes(unit).values_list("slug", "title"))
    beliefs = {belief["code"]: belief for belief in unit.data.get("misconceptions", [])}
    routes = [
        {
            **route,
            "sections": [titles[slug] for slug in route["sections"] if slug in titles],
            "quiz": quizzes.get(route["quiz"], ""),
            "claims": [beliefs[code] for code in route["claims"] if code in beliefs],
        }
        for route in unit.data.get("routes", [])
    ]
    context = {"unit": unit, "page": page, "routes": routes, "parts": content_parts(assignment)}
    return render(request, "web/instructor/guide.html", {**context, **selectors.named(page)})
