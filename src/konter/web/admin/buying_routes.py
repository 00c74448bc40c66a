"""``/admin/routes``: which of a product's offers is tried first."""

from __future__ import annotations

from typing import Final

from litestar import Response, get, post
from msgspec import Struct

from konter.catalogue.list_offers import list_offers
from konter.catalogue.routes import Route, RouteKind, drop_route, list_routes, set_route
from konter.catalogue.search_products import choices
from konter.kernel.errors import Invalid, Refused
from konter.web.admin.deed import catalogue_of, deed
from konter.web.page.forms import fields_of, read_form
from konter.web.page.guard import visit
from konter.web.page.permits import ADMIN, STAFF
from konter.web.page.render import Page, go, page
from konter.web.request import SiteRequest

HERE: Final = "/admin/routes"


class RouteForm(Struct):
    """Neither product nor category: the rule of all."""

    kind: RouteKind = RouteKind.FIXED
    product: str | None = None
    category: str | None = None


@get(HERE, include_in_schema=False, opt=STAFF)
async def get_routes(request: SiteRequest) -> Page:
    """The rules, and the products where there is a choice."""
    return await _shown(request)


@post(HERE, include_in_schema=False, opt=ADMIN, status_code=200)
async def post_route(request: SiteRequest) -> Response[str]:
    """Set or replace; prices that stand on another offer now follow."""
    typed = await fields_of(request)
    try:
        said = read_form(typed, RouteForm)
        told = deed(request, "route.set", _subject(said), kind=said.kind)
        route = Route(said.kind, said.product, said.category)
        done = await set_route(catalogue_of(request), route, deed=told)
    except Refused as error:
        return await _shown(request, typed, error)
    news = visit(request).say("Rute disimpan. Harga yang ikut berubah: %(repriced)s")
    return go(request, HERE, said=news % {"repriced": done.repriced})


@post(f"{HERE}/drop", include_in_schema=False, opt=ADMIN, status_code=200)
async def post_drop_route(request: SiteRequest) -> Response[str]:
    """The rule of all can only be replaced."""
    typed = await fields_of(request)
    try:
        said = read_form(typed, RouteForm)
        told = deed(request, "route.drop", _subject(said))
        await drop_route(
            catalogue_of(request), Route(said.kind, said.product, said.category), deed=told
        )
    except Refused as error:
        return await _shown(request, {}, error)
    return go(request, HERE, said=visit(request).say("Aturan rute dihapus"))


def _subject(said: RouteForm) -> str:
    if said.product is not None:
        return f"product:{said.product}"
    return f"category:{said.category}" if said.category is not None else "route:all"


async def _shown(
    request: SiteRequest, typed: dict[str, str] | None = None, error: Refused | None = None
) -> Page:
    desk = catalogue_of(request)
    async with request.desks.db.read() as tx:
        known = await choices(tx)
    facts = {
        "routes": await list_routes(desk),
        "offers": await list_offers(desk),
        "choices": known,
        "names": dict(known.categories),
        "typed": typed or {},
        "faults": error.errors if isinstance(error, Invalid) else {},
        "trouble_said": error.text if error else "",
    }
    return page(request, "admin/routes.html", facts, status=error.status if error else 200)


ROUTES = [get_routes, post_route, post_drop_route]
