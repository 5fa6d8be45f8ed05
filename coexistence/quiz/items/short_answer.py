"""A few words to write, right in any of several spellings."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Annotated, Literal, Self

import pydantic
from django.utils.html import escape
from django.utils.translation import gettext, gettext_lazy, gettext_noop

from coexistence.content.items import Interaction, ItemBase, Markdown, Remark, once

from .base import UNANSWERED, Answer, AnswerError, Field, ItemType, Line, Raw, Share, Shown, ShownLine, single
from .spelling import alike, fold, tidy

FIELD = "text"
MOST_CHARACTERS = 200


def _spelt(text: str) -> str:
    if not fold(text):
        raise ValueError("a text with letters or digits")
    return text


Spelling = Annotated[str, pydantic.Field(min_length=1, max_length=100), pydantic.AfterValidator(_spelt)]


class WrongText(Remark):
    """Something wrong that some write."""

    texts: list[Spelling] = pydantic.Field(min_length=1, max_length=20)


class ShortAnswerInteraction(Interaction):
    """Right is every text of ``accept``, the first of which is shown as the answer.

    Case, accents, spacing and signs at the ends do not matter.
    """

    type: Literal["short_answer"]
    accept: list[Spelling] = pydantic.Field(min_length=1, max_length=20)
    typos: int = pydantic.Field(
        default=0, ge=0, le=2, description="How many typing errors are forgiven, one in four letters at most."
    )
    wrong: list[WrongText] = pydantic.Field(default=[], max_length=8)
    feedback_wrong: Markdown | None = pydantic.Field(default=None, description="For every other wrong text.")

    @pydantic.model_validator(mode="after")
    def _makes_sense(self) -> Self:
        once(
            [fold(text) for text in (*self.accept, *self._all_wrong())], "text of 'accept' and 'wrong', as spelt alike,"
        )
        for text in self._all_wrong():
            if self.takes(text):
                raise ValueError(f"wrong texts only in 'wrong' ({text!r} counts as right, because of 'typos')")
        return self

    def takes(self, text: str) -> bool:
        """Whether ``text`` is right."""
        return _among(text, self.accept, self.typos)

    def believed(self, text: str) -> WrongText | None:
        """The remark on ``text``, if it is one of the wrong texts that are known."""
        return next((wrong for wrong in self.wrong if _among(text, wrong.texts, self.typos)), None)

    def _all_wrong(self) -> list[str]:
        return [text for wrong in self.wrong for text in wrong.texts]


class ShortAnswerBody(ShortAnswerInteraction, ItemBase):
    """A few words to write."""

    type: Literal["short_answer"] = "short_answer"


class ShortAnswer(ItemType[ShortAnswerBody]):
    """All or nothing. The answer is the text as it was written, on one line."""

    model = ShortAnswerBody
    instruction = gettext_lazy("Answer in a few words. Capitals and accents do not matter.")

    def fields(self, body: ShortAnswerBody, seed: int) -> tuple[Field, ...]:
        return (Field(kind="text", name=FIELD),)

    def parse(self, body: ShortAnswerBody, raw: Raw, seed: int) -> Answer:
        text = tidy(single(raw, FIELD))
        if len(text) > MOST_CHARACTERS:
            words = gettext("Write %(most)s characters at most.") % {"most": MOST_CHARACTERS}
            raise AnswerError("too_long", words, field=FIELD)
        return text or None

    def fill(self, body: ShortAnswerBody, answer: Answer, seed: int) -> dict[str, list[str]]:
        return {} if answer is None else {FIELD: [answer]}

    def score(self, body: ShortAnswerBody, answer: Answer) -> Share:
        if answer is None:
            return UNANSWERED
        if not body.takes(answer):
            return Share(Fraction(0), (Line(gettext_noop("The text is not among the right ones.")),))
        lines = [Line(gettext_noop("The text is right."))]
        if not _among(answer, body.accept, 0):
            lines.append(Line(gettext_noop("A typing error was forgiven.")))
        return Share(Fraction(1), tuple(lines))

    def show(self, body: ShortAnswerBody, answer: Answer, seed: int, *, keys: bool) -> Shown:
        expected = (str(escape(body.accept[0])),) if keys else ()
        if answer is None:
            return Shown(expected=expected)
        right = body.takes(answer)
        believed = None if right else body.believed(answer)
        line = ShownLine(
            text=str(escape(answer)),
            verdict="right" if right else "wrong",
            feedback=believed.feedback if believed else "" if right else body.feedback_wrong or "",
            misconception=(believed.misconception or "") if believed else "",
        )
        return Shown(lines=(line,), expected=expected)


def _among(text: str, spellings: Sequence[str], typos: int) -> bool:
    return any(alike(fold(text), fold(spelling), typos) for spelling in spellings)
