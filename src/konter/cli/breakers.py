"""``konter breaker``: suppliers and SKUs that are left out because they keep failing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.console import Console

from konter.app import House
from konter.cli.inside import actor, in_house, shown
from konter.cli.tables import print_table
from konter.hooks.close_breaker import close_breaker as close_it
from konter.suppliers import override
from konter.suppliers.breaker import ACCOUNT

breaker_app = typer.Typer(
    help="Suppliers and SKUs that are left out because they keep failing.", no_args_is_help=True
)

Account = Annotated[str, typer.Argument(help="A supplier account: digiflazz-main.")]
Sku = Annotated[str, typer.Argument(help="One SKU there; absent: the account as a whole.")]


def register(app: typer.Typer) -> None:
    app.add_typer(breaker_app, name="breaker")


@breaker_app.command("list")
def show() -> None:
    """List what is left out, and what failed lately without a delivery since."""

    async def act(house: House) -> Sequence[override.Shown]:
        async with house.db.read() as tx:
            return await override.list_breakers(tx, at=house.clock.now())

    headings = (
        "Account",
        "SKU",
        "State",
        "Failures",
        "Since (WIB)",
        "Tried again (WIB)",
        "Held by",
    )
    print_table(Console(), "Breakers", headings, map(_row, in_house(act)))


@breaker_app.command("open")
def open_breaker(account: Account, sku: Sku = ACCOUNT) -> None:
    """Buy nothing there until you close it; what was sent already goes on."""

    async def act(house: House) -> bool:
        async with house.db.transaction() as tx:
            at = house.clock.now()
            return await override.hold_open(tx, account, sku, by=actor(), at=at)

    newly = in_house(act)
    typer.echo(f"{_name(account, sku)} {'is' if newly else 'was already'} held open.")


@breaker_app.command("close")
def close_breaker(account: Account, sku: Sku = ACCOUNT) -> None:
    """Buy there again at once, counting from nothing; it opens by itself if that fails."""

    async def act(house: House) -> bool:
        async with house.db.transaction() as tx:
            return await close_it(tx, account, sku, by=actor(), at=house.clock.now())

    newly = in_house(act)
    typer.echo(f"{_name(account, sku)} {'is' if newly else 'was already'} closed.")


def _name(account: str, sku: str) -> str:
    return f"The breaker of {account}{f' {sku}' if sku else ''}"


def _row(found: override.Shown) -> tuple[str, ...]:
    breaker = found.breaker
    return (
        breaker.account,
        breaker.sku or "(all)",
        found.state,
        str(len(breaker.failures)),
        shown(breaker.opened_at),
        shown(breaker.probe_at),
        breaker.opened_by or "-",
    )
