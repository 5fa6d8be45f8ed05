"""The drawn axis: where events stand."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coexistence.content.models import Event
from coexistence.web import dates
from coexistence.web.learner import axis

LANES = {"main": "Here", "far": "Elsewhere"}
days = st.dates(date(1800, 1, 1), date(2100, 12, 31))


@st.composite
def event_lists(draw: st.DrawFn) -> list[Event]:
    events = []
    for number in range(draw(st.integers(1, 25))):
        start, end = sorted([draw(days), draw(days)])
        lane, size = draw(st.sampled_from(["main", "far", "unknown"])), draw(st.integers(1, 3))
        events.append(
            Event(slug=str(number), title="An event of note", start=start, end=end, lane=lane, significance=size)
        )
    return sorted(events, key=lambda event: event.start)


@given(event_lists(), st.sampled_from([axis.WIDE, axis.COMPACT]))
def test_every_event_is_drawn_once_inside_the_drawing_and_in_order(events: list[Event], drawing: axis.Drawing) -> None:
    drawn = axis.draw(events=events, lanes=LANES, shapes={}, drawing=drawing)
    assert drawn is not None
    marks = [mark for lane in drawn.lanes for mark in lane.marks]
    assert sorted(mark.event.slug for mark in marks) == sorted(event.slug for event in events)
    assert all(0 <= mark.x <= mark.end <= drawn.width and 0 < mark.y < drawn.foot for mark in marks)
    place = {mark.event.slug: mark.x for mark in marks}
    assert [place[event.slug] for event in events] == sorted(place.values())


@given(event_lists())
def test_marks_never_cover_each_other(events: list[Event]) -> None:
    drawn = axis.draw(events=events, lanes=LANES, shapes={}, drawing=axis.COMPACT)
    assert drawn is not None
    places = sorted((mark.y, mark.x) for lane in drawn.lanes for mark in lane.marks)
    for (upper, left), (lower, right) in pairwise(places):
        assert lower > upper or right - left >= axis.COMPACT.row


def test_a_long_empty_time_is_drawn_narrow() -> None:
    far, near, last = (Event(title="x", start=date(year, 1, 1), end=date(year, 1, 1)) for year in (1900, 1953, 1954))
    drawn = axis.draw(events=[far, near, last], lanes=LANES, shapes={}, drawing=axis.WIDE)
    assert drawn is not None
    (gap,) = drawn.gaps
    assert gap.width < drawn.width / 3
    assert [tick.year for tick in drawn.ticks] == [1900, 1953, 1954]


def test_nothing_is_drawn_of_nothing() -> None:
    assert axis.draw(events=[], lanes=LANES, shapes={}, drawing=axis.WIDE) is None


@pytest.mark.parametrize(
    ("start", "end", "precision", "circa", "words"),
    [
        (date(1955, 7, 18), date(1955, 7, 18), "day", False, "18 July 1955"),
        (date(1955, 7, 18), date(1955, 7, 23), "day", False, "18–23 July 1955"),
        (date(1955, 5, 26), date(1955, 6, 2), "day", False, "26 May – 2 June 1955"),
        (date(1955, 12, 26), date(1956, 1, 2), "day", True, "c. 26 December 1955 – 2 January 1956"),
        (date(1959, 10, 1), date(1959, 10, 31), "month", False, "October 1959"),
        (date(1959, 10, 1), date(1959, 11, 30), "month", False, "October–November 1959"),
        (date(1959, 12, 1), date(1960, 1, 31), "month", False, "December 1959 – January 1960"),
        (date(1956, 1, 1), date(1956, 12, 31), "year", True, "c. 1956"),
        (date(1956, 1, 1), date(1958, 12, 31), "year", False, "1956–1958"),
    ],
)
def test_dates_are_said_as_exactly_as_they_are_known(start, end, precision, circa, words) -> None:
    assert dates.words(Event(start=start, end=end, precision=precision, circa=circa)) == words
