"""An operator decides: once, with evidence, and nobody else does. (The walk: office_walks.)"""

from __future__ import annotations

import asyncio

from konter.ledger.read import of_order
from konter.people.audit import deeds
from konter.people.permits import Role
from tests.pages.buying import FOR_EVER
from tests.shop import Buyer, Client, Reply, Shop

FORM = {
    "Content-Type": "application/x-www-form-urlencoded",
    "Accept": "text/html",
    "Sec-Fetch-Site": "same-origin",
}
PAGES = (
    "/admin",
    "/admin/orders",
    "/admin/tasks",
    "/admin/inbox",
    "/admin/outbox",
    "/admin/reconcile",
)


async def get(client: Client, path: str, who: Buyer | None = None) -> Reply:
    cookies = {"konter_session": who.token} if who else {}
    headers = {"Accept": "text/html"}
    return await client.get(path, headers=headers, cookies=cookies, allow_redirects=False)


async def post(client: Client, path: str, who: Buyer, **fields: str) -> Reply:
    return await client.post(
        path,
        headers=FORM,
        data=fields,
        cookies={"konter_session": who.token},
        allow_redirects=False,
    )


async def test_who_is_not_staff_sees_nothing_of_the_office(shop: Shop) -> None:
    buyer = await shop.buyer()
    order = await buyer.buys_async("xld10", "087800001230")
    acts = (f"/admin/orders/{order}", f"/admin/orders/{order}/end", "/admin/inbox/1")
    for path in (*PAGES, *acts):
        refused = await get(shop.client, path, buyer)
        assert refused.status_code == 403, path
        assert "Halaman ini bukan untuk akun" in refused.text
        nobody = await get(shop.client, path)
        assert nobody.status_code == 303, path
        assert nobody.headers["Location"].startswith("/masuk?back=%2Fadmin")
    for path in (f"/admin/orders/{order}/ask", f"/admin/orders/{order}/cancel"):
        assert (await post(shop.client, path, buyer)).status_code == 403


async def test_of_two_who_decide_at_once_one_wins_and_the_other_is_told(shop: Shop) -> None:
    buyer = await shop.buyer()
    one = await shop.buyer(money=0, role=Role.OPERATOR)
    two = await shop.buyer(money=0, role=Role.ADMIN)
    order = await buyer.buys_async("xld10", "087800006002")
    await shop.until(order, "disputed")
    path = f"/admin/orders/{order}/resolve"
    page = await get(shop.client, path, one)
    choice = "reverse" if 'value="reverse"' in page.text else "absorb"
    why = {"choice": choice, "reason": "sudah diperiksa", "evidence": "panel penyedia"}
    unsaid = await post(shop.client, path, one, **{**why, "evidence": ""})
    assert unsaid.status_code == 422 and "sudah diperiksa" in unsaid.text
    answers = await asyncio.gather(
        post(shop.client, path, one, **why), post(shop.client, path, two, **why)
    )
    assert sorted(answer.status_code for answer in answers) == [303, 409]
    (told,) = [answer for answer in answers if answer.status_code == 409]
    assert "tidak sedang disengketakan" in told.text
    late = await get(shop.client, path, two)
    assert "Mungkin orang lain sudah memutuskannya" in late.text
    async with shop.house.db.read() as tx:
        done = await deeds(tx, act="order.resolve")
        money = await of_order(tx, order)
    assert [deed.subject for deed in done] == [f"order:{order}"]
    assert done[0].actor in told.text
    assert sum(entry.kind.startswith("dispute_") for entry in money) <= 1


async def test_an_order_that_never_left_is_cancelled_and_its_price_is_back(shop: Shop) -> None:
    buyer, staff = await shop.buyer(), await shop.buyer(money=0, role=Role.OPERATOR)
    await shop.stop_worker()
    order = await buyer.buys_async("xld10", "087800001230")
    page = await get(shop.client, f"/admin/orders/{order}", staff)
    assert "Batalkan" in page.text and "Akhiri dengan bukti" not in page.text
    why = {"reason": "pembeli salah nomor", "evidence": "chat pembeli 09.00"}
    path = f"/admin/orders/{order}/cancel"
    assert (await post(shop.client, path, staff, **why)).status_code == 303
    assert (await post(shop.client, path, staff, **why)).status_code in (409, 422)
    assert (await shop.order(order)).state == "cancelled"
    assert await buyer.balance() == 1_000_000
    async with shop.house.db.read() as tx:
        (deed,) = await deeds(tx, subject=f"order:{order}")
    assert (deed.act, deed.actor_id) == ("order.cancel", staff.id)
    assert (await get(shop.client, "/admin/orders/999999", staff)).status_code == 404


async def test_an_order_that_is_being_asked_about_is_ended_a_moment_later_with_what_was_typed(
    shop: Shop,
) -> None:
    buyer, staff = await shop.buyer(), await shop.buyer(money=0, role=Role.OPERATOR)
    order = await buyer.buys_async("xld10", FOR_EVER)
    await shop.until(order, "sent")
    await shop.stop_worker()
    path = f"/admin/orders/{order}/end"
    why = {
        "choice": "delivered",
        "serial": "SN-77",
        "reason": "pembeli sudah menerima",
        "evidence": "panel penyedia 10.15",
    }
    await _leased_until(shop, order, "now() + interval '1 minute'")
    refused = await post(shop.client, path, staff, **why)
    assert refused.status_code == 409
    assert "Penyedia sedang ditanya, coba lagi sebentar" in refused.text
    for typed in ("SN-77", "pembeli sudah menerima", "panel penyedia 10.15"):
        assert f'value="{typed}"' in refused.text
    assert 'value="delivered" required checked' in refused.text
    assert (await shop.order(order)).state == "sent"
    await _leased_until(shop, order, "NULL")
    assert (await post(shop.client, path, staff, **why)).status_code == 303
    assert (await shop.order(order)).state == "delivered"
    async with shop.house.db.read() as tx:
        assert [deed.act for deed in await deeds(tx, subject=f"order:{order}")] == ["order.end"]


async def _leased_until(shop: Shop, order_id: int, until: str) -> None:
    """As if a worker were asking about it."""
    leased = f"UPDATE orders.attempts SET lease_until = {until} WHERE order_id = {order_id}"
    async with shop.house.db.transaction() as tx:
        await tx.connection.execute(leased.encode())
