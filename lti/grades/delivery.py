"""Sending what is due at one registration. This is the only module that posts scores."""

import time
from collections.abc import Iterable
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime
from statistics import median

from django.db import transaction
from django.utils import timezone

from lti import answers, outbox, pacing, platforms
from lti.answers import Kind
from lti.models import LineItem, ScoreDelivery
from lti.outbox import HeldLane
from lti.pacing import Pace
from lti.platforms import Platform
from lti.protocol import http, services, tokens
from lti.protocol.tokens import RESULT_READONLY, SCORE, Token, TokenError
from lti.sending import DEADLINE, message, pool_of, send
from lti.settlement import HEALS, Outcome, settle

from .bell import ring

SCOPES = (RESULT_READONLY, SCORE)
#: After so many seconds a delivery makes room where another registration waits, and rings for itself again.
TURN = 0.25
#: After so many it does so in any case.
LONGEST_RUN = 2.0
#: Codes of scores that wait for the platform to come back.
TRANSIENT = (
    "timeout",
    "unreachable",
    "platform_error",
    "keeps_failing",
    "throttled",
    "token_unreachable",
    "token_unusable",
)


def deliver(*, registration_id: int) -> None:
    """Send what is due at a registration, as long as this worker gets its lane and the platform lets it."""
    began = time.monotonic()
    first = True
    while True:
        now = timezone.now()
        lane = outbox.take_lane(registration_id=registration_id, now=now)
        if lane is None and first and outbox.make_lanes(registration_id=registration_id):
            lane = outbox.take_lane(registration_id=registration_id, now=now)
        first = False
        if lane is None:
            return
        if time.monotonic() > began + LONGEST_RUN:
            outbox.let_go(lane, pace=lane.pace)
            ring(registration_id, at=now)
            return
        if _drain(registration_id, lane, began=began):
            ring(registration_id, at=timezone.now())
            return


def _drain(registration_id: int, lane: HeldLane, *, began: float) -> bool:
    """Send batch after batch until nothing is due, and let go of the lane with the last one.

    Whether it was the last because another registration waits for its turn.
    """
    platform, pool, pace = platforms.of(lane.platform), pool_of(registration_id), lane.pace
    soonest: datetime | None = None
    last = makes_room = False
    while not last:
        try:
            token = _token(registration_id)
        except TokenError as error:
            _put_off(registration_id, lane, pace, error)
            return False
        limit = pace.batch
        rows = outbox.claim(registration_id=registration_id, limit=limit, now=timezone.now())
        if not rows:
            outbox.let_go(lane, pace=pace)
            break
        outcomes = send(rows, post=_post, token=token, pool=pool, platform=platform, concurrency=pace.concurrency)
        verdicts = [outcome.verdict for outcome in outcomes if outcome.verdict is not None]
        # A platform that throttles our readings means our scores as well.
        verdicts += [outcome.later for outcome in outcomes if outcome.later is not None and outcome.later.throttled]
        now = timezone.now()
        if any(verdict.kind is Kind.RENEW for verdict in verdicts):
            tokens.drop(registration_id=registration_id, scopes=SCOPES, token=token)
        before, pace = pace, pacing.after_batch(pace, verdicts, now=now, seconds=_usual_seconds(outcomes))
        ran = time.monotonic() - began
        makes_room = ran > TURN and rows[0].others_wait  # type: ignore[attr-defined]
        ended = len(rows) < min(limit, outbox.MOST_ON_SQLITE) or pace.paused_until is not None
        last = ended or makes_room or ran > LONGEST_RUN
        assert rows[0].claim is not None
        with transaction.atomic() if before.is_open or pace.is_open else nullcontext():
            due = outbox.finish(
                [settle(outcome, now=now) for outcome in outcomes],
                [request for outcome in outcomes for request in outcome.requests],
                claim=rows[0].claim,
                lane=lane,
                pace=pace,
                release=last,
                now=now,
            )
            if pace.is_open:
                # Whichever score comes next by its own time, one of them asks whether the platform is back.
                probe_at = pace.paused_until or now
                outbox.bring_forward(registration_id=registration_id, codes=TRANSIENT, at=probe_at, most=1)
                due = min(filter(None, (due, probe_at)))
            elif before.is_open:
                outbox.bring_forward(registration_id=registration_id, codes=TRANSIENT, at=now)
                due = now
        _mark_gone(outcomes)
        soonest = min(filter(None, (soonest, due)), default=None)
    if soonest is not None:
        ring(registration_id, at=max(filter(None, (soonest, pace.paused_until))))
    return makes_room and not ended


def _post(row: ScoreDelivery, comment: str, token: Token, pool: http.Pool, platform: Platform) -> http.Reply:
    url: str = row.line_item_url  # type: ignore[attr-defined]
    return services.post_score(
        line_item_url=url,
        message=message(row, platform, comment=comment),
        token=token,
        pool=pool,
        deadline=DEADLINE,
    )


def _token(registration_id: int) -> Token:
    token = tokens.access_token(registration_id=registration_id, scopes=SCOPES)
    if SCORE not in token.scopes:
        raise TokenError("scope_missing", later=False, answer=f"granted: {' '.join(sorted(token.scopes))}")
    return token


def _put_off(registration_id: int, lane: HeldLane, pace: Pace, error: TokenError) -> None:
    """Without a token nothing can be sent: say why on each row that is due. Until when, the lane's pause says."""
    now = timezone.now()
    waits = answers.retry_after(error.reply, now=now) if error.reply else None
    if error.later:
        pace = pacing.after_failure(pace, now=now, retry_after=waits)
        until = pace.paused_until or now + pacing.delay(pace.failures)
        pace = replace(pace, paused_until=until)
        outbox.give_up(registration_id=registration_id, code="gave_up", answer=error.answer, now=now)
        outbox.explain(registration_id=registration_id, code=error.code, answer=error.answer, now=now)
    else:
        until = now + HEALS
        outbox.put_off(registration_id=registration_id, code=error.code, answer=error.answer, until=until, now=now)
    outbox.let_go(lane, pace=pace)
    ring(registration_id, at=until)


def _usual_seconds(outcomes: Iterable[Outcome]) -> float:
    """The median duration of the batch's requests."""
    taken = [outcome.requests[0].milliseconds for outcome in outcomes if outcome.requests]
    return median(taken) / 1000 if taken else 0.0


def _mark_gone(outcomes: Iterable[Outcome]) -> None:
    """Hold everything else that waits for a column of which the platform has just said that it is gone."""
    for row in {
        outcome.row.line_item_id: outcome.row
        for outcome in outcomes
        if outcome.verdict is not None and outcome.verdict.code == "line_item_gone"
    }.values():
        url: str = row.line_item_url  # type: ignore[attr-defined]
        # Unless a launch has brought another address meanwhile.
        if LineItem.objects.filter(pk=row.line_item_id, url=url).update(gone=True):
            ScoreDelivery.objects.filter(
                line_item_id=row.line_item_id, state=ScoreDelivery.State.WAITING, claim=None
            ).update(state=ScoreDelivery.State.HELD, code="line_item_gone", sendable_at=None, next_try_at=None)
