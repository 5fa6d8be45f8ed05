"""The demo as a real process, for a browser to be pointed at: started, looked into, and stopped as by Ctrl-C."""

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from kombu import Connection
from psycopg import sql

from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 240
#: A worker ends when it has finished what it is at.
STOP_SECONDS = 90


def fresh_database(url: str) -> str:
    """The URL of an empty database beside the one at ``url``; SQLite, the default, needs none."""
    parts = urlsplit(url)
    if not parts.scheme.startswith("postgres"):
        return url
    name = f"{parts.path.lstrip('/')}_{secrets.token_hex(4)}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return urlunsplit(parts._replace(path=f"/{name}"))


@dataclass
class Stack:
    """A running ``manage.py demo`` in ``data``."""

    data: Path
    port: int = field(default_factory=free_port)
    sandbox_port: int = field(default_factory=free_port)
    arguments: tuple[str, ...] = ()
    process: subprocess.Popen[bytes] | None = None
    database: str | None = None

    @property
    def tool(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def sandbox(self) -> str:
        return f"http://127.0.0.1:{self.sandbox_port}"

    @property
    def terminal(self) -> Path:
        """What a person would see on the terminal."""
        return self.data.parent / "terminal.log"

    def said(self) -> str:
        return self.terminal.read_text()

    def environment(self) -> dict[str, str]:
        """What the demo is started with."""
        return {
            **os.environ,
            "COEXISTENCE_MODE": "demo",
            "DATA_DIR": str(self.data),
            "DATABASE_URL": self.database or "",
            "SWEEP_SECONDS": "2",
            # Beside another demo on the same broker, neither must take the other's messages.
            "CELERY_QUEUE": f"demo-{self.port}",
        }

    @contextmanager
    def started(self) -> Iterator["Stack"]:
        """The demo, started, and at the end stopped without a trace; also where it did not come up."""
        try:
            self.start()
            yield self
        finally:
            self.stop()
            self.remove()

    def start(self) -> None:
        """Start the demo and wait until it says what to open."""
        if self.database is None:
            self.database = fresh_database(os.environ.get("DATABASE_URL", ""))
        with self.terminal.open("wb") as terminal:
            self.process = subprocess.Popen(
                self.command(),
                cwd=ROOT,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=terminal,
                stderr=subprocess.STDOUT,
            )
        wait_for(lambda: f"Open {self.sandbox}" in self.said() or self.ended(), START_SECONDS, what="the demo's start")
        assert not self.ended(), self.said()

    def command(self) -> list[str]:
        ports = (f"--port={self.port}", f"--sandbox-port={self.sandbox_port}")
        return [sys.executable, "manage.py", "demo", *ports, *self.arguments]

    def ended(self) -> bool:
        return self.process is None or self.process.poll() is not None

    def stop(self) -> None:
        """Stop the demo as Ctrl-C does; kill what is left, and fail, if anything is left."""
        if self.process is None:
            return
        family = self.family()
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(STOP_SECONDS)
            # Whoever was killed at last takes a moment to be gone.
            wait_for(lambda: not any(map(running, family)), STOP_SECONDS, what="the end of all that the demo started")
        finally:
            left = [pid for pid in family if running(pid)]
            for pid in left:
                os.kill(pid, signal.SIGKILL)
            self.process.kill()
            self.process.wait()
            self.process = None
        assert not left, f"The demo left {len(left)} processes behind."

    def remove(self) -> None:
        """Take away what a stopped demo leaves on shared servers: its database and its queue."""
        url, broker = os.environ.get("DATABASE_URL", ""), os.environ.get("CELERY_BROKER_URL", "")
        if self.database and self.database != url:
            name = urlsplit(self.database).path.lstrip("/")
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
        if broker:
            with Connection(broker) as connection:
                connection.default_channel.queue_delete(f"demo-{self.port}")

    def family(self) -> list[int]:
        """The numbers of all processes below the demo."""
        assert self.process is not None
        children: dict[int, list[int]] = {}
        for pid, parent, _ in processes():
            children.setdefault(parent, []).append(pid)
        found, look = [], [self.process.pid]
        while look:
            below = children.get(look.pop(), [])
            found += below
            look += below
        return found

    def worker(self) -> int:
        """The number of the Celery worker that the demo started."""
        assert self.process is not None
        (pid,) = [pid for pid, parent, line in processes() if parent == self.process.pid and "celery" in line]
        return pid


def processes() -> list[tuple[int, int, str]]:
    """Number, parent's number and command line of every process but the dead."""
    listing = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid=,stat=,args="], capture_output=True, text=True, check=True
    ).stdout
    rows = [line.split(None, 3) for line in listing.splitlines()]
    return [(int(row[0]), int(row[1]), row[3]) for row in rows if len(row) == 4 and not row[2].startswith("Z")]


def running(pid: int) -> bool:
    return any(pid == each for each, _, _ in processes())


def wait_for(condition: Callable[[], bool], seconds: float, *, what: str) -> None:
    """Wait until ``condition`` holds; fails by the name of ``what`` was waited for."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, f"{what} did not come within {seconds:.0f} seconds"
        time.sleep(0.1)
