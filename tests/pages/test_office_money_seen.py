"""What staff see of people and money, at a desk and on a phone; clean for who cannot see it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe

from konter.funding.overview import recent_payments
from konter.funding.refund_account import note_refund_account
from konter.funding.states import Purpose
from konter.people.audit import deeds
from konter.people.permits import Role
from konter.web.page.visit import SESSION
from tests.pages.browser import Tab, Visitors, visitors
from tests.shop import Buyer, Client, Shop
from tests.web.paying import NUMBER, PHONE, QRIS, customer_pays, plain, until

SERIOUS = ("serious", "critical")


@pytest_asyncio.fixture(scope="module")
async def office(till: Shop, chromium_address: str) -> AsyncIterator[Visitors]:
    async with visitors(chromium_address, till.client.url) as them:
        yield them


async def signed_in(tab: Tab, who: Buyer) -> None:
    await tab.page.context.add_cookies([{"name": SESSION, "value": who.token, "url": tab.url}])


async def look(tab: Tab, name: str) -> None:
    """A picture, and nothing serious wrong with the page."""
    await tab.shot(name)
    found = await Axe().run(tab.page)
    serious = [v for v in found.response["violations"] if v["impact"] in SERIOUS]
    assert serious == [], [(v["id"], [n["html"] for n in v["nodes"]]) for v in serious]
    wide = await tab.page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not wide, name


async def underpaid(shop: Shop, buyer: Buyer | None) -> int:
    """An order whose payment came a thousand short; answers the payment."""
    facts = {"product_id": await shop.product("xld10"), "target_id": NUMBER, "payment_method": QRIS}
    client = plain(shop)
    if buyer is None:
        body = {**facts, "name": "Siti Aminah", "email": "siti@contoh.id", "phone": PHONE}
        said = (await client.post("/api/guest/orders", json=body)).json()
        async with shop.house.db.read() as tx:
            row = await tx.row("SELECT id FROM orders.orders WHERE code = %s", [said["code"]])
        assert row is not None
        order_id = int(row[0])
        account = {"bank": "DANA", "number": "081200000042", "holder": "Siti Aminah"}
        await note_refund_account(shop.house.funding, Purpose.ORDER, order_id, **account)
    else:
        answer = await Buyer(shop=_over(shop, client), id=buyer.id, token=buyer.token).buys(
            "xld10", NUMBER, payment_method=QRIS, customer_phone=PHONE
        )
        order_id = int(answer.json()["transaction"]["id"])
    await customer_pays(shop, order_id, amount=9_000)
    found: list[int] = []

    async def came() -> bool:
        async with shop.house.db.read() as tx:
            rows = await recent_payments(tx, "review", most=50)
        found[:] = [row.id for row in rows if row.purpose_id == order_id]
        return bool(found)

    await until(came)
    return found[0]


def _over(shop: Shop, client: Client) -> Shop:
    return Shop(shop.house, shop.sim, client)


async def open_form(tab: Tab, title: str) -> None:
    await tab.page.click(f"summary:has-text('{title}')")


async def adjust(tab: Tab, amount: str, reason: str) -> None:
    await open_form(tab, "Sesuaikan saldo")
    await tab.page.fill("#f-adjust-amount", amount)
    await tab.page.fill("#f-adjust-reason", reason)
    await tab.page.click("form[action$='/adjust'] button")


@pytest.mark.parametrize("size", ["360", "1280"])
async def test_two_admins_adjust_a_wallet_and_make_a_member(
    paying: Shop, office: Visitors, size: str
) -> None:
    buyer = await paying.buyer(money=50_000)
    siti, budi = [await paying.buyer(money=0, role=Role.ADMIN) for _ in range(2)]
    async with office.tab(size=size, scripts=size == "360") as tab:
        await signed_in(tab, siti)
        await tab.open("/admin/users?q=pembeli")
        await look_if_scripts(tab, f"office-users-{size}", size)
        await tab.open(f"/admin/users/{buyer.id}")
        await adjust(tab, "Rp 1.000.000", "bonus akhir tahun")
        assert "menunggu persetujuan admin lain" in await tab.says()
        await tab.open("/admin/adjustments")
        await look_if_scripts(tab, f"office-adjustments-{size}", size)
        assert "Tarik kembali" in await tab.says()
        await signed_in(tab, budi)
        await tab.open("/admin/adjustments")
        await tab.page.click(f"article:has-text('bonus akhir tahun'):has(a[href$='/{buyer.id}'])"
                             " button:has-text('Setujui')")  # fmt: skip
        assert "saldo sudah berubah" in await tab.says()
        assert await buyer.balance() == 1_050_000
        await tab.open(f"/admin/users/{buyer.id}")
        await open_form(tab, "Jadikan member")
        await tab.page.fill("#f-member-member_id", f"TOKO{size}")
        await tab.page.click("form[action$='/member'] button")
        await look_if_scripts(tab, f"office-member-secrets-{size}", size)
        await tab.page.click("text=Sudah saya simpan")
        await open_form(tab, "Sesuaikan saldo")
        await open_form(tab, "Akses")
        await look_if_scripts(tab, f"office-user-{size}", size)
        await tab.open(f"/admin/users/{buyer.id}/statement")
        await look_if_scripts(tab, f"office-statement-{size}", size)
        await tab.open("/admin/audit")
        await look_if_scripts(tab, f"office-audit-{size}", size)
    async with paying.house.db.read() as tx:
        subject = f"user:{buyer.id}"
        assert len(await deeds(tx, subject=subject, act="adjustment")) == 2


async def look_if_scripts(tab: Tab, name: str, size: str) -> None:
    """Without JavaScript axe cannot run; the picture is taken."""
    await (look(tab, name) if size == "360" else tab.shot(name))


@pytest.mark.parametrize("size", ["360", "1280"])
async def test_an_operator_decides_payments_and_pays_a_guest_out(
    paying: Shop, office: Visitors, size: str
) -> None:
    buyer, operator = await paying.buyer(money=0), await paying.buyer(money=0, role=Role.OPERATOR)
    admin = await paying.buyer(money=0, role=Role.ADMIN)
    ours, guests = await underpaid(paying, buyer), await underpaid(paying, None)
    rich = await paying.buyer()
    for _ in range(2):
        bought = await Buyer(_over(paying, plain(paying)), rich.id, rich.token).buys(
            "xld10", NUMBER
        )
        await paying.until(int(bought.json()["transaction"]["id"]), "delivered")
    async with office.tab(size=size) as tab:
        await signed_in(tab, operator)
        await tab.open("/admin/payments?state=review")
        await look(tab, f"office-payments-{size}")
        await tab.open(f"/admin/payments/{ours}")
        await open_form(tab, "Terima sebagai lunas")
        await tab.page.fill("#f-accept-reason", "dicek di gateway")
        async with tab.page.expect_response("**/accept") as answered:
            await tab.page.click("form[action$='/accept'] button")
        assert (await answered.value).status == 422
        assert "kurang dari tagihan" in await tab.says()
        tab.complaints.clear()  # the browser notes every 422
        await open_form(tab, "Kembalikan ke pembeli")
        await tab.page.fill("#f-release-reason", "kurang bayar seribu")
        await look(tab, f"office-payment-{size}")
        await tab.page.click("form[action$='/release'] button")
        assert "dikembalikan ke saldo pembeli" in await tab.says()
        assert await buyer.balance() == 9_000
        await tab.open(f"/admin/payments/{guests}")
        await open_form(tab, "Kembalikan ke pembeli")
        await tab.page.fill("#f-release-reason", "kurang bayar seribu")
        await tab.page.click("form[action$='/release'] button")
        await tab.open("/admin/refunds")
        await tab.page.click("summary:has-text('Catat sudah dibayar')")
        await look(tab, f"office-refunds-{size}")
        await tab.page.fill("input[name=bank]", "bca")
        await tab.page.fill("input[name=evidence]", "TRF 12345, 22 November")
        await tab.page.click("button:has-text('Catat lunas')")
        assert "Tidak ada utang kepada tamu" in await tab.says()
        await signed_in(tab, admin)
        await tab.open("/admin/settlements")
        await open_form(tab, "Gateway mencairkan")
        await look(tab, f"office-settlements-{size}")
        await tab.page.fill("#f-gateway-amount", "1.000")
        await tab.page.fill("#f-gateway-bank", "bca")
        await tab.page.select_option("#f-gateway-gateway", "tripay")
        await tab.page.click("form[action$='/gateway'] button")
        assert "Pencairan dicatat" in await tab.says()
        for by in ("day", "member"):
            await tab.open(f"/admin/reports?by={by}")
            await look(tab, f"office-reports-{by}-{size}")
        theirs = await tab.page.inner_text(f"tr:has(a[href$='/users/{rich.id}'])")
        assert "Rp\u00a023.000" in theirs
    async with office.tab(size=size, lang="en") as tab:
        await signed_in(tab, admin)
        await tab.open(f"/admin/users/{buyer.id}")
        await look(tab, f"office-user-en-{size}")
