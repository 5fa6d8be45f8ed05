"""When a score is tried again, for how long, and how a platform that is away is spared."""

import json
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.utils import timezone

from coexistence.courses.gradebook import gradebook
from coexistence.courses.models import Assignment
from lti import grades, reconcile, sending
from lti.grades import delivery
from lti.models import Lane, LineItem, ScoreDelivery, ScoreRequest
from lti.pacing import Pace
from lti.settlement import PERSISTENT

from .conftest import NOON, School, run
from .platform import Fault

#: Longer than a score is tried.
LONG = timedelta(days=20)


def test_the_first_retry_comes_within_two_seconds_and_five_within_a_minute(school: School, clock) -> None:
    assignment = school.assignment()
    school.owe(assignment, "anna", 8)
    school.platform.faults.extend(Fault(500) for _ in range(100))
    run(school, clock, minutes=1)
    sent = [(at - NOON).total_seconds() for at in ScoreRequest.objects.order_by("id").values_list("sent_at", flat=True)]
    assert sent[1] <= 2
    assert len(sent) >= 6
    later = ScoreRequest.objects.count()
    run(school, clock, minutes=4)
    assert ScoreRequest.objects.count() - later <= 4


def test_after_two_weeks_a_person_is_told(school: School, clock) -> None:
    assignment = school.assignment()
    school.owe(assignment, "anna", 8)
    school.platform.faults.extend([Fault(500), Fault(500)])
    school.deliver()
    clock.shift(timedelta(days=14, seconds=1))
    school.deliver()
    row = school.row(assignment, "anna")
    assert (row.state, row.code, row.next_try_at) == ("held", "gave_up", None)


def kept_back(school: School, assignment: Assignment, clock: Any) -> None:
    grades.withhold(assignment_id=assignment.pk, until=NOON + LONG)
    school.owe(assignment, "anna", 8)
    clock.shift(LONG)


def released(school: School, assignment: Assignment, clock: Any) -> None:
    grades.withhold(assignment_id=assignment.pk)
    school.owe(assignment, "anna", 8)
    clock.shift(LONG)
    grades.release(assignment_id=assignment.pk)


def without_a_column(school: School, assignment: Assignment, clock: Any) -> None:
    LineItem.objects.update(url="")
    school.owe(assignment, "anna", 8)
    clock.shift(LONG)
    LineItem.objects.update(url=school.platform.line_item(1))
    grades.column_found(line_item_id=LineItem.objects.get().pk)


def not_enrolled(school: School, assignment: Assignment, clock: Any) -> None:
    school.owe(assignment, "anna", 8)
    school.platform.faults.append(Fault(422, "not a student"))
    school.deliver()
    clock.shift(LONG)


def without_a_right(school: School, assignment: Assignment, clock: Any) -> None:
    school.owe(assignment, "anna", 8)
    school.platform.token_faults.append(Fault(400, '{"error":"invalid_client"}'))
    school.deliver()
    clock.shift(LONG)
    school.platform.token_faults.append(Fault(503))
    school.deliver()
    clock.shift(timedelta(minutes=1))


def given_up(school: School, assignment: Assignment, clock: Any) -> None:
    school.owe(assignment, "anna", 8)
    school.platform.faults.extend([Fault(503)] * 2)
    school.deliver()
    clock.shift(LONG)
    school.deliver()
    assert gradebook().resend(assignment_id=assignment.pk) == 1
    clock.shift(timedelta(seconds=1))


def lost_there(school: School, assignment: Assignment, clock: Any) -> None:
    school.owe(assignment, "anna", 8)
    school.deliver()
    school.platform.gradebook.clear()
    clock.shift(LONG)
    assert gradebook().check_now(assignment_id=assignment.pk)
    reconcile.check(registration_id=school.registration.pk)
    clock.shift(timedelta(seconds=1))


@pytest.mark.parametrize(
    "story", [kept_back, released, without_a_column, not_enrolled, without_a_right, given_up, lost_there]
)
def test_the_two_weeks_begin_when_the_score_may_go(
    school: School, clock, story: Callable[[School, Assignment, Any], None]
) -> None:
    assignment = school.assignment()
    story(school, assignment, clock)
    school.platform.faults.extend([Fault(503)] * 2)
    school.deliver()
    row = school.row(assignment, "anna")
    assert (row.state, row.code) == ("waiting", "platform_error")
    clock.shift(timedelta(days=14, seconds=1))
    school.deliver()
    row = school.row(assignment, "anna")
    assert (row.state, row.code) == ("held", "gave_up")


def test_two_weeks_without_a_token_are_counted_alike(school: School, clock) -> None:
    assignment = school.assignment()
    kept_back(school, assignment, clock)
    school.platform.token_faults.extend([Fault(503)] * 2)
    school.deliver()
    row = school.row(assignment, "anna")
    assert (row.state, row.code) == ("waiting", "token_unreachable")
    clock.shift(timedelta(days=14, seconds=1))
    school.deliver()
    row = school.row(assignment, "anna")
    assert (row.state, row.code, row.next_try_at) == ("held", "gave_up", None)


