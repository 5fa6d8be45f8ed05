"""Dates as exactly as they are known: a day, a month, a year, or a span of them."""

import calendar
import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

Precision = Literal["day", "month", "year"]

_PART = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_WORDS = "a date as 1955-07-18, 1959-10 or 1953, or a span of two such as 1955-07-18/1955-07-23"


@dataclass(frozen=True)
class DatePoint:
    """All days that a date may mean: from ``start`` to ``end``, both included."""

    start: date
    end: date
    precision: Precision

    def __str__(self) -> str:
        size = {"day": 10, "month": 7, "year": 4}[self.precision]
        first, last = self.start.isoformat()[:size], self.end.isoformat()[:size]
        return first if first == last else f"{first}/{last}"


def parse_date(value: object) -> DatePoint:
    """Reads what ``DatePoint.__str__`` writes; raises ``ValueError`` with words for what is expected."""
    if isinstance(value, DatePoint):
        return value
    first, slash, last = str(value).partition("/")
    begin = _parse_one(first.strip())
    if not slash:
        return begin
    end = _parse_one(last.strip())
    if begin.precision != end.precision:
        raise ValueError("both ends of a span given alike, as two days, two months or two years")
    if end.start < begin.start:
        raise ValueError("a span that ends after it begins")
    return DatePoint(begin.start, end.end, begin.precision)


def _parse_one(text: str) -> DatePoint:
    match = _PART.fullmatch(text)
    if not match or not text.isascii():
        raise ValueError(_WORDS)
    year, month, day = (int(part) if part else None for part in match.groups())
    if not year or (month is not None and not 1 <= month <= 12):
        raise ValueError(_WORDS)
    if month is None:
        return DatePoint(date(year, 1, 1), date(year, 12, 31), "year")
    length = calendar.monthrange(year, month)[1]
    if day is None:
        return DatePoint(date(year, month, 1), date(year, month, length), "month")
    if not 1 <= day <= length:
        raise ValueError(f"a day of that month, 1 to {length}")
    return DatePoint(date(year, month, day), date(year, month, day), "day")
