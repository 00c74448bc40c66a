"""An order's whole story on a terminal: moves, attempts, money, messages, exchanges."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape

from konter.cli.inside import shown
from konter.cli.payment_story import print_payment_story
from konter.cli.tables import print_exchanges, print_table
from konter.db.pool import Database
from konter.funding.states import Purpose
from konter.kernel.money import Rupiah
from konter.ledger.read import Entry, of_order
from konter.orders.payment_story import read_payment_story
from konter.orders.read import (
    AttemptLine,
    CheckoutView,
    MoveLine,
    OrderView,
    attempts_of,
    checkouts_of,
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
        checkout = (await checkouts_of(tx, [order_id])).get(order_id)
        paying = await read_payment_story(tx, Purpose.ORDER, order_id)
        exchanges = await of_reference(tx, [attempt.reference for attempt in attempts])
    _head(console, order)
    if checkout is not None:
        _checkout(console, checkout)
        print_payment_story(console, paying)
    print_table(console, "Moves", ("When (WIB)", "From", "To", "Because"), map(_move, moves))
    print_table(
        console,
        "Attempts",
        ("No", "Reference", "Offer", "State", "Sent", "Cost", "Last words"),
        map(_attempt, attempts),
    )
    print_table(
        console,
        "Money",
        ("When (WIB)", "Kind", "From", "To", "Amount", "Note"),
        map(_entry, money),
    )
    print_exchanges(console, [*paying.exchanges, *exchanges])


def _head(console: Console, order: OrderView) -> None:
    target = order.target_id + (f" ({order.server_id})" if order.server_id else "")
    console.print(f"[bold]{order.code}[/bold]  {order.state} ({order.public_state})")
    console.print(
        f"{escape(order.product_name)} to {escape(target)}, {Rupiah(order.price).shown()}"
    )
    if order.chosen_amount is not None:
        console.print(f"of which {Rupiah(order.chosen_amount).shown()} was chosen, the rest is fee")
    console.print(f"user {order.user_id}, ref_id {escape(order.ref_id)}")
    if order.serial:
        console.print(f"serial: {escape(order.serial)}")
    if order.reason:
        console.print(f"reason: {escape(order.reason)}")


def _checkout(console: Console, checkout: CheckoutView) -> None:
    """Who pays, and how they are reached: no address, which no decision here needs."""
    reached = ", ".join(escape(way) for way in (checkout.email, checkout.phone) if way)
    who = "guest" if checkout.is_guest else "customer"
    console.print(f"{who}: {escape(checkout.name)}" + (f" ({reached})" if reached else ""))
    paid = f"paid {shown(checkout.paid_at)}" if checkout.paid_at else "not paid"
    console.print(f"by {checkout.channel}, until {shown(checkout.pay_by)}, {paid}")


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
