"""Two item types that no rule grades, so that these tests need none of the real ones: an essay and a poll."""

from fractions import Fraction
from typing import Literal

import pytest

from coexistence.content.items import ITEM_TYPES, ItemBase
from coexistence.quiz import items
from coexistence.quiz.items.base import Field, ItemType, Line, Share, Shown, ShownLine, single
from tests.factories import ItemFactory

COMMON = {"objective": "O1", "difficulty": "easy", "stem": "<p>Stem</p>", "reason": "<p>Reason</p>"}


class EssayBody(ItemBase):
    type: Literal["test_essay"] = "test_essay"


class PollBody(ItemBase):
    type: Literal["test_poll"] = "test_poll"


class Essay(ItemType[EssayBody]):
    model = EssayBody
    instruction = "Write."
    graded_by = "person"

    def fields(self, body, seed):
        return (Field(kind="number", name="text"),)

    def parse(self, body, raw, seed):
        return single(raw, "text") or None

    def fill(self, body, answer, seed):
        return {} if answer is None else {"text": [answer]}

    def score(self, body, answer):
        if answer is None:
            return Share(Fraction(0), (Line("Not answered."),))
        return Share(Fraction(0), (Line("Waits."),), waits=True)

    def show(self, body, answer, seed, *, keys):
        return Shown(lines=() if answer is None else (ShownLine(text=answer),))


class Poll(Essay):
    model = PollBody
    graded_by = "nobody"

    def score(self, body, answer):
        return Share(Fraction(0), (Line("A poll."),))


@pytest.fixture
def graded_elsewhere(monkeypatch):
    """The two types, known for one test."""
    monkeypatch.setattr(items, "_TYPES", dict(items._TYPES))
    kept = dict(ITEM_TYPES)
    items.register(Essay())
    items.register(Poll())
    yield
    ITEM_TYPES.clear()
    ITEM_TYPES.update(kept)


def essay(unit, **fields):
    return ItemFactory(unit=unit, type="test_essay", body={**COMMON, **fields})


def poll(unit, **fields):
    return ItemFactory(unit=unit, type="test_poll", body={**COMMON, **fields})
