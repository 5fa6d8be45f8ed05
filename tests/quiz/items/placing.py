"""The quiz with one item of every type, placed in a course, and what a learner gives as answers: by the texts."""

from typing import Any

from coexistence.content.importer import load
from coexistence.content.models import Item, Unit
from coexistence.courses.models import Assignment
from coexistence.quiz.selectors import Control, ItemOnPage
from tests.factories import AssignmentFactory

from .examples import UNIT
from .secrets import plain

#: By item. Several controls are told apart by their label, or by the number of their part.
RIGHT: dict[str, Any] = {
    "where-announced": "In the open report, on the first day",
    "agreements": ["The Austrian State Treaty", "The Lacy–Zarubin Agreement"],
    "armistice-is-peace": "False",
    "days-to-paris": "15 days",
    "revolution-begins": "23 Oct 1956",
    "order-of-the-fifties": {
        "The death of Stalin": "1",
        "The armistice in Korea": "2",
        "The summit in Geneva": "3",
        "The 20th Congress": "4",
    },
    "who-was-who": {
        "Georgy Malenkov": "Soviet Premier, 1953–55",
        "Nikolai Bulganin": "Soviet Premier, 1955–58",
        "Edgar Faure": "French Prime Minister, 1955",
        "Gary Powers": "American U-2 pilot, 1960",
        "Imre Nagy": "Hungarian Prime Minister, 1956",
    },
    "french-head-of-government": "edgar fauré",
    "two-speeches": {
        "Blank 1": "Feb.",
        "Blank 2": "open",
        "Blank 3": "inevitable",
        "Blank 4": "25",
        "Blank 5": "Stalin",
    },
    "bohlen-at-dinner": {1: "Bulganin held the first rank in protocol", 2: "False", 3: "guest"},
    "place-geneva": "July 1955",
    "did-it-fail": "It did by one measure, and did not by another.",
    "who-damaged-paris": "Khrushchev's",
}


def placed(*, without: tuple[str, ...] = (), **options: Any) -> Assignment:
    """An assignment of the example unit, with one item of every type but those left out."""
    load(UNIT)
    unit = Unit.objects.get(slug="every-type")
    items = [item for item in Item.objects.filter(unit=unit).order_by("position") if item.slug not in without]
    return AssignmentFactory(unit=unit, items=items, **options)


def raw(item: ItemOnPage, given: Any) -> dict[str, list[str]]:
    """What the item's controls send for ``given``, by the names that its type gave them."""
    return {
        control.name.split("-", 1)[1]: _values(control, given[key] if isinstance(given, dict) else given)
        for control in item.controls
        for key in [control.part.number if control.part else plain(control.label)]
        if not isinstance(given, dict) or key in given
    }


def _values(control: Control, given: Any) -> list[str]:
    if not control.choices:
        return [given]
    wanted = [given] if isinstance(given, str) else given
    return [choice.value for choice in control.choices if plain(choice.text) in wanted]
