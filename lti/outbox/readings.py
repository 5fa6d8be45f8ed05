"""What was read back from a gradebook, and what somebody decided about it: written for sets of rows."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import QuerySet

from lti.models import ScoreDelivery, ScoreRequest

from .dialect import after, appended, as_json, db_time, fetch, is_postgres, moment, source, when_left

State = ScoreDelivery.State
STUCK = (State.HELD, State.REFUSED)


@dataclass(frozen=True, slots=True)
class Seen:
    """One row as it was when the gradebook was read (``was``, and the counters), and what it becomes by that.

    ``accepted`` takes what is wanted for acknowledged; ``again`` makes it due, with a new stamp.
    """

    id: int
    was: str
    wanted_revision: int
    stamped_revision: int
    tries: int
    seen_score: float | None
    seen_maximum: float
    state: str
    code: str
    accepted: bool
    again: bool
    insists: bool
    check_at: datetime | None


_SEEN = {
    "id": "bigint",
    "was": "text",
    "wanted_revision": "integer",
    "stamped_revision": "integer",
    "tries": "integer",
    "seen_score": "numeric",
    "seen_maximum": "numeric",
    "state": "text",
    "code": "text",
    "accepted": "boolean",
    "again": "boolean",
    "insists": "boolean",
    "check_at": "timestamptz",
}


def take_check(*, line_item_id: int, until: datetime, now: datetime) -> bool:
    """Make this worker the one that reads the line item back: whoever comes before ``until`` finds nothing to check."""
    due = ScoreDelivery.objects.filter(line_item_id=line_item_id, check_at__lte=now)
    return bool(due.update(check_at=until))


def give_up_check(*, line_item_id: int, again: datetime | None) -> None:
    """Read the line item back some other time, or no more of our own accord."""
    ScoreDelivery.objects.filter(line_item_id=line_item_id, check_at__isnull=False).update(check_at=again)


def ask_check(*, line_item_id: int, now: datetime) -> bool:
    """Make the line item due for reading; whether it has any row to compare with."""
    return bool(ScoreDelivery.objects.filter(line_item_id=line_item_id).update(check_at=now))


def sent_scores(delivery_ids: Collection[int]) -> dict[int, list[tuple[Decimal, Decimal]]]:
    """Every score that was ever sent for these rows, whatever came of it. One query."""
    found: dict[int, list[tuple[Decimal, Decimal]]] = {}
    rows = ScoreRequest.objects.filter(delivery__in=delivery_ids, score__isnull=False, maximum__isnull=False)
    for delivery_id, score, maximum in rows.values_list("delivery_id", "score", "maximum").distinct():
        assert score is not None
        assert maximum is not None
        found.setdefault(delivery_id, []).append((score, maximum))
    return found


def see(rows: Sequence[Seen], *, now: datetime) -> list[datetime]:
    """Write what was seen, for rows that nobody has touched since they were compared; when those to be sent are due.

    At most 100 rows; two statements on SQLite, one on PostgreSQL.
    """
    now_sql, nothing = ("%s::timestamptz", "'[]'::jsonb") if is_postgres() else ("%s", "'[]'")
    again = after("d.stamp", least=now_sql)
    # What is about to be overwritten has been found to be ours.
    sent = appended("d.sent", "v.seen_score", "v.seen_maximum")
    untouched = """d.claim IS NULL AND d.state = v.was AND d.wanted_revision = v.wanted_revision
        AND d.stamped_revision = v.stamped_revision AND d.tries = v.tries"""
    update = f"""
        UPDATE lti_scoredelivery AS d SET
            seen_score = v.seen_score, seen_maximum = v.seen_maximum, seen_at = {now_sql},
            state = v.state, code = v.code, insists = v.insists, check_at = v.check_at,
            next_try_at = CASE WHEN v.again THEN {again} WHEN v.state = d.state THEN d.next_try_at END,
            sendable_at = CASE WHEN v.again THEN {now_sql} WHEN v.state = d.state THEN d.sendable_at END,
            stamped_revision = CASE WHEN v.again THEN 0 ELSE d.stamped_revision END,
            restamps = CASE WHEN v.again THEN d.restamps + 1 ELSE d.restamps END,
            tries = CASE WHEN v.again THEN 0 ELSE d.tries END,
            sent = CASE WHEN v.accepted THEN {nothing} WHEN v.again AND v.seen_score IS NOT NULL THEN {sent}
                ELSE d.sent END,
            acknowledged_score = CASE WHEN v.accepted THEN d.wanted_score ELSE d.acknowledged_score END,
            acknowledged_maximum = CASE WHEN v.accepted THEN d.wanted_maximum ELSE d.acknowledged_maximum END,
            acknowledged_revision = CASE WHEN v.accepted THEN d.wanted_revision ELSE d.acknowledged_revision END,
            acknowledged_attempt = CASE WHEN v.accepted AND d.attempt_number > d.acknowledged_attempt
                THEN d.attempt_number ELSE d.acknowledged_attempt END,
            acknowledged_at = CASE WHEN v.accepted THEN {now_sql} ELSE d.acknowledged_at END
    """  # noqa: S608
    at = db_time(now)
    if is_postgres():
        sql = f"""
            WITH v AS MATERIALIZED (SELECT * FROM {source("v", _SEEN)}),
            locked AS MATERIALIZED (
                SELECT x.id FROM lti_scoredelivery AS x WHERE x.id IN (SELECT id FROM v)
                ORDER BY x.line_item_id, x.user_id FOR UPDATE)
            {update} FROM v, locked WHERE d.id = v.id AND d.id = locked.id AND {untouched}
            RETURNING CASE WHEN v.again THEN d.next_try_at END
        """  # noqa: S608
        found = fetch(sql, [as_json(rows), at, at, at, at])
    else:
        sql = f"{update} FROM {source('v', _SEEN)} WHERE d.id = v.id AND {untouched} RETURNING next_try_at, state"
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, [at, at, at, at, as_json(rows)])
            found = [(due,) for due, state in cursor.fetchall() if state == State.WAITING]
    return [moment(due) for (due,) in found if due is not None]


def _again(rows: QuerySet[ScoreDelivery], *, now: datetime, insists: bool) -> list[int]:
    """Make these rows due with a new stamp; the registrations that have any."""
    rows = rows.filter(claim=None).exclude(line_item__url="")
    registrations = list(rows.values_list("registration_id", flat=True).distinct())
    rows.update(
        state=State.WAITING,
        code="",
        sendable_at=now,
        next_try_at=when_left(now),
        stamped_revision=0,
        restamps=0,
        tries=0,
        insists=insists,
    )
    return registrations


def resend(rows: QuerySet[ScoreDelivery], *, now: datetime) -> list[int]:
    """Try those of the rows again that were held or refused; the registrations that have any."""
    return _again(rows.filter(state__in=STUCK), now=now, insists=False)


def send_anew(*, line_item_id: int, now: datetime) -> list[int]:
    """Send what a former column had to the new one of this line item; the registrations that have any."""
    return _again(
        ScoreDelivery.objects.filter(line_item_id=line_item_id, state=State.DELIVERED), now=now, insists=False
    )


def insist(rows: QuerySet[ScoreDelivery], *, now: datetime) -> list[int]:
    """Send ours in place of what a teacher has entered; the registrations that have any such row."""
    return _again(rows.filter(state=State.SUPERSEDED), now=now, insists=True)


def yield_to_teacher(rows: QuerySet[ScoreDelivery]) -> int:
    """Leave what a teacher has entered, and say no more about it; how many rows that was."""
    return rows.filter(state=State.SUPERSEDED, claim=None).update(code="kept_theirs", next_try_at=None, insists=False)