def test_retry_after_is_a_minimum(school: School, clock) -> None:
    assignment = school.assignment()
    school.owe(assignment, "anna", 8)
    school.platform.faults.append(Fault(503, "", {"Retry-After": "40"}))
    run(school, clock, minutes=0.66)
    assert len(school.platform.posts()) == 1
    run(school, clock, minutes=0.5)
    assert school.held(assignment, "anna") == 8


def asks_to_wait(school: School, assignment: Assignment, monkeypatch: pytest.MonkeyPatch) -> None:
    """The platform takes another score at once, and wants to be left alone with this one for ten minutes."""
    take = school.platform.score

    def score(path: str, body: bytes) -> Fault:
        return Fault(500, "", {"Retry-After": "600"}) if json.loads(body)["userId"] == "anna" else take(path, body)

    school.owe(assignment, "zoe", 8)
    with monkeypatch.context() as patch:
        patch.setattr(school.platform, "score", score)
        school.deliver()
    assert sorted(message["userId"] for message in school.platform.posts()) == ["anna", "zoe"]
    assert Lane.objects.get().paused_until is None


def goes_away_and_comes_back(school: School, assignment: Assignment, clock: Any) -> None:
    grades.record([school.change(assignment, f"learner-{n}", 5) for n in range(10)])
    school.platform.faults.extend([Fault(503)] * 6)
    run(school, clock, minutes=0.5)
    assert not school.platform.faults
    run(school, clock, minutes=0.5)
    assert {school.held(assignment, f"learner-{n}") for n in range(10)} == {5}


def resubmits(school: School, assignment: Assignment, clock: Any) -> None:
    school.owe(assignment, "anna", 9, attempt=2)


def keeps_back_and_releases(school: School, assignment: Assignment, clock: Any) -> None:
    grades.withhold(assignment_id=assignment.pk, until=timezone.now() + timedelta(minutes=1))
    grades.withhold(assignment_id=assignment.pk)
    grades.release(assignment_id=assignment.pk)


def asks_for_it(school: School, assignment: Assignment, clock: Any) -> None:
    gradebook().resend(assignment_id=assignment.pk)


@pytest.mark.parametrize("tries", [0, PERSISTENT])
@pytest.mark.parametrize("event", [goes_away_and_comes_back, resubmits, keeps_back_and_releases, asks_for_it])
def test_nothing_brings_a_score_forward_with_which_the_platform_wants_to_be_left_alone(
    school: School, clock, monkeypatch, event: Callable[[School, Assignment, Any], None], tries: int
) -> None:
    assignment = school.assignment()
    school.owe(assignment, "anna", 8)
    ScoreDelivery.objects.update(tries=tries)
    asks_to_wait(school, assignment, monkeypatch)
    row = school.row(assignment, "anna")
    assert (row.state, row.code) == (("held", "keeps_failing") if tries else ("waiting", "platform_error"))
    event(school, assignment, clock)
    run(school, clock, minutes=(NOON + timedelta(seconds=599) - timezone.now()) / timedelta(minutes=1))
    posts = [message["userId"] for message in school.platform.posts()]
    assert posts.count("anna") == 1
    run(school, clock, minutes=15)
    assert school.row(assignment, "anna").state == "delivered"


def test_a_score_that_changes_while_the_platform_asks_to_wait_waits_too(school: School, clock, monkeypatch) -> None:
    assignment = school.assignment()
    school.owe(assignment, "anna", 8)
    school.platform.faults.append(Fault(500, "", {"Retry-After": "600"}))
    post = delivery._post

    def change(*args: Any) -> Any:
        if not school.platform.posts():
            school.owe(assignment, "anna", 9, attempt=2)
        return post(*args)

    monkeypatch.setattr(delivery, "_post", change)
    run(school, clock, minutes=9.9)
    assert len(school.platform.posts()) == 1
    run(school, clock, minutes=1)
    assert school.held(assignment, "anna") == 9


def test_a_platform_that_throttles_readings_means_scores_too(school: School, clock) -> None:
    assignment = school.assignment()
    school.owe(assignment, "anna", 5)
    school.platform.faults.append(Fault(409, "[]"))
    school.platform.result_faults.append(Fault(429, "", {"Retry-After": "40"}))
    school.deliver()
    school.owe(assignment, "boris", 5)
    clock.shift(timedelta(seconds=39))
    school.deliver()
    assert len(school.platform.posts()) == 1
    clock.shift(timedelta(seconds=2))
    school.deliver()
    assert (school.held(assignment, "anna"), school.held(assignment, "boris")) == (5, 5)


def test_a_platform_that_throttles_means_all_lanes(school: School, clock, settings) -> None:
    settings.LTI_LANES = 3
    assignment = school.assignment()
    grades.record([school.change(assignment, f"learner-{n}", 5) for n in range(6)])
    school.platform.faults.append(Fault(429, "", {"Retry-After": "40"}))
    school.deliver()
    before = len(school.platform.posts())
    assert before <= Pace().concurrency
    clock.shift(timedelta(seconds=39))
    school.deliver()
    assert len(school.platform.posts()) == before
    clock.shift(timedelta(seconds=2))
    school.deliver()
    assert len(school.platform.accepted) == 6


