"""A small run of what ``make chaos`` does, and whether its judge would notice."""

from pathlib import Path
from typing import Any

import pytest

from .ground import Sqlite
from .run import Plan, Run
from .verdict import violations

PLAN = Plan(
    seed=7,
    submissions=60,
    learners=15,
    processes=3,
    seconds=10.0,
    kills=3,
    flushes=1,
    restarts=1,
    away=1.0,
)


def test_no_grade_is_lost_while_everything_fails(tmp_path: Path) -> None:
    ground = Sqlite(tmp_path / "database")
    run = Run(PLAN, ground, tmp_path)
    try:
        story = run.tell()
    finally:
        run.close()
        ground.close()
    assert story.wrong == []
    assert {kind: story.counts[kind] for kind in ("kill", "flush", "restart")} == {"kill": 3, "flush": 1, "restart": 1}
    assert story.faults.total() > 0
    assert story.states == {"delivered": story.counts["learners"]}


def test_a_seed_repeats_what_happens() -> None:
    assert PLAN.events() == PLAN.events()
    assert [kind for _, kind in PLAN.events()].count("kill") == 3
    other = Plan(**{**PLAN.__dict__, "seed": 8})
    assert other.events() != PLAN.events()


def post(score: float, second: int, *, new: bool | None = None, submitted: int = 1) -> dict[str, Any]:
    moment = "2026-03-02T12:00:{:02d}+00:00"
    return {
        "user": "anna",
        "score": score,
        "stamp": moment.format(second),
        "submitted": moment.format(submitted),
        "new": new,
    }


OWED = {"learners": {"anna": {"score": 0.5, "submitted": ["2026-03-02T12:00:01+00:00", "2026-03-02T12:00:02+00:00"]}}}


@pytest.mark.parametrize(
    ("held", "accepted", "said"),
    [
        (0.5, [post(0.4, 1), post(0.5, 2)], []),
        (0.5, [post(0.5, 1, new=True), post(0.5, 1, new=True)], []),
        (None, [], ["nothing is in the gradebook"]),
        (0.4, [post(0.4, 1)], ["0.4 is in the gradebook"]),
        (0.5, [post(0.5, 1), post(0.4, 2), post(0.5, 3)], ["went back"]),
        (0.5, [post(0.4, 2), post(0.5, 1)], ["went back"]),
        (0.5, [post(0.4, 1), post(0.5, 1)], ["two scores under one stamp"]),
        (0.5, [post(0.4, 1, new=True), post(0.5, 2, new=True)], ["was announced 2 times"]),
        (0.5, [post(0.5, 1, submitted=9)], ["no attempt ended at"]),
    ],
)
def test_what_the_judge_says(held: float | None, accepted: list[dict[str, Any]], said: list[str]) -> None:
    report = {"accepted": accepted, "held": [] if held is None else [{"user": "anna", "score": held}]}
    found = violations(OWED, [report])
    assert len(found) == len(said)
    assert all(part in sentence for part, sentence in zip(said, found, strict=True))


def test_a_grade_that_nobody_owes() -> None:
    report = {"accepted": [], "held": [{"user": "boris", "score": 1.0}]}
    assert violations({"learners": {}}, [report]) == ["boris: 1.0 is in the gradebook, nothing is owed"]
