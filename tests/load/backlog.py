"""A whole district that finishes at once: ``python -m tests.load.backlog``.

100,000 scores over 50 registrations wait when the workers start. What is printed says whether they drain fairly (what
each registration has when half of all scores are delivered, and when the first and the last of them is through), in
bounded memory (the workers' high-water mark), and at which cost in statements and processor time.
"""

import argparse
import os
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from tests.bench.ground import configured, prepared
from tests.bench.processes import BenchError

#: However slow the machine, a run ends.
PATIENCE = 1800.0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.load.backlog", description=__doc__)
    parser.add_argument("--scores", type=int, default=100_000, help="how many scores wait in all")
    parser.add_argument("--registrations", type=int, default=50, help="over how many registrations")
    parser.add_argument("--workers", type=int, default=2, help="how many worker processes there are, of 4 threads each")
    parser.add_argument("--latency", type=float, default=20, help="how long the platforms take for a score, in ms")
    parser.add_argument("--uneven", action="store_true", help="the first registration has half of all scores")
    options = parser.parse_args()
    name = configured(os.environ)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="coexistence-load-")))
        environment = stack.enter_context(prepared(embedded=not name, data=folder / "data"))
        # The sweep belongs to what is measured.
        os.environ.update({**environment, "SWEEP_SECONDS": "10"})
        from .district import District

        try:
            district = stack.enter_context(District.opened(folder, options.registrations))
            begun = time.monotonic()
            waiting = district.owe(options.scores, uneven=options.uneven)
            took = time.monotonic() - begun
            print(f"On {name or 'the embedded default'}; {waiting} scores were written down in {took:.0f} s.")
            print(f"{options.registrations} registrations, {options.workers} workers.", flush=True)
            print(district.drained(workers=options.workers, latency=options.latency, patience=PATIENCE))
        except BenchError as error:
            print(error, file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
