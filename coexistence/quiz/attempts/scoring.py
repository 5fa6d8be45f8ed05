"""Scoring the responses of an attempt: by their items' rules, or by what a person has set."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from coexistence.quiz import items, policy
from coexistence.quiz.models import Adjustment, Attempt, Response


@dataclass(frozen=True, slots=True)
class Total:
    """What an attempt's responses come to, exactly, and how many of them wait for a person to grade them."""

    exact: Fraction
    ungraded: int


def score(response: Response) -> Fraction:
    """Score and explain one response by its item's rules, without saving it, and return what it earns exactly.

    One that waits for a person has no score, and earns nothing so far.
    """
    rules = response.rules
    item_type = items.get(rules.type)
    share = item_type.score(item_type.load(rules.body), response.answer)
    earned = Fraction(0) if share.waits else share.value * Fraction(response.points)
    response.score = None if share.waits else policy.rounded(earned, policy.STORED_PLACES)
    response.explanation = _explained(share)
    return earned


def set_by(adjustment: Adjustment, points: Fraction) -> Fraction:
    """What a person has set, exactly, out of so many points."""
    return Fraction(adjustment.score) / Fraction(adjustment.maximum) * points


def score_all(responses: Iterable[Response], adjustments: Iterable[Adjustment] = ()) -> Total:
    """Score and explain every response, without saving it; a score that a person has set stands in place of ours."""
    by_response = {adjustment.response_id: adjustment for adjustment in adjustments}
    exact, ungraded = Fraction(0), 0
    for response in responses:
        earned = score(response)
        if adjustment := by_response.get(response.pk):
            earned = set_by(adjustment, Fraction(response.points))
            response.score = policy.rounded(earned, policy.STORED_PLACES)
        ungraded += response.score is None
        exact += earned
    return Total(exact, ungraded)


def settle(attempt: Attempt, total: Total, whole: Adjustment | None = None) -> None:
    """Write what the responses come to into the attempt, without saving it; ``whole`` is its score set as a whole."""
    exact = total.exact if whole is None else set_by(whole, Fraction(attempt.maximum))
    attempt.exact_score = str(exact)
    attempt.score = policy.rounded(exact, policy.STORED_PLACES)
    attempt.ungraded = 0 if whole is not None else total.ungraded
    attempt.is_overridden = whole is not None


#: What ``settle`` sets.
SETTLED = ("exact_score", "score", "ungraded", "is_overridden")


def holding(adjustments: Iterable[Adjustment]) -> tuple[Mapping[int, Adjustment], Adjustment | None]:
    """The adjustments of one attempt that hold: those of responses by response, and that of the whole."""
    rows = [adjustment for adjustment in adjustments if adjustment.removed_at is None]
    whole = next((adjustment for adjustment in rows if adjustment.response_id is None), None)
    return {row.response_id: row for row in rows if row.response_id is not None}, whole


def _explained(share: items.Share) -> dict[str, Any]:
    lines = [{"text": line.text, "values": dict(line.values)} for line in share.lines]
    return {"share": str(share.value), "lines": lines} | ({"waits": True} if share.waits else {})
