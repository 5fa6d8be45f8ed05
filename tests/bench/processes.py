"""Programs to measure: started, watched and stopped by their own numbers, and what they cost."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROC = Path("/proc")
START_SECONDS = 90.0


class BenchError(Exception):
    """The measurement could not be made; the message says why."""


class Running:
    """A program that runs until ``stop``; its output goes to ``log``."""

    def __init__(self, name: str, command: Sequence[str], *, env: Mapping[str, str], log: Path) -> None:
        self.name, self.log = name, log
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                command, cwd=ROOT, env=dict(env), stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    def wait_until(self, up: Callable[[], bool]) -> None:
        """Wait until ``up``; ``BenchError`` with the end of the program's output where it ends or takes too long."""
        until = time.monotonic() + START_SECONDS
        while not up():
            if self._process.poll() is not None or time.monotonic() > until:
                raise BenchError(f"The {self.name} did not start:\n{self.said()}")
            time.sleep(0.05)

    def said(self) -> str:
        """The end of its output."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            for pid in family(self.pid):
                os.kill(pid, 9)
            self._process.wait()


def answers(url: str) -> bool:
    """Whether something answers at ``url``, whatever it says."""
    try:
        urllib.request.urlopen(url, timeout=5).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def module(name: str, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", name, *arguments)


def family(pid: int) -> list[int]:
    """``pid`` and all processes below it."""
    children: dict[int, list[int]] = {}
    for entry in PROC.iterdir():
        if entry.name.isdigit() and (fields := _stat(int(entry.name))):
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    found = [pid]
    for each in found:
        found += children.get(each, [])
    return found


def processor_seconds(pid: int) -> float | None:
    """What ``pid`` and everything below it has used of the processors so far; None where there is no /proc."""
    if not PROC.is_dir():
        return None
    # Own and that of ended children, in user and system mode (proc(5)).
    ticks = sum(sum(map(int, fields[11:15])) for each in family(pid) if (fields := _stat(each)))
    return ticks / os.sysconf("SC_CLK_TCK")


def _stat(pid: int) -> list[str]:
    """The fields of /proc/<pid>/stat after the name, beginning with the state; empty for a process that has ended."""
    try:
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
