"""The gradebook: the whole class for the teacher, one's own row for a student; as a page and as JSON to watch."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lti.sandbox.manners import Manner
from lti.sandbox.models import Grade, LineItem, Membership
from lti.sandbox.platform import entries
from lti.sandbox.templatetags.sandbox import plain
from lti.sandbox.views import page


@dataclass(frozen=True)
class Cell:
    """One grade as it is shown."""

    key: str
    item_id: int
    person_id: int
    text: str
    note: str
    comments: tuple[str, ...]


@dataclass(frozen=True)
class Row:
    """One person's cells."""

    membership: Membership
    cells: tuple[Cell, ...]


def _cell(item: LineItem, person_id: int, grade: Grade | None, manner: Manner) -> Cell:
    key = f"{item.pk}-{person_id}"
    if grade is None:
        return Cell(key, item.pk, person_id, "–", "", ())
    notes = []
    if grade.score is None:
        notes.append("cleared" if grade.grading_progress == "FullyGraded" else grade.grading_progress)
    elif grade.grading_progress == "PendingManual":
        notes.append("awaiting review")
    if manner.is_canvas and grade.attempts:
        notes.append("1 attempt" if grade.attempts == 1 else f"{grade.attempts} attempts")
    if grade.by_hand:
        notes.append("overridden" if manner.entry_overrides else "entered by hand")
    if grade.locked and manner.entry_overrides:
        notes.append("locked")
    text = "–" if grade.score is None else plain(grade.score)
    return Cell(key, item.pk, person_id, text, " · ".join(notes), tuple(grade.comments))


def _table(request: HttpRequest) -> tuple[list[LineItem], list[Row]]:
    place = page.here(request)
    manner = place.manner
    items = list(LineItem.objects.filter(course=place.course).select_related("activity"))
    members = Membership.objects.filter(course=place.course, role__in=manner.gradable, active=True)
    members = members.select_related("person")
    if not place.may_grade:
        members = members.filter(person=place.person)
    grades = {(g.line_item_id, g.person_id): g for g in Grade.objects.filter(line_item__course=place.course)}
    rows = [
        Row(
            member,
            tuple(_cell(item, member.person_id, grades.get((item.pk, member.person_id)), manner) for item in items),
        )
        for member in members.order_by("-featured", "person__family_name", "person__given_name")
    ]
    return items, rows


@require_safe
def gradebook(request: HttpRequest) -> HttpResponse:
    """The page, or with ``part=book`` only its table, which the page's script asks for."""
    items, rows = _table(request)
    template = "sandbox/gradebook_part.html" if request.GET.get("part") == "book" else "sandbox/gradebook.html"
    context = {"items": items, "rows": rows, "shape": _shape(items, rows)}
    return page.uncached(render(request, template, context))


@require_safe
def cells(request: HttpRequest) -> HttpResponse:
    """What the page's script asks for: every cell by its key; another ``shape`` has other columns or people."""
    items, rows = _table(request)
    found: dict[str, Any] = {
        cell.key: {"text": cell.text, "note": cell.note, "comments": list(cell.comments)}
        for row in rows
        for cell in row.cells
    }
    return page.uncached(JsonResponse({"shape": _shape(items, rows), "cells": found}))


def _shape(items: Sequence[LineItem], rows: Sequence[Row]) -> str:
    columns = ":".join(f"{item.pk}/{item.label}/{item.score_maximum}" for item in items)
    return f"{columns}:{','.join(str(row.membership.person_id) for row in rows)}"


@require_http_methods(["GET", "POST"])
@page.pages
def entry(request: HttpRequest, item_id: int, person_id: int) -> HttpResponse:
    """One cell for the teacher: enter a grade by hand, or give the cell back to the tool."""
    item = get_object_or_404(LineItem.objects.select_related("course", "tool", "activity"), pk=item_id)
    place = page.grader(request, item.course)
    member = get_object_or_404(Membership.objects.select_related("person"), course=item.course, person_id=person_id)
    problem = ""
    if request.method == "POST":
        if request.POST.get("do") == "give-back":
            entries.give_back(item=item, person=member.person)
            return page.back(request, say="The tool’s score counts again.", to="gradebook", place=place)
        text = request.POST.get("score", "").strip().replace(",", ".")
        score = _points(text, item)
        if text and score is None:
            problem = f"The grade must be a number from 0 to {plain(item.score_maximum)}, or empty."
        else:
            locked = request.POST.get("locked") == "1"
            entries.enter(item=item, person=member.person, score=score, locked=locked, manner=place.manner)
            say = f"{member.person.name} has {text or 'no grade'} in “{item.label}”, entered by hand."
            return page.back(request, say=say, to="gradebook", place=place)
    grade = Grade.objects.filter(line_item=item, person=member.person).first()
    context = {"item": item, "member": member, "grade": grade, "problem": problem, "here": place}
    return page.uncached(render(request, "sandbox/entry.html", context, status=400 if problem else 200))


def _points(text: str, item: LineItem) -> Decimal | None:
    try:
        score = Decimal(text)
    except InvalidOperation:
        return None
    return score if score.is_finite() and 0 <= score <= item.score_maximum else None


@require_POST
@page.pages
def remove(request: HttpRequest, item_id: int) -> HttpResponse:
    """Delete a column with all its grades; its activity stays."""
    item = get_object_or_404(LineItem.objects.select_related("course"), pk=item_id)
    place = page.grader(request, item.course)
    item.delete()
    return page.back(request, say=f"The column “{item.label}” is deleted.", to="gradebook", place=place)
