"""Sending a claimed batch with bounded concurrency. The threads do HTTP and nothing else: no database, no settings."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils import timezone

from . import answers
from .answers import Kind, Verdict
from .models import ScoreDelivery
from .outbox import CLAIM_LEASE, Sent
from .pacing import MOST
from .platforms import Platform
from .protocol import http, services
from .protocol.tokens import RESULT_READONLY, Token
from .settlement import Outcome, found_before, needs_look

#: Seconds for one request, all told.
DEADLINE = float(settings.LTI_REQUEST_SECONDS)
#: A row may need two requests; none is begun whose claim might run out before they end.
LATEST_START = CLAIM_LEASE.total_seconds() - 2 * DEADLINE - 1.0
ANSWER_LENGTH = 500

#: Posts a row's message, with the comment that it is to repeat.
Post = Callable[[ScoreDelivery, str, Token, http.Pool, Platform], http.Reply]


class Fuse:
    """Blows when so many requests in a row have met a platform in trouble, or when one was throttled."""

    def __init__(self, bears: int) -> None:
        self._bears = bears
        self._met = 0
        self.blown = False

    def feel(self, verdict: Verdict | None) -> None:
        """Take note of an answer. Threads may do so at once: a count that is off by one does no harm."""
        if verdict is None:
            return
        self._met = self._met + 1 if verdict.outage else 0
        self.blown = self.blown or verdict.throttled or self._met >= self._bears


@lru_cache(maxsize=64)
def pool_of(registration_id: int) -> http.Pool:
    """The connections to one platform, kept by this process between batches."""
    return http.Pool(connections=MOST)


def message(row: ScoreDelivery, platform: Platform, *, comment: str = "") -> dict[str, Any]:
    """The score as AGS 2.0 section 3.4 wants it.

    Always final and complete: Canvas and Moodle take anything less as the wish to clear the grade (G3). ``comment`` is
    what stands beside it in the gradebook, where it would be lost otherwise.
    """
    assert row.stamp is not None
    is_new = row.submission_revision == row.wanted_revision and row.acknowledged_attempt < row.attempt_number
    return {
        "userId": row.sub,  # type: ignore[attr-defined]
        "scoreGiven": _number(row.wanted_score),
        "scoreMaximum": _number(row.wanted_maximum),
        "activityProgress": "Completed",
        "gradingProgress": "FullyGraded",
        "timestamp": _iso(row.stamp),
        "submission": {"submittedAt": _iso(row.submitted_at)},
        **({"comment": comment} if comment and platform.blanks_comments else {}),
        **platform.score_submission(row.submitted_at, is_new, row.insists),
    }


def send(
    rows: Sequence[ScoreDelivery], *, post: Post, token: Token, pool: http.Pool, platform: Platform, concurrency: int
) -> list[Outcome]:
    """Send each row's message with ``post`` and find out what its answer means; the outcomes in the order of rows.

    Where the platform turns out to be away, or wants to be left alone, the rest is given back unsent.
    """
    began = time.monotonic()
    fuse = Fuse(max(2, concurrency))

    def one(row: ScoreDelivery) -> Outcome:
        if fuse.blown or time.monotonic() - began > LATEST_START:
            return Outcome(row, None, None, ())
        if not row.line_item_url:  # type: ignore[attr-defined]
            return Outcome(row, Verdict(Kind.HELD, "no_column"), None, ())
        if row.withheld:  # type: ignore[attr-defined]
            return Outcome(row, Verdict(Kind.HELD, "withheld"), None, ())
        outcome = _exchange(row, post, token, pool, platform)
        fuse.feel(outcome.verdict)
        return outcome

    if len(rows) == 1 or concurrency == 1:
        return [one(row) for row in rows]
    with ThreadPoolExecutor(max_workers=min(concurrency, len(rows)), thread_name_prefix="scores") as threads:
        return list(threads.map(one, rows))


def _exchange(row: ScoreDelivery, post: Post, token: Token, pool: http.Pool, platform: Platform) -> Outcome:
    readable = RESULT_READONLY in token.scopes
    looked: _Look | None = None
    if readable and needs_look(row, comments=platform.blanks_comments, now=timezone.now()):
        looked = _look(row, token, pool, platform)
        if looked.later is not None:
            return Outcome(row, looked.later, None, (looked.sent,))
        if looked.result is not None and (against := found_before(row, looked.result)) is not None:
            return Outcome(row, against, looked.result, (looked.sent,))
    comment = looked.result.comment if looked is not None and looked.result is not None else ""
    verdict, sent = _timed(row, token, platform, lambda: post(row, comment, token, pool, platform))
    if verdict.kind is not Kind.CHECK or not readable:
        # What was seen before is no longer what the gradebook holds.
        requests = (sent, looked.sent) if looked else (sent,)
        return Outcome(row, verdict, None, requests, token.expires_at <= timezone.now())
    if looked is None:
        looked = _look(row, token, pool, platform)
    return Outcome(row, verdict, looked.result, (sent, looked.sent), later=looked.later)


@dataclass(frozen=True, slots=True)
class _Look:
    """What the gradebook holds for a learner, None where that could not be read; ``later`` where it may be soon."""

    result: services.Result | None
    sent: Sent
    later: Verdict | None


def _look(row: ScoreDelivery, token: Token, pool: http.Pool, platform: Platform) -> _Look:
    result: services.Result | None = None
    sub: str = row.sub  # type: ignore[attr-defined]

    def read() -> http.Reply:
        nonlocal result
        url: str = row.line_item_url  # type: ignore[attr-defined]
        reply = services.get_result(line_item_url=url, user_id=sub, token=token, pool=pool, deadline=DEADLINE)
        try:
            result = services.read_result(reply, user_id=sub)
        except services.UnreadableError:
            result = None
        return reply

    reading, sent = _timed(row, token, platform, read, reading=True)
    return _Look(result, sent, reading if reading.kind is Kind.LATER else None)


def _timed(
    row: ScoreDelivery, token: Token, platform: Platform, call: Callable[[], http.Reply], *, reading: bool = False
) -> tuple[Verdict, Sent]:
    sent_at, began = timezone.now(), time.monotonic()
    status, said = None, ""
    try:
        reply = call()
    except http.TransportError as error:
        verdict, said = answers.NO_ANSWER[error.code], str(error)
    else:
        verdict = answers.judge(reply, platform=platform, now=timezone.now())
        status = reply.status
        # A platform may repeat the request in its complaint; PostgreSQL takes no NUL.
        said = reply.text.replace(token.value, "…").replace("\0", "")[:ANSWER_LENGTH].strip()
    assert row.stamp is not None
    return verdict, Sent(
        delivery_id=row.pk,
        revision=row.wanted_revision,
        stamp=row.stamp,
        sent_at=sent_at,
        milliseconds=round((time.monotonic() - began) * 1000),
        status=status,
        outcome="result_read" if reading else verdict.code,
        answer=said,
        score=None if reading else float(row.wanted_score),
        maximum=None if reading else float(row.wanted_maximum),
    )


def _number(value: Decimal) -> int | float:
    """A plain JSON number: whole where it is whole."""
    return int(value) if value == value.to_integral_value() else float(value)


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
