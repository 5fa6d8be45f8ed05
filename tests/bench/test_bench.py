"""The bench in its smallest size, so that it cannot rot; what it counts is exact at any size."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from .figures import Round, percentile, row, table
from .ground import configured
from .processes import ROOT

LAUNCHES = ("launch, one after another", "launch, 8 at once")
SCORES = ("scores, platform takes 0 ms", "scores, platform takes 20 ms")
SINGLE = "a score by itself, to the gradebook"
API, KNOWN = "API, timeline", "API, timeline, not modified"


def test_it_measures_prints_a_table_and_leaves_nothing_behind(tmp_path: Path) -> None:
    results = tmp_path / "rows.json"
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    ground = "configured" if configured(os.environ) else "embedded"
    run = subprocess.run(
        [sys.executable, "-m", "tests.bench", "--quick", f"--only={ground}", f"--json={results}"],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(temporary)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert list(temporary.iterdir()) == []
    rows = {each["what"]: each for each in json.loads(results.read_text())}
    assert list(rows) == [*LAUNCHES, SINGLE, *SCORES, API, KNOWN]
    assert all(what in run.stdout for what in rows)
    for each in rows.values():
        assert each["rate"] > 0
        assert 0 < each["p50"] <= each["p95"]
        assert each["ratio"] is None or each["ratio"] > 0
    for what in LAUNCHES:
        # Known people at known links, with warm keys.
        assert 0 < rows[what]["statements"] <= 10
        assert rows[what]["requests"] == 0
    for what in (SINGLE, *SCORES):
        # One request for each score, and perhaps one for the run's token.
        assert 1 <= rows[what]["requests"] <= 1.02
    assert rows[SINGLE]["statements"] <= 6
    assert all(rows[what]["statements"] < 1 for what in SCORES)
    assert rows[KNOWN]["statements"] == 1


@pytest.mark.parametrize(
    ("values", "share", "expected"), [([3, 1, 2], 50, 2), ([3, 1, 2], 95, 3), ([7], 50, 7), (range(1, 101), 95, 95)]
)
def test_percentiles(values: list[float], share: int, expected: float) -> None:
    assert percentile(list(values), share) == expected


def test_a_row_holds_medians_and_the_ratio_to_the_floor_beside_it() -> None:
    ours = [Round(count=10, seconds=seconds, p50=0.1, p95=0.2, processor=0.05) for seconds in (1, 2, 4)]
    floor = [Round(count=10, seconds=seconds, p50=0.1, p95=0.2, processor=None) for seconds in (0.5, 0.5, 1)]
    found = row("here", "it", ours, floor, statements=6, requests=None)
    assert (found.rate, found.floor_rate, found.ratio) == (5, 20, 0.25)
    assert (found.p50, found.p95, found.cost, found.floor_cost) == (100, 200, 5, None)
    head, line, cells = table([found]).splitlines()
    assert " ".join(head.split()) == "on what per s floor ratio p50 ms p95 ms cpu ms floor SQL requests"
    assert set(line) == {"-"}
    assert cells.split() == ["here", "it", "5.0", "20.0", "0.25", "100.0", "200.0", "5.00", "-", "6.00", "-"]
