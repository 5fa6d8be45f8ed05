"""All measurements on one ground, as JSON: ``python -m tests.bench.measure``, started by ``tests.bench`` alone."""

import dataclasses
import json
import signal
import sys
from pathlib import Path
from types import FrameType

from . import content, launches, scores
from .figures import Row
from .processes import BenchError
from .stage import stage


@dataclasses.dataclass(frozen=True)
class Size:
    """How much of each is done in a round, and how many rounds; after ``patience`` seconds it is given up."""

    launches: int
    scores: int
    gets: int
    rounds: int
    patience: int = 290


def main(ground: str, folder: Path, size: Size) -> list[Row]:
    signal.signal(signal.SIGALRM, _too_long)
    signal.alarm(size.patience)
    with stage(folder) as prepared:
        return [
            *launches.measure(prepared, ground, launches=size.launches, rounds=size.rounds),
            *scores.measure(prepared, ground, scores=size.scores, rounds=max(1, size.rounds - 1)),
            *content.measure(prepared, ground, gets=size.gets, rounds=size.rounds),
        ]


def _too_long(number: int, frame: FrameType | None) -> None:
    raise BenchError("It took too long; is the machine busy with something else?")


if __name__ == "__main__":
    ground, folder, size = sys.argv[1:]
    try:
        rows = main(ground, Path(folder), Size(**json.loads(size)))
    except BenchError as error:
        sys.exit(str(error))
    print(json.dumps([dataclasses.asdict(row) for row in rows]))
