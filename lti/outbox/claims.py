"""Claims: rows taken for sending, and what becomes of them, only ever written under the claim's own token."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection, transaction

from lti.models import ScoreDelivery
from lti.pacing import Pace

from .dialect import (
    STAMPABLE,
    after,
    appended,
    as_json,
    db_time,
    db_uuid,
    fetch,
    is_postgres,
    later_of,
    moment,
    source,
    whole_second,
)
from .lanes import LANE_LEASE, HeldLane

#: SQLite has one writer at a time, for whom all others wait.
MOST_ON_SQLITE = 100
#: How long claimed rows belong to their claim: a request that begins in time, one after it, and a second to write.
CLAIM_LEASE = timedelta(seconds=3 * settings.LTI_REQUEST_SECONDS + 1)
#: How long after a score was acknowledged the gradebook is read back for the first time.
FIRST_CHECK = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Settled:
    """What becomes of one claimed row; the names are those of ``ScoreDelivery``."""

    id: int
    revision: int
    score: float
    maximum: float
    attempt_number: int
    state: str
    code: str
    answer: str
    sendable_at: datetime | None
    next_try_at: datetime | None
    tries: int
    not_before: datetime | None = None
    restamp: bool = False
    accepted: bool = False
    seen: bool = False
    seen_score: float | None = None
    seen_maximum: float | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """One request that was sent for a row; the names are those of ``ScoreRequest``."""

    delivery_id: int
    revision: int
    stamp: datetime
    sent_at: datetime
    milliseconds: int
    status: int | None
    outcome: str
    answer: str
    score: float | None = None
    maximum: float | None = None


def claim(*, registration_id: int, limit: int, now: datetime) -> list[ScoreDelivery]:
    """Claim due rows, longest waiting first. Reads what is wanted now and commits revision and stamp (G2).

    What is about to be sent is committed as well: whatever becomes of the sender, it is known for ours.

    The rows carry ``line_item_url``, ``sub`` and ``withheld`` (whether their column's scores are kept back now) besides
    their own columns, and all of them ``others_wait``: whether another registration waits for a worker. PostgreSQL does
    not look where fewer than ``limit`` are due, since then this one is done anyway.

    A row whose claim ran out is due again by itself: its next try was set to that moment.
    """
    lock = "FOR UPDATE SKIP LOCKED" if is_postgres() else ""
    limit = limit if is_postgres() else min(limit, MOST_ON_SQLITE)
    until = now + CLAIM_LEASE
    sent = appended("sent", "wanted_score", "wanted_maximum")
    is_full = "(SELECT count(*) FROM due) >= %s AND" if is_postgres() else ""
    sql = f"""
        WITH due AS {"MATERIALIZED" if is_postgres() else ""} (
            SELECT d.id FROM lti_scoredelivery AS d
            WHERE d.registration_id = %s AND d.next_try_at <= %s AND {STAMPABLE}
            ORDER BY d.next_try_at LIMIT %s {lock})
        UPDATE lti_scoredelivery SET state = 'sending', claim = %s, claimed_until = %s, next_try_at = %s,
            tries = tries + 1,
            stamp = CASE WHEN stamped_revision = wanted_revision THEN stamp ELSE %s END,
            stamped_revision = wanted_revision,
            sent = CASE WHEN stamped_revision = wanted_revision THEN sent ELSE {sent} END,
            submission_revision = CASE WHEN submission_revision = 0 THEN wanted_revision ELSE submission_revision END
        WHERE id IN (SELECT id FROM due)
        RETURNING *,
            (SELECT i.url FROM lti_lineitem AS i WHERE i.id = line_item_id) AS line_item_url,
            (SELECT i.withheld AND (i.withheld_until IS NULL OR i.withheld_until > %s)
                FROM lti_lineitem AS i WHERE i.id = line_item_id) AS withheld,
            (SELECT u.sub FROM lti_ltiuser AS u WHERE u.id = user_id) AS sub,
            {is_full} {_OTHERS_WAIT} AS others_wait
    """  # noqa: S608
    second, at = db_time(whole_second(now)), db_time(now)
    params = [
        registration_id,
        at,
        second,
        limit,
        db_uuid(uuid4()),
        db_time(until),
        db_time(until),
        second,
        at,
        *([limit] if is_full else []),
        registration_id,
        at,
        at,
        at,
    ]
    return list(ScoreDelivery.objects.raw(sql, params))


_OTHERS_WAIT = """EXISTS (
    SELECT 1 FROM lti_registration AS r WHERE r.active AND r.id <> %s
    AND EXISTS (SELECT 1 FROM lti_scoredelivery AS o WHERE o.registration_id = r.id AND o.next_try_at <= %s)
    AND NOT EXISTS (SELECT 1 FROM lti_lane AS l
        WHERE l.registration_id = r.id AND (l.leased_until >= %s OR l.paused_until > %s)))"""
_SETTLED = {
    "id": "bigint",
    "revision": "integer",
    "score": "numeric",
    "maximum": "numeric",
    "attempt_number": "integer",
    "state": "text",
    "code": "text",
    "answer": "text",
    "sendable_at": "timestamptz",
    "next_try_at": "timestamptz",
    "tries": "integer",
    "not_before": "timestamptz",
    "restamp": "boolean",
    "accepted": "boolean",
    "seen": "boolean",
    "seen_score": "numeric",
    "seen_maximum": "numeric",
}
_SENT = {
    "delivery_id": "bigint",
    "revision": "integer",
    "stamp": "timestamptz",
    "sent_at": "timestamptz",
    "milliseconds": "integer",
    "status": "integer",
    "outcome": "text",
    "answer": "text",
    "score": "numeric",
    "maximum": "numeric",
}


def finish(
    settled: Sequence[Settled],
    sent: Sequence[Sent],
    *,
    claim: UUID,
    lane: HeldLane,
    pace: Pace,
    release: bool,
    now: datetime,
) -> datetime | None:
    """Write what became of a claim: the requests, the rows as far as they still belong to it, and the lane's pace.

    A row whose wish changed meanwhile is due again at once, whatever became of the old one. Gives up the lane with
    ``release``, else keeps it longer. Returns when the first of the rows is due again, if any is.
    """
    kept = (None, None) if release else (db_uuid(lane.holder), db_time(now + LANE_LEASE))
    lane_params = [*kept, pace.concurrency, pace.failures, db_time(pace.paused_until), lane.id, db_uuid(lane.holder)]
    at, mine = db_time(now), db_uuid(claim)
    write_params = [at, at, at, db_time(now + FIRST_CHECK)]
    if is_postgres():
        sql = f"""
            WITH v AS MATERIALIZED (SELECT * FROM {source("v", _SETTLED)}),
            locked AS MATERIALIZED (
                SELECT x.id FROM lti_scoredelivery AS x WHERE x.id IN (SELECT id FROM v) AND x.claim = %s
                ORDER BY x.line_item_id, x.user_id FOR UPDATE),
            logged AS ({_LOG.format(source=source("r", _SENT))}),
            lane AS ({_LANE}),
            done AS ({_write()} FROM v, locked WHERE d.id = v.id AND d.id = locked.id RETURNING d.next_try_at)
            SELECT min(next_try_at) FROM done
        """  # noqa: S608
        due: datetime | None = fetch(sql, [as_json(settled), mine, as_json(sent), *lane_params, *write_params])[0][0]
        return due
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_LOG.format(source=source("r", _SENT)), [as_json(sent)])
        cursor.execute(_LANE, lane_params)
        sql = f"{_write()} FROM {source('v', _SETTLED)} WHERE d.id = v.id AND d.claim = %s RETURNING next_try_at"
        cursor.execute(sql, [*write_params, as_json(settled), mine])
        return min((moment(row[0]) for row in cursor.fetchall() if row[0] is not None), default=None)


_LOG = """
    INSERT INTO lti_scorerequest
        (delivery_id, revision, score, maximum, stamp, sent_at, milliseconds, status, outcome, answer)
    SELECT r.delivery_id, r.revision, r.score, r.maximum, r.stamp, r.sent_at, r.milliseconds, r.status, r.outcome,
        r.answer
    FROM {source} WHERE EXISTS (SELECT 1 FROM lti_scoredelivery AS x WHERE x.id = r.delivery_id) ORDER BY r.sent_at
"""
_LANE = """
    UPDATE lti_lane SET holder = %s, leased_until = %s, concurrency = %s, failures = %s, paused_until = %s
    WHERE id = %s AND holder = %s
"""


def _write() -> str:
    """The UPDATE of claimed rows ``d`` from settled ones ``v``, up to its FROM.

    Takes the moment three times, and that of the first check.
    """
    moved = "d.wanted_revision <> v.revision"
    now, nothing = ("%s::timestamptz", "'[]'::jsonb") if is_postgres() else ("%s", "'[]'")
    again = later_of(after("d.stamp", least=now), "v.not_before")
    return f"""
        UPDATE lti_scoredelivery AS d SET claim = NULL, claimed_until = NULL, answer = v.answer,
            state = CASE WHEN {moved} THEN 'waiting' ELSE v.state END,
            code = CASE WHEN {moved} THEN '' ELSE v.code END,
            next_try_at = CASE WHEN {moved} THEN {again} ELSE v.next_try_at END,
            not_before = v.not_before,
            sendable_at = CASE WHEN {moved} THEN d.sendable_at ELSE v.sendable_at END,
            tries = CASE WHEN {moved} THEN 0 ELSE v.tries END,
            stamped_revision = CASE WHEN v.restamp THEN 0 ELSE d.stamped_revision END,
            restamps = CASE WHEN {moved} THEN 0 WHEN v.restamp THEN d.restamps + 1 ELSE d.restamps END,
            sent = CASE WHEN v.accepted THEN {nothing} ELSE d.sent END,
            acknowledged_score = CASE WHEN v.accepted THEN v.score ELSE d.acknowledged_score END,
            acknowledged_maximum = CASE WHEN v.accepted THEN v.maximum ELSE d.acknowledged_maximum END,
            acknowledged_revision = CASE WHEN v.accepted THEN v.revision ELSE d.acknowledged_revision END,
            acknowledged_attempt = CASE WHEN v.accepted AND v.attempt_number > d.acknowledged_attempt
                THEN v.attempt_number ELSE d.acknowledged_attempt END,
            acknowledged_at = CASE WHEN v.accepted THEN {now} ELSE d.acknowledged_at END,
            seen_score = CASE WHEN v.seen THEN v.seen_score ELSE d.seen_score END,
            seen_maximum = CASE WHEN v.seen THEN v.seen_maximum ELSE d.seen_maximum END,
            seen_at = CASE WHEN v.seen THEN {now} ELSE d.seen_at END,
            check_at = CASE WHEN v.accepted THEN {now} ELSE d.check_at END
    """  # noqa: S608
