"""``make bench``: measure on the embedded default and on what the environment names, and print one table."""

import argparse
import dataclasses
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from .figures import Row, table
from .ground import EMBEDDED, configured, prepared
from .measure import Size
from .processes import ROOT, BenchError, module
from .scores import THREADS

FULL = Size(launches=200, scores=1500, gets=150, rounds=3)
QUICK = Size(launches=16, scores=60, gets=16, rounds=1)
#: For the processes below to end after Ctrl-C.
LAST_SECONDS = 30

NOTES = """\
floor: the same number of requests to a Django view that only checks the signature (launch) or returns ready bytes
(API), under the same gunicorn; for scores {threads} threads that only post, over connections they keep. In turns.
ratio: the tool's speed as a share of the floor's, each round against the floor's round beside it; medians of {rounds}.
per s, scores: from the first to the last one at the platform, of {scores} that become due at once.
p50, p95: login and launch together; a request to the platform; for a score by itself, from submission to gradebook.
cpu ms: processor time of the tool's processes (gunicorn, or the Celery worker) for each, without the database server.
SQL: statements for each without BEGIN, COMMIT and savepoints. requests: to the platform, tokens and keys included."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="hardly anything, to see that it works")
    parser.add_argument("--scores", type=int, help="how many scores become due at once")
    parser.add_argument("--json", type=Path, help="write the rows there, too")
    parser.add_argument("--only", choices=("embedded", "configured"), help="leave the other ground out")
    options = parser.parse_args()
    size = QUICK if options.quick else FULL
    if options.scores:
        size = dataclasses.replace(size, scores=options.scores)
    grounds = {"embedded": EMBEDDED, "configured": configured(os.environ)}
    if options.only:
        grounds = {options.only: grounds[options.only]}
        if not grounds[options.only]:
            parser.error("nothing is configured: set DATABASE_URL, CELERY_BROKER_URL or CACHE_URL")
    # Five minutes for all of it, however slow the machine.
    size = dataclasses.replace(size, patience=size.patience // sum(map(bool, grounds.values())))
    begun = time.monotonic()
    rows: list[Row] = []
    try:
        for ground, name in grounds.items():
            if name:
                print(f"Measuring on {name} …", file=sys.stderr, flush=True)
                rows += measure(name, size, embedded=ground == "embedded")
    except BenchError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    print(
        f"{platform.system()} on {os.cpu_count()} processors, Python {platform.python_version()}; "
        f"{time.monotonic() - begun:.0f} s\n"
    )
    print(table(rows))
    print(f"\n{NOTES.format(threads=THREADS, rounds=size.rounds, scores=size.scores)}")
    if not grounds.get("configured") and not options.only:
        print("Not measured: PostgreSQL, RabbitMQ or Redis (DATABASE_URL, CELERY_BROKER_URL, CACHE_URL are not set).")
    if options.json:
        options.json.write_text(json.dumps([dataclasses.asdict(row) for row in rows], indent=1))
    return 0


def measure(name: str, size: Size, *, embedded: bool) -> list[Row]:
    """The rows of one ground, measured by a process whose environment is that ground's."""
    with (
        tempfile.TemporaryDirectory(prefix="coexistence-bench-") as folder,
        prepared(embedded=embedded, data=Path(folder) / "data") as environment,
    ):
        process = subprocess.Popen(
            module("tests.bench.measure", name, folder, json.dumps(dataclasses.asdict(size))),
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            said, complained = process.communicate()
        finally:
            # After Ctrl-C it is stopping what it has started, and must be left the time.
            process.wait(LAST_SECONDS)
    if process.returncode:
        raise BenchError(f"Nothing was measured on {name}.\n{complained.strip()}")
    return [Row(**row) for row in json.loads(said)]


if __name__ == "__main__":
    sys.exit(main())
