"""One run: the platforms, the workers, those who submit, and what is done to them."""

import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.ports import free_ports

from .ground import Ground
from .verdict import violations

ROOT = Path(__file__).resolve().parents[2]
MANNERS = ("canvas", "moodle", "generic")
QUEUE = "chaos"


@dataclass(frozen=True)
class Plan:
    """How much is submitted, by how many processes, within about how many seconds, and what happens meanwhile."""

    seed: int
    submissions: int
    learners: int
    processes: int
    seconds: float
    kills: int
    flushes: int
    restarts: int
    away: float = 1.5
    workers: int = 2
    patience: float = 150.0

    def events(self) -> list[tuple[float, str]]:
        """What happens when, in order: a matter of the seed alone."""
        dice = random.Random(self.seed)
        kinds = ["kill"] * self.kills + ["flush"] * self.flushes + ["restart"] * self.restarts
        dice.shuffle(kinds)
        step = self.seconds / (len(kinds) + 1)
        return [(step * (number + dice.uniform(0.7, 1.3)), kind) for number, kind in enumerate(kinds, 1)]


@dataclass
class Story:
    """What happened, and what is wrong with how it ended."""

    counts: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    accepted: int = 0
    posts: int = 0
    settled: float = 0.0
    states: dict[str, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)


class Run:
    """Programs that run until ``close``; each is ended by its own number."""

    def __init__(self, plan: Plan, ground: Ground, folder: Path) -> None:
        self.plan, self.ground, self.folder = plan, ground, folder
        self.port = free_ports(len(MANNERS))
        self.data = folder / "data"
        self.env = {
            **os.environ,
            "COEXISTENCE_MODE": "test",
            "DJANGO_SETTINGS_MODULE": "coexistence.settings",
            "DATABASE_URL": ground.url,
            "DATA_DIR": str(self.data),
            "CELERY_QUEUE": f"{QUEUE}-{os.getpid()}",
            "SWEEP_SECONDS": "1",
            # Leases are as long as requests may take, and killed workers leave theirs behind.
            "LTI_REQUEST_SECONDS": "2",
        }
        self._running: list[subprocess.Popen[bytes]] = []
        self._workers: list[subprocess.Popen[bytes]] = []
        self._logs = 0

    def close(self) -> None:
        for process in self._running:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def tell(self) -> Story:
        """Let it all happen."""
        story, plan = Story(), self.plan
        platforms = self._python("tests.chaos.platform", str(plan.seed), str(self.port), *MANNERS)
        for number in range(len(MANNERS)):
            self._until_up(platforms, self.port + number)
        self._python("tests.chaos.school", "prepare", str(self.port), str(plan.learners), *MANNERS).wait()
        self._workers = [self._worker() for _ in range(plan.workers)]
        self._until_heard()
        each = plan.submissions // plan.processes
        submitters = [
            self._python(
                "tests.chaos.submitter", str(plan.seed), *map(str, (first, plan.processes, each)), str(plan.seconds)
            )
            for first in range(plan.processes)
        ]
        story.counts["submissions"] = each * plan.processes
        story.counts["processes"] = plan.processes
        began = time.monotonic()
        dice = random.Random(f"{plan.seed} victims")
        for at, kind in plan.events():
            time.sleep(max(0.0, began + at - time.monotonic()))
            story.counts[kind] += self._happen(kind, dice)
        for process in submitters:
            if process.wait(timeout=plan.patience):
                story.wrong.append(f"a submitter ended with status {process.returncode}")
        self._settle(story)
        return story

    def _happen(self, kind: str, dice: random.Random) -> int:
        """Do it; how often it was really done."""
        if kind == "restart":
            self.ground.disturb(self.plan.away)
            return 1
        if kind == "flush":
            return self._flush()
        # The one that has run longest: one that has only just begun does nothing yet.
        victim = self._workers.pop(0)
        alive = victim.poll() is None
        if alive:
            os.killpg(victim.pid, signal.SIGKILL)
        victim.wait()
        time.sleep(dice.uniform(0.0, 0.5))
        self._workers.append(self._worker())
        return int(alive)

    def _flush(self) -> int:
        url = self.env.get("CELERY_BROKER_URL")
        if not url:
            if not (self.data / "broker").exists():
                return 0
            shutil.rmtree(self.data / "broker", ignore_errors=True)
            return 1
        from kombu import Connection

        with Connection(url) as connection, connection.channel() as channel:
            channel.queue_purge(self.env["CELERY_QUEUE"])
        return 1

    def _settle(self, story: Story) -> None:
        """Let the platforms behave, and wait until every score is where it belongs."""
        began = time.monotonic()
        for number in range(len(MANNERS)):
            self._get(number, "calm")
        target = self.folder / "owed.json"
        while True:
            self._python("tests.chaos.school", "owed", str(target)).wait()
            owed = json.loads(target.read_text())
            reports = [self._get(number, "report") for number in range(len(MANNERS))]
            wrong = violations(owed, reports)
            wrong += [f"{count} rows are {state}" for state, count in owed["states"].items() if state != "delivered"]
            if not wrong or time.monotonic() - began > self.plan.patience:
                break
            time.sleep(1.0)
        story.settled = time.monotonic() - began
        story.wrong += wrong
        story.states = owed["states"]
        story.counts["learners"] = len(owed["learners"])
        for report in reports:
            story.faults.update(report["faults"])
            story.accepted += len(report["accepted"])
            story.posts += report["posts"]

    def _get(self, number: int, path: str) -> Mapping[str, Any]:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port + number}/{path}", timeout=20) as answer:
            told: Mapping[str, Any] = json.load(answer)
            return told

    def _worker(self) -> subprocess.Popen[bytes]:
        return self._python("celery", "-A", "coexistence", "worker", "-B", "-P", "threads", "-c", "4")

    def _python(self, *arguments: str) -> subprocess.Popen[bytes]:
        self._logs += 1
        log = self.folder / f"{self._logs:03d}-{arguments[0].rpartition('.')[2]}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", *arguments],
                cwd=ROOT,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._running.append(process)
        return process

    def _until_heard(self) -> None:
        """Wait until a worker listens, so that what is done to it and to its broker is done to something."""
        gives_up = time.monotonic() + 180
        while not self.env.get("CELERY_BROKER_URL") and not (self.data / "broker" / "messages").exists():
            if time.monotonic() > gives_up:
                raise TimeoutError("the workers did not start")
            time.sleep(0.1)

    def _until_up(self, process: subprocess.Popen[bytes], port: int) -> None:
        gives_up = time.monotonic() + 180
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
            except OSError as error:
                if process.poll() is not None or time.monotonic() > gives_up:
                    logs = "\n".join(log.read_text(errors="replace") for log in sorted(self.folder.glob("*.log")))
                    raise AssertionError(f"nothing answers on port {port}:\n{logs}") from error
                time.sleep(0.05)
            else:
                return
