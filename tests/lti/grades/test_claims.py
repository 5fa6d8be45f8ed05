"""Claims, lanes, stamps and fences: what holds when several workers are at it, or one of them stalls or dies."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db import connection, connections, transaction
from django.db.models import Max
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lti import grades, outbox
from lti.grades import delivery
from lti.models import Lane, ScoreDelivery, ScoreRequest
from lti.outbox import dialect

from .conftest import NOON, School
from .platform import Fault

BOOKKEEPING = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "PRAGMA")


@contextmanager
def statements() -> Iterator[list[str]]:
    """The SQL statements of the block, without those that only begin and end transactions."""
    found: list[str] = []
    with CaptureQueriesContext(connection) as captured:
        yield found
    found += [q["sql"] for q in captured.captured_queries if not q["sql"].lstrip().upper().startswith(BOOKKEEPING)]


def in_thread(work: Any) -> threading.Thread:
    """Run ``work`` in a thread whose database connection ends with it."""

    def run() -> None:
        try:
            work()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


# --- What it costs --------------------------------------------------------------------------------------------------


def test_statements_of_a_batch(school: School, clock) -> None:
    assignment = school.assignment()
    school.owe(assignment, "anna", 5)
    school.deliver()  # makes the lane and fetches the token
    clock.shift(timedelta(seconds=2))
    Lane.objects.update(concurrency=16)

    school.owe(assignment, "anna", 6)
    with statements() as for_one:
        school.deliver()
    assert school.held(assignment, "anna") == 6
    # Take the lane, claim, write what became of it and let go of the lane, look once more.
    assert len(for_one) == (4 if connection.vendor == "postgresql" else 6)
    of_the_batch = [sql for sql in for_one if "lti_lane AS l SET" not in sql]
    assert len(of_the_batch) <= 4

    grades.record([school.change(assignment, f"learner-{n}", 5) for n in range(99)])
    with statements() as for_many:
        school.deliver()
    assert len(for_many) == len(for_one)
    assert ScoreDelivery.objects.filter(state="delivered").count() == 100


def test_statements_of_writing_down(school: School, clock) -> None:
    assignment = school.assignment()
    changes = [school.change(assignment, f"learner-{n}", 5) for n in range(250)]
    with statements() as for_one:
        grades.record(changes[:1])
    with statements() as for_hundred:
        grades.record(changes[:100])
    with statements() as for_all:
        grades.record(changes)
    assert (len(for_one), len(for_hundred), len(for_all)) == (3, 3, 9)
    assert ScoreDelivery.objects.count() == 250


def test_nothing_due_costs_one_look(school: School, clock) -> None:
    school.owe(school.assignment(), "anna", 5)
    school.deliver()
    with statements() as found:
        school.deliver()
    assert len(found) <= 3


def test_a_bell_that_outlives_its_registration(school: School) -> None:
    grades.deliver(registration_id=school.registration.pk + 1)
    assert not Lane.objects.exists()


def test_what_is_due_is_found_by_its_index(school: School) -> None:
    assignment = school.assignment()
    grades.record([school.change(assignment, f"learner-{n}", 5) for n in range(100)])
    ScoreDelivery.objects.update(next_try_at=None)
    sql = "SELECT 1 FROM lti_scoredelivery AS d WHERE d.registration_id = %s AND d.next_try_at <= %s"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ANALYZE lti_scoredelivery")
            cursor.execute("SET enable_seqscan = off")
        plan = "EXPLAIN " if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN "
        cursor.execute(plan + sql, [school.registration.pk, dialect.db_time(timezone.now())])
        text = str(cursor.fetchall())
        if connection.vendor == "postgresql":
            cursor.execute("SET enable_seqscan = on")
    assert "lti_scoredelivery_due" in text


# --- G2: stamps -----------------------------------------------------------------------------------------------------


def test_a_retry_keeps_its_stamp_and_a_newer_score_gets_a_later_one(school: School, clock) -> None:
    assignment = school.assignment()
    school.owe(assignment, "anna", 5)
    school.platform.faults.append(Fault(500))
    school.deliver()
    clock.shift(timedelta(seconds=5))
    school.deliver()
    school.owe(assignment, "anna", 6)
    school.deliver()
    assert [message["timestamp"] for message in school.platform.posts()] == [
        "2026-03-02T12:00:00.000Z",
        "2026-03-02T12:00:00.000Z",
        "2026-03-02T12:00:05.000Z",
    ]


def test_two_scores_in_one_second_are_a_second_apart(school: School, bells, clock) -> None:
    assignment = school.assignment()
    school.owe(assignment, "anna", 5)
    school.deliver()
    bells.clear()
    row = school.owe(assignment, "anna", 6)
    second = NOON.replace(microsecond=0) + timedelta(seconds=1)
    assert (row.next_try_at, bells) == (second, [(school.registration.pk, second)])
    school.deliver()
    assert school.held(assignment, "anna") == 5
    clock.move_to(second)
    school.deliver()
    assert school.held(assignment, "anna") == 6


def test_the_bell_rings_again_for_those_who_have_to_wait_a_second(school: School, bells, clock) -> None:
    assignment = school.assignment()
    school.owe(assignment, "u1", 5)
    school.deliver()
    bells.clear()
    with transaction.atomic():
        grades.record([school.change(assignment, "u1", 6, attempt=2), school.change(assignment, "u2", 7)])
    waiting, free = school.row(assignment, "u1"), school.row(assignment, "u2")
    assert waiting.next_try_at > free.next_try_at
    assert bells == [(school.registration.pk, free.next_try_at), (school.registration.pk, waiting.next_try_at)]


def test_a_stamp_ahead_of_a_clock_that_was_put_back_is_waited_for(school: School, clock) -> None:
    assignment = school.assignment()
    school.owe(assignment, "anna", 5)
    school.deliver()
    ScoreDelivery.objects.update(stamp=NOON.replace(microsecond=0) + timedelta(minutes=10))
    row = school.owe(assignment, "anna", 6)
    assert row.next_try_at == NOON.replace(microsecond=0) + timedelta(minutes=10, seconds=1)
    # Also where somebody asks for it earlier.
    ScoreDelivery.objects.update(next_try_at=NOON)
    school.deliver()
    assert school.held(assignment, "anna") == 5
    clock.shift(timedelta(minutes=10, seconds=1))
    school.deliver()
    assert school.held(assignment, "anna") == 6
    assert school.platform.posts()[-1]["timestamp"] == "2026-03-02T12:10:01.000Z"


# --- Crashes and stalls ---------------------------------------------------------------------------------------------


def test_a_worker_that_dies_after_claiming_leaves_a_row_that_comes_back(school: School, clock) -> None:
    assignment = school.assignment()
    school.owe(assignment, "anna", 5)
    outbox.make_lanes(registration_id=school.registration.pk)
    assert outbox.take_lane(registration_id=school.registration.pk, now=timezone.now())
    (row,) = outbox.claim(registration_id=school.registration.pk, limit=10, now=timezone.now())
    assert (row.state, row.stamp) == ("sending", NOON.replace(microsecond=0))

    clock.shift(outbox.CLAIM_LEASE)
    school.deliver()
    assert school.platform.posts() == []  # the lane is still the dead one's
    clock.shift(outbox.LANE_LEASE - outbox.CLAIM_LEASE + timedelta(seconds=1))
    school.deliver()
    assert school.held(assignment, "anna") == 5
    # The same message again: whatever the dead one sent is the same score under the same stamp.
    assert school.platform.posts()[0]["timestamp"] == "2026-03-02T12:00:00.000Z"


def test_a_stalled_worker_writes_nothing_over_its_successor(school: School, clock) -> None:
    assignment = school.assignment()
    school.owe(assignment, "anna", 5)
    outbox.make_lanes(registration_id=school.registration.pk)
    stalled_lane = outbox.take_lane(registration_id=school.registration.pk, now=timezone.now())
    assert stalled_lane is not None
    (stalled,) = outbox.claim(registration_id=school.registration.pk, limit=10, now=timezone.now())
    assert stalled.claim is not None

    clock.shift(timedelta(minutes=1))
    school.owe(assignment, "anna", 9)
    school.deliver()
    delivered = school.row(assignment, "anna")
    assert (delivered.state, delivered.acknowledged_score) == ("delivered", 9)
    lane = Lane.objects.get()

    outbox.finish(
        [
            outbox.Settled(
                id=stalled.pk,
                revision=stalled.wanted_revision,
                score=5.0,
                maximum=10.0,
                attempt_number=1,
                state="delivered",
                code="",
                answer="late",
                sendable_at=None,
                next_try_at=None,
                tries=1,
                accepted=True,
            )
        ],
        [outbox.Sent(stalled.pk, 1, NOON, NOON, 5, 200, "delivered", "late")],
        claim=stalled.claim,
        lane=stalled_lane,
        pace=stalled_lane.pace,
        release=True,
        now=timezone.now(),
    )
    after = school.row(assignment, "anna")
    assert after.__dict__ | {"_state": None} == delivered.__dict__ | {"_state": None}
    after_lane = Lane.objects.get()
    assert (after_lane.holder, after_lane.concurrency) == (lane.holder, lane.concurrency)
    # What it sent is on record all the same.
    assert ScoreRequest.objects.filter(answer="late").count() == 1


def test_a_score_that_changes_while_it_is_sent_is_sent_again(school: School, clock, monkeypatch) -> None:
    assignment = school.assignment()
    school.owe(assignment, "anna", 5)
    post = delivery._post

    def change(row: ScoreDelivery, *rest: Any) -> Any:
        if row.wanted_revision == 1:
            changed = school.owe(assignment, "anna", 9)
            assert (changed.state, changed.wanted_revision, changed.stamped_revision) == ("sending", 2, 1)
        return post(row, *rest)

    monkeypatch.setattr(delivery, "_post", change)
    school.deliver()
    clock.shift(timedelta(seconds=1))
    school.deliver()
    assert [message["scoreGiven"] for _, message in school.platform.accepted] == [5, 9]
    row = school.row(assignment, "anna")
    assert (row.state, row.claim, row.acknowledged_score, row.acknowledged_revision) == ("delivered", None, 9, 2)


def test_two_workers_at_once_send_everything_once(make_school, bells, settings) -> None:
    for lanes in (1, 3):
        settings.LTI_LANES = lanes
        school = make_school()
        assignment = school.assignment()
        grades.record([school.change(assignment, f"learner-{n}", 5) for n in range(120)])
        school.platform.latency = 0.005
        workers = [in_thread(school.deliver) for _ in range(4)]
        for worker in workers:
            worker.join()
        # A worker that found the lane taken has gone; whoever held it has looked once more.
        assert sorted(message["userId"] for message in school.platform.posts()) == sorted(
            f"learner-{n}" for n in range(120)
        )
        assert Lane.objects.filter(registration=school.registration).count() == lanes
        assert not Lane.objects.exclude(holder=None).exists()


def test_the_stamp_is_in_the_database_before_anything_is_sent(school: School, clock, monkeypatch) -> None:
    assignment = school.assignment()
    school.owe(assignment, "anna", 5)
    seen: list[Any] = []
    post = delivery._post

    def look(row: ScoreDelivery, *rest: Any) -> Any:
        def read() -> None:
            seen.append(ScoreDelivery.objects.values_list("stamp", "stamped_revision", "state").get())

        in_thread(read).join()
        return post(row, *rest)

    monkeypatch.setattr(delivery, "_post", look)
    school.deliver()
    assert seen == [(NOON.replace(microsecond=0), 1, "sending")]


def test_an_inactive_registration_is_left_alone(school: School, clock) -> None:
    school.owe(school.assignment(), "anna", 5)
    school.registration.active = False
    school.registration.save()
    school.deliver()
    assert school.platform.posts() == []


def test_a_slow_platform_gives_rows_back_unsent(school: School, monkeypatch) -> None:
    from lti import sending

    monkeypatch.setattr(sending, "LATEST_START", -1.0)
    assignment = school.assignment()
    school.owe(assignment, "anna", 5)
    rows = outbox.claim(registration_id=school.registration.pk, limit=1, now=timezone.now())
    outcomes = sending.send(
        rows,
        post=delivery._post,
        token=None,
        pool=None,
        platform=None,
        concurrency=1,  # type: ignore[arg-type]
    )
    assert [(outcome.verdict, outcome.requests) for outcome in outcomes] == [(None, ())]
    assert ScoreDelivery.objects.aggregate(most=Max("tries"))["most"] == 1
