"""Single choice and multiple choice: options, of which one or several are right.

Learners see options in changing order and without letters. Where feedback or the reason speaks of another option, the
author names it by its id, ``{geneva}``, and the review shows its text.
"""

import re
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Generic, Literal, Self, TypeVar

import pydantic
from django.utils.html import strip_tags
from django.utils.translation import gettext, gettext_lazy, gettext_noop

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
    Verdict,
    inline,
    ref,
    single,
    unknown_choice,
    values,
)

FIELD = "choice"
NAMED = re.compile(r"\{([a-z0-9-]+)\}")


class Option(Strict):
    """Something to choose. Every option has feedback, for whoever chooses it."""

    id: Slug
    text: Markdown
    right: bool = False
    feedback: Markdown = pydantic.Field(description="May name another option by its id, as {other}.")
    misconception: Misconception | None = pydantic.Field(
        default=None, description="A code of the unit's misconceptions."
    )


def _distinct(options: list[Option], info: pydantic.ValidationInfo) -> list[Option]:
    once([option.id for option in options], "option id")
    once([option.text for option in options], "option text")
    for option in options:
        _check_names(option.feedback, options, info)
    return options


def _check_names(html: str, options: list[Option], info: pydantic.ValidationInfo) -> None:
    """Refuse a file's text that names no option. What is stored already stays readable, whatever it says."""
    ids = [option.id for option in options]
    unknown = [name for name in NAMED.findall(html) if name not in ids]
    if info.context and unknown:
        raise ValueError(f"only options of this item in braces: {', '.join(ids)} (found {', '.join(unknown)})")


Options = Annotated[list[Option], pydantic.Field(min_length=2, max_length=8), pydantic.AfterValidator(_distinct)]


class _ChoiceInteraction(Interaction):
    options: Options
    shuffle: bool = pydantic.Field(default=True, description="Whether learners see the options in changing order.")


class SingleChoiceInteraction(_ChoiceInteraction):
    """One option is right."""

    type: Literal["single_choice"]

    @pydantic.field_validator("options")
    @classmethod
    def _one_right(cls, options: list[Option]) -> list[Option]:
        right = [option.id for option in options if option.right]
        if len(right) != 1:
            found = ", ".join(right) or "none"
            raise ValueError(f"exactly one option with 'right: true' (found {found})")
        return options


class MultipleChoiceInteraction(_ChoiceInteraction):
    """One or more options are right."""

    type: Literal["multiple_choice"]
    partial: bool = pydantic.Field(default=True, description="Whether a part of the right options earns a part.")
    penalty: Decimal = pydantic.Field(
        default=Decimal(1),
        ge=0,
        le=10,
        decimal_places=3,
        description="What a wrong choice takes off, where a right one earns 1.",
    )
    floor: Decimal = pydantic.Field(
        default=Decimal(0),
        ge=0,
        lt=1,
        decimal_places=3,
        description="The least that an answer earns, as a share of the points.",
    )

    @pydantic.field_validator("options")
    @classmethod
    def _some_right(cls, options: list[Option]) -> list[Option]:
        if not any(option.right for option in options):
            raise ValueError("at least one option with 'right: true' (found none)")
        return options

    @pydantic.model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.partial and not self.penalty and not all(option.right for option in self.options):
            raise ValueError("a 'penalty' above 0, or whoever chooses all options has everything right")
        return self


class _ChoiceBody(_ChoiceInteraction, ItemBase):
    @pydantic.model_validator(mode="after")
    def _names_options(self, info: pydantic.ValidationInfo) -> Self:
        _check_names(f"{self.reason} {self.feedback or ''}", self.options, info)
        return self


class SingleChoiceBody(SingleChoiceInteraction, _ChoiceBody):
    """A choice of one."""

    type: Literal["single_choice"] = "single_choice"


class MultipleChoiceBody(MultipleChoiceInteraction, _ChoiceBody):
    """A choice of several."""

    type: Literal["multiple_choice"] = "multiple_choice"


ChoiceBody = TypeVar("ChoiceBody", bound=_ChoiceBody)


class _ChoiceType(ItemType[ChoiceBody], Generic[ChoiceBody]):
    kind: Literal["one", "many"]

    def fields(self, body: ChoiceBody, seed: int) -> tuple[Field, ...]:
        choices = tuple(Choice(ref(body.id, option.id, seed), option.text) for option in _in_order(body, seed))
        return (Field(kind=self.kind, name=FIELD, choices=choices),)

    def reason(self, body: ChoiceBody) -> str:
        return _named(body, body.reason)

    def feedback(self, body: ChoiceBody) -> str:
        return _named(body, body.feedback or "")

    def show(self, body: ChoiceBody, answer: Answer, seed: int, *, keys: bool) -> Shown:
        chosen = _chosen(answer)
        return Shown(
            lines=tuple(
                ShownLine(
                    text=option.text,
                    chosen=option.id in chosen,
                    verdict=_verdict(option, chosen=option.id in chosen, keys=keys),
                    feedback=_named(body, option.feedback) if option.id in chosen else "",
                    misconception=(option.misconception or "") if option.id in chosen and not option.right else "",
                )
                for option in _in_order(body, seed)
            ),
            expected=tuple(option.text for option in body.options if option.right) if keys else (),
        )


