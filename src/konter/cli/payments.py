"""``konter payment``: what gateways say was paid."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

from konter.app import House
from konter.cli.channels import decide_channel, list_channels
from konter.cli.inside import in_house
from konter.cli.payment import payment_app
from konter.cli.payment_acts import accept_payment, record_reversal, release_payment
from konter.cli.payment_story import (
    PAYMENT_HEADINGS,
    payment_cells,
    print_payment_story,
)
from konter.cli.tables import print_exchanges, print_table
from konter.funding.overview import PaymentLine, recent_payments
from konter.funding.states import PaymentState
from konter.orders.payment_story import PaymentStory, read_story_of


def register(app: typer.Typer) -> None:
    for name, command in (
        ("list", list_payments),
        ("show", show),
        ("release", release_payment),
        ("accept", accept_payment),
        ("reversal", record_reversal),
        ("channels", list_channels),
        ("channel", decide_channel),
    ):
        payment_app.command(name)(command)
    app.add_typer(payment_app, name="payment")


def list_payments(
    state: Annotated[PaymentState | None, typer.Option(help="Only those in this state.")] = None,
    most: Annotated[int, typer.Option(help="How many at most.")] = 50,
) -> None:
    """List the latest payments, newest first, and what their gateways said."""

    async def act(house: House) -> list[PaymentLine]:
        async with house.db.read() as tx:
            return await recent_payments(tx, state, most=most)

    headings = ("Code", *PAYMENT_HEADINGS)
    rows = [(line.shown_as, *payment_cells(line)) for line in in_house(act)]
    print_table(Console(), "Payments", headings, rows)


def show(
    code: Annotated[str, typer.Argument(help="TRX-... of an order, or DEP-... of a deposit")],
) -> None:
    """Tell how an order or a deposit is being paid: links, payments, refunds, exchanges."""

    async def act(house: House) -> PaymentStory:
        async with house.db.snapshot() as tx:
            return await read_story_of(tx, code)

    story, console = in_house(act), Console()
    console.print(f"[bold]{code}[/bold]")
    print_payment_story(console, story)
    print_exchanges(console, story.exchanges)
