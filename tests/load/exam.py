"""``python -m tests.load.exam``: 200 learners answer at once, each every five seconds, against two gunicorn workers.

Needs PostgreSQL. Prints errors, lost answers, and how long a save takes, unloaded and under load. The exit status is 1
if there was an error or a lost answer, or if the 95th percentile under load reaches ten times the unloaded median.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.bench.ground import prepared
from tests.bench.processes import ROOT, module


def main() -> int:
    if not os.environ.get("DATABASE_URL", "").startswith("postgres"):
        print("Set DATABASE_URL to a PostgreSQL database; one of its own is made beside it.", file=sys.stderr)
        return 2
    with (
        tempfile.TemporaryDirectory(prefix="coexistence-load-") as folder,
        prepared(embedded=False, data=Path(folder) / "data") as environment,
    ):
        plain = {**environment, "DJANGO_SETTINGS_MODULE": "coexistence.settings"}
        return subprocess.run(module("tests.load.hall", folder), cwd=ROOT, env=plain, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
