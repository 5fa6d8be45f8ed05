"""A statement that is true or false."""

from fractions import Fraction
from typing import Literal

import pydantic
from django.utils.translation import gettext, gettext_lazy, gettext_noop

from coexistence.content.items import Interaction, ItemBase, Markdown, Misconception

from .base import (
    UNANSWERED,
    Answer,
    Choice,
    Field,
    ItemType,
    Line,
    Raw,
    Share,
    Shown,
    ShownLine,
    single,
    unknown_choice,
)

FIELD = "choice"
WORDS = {"true": True, "false": False}


class TrueFalseInteraction(Interaction):
    """The stem is the statement."""

    type: Literal["true_false"]
    answer: bool
    feedback_wrong: Markdown
    misconception: Misconception | None = pydantic.Field(
        default=None, description="A code of the unit's misconceptions."
    )


class TrueFalseBody(TrueFalseInteraction, ItemBase):
    """A statement to judge."""

    type: Literal["true_false"] = "true_false"


class TrueFalse(ItemType[TrueFalseBody]):
    """All or nothing. The answer is a truth value."""

    model = TrueFalseBody
    instruction = gettext_lazy("Is this true or false?")

    def fields(self, body: TrueFalseBody, seed: int) -> tuple[Field, ...]:
        choices = tuple(Choice(word, _word(value)) for word, value in WORDS.items())
        return (Field(kind="one", name=FIELD, choices=choices),)

    def parse(self, body: TrueFalseBody, raw: Raw, seed: int) -> Answer:
        value = single(raw, FIELD)
        if value and value not in WORDS:
            raise unknown_choice(FIELD)
        return WORDS.get(value)

    def fill(self, body: TrueFalseBody, answer: Answer, seed: int) -> dict[str, list[str]]:
        return {} if answer is None else {FIELD: ["true" if answer else "false"]}

    def score(self, body: TrueFalseBody, answer: Answer) -> Share:
        if answer is None:
            return UNANSWERED
        if answer is body.answer:
            return Share(Fraction(1), (Line(gettext_noop("The right answer was chosen.")),))
        return Share(Fraction(0), (Line(gettext_noop("A wrong answer was chosen.")),))

    def show(self, body: TrueFalseBody, answer: Answer, seed: int, *, keys: bool) -> Shown:
        return Shown(
            lines=tuple(
                ShownLine(
                    text=_word(value),
                    chosen=value is answer,
                    verdict=("right" if value is body.answer else "wrong")
                    if value is answer
                    else ("missed" if keys and value is body.answer else ""),
                    feedback=body.feedback_wrong if value is answer and value is not body.answer else "",
                    misconception=(body.misconception or "") if value is answer and value is not body.answer else "",
                )
                for value in WORDS.values()
            ),
            expected=(_word(body.answer),) if keys else (),
        )


def _word(value: bool) -> str:
    return gettext("True") if value else gettext("False")
