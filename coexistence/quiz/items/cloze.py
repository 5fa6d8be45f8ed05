"""A text with blanks to fill in, each with words, a number, a date or one of a list."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any, Literal, Self

import pydantic
from django.utils.html import escape, format_html
from django.utils.translation import gettext, gettext_lazy, gettext_noop

from coexistence.content.items import Interaction, ItemBase, Markdown, once

from .base import Answer, Field, Shown, ShownLine, inline
from .choice import SingleChoiceInteraction
from .date import DateInteraction
from .numeric import NumericInteraction
from .parts import SeveralType
from .short_answer import ShortAnswerInteraction

BLANK = re.compile(r"\{([a-z0-9-]+)\}")
Blank = Annotated[
    ShortAnswerInteraction | NumericInteraction | DateInteraction | SingleChoiceInteraction,
    pydantic.Field(discriminator="type"),
]


class ClozeBody(ItemBase):
    """Every blank stands once in ``text``, as its id in braces. Unless ``points`` says otherwise, it is worth one."""

    type: Literal["cloze"] = "cloze"
    text: Markdown = pydantic.Field(description="With every blank's id in braces, as {month}.")
    blanks: list[Blank] = pydantic.Field(min_length=1, max_length=12)

    @pydantic.model_validator(mode="before")
    @classmethod
    def _a_point_a_blank(cls, data: Any) -> Any:
        blanks = data.get("blanks") if isinstance(data, dict) else None
        return {"points": len(blanks), **data} if isinstance(blanks, list) and blanks else data

    @pydantic.model_validator(mode="after")
    def _blanks_stand_in_the_text(self) -> Self:
        once([blank.id for blank in self.blanks], "blank id")
        standing = BLANK.findall(self.text)
        once(standing, "blank in 'text'")
        missing = [f"{{{blank.id}}}" for blank in self.blanks if blank.id not in standing]
        if missing:
            raise ValueError(f"every blank's id in braces in 'text' (found no {', '.join(missing)})")
        unknown = [f"{{{name}}}" for name in standing if name not in {blank.id for blank in self.blanks}]
        if unknown:
            raise ValueError(f"only ids of 'blanks' in braces in 'text' (found {', '.join(unknown)})")
        return self


class Cloze(SeveralType[ClozeBody]):
    """One point a blank."""

    model = ClozeBody
    instruction = gettext_lazy("Fill in the blanks; each has a field of its number below the text.")
    part_scored = gettext_noop("Blank %(number)s: %(share)s of 1.")

    def parts(self, body: ClozeBody) -> Sequence[Interaction]:
        blanks = {blank.id: blank for blank in body.blanks}
        return [blanks[name] for name in BLANK.findall(body.text)]

    def label(self, number: int) -> str:
        return gettext("Blank %(number)s") % {"number": number}

    def fitted(self, part: Interaction, number: int, field: Field) -> Field:
        kind = "select" if field.kind == "one" else field.kind
        return replace(field, kind=kind, label=str(escape(self.label(number))))

    def stem(self, body: ClozeBody) -> str:
        numbers = {part.id: number for number, part in enumerate(self.parts(body), 1)}
        said = gettext("blank")
        return body.stem + BLANK.sub(
            lambda found: format_html(
                '<span class="blank"><span class="visually-hidden">{} </span>{}</span>', said, numbers[found[1]]
            ),
            f'<div class="cloze">{body.text}</div>',
        )

    def show(self, body: ClozeBody, answer: Answer, seed: int, *, keys: bool) -> Shown:
        lines, expected = [], []
        for _, _, shown in self.shown(body, answer, seed, keys=keys):
            line = next((line for line in shown.lines if line.chosen), ShownLine(text="–", chosen=False))
            lines.append(replace(line, text=inline(line.text)))
            expected += [inline(text) for text in shown.expected[:1]]
        return Shown(lines=() if answer is None else tuple(lines), expected=tuple(expected), numbered=True)
