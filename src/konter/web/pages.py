"""What people look at: the shop, their own pages, the office; each behind the same guard."""

from __future__ import annotations

from litestar import Router
from litestar.types import ControllerRouterHandler

from konter.web.admin import routes as admin
from konter.web.my import routes as my
from konter.web.page.assets import get_asset
from konter.web.page.guard import guarded
from konter.web.page.language import get_language
from konter.web.store import routes as store


def routes() -> list[ControllerRouterHandler]:
    guarded_routes = [get_language, *store.ROUTES, *my.ROUTES, *admin.ROUTES]
    return [get_asset, Router("/", route_handlers=guarded_routes, before_request=guarded)]
