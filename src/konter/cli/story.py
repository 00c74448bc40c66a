"""An order's whole story on a terminal: moves, attempts, money, messages, exchanges."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from konter.cli.inside import shown
from konter.db.pool import Database
from konter.kernel.money import Rupiah
from konter.kernel.wire_types import Exchange
from konter.ledger.read import Entry, of_order
from konter.orders.read import (
    AttemptLine,
    MoveLine,
    OrderView,
    attempts_of,
    id_of_code,
    moves_of,
    orders_by_id,
)
from konter.suppliers.exchanges import of_reference


async def print_story(db: Database, code: str, console: Console) -> None:
    """Print everything we know of one order. Raises OrderNotFound."""
    async with db.snapshot() as tx:
        order_id = await id_of_code(tx, code)
        order = (await orders_by_id(tx, [order_id]))[order_id]
        moves = await moves_of(tx, order_id)
        attempts = await attempts_of(tx, order_id)
        money = await of_order(tx, order_id)
        exchanges = await of_reference(tx, [attempt.reference for attempt in attempts])
    _head(console, order)
    _table(console, "Moves", ("When (WIB)", "From", "To", "Because"), map(_move, moves))
    _table(
        console,
        "Attempts",
        ("No", "Reference", "Offer", "State", "Sent", "Cost", "Last words"),
        map(_attempt, attempts),
    )
    _table(
        console,
        "Money",
        ("When (WIB)", "Kind", "From", "To", "Amount", "Note"),
        map(_entry, money),
    )
    _table(
        console,
        "Exchanges",
        ("Started (WIB)", "Took", "What", "Asked", "Answered"),
        map(_exchange, exchanges),
    )


def _head(console: Console, order: OrderView) -> None:
    target = order.target_id + (f" ({order.server_id})" if order.server_id else "")
    console.print(f"[bold]{order.code}[/bold]  {order.state} ({order.public_state})")
    console.print(
        f"{escape(order.product_name)} to {escape(target)}, {Rupiah(order.price).shown()}"
    )
    console.print(f"user {order.user_id}, ref_id {escape(order.ref_id)}")
    if order.serial:
        console.print(f"serial: {escape(order.serial)}")
    if order.reason:
        console.print(f"reason: {escape(order.reason)}")


def _table(
    console: Console, title: str, headings: tuple[str, ...], rows: map[tuple[str, ...]]
) -> None:
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*(escape(cell) for cell in row))
    console.print()
    console.print(table if table.row_count else f"{title}: none")


def _move(move: MoveLine) -> tuple[str, ...]:
    return shown(move.moved_at), move.from_state, move.to_state, move.because


def _attempt(line: AttemptLine) -> tuple[str, ...]:
    cost = Rupiah(line.cost).shown() if line.cost is not None else "-"
    words = " ".join(word for word in (line.code, line.message) if word)
    offer = f"{line.account} {line.sku} {line.customer_no}"
    return str(line.number), line.reference, offer, line.state, str(line.sends), cost, words


def _entry(entry: Entry) -> tuple[str, ...]:
    note = " ".join(word for word in (entry.actor, entry.note) if word)
    amount = Rupiah(entry.amount).shown()
    return shown(entry.recorded_at), entry.kind, entry.debit, entry.credit, amount, note


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
