"""A new item type is one module and one registration: here is the module, and ``ready`` would hold the line."""

from fractions import Fraction
from typing import Literal

import pytest
from django.utils.translation import gettext_noop

from coexistence.content.items import ITEM_TYPES, ItemBase
from coexistence.quiz import attempts, items, selectors
from coexistence.quiz.items.base import UNANSWERED, AnswerError, Field, ItemType, Line, Share, Shown, ShownLine, single
from tests.factories import TODAY, ItemFactory

from .answering import changes_told, learner_at


class InitialBody(ItemBase):
    """Which letter does the answer begin with?"""

    type: Literal["initial"] = "initial"
    letter: str


class Initial(ItemType[InitialBody]):
    model = InitialBody
    instruction = "Answer with a letter."

    def fields(self, body, seed):
        return (Field(kind="number", name="letter"),)

    def parse(self, body, raw, seed):
        text = single(raw, "letter")
        if len(text) > 1:
            raise AnswerError("too_long", "Write one letter.", field="letter")
        return text.upper() or None

    def fill(self, body, answer, seed):
        return {} if answer is None else {"letter": [answer]}

    def score(self, body, answer):
        if answer is None:
            return UNANSWERED
        return Share(Fraction(answer == body.letter), (Line(gettext_noop("Letters were compared.")),))

    def show(self, body, answer, seed, *, keys):
        lines = (
            () if answer is None else (ShownLine(text=answer, verdict="right" if answer == body.letter else "wrong"),)
        )
        return Shown(lines=lines, expected=(body.letter,) if keys else ())


@pytest.fixture
def initial(monkeypatch):
    monkeypatch.setattr(items, "_TYPES", dict(items._TYPES))
    kept = dict(ITEM_TYPES)
    items.register(Initial())
    yield
    ITEM_TYPES.clear()
    ITEM_TYPES.update(kept)


@pytest.mark.django_db
def test_a_new_type_runs_from_file_to_score(initial):
    common = {"objective": "O1", "difficulty": "easy", "stem": "<p>Stem</p>", "reason": "<p>Reason</p>"}
    item = ItemFactory(type="initial", body={**common, "letter": "G"})
    enrollment, assignment = learner_at(unit=item.unit, items=[item])
    attempt = attempts.start(assignment=assignment, enrollment=enrollment, now=TODAY)

    [on_page] = selectors.taking(attempt)
    assert [control.name for control in on_page.controls] == ["1-letter"]
    saved = attempts.save(
        attempt_id=attempt.pk, enrollment=enrollment, answers={1: {"letter": ["no"]}}, sequence=1, now=TODAY
    )
    assert saved.refused[1].field == "1-letter"
    attempts.save(attempt_id=attempt.pk, enrollment=enrollment, answers={1: {"letter": ["g"]}}, sequence=2, now=TODAY)
    with changes_told() as told:
        attempt = attempts.submit(attempt_id=attempt.pk, enrollment=enrollment, now=TODAY)
    assert told[0][0].score == 10
    [reviewed] = selectors.review(attempt).items
    assert (reviewed.outcome, reviewed.lines[0].text, reviewed.explanation) == (
        "right",
        "G",
        ["Letters were compared."],
    )


def test_a_name_is_taken_once(initial):
    class Other(Initial):
        class OtherBody(InitialBody):
            pass

        model = OtherBody

    with pytest.raises(ValueError, match="two item types are called 'initial'"):
        items.register(Other())
