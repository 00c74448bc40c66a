"""``konter member limits``: how much a member may ask for."""

from __future__ import annotations

from typing import Annotated

import typer

from konter.app import House
from konter.cli.inside import in_house
from konter.kernel.money import Rupiah, rupiah_from_wire
from konter.people.configure_member import set_limits
from konter.people.members import OwnLimits, member_by_id

MemberId = Annotated[
    str, typer.Argument(help="Its member id: TOKO1.", callback=lambda text: text.strip().upper())
]

NONE = "default"

Limit = Annotated[str | None, typer.Option(help="A whole number, or default: as the settings say.")]


def limits(
    member_id: MemberId,
    *,
    requests: Limit = None,
    orders: Limit = None,
    amount: Limit = None,
    products: Annotated[
        str | None,
        typer.Option(help="Product codes and category slugs with commas between, or default: all."),
    ] = None,
) -> None:
    """Limit a member's requests a minute, orders and rupiah a day, and products.

    What is not named stays as it is.
    """

    async def act(house: House) -> OwnLimits:
        async with house.db.read() as tx:
            member = await member_by_id(tx, house.people, member_id)
        was = member.own
        own = OwnLimits(
            was.requests_per_minute if requests is None else _whole(requests),
            was.orders_per_day if orders is None else _whole(orders),
            was.amount_per_day if amount is None else _rupiah(amount),
            was.products if products is None else _names(products),
        )
        await set_limits(house.people, member_id, own)
        return own

    own = in_house(act)
    typer.echo(f"{member_id}: {_in_words(own)}.")


def _whole(text: str) -> int | None:
    if text == NONE:
        return None
    if not (text.isascii() and text.isdigit()):
        raise typer.BadParameter(f"{text} is neither a whole number nor {NONE}")
    return int(text)


def _rupiah(text: str) -> Rupiah | None:
    return None if text == NONE else rupiah_from_wire(text)


def _names(text: str) -> frozenset[str] | None:
    return None if text == NONE else frozenset(filter(None, map(str.strip, text.split(","))))


def _in_words(own: OwnLimits) -> str:
    amount = own.amount_per_day
    products = "all" if own.products is None else ", ".join(sorted(own.products)) or "none"
    return (
        f"{own.requests_per_minute or NONE} requests a minute, {own.orders_per_day or NONE} orders "
        f"a day, {amount.shown() if amount else NONE} a day, products: {products}"
    )
