"""Dates as learners write them.

``1956``, ``Oct 1956``, ``23 October 1956``, ``Oct 23, 1956``, ``1956-10-23``, ``23.10.1956``; with ``c.`` or ``about``
before them; and spans, ``1955–1956`` or ``18 to 23 July 1955``.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.dates import MONTHS, MONTHS_3
from django.utils.translation import gettext

from coexistence.content.dates import DatePoint, Precision, parse_date
from coexistence.content.wording import in_words

from .base import AnswerError

#: From the coarsest to the finest.
PRECISIONS: tuple[Precision, ...] = ("year", "month", "day")
MOST_CHARACTERS = 60

_ABOUT = re.compile(r"(?:ca?(?:\.\s*|\s+|(?=[0-9]))|(?:circa|about|around|approximately)\s+|~\s*)")
_ISO = r"[0-9]{4}(?:-[0-9]{1,2}(?:-[0-9]{1,2})?)?"
_SPANS = (
    re.compile(rf"({_ISO})\s*/\s*({_ISO})"),
    re.compile(r"([0-9]{4})\s*-\s*([0-9]{4})"),
    re.compile(r"(?:from\s+)?(.+?)(?:\s*[–—]\s*|\s+-\s+|\s+to\s+|\s+until\s+)(.+)"),
)
_IN_DIGITS = re.compile(r"(?:([0-9]{1,2})\s*([./])\s*)?([0-9]{1,2})\s*[./]\s*([0-9]{4})")
_TOKENS = re.compile(r"([0-9]+)(?:st|nd|rd|th)?|([^\W\d_]+)\.?|[\s,.]+")
_FILLERS = {"the", "of"}
_ENGLISH = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)


@dataclass(frozen=True, slots=True)
class Written:
    """A date that somebody gave, and whether they said ``about``. Kept as text: ``str()``, and back by ``stored``."""

    point: DatePoint
    circa: bool = False

    def __str__(self) -> str:
        # ISO 8601-2's sign for "approximate".
        return f"{self.point}{'~' if self.circa else ''}"

    @property
    def is_span(self) -> bool:
        return "/" in str(self.point)

    def in_digits(self) -> str:
        """As ``read`` takes it in any language."""
        return f"{'c. ' if self.circa else ''}{self.point}"

    def in_words(self) -> str:
        """As people read it."""
        return in_words(self.point.start, self.point.end, self.point.precision, circa=self.circa)


def stored(text: str) -> Written:
    """What ``str`` made of a date."""
    return Written(parse_date(text.removesuffix("~")), text.endswith("~"))


def read(text: str, *, field: str) -> Written:
    """The date in ``text``; raises ``AnswerError`` about ``field`` for one that is none or may be two."""
    plain = " ".join(unicodedata.normalize("NFKC", text).replace("\N{HYPHEN}", "-").casefold().split())
    if len(plain) > MOST_CHARACTERS:
        raise _not_a_date(field)
    about = _ABOUT.match(plain)
    plain = plain[about.end() :] if about else plain
    for pattern in _SPANS:
        if span := pattern.fullmatch(plain):
            last = _numbers(span[2], {}, field)
            return Written(_point(f"{_iso(_numbers(span[1], last, field))}/{_iso(last)}", field), bool(about))
    return Written(_point(_iso(_numbers(plain, {}, field)), field), bool(about))


def widened(point: DatePoint, amount: int, precision: Precision) -> tuple[date, date]:
    """The first and the last day of ``point`` with so many days, months or years before and behind it."""
    return _moved(point.start, -amount, precision), _moved(point.end, amount, precision)


def rounded_out(point: DatePoint, precision: Precision) -> DatePoint:
    """All days of the months or years that ``point`` lies in."""
    size = {"year": 4, "month": 7, "day": 10}[precision]
    return parse_date(f"{point.start.isoformat()[:size]}/{point.end.isoformat()[:size]}")


def _numbers(text: str, last: Mapping[str, int], field: str) -> dict[str, int]:
    """Year, month and day as far as given. Of a span's beginning, what its end says too may be left out."""
    if re.fullmatch(_ISO, text):
        return dict(zip(("year", "month", "day"), map(int, text.split("-")), strict=False))
    if match := _IN_DIGITS.fullmatch(text):
        return _in_digits(match, field)
    years: list[int] = []
    months: list[int] = []
    days: list[int] = []
    at = 0
    while at < len(text):
        token = _TOKENS.match(text, at)
        if token is None:
            raise _not_a_date(field)
        at = token.end()
        if token[1]:
            (years if len(token[1]) == 4 else days).append(int(token[1]))
            if len(token[1]) not in {1, 2, 4}:
                raise _not_a_date(field)
        elif token[2] in _months():
            months.append(_months()[token[2]])
        elif token[2] and token[2] not in _FILLERS:
            raise _not_a_date(field)
    if (months or days) and not years and "year" not in last:
        raise AnswerError("no_year", gettext("Write the year with four digits, like 1901."), field=field)
    if max(len(years), len(months), len(days)) > 1 or not (years or months or days):
        raise _not_a_date(field)
    found = {"year": years[0] if years else last["year"]}
    if months or (days and "month" in last):
        found["month"] = months[0] if months else last["month"]
    if days:
        if "month" not in found:
            raise _not_a_date(field)
        found["day"] = days[0]
    return found


