"""Registrations of which each owes its share of the scores, the platform they are sent to, and the workers."""

import os
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from statistics import median

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connections, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from coexistence.content.models import Unit  # noqa: E402
from coexistence.courses import assignments  # noqa: E402
from coexistence.courses.models import Assignment, Course, Enrollment, Participant, Role  # noqa: E402
from coexistence.quiz.signals import ScoreChange  # noqa: E402
from lti import grades  # noqa: E402
from lti.demo.programs import work  # noqa: E402
from lti.models import (  # noqa: E402
    Context,
    Deployment,
    LineItem,
    LtiUser,
    Registration,
    ResourceLink,
    ScoreDelivery,
    ScoreRequest,
)
from lti.protocol.keys import ensure_tool_key  # noqa: E402
from tests.bench import counting  # noqa: E402
from tests.bench.processes import BenchError, Running, answers, family, module, processor_seconds  # noqa: E402
from tests.bench.stage import UNIT  # noqa: E402
from tests.ports import free_port  # noqa: E402

PEOPLE = 200
BATCH = 1000


class District:
    """One platform's server, which stands for all of them, and the registrations that owe scores there."""

    def __init__(self, folder: Path, platform: str, registrations: list[Registration]) -> None:
        self._folder = folder
        self._platform = platform
        self._registrations = registrations

    @classmethod
    @contextmanager
    def opened(cls, folder: Path, registrations: int) -> Iterator["District"]:
        """A district in an empty database."""
        keys, port = folder / "keys.json", free_port()
        keys.write_text('{"keys": []}')
        platform = f"http://127.0.0.1:{port}"
        call_command("migrate", verbosity=0, interactive=False)
        with Path(os.devnull).open("w") as nowhere:
            call_command("load_content", str(UNIT), stdout=nowhere)
        ensure_tool_key()
        made = Registration.objects.bulk_create(
            [
                Registration(
                    name=f"School {number}",
                    issuer=f"{platform}/{number}",
                    client_id=f"school-{number}",
                    auth_url=f"{platform}/auth",
                    token_url=f"{platform}/token",
                    jwks_url=f"{platform}/jwks",
                )
                for number in range(registrations)
            ]
        )
        server = Running(
            "platform",
            module("tests.bench.platform", str(port), str(keys)),
            env=os.environ,
            log=folder / "platform.log",
        )
        try:
            server.wait_until(lambda: answers(f"{platform}/count"))
            yield cls(folder, platform, made)
        finally:
            server.stop()
            connections.close_all()

    def owe(self, scores: int, *, uneven: bool) -> int:
        """Let so many scores become due; how many those are."""
        number = len(self._registrations)
        shares = [scores // number] * number
        if uneven:
            shares = [scores // 2, *[scores // 2 // max(number - 1, 1)] * (number - 1)]
        return sum(
            self._owe(registration, share) for registration, share in zip(self._registrations, shares, strict=True)
        )

    def _owe(self, registration: Registration, scores: int) -> int:
        now = timezone.now()
        course = Course.objects.create(title=registration.name)
        deployment = Deployment.objects.create(
            registration=registration, deployment_id="1", state=Deployment.State.ACTIVE
        )
        context = Context.objects.create(deployment=deployment, context_id="1", course=course)
        people = Participant.objects.bulk_create([Participant(name=f"Learner {n}") for n in range(PEOPLE)])
        LtiUser.objects.bulk_create(
            [LtiUser(registration=registration, sub=f"pupil-{n}", participant=p) for n, p in enumerate(people)]
        )
        enrollments = Enrollment.objects.bulk_create(
            [Enrollment(course=course, participant=each, roles=[Role.LEARNER]) for each in people]
        )
        unit = Unit.objects.get()
        owed = 0
        while owed < scores:
            exam = assignments.place(course=course, unit=unit, kind=Assignment.Kind.QUIZ, title=unit.title, points=10)
            link = ResourceLink.objects.create(context=context, resource_link_id=str(exam.pk), assignment=exam)
            LineItem.objects.create(resource_link=link, url=f"{self._platform}/{exam.pk}/lineitem")
            changes = [
                ScoreChange(
                    assignment_id=exam.pk,
                    enrollment_id=enrollment.pk,
                    score=Decimal(7),
                    maximum=Decimal(10),
                    attempt_number=1,
                    submitted_at=now,
                    reason="submitted",
                )
                for enrollment in enrollments[: scores - owed]
            ]
            with transaction.atomic():
                grades.record(changes)
            owed += len(changes)
        return owed

    def drained(self, *, workers: int, latency: float, patience: float) -> str:
        """Start the workers, wait until every score is delivered, and say how that went."""
        begin = urllib.request.Request(f"{self._platform}/begin?latency={latency}", method="POST")
        urllib.request.urlopen(begin, timeout=10).close()
        statements = self._folder / "statements"
        statements.mkdir()
        with ExitStack() as running:
            started = []
            for number in range(workers):
                worker = Running(
                    f"worker {number}",
                    work(),
                    env={**os.environ, "BENCH_STATEMENTS": str(statements)},
                    log=self._folder / f"worker-{number}.log",
                )
                running.callback(worker.stop)
                started.append(worker)
            until = time.monotonic() + patience
            while left := ScoreDelivery.objects.exclude(state=ScoreDelivery.State.DELIVERED).count():
                if time.monotonic() > until:
                    raise BenchError(f"{left} scores were not delivered. The worker's last words:\n{started[0].said()}")
                time.sleep(1)
            memory = [_most_memory(worker.pid) for worker in started]
            cost = sum(processor_seconds(worker.pid) or 0.0 for worker in started)
            made = counting.total(statements)
        return _report(memory=memory, cost=cost, statements=made)


def _most_memory(pid: int) -> float:
    """The high-water mark of a worker and all processes below it, in MiB."""
    kilobytes = 0
    for each in family(pid):
        for line in Path(f"/proc/{each}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                kilobytes += int(line.split()[1])
    return kilobytes / 1024


def _report(*, memory: list[float], cost: float, statements: int) -> str:
    came: dict[int, list[datetime]] = {}
    rows = ScoreDelivery.objects.order_by("acknowledged_at").values_list("registration_id", "acknowledged_at")
    moments = []
    for registration, moment in rows.iterator(chunk_size=10_000):
        assert moment is not None
        came.setdefault(registration, []).append(moment)
        moments.append(moment)
    sent = ScoreRequest.objects.order_by("sent_at").values_list("sent_at", flat=True).first()
    assert sent is not None
    seconds = (moments[-1] - sent).total_seconds()
    half = moments[len(moments) // 2]
    shares = sorted(sum(moment <= half for moment in times) / len(times) for times in came.values())
    ends = sorted((times[-1] - sent) / timedelta(seconds=1) for times in came.values())
    rates = sorted(len(times) / max((times[-1] - sent).total_seconds(), 0.001) for times in came.values())
    first = sorted((times[0] - sent) / timedelta(seconds=1) for times in came.values())
    requests = ScoreRequest.objects.count()
    return "\n".join(
        (
            f"scores/s in all             {len(moments) / seconds:.0f} ({len(moments)} in {seconds:.0f} s)",
            f"scores/s of a registration  {rates[0]:.1f} to {rates[-1]:.1f}, median {median(rates):.1f}",
            f"its first score came after  {first[0]:.1f} to {first[-1]:.1f} s",
            f"its last score came after   {ends[0]:.0f} to {ends[-1]:.0f} s, median {median(ends):.0f} s",
            f"delivered of each at half   {shares[0]:.0%} to {shares[-1]:.0%}, median {median(shares):.0%}",
            f"requests for a score        {requests / len(moments):.3f}",
            f"statements for a score      {statements / len(moments):.3f} (sweeps included)",
            f"processor ms for a score    {cost * 1000 / len(moments):.2f} (all workers)",
            f"most memory of a worker     {max(memory):.0f} MiB (its processes together)",
        )
    )
