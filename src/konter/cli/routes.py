"""``konter route``: which of a product's offers is tried first."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

from konter.catalogue import routes
from konter.catalogue.categories import slug_of
from konter.catalogue.routes import Route, RouteKind
from konter.cli.inside import in_house
from konter.cli.offers import told
from konter.cli.tables import print_table

route_app = typer.Typer(help="Which of a product's offers is tried first.", no_args_is_help=True)

Product = Annotated[str | None, typer.Option(help="Only this product, by its code.")]
Category = Annotated[str | None, typer.Option(help="Only this category, by name or slug.")]


def register(app: typer.Typer) -> None:
    app.add_typer(route_app, name="route")


@route_app.command("list")
def show() -> None:
    """Show the rules; a product's wins over its category's, and that over the general one."""
    found = in_house(lambda house: routes.list_routes(house.catalogue))
    rows = ((_scope(route), route.kind) for route in found)
    print_table(Console(), "Routes", ("Of", "Route"), rows)


@route_app.command("set")
def set_rule(kind: RouteKind, product: Product = None, category: Category = None) -> None:
    """Set a rule: fixed (by the offers' priority) or cheapest (by their cost)."""
    route = Route(kind, product, slug_of(category) if category else None)
    done = in_house(lambda house: routes.set_route(house.catalogue, route))
    typer.echo(f"{_scope(route)}: {kind}. {told(done)}")


@route_app.command("drop")
def drop_rule(product: Product = None, category: Category = None) -> None:
    """Remove the rule of a product or a category."""
    route = Route(RouteKind.FIXED, product, slug_of(category) if category else None)
    done = in_house(lambda house: routes.drop_route(house.catalogue, route))
    typer.echo(f"{_scope(route)}: no rule of its own. {told(done)}")


def _scope(route: Route) -> str:
    if route.product_code is not None:
        return f"product {route.product_code}"
    return f"category {route.category_slug}" if route.category_slug is not None else "any product"