def test_a_held_score_is_tried_again_by_itself_after_hours(make_school, bells, clock) -> None:
    school = make_school("canvas")
    assignment = school.assignment()
    school.owe(assignment, "anna", 8)
    school.platform.students = set()
    school.deliver()
    assert school.row(assignment, "anna").state == "held"
    school.platform.students = {"anna"}
    clock.shift(timedelta(hours=6, seconds=1))
    school.deliver()
    assert school.held(assignment, "anna") == 8


def test_a_right_that_is_missing_is_held_after_one_new_token(school: School, clock) -> None:
    assignment = school.assignment()
    school.owe(assignment, "anna", 8)
    school.platform.faults.extend(Fault(401, '{"errors":{"message":"no scope"}}') for _ in range(9))
    run(school, clock)
    row = school.row(assignment, "anna")
    assert (row.state, row.code) == ("held", "unauthorized")
    assert (len(school.platform.posts()), len(school.platform.tokens)) == (2, 2)


def test_a_column_that_is_gone_holds_all_its_scores_and_a_new_one_frees_them(school: School, clock) -> None:
    assignment = school.assignment()
    learners = [f"learner-{n}" for n in range(2 * Pace().batch)]
    grades.record([school.change(assignment, learner, 5) for learner in learners])
    school.platform.faults.extend(Fault(404) for _ in learners)
    school.deliver()
    assert len(school.platform.posts()) <= Pace().batch
    line_item = LineItem.objects.get()
    assert line_item.gone
    assert set(line_item.deliveries.values_list("state", "code", "next_try_at")) == {("held", "line_item_gone", None)}

    school.platform.faults.clear()
    LineItem.objects.update(url=school.platform.line_item(7), gone=False)
    grades.column_found(line_item_id=line_item.pk)
    school.deliver()
    assert {school.platform.held(school.platform.line_item(7), learner) for learner in learners} == {5}


def test_scores_can_be_kept_back_until_a_time_or_until_somebody_releases_them(school: School, clock) -> None:
    assignment = school.assignment()
    school.owe(assignment, "anna", 5)
    grades.withhold(assignment_id=assignment.pk, until=NOON + timedelta(hours=2))
    school.owe(assignment, "boris", 7)
    school.deliver()
    assert school.platform.posts() == []
    assert {(row.state, row.code) for row in ScoreDelivery.objects.all()} == {("waiting", "withheld")}
    clock.shift(timedelta(hours=2, seconds=1))
    school.deliver()
    assert (school.held(assignment, "anna"), school.held(assignment, "boris")) == (5, 7)

    grades.withhold(assignment_id=assignment.pk)
    school.owe(assignment, "anna", 6)
    clock.shift(timedelta(days=30))
    school.deliver()
    assert school.held(assignment, "anna") == 5
    grades.release(assignment_id=assignment.pk)
    school.deliver()
    assert school.held(assignment, "anna") == 6


@pytest.mark.parametrize("fault", [Fault(503), Fault(500), Fault(drop=True)])
def test_a_platform_that_is_back_has_all_that_waits_within_twenty_seconds(school: School, clock, fault: Fault) -> None:
    assignment = school.assignment()
    grades.record([school.change(assignment, f"learner-{n}", 5) for n in range(30)])
    school.platform.faults.extend([fault] * 5000)
    run(school, clock, minutes=5)
    probes = list(ScoreRequest.objects.order_by("sent_at").values_list("sent_at", flat=True))
    assert all(later - earlier <= timedelta(seconds=10) for earlier, later in pairwise(probes))
    school.platform.faults.clear()
    run(school, clock, minutes=1 / 3)
    assert {school.held(assignment, f"learner-{n}") for n in range(30)} == {5}
    assert not ScoreDelivery.objects.exclude(state="delivered").exists()


def test_a_single_score_that_fails_is_tried_less_and_less_often(school: School, clock) -> None:
    """Moodle answers 500 for a locked grade: that is no outage, and no reason to ask every few seconds."""
    assignment = school.assignment()
    school.owe(assignment, "anna", 8)
    school.platform.faults.extend([Fault(500)] * 500)
    run(school, clock, minutes=60)
    assert len(school.platform.posts()) < 20


def test_the_rest_of_a_batch_is_not_sent_to_a_platform_that_is_away(school: School, clock) -> None:
    assignment = school.assignment()
    grades.record([school.change(assignment, f"learner-{n}", 5) for n in range(20)])
    school.platform.faults.extend([Fault(503)] * 100)
    school.deliver()
    assert len(school.platform.posts()) < 10


def test_a_platform_that_never_answers_holds_nobody_for_long(school: School, monkeypatch) -> None:
    monkeypatch.setattr(sending, "DEADLINE", 0.3)
    monkeypatch.setattr(delivery, "DEADLINE", 0.3)
    assignment = school.assignment()
    school.owe(assignment, "anna", 8)
    school.platform.faults.append(Fault(hang=1.0))
    school.deliver()
    row = school.row(assignment, "anna")
    assert (row.state, row.code) == ("waiting", "timeout")
    assert ScoreRequest.objects.get().status is None
