"""``manage.py demo``: everything on one machine, to be tried in a browser; `make demo` calls it."""

import signal
import subprocess
import sys
import threading
from argparse import ArgumentParser
from io import StringIO
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from lti.demo.places import Place, PlaceError
from lti.demo.programs import ROOT, environment, programs, sandbox_environment
from lti.demo.supervisor import ProgramError, Supervisor
from lti.protocol.keys import ensure_tool_key

#: A slow machine compiles every module at its first start.
START_TIMEOUT = 90.0
TEND_SECONDS = 0.5


class Command(BaseCommand):
    help = "Run the tool, a worker and the sandbox LMS on this machine until Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="the tool's port (default: 8000)")
        parser.add_argument("--sandbox-port", type=int, default=8001, help="the sandbox's port (default: 8001)")
        parser.add_argument(
            "--class", type=int, default=0, dest="size", help="add a class of so many with a week of work"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.MODE != "demo":
            raise CommandError("The demo trusts this machine, so it runs only with COEXISTENCE_MODE=demo.")
        place = Place(options["port"], options["sandbox_port"], settings.DATA_DIR)
        stopping = threading.Event()

        def stop(number: int, frame: FrameType | None) -> None:
            stopping.set()

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, stop)
        try:
            place.check()
            place.occupy()
            self.prepare()
            self.run(place, size=options["size"], stopping=stopping)
        except (PlaceError, ProgramError) as error:
            raise CommandError(str(error)) from None

    def say(self, line: str) -> None:
        """Tell the person at the terminal; at once, also where the terminal is a file."""
        self.stdout.write(line)
        self.stdout.flush()

    def prepare(self) -> None:
        """Bring the database, the content and the tool's key up to date."""
        self.say("Preparing the database and the content …")
        call_command("migrate", verbosity=0, interactive=False)
        for unit in sorted(path.parent for path in (ROOT / "fixtures").glob("*/unit.yaml")):
            changes = StringIO()
            call_command("load_content", str(unit), stdout=changes)
            self.say(changes.getvalue().strip().splitlines()[-1])
        ensure_tool_key()
        connections.close_all()

    def run(self, place: Place, *, size: int, stopping: threading.Event) -> None:
        """Start the programs, connect the sandbox, and keep all of it running until told to stop."""
        supervisor = Supervisor(programs(place), say=self.say)
        try:
            _manage("sandbox_setup", "--no-register", env=sandbox_environment(place), log=place.logs)
            self.say("Starting the tool, its worker and the sandbox …")
            supervisor.start()
            supervisor.wait_until_up(timeout=START_TIMEOUT, stopping=stopping.is_set)
            if not stopping.is_set():
                _manage("sandbox_setup", "--tool-url", place.tool_url, env=sandbox_environment(place), log=place.logs)
            if size and not stopping.is_set():
                self.say(f"Making a class of {size} with a week of work …")
                _manage("sandbox_class", "--size", str(size), env=sandbox_environment(place), log=place.logs)
                _manage("demo_class", "--sandbox-url", place.sandbox_url, env=environment(place), log=place.logs)
            if not stopping.is_set():
                self.say(self.welcome(place))
            while not stopping.wait(TEND_SECONDS):
                supervisor.tend()
            self.say("Stopping …")
        finally:
            supervisor.stop()

    def welcome(self, place: Place) -> str:
        """What to open and what to try, in four lines."""
        return "\n".join(
            (
                "",
                f"Open {place.sandbox_url} — a small course site; the tool itself is at {place.tool_url}.",
                "1. As the instructor: Add activity, choose the quiz, place it in the course.",
                "2. As a student: open it, read, take the quiz; then watch the score arrive in the gradebook.",
                f"Ctrl-C stops everything. What you did stays in {_shown(place.data_dir)}; the logs are there too.",
                "",
            )
        )


def _shown(path: Path) -> str:
    here = Path.cwd()
    return f"{path.relative_to(here)}/" if path.is_relative_to(here) else str(path)


def _manage(command: str, *arguments: str, env: dict[str, str], log: Path) -> None:
    """Run a management command in a process of its own; raises ``ProgramError`` with the end of its output."""
    run = subprocess.run(  # noqa: S603 - our own commands
        [sys.executable, "manage.py", command, *arguments],
        cwd=ROOT,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        check=False,
    )
    (log / f"{command}.log").write_text(run.stdout)
    if run.returncode:
        end = "\n".join(run.stdout.splitlines()[-12:])
        raise ProgramError(f"{command} did not succeed:\n{end}\nThe logs are in {log}.")
