"""What becomes of a row of the outbox after the platform's answer: pure functions."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from . import pacing
from .answers import Kind, Verdict
from .models import ScoreDelivery
from .outbox import Sent, Settled
from .protocol.services import Result

State = ScoreDelivery.State

#: Two values are the same if no two different scores of ours (two places out of at most 100 points) could be as close.
TOLERANCE = Decimal("0.00005")
MOST_RESTAMPS = 2
HEALS = timedelta(hours=6)
SOON = timedelta(minutes=5)
#: After so many tries, some ten minutes, an error of the platform's that is no outage needs somebody to look.
PERSISTENT = 9
#: What has stood in the gradebook for this long is looked at before it is overwritten, unless it was seen just now.
OLD = timedelta(hours=1)
JUST_NOW = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one claimed row: what the answer means, what the gradebook was seen to hold, and the requests.

    ``verdict`` is None where the row was not sent because its claim would have run out; ``result`` where the gradebook
    was not read or could not be, and ``later`` where that may pass.
    """

    row: ScoreDelivery
    verdict: Verdict | None
    result: Result | None
    requests: tuple[Sent, ...]
    token_ended: bool = False
    later: Verdict | None = None

    @property
    def answer(self) -> str:
        """The platform's answer to the score, trimmed."""
        return self.requests[0].answer if self.requests else self.row.answer


def settle(outcome: Outcome, *, now: datetime) -> Settled:
    """The row's next state, by the answer to its message and by what the gradebook holds."""
    row, verdict = outcome.row, outcome.verdict
    if verdict is None:
        return _settled(outcome, State.WAITING, row.code, since=row.sendable_at, at=now, tries=max(row.tries - 1, 0))
    if verdict.kind is Kind.ACCEPTED:
        return _settled(outcome, State.DELIVERED, accepted=True)
    if verdict.kind is Kind.LATER:
        return _later(outcome, verdict, now=now)
    if verdict.kind is Kind.RENEW:
        return _unauthorized(outcome, now=now)
    if verdict.kind is Kind.CHECK:
        return _checked(outcome, verdict, now=now)
    if verdict.code == "withheld":
        # It was being sent, or its worker had died, when it was decided to keep it back. Whoever lets the others go may
        # not have seen this one.
        return _settled(outcome, State.WAITING, verdict.code, at=now + SOON, tries=max(row.tries - 1, 0))
    state = State.REFUSED if verdict.kind is Kind.REFUSED else State.HELD
    return _settled(outcome, state, verdict.code, at=now + verdict.heals if verdict.heals else None)


def _unauthorized(outcome: Outcome, *, now: datetime) -> Settled:
    row = outcome.row
    if outcome.token_ended:
        # Some tokens live for a second only; that says nothing about our rights.
        return _later(outcome, Verdict(Kind.LATER, "token_renewed"), now=now)
    if row.code == "token_renewed":
        return _settled(outcome, State.HELD, "unauthorized", at=now + HEALS)
    return _settled(outcome, State.WAITING, "token_renewed", since=row.sendable_at or now, at=now)


def _later(outcome: Outcome, verdict: Verdict, *, now: datetime) -> Settled:
    row = outcome.row
    # Not since it was wanted: it may have been kept back, or have had no column or no student for longer than that.
    since = row.sendable_at or now
    if now - since > pacing.GIVE_UP_AFTER:
        return _settled(outcome, State.HELD, "gave_up")
    again = now + pacing.delay(row.tries, retry_after=verdict.retry_after)
    left_until = now + verdict.retry_after if verdict.retry_after else None
    if verdict.code == "platform_error" and not verdict.outage and row.tries >= PERSISTENT:
        return _settled(outcome, State.HELD, "keeps_failing", since=since, at=again, not_before=left_until)
    return _settled(outcome, State.WAITING, verdict.code, since=since, at=again, not_before=left_until)


