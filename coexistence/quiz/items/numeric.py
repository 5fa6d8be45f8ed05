"""A number, right within a tolerance."""

import re
import unicodedata
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Literal, Self

import pydantic
from django.utils.html import escape
from django.utils.translation import gettext, gettext_lazy, gettext_noop

from coexistence.content.items import Interaction, ItemBase, Markdown, Remark

from .base import UNANSWERED, Answer, AnswerError, Field, ItemType, Line, Raw, Share, Shown, ShownLine, single

FIELD = "number"
#: Digits that sums and differences keep exactly under Python's decimal arithmetic of 28.
MOST_DIGITS = 20
#: One mark between digits, a point or a comma, sets off the decimals. Thousands are not set off at all.
NUMBER = re.compile(r"(?P<whole>[+-]?[0-9]+)(?:(?P<mark>[.,])(?P<decimals>[0-9]+))?|[+-]?[.,][0-9]+", re.ASCII)
#: 1,500 is one and a half to some and fifteen hundred to others.
AMBIGUOUS = re.compile(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}", re.ASCII)

Number = Annotated[Decimal, pydantic.Field(ge=-(10**12), le=10**12, max_digits=MOST_DIGITS, decimal_places=6)]


class TypicalWrong(Remark):
    """A wrong number that tells what its writer was thinking."""

    value: Number


class NumericInteraction(Interaction):
    """Right is every number within ``tolerance`` of ``answer``, and every one in ``accept``."""

    type: Literal["numeric"]
    answer: Number
    tolerance: Annotated[Decimal, pydantic.Field(ge=0, le=10**12, max_digits=MOST_DIGITS, decimal_places=6)] = Decimal(
        0
    )
    accept: list[Number] = pydantic.Field(default=[], max_length=8, description="Further numbers that are right.")
    unit: str = pydantic.Field(
        default="",
        max_length=40,
        pattern=r"^([^0-9.,+\s-].*)?$",
        description="Shown behind the field; learners may write it. Begins with no digit or sign.",
    )
    unit_variants: list[Annotated[str, pydantic.Field(min_length=1, max_length=40)]] = pydantic.Field(
        default=[], max_length=8, description="Other ways in which learners may write the unit, such as km."
    )
    integer: bool = pydantic.Field(default=False, description="Whether only whole numbers are taken.")
    typical_wrong: list[TypicalWrong] = pydantic.Field(default=[], max_length=8)
    feedback_wrong: Markdown | None = pydantic.Field(default=None, description="For every other wrong number.")

    @pydantic.model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.integer and any(number % 1 for number in (self.answer, self.tolerance, *self.accept)):
            raise ValueError("whole numbers in 'answer', 'tolerance' and 'accept', because of 'integer: true'")
        seen: set[Decimal] = set()
        for wrong in self.typical_wrong:
            if self.takes(wrong.value):
                raise ValueError(f"wrong numbers only in 'typical_wrong' ({wrong.value} counts as right)")
            if wrong.value in seen:
                raise ValueError(f"every number only once in 'typical_wrong' ({wrong.value} is there twice)")
            seen.add(wrong.value)
        return self

    def takes(self, number: Decimal) -> bool:
        """Whether ``number`` is right."""
        return abs(number - self.answer) <= self.tolerance or number in self.accept


class NumericBody(NumericInteraction, ItemBase):
    """A number to give."""

    type: Literal["numeric"] = "numeric"


class Numeric(ItemType[NumericBody]):
    """All or nothing. The answer is the number as text, with a point before its decimals."""

    model = NumericBody
    instruction = gettext_lazy("Answer with a number.")

    def fields(self, body: NumericBody, seed: int) -> tuple[Field, ...]:
        return (Field(kind="number", name=FIELD, unit=body.unit),)

    def parse(self, body: NumericBody, raw: Raw, seed: int) -> Answer:
        text = unicodedata.normalize("NFKC", single(raw, FIELD)).replace("\N{MINUS SIGN}", "-").strip()
        for unit in sorted(filter(None, (body.unit, *body.unit_variants)), key=len, reverse=True):
            if text.casefold().endswith(unit.casefold()):
                text = text[: -len(unit)].rstrip()
                break
        if not text:
            return None
        if not NUMBER.fullmatch(text) or sum(sign.isdigit() for sign in text) > MOST_DIGITS:
            raise AnswerError(
                "not_a_number", gettext("Write a number in digits, like 1955 or 2.5, without other signs."), field=FIELD
            )
        if AMBIGUOUS.fullmatch(text):
            raise AnswerError(
                "ambiguous",
                gettext("Write thousands without a comma, like 1500, and decimals with a point, like 1.5."),
                field=FIELD,
            )
        number = Decimal(text.replace(",", "."))
        if body.integer and number % 1:
            raise AnswerError("not_whole", gettext("Write a whole number, without decimals."), field=FIELD)
        return _text(number)

    def fill(self, body: NumericBody, answer: Answer, seed: int) -> dict[str, list[str]]:
        return {} if answer is None else {FIELD: [answer]}

    def score(self, body: NumericBody, answer: Answer) -> Share:
        if answer is None:
            return UNANSWERED
        if body.takes(Decimal(answer)):
            return Share(Fraction(1), (Line(gettext_noop("The number is right, or near enough.")),))
        return Share(Fraction(0), (Line(gettext_noop("The number is wrong.")),))

    def show(self, body: NumericBody, answer: Answer, seed: int, *, keys: bool) -> Shown:
        expected = (_with_unit(body, _text(body.answer)),) if keys else ()
        if answer is None:
            return Shown(expected=expected)
        number = Decimal(answer)
        right = body.takes(number)
        typical = None if right else next((wrong for wrong in body.typical_wrong if wrong.value == number), None)
        line = ShownLine(
            text=_with_unit(body, answer),
            verdict="right" if right else "wrong",
            feedback=typical.feedback if typical else "" if right else body.feedback_wrong or "",
            misconception=(typical.misconception or "") if typical else "",
        )
        return Shown(lines=(line,), expected=expected)


def _text(number: Decimal) -> str:
    """The number without an exponent, a sign on zero or zeros at its end."""
    return format((number + 0).normalize(), "f")


def _with_unit(body: NumericBody, number: str) -> str:
    return str(escape(f"{number}\N{NO-BREAK SPACE}{body.unit}" if body.unit else number))
