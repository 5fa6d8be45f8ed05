"""A year, a month or a day to give, as exactly as it is asked for."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Literal, Self

import pydantic
from django.utils.html import escape
from django.utils.translation import gettext_lazy, gettext_noop

from coexistence.content.dates import DatePoint, Precision
from coexistence.content.items import Interaction, ItemBase, Markdown, Remark
from coexistence.content.schema import When

from .base import UNANSWERED, Answer, Field, ItemType, Line, Raw, Share, Shown, ShownLine, single
from .dates import PRECISIONS, Written, read, rounded_out, stored, widened

FIELD = "date"
INSTRUCTIONS = {
    "year": gettext_lazy("Answer with a year, like 1901."),
    "month": gettext_lazy("Answer with a month and its year, like July 1901 or 1901-07."),
    "day": gettext_lazy("Answer with a day, like 4 July 1901 or 1901-07-04."),
}

#: What is said beside that where a less exact date earns something.
LESS_EXACT = {
    "year": "",
    "month": gettext_lazy("A year alone earns a part."),
    "day": gettext_lazy("A month or a year alone earns a part."),
}


class WrongDate(Remark):
    """A wrong date that tells what its writer was thinking; any date within it counts."""

    date: When


class DateInteraction(Interaction):
    """Right is every date within ``answer``, which may be a span, or so near to it as ``tolerance`` says.

    A year or a month around the right date, where a day is asked for, earns a part.
    """

    type: Literal["date"]
    answer: When
    precision: Precision | None = pydantic.Field(
        default=None, description="How exact a date is asked for. Left out, as exact as 'answer'."
    )
    circa: bool = pydantic.Field(default=False, description="Whether the date is known about so only.")
    tolerance: int = pydantic.Field(
        default=0, ge=0, le=1000, description="How many days, months or years (as 'precision' has it) may be missed."
    )
    less_exact: Decimal = pydantic.Field(
        default=Decimal("0.5"),
        ge=0,
        lt=1,
        decimal_places=3,
        description="What a right month earns where a day is asked for, or a right year for a month; twice if both.",
    )
    typical_wrong: list[WrongDate] = pydantic.Field(default=[], max_length=8)
    feedback_wrong: Markdown | None = pydantic.Field(default=None, description="For every other wrong date.")

    @pydantic.model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if PRECISIONS.index(self.asked) > PRECISIONS.index(self.answer.precision):
            raise ValueError(f"an 'answer' as exact as 'precision: {self.asked}'")
        if self.circa and not self.tolerance and self.answer.start.year == self.answer.end.year:
            raise ValueError("a 'tolerance', or a span of years as the 'answer', because of 'circa: true'")
        for wrong in self.typical_wrong:
            if self.takes(wrong.date):
                raise ValueError(f"wrong dates only in 'typical_wrong' ({wrong.date} counts as right)")
        return self

    @property
    def asked(self) -> Precision:
        """How exact a date is asked for."""
        return self.precision or self.answer.precision

    @property
    def key(self) -> DatePoint:
        """All days that are right without any tolerance."""
        return rounded_out(self.answer, self.asked)

    def takes(self, point: DatePoint) -> bool:
        """Whether all of ``point`` is right."""
        first, last = widened(self.key, self.tolerance, self.asked)
        return first <= point.start and point.end <= last

    def steps_short(self, written: Written) -> int | None:
        """By how many steps, from day to month to year, a date is less exact than asked, and right but for that."""
        steps = PRECISIONS.index(self.asked) - PRECISIONS.index(written.point.precision)
        around = written.point.start <= self.key.end and self.key.start <= written.point.end
        return steps if steps > 0 and around and not written.is_span else None


class DateBody(DateInteraction, ItemBase):
    """A date to give."""

    type: Literal["date"] = "date"


class DateType(ItemType[DateBody]):
    """The answer is the date as ISO 8601 writes it, cut to what was given, with ``~`` behind it for "about"."""

    model = DateBody
    instruction = INSTRUCTIONS["day"]

    def instruction_for(self, body: DateBody) -> str:
        more = LESS_EXACT[body.asked] if body.less_exact else ""
        return f"{INSTRUCTIONS[body.asked]} {more}".rstrip()

    def fields(self, body: DateBody, seed: int) -> tuple[Field, ...]:
        return (Field(kind="date", name=FIELD),)

    def parse(self, body: DateBody, raw: Raw, seed: int) -> Answer:
        text = single(raw, FIELD)
        return str(read(text, field=FIELD)) if text else None

    def fill(self, body: DateBody, answer: Answer, seed: int) -> dict[str, list[str]]:
        return {} if answer is None else {FIELD: [stored(answer).in_digits()]}

    def score(self, body: DateBody, answer: Answer) -> Share:
        if answer is None:
            return UNANSWERED
        written = stored(answer)
        if body.takes(written.point):
            return Share(Fraction(1), (Line(gettext_noop("The date is right, or near enough.")),))
        steps = body.steps_short(written)
        if not steps or not body.less_exact:
            return Share(Fraction(0), (Line(gettext_noop("The date is wrong, or not exact enough.")),))
        share = Fraction(body.less_exact) ** steps
        words = gettext_noop("The date is right, but less exact than asked for: that earns %(share)s of the points.")
        return Share(share, (Line(words, {"share": str(share)}),))

    def show(self, body: DateBody, answer: Answer, seed: int, *, keys: bool) -> Shown:
        expected = (str(escape(Written(body.key, body.circa).in_words())),) if keys else ()
        if answer is None:
            return Shown(expected=expected)
        written = stored(answer)
        line = ShownLine(text=str(escape(written.in_words())))
        if body.takes(written.point):
            return Shown(lines=(replace(line, verdict="right"),), expected=expected)
        if body.steps_short(written):
            return Shown(lines=(line,), expected=expected)
        typical = next((wrong for wrong in body.typical_wrong if _within(written.point, wrong.date)), None)
        line = replace(
            line,
            verdict="wrong",
            feedback=typical.feedback if typical else body.feedback_wrong or "",
            misconception=(typical.misconception or "") if typical else "",
        )
        return Shown(lines=(line,), expected=expected)


def _within(inner: DatePoint, outer: DatePoint) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end
