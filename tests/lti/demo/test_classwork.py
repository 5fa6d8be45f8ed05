"""A class's week of work: plausible, spread out, and done once."""

import random

import pytest

from coexistence.courses.models import Assignment
from coexistence.quiz import items
from coexistence.quiz.models import Attempt
from lti.demo.classwork import WEEK, _answer, work
from tests.factories import ITEM_BODIES, TODAY, AssignmentFactory, EnrollmentFactory, ItemFactory
from tests.quiz.items.examples import examples

pytestmark = pytest.mark.django_db
SIZE = 24


@pytest.fixture
def assignment(monkeypatch: pytest.MonkeyPatch) -> Assignment:
    # What options are shuffled by decides which of them a guess hits.
    monkeypatch.setattr("coexistence.quiz.attempts.starting.secrets.randbits", lambda bits: 7)
    return AssignmentFactory()


def let_all_work(assignment: Assignment) -> int:
    return sum(
        work(assignment=assignment, enrollment=enrollment, number=number, now=TODAY)
        for number, enrollment in enumerate(assignment.course.enrollments.order_by("pk"))
    )


def test_a_class_leaves_a_spread_of_scores_and_some_unfinished_work(assignment: Assignment) -> None:
    EnrollmentFactory.create_batch(SIZE, course=assignment.course)
    begun = let_all_work(assignment)
    attempts = list(Attempt.objects.all())
    assert len(attempts) == begun
    shares = {attempt.score / attempt.maximum for attempt in attempts if attempt.score is not None}
    assert len(shares) > SIZE / 3
    assert max(shares) > 0.8 > 0.5 > min(shares)
    open_attempts = [attempt for attempt in attempts if attempt.state == Attempt.State.OPEN]
    assert 0 < len(open_attempts) < SIZE / 3
    assert all(attempt.responses.filter(answer__isnull=True).exists() for attempt in open_attempts)
    assert 0 < SIZE - len({attempt.enrollment_id for attempt in attempts}) < SIZE / 3


def test_all_of_it_lies_in_the_week_before_and_in_order(assignment: Assignment) -> None:
    EnrollmentFactory.create_batch(SIZE, course=assignment.course)
    let_all_work(assignment)
    for attempt in Attempt.objects.all():
        assert TODAY - WEEK <= attempt.started_at < TODAY
        if attempt.submitted_at is not None:
            assert attempt.started_at < attempt.submitted_at <= TODAY
        before = Attempt.objects.filter(enrollment=attempt.enrollment, number=attempt.number - 1).first()
        assert before is None or before.submitted_at <= attempt.started_at


def test_who_has_worked_is_left_alone(assignment: Assignment) -> None:
    EnrollmentFactory.create_batch(4, course=assignment.course)
    assert let_all_work(assignment) > 0
    assert let_all_work(assignment) == 0


@pytest.mark.parametrize("name", ITEM_BODIES)
def test_who_knows_an_item_answers_it_rightly_and_who_does_not_does_not(name: str) -> None:
    item = ItemFactory(type=name)
    item_type = items.get(name)
    body = item_type.load(item.current.body)

    def share(*, knows: bool) -> object:
        raw = _answer(item.current, 5, random.Random(1), knows=knows)
        return item_type.score(body, item_type.parse(body, raw, 5)).value

    assert share(knows=True) == 1
    assert share(knows=False) < 1


@pytest.mark.parametrize("name", sorted(examples()))
def test_whatever_is_asked_somebody_has_an_answer_to_it(name: str) -> None:
    item = ItemFactory(type=name, body={"date": "1955"} if name == "placement" else {})
    item_type = items.get(name)
    body = item_type.load(item.current.body)
    assert item_type.parse(body, _answer(item.current, 5, random.Random(1), knows=False), 5) is not None
