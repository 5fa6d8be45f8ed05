"""Where the events stand on the drawn time axis: numbers only, so that the page needs no script and no style for it.

All lengths are whole units of the drawing (about a CSS pixel): a decimal point would become a comma in some languages.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate, groupby

from coexistence.content.models import Event

MARGIN = 14
#: How many shapes a theme may have: circle, diamond, square.
SHAPES = 3
#: What one letter of a label takes on average; generous, because the reader's font is not known here.
LETTER = 7
LONGEST_LABEL = 38
#: What the number of a year takes.
NUMBER = 34
#: How many years without an event are drawn narrow, and then as how many years.
SHORTEST_GAP = 3
GAP_SIZE = 0.9


@dataclass(frozen=True, slots=True)
class Drawing:
    """How one of the drawings is made: its width, the height of a row, and whether marks carry their titles."""

    width: int
    row: int
    labelled: bool


WIDE = Drawing(width=1060, row=30, labelled=True)
COMPACT = Drawing(width=344, row=30, labelled=False)


@dataclass(frozen=True, slots=True)
class Tick:
    """The first of January of a year, with its number where there is room for it."""

    year: int | None
    x: int


@dataclass(frozen=True, slots=True)
class Gap:
    """Years without events, drawn narrow."""

    x: int
    width: int


@dataclass(frozen=True, slots=True)
class Mark:
    """One event: a figure whose size says how much it mattered and whose shape says its theme, a bar where it lasted,
    and perhaps its title."""

    event: Event
    x: int
    y: int
    path: str
    shape: int
    bar: int
    label: str
    label_x: int
    anchor: str

    @property
    def end(self) -> int:
        return self.x + self.bar


@dataclass(frozen=True, slots=True)
class Lane:
    """A band of the drawing for the events that belong together; lanes stand side by side on one scale."""

    title: str
    y: int
    height: int
    marks: Sequence[Mark]

    @property
    def title_y(self) -> int:
        return self.y + 18


@dataclass(frozen=True, slots=True)
class Axis:
    """The whole drawing."""

    width: int
    height: int
    ticks: Sequence[Tick]
    gaps: Sequence[Gap]
    lanes: Sequence[Lane]

    @property
    def foot(self) -> int:
        """Where the lines end and the years stand."""
        return self.height - 24

    @property
    def years_y(self) -> int:
        return self.height - 6


def draw(
    *, events: Sequence[Event], lanes: Mapping[str, str], shapes: Mapping[str, int], drawing: Drawing
) -> Axis | None:
    """The drawing of ``events`` in the lanes (id -> title) that have any; None without events.

    ``shapes`` gives each theme its shape, 0 to 2.
    """
    if not events:
        return None
    scale = _Scale(events, drawing.width)
    names = {**lanes, **{event.lane: event.lane for event in events if event.lane not in lanes}}
    bands: list[Lane] = []
    y = 0
    for name, title in names.items():
        members = [event for event in events if event.lane == name]
        if not members:
            continue
        shown = title if len({event.lane for event in events}) > 1 else ""
        head = 30 if shown else 10
        marks, rows = _place(members, scale, drawing, shapes, top=y + head)
        height = head + rows * drawing.row + 8
        bands.append(Lane(title=shown, y=y, height=height, marks=marks))
        y += height
    gaps = [
        Gap(x=round(scale.year_start(gap[0])), width=round(scale.year_end(gap[-1]) - scale.year_start(gap[0])))
        for gap in scale.gaps
    ]
    return Axis(width=drawing.width, height=y + 28, ticks=scale.ticks(), gaps=gaps, lanes=bands)


class _Scale:
    """Days to places. Years without events are drawn narrow, so that one early event does not squeeze the rest."""

    def __init__(self, events: Sequence[Event], width: int) -> None:
        busy = {year for event in events for year in range(event.start.year, event.end.year + 1)}
        self.years = range(min(busy), max(busy) + 1)
        self.gaps: list[range] = []
        sizes: dict[int, float] = {}
        for empty, run in groupby(self.years, key=lambda year: year not in busy):
            years = list(run)
            narrow = empty and len(years) >= SHORTEST_GAP
            if narrow:
                self.gaps.append(range(years[0], years[-1] + 1))
            sizes.update(dict.fromkeys(years, GAP_SIZE / len(years) if narrow else 1.0))
        unit = (width - 2 * MARGIN) / sum(sizes.values())
        starts = accumulate((size * unit for size in sizes.values()), initial=float(MARGIN))
        self._starts = dict(zip([*self.years, self.years[-1] + 1], starts, strict=True))

    def x(self, day: date) -> int:
        start, end = self._starts[day.year], self.year_end(day.year)
        return round(start + (end - start) * (day.timetuple().tm_yday - 1) / 366)

    def year_start(self, year: int) -> float:
        return self._starts[year]

    def year_end(self, year: int) -> float:
        return self._starts[year + 1]

    def ticks(self) -> list[Tick]:
        """The years that are drawn in full, numbered where there is room for the number."""
        ticks: list[Tick] = []
        free = 0.0
        inside = {year for gap in self.gaps for year in gap}
        for year in self.years:
            if year in inside:
                continue
            x = self.year_start(year)
            ticks.append(Tick(year=year if x >= free else None, x=round(x)))
            if x >= free:
                free = x + NUMBER
        return ticks


def _place(
    events: Sequence[Event], scale: _Scale, drawing: Drawing, shapes: Mapping[str, int], *, top: int
) -> tuple[list[Mark], int]:
    """Each event in the first row where neither its mark nor its title touches another; and the number of rows."""
    ends: list[int] = []
    marks: list[Mark] = []
    for event in events:
        x = scale.x(event.start)
        bar = max(scale.x(event.end) - x, 0) if event.precision == Event.Precision.DAY else 0
        label, label_x, anchor = _label(event, x, drawing)
        reach = len(label) * LETTER + 12
        left = x - drawing.row // 2 if anchor == "start" else x - reach
        right = max(x + drawing.row // 2, x + bar) if anchor == "end" else max(x + reach, x + drawing.row // 2, x + bar)
        row = next((index for index, end in enumerate(ends) if end <= left), len(ends))
        ends[row:] = [right] if row == len(ends) else [right, *ends[row + 1 :]]
        y = top + row * drawing.row + drawing.row // 2
        shape = shapes.get(event.theme, 0)
        path = _figure(shape, x, y, 3 + event.significance)
        marks.append(Mark(event, x, y, path=path, shape=shape, bar=bar, label=label, label_x=label_x, anchor=anchor))
    return marks, len(ends)


def _label(event: Event, x: int, drawing: Drawing) -> tuple[str, int, str]:
    """The title, cut to length, to the right of the mark or, near the edge, to its left."""
    if not drawing.labelled:
        return "", x, "start"
    title = event.title if len(event.title) <= LONGEST_LABEL else event.title[: LONGEST_LABEL - 1].rstrip() + "…"
    gap = 7 + event.significance
    if x + gap + len(title) * LETTER > drawing.width:
        return title, x - gap, "end"
    return title, x + gap, "start"


def _figure(shape: int, x: int, y: int, radius: int) -> str:
    """A circle, a square or a diamond around a point, of about the same area."""
    if shape == 0:
        return f"M{x - radius} {y}a{radius} {radius} 0 1 0 {2 * radius} 0a{radius} {radius} 0 1 0 {-2 * radius} 0z"
    if shape == 1:
        reach = radius + 2
        return f"M{x} {y - reach}l{reach} {reach}l{-reach} {reach}l{-reach} {-reach}z"
    return f"M{x - radius} {y - radius}h{2 * radius}v{2 * radius}h{-2 * radius}z"
