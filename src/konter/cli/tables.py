"""How stories are laid out on a terminal: titles, columns, and strangers' words escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from konter.cli.inside import shown
from konter.kernel.money import Rupiah
from konter.kernel.wire_types import Exchange


def print_table(
    console: Console, title: str, headings: Sequence[str], rows: Iterable[Sequence[str]]
) -> None:
    """A titled table after an empty line, or ``title: none``."""
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for place, heading in enumerate(headings):
        # The first one is what a person copies into the next command.
        table.add_column(heading, overflow="fold", no_wrap=place == 0)
    for row in rows:
        table.add_row(*(escape(cell) for cell in row))
    console.print()
    console.print(table if table.row_count else f"{title}: none")


def print_exchanges(console: Console, exchanges: Iterable[Exchange]) -> None:
    """What was asked of upstreams and answered, scrubbed as it is kept."""
    headings = ("Started (WIB)", "Took", "What", "Asked", "Answered")
    print_table(console, "Exchanges", headings, map(_exchange, exchanges))


def rupiah(amount: int | None) -> str:
    """``Rp 1.038``, or a dash."""
    return "-" if amount is None else Rupiah(amount).shown()


def _exchange(exchange: Exchange) -> tuple[str, ...]:
    took = (exchange.ended_at - exchange.started_at).total_seconds()
    answer = exchange.problem or f"{exchange.status} {exchange.response_body}"
    return (
        shown(exchange.started_at),
        f"{took:.1f} s",
        exchange.purpose,
        exchange.request_body,
        answer,
    )
