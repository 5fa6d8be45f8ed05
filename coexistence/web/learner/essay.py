"""A text whose claims readers judge: each opens its verdict, and may be said better."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from coexistence.content import selectors
from coexistence.content.models import Event, Page, Source
from coexistence.courses.visits import VisitRequest, visit_page
from coexistence.web.parts import assignment_with, content_parts

from .lesson import sections_of

VERDICTS = {
    "right": (_("The evidence agrees"), "good"),
    "partly": (_("Partly right"), "warn"),
    "wrong": (_("The evidence disagrees"), "bad"),
    "unsupported": (_("No evidence either way"), "warn"),
    "disputed": (_("Historians disagree"), "warn"),
}


@dataclass(frozen=True, slots=True)
class ClaimOnPage:
    """One claim with the events and sources that it is judged by; ``tone`` is that of a tag."""

    claim: dict[str, Any]
    verdict: str
    tone: str
    events: list[Event]
    sources: list[Source]


@visit_page()
@require_safe
def essay(request: VisitRequest) -> HttpResponse:
    """The claims in the author's order. What a reader writes stays in the browser: there is no form to send."""
    assignment = assignment_with(request.visit, "lesson")
    page = selectors.page(assignment.unit, Page.ESSAY) if selectors.has_page(assignment.unit, Page.ESSAY) else None
    if page is None:
        raise Http404(Page.ESSAY)
    named = {name: list(rows) for name, rows in selectors.named(page).items()}
    events = {event.slug: event for event in named["events"]}
    sources = {source.slug: source for source in named["sources"]}
    claims = []
    for claim in page.data["claims"]:
        verdict, tone = VERDICTS[claim["verdict"]]
        found = [events[slug] for slug in claim["events"] if slug in events]
        claims.append(
            ClaimOnPage(
                claim=claim,
                verdict=str(verdict),
                tone=tone,
                events=sorted(found, key=lambda event: event.start),
                sources=[sources[slug] for slug in claim["sources"] if slug in sources],
            )
        )
    context = {
        "unit": assignment.unit,
        "page": page,
        "claims": claims,
        "parts": content_parts(assignment),
        "sections": {section.slug: section for section in sections_of(assignment)},
        **named,
    }
    return render(request, "web/lesson/essay.html", context)
