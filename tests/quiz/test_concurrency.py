"""Two tabs at the same moment, each with a database connection of its own."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from coexistence.quiz import attempts
from coexistence.quiz.models import Attempt
from tests.factories import TODAY

from .answering import RIGHT, changes_told, fill, later, learner_at

pytestmark = pytest.mark.django_db(transaction=True)

TABS = 4


def at_once(*calls):
    """What each call returned or raised; all begin together."""
    gate = Barrier(len(calls))

    def run(call):
        gate.wait(timeout=120)
        try:
            return call()
        except attempts.AttemptError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def test_tabs_that_start_at_once_share_one_attempt():
    enrollment, assignment = learner_at()
    found = at_once(*[lambda: attempts.start(assignment=assignment, enrollment=enrollment, now=TODAY)] * TABS)
    assert len({attempt.pk for attempt in found}) == 1
    assert Attempt.objects.get().responses.count() == 5


def test_tabs_that_submit_at_once_tell_one_score():
    enrollment, assignment = learner_at()
    attempt = attempts.start(assignment=assignment, enrollment=enrollment, now=TODAY)
    fill(attempt, RIGHT)
    with changes_told() as told:
        found = at_once(
            *[
                lambda minute=minute: attempts.submit(attempt_id=attempt.pk, enrollment=enrollment, now=later(minute))
                for minute in range(TABS)
            ]
        )
    assert len(told) == 1
    assert {(done.pk, done.score, done.submitted_at) for done in found} == {
        (attempt.pk, 5, Attempt.objects.get().submitted_at)
    }


def test_of_answers_that_arrive_at_once_the_newest_stays():
    enrollment, assignment = learner_at(types=["numeric"])
    attempt = attempts.start(assignment=assignment, enrollment=enrollment, now=TODAY)

    def answer(number):
        return attempts.save(
            attempt_id=attempt.pk,
            enrollment=enrollment,
            answers={1: {"number": [str(number)]}},
            sequence=number,
            now=TODAY,
        )

    found = at_once(*[lambda number=number: answer(number) for number in (3, 1, 4, 2)])
    response = attempt.responses.get()
    assert (response.answer, response.sequence) == ("4", 4)
    assert all(saved.kept | saved.outdated == {1} for saved in found)


def test_an_answer_is_saved_before_the_submission_or_refused():
    enrollment, assignment = learner_at(types=["numeric"])
    attempt = attempts.start(assignment=assignment, enrollment=enrollment, now=TODAY)
    saved, submitted = at_once(
        lambda: fill(attempt, RIGHT),
        lambda: attempts.submit(attempt_id=attempt.pk, enrollment=enrollment, now=TODAY),
    )
    answer = attempt.responses.get().answer
    if isinstance(saved, attempts.AttemptClosedError):
        assert (answer, submitted.score) == (None, 0)
    else:
        assert (answer, submitted.score) == ("15.5", 1)


def test_no_attempt_more_than_allowed_is_begun_while_one_is_submitted():
    enrollment, assignment = learner_at(attempts_allowed=1)
    attempt = attempts.start(assignment=assignment, enrollment=enrollment, now=TODAY)
    at_once(
        lambda: attempts.submit(attempt_id=attempt.pk, enrollment=enrollment, now=TODAY),
        *[lambda: attempts.start(assignment=assignment, enrollment=enrollment, now=TODAY)] * TABS,
    )
    assert Attempt.objects.count() == 1
