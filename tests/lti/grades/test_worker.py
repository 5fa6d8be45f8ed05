"""The real worker, as it is started in life, on a broker that is a folder; killed and robbed of it on the way."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from lti import grades
from lti.models import Lane, ScoreDelivery
from tests.database import database_url

from .conftest import School

WAIT = 120.0


def until(reached: Callable[[], bool]) -> None:
    """Wait for another process to get somewhere."""
    ends = time.monotonic() + WAIT
    while not reached():
        assert time.monotonic() < ends, "the worker did not get there in time"
        time.sleep(0.05)


@pytest.fixture
def start_worker(tmp_path: Path) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    running: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        log = (tmp_path / f"worker-{len(running)}.log").open("wb")
        process = subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "coexistence", "worker", "-B", "-P", "threads", "-c", "4"],
            cwd=settings.BASE_DIR,
            env={
                **os.environ,
                "COEXISTENCE_MODE": "test",
                "DATABASE_URL": database_url(),
                "DATA_DIR": str(tmp_path / "data"),
                "CELERY_BROKER_URL": "",
                "SWEEP_SECONDS": "1",
                "TMPDIR": str(tmp_path / "scratch"),
            },
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        log.close()
        running.append(process)
        return process

    (tmp_path / "scratch").mkdir()
    yield start
    for process in running:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def test_a_grade_survives_the_loss_of_worker_and_broker(
    school: School, start_worker: Callable[[], subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    """No bell is ever rung here: the sweep has to find what is owed."""
    messages = tmp_path / "data" / "broker"
    assignment = school.assignment()
    worker = start_worker()
    until(messages.is_dir)

    school.owe(assignment, "anna", 8)
    until(lambda: school.held(assignment, "anna") == 8)

    # The folder goes while the worker runs: the same worker goes on.
    # Renamed: it may be written to at this moment.
    messages.rename(tmp_path / "gone")
    school.owe(assignment, "boris", 7)
    until(lambda: school.held(assignment, "boris") == 7)
    assert worker.poll() is None

    # Killed with a message under way, and its broker deleted with it: the next worker finds the score.
    school.platform.knocked.clear()
    school.platform.gate.clear()
    school.owe(assignment, "clara", 6)
    assert school.platform.knocked.wait(WAIT)
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()
    messages.rename(tmp_path / "gone too")
    school.platform.gate.set()
    # As if the dead worker's leases had run out.
    Lane.objects.update(leased_until=timezone.now())
    ScoreDelivery.objects.exclude(claim=None).update(claimed_until=timezone.now(), next_try_at=timezone.now())
    grades.record([school.change(assignment, "dora", 5)])
    start_worker()
    until(lambda: school.held(assignment, "dora") == 5)
    until(lambda: school.row(assignment, "clara").state == "delivered")
    assert school.held(assignment, "clara") == 6
    sent = [message for message in school.platform.posts() if message["userId"] == "clara"]
    assert len({message["timestamp"] for message in sent}) == 1
    assert list((tmp_path / "scratch").glob("*.msg")) == []


def test_the_worker_goes_on_while_its_folder_is_taken_apart(
    school: School, start_worker: Callable[[], subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    folder = tmp_path / "data" / "broker"
    worker = start_worker()
    until(folder.is_dir)
    taken: Counter[str] = Counter()

    def taken_often() -> bool:
        for path in [*folder.glob("*/*"), *folder.glob("*")]:
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
                taken[path.name] += 1
            else:
                path.unlink(missing_ok=True)
        return taken["messages"] >= 4

    until(taken_often)
    assignment = school.assignment()
    school.owe(assignment, "anna", 8)
    until(lambda: school.held(assignment, "anna") == 8)
    assert worker.poll() is None
