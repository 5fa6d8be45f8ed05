"""A question that nobody grades: it asks what learners think."""

from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Literal

import pydantic
from django.utils.translation import gettext, gettext_lazy, gettext_noop

from coexistence.content.items import ItemBase, Markdown, Slug, Strict, once

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
    ref,
    single,
    unknown_choice,
    values,
)

FIELD = "choice"


class PollOption(Strict):
    """Something to choose, which is neither right nor wrong."""

    id: Slug
    text: Markdown
    feedback: Markdown | None = pydantic.Field(default=None, description="For whoever chooses it.")


def _distinct(options: list[PollOption]) -> list[PollOption]:
    once([option.id for option in options], "option id")
    once([option.text for option in options], "option text")
    return options


class PollBody(ItemBase):
    """A question without a right answer. ``reason`` is what there is to say about it afterwards."""

    type: Literal["poll"] = "poll"
    options: Annotated[list[PollOption], pydantic.Field(min_length=2, max_length=8), pydantic.AfterValidator(_distinct)]
    several: bool = pydantic.Field(default=False, description="Whether more than one option may be chosen.")
    points: Decimal = pydantic.Field(default=Decimal(0), ge=0, le=0, description="A poll is worth nothing.")


class Poll(ItemType[PollBody]):
    """Options stay in the author's order. The answer is a list of option ids, in that order."""

    model = PollBody
    instruction = gettext_lazy("Choose what you think. This is not graded.")
    graded_by = "nobody"

    def instruction_for(self, body: PollBody) -> str:
        if body.several:
            return gettext("Choose everything that you think is true. This is not graded.")
        return str(self.instruction)

    def fields(self, body: PollBody, seed: int) -> tuple[Field, ...]:
        choices = tuple(Choice(ref(body.id, option.id, seed), option.text) for option in body.options)
        return (Field(kind="many" if body.several else "one", name=FIELD, choices=choices),)

    def parse(self, body: PollBody, raw: Raw, seed: int) -> Answer:
        refs = values(raw, FIELD) if body.several else [value for value in [single(raw, FIELD)] if value]
        known = {ref(body.id, option.id, seed): option.id for option in body.options}
        if any(one not in known for one in refs):
            raise unknown_choice(FIELD)
        return [option_id for one, option_id in known.items() if one in refs] or None

    def fill(self, body: PollBody, answer: Answer, seed: int) -> dict[str, list[str]]:
        return {} if answer is None else {FIELD: [ref(body.id, one, seed) for one in answer]}

    def score(self, body: PollBody, answer: Answer) -> Share:
        if answer is None:
            return UNANSWERED
        return Share(Fraction(0), (Line(gettext_noop("A poll is not graded.")),))

    def show(self, body: PollBody, answer: Answer, seed: int, *, keys: bool) -> Shown:
        chosen = answer or []
        return Shown(
            lines=tuple(
                ShownLine(
                    text=option.text,
                    chosen=option.id in chosen,
                    feedback=(option.feedback or "") if option.id in chosen else "",
                )
                for option in body.options
            )
        )
