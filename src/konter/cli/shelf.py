"""``konter product`` and ``konter price``: what an operator decides about what we sell.

``konter offer`` and ``konter route``, beside this file, decide where it is bought; ``konter bill``
is about bills."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from konter.app import open_house
from konter.catalogue import choose_amounts, open_products, prices, products
from konter.catalogue.categories import slug_of
from konter.catalogue.desk import CatalogueDesk
from konter.catalogue.prices import Kind, Repriced, Role, Rule
from konter.cli import bills, offers, routes
from konter.settings import load_settings
from konter.upstreams.contract import Amounts

Result = TypeVar("Result")

product_app = typer.Typer(help="Take a product off the shelf or put it back.", no_args_is_help=True)
price_app = typer.Typer(help="The rules that make our prices.", no_args_is_help=True)

Category = Annotated[str | None, typer.Option(help="Only this category, by name or slug.")]
Brand = Annotated[str | None, typer.Option(help="Only this brand.")]


def register(app: typer.Typer) -> None:
    app.add_typer(product_app, name="product")
    app.add_typer(price_app, name="price")
    offers.register(app)
    routes.register(app)
    bills.register(app)


@product_app.command("close")
def close(code: str) -> None:
    """Take a product off the shelf; no sync brings it back."""
    _on_desk(lambda desk: products.close_product(desk, code))
    typer.echo(f"{code} is closed.")


@product_app.command("open")
def reopen(code: str) -> None:
    """Put a product back on the shelf."""
    because = _on_desk(lambda desk: products.reopen_product(desk, code))
    typer.echo(f"{code} is open." if because is None else f"{code} stays closed: {because}.")


@product_app.command("add")
def add(account: str, sku: str) -> None:
    """Sell an open denomination of a supplier's list: the buyer chooses the amount."""
    code, because = _on_desk(lambda desk: open_products.add_open(desk, account, sku))
    typer.echo(f"{code} is open." if because is None else f"{code} stays closed: {because}.")


@product_app.command("amounts")
def amounts(
    code: str,
    least: Annotated[int, typer.Argument(help="The smallest amount, rupiah.")],
    most: Annotated[int, typer.Argument(help="The largest.")],
    step: Annotated[int, typer.Argument(help="Only multiples of this.")] = 1,
) -> None:
    """Say what a buyer may choose of an open denomination."""
    wanted = Amounts(least, most, step)
    _on_desk(lambda desk: choose_amounts.set_amounts(desk, code, wanted))
    typer.echo(f"{code}: {rupiah(least)} to {rupiah(most)}, in steps of {rupiah(step)}.")


@price_app.command("list")
def list_rules() -> None:
    """Show the rules; the most specific one wins."""
    table = Table(box=None, pad_edge=False)
    for heading in ("Role", "Category", "Brand", "Markup"):
        table.add_column(heading)
    for rule in _on_desk(lambda desk: prices.list_rules(desk)):
        table.add_row(rule.role, rule.category_slug or "any", rule.brand or "any", markup(rule))
    Console().print(table)


@price_app.command("set")
def set_rule(
    role: Role,
    kind: Kind,
    amount: Annotated[int, typer.Argument(help="Rupiah (flat) or 1/100 percent (percent).")],
    *,
    category: Category = None,
    brand: Brand = None,
) -> None:
    """Set a rule and reprice the catalogue by it."""
    rule = Rule(role, kind, amount, slug_of(category) if category else None, brand)
    _say_repriced(_on_desk(lambda desk: prices.set_rule(desk, rule)))


@price_app.command("drop")
def drop_rule(role: Role, category: Category = None, brand: Brand = None) -> None:
    """Remove a rule and reprice the catalogue by what remains."""
    rule = Rule(role, Kind.FLAT, 0, slug_of(category) if category else None, brand)
    _say_repriced(_on_desk(lambda desk: prices.drop_rule(desk, rule)))


def markup(rule: Rule) -> str:
    """``+Rp 3.000`` or ``+2.50 %``."""
    if rule.kind is Kind.PERCENT:
        return f"+{rule.amount / 100:.2f} %"
    return f"+{rupiah(rule.amount)}"


def rupiah(amount: int) -> str:
    """``Rp 10.000``; also what makes no sense is written, for the act to refuse."""
    return f"Rp {amount:,}".replace(",", ".")


def _say_repriced(done: Repriced) -> None:
    typer.echo(f"Repriced {done.repriced}, closed {done.closed}, reopened {done.reopened}.")


def _on_desk(act: Callable[[CatalogueDesk], Awaitable[Result]]) -> Result:
    async def run() -> Result:
        async with open_house(load_settings()) as house:
            return await act(house.catalogue)

    return asyncio.run(run())
