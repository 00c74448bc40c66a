"""``konter pause``, ``resume``, ``tasks``: whether purchases leave, and what wants a person."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from konter.app import House
from konter.cli import breakers, callbacks, notices
from konter.cli.inside import actor, in_house, shown
from konter.hooks import tasks
from konter.hooks.resume_sending import resume_sending
from konter.kernel.clock import WIB
from konter.orders.restore import doubt_since
from konter.suppliers import gate

Supplier = Annotated[
    str | None, typer.Argument(help="A supplier account (digiflazz-main); absent: the whole shop.")
]


def register(app: typer.Typer) -> None:
    app.command("pause")(pause)
    app.command("resume")(resume)
    app.command("tasks")(show_tasks)
    callbacks.register(app)
    notices.register(app)
    breakers.register(app)


def pause(
    supplier: Supplier = None,
    reason: Annotated[str | None, typer.Option(help="For whoever wonders.")] = None,
) -> None:
    """Send no purchase any more; orders are still taken, and held until their deadline."""

    async def act(house: House) -> bool:
        async with house.db.transaction() as tx:
            at = house.clock.now()
            return await gate.pause(tx, supplier, by=actor(), at=at, reason=reason)

    newly = in_house(act)
    typer.echo(f"{supplier or 'The shop'} {'is paused.' if newly else 'was paused already.'}")


def resume(
    supplier: Supplier = None,
    since: Annotated[
        datetime | None,
        typer.Option(
            help="After a restore: the backup's time (WIB); what may have been sent since is asked."
        ),
    ] = None,
) -> None:
    """Send again: lift a pause, and open a supplier's gate that closed for a fault of ours."""

    async def act(house: House) -> list[str]:
        said: list[str] = []
        if since is not None:
            moment = since.replace(tzinfo=WIB) if since.tzinfo is None else since
            doubted = await doubt_since(house.orders, moment)
            said.append(f"{doubted} attempts may have been sent since and will be asked about.")
        async with house.db.transaction() as tx:
            resumed = await resume_sending(tx, supplier, by=actor(), at=house.clock.now())
        house.hints.due()
        said.append("The pause is lifted." if resumed.was_paused else "It was not paused.")
        if resumed.was_closed:
            said.append("Its gate is open again.")
        return said

    for line in in_house(act):
        typer.echo(line)


def show_tasks() -> None:
    """List what a person must look at: disputes, stuck orders, closed gates, low deposits."""

    async def act(house: House) -> list[tasks.OpenTask]:
        async with house.db.read() as tx:
            return await tasks.open_tasks(tx)

    table = Table(box=None, pad_edge=False)
    for heading in ("Since (WIB)", "Kind", "About", "Detail"):
        table.add_column(heading, overflow="fold")
    found = in_house(act)
    for task in found:
        table.add_row(shown(task.opened_at), task.kind, task.subject, task.detail)
    if found:
        Console().print(table)
    else:
        typer.echo("Nothing wants a person.")
