"""In which language a page of the unit speaks to its visitor."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation.trans_real import parse_accept_lang_header

from coexistence.content.languages import best, name_of, speak
from coexistence.content.models import Unit
from coexistence.content.models.unit import Translated
from coexistence.courses.visits import VisitRequest


def language_for(request: VisitRequest, unit: Unit) -> str:
    """The unit's language that fits best: what the address asks for (``language``), else what the platform said of the
    person, else what the browser says."""
    header = request.headers.get("Accept-Language", "")
    accepted = [language for language, _ in parse_accept_lang_header(header)]
    wishes = [request.GET.get("language", ""), *([request.visit.locale] if request.visit.locale else accepted)]
    return best(unit, [wish.replace("_", "-") for wish in wishes if wish])


def speak_all(rows: Iterable[Translated], language: str, unit: Unit) -> None:
    """Make all of ``rows`` speak that language, as far as they can."""
    for row in rows:
        speak(row, language, unit.language)


def choices(unit: Unit, row: Translated, wanted: str) -> dict[str, Any]:
    """What a page says about its language: ``untranslated``, the name of the language that somebody wanted in vain, and
    ``languages``, those that the page can be read in as well."""
    missing = row.said_in != wanted
    has = [unit.language, *row.translations]
    return {
        "untranslated": name_of(wanted) if missing else "",
        "said_in": name_of(row.said_in),
        "languages": [{"code": code, "name": name_of(code)} for code in has if code != row.said_in],
    }
