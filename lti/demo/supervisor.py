"""Keeps programs running: starts them, starts again what dies, and leaves nothing behind."""

import contextlib
import http.client
import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import IO
from urllib.parse import urlsplit

from lti.demo.programs import Program

LONGEST_PAUSE = 30.0
#: A program that ran this long, in seconds, has recovered: its next death is treated as its first.
RECOVERED = 60.0
#: How long programs may take to finish what they are doing, in seconds.
GRACE = 8.0


class ProgramError(Exception):
    """A program did not come up; the message shows the end of its log."""


@dataclass
class Running:
    """A program, its present process, and what is known of its deaths."""

    program: Program
    child: subprocess.Popen[bytes] | None = None
    born: float = 0.0
    pause: float = 0.0
    due: float = 0.0

    def start(self) -> None:
        log: IO[bytes]
        with self.program.log.open("ab") as log:
            # A group of its own: the terminal's Ctrl-C is for the supervisor alone, and a dead leader's children can
            # still be found.
            self.child = subprocess.Popen(  # noqa: S603 - our own commands
                self.program.command,
                cwd=self.program.cwd,
                env=dict(self.program.env),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.born = time.monotonic()

    def clear(self) -> None:
        """Kill whatever is left of the program's group."""
        if self.child is not None:
            # macOS answers with a refusal where only the dead are left.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.child.pid, signal.SIGKILL)

    def answers(self) -> bool:
        """Whether the program answers at its address with anything but a server error."""
        url = urlsplit(self.program.address)
        connection = http.client.HTTPConnection(url.hostname or "", url.port, timeout=5)
        try:
            connection.request("GET", url.path or "/")
            return connection.getresponse().status < http.client.INTERNAL_SERVER_ERROR
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def end_of_log(self, lines: int = 12) -> str:
        return "\n".join(self.program.log.read_text(errors="replace").splitlines()[-lines:])


@dataclass
class Supervisor:
    """Runs ``programs``; ``say`` gets a line for each thing that a person should know."""

    programs: Sequence[Program]
    say: Callable[[str], None]
    running: list[Running] = field(default_factory=list)

    def start(self) -> None:
        """Start every program with a fresh log; the log of the time before is kept under ``….1``."""
        for program in self.programs:
            if program.log.exists():
                program.log.replace(program.log.with_suffix(".log.1"))
            each = Running(program)
            self.running.append(each)
            each.start()

    def wait_until_up(self, *, timeout: float, stopping: Callable[[], bool] = lambda: False) -> None:
        """Wait until each program answers; raises ``ProgramError`` for one that dies or does not within ``timeout``."""
        until = time.monotonic() + timeout
        for each in self.running:
            while not stopping():
                if each.child is None or each.child.poll() is not None:
                    raise ProgramError(f"The {each.program.name} did not start. Its log ends:\n{each.end_of_log()}")
                if not each.program.address or each.answers():
                    break
                if time.monotonic() > until:
                    raise ProgramError(
                        f"The {each.program.name} does not answer at {each.program.address} after {timeout:.0f} "
                        f"seconds. Its log ends:\n{each.end_of_log()}"
                    )
                time.sleep(0.1)

    def tend(self) -> None:
        """Look at each program once: clear up after one that died, and start it again when its pause is over."""
        now = time.monotonic()
        for each in self.running:
            if each.child is not None and each.child.poll() is not None:
                # What a killed leader leaves, a beat or a server's workers, would do the work of its successor twice.
                each.clear()
                code = each.child.returncode
                each.child = None
                recovered = now - each.born > RECOVERED
                each.pause = each.program.pause if recovered or not each.pause else min(each.pause * 2, LONGEST_PAUSE)
                each.due = now + each.pause
                self.say(
                    f"The {each.program.name} ended ({_reason(code)}); it starts again in {each.pause:g} s. "
                    f"Its log: {each.program.log}"
                )
            if each.child is None and now >= each.due:
                each.start()

    def stop(self) -> None:
        """End every program and everything it started; those that do not end in time are killed."""
        for each in self.running:
            if each.child is not None:
                each.child.terminate()
        until = time.monotonic() + GRACE
        for each in self.running:
            if each.child is not None:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    each.child.wait(max(0.0, until - time.monotonic()))
                each.clear()
                each.child.wait()
                each.child = None


def _reason(code: int) -> str:
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"status {code}"
