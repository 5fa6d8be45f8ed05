"""From a recorded score to the platform's gradebook."""

from collections.abc import Callable
from datetime import timedelta
from itertools import count
from types import SimpleNamespace

import pytest
from django.utils import timezone

from lti import grades, sending
from lti.models import Lane, ScoreDelivery, ScoreRequest

from .conftest import NOON, School
from .platform import SUBMISSION, Fault

MANNERS = ["", "moodle", "canvas"]


@pytest.mark.parametrize("manner", MANNERS)
def test_a_score_reaches_the_gradebook(make_school: Callable[..., School], bells, clock, manner: str) -> None:
    school = make_school(manner)
    assignment = school.assignment()
    school.owe(assignment, "anna", "7.5")
    assert bells == [(school.registration.pk, NOON)]

    clock.move_to(NOON + timedelta(seconds=1))
    school.deliver()

    assert school.held(assignment, "anna") == 7.5
    row = school.row(assignment, "anna")
    assert (row.state, row.code, row.next_try_at, row.claim, row.tries) == ("delivered", "", None, None, 1)
    assert (row.acknowledged_score, row.acknowledged_maximum, row.acknowledged_revision) == (7.5, 10, 1)
    assert (row.acknowledged_attempt, row.acknowledged_at) == (1, NOON + timedelta(seconds=1))
    assert row.stamp == NOON.replace(second=1, microsecond=0)
    request = ScoreRequest.objects.get()
    assert (request.delivery_id, request.revision, request.status, request.outcome) == (row.pk, 1, 200, "delivered")
    assert (request.stamp, request.sent_at) == (row.stamp, NOON + timedelta(seconds=1))
    lane = Lane.objects.get()
    assert (lane.holder, lane.leased_until) == (None, None)


@pytest.mark.parametrize("manner", MANNERS)
def test_what_the_message_says(make_school: Callable[..., School], bells, clock, manner: str) -> None:
    school = make_school(manner)
    assignment = school.assignment()
    school.owe(assignment, "anna", 8)
    school.deliver()
    (message,) = school.platform.posts()
    extension = message.pop(SUBMISSION, None)
    assert message == {
        "userId": "anna",
        "scoreGiven": 8,
        "scoreMaximum": 10,
        "activityProgress": "Completed",
        "gradingProgress": "FullyGraded",
        "timestamp": "2026-03-02T12:00:00.000Z",
        "submission": {"submittedAt": "2026-03-02T12:00:00.300Z"},
    }
    wanted = {
        "new_submission": True,
        "submitted_at": "2026-03-02T12:00:00.300Z",
        "prioritize_non_tool_grade": True,
    }
    assert extension == (wanted if manner == "canvas" else None)
    _, path, headers, _ = school.platform.requests[-1]
    assert headers["Content-Type"] == "application/vnd.ims.lis.v1.score+json"
    assert path == {
        "moodle": "/mod/lti/services.php/2/lineitems/1/lineitem/scores?type_id=3",
    }.get(manner, "/api/lti/courses/2/line_items/1/scores")


def test_the_ledger_has_a_row_for_each_request_and_none_of_them_changes(
    make_school: Callable[..., School], bells, clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticks = count(step=0.25)

    def look() -> float:
        """Every look at either clock comes a quarter of a second after the last."""
        clock.shift(timedelta(seconds=0.25))
        return next(ticks)

    monkeypatch.setattr(sending, "time", SimpleNamespace(monotonic=look))
    school = make_school()
    assignment = school.assignment()
    school.owe(assignment, "anna", 8)
    echo = "Who sent secret-token-1 in here? \0" + "x" * 5000
    school.platform.faults.extend([Fault(500, echo), Fault(drop=True), Fault(409, "[]")])
    written: list[dict[str, object]] = []
    while school.row(assignment, "anna").state != "delivered":
        clock.move_to(max(timezone.now(), school.row(assignment, "anna").next_try_at))
        school.deliver()
        now = list(ScoreRequest.objects.order_by("pk").values())
        assert now[: len(written)] == written
        assert len(now) > len(written)
        written = now
    sent = [(row["outcome"], row["status"], row["score"]) for row in written]
    assert sent == [
        ("platform_error", 500, 8),
        ("unreachable", None, 8),
        ("stale", 409, 8),
        ("result_read", 200, None),
        ("delivered", 200, 8),
    ]
    assert len(written) == sum("/token" not in path for _, path, _, _ in school.platform.requests)
    times = [row["sent_at"] for row in written]
    assert times == sorted(set(times))
    assert NOON < times[0] < NOON + timedelta(seconds=2)
    assert {row["milliseconds"] for row in written} == {250}
    first, *_, last = [row["answer"] for row in written]
    assert first.startswith("Who sent … in here? x")
    assert (len(first), last) == (sending.ANSWER_LENGTH, '{"resultUrl":"x"}')
    assert "secret-token" not in str(written) + str(ScoreDelivery.objects.values())


def test_many_scores_go_out_together_over_few_connections(school: School) -> None:
    assignment = school.assignment()
    grades.record([school.change(assignment, f"learner-{n}", n % 11) for n in range(150)])
    school.platform.latency = 0.01
    school.deliver()
    assert {school.held(assignment, f"learner-{n}") == n % 11 for n in range(150)} == {True}
    assert len(school.platform.accepted) == 150
    assert 2 <= school.platform.most_at_once <= 16
    assert school.platform.connections <= 18
    assert len(school.platform.tokens) == 1
    assert not ScoreDelivery.objects.exclude(state="delivered").exists()


def test_changes_that_come_while_one_waits_are_one_message(school: School, clock) -> None:
    assignment = school.assignment()
    for score in (3, 5, 9):
        school.owe(assignment, "anna", score)
    school.deliver()
    assert [message["scoreGiven"] for message in school.platform.posts()] == [9]
    assert school.row(assignment, "anna").acknowledged_revision == 3


def test_the_same_score_again_wants_nothing(school: School, bells, clock) -> None:
    assignment = school.assignment()
    school.owe(assignment, "anna", 5)
    school.deliver()
    bells.clear()
    row = school.owe(assignment, "anna", "5.00")
    assert (row.state, row.wanted_revision, row.next_try_at, bells) == ("delivered", 1, None, [])
