"""What a reading of the gradebook says about a score: pure functions over the three values (G5)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from .models import ScoreDelivery
from .outbox import Seen
from .protocol.services import NO_RESULT, Result
from .settlement import same, was_sent

State = ScoreDelivery.State

#: A score that the gradebook has lost is sent again so often; after that somebody has to look.
MOST_RESENDS = 2
#: After so long a score in the gradebook is looked at again, and after the last of these no more.
AGES = (timedelta(days=1), timedelta(days=7))


def compare(
    row: ScoreDelivery, result: Result | None, *, sent: Sequence[tuple[Decimal, Decimal]], now: datetime
) -> Seen | None:
    """What becomes of ``row``, given what the gradebook holds; ``result`` is None where it has no row for the learner.

    ``sent`` are the scores that were ever sent for it. None for a row about which the reading says nothing.
    """
    seen = result or NO_RESULT
    wanted = _holds(seen, row.wanted_score, row.wanted_maximum)
    match row.state:
        case State.DELIVERED:
            return _delivered(row, result, sent, now)
        case State.SUPERSEDED if wanted:
            return _seen(row, seen, State.DELIVERED, accepted=True, now=now)
        case State.SUPERSEDED if row.code != "kept_theirs" and _is_ours(row, seen, sent):
            # The teacher has taken back the change.
            return _seen(row, seen, State.WAITING, again=True, now=now)
        case State.SUPERSEDED if row.code != "kept_theirs" and seen.score is None:
            return _seen(row, seen, State.SUPERSEDED, "emptied", now=now)
        case State.HELD | State.REFUSED if wanted:
            return _seen(row, seen, State.DELIVERED, accepted=True, now=now)
        case State.SENDING:
            return None
    return _seen(row, seen, State(row.state), row.code, insists=row.insists, now=now)


def _delivered(
    row: ScoreDelivery, result: Result | None, sent: Sequence[tuple[Decimal, Decimal]], now: datetime
) -> Seen:
    seen = result or NO_RESULT
    if same(seen, row.wanted_score, row.wanted_maximum):
        return _seen(row, seen, State.DELIVERED, now=now)
    if (result is None or _is_ours(row, seen, sent)) and row.restamps < MOST_RESENDS:
        # Lost there, or a late message of our own came after a newer one.
        return _seen(row, seen, State.WAITING, "not_kept", again=True, now=now)
    if result is None or seen.score is None:
        return _seen(row, seen, State.SUPERSEDED, "emptied", now=now)
    return _seen(row, seen, State.SUPERSEDED, "overridden" if row.insists else "changed_by_hand", now=now)


def _is_ours(row: ScoreDelivery, seen: Result, sent: Sequence[tuple[Decimal, Decimal]]) -> bool:
    if seen.score is None:
        return False
    return any(same(seen, score, maximum) for score, maximum in sent) or was_sent(seen, row)


def _holds(seen: Result, score: Decimal, maximum: Decimal | None) -> bool:
    """Whether the gradebook shows this very score. No score is no proof of anything, not even of zero."""
    return seen.score is not None and same(seen, score, maximum)


def _seen(
    row: ScoreDelivery,
    seen: Result,
    state: State,
    code: str = "",
    *,
    accepted: bool = False,
    again: bool = False,
    insists: bool = False,
    now: datetime,
) -> Seen:
    return Seen(
        id=row.pk,
        was=row.state,
        wanted_revision=row.wanted_revision,
        stamped_revision=row.stamped_revision,
        tries=row.tries,
        seen_score=None if seen.score is None else float(seen.score),
        seen_maximum=float(seen.maximum),
        state=state,
        code=code,
        accepted=accepted,
        again=again,
        insists=insists,
        check_at=None if again else next_check(row, now=now),
    )


def next_check(row: ScoreDelivery, *, now: datetime) -> datetime | None:
    """When the gradebook is read again for this row, if at all: less and less often."""
    since = row.acknowledged_at or row.wanted_at
    return next((since + age for age in AGES if now < since + age), None)
