"""Learners who take their quizzes again and again: ``… submitter SEED FIRST STEP SUBMISSIONS SECONDS``.

Learners ``FIRST``, ``FIRST + STEP``, … share the ``SUBMISSIONS``, spread over about so many seconds. Like a browser,
they try again whatever the server could not do.
"""

import random
import sys
import time
from collections.abc import Callable
from typing import Any, TypeVar

import django

Done = TypeVar("Done")


def main(seed: str, first: int, step: int, submissions: int, seconds: float) -> None:
    from coexistence.courses.models import Assignment, Enrollment
    from tests.quiz.answering import RIGHT, WRONG

    dice = random.Random(f"{seed} {first}")
    learners = again(
        lambda: [
            (enrollment, Assignment.objects.get(course=enrollment.course_id))
            for enrollment in Enrollment.objects.order_by("pk")[first::step]
        ]
    )
    began = time.monotonic()
    for number in range(submissions):
        enrollment, assignment = dice.choice(learners)
        given = {kind: dice.choice((RIGHT, WRONG))[kind] for kind in RIGHT}
        take(enrollment, assignment, given, sequence=number + 1)
        time.sleep(max(0.0, began + seconds * (number + 1) / submissions - time.monotonic()))


def take(enrollment: Any, assignment: Any, given: Any, *, sequence: int) -> None:
    """Take the quiz once."""
    from django.utils import timezone

    from coexistence.quiz import attempts
    from tests.quiz.answering import fill

    attempt = again(lambda: attempts.start(assignment=assignment, enrollment=enrollment, now=timezone.now()))
    again(lambda: fill(attempt, given, sequence=sequence, now=timezone.now()))
    again(lambda: attempts.submit(attempt_id=attempt.pk, enrollment=enrollment, now=timezone.now()))


def again(step: Callable[[], Done]) -> Done:
    """Do ``step``, and do it again for as long as the database is away."""
    from django.db import DatabaseError, InterfaceError, connection

    gives_up = time.monotonic() + 60
    while True:
        try:
            return step()
        except (DatabaseError, InterfaceError):
            if time.monotonic() > gives_up:
                raise
            connection.close()
            time.sleep(0.2)


if __name__ == "__main__":
    django.setup()
    main(sys.argv[1], *map(int, sys.argv[2:5]), float(sys.argv[5]))
