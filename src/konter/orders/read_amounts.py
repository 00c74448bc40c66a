"""A column of amounts as a supplier's report writes them: whole rupiah, or not read at all.

Nothing is guessed. ``10.000`` is ten thousand, unless another cell of the column shows that its
dot begins a fraction; then nobody knows, and the cell is not read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

AMOUNT: Final = re.compile(
    r"(?:(?:rp\.?|idr)\s*)?"
    r"(?P<whole>0|[1-9][0-9]{0,11}|[1-9][0-9]{0,2}(?P<group>[.,])[0-9]{3}(?:(?P=group)[0-9]{3}){0,2})"
    r"(?:(?P<point>[.,])(?P<fraction>[0-9]{1,2}|-))?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Written:
    """One cell. ``rupiah`` None: it has a fraction. ``group``, ``point``: the signs it uses."""

    rupiah: int | None
    group: str | None
    point: str | None


def read_amounts(cells: Sequence[str]) -> list[int | None]:
    """Whole rupiah for each cell; None for what cannot be read for certain. Pure."""
    written = [_written(cell) for cell in cells]
    points = {one.point for one in written if one is not None and one.point is not None}
    return [
        None if one is None or (one.group is not None and one.group in points) else one.rupiah
        for one in written
    ]


def _written(cell: str) -> _Written | None:
    match = AMOUNT.fullmatch(cell.replace("\N{NO-BREAK SPACE}", " ").strip())
    if match is None or (match["point"] is not None and match["point"] == match["group"]):
        return None
    has_fraction = (match["fraction"] or "").strip("0-") != ""
    digits = match["whole"].replace(".", "").replace(",", "")
    return _Written(None if has_fraction else int(digits), match["group"], match["point"])
