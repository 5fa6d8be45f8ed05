"""Holding an attempt, so that nobody else changes it meanwhile."""

from coexistence.courses.models import Enrollment
from coexistence.quiz.models import Attempt

from .errors import AttemptNotFoundError

#: Rows in one statement.
BATCH = 100


def locked(attempt_id: int, enrollment: Enrollment | None = None) -> Attempt:
    """The attempt with its assignment and enrollment, held until the transaction ends; of that person, if one is named.

    One statement. Raises ``AttemptNotFoundError``.
    """
    attempts = Attempt.objects.select_for_update(of=("self",)).select_related("assignment", "enrollment")
    if enrollment is not None:
        attempts = attempts.filter(enrollment=enrollment)
    attempt = attempts.filter(pk=attempt_id).first()
    if attempt is None:
        raise AttemptNotFoundError
    return attempt
