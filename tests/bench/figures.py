"""What was measured, and the table of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median


def percentile(values: Sequence[float], share: int) -> float:
    """The smallest of ``values`` that at least ``share`` percent of them do not exceed."""
    ranked = sorted(values)
    return ranked[max(0, -(-len(ranked) * share // 100) - 1)]


@dataclass(frozen=True)
class Round:
    """One round of one side: how many in how many seconds, each one's seconds, and the processor time of all."""

    count: int
    seconds: float
    p50: float
    p95: float
    processor: float | None

    @property
    def rate(self) -> float:
        return self.count / self.seconds

    @property
    def cost(self) -> float | None:
        """Processor seconds for each."""
        return None if self.processor is None else self.processor / self.count


@dataclass(frozen=True)
class Row:
    """A line of the table: medians over rounds. Times in ms; what a side does not have is None."""

    ground: str
    what: str
    rate: float
    floor_rate: float | None
    ratio: float | None
    p50: float
    p95: float
    cost: float | None
    floor_cost: float | None
    statements: float | None
    requests: float | None


def row(
    ground: str,
    what: str,
    ours: Sequence[Round],
    floor: Sequence[Round],
    *,
    statements: float | None,
    requests: float | None,
) -> Row:
    """The row of rounds that were run in turns; the ratio is that of each round to the floor's beside it."""
    ratios = [mine.rate / bare.rate for mine, bare in zip(ours, floor, strict=True)] if floor else []
    return Row(
        ground=ground,
        what=what,
        rate=median(each.rate for each in ours),
        floor_rate=_median(each.rate for each in floor),
        ratio=_median(ratios),
        p50=median(each.p50 for each in ours) * 1000,
        p95=median(each.p95 for each in ours) * 1000,
        cost=_ms(each.cost for each in ours),
        floor_cost=_ms(each.cost for each in floor),
        statements=statements,
        requests=requests,
    )


def _median(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None


def _ms(values: Iterable[float | None]) -> float | None:
    middle = _median(values)
    return None if middle is None else middle * 1000


COLUMNS = (
    ("rate", "per s", "{:.1f}"),
    ("floor_rate", "floor", "{:.1f}"),
    ("ratio", "ratio", "{:.2f}"),
    ("p50", "p50 ms", "{:.1f}"),
    ("p95", "p95 ms", "{:.1f}"),
    ("cost", "cpu ms", "{:.2f}"),
    ("floor_cost", "floor", "{:.2f}"),
    ("statements", "SQL", "{:.2f}"),
    ("requests", "requests", "{:.2f}"),
)


def table(rows: Sequence[Row]) -> str:
    """All rows, under one head."""
    lines = [("on", "what", *(title for _, title, _ in COLUMNS))]
    for each in rows:
        cells = ("-" if (value := getattr(each, name)) is None else form.format(value) for name, _, form in COLUMNS)
        lines.append((each.ground, each.what, *cells))
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    shown = [
        "  ".join(
            cell.ljust(width) if column < 2 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    ]
    return "\n".join([shown[0], "-" * max(map(len, shown)), *shown[1:]])
