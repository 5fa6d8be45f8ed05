"""An event of the unit to put on the time axis. The plain form takes a date, and the date's distance is what counts."""

import datetime
from fractions import Fraction
from typing import Annotated, Any, Literal, Self

import pydantic
from django.utils.html import escape
from django.utils.translation import gettext, gettext_lazy, gettext_noop

from coexistence.content.items import ItemBase, Markdown
from coexistence.content.schema import EventId, When

from .base import UNANSWERED, Answer, AnswerError, Field, ItemType, Line, Raw, Share, Shown, ShownLine, single
from .dates import Written, read, stored

FIELD = "date"
Days = Annotated[int, pydantic.Field(ge=0, le=400_000)]


class PlacementBody(ItemBase):
    """All points within ``tolerance`` days of the event, none from ``reach`` days on, and in a straight line between.

    A whole month or year is placed at its middle, as on an axis.
    """

    type: Literal["placement"] = "placement"
    event: EventId = pydantic.Field(description="The event to place.")
    date: When | None = pydantic.Field(default=None, description="Left out, it is the event's own date.")
    tolerance: Days = pydantic.Field(description="Days that may be missed without any loss.")
    reach: Days = pydantic.Field(description="Days from which on nothing is earned.")
    feedback_wrong: Markdown | None = pydantic.Field(default=None, description="For a place that earns less than all.")

    @pydantic.model_validator(mode="before")
    @classmethod
    def _dated(cls, data: Any, info: pydantic.ValidationInfo) -> Any:
        dates = (info.context or {}).get("dates")
        if not isinstance(data, dict) or dates is None or data.get("date") is not None:
            return data
        # An attempt is scored with the date that the event had when it began.
        return {**data, "date": dates.get(data.get("event"))}

    @pydantic.model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.date is None:
            raise ValueError("a 'date', or an event that has one")
        if self.reach <= self.tolerance:
            raise ValueError("a 'reach' beyond the 'tolerance'")
        return self

    def missed_by(self, day: datetime.date) -> int:
        """The days between ``day`` and the event."""
        assert self.date is not None
        return max((self.date.start - day).days, (day - self.date.end).days, 0)


class Placement(ItemType[PlacementBody]):
    """The answer is the date as ISO 8601 writes it, cut to what was given."""

    model = PlacementBody
    instruction = gettext_lazy(
        "Enter the date at which you place it on the axis, like 1901, July 1901 or 4 July 1901. The nearer it is, the "
        "more it earns."
    )

    def fields(self, body: PlacementBody, seed: int) -> tuple[Field, ...]:
        return (Field(kind="date", name=FIELD),)

    def parse(self, body: PlacementBody, raw: Raw, seed: int) -> Answer:
        text = single(raw, FIELD)
        if not text:
            return None
        written = read(text, field=FIELD)
        if written.is_span:
            raise AnswerError("span", gettext("Write one date, not a span: it is one place on the axis."), field=FIELD)
        return str(written.point)

    def fill(self, body: PlacementBody, answer: Answer, seed: int) -> dict[str, list[str]]:
        return {} if answer is None else {FIELD: [answer]}

    def score(self, body: PlacementBody, answer: Answer) -> Share:
        if answer is None:
            return UNANSWERED
        missed = body.missed_by(_place(answer))
        share = Fraction(body.reach - missed, body.reach - body.tolerance)
        lines = [
            Line(gettext_noop("Days between your place and the event: %(missed)s."), {"missed": missed}),
            Line(
                gettext_noop(
                    "Up to %(tolerance)s days all points, from %(reach)s days on none, in between in proportion."
                ),
                {"tolerance": body.tolerance, "reach": body.reach},
            ),
        ]
        return Share(min(max(share, Fraction(0)), Fraction(1)), tuple(lines))

    def show(self, body: PlacementBody, answer: Answer, seed: int, *, keys: bool) -> Shown:
        assert body.date is not None
        expected = (str(escape(Written(body.date).in_words())),) if keys else ()
        if answer is None:
            return Shown(expected=expected)
        share = self.score(body, answer).value
        line = ShownLine(
            text=str(escape(stored(answer).in_words())),
            verdict="right" if share == 1 else "" if share else "wrong",
            feedback=(body.feedback_wrong or "") if share < 1 else "",
        )
        return Shown(lines=(line,), expected=expected)


def _place(answer: str) -> datetime.date:
    """The middle of what was given."""
    point = stored(answer).point
    return point.start + datetime.timedelta(days=(point.end - point.start).days // 2)
