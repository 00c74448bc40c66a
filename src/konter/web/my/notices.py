"""``/my/notices``: what one was told, and marking it read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import msgspec
from litestar import get, post
from litestar.response import Redirect

from konter.hooks.notices import KeptNotice, mark_read, of_user
from konter.web.my.asked import asked_of, number_of
from konter.web.page.guard import visit
from konter.web.page.permits import OWN
from konter.web.page.render import Page, go, page
from konter.web.request import RowId, SiteRequest

PER_PAGE: Final = 20
MOST_PAGES: Final = 10_000


@dataclass(frozen=True, slots=True)
class Shown:
    """``code``: of the order that it is about, empty for none."""

    notice: KeptNotice
    code: str


@get("/my/notices", include_in_schema=False, opt=OWN)
async def get_notices(request: SiteRequest) -> Page:
    """The newest first, 20 a page. Looking marks nothing."""
    number = min(number_of(asked_of(request), "page") or 1, MOST_PAGES)
    async with request.desks.db.read() as tx:
        kept, total, unread = await of_user(tx, request.user.id, page=number, per_page=PER_PAGE)
    facts = {
        "notices": [Shown(notice, _code(notice)) for notice in kept],
        "unread": unread,
        "number": number,
        "previous": f"?page={number - 1}" if number > 1 else "",
        "next": f"?page={number + 1}" if number * PER_PAGE < total else "",
    }
    return page(request, "my/notices.html", facts)


@post("/my/notices/read", include_in_schema=False, opt=OWN, status_code=200)
async def post_all_read(request: SiteRequest) -> Redirect:
    """A repeat does nothing."""
    marked = await _mark(request, None)
    say = visit(request).say
    return go(request, "/my/notices", said=say("Semua sudah ditandai dibaca") if marked else "")


@post("/my/notices/{notice_id:int}/read", include_in_schema=False, opt=OWN, status_code=200)
async def post_one_read(request: SiteRequest, notice_id: RowId) -> Redirect:
    """A repeat does nothing, and another's stays as it is."""
    await _mark(request, notice_id)
    return go(request, "/my/notices")


ROUTES: Final = [get_notices, post_all_read, post_one_read]


async def _mark(request: SiteRequest, notice_id: int | None) -> int:
    at = request.desks.people.clock.now()
    async with request.desks.db.transaction() as tx:
        return await mark_read(tx, request.user.id, notice_id=notice_id, at=at)


def _code(notice: KeptNotice) -> str:
    data = msgspec.json.decode(notice.data)
    code = data.get("transaction_code") if isinstance(data, dict) else None
    return code if isinstance(code, str) else ""
