"""A passage from a source, and questions about it, each of them of another type."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Literal

import pydantic
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext, gettext_lazy, gettext_noop

from coexistence.content.items import Interaction, ItemBase, Markdown, once
from coexistence.content.schema import Line100, Line200

from . import base, get
from .base import Answer, Field, Shown, ShownPart
from .choice import MultipleChoiceInteraction, SingleChoiceInteraction
from .date import DateInteraction
from .matching import MatchingInteraction
from .numeric import NumericInteraction
from .ordering import OrderingInteraction
from .parts import SeveralType, answer_to
from .short_answer import ShortAnswerInteraction
from .true_false import TrueFalseInteraction


class Part(Interaction):
    """A question about the passage, with the fields of its type beside these."""

    stem: Markdown
    reason: Markdown | None = pydantic.Field(default=None, description="Why the right answer to this part is right.")


class SingleChoicePart(SingleChoiceInteraction, Part):
    """A choice of one."""


class MultipleChoicePart(MultipleChoiceInteraction, Part):
    """A choice of several."""


class TrueFalsePart(TrueFalseInteraction, Part):
    """A statement to judge."""


class NumericPart(NumericInteraction, Part):
    """A number to give."""


class DatePart(DateInteraction, Part):
    """A date to give."""


class OrderingPart(OrderingInteraction, Part):
    """Entries to put in order."""


class MatchingPart(MatchingInteraction, Part):
    """Pairs to find."""


class ShortAnswerPart(ShortAnswerInteraction, Part):
    """A few words to write."""


AnyPart = Annotated[
    SingleChoicePart
    | MultipleChoicePart
    | TrueFalsePart
    | NumericPart
    | DatePart
    | OrderingPart
    | MatchingPart
    | ShortAnswerPart,
    pydantic.Field(discriminator="type"),
]


def _distinct(parts: list[AnyPart]) -> list[AnyPart]:
    once([part.id for part in parts], "part id")
    return parts


class SourceAnalysisBody(ItemBase):
    """``stem`` says what the passage is read for; it stands between the passage and the parts."""

    type: Literal["source_analysis"] = "source_analysis"
    passage: Markdown = pydantic.Field(description="Letter for letter, every cut marked.")
    by: Line200 = pydantic.Field(description="Who says it, and to whom.")
    dated: Line100 = pydantic.Field(description="When, in words.")
    parts: Annotated[list[AnyPart], pydantic.Field(min_length=1, max_length=6), pydantic.AfterValidator(_distinct)]


class SourceAnalysis(SeveralType[SourceAnalysisBody]):
    """Every part counts alike."""

    model = SourceAnalysisBody
    instruction = gettext_lazy("Read the passage, and who says it and when. Then answer every part.")
    part_scored = gettext_noop("Part %(number)s: %(share)s of 1.")

    def parts(self, body: SourceAnalysisBody) -> Sequence[Interaction]:
        return body.parts

    def label(self, number: int) -> str:
        return gettext("Part %(number)s") % {"number": number}

    def fitted(self, part: Interaction, number: int, field: Field) -> Field:
        assert isinstance(part, Part)
        return replace(field, part=_part(part, number))

    def stem(self, body: SourceAnalysisBody) -> str:
        return format_html(
            '<figure class="passage"><blockquote>{}</blockquote><figcaption>{}, {}</figcaption></figure>{}',
            mark_safe(body.passage),  # noqa: S308 - sanitised at import, as is the stem
            body.by,
            body.dated,
            mark_safe(body.stem),  # noqa: S308
        )

    def show(self, body: SourceAnalysisBody, answer: Answer, seed: int, *, keys: bool) -> Shown:
        parts = []
        for number, part, shown in self.shown(body, answer, seed, keys=keys):
            assert isinstance(part, Part)
            kind = get(part.type)
            is_right = kind.score(part, answer_to(part, answer)).value == 1
            reason = kind.reason(part) if part.reason and (keys or is_right) else ""
            parts.append(ShownPart(part=_part(part, number), shown=shown, is_right=is_right, reason=reason))
        return Shown(parts=tuple(parts))


def _part(part: Part, number: int) -> base.Part:
    return base.Part(number=number, stem=part.stem, instruction=get(part.type).instruction_for(part))
