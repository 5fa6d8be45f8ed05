"""Receipts: what a learner keeps, and staff can check."""

import pytest

from coexistence.quiz import attempts, receipts
from tests.factories import TODAY, CourseFactory

from .answering import RIGHT, later, learner_at, take

pytestmark = pytest.mark.django_db


def test_a_receipt_says_which_attempt_was_submitted_when():
    attempt = take(*learner_at(), RIGHT, now=later(5))
    code = receipts.receipt(attempt)
    assert code == receipts.receipt(attempt)
    spaced = f" {code[:20]}\n{code[20:]} "
    found = receipts.check(spaced, course=attempt.assignment.course)
    assert (found.attempt, found.submitted_at, found.is_same) == (attempt, later(5), True)


def test_a_receipt_tells_that_answers_are_no_longer_those_of_then():
    attempt = take(*learner_at(), RIGHT)
    code = receipts.receipt(attempt)
    attempt.responses.filter(position=1).update(answer="paris")
    assert not receipts.check(code, course=attempt.assignment.course).is_same


def test_nothing_else_is_a_receipt(settings):
    attempt = take(*learner_at(), RIGHT)
    course, code = attempt.assignment.course, receipts.receipt(attempt)
    other = take(*learner_at(), RIGHT)
    forged = code.replace(f"{attempt.pk}.", f"{other.pk}.", 1)
    for text in ("", "x", code[:-1], forged, code + "x", "1.2.3"):
        assert receipts.check(text, course=course) is None
    assert receipts.check(code, course=CourseFactory()) is None
    old = settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another key", [old]
    assert receipts.check(code, course=course).attempt == attempt
    settings.SECRET_KEY_FALLBACKS = []
    assert receipts.check(code, course=course) is None


def test_an_open_attempt_has_no_receipt():
    enrollment, assignment = learner_at()
    with pytest.raises(ValueError, match="open attempt"):
        receipts.receipt(attempts.start(assignment=assignment, enrollment=enrollment, now=TODAY))
