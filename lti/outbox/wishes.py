"""What is owed: a row for each learner and column, changed in the transaction that changes the score."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lti.models import ScoreDelivery

from .dialect import after, as_json, db_time, fetch, is_postgres, later_of, moment, source, when_left


@dataclass(frozen=True, slots=True)
class Wanted:
    """One row to be owed: a learner's score in a column. ``due_at`` is empty where somebody must do something first.

    ``code`` says why it is not due at once.
    """

    registration_id: int
    line_item_id: int
    user_id: int
    due_at: datetime | None
    code: str
    score: float
    maximum: float
    attempt_number: int
    submitted_at: datetime
    reason: str


_WANTED = {
    "registration_id": "bigint",
    "line_item_id": "bigint",
    "user_id": "bigint",
    "due_at": "timestamptz",
    "code": "text",
    "score": "numeric",
    "maximum": "numeric",
    "attempt_number": "integer",
    "submitted_at": "timestamptz",
    "reason": "text",
}


def want(
    rows: Sequence[Wanted], *, now: datetime, settled_before: datetime | None = None
) -> list[tuple[int, datetime]]:
    """Make these rows owed, in one statement; those that want nothing new stay untouched.

    Returns (registration, when to send) for each row that became due. With ``settled_before`` a row whose wish is
    younger than that stays as well: whoever compares old readings must not undo a change that came meanwhile.
    """
    # An instructor who wants ours in place of a teacher's grade wants so until it is there, and not for ever.
    guard = "" if settled_before is None else " AND d.wanted_at < %s"
    now_sql, empty = ("%s::timestamptz", "'[]'::jsonb") if is_postgres() else ("%s", "'[]'")
    sql = f"""
        INSERT INTO lti_scoredelivery AS d (
            registration_id, line_item_id, user_id, state, wanted_score, wanted_maximum, wanted_revision, wanted_at,
            attempt_number, submitted_at, reason, stamped_revision, restamps, submission_revision, tries, code, answer,
            sent, acknowledged_revision, acknowledged_attempt, insists, sendable_at, next_try_at)
        SELECT w.registration_id, w.line_item_id, w.user_id, 'waiting', w.score, w.maximum, 1, {now_sql},
            w.attempt_number, w.submitted_at, w.reason, 0, 0, 0, 0, w.code, '',
            {empty}, 0, 0, false, w.due_at, w.due_at
        FROM {source("w", _WANTED)} WHERE true ORDER BY w.line_item_id, w.user_id
        ON CONFLICT (line_item_id, user_id) DO UPDATE SET
            state = CASE WHEN d.claim IS NULL THEN 'waiting' ELSE d.state END,
            wanted_score = excluded.wanted_score, wanted_maximum = excluded.wanted_maximum,
            wanted_revision = d.wanted_revision + 1, wanted_at = excluded.wanted_at,
            submission_revision = CASE WHEN excluded.attempt_number > d.attempt_number THEN 0
                ELSE d.submission_revision END,
            attempt_number = excluded.attempt_number, submitted_at = excluded.submitted_at, reason = excluded.reason,
            restamps = 0, tries = 0,
            insists = d.insists AND d.state <> 'delivered',
            code = CASE WHEN d.claim IS NULL THEN excluded.code ELSE d.code END,
            sendable_at = excluded.sendable_at,
            next_try_at = CASE WHEN d.claim IS NOT NULL THEN d.next_try_at
                WHEN excluded.next_try_at IS NULL THEN NULL
                ELSE {later_of(after("d.stamp", least="excluded.next_try_at"), "d.not_before")} END
        WHERE (d.wanted_score <> excluded.wanted_score OR d.wanted_maximum <> excluded.wanted_maximum
            OR d.attempt_number <> excluded.attempt_number OR d.submitted_at <> excluded.submitted_at){guard}
        RETURNING registration_id, claim, next_try_at
    """  # noqa: S608
    params = [db_time(now), as_json(rows), *([] if settled_before is None else [db_time(settled_before)])]
    found = fetch(sql, params)
    return [(int(registration), moment(at)) for registration, claim, at in found if claim is None and at is not None]


def release_waiting(*, line_item_id: int, codes: Sequence[str], now: datetime) -> bool:
    """Make the rows of a line item due that were kept for one of these reasons; whether there were any."""
    kept = ScoreDelivery.objects.filter(line_item_id=line_item_id, claim=None, code__in=codes)
    return bool(
        kept.update(state=ScoreDelivery.State.WAITING, code="", tries=0, sendable_at=now, next_try_at=when_left(now))
    )


def set_aside(*, line_item_id: int, code: str) -> None:
    """Hold what has not arrived of a line item, and read nothing of it back; one that is being sent goes out."""
    rows = ScoreDelivery.objects.filter(line_item_id=line_item_id)
    arrived = (ScoreDelivery.State.DELIVERED, ScoreDelivery.State.SUPERSEDED)
    unarrived = rows.filter(claim=None).exclude(state__in=arrived)
    unarrived.update(state=ScoreDelivery.State.HELD, code=code, sendable_at=None, next_try_at=None)
    rows.update(check_at=None)


def keep_waiting(*, line_item_id: int, code: str, until: datetime | None) -> None:
    """Keep the rows of a line item that are on their way, for this reason; one that is being sent goes out."""
    rows = ScoreDelivery.objects.filter(line_item_id=line_item_id, claim=None, state=ScoreDelivery.State.WAITING)
    rows.exclude(code__in=("no_column", "line_item_gone")).update(
        code=code, sendable_at=until, next_try_at=until and when_left(until)
    )
