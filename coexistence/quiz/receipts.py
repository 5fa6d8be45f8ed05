"""Receipts: a code by which a learner can show that an attempt was submitted, and staff can check that it was."""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime

from django.core.signing import BadSignature, Signer

from coexistence.courses.models import Course

from .models import Attempt

_SALT = "coexistence.quiz.receipt"
#: Hexadecimal digits of the answers' digest in a receipt.
_DIGEST = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A genuine receipt: the attempt that it is of, and what it said.

    ``is_same`` tells whether the attempt still holds the answers of then; it always should.
    """

    attempt: Attempt
    submitted_at: datetime
    is_same: bool


def receipt(attempt: Attempt) -> str:
    """The code of a submitted attempt, always the same: its number, when it was submitted, and a digest of its answers,
    signed. One query."""
    if attempt.submitted_at is None:
        raise ValueError("an open attempt has no receipt")
    text = f"{attempt.pk}.{int(attempt.submitted_at.timestamp())}.{_digest(attempt)}"
    return Signer(salt=_SALT, sep=".").sign(text)


def check(code: str, *, course: Course) -> Checked | None:
    """What a receipt says, if it is one of ours and of an attempt in that course; None for anything else.

    Two queries.
    """
    try:
        text = Signer(salt=_SALT, sep=".").unsign("".join(code.split()))
    except BadSignature:
        return None
    pk, submitted, digest = text.split(".")
    attempt = (
        Attempt.objects.select_related("assignment", "enrollment__participant")
        .filter(pk=int(pk), assignment__course=course)
        .first()
    )
    if attempt is None:
        return None
    return Checked(
        attempt=attempt,
        submitted_at=datetime.fromtimestamp(int(submitted), UTC),
        is_same=digest == _digest(attempt),
    )


def _digest(attempt: Attempt) -> str:
    answers = list(attempt.responses.order_by("position").values_list("position", "revision_id", "answer"))
    return hashlib.sha256(json.dumps(answers, sort_keys=True).encode()).hexdigest()[:_DIGEST]
