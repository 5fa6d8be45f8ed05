"""Which of the items that a quiz may ask an attempt gets."""

from collections.abc import Mapping, Sequence

from coexistence.content.plans import Part, Pick
from coexistence.quiz.items.base import ref

Key = tuple[bool, str]


def draw(parts: Sequence[Part], *, seed: int, seen: Mapping[Key, int]) -> list[Pick]:
    """The items of one attempt, in order; the same for the same seed, and no item twice.

    ``seen`` says how often the learner had an item in former attempts: those that came least often come first, so that
    repeats come last. Where a part finds fewer than it draws, there are fewer (see ``plans.shortages``).
    """
    taken = {pick.key for part in parts if part.draw is None for pick in part.picks}
    drawn: list[Pick] = []
    for part in parts:
        if part.draw is None:
            drawn += part.picks
            continue
        free = [pick for pick in part.picks if pick.key not in taken]
        free.sort(key=lambda pick: (seen.get(pick.key, 0), ref(pick.slug, f"draw {pick.own}", seed)))
        drawn += free[: part.draw]
        taken.update(pick.key for pick in free[: part.draw])
    return drawn
