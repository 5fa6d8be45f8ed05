"""Telling whoever listens which scores count now, in the transaction that changed them."""

from collections.abc import Collection

from django.db import transaction

from coexistence.courses.models import Assignment
from coexistence.quiz import selectors
from coexistence.quiz.models import Attempt
from coexistence.quiz.signals import score_changed


def tell(*, assignment: Assignment, enrollments: Collection[int] | None = None, reason: str) -> int:
    """Tell the scores that count of these people (ids of enrollments), or of the whole class, in one list.

    Whoever has none is left out, and where nobody has one nothing is told. Returns the number of scores.
    """
    changes = selectors.counted_scores(assignment=assignment, enrollments=enrollments, reason=reason)
    if changes:
        score_changed.send(sender=Attempt, changes=changes)
    return len(changes)


def recount(*, assignment: Assignment) -> int:
    """Tell the scores of the whole class again, after a change of settings. Returns the number of learners with one."""
    with transaction.atomic():
        return tell(assignment=assignment, reason="settings")
