"""What is wrong with a unit's files, in words that say where it is and what to write instead."""

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from .files import Document, Path
from .items import CODE
from .markup import MarkupError
from .schema import FORMS


@dataclass(frozen=True, order=True)
class Mistake:
    """One thing to mend. ``str()`` of it is the line that authors read."""

    file: str
    line: int
    field: str
    found: str
    expected: str

    def __str__(self) -> str:
        # Names of fields are the author's too, and may hold anything.
        return " ".join(f"{self.file}:{self.line}: {self.field}: {self.found}; expected {self.expected}".split())


class MistakesError(Exception):
    """The files cannot be loaded. ``mistakes`` has all that was found, by file and line; never empty."""

    code = "content_mistakes"

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        self.mistakes = tuple(sorted(set(mistakes)))
        super().__init__("\n".join(map(str, self.mistakes)))


def shown(value: object) -> str:
    """What was found, short enough for one line."""
    if value is None or value == "":
        return "found nothing"
    if isinstance(value, dict):
        return f"found fields ({', '.join(map(str, list(value)[:3])) or 'none'})"
    if isinstance(value, list | tuple):
        return f"found a list of {len(value)}"
    text = " ".join(str(value).split())
    return f"found {text if len(text) <= 60 else text[:57] + '…'!r}"


def field_name(data: object, path: Path) -> str:
    """``events[geneva-summit].date``: entries of a list go by their id where they have one, else by number from 1."""
    name = ""
    for step in path:
        if isinstance(step, int):
            data = data[step] if isinstance(data, list) and step < len(data) else None
            labels = (data.get("id"), data.get("code")) if isinstance(data, dict) else ()
            entry = next((label for label in labels if isinstance(label, str) and re.fullmatch(CODE, label)), None)
            name += f"[{entry or f'#{step + 1}'}]"
        else:
            data = data.get(step) if isinstance(data, dict) else None
            name += f".{step}" if name else str(step)
    return name or "the file"


def mistakes_in(document: Document, error: ValidationError, model: type[BaseModel], *, at: Path = ()) -> list[Mistake]:
    """Every mistake that pydantic found in the part of ``document`` at the path ``at``, read as a ``model``."""
    found = []
    for detail in error.errors(include_url=False):
        # Pydantic names members of unions and validators in its path; those are not in the file.
        path = at
        for step in detail["loc"]:
            if (*path, step) in document.lines or (step == detail["loc"][-1] and detail["type"] == "missing"):
                path = (*path, step)
        field = field_name(document.data, path)
        cause = detail.get("ctx", {}).get("error")
        if isinstance(cause, MarkupError):
            found += [
                Mistake(document.name, document.text_line(path, p.line), field, p.found, p.expected)
                for p in cause.problems
            ]
        else:
            expected = _expected(detail, _fields_at(model, detail["loc"][:-1]))
            what = "found an unknown field" if detail["type"] == "extra_forbidden" else shown(detail["input"])
            what = "found nothing" if detail["type"] == "missing" else what
            found.append(Mistake(document.name, document.line(path), field, what, expected))
    return found


def one_of(names: Sequence[str], *, near: str = "", most: int = 12) -> str:
    """A choice in words; the names nearest to ``near`` first where there are too many to list."""
    if not names:
        return "none, as there are none yet"
    if len(names) > most:
        close = difflib.get_close_matches(near, names, n=3, cutoff=0.5)
        return f"one of the {len(names)} that exist" + (f", perhaps {', '.join(close)}" if close else "")
    return f"one of {', '.join(names)}" if len(names) > 1 else names[0]


def _fields_at(model: type[BaseModel], path: Path) -> list[str]:
    """The fields of the model at ``path`` below ``model``; of a union's members, the path names the one it is about."""
    models = [model]
    for step in path:
        fields = [one.model_fields[step] for one in models if isinstance(step, str) and step in one.model_fields]
        if fields:
            models = _models_in(fields[0].annotation)
        elif isinstance(step, str):
            models = [one for one in models if _names(one, step)]
    return list(models[0].model_fields) if models else []


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in _models_in(part)]


def _names(model: type[BaseModel], tag: str) -> bool:
    """Whether ``tag`` is what a union knows the model by."""
    return any(tag in get_args(field.annotation) for field in model.model_fields.values())


def _expected(detail: ErrorDetails, fields: list[str]) -> str:
    context, kind = detail.get("ctx", {}), detail["type"]
    if kind == "extra_forbidden":
        return one_of(fields, near=str(detail["loc"][-1]), most=40)
    if kind == "unknown_reference":
        return f"a known {context['kind']}: " + one_of(context["known"], near=str(detail["input"]))
    if kind == "string_pattern_mismatch":
        return FORMS.get(context["pattern"], f"text of the form {context['pattern']}")
    if "error" in context:
        return str(context["error"])
    if kind in WORDS:
        return WORDS[kind].format(**context)
    for start, words in (("int_", "a whole number"), ("bool_", "true or false")):
        if kind.startswith(start):
            return words
    if kind.startswith(("decimal_parsing", "decimal_type", "float_", "finite_")):
        return "a number"
    return detail["msg"].removeprefix("Input should be ").removeprefix("Value error, ")


WORDS = {
    "missing": "this field, which is required",
    "string_type": "text",
    "string_too_short": "text",
    "string_too_long": "at most {max_length} characters",
    "list_type": 'a list, each entry on lines that begin with "- "',
    "too_short": "at least {min_length} entries",
    "too_long": "at most {max_length} entries",
    "model_type": 'fields, each as "name: value"',
    "model_attributes_type": 'fields, each as "name: value"',
    "dict_type": 'fields, each as "name: value"',
    "literal_error": "{expected}",
    "union_tag_invalid": "a {discriminator} out of {expected_tags}",
    "union_tag_not_found": "a {discriminator}",
    "greater_than": "more than {gt}",
    "greater_than_equal": "at least {ge}",
    "less_than": "less than {lt}",
    "less_than_equal": "at most {le}",
    "decimal_max_places": "at most {decimal_places} decimal places",
    "date_from_datetime_parsing": "a day such as 1955-07-18",
    "date_parsing": "a day such as 1955-07-18",
}