def _checked(outcome: Outcome, verdict: Verdict, *, now: datetime) -> Settled:
    """The message may or may not have counted: what the gradebook holds decides."""
    row, result = outcome.row, outcome.result
    # A row without a score may be a zero or nothing yet. A platform that says "stale" has taken something.
    telling = result if result is not None and (result.score is not None or verdict.code == "stale") else None
    if telling is not None and same(telling, row.wanted_score, row.wanted_maximum):
        return _settled(outcome, State.DELIVERED, accepted=True)
    if outcome.later is not None:
        # The same message again, under the same stamp: it is as harmless as it was, and leads to the same question.
        return _later(outcome, Verdict(Kind.LATER, outcome.later.code, outcome.later.retry_after), now=now)
    if verdict.code == "html_answer":
        return _later(outcome, verdict, now=now)
    if verdict.code != "stale":
        return _settled(outcome, State.HELD, verdict.code, at=now + verdict.heals if verdict.heals else None)
    if result is None:
        return _settled(outcome, State.HELD, "result_unreadable", at=now + HEALS)
    if not is_ours(result, row):
        return _settled(outcome, State.SUPERSEDED, "changed_by_hand")
    if row.restamps >= MOST_RESTAMPS:
        # Canvas has one status for scores that come late and for malformed ones; over nothing none comes late.
        code = "rejected" if result.score is None and verdict.ambiguous else "still_stale"
        # Under its old stamp it would come too late for ever.
        return _settled(outcome, State.HELD, code, at=now + HEALS, restamp=True)
    assert row.stamp is not None
    again = max(now, row.stamp + timedelta(seconds=1))
    return _settled(outcome, State.WAITING, "stale", since=row.sendable_at or now, at=again, restamp=True)


def is_ours(result: Result, row: ScoreDelivery) -> bool:
    """Whether the gradebook holds nothing, or something of ours: no change of anybody else's to undo.

    An instructor who wants ours in place of a teacher's has settled that already.
    """
    return result.score is None or row.insists or was_sent(result, row)


def was_sent(result: Result, row: ScoreDelivery) -> bool:
    """Whether this score was acknowledged, or sent since: the answer to any of that may have been lost."""
    if row.acknowledged_score is not None and same(result, row.acknowledged_score, row.acknowledged_maximum):
        return True
    return any(same(result, Decimal(str(score)), Decimal(str(maximum))) for score, maximum in row.sent)


def needs_look(row: ScoreDelivery, *, comments: bool, now: datetime) -> bool:
    """Whether the gradebook is to be read before this row overwrites what it holds.

    So it is where that has stood for a while, in which a teacher may have changed it, unless it was read just now;
    where it was last seen to be somebody else's; and where a score that came too late is to get a stamp of much later.
    With ``comments`` also wherever a teacher has had the time to write one, for the message to repeat it.
    """
    if row.insists:
        return comments
    if row.code == "still_stale":
        return True
    known = row.acknowledged_at
    if row.seen_at is not None and (known is None or row.seen_at >= known):
        if row.seen_score is not None and row.seen_maximum:
            seen = Result(score=row.seen_score, maximum=row.seen_maximum)
            if not was_sent(seen, row):
                return True
        return comments or (known is not None and row.seen_at < now - JUST_NOW)
    return known is not None and known < now - OLD


def found_before(row: ScoreDelivery, result: Result) -> Verdict | None:
    """What a look before sending says against it: somebody else's grade, or the very score; None where nothing does."""
    if result.score is not None and (not is_ours(result, row) or same(result, row.wanted_score, row.wanted_maximum)):
        return Verdict(Kind.CHECK, "stale")
    return None


def same(result: Result, score: Decimal, maximum: Decimal | None) -> bool:
    """Whether the gradebook holds this score; a row without one is the same as zero, which Moodle leaves out."""
    if result.score is None:
        return score == 0 and result.listed
    if not maximum:
        return False
    return abs(result.score / result.maximum - score / maximum) <= TOLERANCE


def _settled(
    outcome: Outcome,
    state: State,
    code: str = "",
    *,
    since: datetime | None = None,
    at: datetime | None = None,
    not_before: datetime | None = None,
    tries: int | None = None,
    restamp: bool = False,
    accepted: bool = False,
) -> Settled:
    row, result = outcome.row, outcome.result
    return Settled(
        id=row.pk,
        revision=row.wanted_revision,
        score=float(row.wanted_score),
        maximum=float(row.wanted_maximum),
        attempt_number=row.attempt_number,
        state=state,
        code=code,
        answer=outcome.answer,
        sendable_at=since,
        next_try_at=at,
        tries=row.tries if tries is None else tries,
        not_before=not_before,
        restamp=restamp,
        accepted=accepted,
        seen=result is not None,
        seen_score=None if result is None or result.score is None else float(result.score),
        seen_maximum=None if result is None else float(result.maximum),
    )
