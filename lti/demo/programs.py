"""The three programs of a demo, as the commands and environments that start them."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lti.demo.places import Place

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Program:
    """A command to keep running.

    ``env`` is its whole environment. ``address`` is a URL that answers once the program is up; empty for one that
    listens to nobody. ``pause`` is the first wait before it is started again, in seconds; it doubles each time.
    """

    name: str
    command: tuple[str, ...]
    env: Mapping[str, str]
    log: Path
    address: str = ""
    pause: float = 0.5
    cwd: Path = field(default=ROOT)


def environment(place: Place) -> dict[str, str]:
    """What the tool and its worker are started with: this process's environment, in demo mode, at ``place``."""
    return {
        **os.environ,
        "COEXISTENCE_MODE": "demo",
        "DJANGO_SETTINGS_MODULE": "coexistence.settings",
        "DATA_DIR": str(place.data_dir),
        "TOOL_URL": place.tool_url,
        # Logs are read while things happen.
        "PYTHONUNBUFFERED": "1",
    }


def sandbox_environment(place: Place) -> dict[str, str]:
    """What the sandbox is started with: it gets addresses and a database of its own, and none of the tool's."""
    kept = {name: value for name, value in os.environ.items() if name not in _TOOL_ONLY}
    return {
        **kept,
        "COEXISTENCE_MODE": "demo",
        "DJANGO_SETTINGS_MODULE": "lti.sandbox.settings",
        "SANDBOX_URL": place.sandbox_url,
        "SANDBOX_DATABASE": str(place.data_dir / "sandbox.sqlite3"),
        "TOOL_URL": place.tool_url,
        "PYTHONUNBUFFERED": "1",
    }


_TOOL_ONLY = {"DATABASE_URL", "CELERY_BROKER_URL", "CACHE_URL", "SECRET_KEY", "SECRET_KEY_FALLBACKS", "DATA_DIR"}


def serve(application: str, port: int) -> tuple[str, ...]:
    """The command that serves a WSGI application on loopback."""
    return (
        sys.executable, "-m", "gunicorn", application,
        "--bind", f"127.0.0.1:{port}",
        "--workers", "2", "--worker-class", "gthread", "--threads", "4",
        "--graceful-timeout", "5",
        # One import for all of a server's processes: a second start shall take seconds.
        "--preload",
        # It would be one socket in the home folder for all demos of this user.
        "--no-control-socket",
    )  # fmt: skip


def work() -> tuple[str, ...]:
    """The command of a Celery worker with the sweep in it."""
    return (
        sys.executable, "-m", "celery", "-A", "coexistence", "worker",
        "--beat",
        "--pool", "threads", "--concurrency", "4",
        "--without-mingle", "--without-gossip", "--loglevel", "INFO",
    )  # fmt: skip


def programs(place: Place) -> tuple[Program, Program, Program]:
    """The tool, its worker and the sandbox."""
    tool = Program(
        name="tool",
        command=serve("coexistence.wsgi:application", place.port),
        env=environment(place),
        log=place.logs / "tool.log",
        address=f"{place.tool_url}/livez",
    )
    worker = Program(
        name="worker",
        command=work(),
        env=environment(place),
        log=place.logs / "worker.log",
    )
    sandbox = Program(
        name="sandbox",
        command=serve("lti.sandbox.wsgi:application", place.sandbox_port),
        env=sandbox_environment(place),
        log=place.logs / "sandbox.log",
        address=f"{place.sandbox_url}/",
    )
    return tool, worker, sandbox
