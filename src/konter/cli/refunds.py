"""``konter refund``: what we owe to guests, and that it was paid."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

from konter.app import House
from konter.cli.inside import actor, in_house, shown
from konter.cli.tables import print_table, rupiah
from konter.funding.pay_out import DueRefund, due_refunds
from konter.funding.pay_out import settle_refund as settle_it

refund_app = typer.Typer(help="Refunds to guests: list, settle.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(refund_app, name="refund")


@refund_app.command("list")
def list_refunds() -> None:
    """List what is to be paid out by hand, oldest first, and where the guest wants it."""

    async def act(house: House) -> list[DueRefund]:
        async with house.db.read() as tx:
            return await due_refunds(tx)

    due = in_house(act)
    headings = ("Id", "Order", "Amount", "Since (WIB)", "Because", "Bank", "Number", "Holder")
    print_table(Console(), "Refunds due", headings, map(_cells, due))
    if due:
        typer.echo(f"Together {rupiah(sum(refund.amount for refund in due))}.")


@refund_app.command("settle")
def settle_refund(
    refund_id: Annotated[int, typer.Argument(help="The refund's id, as konter refund list shows.")],
    bank: Annotated[str, typer.Option(help="Which bank of ours paid it: bca.")],
    evidence: Annotated[str, typer.Option(help="The transfer's reference and date.")],
) -> None:
    """Record that a refund was paid. The same facts again change nothing."""

    async def act(house: House) -> None:
        await settle_it(house.funding, refund_id, bank=bank, evidence=evidence, actor=actor())

    in_house(act)
    typer.echo(f"Refund {refund_id} is settled from {bank}.")


def _cells(refund: DueRefund) -> tuple[str, ...]:
    return (
        str(refund.id),
        refund.reference,
        rupiah(refund.amount),
        shown(refund.created_at),
        refund.because,
        refund.bank or "not told yet",
        refund.number or "-",
        refund.holder or "-",
    )
