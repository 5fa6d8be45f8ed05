"""Everything that must hold, in one command: ``python -m tests.run``, or ``--quick`` without browser and services.

What ran, and what this machine could not run, is said in the last lines; the very last is
``N passed, N failed, N skipped``, in which each check counts as one test. The exit status is 1 if anything failed, also
if a test run ended without having run any test.
"""

import argparse
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from defusedxml import ElementTree

ROOT = Path(__file__).resolve().parent.parent
PYTHON = sys.executable
BIN = Path(sys.executable).parent

PRODUCTION = {
    "COEXISTENCE_MODE": "production",
    "SECRET_KEY": secrets.token_urlsafe(60),
    "ALLOWED_HOSTS": "tool.example",
}

# The sandbox is a site of its own, with settings of its own.
SANDBOX_SETTINGS = {"DJANGO_SETTINGS_MODULE": "lti.sandbox.settings"}

# Variable, what it names, its usual port, and what stands in when it is not set.
SERVICES = (
    ("DATABASE_URL", "PostgreSQL", 5432, "SQLite"),
    ("CELERY_BROKER_URL", "a message broker", 5672, "a broker of files"),
    ("CACHE_URL", "Redis", 6379, "a cache in the process"),
)


@dataclass(frozen=True)
class Check:
    """A command that passes or fails as a whole; its output is shown when it fails."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Tests:
    """A run of pytest over ``paths``, in ``workers`` processes (0: in this one's child alone)."""

    name: str
    paths: Sequence[str]
    options: Sequence[str] = ()
    workers: int = 0
    #: What `make check` adds: which of these tests it leaves out.
    quick: Sequence[str] = ()


@dataclass
class Outcome:
    """What a step came to: counts, and for each reason to skip, how many tests it took."""

    name: str
    passed: int = 0
    failed: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    def line(self) -> str:
        parts = [f"{self.passed} passed"]
        if self.failed:
            parts.append(f"{self.failed} failed")
        if self.skipped:
            parts.append(f"{self.skipped.total()} skipped")
        return f"  {self.name}: {', '.join(parts)} ({self.seconds:.0f} s)"


CHECKS = (
    Check("types", (str(BIN / "mypy"), "coexistence", "lti")),
    Check(
        "types of the sandbox",
        (str(BIN / "mypy"), "--config-file=lti/sandbox/mypy.ini", "--cache-dir=.mypy_cache/sandbox", "lti/sandbox"),
        env=SANDBOX_SETTINGS,
    ),
    Check("formatting", (str(BIN / "ruff"), "format", "--check", "--quiet", ".")),
    Check("lint", (str(BIN / "ruff"), "check", "--quiet", ".")),
    Check("directions of import", (str(BIN / "lint-imports"),)),
    Check("migrations", (PYTHON, "manage.py", "makemigrations", "--check", "--dry-run")),
    Check(
        "migrations of the sandbox",
        (PYTHON, "manage.py", "makemigrations", "--check", "--dry-run"),
        env=SANDBOX_SETTINGS,
    ),
    Check("production settings", (PYTHON, "manage.py", "check", "--deploy", "--fail-level", "WARNING"), env=PRODUCTION),
)

UNIT = Tests(
    "unit and protocol tests",
    ("tests",),
    options=tuple(
        f"--ignore=tests/{folder}" for folder in ("sandbox", "platform_states", "platform", "bench", "browser")
    ),
    workers=2,
    quick=("-m", "not services"),
)
SANDBOX = Tests("sandbox tests", ("tests/sandbox",), options=("--ds=lti.sandbox.settings",))
STATES = Tests("states and troubles of the platform", ("tests/platform_states",), workers=2)
PLATFORM = Tests("tests against Open edX", ("tests/platform",))
BENCH = Tests("the bench, in small", ("tests/bench",))
BROWSER = Tests("browser tests", ("tests/browser",), workers=2)


def environment(data: Path, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a step: this one's, in test mode, with its files under ``data``."""
    return {
        **os.environ,
        "COEXISTENCE_MODE": "test",
        "DATA_DIR": str(data),
        "DJANGO_SETTINGS_MODULE": "coexistence.settings",
        **(extra or {}),
    }


def check(step: Check, data: Path) -> Outcome:
    """Run a check; print its output if it fails."""
    begun = time.monotonic()
    run = subprocess.run(
        step.command,
        cwd=ROOT,
        env=environment(data, step.env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    outcome = Outcome(step.name, seconds=time.monotonic() - begun)
    if run.returncode:
        outcome.failed = 1
        print(f"\n--- {step.name}: failed\n$ {' '.join(step.command)}\n{run.stdout.strip()}\n", flush=True)
    else:
        outcome.passed = 1
    return outcome


def tests(step: Tests, data: Path, *, quick: bool) -> Outcome:
    """Run pytest, its output passed through, and count what it says in its report."""
    report = data / f"{step.name.replace(' ', '-')}.xml"
    command = [PYTHON, "-m", "pytest", "-q", f"--junitxml={report}", *step.paths, *step.options]
    if step.workers:
        command += ["-n", str(step.workers)]
    if quick:
        command += step.quick
    print(f"\n--- {step.name}", flush=True)
    begun = time.monotonic()
    code = subprocess.run(command, cwd=ROOT, env=environment(data), stdin=subprocess.DEVNULL, check=False).returncode
    outcome = Outcome(step.name, seconds=time.monotonic() - begun)
    if report.exists():
        count(report, outcome)
    if code and not outcome.failed:
        # pytest ended without a verdict on any test: it could not start, was interrupted, or found nothing to run.
        outcome.failed = 1
        print(f"--- {step.name}: pytest ended with status {code}", flush=True)
    return outcome


def count(report: Path, outcome: Outcome) -> None:
    """Add up a JUnit report."""
    for case in ElementTree.parse(report).iter("testcase"):
        skipped = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            outcome.failed += 1
        elif skipped is not None:
            outcome.skipped[skipped.get("message") or "no reason given"] += 1
        else:
            outcome.passed += 1


def silent_services() -> list[str]:
    """A sentence for each service that a variable names and that does not answer."""
    silent = []
    for variable, name, port, _ in SERVICES:
        url = urlsplit(os.environ.get(variable, ""))
        if not url.hostname:
            continue
        address = (url.hostname, url.port or (6379 if url.scheme.startswith("redis") else port))
        try:
            socket.create_connection(address, timeout=5).close()
        except OSError as error:
            silent.append(f"{variable} names {name} at {address[0]}:{address[1]}, which does not answer: {error}.")
    return silent


def ground() -> list[str]:
    """What the tests stood on, and what they did not meet."""
    used, missing = [], []
    for variable, name, _, instead in SERVICES:
        url = urlsplit(os.environ.get(variable, ""))
        used.append(f"{url.scheme} ({variable})" if url.scheme else instead)
        if not url.scheme:
            missing.append(f"{name} ({variable} is not set)")
    lines = [f"Python {sys.version.split()[0]}; data: {used[0]}; messages: {used[1]}; cache: {used[2]}."]
    if missing:
        lines.append(f"Not met in this run: {', '.join(missing)}.")
    return lines


def run(*, quick: bool) -> list[Outcome]:
    """Every step, checks first and two at a time."""
    with tempfile.TemporaryDirectory(prefix="coexistence-tests-") as folder:
        data = Path(folder)
        with ThreadPoolExecutor(max_workers=2) as pool:
            outcomes = list(pool.map(lambda step: check(step, data), CHECKS))
        for outcome in outcomes:
            print(f"{'FAILED' if outcome.failed else 'ok':7}{outcome.name} ({outcome.seconds:.0f} s)", flush=True)
        for step in (UNIT, SANDBOX) if quick else (UNIT, SANDBOX, STATES, PLATFORM, BENCH, BROWSER):
            outcomes.append(tests(step, data, quick=quick))
    return outcomes


def main() -> int:
    parser = argparse.ArgumentParser(description="Run every check and test.")
    parser.add_argument("--quick", action="store_true", help="leave out what needs a browser or a service")
    quick = parser.parse_args().quick
    silent = silent_services()
    if silent:
        print("\n".join(silent))
        print(f"0 passed, {len(silent)} failed")
        return 1
    outcomes = run(quick=quick)
    skipped: Counter[str] = sum((outcome.skipped for outcome in outcomes), Counter())
    passed = sum(outcome.passed for outcome in outcomes)
    failed = sum(outcome.failed for outcome in outcomes)

    print("\n" + "-" * shutil.get_terminal_size((100, 24)).columns)
    for line in ground():
        print(line)
    for outcome in outcomes:
        print(outcome.line())
    if quick:
        print(
            "Left out on purpose: the tests that need a browser, a service or another platform, and the bench; "
            "`make test` runs them."
        )
    for reason, times in skipped.most_common():
        print(f"Not run here: {times} x {reason}")
    print(f"{passed} passed, {failed} failed, {skipped.total()} skipped", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
