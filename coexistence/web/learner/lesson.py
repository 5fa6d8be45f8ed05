"""The lesson: its overview, and one page a section with the notes that belong to it."""

from dataclasses import replace
from itertools import chain
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from coexistence.content import selectors
from coexistence.content.markup import split_checks
from coexistence.content.models import Page, Section, Unit
from coexistence.courses.models import Assignment
from coexistence.courses.visits import VisitRequest, visit_page
from coexistence.quiz.checks import checks
from coexistence.quiz.forms import answers_in
from coexistence.web.parts import assignment_with, content_parts, opens

from .spoken import choices, language_for, speak_all
from .tryout import seed_of
from .written import as_written


@visit_page()
@require_safe
def overview(request: VisitRequest) -> HttpResponse:
    """What the unit is about, what one learns, and its sections."""
    assignment = assignment_with(request.visit, "lesson")
    sections = sections_of(assignment)
    language = language_for(request, assignment.unit)
    speak_all([assignment.unit, *sections], language, assignment.unit)
    return render(
        request,
        "web/lesson/overview.html",
        {
            **choices(assignment.unit, assignment.unit, language),
            "unit": assignment.unit,
            "route": selectors.route(assignment.unit, assignment.route),
            "has_essay": selectors.has_page(assignment.unit, Page.ESSAY),
            "sections": sections,
            "objectives": assignment.unit.data.get("objectives", []),
            "minutes": sum(section.data.get("minutes") or 0 for section in sections),
            "parts": content_parts(assignment),
        },
    )


@visit_page()
@require_safe
def section(request: VisitRequest, slug: str) -> HttpResponse:
    """One section, with its people, terms, events and sources beside the text, where its references point.

    A check in it is a form for this same address: what it brings is answered on the page and kept nowhere.
    """
    assignment = assignment_with(request.visit, "lesson")
    sections = sections_of(assignment)
    place = next((index for index, other in enumerate(sections) if other.slug == slug), None)
    current = selectors.section(assignment.unit, slug)
    if place is None or current is None:
        raise Http404(slug)
    language = language_for(request, assignment.unit)
    notes = [current.people.all(), current.terms.all(), current.events.all()]
    speak_all([assignment.unit, current, *sections, *chain(*notes)], language, assignment.unit)
    context: dict[str, Any] = {
        **choices(assignment.unit, current, language),
        "unit": assignment.unit,
        "section": current,
        "pieces": _pieces(request, assignment.unit, current),
        "has_essay": selectors.has_page(assignment.unit, Page.ESSAY),
        "sections": sections,
        "number": place + 1,
        "previous": sections[place - 1] if place else None,
        "next": sections[place + 1] if place + 1 < len(sections) else None,
        "is_outline": current.data.get("status") == "outline",
        "parts": content_parts(assignment),
    }
    return render(request, "web/lesson/section.html", context)


def sections_of(assignment: Assignment) -> list[Section]:
    """The sections that the assignment opens, in reading order and without their texts; one query."""
    return [section for section in selectors.outline(assignment.unit) if opens(assignment, section.slug)]


def _pieces(request: VisitRequest, unit: Unit, section: Section) -> list[dict[str, Any]]:
    """The section's text, cut where its checks belong."""
    slugs = section.data.get("checks", [])
    asked = checks(unit, slugs, answers=answers_in(request.GET), seed=seed_of(request.visit)) if slugs else {}
    pieces = []
    for html, slug, kind in split_checks(section.html):
        check = asked.get(slug)
        if check and check.refused:
            [item] = as_written([check.item], {check.item.position}, request.GET)
            check = replace(check, item=item)
        pieces.append({"html": html, "check": check, "kind": kind})
    return pieces
