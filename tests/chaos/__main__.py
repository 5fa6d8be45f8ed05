"""``make chaos``: submit while everything fails, and see that every grade arrives."""

import argparse
import secrets
import sys
import tempfile
from pathlib import Path

from .ground import Postgres, Sqlite, programs
from .run import Plan, Run


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seed", type=int, help="repeats the order of what happens; chosen where it is not given")
    parser.add_argument("--submissions", type=int, default=2000)
    parser.add_argument("--seconds", type=float, default=110.0, help="how long submissions and mishaps take")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--flushes", type=int, default=3)
    parser.add_argument("--restarts", type=int, default=1)
    parser.add_argument(
        "--database", choices=("postgres", "sqlite"), help="by default PostgreSQL where it is installed"
    )
    options = parser.parse_args()
    seed = secrets.randbelow(10**6) if options.seed is None else options.seed
    if options.database == "postgres" and programs() is None:
        parser.error("PostgreSQL's initdb and pg_ctl were not found on this machine.")
    plan = Plan(
        seed=seed,
        submissions=options.submissions,
        learners=max(12, options.submissions // 5),
        processes=4,
        seconds=options.seconds,
        kills=options.kills,
        flushes=options.flushes,
        restarts=options.restarts,
    )
    folder = Path(tempfile.mkdtemp(prefix="coexistence-chaos-"))
    postgres = options.database != "sqlite" and programs() is not None
    ground = (Postgres if postgres else Sqlite)(folder / "database")
    run = Run(plan, ground, folder)
    print(f"seed {seed}: {plan.submissions} submissions on {ground.name}; logs are in {folder}", flush=True)
    try:
        story = run.tell()
    finally:
        run.close()
        ground.close()
    counts = story.counts
    print(
        f"{counts['submissions']} submissions of {counts['learners']} learners by {counts['processes']} processes; "
        f"{counts['kill']} workers killed, broker flushed {counts['flush']} times, "
        f"database {'crashed and restarted' if postgres else 'locked'} {counts['restart']} times"
    )
    print(f"the platforms misbehaved: {', '.join(f'{name} {times}' for name, times in story.faults.most_common())}")
    print(f"{story.posts} posts, {story.accepted} accepted; settled {story.settled:.0f} s after the last mishap")
    print(f"rows: {', '.join(f'{count} {state}' for state, count in story.states.items())}")
    for sentence in story.wrong[:20]:
        print(f"WRONG: {sentence}")
    enough = all(counts[kind] >= wanted for kind, wanted in (("kill", plan.kills), ("flush", plan.flushes)))
    if not enough:
        print("WRONG: less happened than was planned.")
    print("Every grade is where it belongs." if enough and not story.wrong else f"Repeat it with --seed {seed}.")
    return 0 if enough and not story.wrong else 1


if __name__ == "__main__":
    sys.exit(main())
