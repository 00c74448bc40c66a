"""A day is compared with the gateways by the worker, never by the page."""

from __future__ import annotations

from datetime import timedelta

from konter.funding.reconciled import reconcile_asked
from konter.kernel.clock import WIB
from konter.people.audit import deeds
from konter.people.permits import Role
from tests.pages.test_office import get, post
from tests.shop import Client, Shop


async def test_a_day_is_compared_by_the_worker_and_kept(till: Shop) -> None:
    client = Client(till.client.url, till.client.session)
    staff = await till.buyer(money=0, role=Role.OPERATOR)
    today = till.house.clock.now().astimezone(WIB).date()
    for nonsense in ("", "2020-01-01", str(today + timedelta(days=1))):
        refused = await post(client, "/admin/reconcile", staff, day=nonsense)
        assert refused.status_code == 422, nonsense
    for _ in range(2):
        asked = await post(client, "/admin/reconcile", staff, day=str(today))
        assert asked.status_code == 303
    assert "sedang menunggu dicocokkan" in (await get(client, "/admin/reconcile", staff)).text
    await reconcile_asked(till.house.funding)
    page = (await get(client, "/admin/reconcile", staff)).text
    assert "ipaymu" in page and "tripay" in page and "pembeli1@example.com" in page
    assert "sedang menunggu dicocokkan" not in page
    async with till.house.db.read() as tx:
        (deed,) = await deeds(tx, act="reconcile")
    assert (deed.act, deed.actor_id) == ("reconcile.ask", staff.id)
