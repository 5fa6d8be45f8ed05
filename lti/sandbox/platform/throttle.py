"""Canvas's throttle: a leaky bucket for each client, for all courses together.

A call reserves a large amount when it begins, and gives back what it did not cost when it ends; so calls one after the
other never fill the bucket, and many at once do.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone

from lti.sandbox.models import Bucket, Tool

#: Units: what leaks out in a second, where calls are refused, what the bucket holds, what a call reserves and costs.
LEAK, LIMIT, FULL, RESERVE, COST = 10.0, 600.0, 800.0, 50.0, 0.5
REFUSAL = "403 Forbidden (Rate Limit Exceeded)"


@dataclass(frozen=True)
class Allowance:
    """What is left for a client, in units, and whether its call is refused."""

    remaining: float
    refused: bool


def reserve(tool: Tool, *, exhausted: bool = False) -> Allowance:
    """Begin a call; ``exhausted`` fills the bucket first."""
    with transaction.atomic():
        bucket = _leaked(tool)
        if exhausted:
            bucket.level = max(bucket.level, FULL)
        refused = bucket.level > LIMIT
        if not refused:
            bucket.level = min(bucket.level + RESERVE, FULL)
        bucket.save()
    return Allowance(max(LIMIT - bucket.level, 0.0), refused)


def settle(tool: Tool) -> Allowance:
    """End a call that was not refused."""
    with transaction.atomic():
        bucket = _leaked(tool)
        bucket.level = max(bucket.level - RESERVE + COST, 0.0)
        bucket.save()
    return Allowance(max(LIMIT - bucket.level, 0.0), refused=False)


def empty() -> None:
    """Forget what calls have cost."""
    Bucket.objects.update(level=0, leaked_at=timezone.now())


def _leaked(tool: Tool) -> Bucket:
    now = timezone.now()
    bucket, _ = Bucket.objects.select_for_update().get_or_create(tool=tool, defaults={"leaked_at": now})
    passed = max((now - bucket.leaked_at) / timedelta(seconds=1), 0.0)
    bucket.level, bucket.leaked_at = max(bucket.level - LEAK * passed, 0.0), now
    return bucket


def refusal(allowance: Allowance) -> HttpResponse:
    """The answer to a call that is too much."""
    return tell(HttpResponse(REFUSAL, status=403, content_type="text/plain; charset=utf-8"), allowance, cost=0)


def tell(response: HttpResponse, allowance: Allowance, *, cost: float = COST) -> HttpResponse:
    """Say on every answer what the call cost and what is left."""
    response["X-Request-Cost"] = f"{cost:.4f}"
    response["X-Rate-Limit-Remaining"] = f"{allowance.remaining:.4f}"
    return response
