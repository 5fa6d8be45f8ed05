"""Content items: what a tool offers for placing, checked and brought into the school's own form."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlsplit

from lti.sandbox.errors import TokenRefusedError
from lti.sandbox.manners import Manner
from lti.sandbox.models import Tool
from lti.sandbox.platform.custom import kept

TITLE_LENGTH = 255
TEXT_LENGTH = 20_000
# Moodle's form takes a whole number of points up to its site-wide maximum.
MOODLE_LEAST_POINTS, MOODLE_MOST_POINTS = 1, 100


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One thing chosen in the tool: not yet an activity. ``points`` is a decimal as text, empty without a grade."""

    title: str
    url: str
    text: str = ""
    custom: dict[str, str] = field(default_factory=dict)
    points: str = ""
    tag: str = ""
    resource_id: str = ""
    new_window: bool = False

    def as_row(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def moodle_takes_points(self) -> bool:
        return not self.points or valid_points(self.points)


def valid_points(value: str) -> bool:
    """Whether Moodle's activity form takes the maximum: an integer from 1 to 100."""
    return value.isascii() and value.isdigit() and MOODLE_LEAST_POINTS <= int(value) <= MOODLE_MOST_POINTS


def read(items: object, *, tool: Tool, manner: Manner) -> tuple[list[Choice], list[str]]:
    """The choices in a ``content_items`` claim, and what the instructor is told about items that could not be taken.

    A shape that no platform accepts raises TokenRefusedError. Canvas reports a bad item; Moodle says nothing: of
    several items it leaves the bad ones out, and a single one goes into its form as it is.
    """
    if not isinstance(items, Sequence) or isinstance(items, str):
        raise TokenRefusedError("content_items must be a list.")
    choices: list[Choice] = []
    problems: list[str] = []
    for number, item in enumerate(items):
        place = f"content_items[{number}]"
        if not isinstance(item, Mapping):
            raise TokenRefusedError(f"{place} must be an object.")
        problem = _canvas_problem(item, place) if manner.is_canvas else ""
        if problem:
            problems.append(problem)
        else:
            choices.append(_choice(item, place, tool, manner))
    if manner.is_moodle and len(choices) > 1:
        choices = [choice for choice in choices if choice.moodle_takes_points]
    return choices, problems


def _canvas_problem(item: Mapping[str, Any], place: str) -> str:
    if item.get("type") != "ltiResourceLink":
        return f"{place}: type {item.get('type')!r} cannot be placed here; only ltiResourceLink."
    column = item.get("lineItem")
    if isinstance(column, Mapping) and _number(column.get("scoreMaximum")) is None:
        return f"{place}: lineItem needs a scoreMaximum."
    return ""


def _choice(item: Mapping[str, Any], place: str, tool: Tool, manner: Manner) -> Choice:
    column = item.get("lineItem")
    if column is not None and not isinstance(column, Mapping):
        raise TokenRefusedError(f"{place}.lineItem must be an object.")
    column = column or {}
    title = _text(item, "title", place) or tool.name
    if manner.is_canvas:
        title = _text(column, "label", f"{place}.lineItem") or title
    window = item.get("window")
    return Choice(
        title=title[:TITLE_LENGTH],
        text=_text(item, "text", place)[:TEXT_LENGTH],
        url=_url(item, place) or tool.target_link_uri,
        custom=kept(_custom(item, place), manner),
        points=_points(column, place),
        tag=_text(column, "tag", f"{place}.lineItem")[:TITLE_LENGTH],
        resource_id=_text(column, "resourceId", f"{place}.lineItem")[:TITLE_LENGTH],
        # Moodle goes by the tool's own container setting.
        new_window=manner.is_canvas and isinstance(window, Mapping) and window.get("targetName") == "_blank",
    )


def _text(source: Mapping[str, Any], name: str, place: str) -> str:
    value = source.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise TokenRefusedError(f"{place}.{name} must be text.")
    return value.strip()


def _url(item: Mapping[str, Any], place: str) -> str:
    url = _text(item, "url", place)
    if url and (urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname or len(url) > 2000):
        raise TokenRefusedError(f"{place}.url must be an http or https address of at most 2000 characters.")
    return url


def _custom(item: Mapping[str, Any], place: str) -> dict[str, str]:
    custom = item.get("custom") or {}
    if not isinstance(custom, Mapping):
        raise TokenRefusedError(f"{place}.custom must be an object.")
    found = {}
    for name, value in custom.items():
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise TokenRefusedError(f"{place}.custom.{name} must be text.")
        found[str(name)] = str(value)
    return found


def _number(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() and 0 <= number <= 1_000_000 else None


def _points(column: Mapping[str, Any], place: str) -> str:
    if not column:
        return ""
    number = _number(column.get("scoreMaximum", 100))
    if number is None:
        raise TokenRefusedError(f"{place}.lineItem.scoreMaximum must be a number from 0 to 1000000.")
    return f"{number.normalize():f}"