class SingleChoice(_ChoiceType[SingleChoiceBody]):
    """All or nothing. The answer is the option's id."""

    model = SingleChoiceBody
    kind = "one"
    instruction = gettext_lazy("Choose one answer.")

    def parse(self, body: SingleChoiceBody, raw: Raw, seed: int) -> Answer:
        value = single(raw, FIELD)
        return _ids(body, [value], seed)[0] if value else None

    def fill(self, body: SingleChoiceBody, answer: Answer, seed: int) -> dict[str, list[str]]:
        return {} if answer is None else {FIELD: [ref(body.id, answer, seed)]}

    def score(self, body: SingleChoiceBody, answer: Answer) -> Share:
        if answer is None:
            return UNANSWERED
        if any(option.right and option.id == answer for option in body.options):
            return Share(Fraction(1), (Line(gettext_noop("The right answer was chosen.")),))
        return Share(Fraction(0), (Line(gettext_noop("A wrong answer was chosen.")),))


class MultipleChoice(_ChoiceType[MultipleChoiceBody]):
    """One point for every right choice, ``penalty`` off for every wrong one, out of the number of right options; never
    below ``floor``. Without ``partial`` all or nothing. The answer is a list of option ids, in the author's order."""

    model = MultipleChoiceBody
    kind = "many"
    instruction = gettext_lazy("Choose every answer that applies. A wrong choice takes off what a right one earns.")

    def instruction_for(self, body: MultipleChoiceBody) -> str:
        if not body.partial:
            return gettext("Choose every answer that applies, and no other: only all of them together earn points.")
        if body.penalty == 1:
            return str(self.instruction)
        return gettext(
            "Choose every answer that applies. A right choice earns 1, a wrong one takes off %(penalty)s."
        ) % {"penalty": _plain(body.penalty)}

    def parse(self, body: MultipleChoiceBody, raw: Raw, seed: int) -> Answer:
        return _ids(body, values(raw, FIELD), seed) or None

    def fill(self, body: MultipleChoiceBody, answer: Answer, seed: int) -> dict[str, list[str]]:
        return {} if answer is None else {FIELD: [ref(body.id, one, seed) for one in answer]}

    def score(self, body: MultipleChoiceBody, answer: Answer) -> Share:
        if answer is None:
            return UNANSWERED
        chosen = _chosen(answer)
        right = sum(option.right for option in body.options)
        hits = sum(option.right and option.id in chosen for option in body.options)
        misses = sum(not option.right and option.id in chosen for option in body.options)
        floor = Fraction(body.floor)
        lines = [
            Line(gettext_noop("Right choices: %(hits)s of %(right)s, one point each."), {"hits": hits, "right": right}),
            Line(gettext_noop("Wrong choices: %(misses)s, one point off each."), {"misses": misses}),
        ]
        if body.partial:
            earned = (hits - Fraction(body.penalty) * misses) / right
            if body.penalty != 1:
                words = gettext_noop("Wrong choices: %(misses)s, %(penalty)s points off each.")
                lines[1] = Line(words, {"misses": misses, "penalty": _plain(body.penalty)})
        else:
            earned = Fraction(hits == right and not misses)
            lines = [
                Line(gettext_noop("Right choices: %(hits)s of %(right)s."), {"hits": hits, "right": right}),
                Line(gettext_noop("Wrong choices: %(misses)s."), {"misses": misses}),
                Line(gettext_noop("Only all right choices together, and no wrong one, earn points.")),
            ]
        if earned < floor and floor:
            words = gettext_noop("An answer earns %(floor)s of the points at least.")
            lines.append(Line(words, {"floor": _plain(body.floor)}))
        elif earned < floor:
            lines.append(Line(gettext_noop("Less than nothing counts as nothing.")))
        return Share(max(earned, floor), tuple(lines))


def _in_order(body: _ChoiceInteraction, seed: int) -> list[Option]:
    """The options as this seed shows them: refs are as good as random, so sorting by them shuffles."""
    if not body.shuffle:
        return body.options
    return sorted(body.options, key=lambda option: ref(body.id, option.id, seed))


def _ids(body: _ChoiceInteraction, refs: list[str], seed: int) -> list[str]:
    known = {ref(body.id, option.id, seed): option.id for option in body.options}
    if any(one not in known for one in refs):
        raise unknown_choice(FIELD)
    return [option_id for one, option_id in known.items() if one in refs]


def _chosen(answer: Answer) -> set[str]:
    if answer is None:
        return set()
    return {answer} if isinstance(answer, str) else set(answer)


def _verdict(option: Option, *, chosen: bool, keys: bool) -> Verdict:
    if chosen:
        return "right" if option.right else "wrong"
    return "missed" if keys and option.right else ""


def _named(body: _ChoiceInteraction, html: str) -> str:
    """``html`` with the options' texts where it names them."""
    texts = {option.id: strip_tags(inline(option.text)).strip() for option in body.options}
    return NAMED.sub(lambda found: f"<q>{texts[found[1]]}</q>" if found[1] in texts else found[0], html)


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"
