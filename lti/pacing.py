"""When to try again, and how hard to press a platform. Pure functions."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from .answers import Kind, Verdict

#: Seconds from one failure to the next try: six tries in the first minute, also where each takes some time to fail.
FIRST_DELAYS = (1.5, 4.0, 8.0, 13.0, 20.0)
LONGEST_DELAY = timedelta(days=1)
GIVE_UP_AFTER = timedelta(days=14)

GENTLE = 2
MOST = 16
#: Seconds that a request takes: below the first the pace doubles, below the second it grows, above the third it falls.
QUICK, FAIR, SLOW = 0.25, 1.0, 2.5
#: After so many failures in a row the breaker is open: one score at a time, and a pause after each that fails.
FAILURES_BORNE = 2
FIRST_PAUSE = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(seconds=6)
#: A platform that has been away for hours is asked less often.
LONG_AWAY = 3000
PAUSE_WHEN_LONG_AWAY = timedelta(minutes=1)
THROTTLE_PAUSE = timedelta(seconds=5)
#: Canvas reserves 50 units for each request in progress, gives 10 back in a second, and refuses when none are left.
UNITS = 50.0
UNITS_A_SECOND = 10.0


@dataclass(frozen=True, slots=True)
class Pace:
    """How a lane goes at its platform: so many requests at once, and none before ``paused_until``."""

    concurrency: int = GENTLE
    failures: int = 0
    paused_until: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether the breaker is open: the platform seems to be away, and single scores probe whether it is back."""
        return self.failures > FAILURES_BORNE

    @property
    def batch(self) -> int:
        """How many scores to claim at once: no more than can be sent while a claim holds."""
        return 1 if self.is_open else self.concurrency * 25


def delay(tries: int, *, retry_after: timedelta | None = None) -> timedelta:
    """How long to wait after ``tries`` failures: seconds at first, then twice as long each time, up to a day.

    Up to a fifth is taken off at random, so that what failed together does not come back together.
    """
    if tries <= len(FIRST_DELAYS):
        wanted = timedelta(seconds=FIRST_DELAYS[max(tries, 1) - 1])
    else:
        wanted = min(timedelta(minutes=1) * 2 ** min(tries - len(FIRST_DELAYS) - 1, 12), LONGEST_DELAY)
    wanted *= random.uniform(0.8, 1.0)  # noqa: S311
    return max(wanted, retry_after or timedelta())


def after_batch(pace: Pace, verdicts: Sequence[Verdict], *, now: datetime, seconds: float = 0.0) -> Pace:
    """The pace after a batch whose requests took ``seconds`` each: faster while all goes well, else slower.

    One score alone that fails says nothing of the platform, unless the answer does or it has been failing before.
    """
    if any(verdict.throttled for verdict in verdicts):
        wanted = max((v.retry_after for v in verdicts if v.throttled and v.retry_after), default=THROTTLE_PAUSE)
        return Pace(max(1, pace.concurrency // 2), pace.failures, now + wanted)
    failed = [verdict for verdict in verdicts if verdict.kind is Kind.LATER]
    if failed and len(failed) == len(verdicts):
        if len(failed) == 1 and not failed[0].outage and not pace.failures:
            return pace
        return after_failure(
            pace, now=now, retry_after=max((v.retry_after for v in failed if v.retry_after), default=None)
        )
    if failed:
        return Pace(max(1, pace.concurrency // 2))
    left = min((verdict.remaining for verdict in verdicts if verdict.remaining is not None), default=None)
    return _within(_faster(pace.concurrency, seconds), left, now=now)


def _faster(concurrency: int, seconds: float) -> int:
    if seconds > SLOW:
        return max(1, concurrency - max(1, concurrency // 4))
    if seconds > FAIR:
        return concurrency
    return min(MOST, concurrency * 2 if seconds <= QUICK else concurrency + 2)


def _within(concurrency: int, left: float | None, *, now: datetime) -> Pace:
    """What the platform says is left bounds the pace: half of it at most, so that others may have some."""
    if left is None:
        return Pace(concurrency)
    pause = timedelta(seconds=min((UNITS - left) / UNITS_A_SECOND, THROTTLE_PAUSE.total_seconds()))
    return Pace(max(1, min(concurrency, int(left / UNITS / 2))), 0, now + pause if pause > timedelta() else None)


def after_failure(pace: Pace, *, now: datetime, retry_after: timedelta | None = None) -> Pace:
    """The pace after a batch of which nothing came through, or a token that was not to be had."""
    failures = pace.failures + 1
    pause = retry_after or timedelta()
    if failures > FAILURES_BORNE:
        doubled = min(FIRST_PAUSE * 2 ** min(failures - FAILURES_BORNE - 1, 10), LONGEST_PAUSE)
        pause = max(pause, PAUSE_WHEN_LONG_AWAY if failures > LONG_AWAY else doubled)
    return Pace(1, failures, now + pause if pause else None)
