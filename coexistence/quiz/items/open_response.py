"""A text to write that a person reads and grades."""

from fractions import Fraction
from typing import Annotated, Literal

import pydantic
from django.utils.html import linebreaks
from django.utils.translation import gettext, gettext_lazy, gettext_noop

from coexistence.content.items import ItemBase, Markdown, Slug, Strict, once

from .base import UNANSWERED, Answer, AnswerError, Field, ItemType, Line, Raw, Share, Shown, ShownLine, single
from .spelling import tidy

FIELD = "text"
MOST_CHARACTERS = 20_000


class Criterion(Strict):
    """One thing that whoever grades looks for."""

    id: Slug
    text: Markdown


def _distinct(rubric: list[Criterion]) -> list[Criterion]:
    once([criterion.id for criterion in rubric], "criterion id")
    return rubric


class OpenResponseBody(ItemBase):
    """No answer is right or wrong by itself; a person grades by the rubric."""

    type: Literal["open_response"] = "open_response"
    rubric: Annotated[list[Criterion], pydantic.Field(min_length=1, max_length=10), pydantic.AfterValidator(_distinct)]
    words: int | None = pydantic.Field(
        default=None, ge=10, le=2000, description="About how many words are wanted; nobody counts them."
    )


class OpenResponse(ItemType[OpenResponseBody]):
    """The answer is the text, with its line breaks. It waits for a person."""

    model = OpenResponseBody
    instruction = gettext_lazy("Write your answer. A person will read and grade it.")
    graded_by = "person"

    def instruction_for(self, body: OpenResponseBody) -> str:
        if body.words is None:
            return str(self.instruction)
        return gettext("Write your answer, in about %(words)s words. A person will read and grade it.") % {
            "words": body.words
        }

    def fields(self, body: OpenResponseBody, seed: int) -> tuple[Field, ...]:
        return (Field(kind="long", name=FIELD),)

    def parse(self, body: OpenResponseBody, raw: Raw, seed: int) -> Answer:
        text = "\n".join(map(tidy, single(raw, FIELD).splitlines())).strip()
        if len(text) > MOST_CHARACTERS:
            words = gettext("Write %(most)s characters at most; these are %(found)s.") % {
                "most": MOST_CHARACTERS,
                "found": len(text),
            }
            raise AnswerError("too_long", words, field=FIELD)
        return text or None

    def fill(self, body: OpenResponseBody, answer: Answer, seed: int) -> dict[str, list[str]]:
        return {} if answer is None else {FIELD: [answer]}

    def score(self, body: OpenResponseBody, answer: Answer) -> Share:
        if answer is None:
            return UNANSWERED
        return Share(Fraction(0), (Line(gettext_noop("Waits for a person to grade it.")),), waits=True)

    def show(self, body: OpenResponseBody, answer: Answer, seed: int, *, keys: bool) -> Shown:
        return Shown(
            lines=() if answer is None else (ShownLine(text=linebreaks(answer, autoescape=True)),),
            rubric=tuple(criterion.text for criterion in body.rubric) if keys else (),
        )
