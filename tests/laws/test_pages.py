"""Every address says who may call it, in the one table; pages stand behind the guard."""

from __future__ import annotations

from konter.web.page.assets import get_asset
from konter.web.page.guard import guarded
from konter.web.page.permits import who_of
from konter.web.pages import routes
from tools.permissions import NOBODY, entries


def test_every_address_has_an_entry_in_the_table() -> None:
    assert [(one.method, one.path) for one in entries() if one.who is NOBODY] == []


def test_every_page_stands_behind_the_guard() -> None:
    router = routes()[-1]
    pages = {handler.fn for handler in getattr(router, "route_handlers", ())}
    for one in entries():
        if one.handler.fn in pages and one.handler.fn is not get_asset.fn:
            assert one.handler.resolve_before_request() is guarded, one.path
            assert who_of(one.handler.opt) is not None
