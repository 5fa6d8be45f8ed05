"""Dates of events in words, as exactly as they are known and no more."""

from coexistence.content.models import Event
from coexistence.content.wording import in_words


def words(event: Event) -> str:
    """``18–23 July 1955``, ``October 1959``, ``c. 1956``."""
    return in_words(event.start, event.end, event.precision, circa=event.circa)


def machine(event: Event) -> str:
    """The start for ``<time datetime>``, cut to what is known."""
    return event.start.isoformat()[: {"day": 10, "month": 7, "year": 4}[event.precision]]
