"""How many scores are where: the figures that an operator sees, from the database alone."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, Q, QuerySet
from django.utils import timezone

from coexistence.courses.gradebook import Tally

from .models import Registration, ScoreDelivery

State = ScoreDelivery.State
_GOING = (State.WAITING, State.SENDING)
CONTEXT = "line_item__resource_link__context"


def oldest_waiting() -> datetime | None:
    """Since when the first score waits that goes out by itself. Walks the index of what is due, and nothing else."""
    waiting = ScoreDelivery.objects.filter(next_try_at__isnull=False, state__in=_GOING, registration__active=True)
    found: datetime | None = waiting.filter(sendable_at__lte=timezone.now()).aggregate(first=Min("sendable_at"))[
        "first"
    ]
    return found


def by_registration(ids: Collection[int] | None = None) -> Mapping[int, Tally]:
    """A tally of each registration, or of these. Two queries."""
    registrations = Registration.objects.all() if ids is None else Registration.objects.filter(pk__in=ids)
    names = {pk: f"{pk} {name}" for pk, name in registrations.order_by("pk").values_list("pk", "name")}
    rows = ScoreDelivery.objects.all() if ids is None else ScoreDelivery.objects.filter(registration__in=ids)
    return _tallies(rows, "registration", names)


def by_context(ids: Collection[int]) -> Mapping[int, Tally]:
    """A tally of each of these contexts (courses). One query."""
    return _tallies(ScoreDelivery.objects.filter(**{f"{CONTEXT}__in": ids}), CONTEXT, dict.fromkeys(ids, ""))


def _tallies(rows: QuerySet[ScoreDelivery], key: str, names: Mapping[int, str]) -> Mapping[int, Tally]:
    counts: dict[int, dict[str, Any]] = {
        pk: {"waiting": 0, "oldest_waiting": None, "delivered": 0, "kept": {}, "stuck": {}} for pk in names
    }
    now = timezone.now()
    goes = Q(next_try_at__isnull=False) & ~Q(code="withheld", next_try_at__gt=now)
    groups = (
        rows.order_by()
        .values_list(key, "state", "code")
        .annotate(
            number=Count("pk"),
            due=Count("pk", filter=goes),
            oldest=Min("sendable_at", filter=goes & Q(sendable_at__lte=now)),
        )
    )
    for pk, state, code, number, due, oldest in groups:
        tally = counts.get(pk)
        if tally is None:
            continue
        if state in _GOING:
            tally["waiting"] += due
            if number > due:
                tally["kept"][code] = tally["kept"].get(code, 0) + number - due
            tally["oldest_waiting"] = min(filter(None, (tally["oldest_waiting"], oldest)), default=None)
        elif state == State.DELIVERED:
            tally["delivered"] += number
        else:
            tally["stuck"][state, code] = number
    return {pk: Tally(place=names[pk], **tally) for pk, tally in counts.items()}
