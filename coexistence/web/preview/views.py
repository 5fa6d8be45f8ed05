"""The preview's own pages: the unit in a frame with what is wrong beside it, and all items with their keys."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from coexistence.content.models import Item
from coexistence.quiz import selectors
from coexistence.quiz.models import Response

from .desk import desk

#: Of an item's file, what stands beside the form anyway, or is of no use there.
_SHOWN_ELSEWHERE = {"id", "type", "stem", "shuffle", "was"}


@require_safe
def frame(request: HttpRequest) -> HttpResponse:
    """The unit's own pages in a frame, as a teacher sees them, and its troubles in the margin."""
    here = desk()
    here.refresh()
    response = render(request, "web/preview/frame.html", {"desk": here, "launch": here.visit(now=timezone.now())})
    response._csp_update = {"frame-src": ["'self'"]}  # type: ignore[attr-defined]
    return response


@require_safe
def state(request: HttpRequest) -> JsonResponse:
    """``{"digest": text}``, another one whenever a file was saved."""
    here = desk()
    here.refresh()
    return JsonResponse({"digest": here.digest})


@require_safe
def troubles(request: HttpRequest) -> HttpResponse:
    """The margin by itself."""
    return render(request, "web/preview/troubles.html", {"desk": desk()})


@require_safe
def items(request: HttpRequest) -> HttpResponse:
    """Every item as learners get it, and beside it its key, its feedback and all else that its file says."""
    unit = desk().unit()
    rows = Item.objects.filter(unit=unit, retired=False, current__isnull=False).select_related("current")
    shown = []
    for position, item in enumerate(rows, 1):
        assert item.current is not None
        response = Response(position=position, revision=item.current, points=Decimal(1))
        shown.append({"item": selectors.on_page(response, position), "row": item, "file": _said(item.current.body)})
    return render(request, "web/preview/items.html", {"unit": unit, "items": shown})


@dataclass(frozen=True, slots=True)
class Said:
    """One field of an item's file: a text, or entries with fields of their own."""

    name: str
    text: str = ""
    entries: Sequence[Sequence["Said"]] = ()


def _said(body: dict[str, Any]) -> list[Said]:
    """What an item's file says, without what it leaves open."""
    said = []
    for name, value in body.items():
        if name in _SHOWN_ELSEWHERE or value in (None, "", [], {}):
            continue
        if isinstance(value, list) and all(isinstance(entry, dict) for entry in value):
            said.append(Said(name, entries=[_said(entry) for entry in value]))
        else:
            said.append(Said(name, ", ".join(map(str, value)) if isinstance(value, list) else str(value)))
    return said
