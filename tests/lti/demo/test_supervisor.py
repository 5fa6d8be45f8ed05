"""The supervisor, with small real processes: what dies comes back, and nothing is left behind."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lti.demo.programs import Program
from lti.demo.supervisor import ProgramError, Supervisor

# Starts a child of its own, as a server and a worker with a beat do, and tells both numbers.
FAMILY = """
import os, pathlib, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
pathlib.Path("pids.new").write_text(f"{os.getpid()} {child.pid}")
os.rename("pids.new", "pids")
print("ready", flush=True)
time.sleep(600)
"""
STUBBORN = "import signal, pathlib; signal.signal(signal.SIGTERM, signal.SIG_IGN);" + FAMILY


def wait_for(condition: Callable[[], bool], seconds: float = 90) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.02)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A killed orphan may wait for its new parent to take note of it.
    status = Path(f"/proc/{pid}/stat")
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "Z"


class Stage:
    """One program under a supervisor, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said: list[str] = []
        self.supervisor = Supervisor([], say=self.said.append)

    def start(self, source: str, address: str = "") -> None:
        program = Program(
            name="worker",
            command=(sys.executable, "-c", source),
            env=dict(os.environ),
            log=self.folder / "worker.log",
            address=address,
            pause=0.05,
            cwd=self.folder,
        )
        self.supervisor.programs = [program]
        self.supervisor.start()

    def family(self) -> list[int]:
        """The numbers of the process and its child, once both are there."""
        wait_for((self.folder / "pids").exists)
        return [int(pid) for pid in (self.folder / "pids").read_text().split()]

    def tend_until(self, condition: Callable[[], bool]) -> None:
        def tended() -> bool:
            self.supervisor.tend()
            return condition()

        wait_for(tended)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    stage = Stage(tmp_path)
    yield stage
    stage.supervisor.stop()


def test_stopping_leaves_nobody_behind(stage: Stage) -> None:
    stage.start(FAMILY)
    family = stage.family()
    stage.supervisor.stop()
    wait_for(lambda: not any(alive(pid) for pid in family))


def test_who_does_not_want_to_stop_is_killed(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lti.demo.supervisor.GRACE", 0.1)
    stage.start(STUBBORN)
    family = stage.family()
    stage.supervisor.stop()
    wait_for(lambda: not any(alive(pid) for pid in family))


def test_a_killed_program_comes_back_without_its_leftovers(stage: Stage) -> None:
    stage.start(FAMILY)
    leader, child = stage.family()
    (stage.folder / "pids").unlink()
    os.kill(leader, signal.SIGKILL)
    stage.tend_until((stage.folder / "pids").exists)
    assert stage.family()[0] != leader
    wait_for(lambda: not alive(child))
    (line,) = stage.said
    assert line.startswith("The worker ended (killed by SIGKILL); it starts again in 0.05 s.")


def test_the_pause_doubles_while_a_program_keeps_dying(stage: Stage) -> None:
    stage.start("raise SystemExit(3)")
    stage.tend_until(lambda: len(stage.said) == 3)
    assert [line.split("starts again in ")[1].split(" s")[0] for line in stage.said] == ["0.05", "0.1", "0.2"]
    assert "(status 3)" in stage.said[0]


def test_a_program_that_does_not_start_shows_the_end_of_its_log(stage: Stage) -> None:
    stage.start("import sys; sys.exit('no such thing as a lunch')", address="http://127.0.0.1:9/")
    with pytest.raises(ProgramError, match=r"The worker did not start\. Its log ends:\nno such thing as a lunch"):
        stage.supervisor.wait_until_up(timeout=90)


def test_a_program_that_never_answers_is_said(stage: Stage) -> None:
    stage.start(FAMILY, address="http://127.0.0.1:9/")
    with pytest.raises(ProgramError, match=r"does not answer at http://127\.0\.0\.1:9/ after 0 s"):
        stage.supervisor.wait_until_up(timeout=0.3)


def test_the_log_of_the_time_before_is_kept(stage: Stage) -> None:
    (stage.folder / "worker.log").write_text("yesterday")
    stage.start("print('today', flush=True)")
    wait_for(lambda: (stage.folder / "worker.log").read_text() == "today\n")
    assert (stage.folder / "worker.log.1").read_text() == "yesterday"
