"""What a quiz asks: its plan, as it is stored, in terms that can be reasoned about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from .items import ItemBase
from .schema import QuizSection


@dataclass(frozen=True, slots=True)
class Pick:
    """An item that a quiz may ask. ``own`` says that it is one of the course, not of the unit.

    ``points`` are those of the plan; ``None`` leaves it to the item.
    """

    slug: str
    own: bool = False
    points: Decimal | None = None

    @property
    def key(self) -> tuple[bool, str]:
        """What tells it from other items, whatever it is worth."""
        return self.own, self.slug


@dataclass(frozen=True, slots=True)
class Part:
    """A section of a quiz: all of ``picks`` in this order, or as many of them as ``draw`` says."""

    title: str
    picks: Sequence[Pick]
    draw: int | None = None

    @property
    def size(self) -> int:
        """How many items it asks."""
        return len(self.picks) if self.draw is None else self.draw


def stored(section: QuizSection, items: Sequence[ItemBase]) -> dict[str, Any]:
    """A section of a unit's file as a plan holds it: a pool is spelt out, item by item."""
    points = {item.id: item.points for item in items}
    picks = [(pick.item, pick.points) for pick in section.items]
    if section.pool is not None:
        picks = [(item.id, section.pool.points) for item in items if section.pool.holds(item)]
    return {
        "title": section.title or "",
        "items": [{"item": slug, "points": f"{(own or points[slug]).normalize():f}"} for slug, own in picks],
        **({} if section.draw is None else {"draw": section.draw}),
    }


def read(plan: Sequence[Mapping[str, Any]]) -> list[Part]:
    """The parts of a stored plan."""
    return [
        Part(
            title=section.get("title", ""),
            picks=[_pick(entry) for entry in section["items"]],
            draw=section.get("draw"),
        )
        for section in plan
    ]


def size(plan: Sequence[Mapping[str, Any]]) -> int:
    """How many items a quiz with that plan asks."""
    return sum(part.size for part in read(plan))


def shortages(parts: Sequence[Part]) -> list[tuple[int, int]]:
    """(index, how many it has at least) of each part that may find fewer items than it draws.

    No item is asked twice: what is asked in any case cannot be drawn, nor what a former part has drawn already.
    """
    fixed = {pick.key for part in parts if part.draw is None for pick in part.picks}
    short = []
    for index, part in enumerate(parts):
        if part.draw is None:
            continue
        free = {pick.key for pick in part.picks} - fixed
        taken = sum(
            min(former.draw, len(free & {pick.key for pick in former.picks}))
            for former in parts[:index]
            if former.draw is not None
        )
        if len(free) - taken < part.draw:
            short.append((index, max(len(free) - taken, 0)))
    return short


def _pick(entry: Mapping[str, Any]) -> Pick:
    points = Decimal(entry["points"]) if entry.get("points") else None
    return Pick(entry["own"], own=True, points=points) if "own" in entry else Pick(entry["item"], points=points)
