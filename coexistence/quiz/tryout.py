"""The quiz for somebody whom nobody knows: the same items, scoring and feedback, and not one row written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from coexistence.content.models import Revision
from coexistence.courses.models import Assignment

from . import attempts, policy, selectors
from .items.base import AnswerError, Raw
from .models import Response

#: As after an attempt with others to come: feedback on what was chosen, and nothing that would help the next time.
_VISIBLE = policy.Visible(score=True, answers=True, feedback=True, keys=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the answers came to: ``score`` out of ``maximum``, the assignment's points. Right answers are held back, as
    from everyone who may try again."""

    score: Decimal
    maximum: Decimal
    items: Sequence[selectors.ReviewedItem]


class Tryout:
    """One try at an assignment's quiz, which lasts as long as a request.

    ``seed`` is what the options are shuffled by; the form that is shown and the one that comes back must have the same.
    Two queries to make. Raises ``attempts.QuizUnavailableError``.
    """

    def __init__(self, *, assignment: Assignment, seed: int) -> None:
        self._assignment = assignment
        self._seed = seed
        drawn = attempts.draw(assignment.quiz, seed=seed)
        revisions = Revision.objects.in_bulk([one.revision_id for one in drawn])
        self._responses = [
            Response(position=position, revision=revisions[one.revision_id], points=one.points)
            for position, one in enumerate(drawn, 1)
        ]

    def fill(self, answers: Mapping[int, Raw]) -> dict[int, AnswerError]:
        """Take the answers that a form brought, by position; returns what is wrong with those that are none."""
        refused = {}
        for response in self._responses:
            try:
                response.answer = attempts.parse(
                    response.position, response, answers.get(response.position, {}), self._seed
                )
            except AnswerError as error:
                refused[response.position] = error
        return refused

    def items(self) -> list[selectors.ItemOnPage]:
        """The items as a form, filled with the answers so far."""
        return [selectors.on_page(response, self._seed) for response in self._responses]

    def outcome(self) -> Outcome:
        """The answers so far, scored. Two queries."""
        earned = sum(map(attempts.score, self._responses), Fraction(0))
        worth = sum((response.points for response in self._responses), Decimal(0))
        taught = selectors.teaching(self._assignment.unit, [response.revision for response in self._responses])
        return Outcome(
            score=policy.points(earned / Fraction(worth) if worth else Fraction(0), self._assignment),
            maximum=Decimal(self._assignment.points),
            items=[
                selectors.reviewed(response, self._seed, visible=_VISIBLE, taught=taught)
                for response in self._responses
            ],
        )
