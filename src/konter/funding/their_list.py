"""A gateway's own list of payments, read page by page over some days."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from konter.funding.desk import FundingDesk
from konter.kernel.wire_types import WireSilence
from konter.suppliers import exchanges
from konter.upstreams.contract import UpstreamRefused
from konter.upstreams.gateway_contract import Gateway, HistoryPage, Listed

MOST_PAGES: Final = 200
KEPT_OF_A_PAGE: Final = 2048
"""Of its transcript, which names everybody who paid; the comparison is what is wanted of it."""


@dataclass(slots=True)
class TheirList:
    """``rows`` by their ids. ``problem``: why it is not whole, and absence from it proves nothing;
    ``unreadable``: rows that named no payment."""

    rows: dict[str, Listed] = field(default_factory=dict)
    unreadable: int = 0
    problem: str | None = None


async def read_list(
    desk: FundingDesk, gateway: Gateway, *, since: datetime, until: datetime
) -> TheirList:
    """What was created there from ``since`` until before ``until``. Never raises for what the
    gateway does; asking changes nothing there."""
    found = TheirList()
    if gateway.history is None:
        found.problem = "it has no list"
        return found
    for page in range(1, MOST_PAGES + 1):
        try:
            told = await _page(desk, gateway, page, since=since, until=until)
        except UpstreamRefused as error:
            found.problem = f"page {page}: {error}"
            return found
        found.unreadable += told.unreadable
        created = [row.created_at for row in told.rows if row.created_at is not None]
        # New payments push older rows onto the next page, so one may be told twice.
        for row in told.rows:
            if row.created_at is None or since <= row.created_at < until:
                found.rows.setdefault(row.their_id, row)
        if not told.more or (created and min(created) < since):
            return found
    found.problem = f"its list is longer than {MOST_PAGES} pages"
    return found


async def _page(
    desk: FundingDesk, gateway: Gateway, page: int, *, since: datetime, until: datetime
) -> HistoryPage:
    history = gateway.history
    if history is None:
        raise UpstreamRefused(f"{gateway.account}: no list")
    request = history.ask(page, since, desk.clock.now(), until=until)
    heard = await desk.wire.ask(request, account=gateway.account, purpose="list")
    kept = replace(heard.exchange, response_body=heard.exchange.response_body[:KEPT_OF_A_PAGE])
    async with desk.db.transaction() as tx:
        await exchanges.keep(tx, [kept])
    if isinstance(heard.said, WireSilence):
        raise UpstreamRefused(f"{gateway.account}: {heard.said.detail}")
    return history.read(heard.said)
