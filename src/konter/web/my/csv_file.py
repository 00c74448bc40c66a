"""A list to take home as CSV, which no spreadsheet takes for formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final

from litestar import Response

Cell = str | int | None

MOST_ROWS: Final = 10_000
"""Of one file; the newest."""

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet would begin to reckon with."""


def csv_file(name: str, heading: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Response[bytes]:
    """``name`` is ASCII. Numbers stay numbers; a text that could be a formula begins with ``'``."""
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\r\n")
    writer.writerow(heading)
    writer.writerows([_plain(cell) for cell in row] for row in rows)
    return Response(
        lines.getvalue().encode("utf-8-sig"),
        media_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "private, no-store",
        },
    )


def _plain(cell: Cell) -> str | int:
    if not isinstance(cell, str):
        return "" if cell is None else cell
    return f"'{cell}" if cell.lstrip(" ").startswith(FORMULA) else cell
