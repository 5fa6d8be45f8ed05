"""Dates in words, as exactly as they are known and no more."""

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

NEXT_TO = "–"
APART = " – "


def in_words(start: date, end: date, precision: str, *, circa: bool = False) -> str:
    """``18–23 July 1955``, ``October 1959``, ``c. 1956``; ``precision`` is ``day``, ``month`` or ``year``."""
    span = {"day": _days, "month": _months, "year": _years}[precision](start, end)
    return _("c. %(date)s") % {"date": span} if circa else span


def _days(start: date, end: date) -> str:
    if start == end:
        return date_format(start, "j F Y")
    if (start.year, start.month) == (end.year, end.month):
        return f"{start.day}{NEXT_TO}{date_format(end, 'j F Y')}"
    first = date_format(start, "j F" if start.year == end.year else "j F Y")
    return f"{first}{APART}{date_format(end, 'j F Y')}"


def _months(start: date, end: date) -> str:
    if (start.year, start.month) == (end.year, end.month):
        return date_format(start, "F Y")
    if start.year == end.year:
        return f"{date_format(start, 'F')}{NEXT_TO}{date_format(end, 'F Y')}"
    return f"{date_format(start, 'F Y')}{APART}{date_format(end, 'F Y')}"


def _years(start: date, end: date) -> str:
    return str(start.year) if start.year == end.year else f"{start.year}{NEXT_TO}{end.year}"
