"""``konter check-books`` and ``wallet``, and the door to all other commands about money."""

from __future__ import annotations

from typing import Annotated

import typer

from konter.app import House
from konter.cli import bank, payments, reconcile, refunds
from konter.cli.inside import actor, in_house
from konter.funding.adjust import adjust
from konter.kernel.money import Rupiah, rupiah_from_wire
from konter.ledger.read import account_sums
from konter.ledger.wallets import block_wallet
from konter.orders.check import check_books
from konter.people.roster import find_user

wallet_app = typer.Typer(help="Wallets: adjust, block.", no_args_is_help=True)

Email = Annotated[str, typer.Argument(help="The wallet's owner.")]


def register(app: typer.Typer) -> None:
    app.command("check-books")(check)
    app.add_typer(wallet_app, name="wallet")
    for module in (payments, refunds, bank, reconcile):
        module.register(app)


def check() -> None:
    """Prove the laws of money on the live database; exit 1 and the offending rows if one broke."""

    async def act(house: House) -> int:
        found = await check_books(house.db)
        async with house.db.read() as tx:
            sums = await account_sums(tx)
        wallets = sum(amount for name, amount in sums.items() if name.startswith("wallet:"))
        for name, amount in sums.items():
            if not name.startswith("wallet:"):
                typer.echo(f"  {name:<32} {Rupiah(amount).shown():>20}")
        typer.echo(f"  {'all wallets':<32} {Rupiah(wallets).shown():>20}")
        typer.echo(f"  {'together':<32} {Rupiah(sum(sums.values())).shown():>20}")
        for breach in found:
            typer.echo(f"law {breach.law} is broken: {breach.subject}: {breach.detail}", err=True)
        return len(found)

    if broken := in_house(act):
        typer.echo(f"{broken} breaches.", err=True)
        raise typer.Exit(1)
    typer.echo("The books are in order.")


@wallet_app.command("adjust", context_settings={"ignore_unknown_options": True})
def adjust_wallet(
    email: Email,
    amount: Annotated[str, typer.Argument(help="Whole rupiah; negative takes from the wallet.")],
    reason: Annotated[str, typer.Option(help="Why; the owner reads it on their statement.")],
    key: Annotated[str | None, typer.Option(help="The same key again changes nothing.")] = None,
) -> None:
    """Enter an amount in a wallet by hand."""
    rupiah = rupiah_from_wire(amount)

    async def act(house: House) -> Rupiah:
        user_id = await _user(house, email)
        return await adjust(
            house.funding, user_id=user_id, amount=rupiah, reason=reason, actor=actor(), key=key
        )

    typer.echo(f"{email} now has {in_house(act).shown()}.")


@wallet_app.command("block")
def block(email: Email) -> None:
    """Let a wallet pay nothing any more, at once and everywhere."""
    _set_blocked(email, True)
    typer.echo(f"{email}'s wallet is blocked.")


@wallet_app.command("unblock")
def unblock(email: Email) -> None:
    """Let a blocked wallet pay again."""
    _set_blocked(email, False)
    typer.echo(f"{email}'s wallet may pay again.")


def _set_blocked(email: str, blocked: bool) -> None:
    async def act(house: House) -> None:
        user_id = await _user(house, email)
        async with house.db.transaction() as tx:
            await block_wallet(tx, user_id=user_id, blocked=blocked)

    in_house(act)


async def _user(house: House, email: str) -> int:
    return (await find_user(house.people, email)).id
