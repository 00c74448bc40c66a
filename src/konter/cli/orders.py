"""``konter order`` and ``konter queue``: an order's whole story, and what is still to be done."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer
from rich.console import Console
from rich.live import Live
from rich.table import Table

from konter.app import House
from konter.cli.inside import actor, in_house, shown
from konter.cli.story import print_story
from konter.orders.cancel import cancel
from konter.orders.end import Verdict, end
from konter.orders.hasten import hasten
from konter.orders.queue import live_orders, queue, tally
from konter.orders.read import id_of_code
from konter.orders.resolve import Decision, resolve

order_app = typer.Typer(help="Orders: the whole story, and decisions.", no_args_is_help=True)
queue_app = typer.Typer(help="The queue: what is due, in flight or waiting.")

Code = Annotated[str, typer.Argument(help="TRX-YYYYMMDD-XXXXXXXX")]


def register(app: typer.Typer) -> None:
    app.add_typer(order_app, name="order")
    app.add_typer(queue_app, name="queue")


@order_app.command("show")
def show(code: Code) -> None:
    """Tell an order's whole story: moves, attempts, money, messages, exchanges."""

    async def act(house: House) -> None:
        await print_story(house.db, code, Console())

    in_house(act)


@order_app.command("resolve")
def resolve_dispute(
    code: Code,
    decision: Annotated[Decision, typer.Argument(help="What becomes of the price.")],
    reason: Annotated[str, typer.Option(help="Why, and on what evidence.")],
) -> None:
    """Decide a dispute: charge (the buyer pays again), absorb (our loss), reverse (refund)."""

    async def act(house: House) -> str:
        async with house.db.read() as tx:
            order_id = await id_of_code(tx, code)
        return await resolve(house.orders, order_id, decision, actor=actor(), reason=reason)

    typer.echo(f"{code} is now {in_house(act)}.")


@order_app.command("end")
def end_sent(
    code: Code,
    verdict: Annotated[Verdict, typer.Argument(help="What you have seen at the upstream.")],
    reason: Annotated[str, typer.Option(help="Why, and on what evidence.")],
    serial: Annotated[str | None, typer.Option(help="The serial number, where delivered.")] = None,
) -> None:
    """End an order that the upstream never decides: delivered, or failed and refunded."""

    async def act(house: House) -> str:
        async with house.db.read() as tx:
            order_id = await id_of_code(tx, code)
        return await end(
            house.orders, order_id, verdict, actor=actor(), reason=reason, serial=serial
        )

    typer.echo(f"{code} is now {in_house(act)}.")


@order_app.command("cancel")
def cancel_unsent(
    code: Code, reason: Annotated[str, typer.Option(help="Why it is cancelled.")]
) -> None:
    """Give the price back for an order that was never sent."""

    async def act(house: House) -> None:
        async with house.db.read() as tx:
            order_id = await id_of_code(tx, code)
        because = f"{actor()}: {reason}"
        await cancel(house.orders, order_id, user_id=None, because=because)

    in_house(act)
    typer.echo(f"{code} is cancelled, its price is back with the buyer.")


@queue_app.callback(invoke_without_command=True)
def show_queue(
    context: typer.Context,
    watch: Annotated[bool, typer.Option("--watch", help="Refresh every second.")] = False,
) -> None:
    """Show what is due, leased or parked."""
    if context.invoked_subcommand is None:
        in_house(_watch if watch else _print_once)


@queue_app.command("retry")
def retry(
    which: Annotated[str, typer.Argument(help="An attempt's id, or: all")],
) -> None:
    """Make attempts due as soon as the upstream's least gap allows; never sends one anew."""
    if which != "all" and not which.isdigit():
        raise typer.BadParameter("expected an attempt's id, or: all")

    async def act(house: House) -> int:
        async with house.db.read() as tx:
            orders = await live_orders(tx, None if which == "all" else int(which))
        return sum([await hasten(house.orders, order_id) is not None for order_id in orders])

    hastened = in_house(act)
    typer.echo(f"{hastened} brought forward.")
    if not hastened:
        raise typer.Exit(1)


async def _print_once(house: House) -> None:
    Console().print(await _table(house))


async def _watch(house: House) -> None:
    with Live(await _table(house), refresh_per_second=2) as live:
        while True:
            await asyncio.sleep(1)
            live.update(await _table(house))


async def _table(house: House) -> Table:
    async with house.db.read() as tx:
        lines = await queue(tx)
        count = await tally(tx, now=house.clock.now())
    table = Table(
        title=f"{count.due} due, {count.in_flight} in flight, {count.lost} left by a lost call, "
        f"{count.later} later, {count.parked} parked",
        title_justify="left",
        box=None,
        pad_edge=False,
    )
    for heading in ("Id", "Order", "State", "Attempt", "Next (WIB)", "Lease (WIB)", "Last words"):
        table.add_column(heading)
    for line in lines:
        table.add_row(
            str(line.id),
            line.code,
            line.order_state,
            f"{'parked, ' if line.parked else ''}{line.state} at {line.account} "
            f"({line.sends} sent)",
            shown(line.next_action_at),
            shown(line.lease_until),
            (line.message or "")[:60],
        )
    return table
