"""Entries to put in order."""

from collections import Counter
from fractions import Fraction
from typing import Annotated, Literal

import pydantic
from django.utils.translation import gettext, gettext_lazy, gettext_noop

from coexistence.content.items import Interaction, ItemBase, Markdown, Slug, Strict, once

from .base import (
    UNANSWERED,
    Answer,
    AnswerError,
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
)


class Entry(Strict):
    """Something that has a place in the order."""

    id: Slug
    text: Markdown


def _distinct(entries: list[Entry]) -> list[Entry]:
    once([entry.id for entry in entries], "entry id")
    once([entry.text for entry in entries], "entry text")
    return entries


class OrderingInteraction(Interaction):
    """The file has the entries in the right order; learners never see them in it but by chance."""

    type: Literal["ordering"]
    entries: Annotated[list[Entry], pydantic.Field(min_length=3, max_length=8), pydantic.AfterValidator(_distinct)]
    feedback_wrong: Markdown | None = pydantic.Field(default=None, description="For an order that is not fully right.")


class OrderingBody(OrderingInteraction, ItemBase):
    """Entries to put in order."""

    type: Literal["ordering"] = "ordering"


class Ordering(ItemType[OrderingBody]):
    """The share of right neighbours: of all entries but the last, how many are followed at once by the right one.

    The answer is ``{entry id: place}``, places from 1; entries may be left without one, and no two share one.
    """

    model = OrderingBody
    instruction = gettext_lazy("Give every entry its place: 1 is the first.")

    def fields(self, body: OrderingBody, seed: int) -> tuple[Field, ...]:
        places = tuple(Choice(str(place), str(place)) for place in range(1, len(body.entries) + 1))
        return tuple(
            Field(kind="select", name=name, label=entry.text, choices=places)
            for name, entry in sorted((_name(body, entry, seed), entry) for entry in body.entries)
        )

    def parse(self, body: OrderingBody, raw: Raw, seed: int) -> Answer:
        answer: dict[str, int] = {}
        for entry in body.entries:
            name = _name(body, entry, seed)
            value = single(raw, name)
            if not value:
                continue
            if value not in {str(place) for place in range(1, len(body.entries) + 1)}:
                raise unknown_choice(name)
            if int(value) in answer.values():
                raise AnswerError("same_place", gettext("Two entries have the same place; change one."), field=name)
            answer[entry.id] = int(value)
        return answer or None

    def fill(self, body: OrderingBody, answer: Answer, seed: int) -> dict[str, list[str]]:
        return {
            _name(body, entry, seed): [str(answer[entry.id])] for entry in body.entries if entry.id in (answer or {})
        }

    def score(self, body: OrderingBody, answer: Answer) -> Share:
        if answer is None:
            return UNANSWERED
        pairs = len(body.entries) - 1
        hits = len(_right_followers(body, answer))
        lines = [
            Line(gettext_noop("Neighbours in the right order: %(hits)s of %(pairs)s."), {"hits": hits, "pairs": pairs})
        ]
        if missing := sum(entry.id not in answer for entry in body.entries):
            lines.append(Line(gettext_noop("Entries without a place: %(missing)s."), {"missing": missing}))
        return Share(Fraction(hits, pairs), tuple(lines))

    def show(self, body: OrderingBody, answer: Answer, seed: int, *, keys: bool) -> Shown:
        expected = tuple(entry.text for entry in body.entries) if keys else ()
        if answer is None:
            return Shown(expected=expected, numbered=True)
        followers = _right_followers(body, answer)
        placed = sorted((entry for entry in body.entries if entry.id in answer), key=lambda entry: answer[entry.id])
        return Shown(
            # The first place follows nothing, so by itself it is neither right nor wrong.
            lines=tuple(
                ShownLine(
                    text=entry.text,
                    verdict="" if answer[entry.id] == 1 else "right" if entry.id in followers else "wrong",
                )
                for entry in placed
            ),
            feedback=(body.feedback_wrong or "") if len(followers) < len(body.entries) - 1 else "",
            expected=expected,
            numbered=True,
        )


def _name(body: OrderingBody, entry: Entry, seed: int) -> str:
    return f"place-{ref(body.id, entry.id, seed)}"


def _right_followers(body: OrderingBody, answer: dict[str, int]) -> set[str]:
    """The entries that stand right behind the one they belong behind. A place given twice counts for nobody."""
    given = Counter(answer.values())
    place = {entry_id: number for entry_id, number in answer.items() if given[number] == 1}
    return {
        later.id
        for earlier, later in zip(body.entries, body.entries[1:], strict=False)
        if earlier.id in place and later.id in place and place[later.id] == place[earlier.id] + 1
    }
