"""``/admin/audit``: what staff did, for whoever asks later."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

import msgspec
from litestar import get

from konter.people.audit import KeptDeed, deeds
from konter.web.admin.acting import number_of, query_of
from konter.web.page.permits import ADMIN
from konter.web.page.render import Page, page
from konter.web.page.shown import rupiah
from konter.web.request import SiteRequest

PER_PAGE: Final = 50

PLACES: Final[Mapping[str, str]] = {
    "order": "/admin/orders/{}",
    "user": "/admin/users/{}",
    "product": "/admin/products/{}",
    "payment": "/admin/payments/{}",
    "inbox": "/admin/inbox/{}",
    "outbox": "/admin/outbox/{}",
}
"""By what something was done to: its page."""

MONEY: Final = ("amount", "fee")

Said = Mapping[str, str | int | bool | None]


@get("/admin/audit", include_in_schema=False, opt=ADMIN)
async def get_audit(request: SiteRequest) -> Page:
    """The newest first. ``act``: one, or all of a thing; ``before``: older than that number."""
    asked = query_of(request)
    who, act, subject = (asked.get(name, "")[:200] for name in ("actor", "act", "subject"))
    async with request.desks.db.read() as tx:
        found = await deeds(
            tx,
            actor=who or None,
            act=act or None,
            subject=subject or None,
            before=number_of(asked.get("before")),
            most=PER_PAGE + 1,
        )
    shown = [(deed, _link(deed.subject), _told(deed)) for deed in found[:PER_PAGE]]
    typed = {"actor": who, "act": act, "subject": subject}
    older = urlencode({**typed, "before": shown[-1][0].id}) if len(found) > PER_PAGE else ""
    return page(request, "admin/audit.html", {"deeds": shown, "typed": typed, "older": older})


def _told(deed: KeptDeed) -> list[tuple[str, str]]:
    """What was said and what changed, line by line; rows that another version wrote included."""
    said = msgspec.json.decode(deed.detail)
    facts: Said = said if isinstance(said, dict) else {"": str(said)}
    return [(name, _shown(name, value)) for name, value in facts.items()]


def _shown(name: str, value: str | int | bool | None) -> str:
    if name in MONEY and type(value) is int:
        return rupiah(value)
    return "-" if value is None else str(value)


def _link(subject: str) -> str:
    """Empty: it has no page of its own."""
    what, _, number = subject.partition(":")
    return PLACES[what].format(number) if what in PLACES and number.isdecimal() else ""
