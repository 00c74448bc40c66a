"""``konter offer``: where each product is bought, and which supplier's SKU is which product."""

from __future__ import annotations

import shlex
from typing import Annotated

import typer
from rich.console import Console

from konter.app import House
from konter.catalogue.list_offers import OfferShown, list_offers
from konter.catalogue.mappings import Mapped, map_offer, set_priority, unmap_offer
from konter.catalogue.prices import Repriced
from konter.catalogue.propose import Proposal, propose
from konter.cli.inside import actor, in_house
from konter.cli.tables import print_table, rupiah

offer_app = typer.Typer(
    help="Where each product is bought: suppliers' SKUs, in their order.", no_args_is_help=True
)

Account = Annotated[str, typer.Argument(help="A supplier account: okeconnect-main.")]
Sku = Annotated[str, typer.Argument(help="Its SKU, as its price list has it.")]


def register(app: typer.Typer) -> None:
    app.add_typer(offer_app, name="offer")


@offer_app.command("list")
def show(
    product: Annotated[
        str | None, typer.Argument(help="A product's code; absent: all that have mapped offers.")
    ] = None,
    account: Annotated[str | None, typer.Option(help="Only of this supplier account.")] = None,
) -> None:
    """List a product's offers, the first to try first."""
    found = in_house(
        lambda house: list_offers(house.catalogue, product_code=product, account=account)
    )
    headings = ("Product", "Route", "Account", "SKU", "Cost", "Priority", "State")
    print_table(Console(), "Offers", headings, map(_shown, found))


@offer_app.command("map")
def map_sku(
    account: Account,
    sku: Sku,
    product: Annotated[str, typer.Argument(help="The code of our product.")],
    sure: Annotated[
        bool, typer.Option("--sure", help="Also if its cost is far from the product's.")
    ] = False,
) -> None:
    """Say that a supplier's SKU is a product of ours: it becomes one of the product's offers."""

    async def act(house: House) -> Mapped:
        return await map_offer(house.catalogue, account, sku, product, by=actor(), sure=sure)

    done = in_house(act)
    if not done.is_news:
        typer.echo(f"{account} {sku} was an offer of {product} already.")
        return
    typer.echo(f"{account} {sku} is an offer of {product} now. {told(done.repriced)}")


@offer_app.command("unmap")
def unmap_sku(account: Account, sku: Sku) -> None:
    """Take that back; orders that were sent there are not touched."""
    done = in_house(lambda house: unmap_offer(house.catalogue, account, sku))
    typer.echo(f"{account} {sku} is not mapped any more. {told(done)}")


@offer_app.command("priority")
def prioritise(
    account: Account,
    sku: Sku,
    priority: Annotated[int, typer.Argument(help="The lower, the earlier; 100 unless set.", min=0)],
) -> None:
    """Set an offer's place among its product's, where the route is fixed."""
    done = in_house(lambda house: set_priority(house.catalogue, account, sku, priority))
    typer.echo(f"{account} {sku} has priority {priority}. {told(done)}")


@offer_app.command("propose")
def propose_mappings(
    account: Account,
    commands: Annotated[
        bool, typer.Option("--commands", help="As commands, to be read through and run.")
    ] = False,
) -> None:
    """Propose which SKUs are products of ours, by their names and costs; nothing is written."""
    found = in_house(lambda house: propose(house.catalogue, account))
    if commands:
        for one in found:
            typer.echo(f"konter offer map {shlex.join((one.account, one.sku, one.product_code))}")
        return
    headings = ("SKU", "Its name", "Its cost", "Product", "Our name", "Our cost")
    print_table(Console(), "Proposals", headings, map(_proposed, found))


def told(done: Repriced) -> str:
    """``Repriced 1, closed 0, reopened 0.``"""
    return f"Repriced {done.repriced}, closed {done.closed}, reopened {done.reopened}."


def _shown(offer: OfferShown) -> tuple[str, ...]:
    state = "open" if offer.is_open else "closed" if offer.is_listed else "not listed"
    if offer.is_broken:
        state += ", breaker open"
    return (
        offer.code,
        offer.route,
        offer.account,
        offer.sku,
        rupiah(offer.cost),
        str(offer.priority),
        state,
    )


def _proposed(one: Proposal) -> tuple[str, ...]:
    return (
        one.sku,
        one.name,
        one.cost.shown(),
        one.product_code,
        one.product_name,
        one.product_cost.shown(),
    )
