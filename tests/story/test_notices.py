"""People hear of their orders wherever they are, and a silent mail server holds up nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from konter.hooks.deposits import watch_deposits
from konter.people.permits import Role
from konter.people.reach import set_reach
from tests.postbox import Postbox, gateway, mail_server
from tests.shop import Buyer, Reply, Shop, open_paying_shop
from tests.sim_process import Sim
from tests.web.paying import NUMBER, QRIS, customer_pays

HEADERS = {
    "Content-Type": "application/x-www-form-urlencoded",
    "Accept": "text/html",
    "Sec-Fetch-Site": "same-origin",
}
SHEET = "/admin/notices/order_delivered/en"


class Boxes:
    mail: Postbox
    whatsapp: Postbox
    staff: Postbox


@pytest.fixture
async def boxes() -> AsyncIterator[Boxes]:
    async with mail_server() as mail, gateway(form=True) as whatsapp, gateway() as staff:
        boxes = Boxes()
        boxes.mail, boxes.whatsapp, boxes.staff = mail, whatsapp, staff
        yield boxes


@pytest.fixture
async def shop(conninfo: str, sim: Sim, boxes: Boxes) -> AsyncIterator[Shop]:
    async with open_paying_shop(
        conninfo,
        sim,
        KONTER_NOTIFY_EMAIL=boxes.mail.address,
        KONTER_NOTIFY_WHATSAPP=boxes.whatsapp.address,
        KONTER_NOTIFY_STAFF=boxes.staff.address.replace("{to}", "staff"),
        KONTER_LOW_DEPOSIT="1000000000000",
    ) as shop:
        yield shop


async def page(shop: Shop, who: Buyer, path: str, **fields: str) -> Reply:
    return await shop.client.ask(
        "POST" if fields else "GET",
        path,
        headers=HEADERS,
        cookies={"konter_session": who.token},
        data=fields or None,
        allow_redirects=False,
    )


async def test_a_silent_mail_server_delays_its_letters_and_nothing_else(
    shop: Shop, boxes: Boxes
) -> None:
    boxes.mail.speaks.clear()
    answer = await shop.client.post(
        "/api/guest/orders",
        json={
            "product_id": await shop.product("xld10"),
            "target_id": NUMBER,
            "payment_method": QRIS,
            "name": "Siti",
            "email": "siti@contoh.id",
            "phone": "0812-3456-7890",
        },
    )
    code = answer.json()["code"]
    async with shop.house.db.read() as tx:
        row = await tx.row("SELECT id FROM orders.orders WHERE code = %(code)s", {"code": code})
    assert row is not None
    await customer_pays(shop, row[0])
    order = await shop.until(row[0], "delivered")
    told = await boxes.whatsapp.until("Transaksi Berhasil!", code, str(order.serial))
    assert told.to == "6281234567890"
    await boxes.whatsapp.until("Pembayaran diterima", code)
    await watch_deposits(shop.house.suppliers)
    assert (await boxes.staff.until("Deposit menipis")).to == "staff"
    assert boxes.mail.letters == []
    boxes.mail.speaks.set()
    assert (await boxes.mail.until("Transaksi Berhasil!", code)).to == "siti@contoh.id"
    await boxes.mail.until("Pembayaran diterima", code)
    assert len(boxes.mail.find(code)) == len(boxes.whatsapp.find(code)) == 2


async def test_an_admin_tries_and_changes_the_words_and_a_buyer_reads_them(
    shop: Shop, boxes: Boxes
) -> None:
    admin = await shop.buyer(money=0, role=Role.ADMIN)
    buyer = await shop.buyer(role=Role.RETAIL)
    operator = await shop.buyer(money=0, role=Role.OPERATOR)
    await set_reach(
        shop.house.people, buyer.id, lang="en", by_email=True, whatsapp=None, telegram=None
    )
    for path in ("/admin/notices", SHEET):
        assert (await page(shop, admin, path)).status_code == 200
        for nosy in (buyer, operator):
            assert (await page(shop, nosy, path)).status_code == 403
    assert (
        await page(shop, operator, SHEET, act="save", title="x", message="y")
    ).status_code == 403
    assert (await page(shop, admin, "/admin/notices/order_eaten/en")).status_code == 404
    own = {"title": "All done", "message": "{product} & serial {serial}"}
    shown = await page(shop, admin, SHEET, act="preview", **own)
    assert "Pulsa Telkomsel 10.000 &amp; serial 41003511223344" in shown.text
    wrong = await page(shop, admin, SHEET, act="save", title="All done {nama}", message="x")
    assert wrong.status_code == 422
    assert "{nama} tidak dikenal di sini" in wrong.text
    assert (await page(shop, admin, SHEET, act="save", **own)).status_code == 303
    assert "All done" in (await page(shop, admin, "/admin/notices")).text
    order = (await buyer.buys("xld10", NUMBER)).json()["transaction"]
    letter = await boxes.mail.until("All done", "& serial", order["serial_number"])
    assert letter.to == "pembeli2@example.com"
    said = (await buyer.get("/api/notifications")).json()["data"]
    assert [one["title"] for one in said] == ["All done"]
    assert (await page(shop, admin, SHEET, act="reset", title="", message="")).status_code == 303
    assert "All done" not in (await page(shop, admin, "/admin/notices")).text
