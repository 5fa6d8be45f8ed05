"""What a great many scores cost: only what is due, by an index; and that everybody gets a turn."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import count
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from coexistence.courses.models import Participant
from lti import columns, figures, grades, outbox, reconcile
from lti.grades import delivery, sweeping
from lti.models import Lane, LtiUser, ScoreDelivery
from lti.pacing import MOST, Pace

from .conftest import School

MANY = 10_000
DUE, CHECK = "lti_scoredelivery_due", "lti_scoredelivery_check"


@contextmanager
def explained() -> Iterator[list[tuple[str, str]]]:
    """Each statement of the block with the plan that the database has for it."""
    found: list[tuple[str, str]] = []
    explain = "EXPLAIN " if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN "

    def first(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        if sql.lstrip().startswith(("SELECT", "WITH", "UPDATE", "INSERT")):
            execute(explain + sql, params, many, context)
            found.append((sql, "\n".join(str(row[-1]) for row in context["cursor"].fetchall())))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(first):
        yield found


def walks(plan: str) -> bool:
    """Whether the plan goes through the outbox as a whole."""
    return any(
        "Seq Scan on lti_scoredelivery" in line
        or (line.startswith(("SCAN d", "SCAN U0", "SCAN lti_scoredelivery")) and "lti_scoredelivery_" not in line)
        for line in plan.splitlines()
    )


@pytest.fixture
def full(school: School, clock: Any) -> School:
    """A school whose outbox holds a great many delivered scores, and a few that are due."""
    assignment = school.assignment()
    line_item = assignment.resource_link.line_item
    people = Participant.objects.bulk_create([Participant(name=f"Learner {n}") for n in range(MANY)])
    users = LtiUser.objects.bulk_create(
        [LtiUser(registration=school.registration, sub=f"old-{n}", participant=p) for n, p in enumerate(people)]
    )
    now = timezone.now()
    ScoreDelivery.objects.bulk_create(
        [
            ScoreDelivery(
                registration=school.registration,
                line_item=line_item,
                user=user,
                state=ScoreDelivery.State.DELIVERED,
                wanted_score=5,
                wanted_maximum=10,
                wanted_at=now,
                submitted_at=now,
                acknowledged_at=now,
                reason="submitted",
            )
            for user in users
        ]
    )
    grades.record([school.change(assignment, f"new-{n}", 5) for n in range(20)])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return school


def test_sweep_and_claim_find_what_is_due_by_its_index(full: School) -> None:
    registration_id = full.registration.pk
    with explained() as sweep:
        sweeping.sweep(now=timezone.now())
        reconcile.sweep(now=timezone.now())
        columns.sweep(now=timezone.now())
    outbox.make_lanes(registration_id=registration_id)
    with explained() as sending:
        lane = outbox.take_lane(registration_id=registration_id, now=timezone.now())
        rows = outbox.claim(registration_id=registration_id, limit=10, now=timezone.now())
    with explained() as watching:
        assert figures.oldest_waiting() is not None
    assert lane is not None
    assert len(rows) == 10
    plans = [*sweep, *sending, *watching]
    assert len(plans) >= 6
    assert [plan for sql, plan in plans if walks(plan)] == []
    for sql, plan in plans:
        if "next_try_at" in sql.partition("WHERE")[2] and "RETURNING" not in sql.partition("WHERE")[0]:
            assert DUE in plan, plan
        if '"check_at" <=' in sql:
            assert CHECK in plan, plan


def test_what_lies_delivered_adds_no_statement_to_the_sweep(full: School) -> None:
    def statements() -> list[str]:
        with explained() as found:
            sweeping.sweep(now=timezone.now())
            reconcile.sweep(now=timezone.now())
        return [sql for sql, _ in found]

    before = statements()
    ScoreDelivery.objects.filter(state=ScoreDelivery.State.DELIVERED).delete()
    assert statements() == before
    assert len(before) <= 5


def test_one_that_has_much_to_send_leaves_the_others_their_turn(
    make_school: Callable[..., School], monkeypatch: pytest.MonkeyPatch, bells: list[tuple[int, datetime]], clock: Any
) -> None:
    """One worker, and bells that are heard in the order in which they were rung."""
    # Time passes with each look at it: a worker makes room after two batches.
    monkeypatch.setattr(delivery, "time", SimpleNamespace(monotonic=count().__next__))
    monkeypatch.setattr(delivery, "LONGEST_RUN", 2)
    monkeypatch.setattr(delivery, "TURN", 2)
    schools = {}
    for size in (400, 60, 60, 60):
        school = make_school()
        assignment = school.assignment()
        changes = [school.change(assignment, f"learner-{n}", 5) for n in range(size)]
        grades.record(changes)
        schools[school.registration.pk] = school
    turns: Counter[int] = Counter()
    ended: list[int] = []
    for _ in range(200):
        if not bells:
            break
        registration_id, _ = bells.pop(0)
        school = schools[registration_id]
        before = len(school.platform.accepted)
        clock.shift(timedelta(milliseconds=10))
        school.deliver()
        assert len(school.platform.accepted) - before <= 25 * MOST
        turns[registration_id] += 1
        left = ScoreDelivery.objects.filter(registration_id=registration_id, next_try_at__isnull=False)
        if registration_id not in ended and not left.exists():
            ended.append(registration_id)
    large, *small = schools
    assert ended == [*small, large]
    assert turns[large] > max(turns[each] for each in small)
    assert not ScoreDelivery.objects.exclude(state=ScoreDelivery.State.DELIVERED).exists()


@pytest.mark.parametrize("others", ["wait", "are served", "rest", "have nothing due"])
def test_it_makes_room_after_a_batch_where_others_wait_and_goes_on_where_none_does(
    make_school: Callable[..., School],
    monkeypatch: pytest.MonkeyPatch,
    bells: list[tuple[int, datetime]],
    clock: Any,
    others: str,
) -> None:
    monkeypatch.setattr(delivery, "TURN", -1)
    monkeypatch.setattr(delivery, "LONGEST_RUN", 1000)
    monkeypatch.setattr(Pace, "batch", 10)
    large, small = make_school(), make_school()
    for school, size in ((large, 45), (small, 1)):
        assignment = school.assignment()
        grades.record([school.change(assignment, f"learner-{n}", 5) for n in range(size)])
    outbox.make_lanes(registration_id=small.registration.pk)
    lanes, soon = Lane.objects.filter(registration=small.registration), timezone.now() + timedelta(seconds=9)
    match others:
        case "are served":
            lanes.update(holder=uuid4(), leased_until=soon)
        case "rest":
            lanes.update(paused_until=soon)
        case "have nothing due":
            ScoreDelivery.objects.filter(registration=small.registration).update(next_try_at=soon)
    bells.clear()
    large.deliver()
    if others == "wait":
        assert len(large.platform.accepted) == 10
        assert bells == [(large.registration.pk, timezone.now())]
        small.deliver()
        assert len(small.platform.accepted) == 1
        large.deliver()
    assert len(large.platform.accepted) == 45
