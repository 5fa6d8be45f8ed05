from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coexistence.content.dates import DatePoint, parse_date


@pytest.mark.parametrize(
    ("text", "start", "end", "precision"),
    [
        ("1955-07-18", date(1955, 7, 18), date(1955, 7, 18), "day"),
        ("1955-07-18/1955-07-23", date(1955, 7, 18), date(1955, 7, 23), "day"),
        ("1956-02", date(1956, 2, 1), date(1956, 2, 29), "month"),
        ("1956-11/1957-02", date(1956, 11, 1), date(1957, 2, 28), "month"),
        ("1959", date(1959, 1, 1), date(1959, 12, 31), "year"),
        ("1959/1961", date(1959, 1, 1), date(1961, 12, 31), "year"),
        ("1959 / 1961", date(1959, 1, 1), date(1961, 12, 31), "year"),
    ],
)
def test_dates(text: str, start: date, end: date, precision: str) -> None:
    found = parse_date(text)
    assert (found.start, found.end, found.precision) == (start, end, precision)
    assert str(found) == text.replace(" ", "")
    assert parse_date(found) is found


@pytest.mark.parametrize(
    "text",
    [
        *("", "/", "1955/", "/1955", "55", "1955-7", "1955-00", "1955-13", "1955-02-30", "0000", "1955-07-18T10:00"),
        *("1955-07-18/1955-07-17", "1955-07/1955-07-18", "1955/1954", "1955/1956/1957", "١٩٥٥", "-1955", "1955-07-18-"),
    ],
)
def test_what_is_no_date(text: str) -> None:
    with pytest.raises(ValueError, match=r"^(a|both) "):
        parse_date(text)


@given(st.dates(min_value=date(1000, 1, 1)), st.dates(min_value=date(1000, 1, 1)))
def test_a_span_is_written_as_it_is_read(first: date, last: date) -> None:
    point = DatePoint(min(first, last), max(first, last), "day")
    assert parse_date(str(point)) == point
