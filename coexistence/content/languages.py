"""In which language a unit speaks to somebody: one that it is translated into, part by part, or its own."""

from collections.abc import Iterable, Sequence

from django.utils.translation import get_language_info

from .models import Unit
from .models.unit import Translated


def best(unit: Unit, wishes: Iterable[str]) -> str:
    """The first of ``wishes``, language codes in falling order, that the unit has; else the unit's own language.

    A wish for ``es-MX`` is met by ``es``, and one for ``es`` by ``es-MX``.
    """
    has: Sequence[str] = [unit.language, *unit.data.get("languages", [])]
    for wish in wishes:
        for fits in (_same, _akin):
            for language in has:
                if fits(wish, language):
                    return language
    return unit.language


def speak(row: Translated, language: str, otherwise: str) -> None:
    """Make ``row`` say in ``language`` what it says, in memory; untranslated it stays as it is, in ``otherwise``.

    ``row.said_in`` tells which of the two it was. A row that spoke must not be saved.
    """
    said = row.translations.get(language)
    row.said_in = otherwise if said is None else language
    for name, value in (said or {}).items():
        if isinstance(row, Unit) and isinstance(value, list):
            row.data = {**row.data, name: value}
        else:
            setattr(row, name, value)


def name_of(language: str) -> str:
    """What a language is called in itself; its code, where nobody has said."""
    try:
        return str(get_language_info(language)["name_local"])
    except KeyError:
        return language


def _same(wish: str, language: str) -> bool:
    return wish.lower() == language.lower()


def _akin(wish: str, language: str) -> bool:
    return wish.lower().split("-")[0] == language.lower().split("-")[0]
