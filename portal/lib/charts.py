"""Where the marks of a chart stand. The template draws them; the same figures stand in a table beneath."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, log10

WIDTH, HEIGHT = 640, 200
LEFT, RIGHT, TOP, BOTTOM = 36, 8, 10, 24


@dataclass(frozen=True)
class Tick:
    label: str
    at: float


@dataclass(frozen=True)
class Line:
    label: str
    points: str  # as `<polyline points>` takes them


@dataclass(frozen=True)
class LineChart:
    """Values by day: each series is one line over the same days."""

    lines: list[Line]
    across: list[Tick]
    up: list[Tick]
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def floor(self) -> int:
        return self.height - BOTTOM

    @property
    def left(self) -> int:
        return LEFT

    @property
    def right(self) -> int:
        return self.width - RIGHT


@dataclass(frozen=True)
class Bar:
    label: str
    told: str
    length: float  # of 100


def line_chart(labels: Sequence[str], series: Sequence[tuple[str, Sequence[float]]]) -> LineChart:
    """One line per series, the labels of some days below and round numbers at the side."""
    top = _round_up(max((value for _label, values in series for value in values), default=0))
    step = (WIDTH - LEFT - RIGHT) / max(len(labels) - 1, 1)
    room = HEIGHT - TOP - BOTTOM
    lines = [
        Line(
            label,
            " ".join(
                f"{LEFT + step * place:.1f},{TOP + room * (1 - value / top):.1f}" for place, value in enumerate(values)
            ),
        )
        for label, values in series
    ]
    every = max(ceil(len(labels) / 6), 1)
    across = [Tick(label, LEFT + step * place) for place, label in enumerate(labels) if place % every == 0]
    up = [Tick(f"{top * part:g}", TOP + room * (1 - part)) for part in (0, 0.5, 1)]
    return LineChart(lines, across, up)


def bars(rows: Sequence[tuple[str, float, str]], *, most: float | None = None) -> list[Bar]:
    """Label, value and the value in words, as bars of up to a hundred (of `most`, or of the longest)."""
    longest = most if most is not None else max((value for _label, value, _told in rows), default=0)
    return [Bar(label, told, round(100 * value / longest, 2) if longest else 0) for label, value, told in rows]


def _round_up(value: float) -> float:
    """1, 2, 5, 10, 20 …: the next that holds the value and can be halved."""
    if value <= 2:
        return 2
    size = 10 ** int(log10(value))
    return float(next(one for one in (size, 2 * size, 4 * size, 6 * size, 10 * size) if one >= value))
