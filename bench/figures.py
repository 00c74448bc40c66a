"""What was measured, against what, and whether that is enough."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

RESULTS = Path(__file__).parent.parent / "build" / "bench.json"


@dataclass(frozen=True)
class Figure:
    """One measurement. ``ratio`` is of figure to reference; ``aim`` is what design asks of it."""

    row: int
    name: str
    figure: float
    unit: str
    reference: float | None
    ratio: float | None
    aim: str
    met: bool


def at_least(
    row: int, name: str, figure: float, *, unit: str, reference: float, aim: float
) -> Figure:
    """More is better: the ratio must reach ``aim``."""
    ratio = figure / reference
    return Figure(row, name, figure, unit, reference, ratio, f">= {aim:g} x", ratio >= aim)


def at_most(
    row: int, name: str, figure: float, *, unit: str, reference: float, aim: float
) -> Figure:
    """Less is better: the ratio must not pass ``aim``."""
    ratio = figure / reference
    return Figure(row, name, figure, unit, reference, ratio, f"<= {aim:g} x", ratio <= aim)


def show(figures: Sequence[Figure], console: Console) -> None:
    table = Table("row", "work", "figure", "reference", "ratio", "aim", "met")
    for f in figures:
        table.add_row(
            str(f.row),
            f.name,
            f"{_short(f.figure)} {f.unit}",
            "-" if f.reference is None else _short(f.reference),
            "-" if f.ratio is None else f"{f.ratio:.2f}",
            f.aim,
            "yes" if f.met else "[bold red]no[/bold red]",
        )
    console.print(table)


def write(figures: Sequence[Figure]) -> None:
    """build/bench.json; rows that were not measured this time keep what they had."""
    measured = {f.row for f in figures}
    known = json.loads(RESULTS.read_text()) if RESULTS.exists() else []
    kept = [f for f in known if f["row"] not in measured]
    rows = sorted([*kept, *(asdict(f) for f in figures)], key=lambda f: int(f["row"]))
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(rows, indent=2) + "\n")


def _short(number: float) -> str:
    return f"{number:,.0f}" if number >= 100 else f"{number:.2f}"
