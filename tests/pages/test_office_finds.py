"""The office finds, opens again and repeats; each deed is noted once, by name."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import quote

from konter.hooks import outbox
from konter.hooks.tasks import open_tasks
from konter.kernel.clock import WIB
from konter.orders.hours import count_hours, counted_hours
from konter.people.audit import deeds
from konter.people.permits import Role
from tests.pages.test_office import get, post
from tests.shop import Buyer, Shop


async def test_one_box_understands_whatever_one_has(shop: Shop) -> None:
    buyer, staff = await shop.buyer(), await shop.buyer(money=0, role=Role.OPERATOR)
    order_id = await buyer.buys_async("xld10", "087800001230", ref_id="NOTA-77_a")
    order = await shop.until(order_id, "delivered")
    await shop.until(await buyer.buys_async("xld10", "087800001232"), "failed")
    assert order.serial
    for text in (
        order.code,
        order.code.lower(),
        "087800001230",
        "+62 878-0000-1230",
        order.serial,
        order.serial[:12],
        "NOTA-77_a",
        "NOTA",
    ):
        answer = await get(shop.client, f"/admin/orders?q={quote(text)}", staff)
        assert answer.status_code == 303, text
        assert answer.headers["Location"] == f"/admin/orders/{order_id}", text
    both = await get(shop.client, "/admin/orders?q=0878", staff)
    assert both.text.count('href="/admin/orders/') >= 2 and both.status_code == 200
    mail = await get(shop.client, "/admin/orders?q=PEMBELI1@example.com", staff)
    assert order.code in mail.text
    for nonsense in ("NOTA%", "%25%25%25%25", "'; --", "tidak ada"):
        none = await get(shop.client, f"/admin/orders?q={quote(nonsense)}", staff)
        assert "Tidak ada pesanan yang cocok" in none.text, nonsense


async def test_filters_go_by_state_supplier_and_day_and_old_lines_follow(shop: Shop) -> None:
    buyer, staff = await shop.buyer(), await shop.buyer(money=0, role=Role.OPERATOR)
    good = await shop.until(await buyer.buys_async("xld10", "087800001230"), "delivered")
    bad = await shop.until(await buyer.buys_async("xld10", "087800001232"), "failed")
    day = good.created_at.astimezone(WIB).date().isoformat()
    for query, codes in {
        "status=delivered": {good.code},
        "status=failed&account=digiflazz-main": {bad.code},
        f"day={day}": {good.code, bad.code},
        "day=2020-01-01": set(),
        "status=undecided": set(),
        "status=held": set(),
        "status=nonsense&day=nonsense&after=nonsense": {good.code, bad.code},
    }.items():
        text = (await get(shop.client, f"/admin/orders?{query}", staff)).text
        assert set(re.findall(r"TRX-[0-9]{8}-[A-Z0-9]{8}", text)) == codes, query
    after = f"{bad.created_at:%Y%m%dT%H%M%S.%f}-{bad.id}"
    older = (await get(shop.client, f"/admin/orders?after={after}", staff)).text
    assert good.code in older and bad.code not in older


async def test_past_days_are_counted_once_and_today_is_read_as_it_is(shop: Shop) -> None:
    buyer, staff = await shop.buyer(), await shop.buyer(money=0, role=Role.OPERATOR)
    old = await shop.until(await buyer.buys_async("xld10", "087800001230"), "delivered")
    await shop.until(await buyer.buys_async("xld10", "087800001233"), "delivered")
    async with shop.house.db.transaction() as tx:
        await tx.run(
            "UPDATE orders.orders SET created_at = created_at - interval '1 day', "
            "business_date = business_date - 1 WHERE id = %s",
            [old.id],
        )
    for _ in range(2):
        await count_hours(shop.house.db, shop.house.clock)
    async with shop.house.db.read() as tx:
        (hour,) = await counted_hours(tx, shop.house.clock.now() - timedelta(days=3))
    assert (hour.orders, hour.delivered, hour.sales, hour.cost) == (1, 1, 11_500, 10_000)
    said = (await get(shop.client, "/admin", staff)).text.replace("\u00a0", " ")
    assert "Rp 11.500" in said and "1 pesanan berhasil" in said
    yesterday = (old.created_at - timedelta(days=1)).astimezone(WIB).date().isoformat()
    row = said.split(f"day={yesterday}")[1].split("</tr>")[0]
    assert "Rp 11.500" in row and "Rp 1.500" in row and "100%" in row


async def test_a_closed_gate_is_opened_from_its_task_by_one_of_two(shop: Shop) -> None:
    buyer, staff = await shop.buyer(), await shop.buyer(money=0, role=Role.OPERATOR)
    held = await buyer.buys_async("xld10", "087800008045")
    await shop.until(held, "held")
    task = await _task(shop, "gate_closed")
    assert "Pintu penyedia tertutup" in (await get(shop.client, "/admin/tasks", staff)).text
    assert "Tidak jalan" in (await get(shop.client, "/admin", staff)).text
    path = f"/admin/tasks/{task}"
    assert (await post(shop.client, path, staff, reason="")).status_code == 422
    assert (await post(shop.client, path, staff, reason="IP didaftarkan")).status_code == 303
    assert (await post(shop.client, path, staff, reason="IP didaftarkan")).status_code == 409
    async with shop.house.db.read() as tx:
        (deed,) = await deeds(tx, act="task.close")
    assert deed.subject == "supplier:digiflazz-main" and "IP didaftarkan" in deed.detail


async def _task(shop: Shop, kind: str) -> int:
    for _ in range(200):
        async with shop.house.db.read() as tx:
            found = [task.id for task in await open_tasks(tx) if task.kind == kind]
        if found:
            return found[0]
        await shop.house.db.name()
    raise AssertionError(f"no task {kind}")


async def test_messages_in_and_out_are_found_by_the_order_and_repeated(shop: Shop) -> None:
    buyer, staff = await shop.buyer(), await shop.buyer(money=0, role=Role.OPERATOR)
    order = await shop.until(await buyer.buys_async("xld10", "087800005004"), "delivered")
    for _ in range(100):
        page = await get(shop.client, f"/admin/inbox?q={order.code}", staff)
        if "/admin/inbox/" in page.text:
            break
    (number, *_) = re.findall(r"/admin/inbox/(\d+)", page.text)
    one = await get(shop.client, f"/admin/inbox/{number}", staff)
    assert order.code in one.text and order.target_id in one.text
    assert (await post(shop.client, f"/admin/inbox/{number}/replay", staff)).status_code == 303
    first, last = await _told(shop, buyer, order.id)
    listed = await get(shop.client, f"/admin/outbox?q={order.target_id}", staff)
    assert f"/admin/outbox/{first}" in listed.text and f"/admin/outbox/{last}" in listed.text
    path = f"/admin/outbox/{last}/redeliver"
    sent = await post(shop.client, path, staff, back=f"/admin/orders/{order.id}")
    assert sent.headers["Location"] == f"/admin/orders/{order.id}"
    overtaken = await post(shop.client, f"/admin/outbox/{first}/redeliver", staff)
    assert overtaken.status_code == 409 and "lebih baru" in overtaken.text
    assert (await get(shop.client, "/admin/outbox/999999", staff)).status_code == 404
    assert (await get(shop.client, "/admin/inbox/999999", staff)).status_code == 404
    async with shop.house.db.read() as tx:
        repeated = [await deeds(tx, act=act) for act in ("outbox.redeliver", "inbox.replay")]
    assert [[deed.actor_id for deed in done] for done in repeated] == [[staff.id], [staff.id]]


async def _told(shop: Shop, buyer: Buyer, order_id: int) -> list[int]:
    """Two callbacks of one order, as its moves would have told a member."""
    messages = [
        outbox.Outgoing(
            user_id=buyer.id,
            order_id=order_id,
            seq=seq,
            ref_id="R1",
            status="success",
            price=11_500,
            body=b'{"status":"success"}',
            line="R1#SUKSES",
        )
        for seq in (8, 9)
    ]
    async with shop.house.db.transaction() as tx:
        await outbox.add_many(tx, shop.house.ids, messages, at=shop.house.clock.now())
        rows = await tx.rows("SELECT id FROM hooks.outbox ORDER BY seq")
    return [row[0] for row in rows]
