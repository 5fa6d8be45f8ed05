"""Grade passback: a whole class's scores that become due at once, and single ones, sent by the running worker."""

import subprocess
import time
from datetime import timedelta
from decimal import Decimal

from .figures import Round, Row, percentile, row
from .processes import ROOT, BenchError, module, processor_seconds
from .stage import CLIENT_ID, Stage

LATENCIES = (0, 20)
#: As many as the tool comes to at a platform that allows it.
THREADS = 16
#: However slow the machine, a run ends.
PATIENCE = timedelta(seconds=60)
SINGLES = 5
#: After which nobody's score has to wait for the second that their last one was sent in to end.
A_SECOND = 1.1


class Learners:
    """People with an account on the platform and a graded assignment; they owe what they are told to."""

    def __init__(self, stage: Stage, count: int) -> None:
        from coexistence.content.models import Unit
        from coexistence.courses import assignments
        from coexistence.courses.models import Assignment, Course, Enrollment, Participant, Role
        from lti.models import Context, Deployment, LineItem, LtiUser, Registration, ResourceLink

        self._worker = stage.worker
        self.registration = Registration.objects.get(client_id=CLIENT_ID)
        course = Course.objects.create(title="A district")
        context = Context.objects.create(
            deployment=Deployment.objects.get(registration=self.registration), context_id="district", course=course
        )
        unit = Unit.objects.get()
        self.assignment = assignments.place(
            course=course, unit=unit, kind=Assignment.Kind.QUIZ, title=unit.title, points=10
        )
        link = ResourceLink.objects.create(context=context, resource_link_id="exam", assignment=self.assignment)
        LineItem.objects.create(resource_link=link, url=f"{stage.platform}/exam/lineitem")
        people = Participant.objects.bulk_create(
            [Participant(name=f"Learner {number}") for number in range(count)], batch_size=100
        )
        LtiUser.objects.bulk_create(
            [
                LtiUser(registration=self.registration, sub=f"pupil-{number}", participant=participant)
                for number, participant in enumerate(people)
            ],
            batch_size=100,
        )
        self.enrollments = Enrollment.objects.bulk_create(
            [Enrollment(course=course, participant=participant, roles=[Role.LEARNER]) for participant in people],
            batch_size=100,
        )
        self.attempt = 0

    def owe(self, who: slice) -> float:
        """Let these of them owe a new score, all at once; returns when that was."""
        from django.db import transaction
        from django.utils import timezone

        from coexistence.quiz.signals import ScoreChange
        from lti import grades

        self.attempt += 1
        now = timezone.now()
        changes = [
            ScoreChange(
                assignment_id=self.assignment.pk,
                enrollment_id=enrollment.pk,
                score=Decimal(self.attempt % 10),
                maximum=Decimal(10),
                attempt_number=self.attempt,
                submitted_at=now,
                reason="submitted",
            )
            for enrollment in self.enrollments[who]
        ]
        # From the commit on the worker may be faster than this process.
        owed_at = time.time()
        with transaction.atomic():
            grades.record(changes)
        return owed_at

    def waiting(self) -> int:
        from lti.models import ScoreDelivery

        return ScoreDelivery.objects.exclude(state=ScoreDelivery.State.DELIVERED).count()

    def wait(self) -> None:
        """Wait until the platform has every score, and the tool knows it; ``BenchError`` where that does not come."""
        until = time.monotonic() + PATIENCE.total_seconds()
        while left := self.waiting():
            if time.monotonic() > until:
                late = f"{left} scores were not delivered within {PATIENCE.seconds} seconds."
                raise BenchError(f"{late} The worker's last words:\n{self._worker.said()}")
            time.sleep(0.05)

    def request_seconds(self, count: int) -> list[float]:
        """How long each of the last ``count`` requests took."""
        from lti.models import ScoreRequest

        return [ms / 1000 for ms in ScoreRequest.objects.order_by("-pk").values_list("milliseconds", flat=True)[:count]]


def measure(stage: Stage, ground: str, *, scores: int, rounds: int) -> list[Row]:
    """A row for scores one by one, from submission to gradebook, and one for each latency of the platform."""
    learners = Learners(stage, scores)
    # The worker has begun, has a token and connections, and goes at the pace that the platform bears.
    stage.begin()
    learners.owe(slice(0, scores - SINGLES))
    learners.wait()
    rows = [_singles(stage, ground, learners, scores)]
    for latency in LATENCIES:
        ours, bare = [], []
        statements, requests = 0, 0
        for _ in range(rounds):
            before = stage.statements(stage.worker)
            ours.append(_drain(stage, learners, scores, latency))
            statements += stage.statements(stage.worker) - before
            requests += sum(stage.count()["requests"].values())
            bare.append(_floor(stage, scores, latency))
        made = scores * rounds
        title = f"scores, platform takes {latency} ms"
        rows.append(row(ground, title, ours, bare, statements=statements / made, requests=requests / made))
    return rows


def _singles(stage: Stage, ground: str, learners: Learners, scores: int) -> Row:
    stage.begin()
    before, statements = processor_seconds(stage.worker.pid), stage.statements(stage.worker)
    seconds, begun = [], time.perf_counter()
    for number in range(scores - SINGLES, scores):
        # People whose first score it is: nobody's next one is sent in the same second.
        owed_at = learners.owe(slice(number, number + 1))
        learners.wait()
        seconds.append(stage.count()["last"] - owed_at)
    took = time.perf_counter() - begun
    after = processor_seconds(stage.worker.pid)
    one = Round(
        count=SINGLES,
        seconds=took,
        p50=percentile(seconds, 50),
        p95=percentile(seconds, 95),
        processor=None if before is None or after is None else after - before,
    )
    return row(
        ground,
        "a score by itself, to the gradebook",
        [one],
        [],
        statements=(stage.statements(stage.worker) - statements) / SINGLES,
        requests=sum(stage.count()["requests"].values()) / SINGLES,
    )


def _drain(stage: Stage, learners: Learners, scores: int, latency: int) -> Round:
    stage.begin(latency=latency)
    time.sleep(A_SECOND)
    before = processor_seconds(stage.worker.pid)
    learners.owe(slice(0, scores))
    learners.wait()
    after = processor_seconds(stage.worker.pid)
    counted = stage.count()
    if counted["users"] != scores:
        raise BenchError(f"{counted['users']} of {scores} scores have arrived.")
    took = learners.request_seconds(scores)
    return Round(
        count=scores,
        seconds=counted["seconds"],
        p50=percentile(took, 50),
        p95=percentile(took, 95),
        processor=None if before is None or after is None else after - before,
    )


def _floor(stage: Stage, scores: int, latency: int) -> Round:
    stage.begin(latency=latency)
    url = f"{stage.platform}/exam/lineitem/scores"
    said = subprocess.run(
        module("tests.bench.sender", url, str(scores), str(THREADS)),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE.total_seconds(),
        check=True,
    ).stdout
    p50, p95, processor = map(float, said.split())
    return Round(count=scores, seconds=stage.count()["seconds"], p50=p50 / 1000, p95=p95 / 1000, processor=processor)
