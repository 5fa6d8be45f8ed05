"""Pairs to find: a list on one side, to each of whose entries one of the other side belongs."""

from fractions import Fraction
from typing import Literal, Self

import pydantic
from django.utils.translation import gettext_lazy, gettext_noop

from coexistence.content.items import Interaction, ItemBase, Markdown, Misconception, Slug, Strict, once

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
    inline,
    ref,
    single,
    unknown_choice,
)


class Pair(Strict):
    """An entry of the list and what belongs to it."""

    id: Slug
    text: Markdown
    match: Markdown
    feedback: Markdown | None = pydantic.Field(default=None, description="For whoever gives it another match.")
    misconception: Misconception | None = pydantic.Field(
        default=None, description="A code of the unit's misconceptions, for whoever gives it another match."
    )


class Extra(Strict):
    """Something that belongs to none of the entries."""

    id: Slug
    text: Markdown
    feedback: Markdown | None = pydantic.Field(default=None, description="For whoever chooses it.")
    misconception: Misconception | None = pydantic.Field(
        default=None, description="A code of the unit's misconceptions, for whoever chooses it."
    )


class MatchingInteraction(Interaction):
    """Every pair's ``match`` and every ``extra`` is offered for every entry."""

    type: Literal["matching"]
    pairs: list[Pair] = pydantic.Field(min_length=2, max_length=8)
    extra: list[Extra] = pydantic.Field(default=[], max_length=4)

    @pydantic.model_validator(mode="after")
    def _distinct(self) -> Self:
        once([*(pair.id for pair in self.pairs), *(extra.id for extra in self.extra)], "id in 'pairs' and 'extra'")
        once([pair.text for pair in self.pairs], "text in 'pairs'")
        once([*(pair.match for pair in self.pairs), *(extra.text for extra in self.extra)], "match and extra text")
        return self


class MatchingBody(MatchingInteraction, ItemBase):
    """Pairs to find."""

    type: Literal["matching"] = "matching"


class Matching(ItemType[MatchingBody]):
    """The share of right pairs. The answer is ``{pair id: id of the pair whose match was chosen, or of an extra}``."""

    model = MatchingBody
    instruction = gettext_lazy("Choose for every entry what belongs to it. Something may be left over.")

    def fields(self, body: MatchingBody, seed: int) -> tuple[Field, ...]:
        choices = tuple(sorted((Choice(_ref(body, i, seed), text) for i, text in _offered(body).items()), key=_value))
        return tuple(
            Field(kind="select", name=name, label=pair.text, choices=choices)
            for name, pair in sorted((_name(body, pair, seed), pair) for pair in body.pairs)
        )

    def parse(self, body: MatchingBody, raw: Raw, seed: int) -> Answer:
        ids = {_ref(body, one, seed): one for one in _offered(body)}
        answer: dict[str, str] = {}
        for pair in body.pairs:
            name = _name(body, pair, seed)
            if value := single(raw, name):
                if value not in ids:
                    raise unknown_choice(name)
                answer[pair.id] = ids[value]
        return answer or None

    def fill(self, body: MatchingBody, answer: Answer, seed: int) -> dict[str, list[str]]:
        given = answer or {}
        return {_name(body, pair, seed): [_ref(body, given[pair.id], seed)] for pair in body.pairs if pair.id in given}

    def score(self, body: MatchingBody, answer: Answer) -> Share:
        if answer is None:
            return UNANSWERED
        count = len(body.pairs)
        hits = sum(answer.get(pair.id) == pair.id for pair in body.pairs)
        lines = [Line(gettext_noop("Right pairs: %(hits)s of %(count)s."), {"hits": hits, "count": count})]
        if missing := sum(pair.id not in answer for pair in body.pairs):
            lines.append(Line(gettext_noop("Entries without a match: %(missing)s."), {"missing": missing}))
        return Share(Fraction(hits, count), tuple(lines))

    def show(self, body: MatchingBody, answer: Answer, seed: int, *, keys: bool) -> Shown:
        return Shown(
            lines=() if answer is None else tuple(_line(body, pair, answer.get(pair.id)) for pair in body.pairs),
            expected=tuple(_pair(pair, pair.match) for pair in body.pairs) if keys else (),
        )


def _line(body: MatchingBody, pair: Pair, given: str | None) -> ShownLine:
    # What was chosen may be gone from a later revision that scores the answer.
    if given is None or given not in _offered(body):
        return ShownLine(text=pair.text, chosen=False)
    text = _pair(pair, _offered(body)[given])
    if given == pair.id:
        return ShownLine(text=text, verdict="right")
    remark = next((extra for extra in body.extra if extra.id == given), None)
    return ShownLine(
        text=text,
        verdict="wrong",
        feedback=(remark and remark.feedback) or pair.feedback or "",
        misconception=(remark and remark.misconception) or pair.misconception or "",
    )


def _offered(body: MatchingBody) -> dict[str, str]:
    return {pair.id: pair.match for pair in body.pairs} | {extra.id: extra.text for extra in body.extra}


def _pair(pair: Pair, match: str) -> str:
    return f"{inline(pair.text)} – {inline(match)}"


def _value(choice: Choice) -> str:
    return choice.value


def _name(body: MatchingBody, pair: Pair, seed: int) -> str:
    return f"pair-{ref(body.id, pair.id, seed)}"


def _ref(body: MatchingBody, match_id: str, seed: int) -> str:
    # Another ref than the pair's own, or equal refs would tell what belongs together.
    return ref(body.id, f"match/{match_id}", seed)
