"""The hall: rows, a server, and learners that save; started by ``tests.load.exam`` alone."""

import asyncio
import os
import random
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlencode

import django

from lti.demo.programs import serve
from tests.bench.figures import percentile
from tests.bench.processes import Running, answers
from tests.bench.wire import Reply, Volley, exchange, fire, request
from tests.ports import free_port

LEARNERS, SAVES, UNLOADED = 200, 4, 60
#: Seconds between two answers of one learner.
PACE = 5.0
Seat = Callable[[int, int], tuple[str, int, bytes]]


def main(folder: Path) -> int:
    django.setup()
    from django.core.management import call_command
    from django.db import connections

    call_command("migrate", verbosity=0, interactive=False)
    port = free_port()
    seats = _seats(LEARNERS, f"http://127.0.0.1:{port}")
    connections.close_all()
    server = Running("tool", serve("coexistence.wsgi:application", port), env=os.environ, log=folder / "tool.log")
    try:
        server.wait_until(lambda: answers(f"http://127.0.0.1:{port}/livez"))
        fire([seat(1, 1) for seat in seats[:8]], at_once=2)
        alone = fire([seats[n % len(seats)](2 + n // len(seats), n) for n in range(UNLOADED)], at_once=1)
        loaded = asyncio.run(_lecture(seats))
    finally:
        server.stop()
    return _verdict(alone, loaded)


async def _lecture(seats: Sequence[Seat]) -> Volley:
    """Every learner saves an answer every ``PACE`` seconds, each at moments of their own."""
    dice = random.Random(7)
    begun = time.perf_counter()

    async def learn(seat: Seat, offset: float) -> list[Reply]:
        replies = []
        for turn in range(SAVES):
            await asyncio.sleep(begun + PACE * turn + offset - time.perf_counter())
            replies.append(await exchange(*seat(10 + turn, turn)))
        return replies

    learners = (learn(seat, dice.random() * PACE) for seat in seats)
    replies = [reply for theirs in await asyncio.gather(*learners) for reply in theirs]
    return Volley(replies, time.perf_counter() - begun)


def _seats(number: int, site: str) -> list[Seat]:
    """For each learner, a function that makes the request which saves an answer under a sequence number."""
    from django.utils import timezone

    from coexistence.courses import visits
    from coexistence.courses.models import Visit
    from coexistence.quiz import attempts
    from tests.factories import AssignmentFactory, EnrollmentFactory

    assignment = AssignmentFactory(types=("numeric",) * 30)
    seats = []
    for _ in range(number):
        enrollment = EnrollmentFactory(course=assignment.course)
        attempt = attempts.start(assignment=assignment, enrollment=enrollment, now=timezone.now())
        visit, secret = visits.open_visit(
            enrollment=enrollment,
            assignment=assignment,
            roles=enrollment.roles,
            purpose=Visit.Purpose.LEARN,
            frame_ancestors=(),
            return_url="",
            locale="",
            now=timezone.now(),
        )
        form = {visits.FORM_FIELD: visits.form_token(visit), "attempt": attempt.pk}
        headers = {"Cookie": f"{visits.COOKIE}={secret}", "Accept": "application/json", "Origin": site}

        seats.append(partial(_save, f"{site}/l/{visit.pk}/quiz/save/", form, headers))
    return seats


def _save(url: str, form: Mapping[str, object], headers: dict[str, str], sequence: int, answer: int) -> Any:
    """The request with an answer to the first item, and to another one that no later save touches."""
    fields = {**form, "sequence": sequence, "1-number": answer, f"{2 + answer % 29}-number": answer}
    return request("POST", url, headers=headers, form=urlencode(fields))


def _verdict(alone: Volley, loaded: Volley) -> int:
    from coexistence.quiz.models import Response

    errors = sum(reply.status != 200 for volley in (alone, loaded) for reply in volley.replies)
    kept = Response.objects.filter(position=1, sequence=9 + SAVES, answer=str(SAVES - 1)).count()
    lost = LEARNERS - kept
    lost += sum(
        LEARNERS - Response.objects.filter(position=2 + turn % 29, sequence=10 + turn, answer=str(turn)).count()
        for turn in range(SAVES)
    )
    usual = median(reply.seconds for reply in alone.replies)
    times = [reply.seconds for reply in loaded.replies]
    slow = percentile(times, 95)
    print(f"{LEARNERS} learners, an answer every {PACE:.0f} s: {len(times)} saves in {loaded.seconds:.1f} s")
    print(f"{errors} errors, {lost} lost answers")
    print(f"unloaded median {usual * 1000:.1f} ms; under load {median(times) * 1000:.1f} ms, p95 {slow * 1000:.1f} ms")
    print(f"p95 is {slow / usual:.1f} times the unloaded median")
    return int(bool(errors or lost or slow >= 10 * usual))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
