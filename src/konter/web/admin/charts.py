"""Charts drawn here, as plain rectangles that a template writes down; no script, no style.

All measures are units of a 360 by 160 picture, which any width stretches alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

WIDTH: Final = 360
TOP: Final = 12
FLOOR: Final = 138
LEFT: Final = 44


@dataclass(frozen=True, slots=True)
class Bar:
    """``kind``: which of the series, from 0, as its colour. ``height`` 0: there is nothing."""

    x: float
    y: float
    width: float
    height: float
    kind: int


@dataclass(frozen=True, slots=True)
class Mark:
    """A word under a group of bars, or a line across at a value."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """``marks`` under the bars, ``lines`` across; ``zero``: where the floor is."""

    bars: list[Bar]
    marks: list[Mark]
    lines: list[Mark]
    zero: float

    @property
    def is_empty(self) -> bool:
        return all(bar.height == 0 for bar in self.bars)


def columns(series: Sequence[Sequence[int]], names: Sequence[str], *, every: int = 1) -> Chart:
    """Groups of columns, one of each series; the first series is drawn first. ``every``: how many
    groups share a word below. Negative values hang from the floor."""
    highest = max(0, *(value for one in series for value in one))
    lowest = min(0, *(value for one in series for value in one))
    top, low = nice(highest), -nice(-lowest) if lowest < 0 else 0
    scale = (FLOOR - TOP) / max(1, top - low)
    zero = FLOOR + low * scale
    group = (WIDTH - LEFT) / max(1, len(names))
    width = group * 0.76 / max(1, len(series))
    bars = [
        Bar(
            round(LEFT + place * group + group * 0.12 + kind * width, 2),
            round(zero - max(0, value) * scale, 2),
            round(width, 2),
            round(abs(value) * scale, 2),
            kind,
        )
        for kind, one in enumerate(series)
        for place, value in enumerate(one)
    ]
    marks = [
        Mark(round(LEFT + (place + 0.5) * group, 2), name)
        for place, name in enumerate(names)
        if place % every == 0
    ]
    steps = [top, top // 2] if top > 1 else [top]
    lines = [Mark(round(zero - value * scale, 2), short(value)) for value in steps if value]
    return Chart(bars, marks, lines, round(zero, 2))


def nice(value: int) -> int:
    """A round number that is not less: 1, 2, 4, 5 or 10 times a power of ten."""
    if value <= 0:
        return 0
    power = int("1" + "0" * (len(str(value)) - 1))
    return next(step * power for step in (1, 2, 4, 5, 10) if step * power >= value)


def short(value: int) -> str:
    """``250 rb``, ``1,5 jt``: how a shop writes amounts where there is little room."""
    for size, word in ((1_000_000_000, "M"), (1_000_000, "jt"), (1_000, "rb")):
        if value >= size:
            return f"{f'{value / size:.1f}'.removesuffix('.0').replace('.', ',')} {word}"
    return str(value)
