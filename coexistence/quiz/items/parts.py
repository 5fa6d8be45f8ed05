"""Items that ask several things at once, each of them as an item of another type would ask it."""

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from coexistence.content.items import Interaction

from . import get
from .base import UNANSWERED, Answer, AnswerError, Body, Field, ItemType, Line, Raw, Share, Shown, ref


class SeveralType(ItemType[Body]):
    """Every part counts alike. The answer is ``{part id: {part's type: answer to it}}``, of those that have one.

    With the type beside it, an answer to a part that has become one of another type is none to what it is now.
    """

    #: How a part is called in a score's explanation, with its ``number`` and ``share``.
    part_scored: str

    @abstractmethod
    def parts(self, body: Body) -> Sequence[Interaction]:
        """The parts, in the order in which they are numbered."""

    @abstractmethod
    def label(self, number: int) -> str:
        """How a part is called."""

    @abstractmethod
    def fitted(self, part: Interaction, number: int, field: Field) -> Field:
        """A field as it looks in this item."""

    def fields(self, body: Body, seed: int) -> tuple[Field, ...]:
        return tuple(
            self.fitted(part, number, replace(field, name=_prefix(body, part, seed) + field.name))
            for number, part in self._numbered(body)
            for field in get(part.type).fields(part, seed)
        )

    def parse(self, body: Body, raw: Raw, seed: int) -> Answer:
        answer = {}
        for number, part in self._numbered(body):
            prefix = _prefix(body, part, seed)
            own = {name.removeprefix(prefix): found for name, found in raw.items() if name.startswith(prefix)}
            try:
                given = get(part.type).parse(part, own, seed)
            except AnswerError as error:
                words = f"{self.label(number)}: {error.message}"
                raise AnswerError(error.code, words, field=prefix + error.field) from None
            if given is not None:
                answer[part.id] = {part.type: given}
        return answer or None

    def fill(self, body: Body, answer: Answer, seed: int) -> dict[str, list[str]]:
        return {
            _prefix(body, part, seed) + name: filled
            for part in self.parts(body)
            for name, filled in get(part.type).fill(part, answer_to(part, answer), seed).items()
        }

    def score(self, body: Body, answer: Answer) -> Share:
        if answer is None:
            return UNANSWERED
        total, lines = Fraction(0), []
        for number, part in self._numbered(body):
            share = get(part.type).score(part, answer_to(part, answer))
            total += share.value
            lines += [Line(self.part_scored, {"number": number, "share": str(share.value)}), *share.lines]
        return Share(total / len(self.parts(body)), tuple(lines))

    def shown(self, body: Body, answer: Answer, seed: int, *, keys: bool) -> Iterator[tuple[int, Interaction, Shown]]:
        """Every part with its number and its review."""
        for number, part in self._numbered(body):
            yield number, part, get(part.type).show(part, answer_to(part, answer), seed, keys=keys)

    def _numbered(self, body: Body) -> Iterator[tuple[int, Interaction]]:
        return enumerate(self.parts(body), 1)


def answer_to(part: Interaction, answer: Answer) -> Answer:
    """What was answered to one part."""
    return (answer or {}).get(part.id, {}).get(part.type)


def _prefix(body: Body, part: Interaction, seed: int) -> str:
    return f"{ref(body.id, part.id, seed)}-"
