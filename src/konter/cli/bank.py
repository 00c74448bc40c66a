"""``konter book``: money that moved at the bank, as an operator saw it."""

from __future__ import annotations

from typing import Annotated

import typer

from konter.app import House
from konter.cli.inside import actor, in_house
from konter.funding.payout import record_payout
from konter.funding.settlement import record_settlement
from konter.funding.topup import record_topup
from konter.kernel.errors import NotFound
from konter.kernel.money import Rupiah, rupiah_from_wire

book_app = typer.Typer(help="Record what happened at the bank.", no_args_is_help=True)

Bank = Annotated[str, typer.Option(help="Which bank of ours: bca.")]


def register(app: typer.Typer) -> None:
    app.add_typer(book_app, name="book")


@book_app.command("topup")
def topup(
    account: Annotated[str, typer.Argument(help="The supplier account: digiflazz-main.")],
    amount: Annotated[str, typer.Argument(help="Whole rupiah that left our bank.")],
    bank: Bank,
    key: Annotated[str | None, typer.Option(help="Their ticket's number: once only.")] = None,
) -> None:
    """Record a deposit that we paid to a supplier."""
    rupiah = rupiah_from_wire(amount)

    async def act(house: House) -> Rupiah:
        if account not in house.providers:
            raise NotFound(f"Akun penyedia {account} tidak dikenal")
        return await record_topup(
            house.funding, account=account, amount=rupiah, bank=bank, actor=actor(), key=key
        )

    typer.echo(f"By our books the deposit at {account} is now {in_house(act).shown()}.")


@book_app.command("settlement")
def settlement(
    gateway: Annotated[str, typer.Argument(help="The gateway: ipaymu or tripay.")],
    amount: Annotated[str, typer.Argument(help="Whole rupiah that arrived at our bank.")],
    *,
    bank: Bank,
    fee: Annotated[str, typer.Option(help="What the gateway kept for the withdrawal.")] = "0",
    key: Annotated[str | None, typer.Option(help="Their withdrawal's number: once only.")] = None,
) -> None:
    """Record a payout of a gateway to our bank; never more than the books say it owes."""
    arrived, kept = rupiah_from_wire(amount), rupiah_from_wire(fee)

    async def act(house: House) -> Rupiah:
        return await record_settlement(
            house.funding,
            gateway=gateway,
            amount=arrived,
            bank=bank,
            fee=kept,
            actor=actor(),
            key=key,
        )

    typer.echo(f"By our books {gateway} still owes us {in_house(act).shown()}.")


@book_app.command("payout")
def payout(
    amount: Annotated[str, typer.Argument(help="Whole rupiah that left our bank.")],
    bank: Bank,
    reason: Annotated[str, typer.Option(help="What for; it stays in the books.")],
    key: Annotated[str | None, typer.Option(help="The same key again changes nothing.")] = None,
) -> None:
    """Record money that the owner took out of the shop."""
    rupiah = rupiah_from_wire(amount)

    async def act(house: House) -> Rupiah:
        return await record_payout(
            house.funding, amount=rupiah, bank=bank, reason=reason, actor=actor(), key=key
        )

    typer.echo(f"By our books {bank} now has {in_house(act).shown()}.")
