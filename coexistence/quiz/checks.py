"""Checks inside the lesson: one item at a time, scored from its form and forgotten."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext

from coexistence.content.models import Item, Unit

from . import attempts, policy, selectors
from .items.base import AnswerError, Raw
from .models import Response

#: Nothing depends on the answer, so nothing is held back.
_VISIBLE = policy.Visible(score=False, answers=True, feedback=True, keys=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A check as its page shows it: its form, with why it was ``refused``, or what came of the answer."""

    item: selectors.ItemOnPage
    refused: AnswerError | None = None
    outcome: selectors.ReviewedItem | None = None


def checks(unit: Unit, slugs: Sequence[str], *, answers: Mapping[int, Raw], seed: int) -> dict[str, Check]:
    """The checks called ``slugs`` by slug, numbered from 1 in that order; those that are gone are left out.

    ``answers`` is what a form brought, by number. Right answers are shown: nothing depends on them. One query.
    """
    found = {item.slug: item for item in Item.objects.filter(unit=unit, slug__in=slugs).select_related("current")}
    made = {}
    for number, slug in enumerate(slugs, 1):
        item = found.get(slug)
        if item is not None and item.current is not None and item.use == Item.Use.CHECK:
            response = Response(position=number, revision=item.current, points=Decimal(1))
            made[slug] = _check(response, answers.get(number), seed)
    return made


def _check(response: Response, raw: Raw | None, seed: int) -> Check:
    if raw is None:
        return Check(item=selectors.on_page(response, seed))
    try:
        response.answer = attempts.parse(response.position, response, raw, seed)
        if response.answer is None:
            raise AnswerError("blank", gettext("Give an answer first; nothing is recorded or graded."))
    except AnswerError as error:
        return Check(item=selectors.on_page(response, seed), refused=error)
    attempts.score(response)
    outcome = selectors.reviewed(response, seed, visible=_VISIBLE)
    return Check(item=selectors.on_page(response, seed), outcome=outcome)