def _in_digits(match: re.Match[str], field: str) -> dict[str, int]:
    year = int(match[4])
    if match[1] is None:
        return {"year": year, "month": int(match[3])}
    first, second = int(match[1]), int(match[3])
    # 5.3. is read alike wherever points are used; 5/3 is the fifth of March to some and the third of May to others.
    if match[2] == "." or first == second or first > 12:
        return {"year": year, "month": second, "day": first}
    if second > 12:
        return {"year": year, "month": first, "day": second}
    raise AnswerError(
        "ambiguous", gettext("Write the month in letters, like 4 July 1901, so that the day is clear."), field=field
    )


def _months() -> dict[str, int]:
    """Names of months, in English and in the present language, long and short."""
    names = {name[:size]: number for number, name in enumerate(_ENGLISH, 1) for size in (3, 20)} | {"sept": 9}
    for table in (MONTHS, MONTHS_3):
        names |= {str(name).casefold().rstrip("."): number for number, name in table.items()}
    return names


def _iso(numbers: Mapping[str, int]) -> str:
    width = {"year": 4, "month": 2, "day": 2}
    return "-".join(f"{number:0{width[name]}d}" for name, number in numbers.items())


def _point(iso: str, field: str) -> DatePoint:
    try:
        return parse_date(iso)
    except ValueError:
        if "/" in iso:
            words = gettext("Write both ends of a span alike, the earlier one first, like 1901–1903.")
            raise AnswerError("no_such_span", words, field=field) from None
        raise AnswerError("no_such_date", gettext("There is no such date; check it."), field=field) from None


def _moved(day: date, amount: int, precision: Precision) -> date:
    """So many days, months or years later, at most to the end of the calendar, on the last day of shorter months."""
    try:
        if precision == "day":
            return day + timedelta(days=amount)
        months = day.year * 12 + day.month - 1 + amount * (12 if precision == "year" else 1)
        first = date(months // 12, months % 12 + 1, 1)
    except (ValueError, OverflowError):
        return date.max if amount > 0 else date.min
    return min(first + timedelta(days=day.day - 1), _end_of_month(first))


def _end_of_month(first: date) -> date:
    return parse_date(first.isoformat()[:7]).end


def _not_a_date(field: str) -> AnswerError:
    words = gettext("Write a date like 1901, Jul 1901, 4 July 1901 or 1901-07-04.")
    return AnswerError("not_a_date", words, field=field)
