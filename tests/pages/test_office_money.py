"""The office's pages about people and money: who may do what, and that it is done once."""

from __future__ import annotations

import re
from typing import Any

from konter.funding.adjustments import Adjustment, adjustments
from konter.people.audit import KeptDeed, deeds
from konter.people.permits import Role
from konter.web.page.visit import SESSION
from tests.shop import Buyer, Reply, Shop

FORM = {
    "Content-Type": "application/x-www-form-urlencoded",
    "Accept": "text/html",
    "Sec-Fetch-Site": "same-origin",
}

LOOKS = (
    "/admin/users",
    "/admin/users?q=pembeli&role=reseller",
    "/admin/users/{id}",
    "/admin/users/{id}/statement",
    "/admin/adjustments",
    "/admin/payments",
    "/admin/payments?q=TRX-20261122-AAAAAAAA&state=review&gateway=tripay",
    "/admin/refunds",
    "/admin/settlements",
    "/admin/reports",
    "/admin/reports?by=member&since=2026-01-01&until=2026-12-31",
    "/admin/reports/csv",
    "/admin/reports/xlsx",
)

ACTS = (
    "/admin/users/{id}/role",
    "/admin/users/{id}/adjust",
    "/admin/users/{id}/credit",
    "/admin/users/{id}/member",
    "/admin/users/{id}/member/rotate",
    "/admin/users/{id}/member/doors",
    "/admin/users/{id}/member/limits",
    "/admin/adjustments/1/approve",
    "/admin/adjustments/1/refuse",
    "/admin/adjustments/1/withdraw",
    "/admin/settlements/gateway",
    "/admin/settlements/topup",
    "/admin/settlements/payout",
)
"""An admin's alone."""


async def fetch(who: Buyer, path: str) -> Any:
    headers = {"Accept": "text/html", "Cookie": f"{SESSION}={who.token}"}
    async with who.shop.client.session.get(
        who.shop.client.url + path, headers=headers, allow_redirects=False
    ) as answer:
        return Reply(answer.status, (await answer.read()).decode("latin-1"), answer.headers)


async def send(who: Buyer, path: str, **typed: str) -> Reply:
    headers = {**FORM, "Cookie": f"{SESSION}={who.token}"}
    return await who.shop.client.post(path, headers=headers, data=typed, allow_redirects=False)


async def kept(shop: Shop, act: str) -> list[KeptDeed]:
    async with shop.house.db.read() as tx:
        return await deeds(tx, act=act)


async def by_hand(shop: Shop) -> list[Adjustment]:
    async with shop.house.db.read() as tx:
        return list(await adjustments(tx))


async def test_each_page_opens_to_whom_the_table_names(shop: Shop) -> None:
    buyer = await shop.buyer()
    operator = await shop.buyer(money=0, role=Role.OPERATOR)
    admin = await shop.buyer(money=0, role=Role.ADMIN)
    for path in LOOKS:
        path = path.format(id=buyer.id)
        assert (await fetch(buyer, path)).status_code == 403, path
        assert (await fetch(operator, path)).status_code == 200, path
        assert (await fetch(admin, path)).status_code == 200, path
        assert (await shop.client.get(path, allow_redirects=False)).status_code in (303, 401), path
    assert (await fetch(operator, "/admin/audit")).status_code == 403
    assert (await fetch(admin, "/admin/audit")).status_code == 200
    for path in ACTS:
        for who in (buyer, operator):
            assert (await send(who, path.format(id=buyer.id))).status_code == 403, path
    assert await by_hand(shop) == []
    assert (await fetch(admin, "/admin/users/999999")).status_code == 404
    assert (await fetch(admin, "/admin/payments/999999")).status_code == 404
    assert (await fetch(admin, "/admin/reports/pdf")).status_code == 404
    for wrong in ("since=besok", "since=2020-01-01", "since=2026-02-02&until=2026-02-01"):
        assert (await fetch(admin, f"/admin/reports?{wrong}")).status_code == 422, wrong


async def test_a_large_adjustment_waits_for_another_admin_and_counts_once(shop: Shop) -> None:
    buyer = await shop.buyer(money=50_000)
    siti = await shop.buyer(money=0, role=Role.ADMIN)
    budi = await shop.buyer(money=0, role=Role.ADMIN)
    here = f"/admin/users/{buyer.id}"
    typed = {"amount": "Rp 1.000.000", "reason": "bonus akhir tahun", "ref_id": "formulir-1"}
    for _ in range(2):
        assert (await send(siti, f"{here}/adjust", **typed)).status_code == 303
    (asked,) = await by_hand(shop)
    assert (asked.state, asked.amount, await buyer.balance()) == ("asked", 1_000_000, 50_000)
    decide = f"/admin/adjustments/{asked.id}"
    own = await send(siti, f"{decide}/approve")
    assert (own.status_code, "harus diputuskan oleh admin lain" in own.text) == (403, True)
    for _ in range(2):
        assert (await send(budi, f"{decide}/approve")).status_code == 303
    assert (await send(budi, f"{decide}/refuse", reason="telat")).status_code == 409
    assert await buyer.balance() == 1_050_000
    small = {"amount": "25000", "way": "take", "reason": "biaya kartu", "ref_id": "formulir-2"}
    assert (await send(siti, f"{here}/adjust", **small)).status_code == 303
    assert await buyer.balance() == 1_025_000
    for wrong in ("12,5", "1.00", "-5", "", "0", "9" * 17):
        said = await send(siti, f"{here}/adjust", **small | {"amount": wrong, "ref_id": "form-333"})
        assert (said.status_code, "f-adjust-amount" in said.text) == (422, True), wrong
    told = [(deed.act, deed.actor) for deed in await kept(shop, "adjustment")]
    assert told == [
        ("adjustment.approve", "pembeli3@example.com"),
        ("adjustment.ask", "pembeli2@example.com"),
    ]
    assert await shop.breaches() == []


async def test_a_members_secrets_are_shown_once_and_never_kept_by_a_browser(shop: Shop) -> None:
    reseller = await shop.buyer(money=0)
    admin = await shop.buyer(money=0, role=Role.ADMIN)
    here = f"/admin/users/{reseller.id}/member"
    wrong = await send(admin, here, member_id="x")
    assert (wrong.status_code, "3 sampai 20 huruf" in wrong.text) == (422, True)
    shown = await send(admin, here, member_id="toko9")
    assert shown.status_code == 200
    assert shown.headers["Cache-Control"] == "no-store"
    secrets = re.findall(r'<dd class="code">([^<]+)</dd>', shown.text)
    assert [len(secret) for secret in secrets] == [40, 6, 24]
    again = await fetch(admin, f"/admin/users/{reseller.id}")
    assert "TOKO9" in again.text
    assert not any(secret in again.text for secret in secrets)
    rotated = await send(admin, f"{here}/rotate")
    assert not any(secret in rotated.text for secret in secrets)
    assert (
        await send(
            admin,
            f"{here}/limits",
            orders_per_day="50",
            amount_per_day="5.000.000",
            products="xld10",
        )
    ).status_code == 303
    assert (await send(admin, f"{here}/limits", orders_per_day="0")).status_code == 422
    bad = await send(admin, f"{here}/doors", is_active="yes", networks="10.0.0.0/8, bukan-ip")
    assert (bad.status_code, "bukan-ip" in bad.text) == (422, True)
    saved = await send(admin, f"{here}/doors", networks="10.0.0.0/8", require_hmac="yes")
    assert saved.status_code == 303
    page = (await fetch(admin, f"/admin/users/{reseller.id}")).text
    for said in ("10.0.0.0/8", "xld10", "Rp\xc2\xa05.000.000", "Nonaktif"):
        assert said in page, said


async def test_access_and_credit_are_changed_with_a_reason(shop: Shop) -> None:
    buyer = await shop.buyer(money=0)
    operator = await shop.buyer(money=0, role=Role.OPERATOR)
    admin = await shop.buyer(money=0, role=Role.ADMIN)
    here = f"/admin/users/{buyer.id}"
    assert (await send(admin, f"{here}/credit", limit="100.000", reason="pelanggan lama")
            ).status_code == 303  # fmt: skip
    assert (await send(operator, f"{here}/block", reason="diduga diretas")).status_code == 303
    blocked = await buyer.buys("xld10", "087800001230")
    assert blocked.status_code == 403
    assert (await send(operator, f"{here}/block", reason="sudah jelas", blocked="no")
            ).status_code == 303  # fmt: skip
    bought = await buyer.buys_async("xld10", "087800001230")
    await shop.until(bought, "delivered")
    assert await buyer.balance() < 0
    page = await send(admin, f"{here}/credit", limit="0", reason="berhenti percaya")
    assert (page.status_code, "lebih rendah dari batas kredit" in page.text) == (409, True)
    assert (await send(operator, f"{here}/disable", reason="lama tak aktif")).status_code == 303
    assert (await send(operator, f"/admin/users/{admin.id}/disable", reason="iseng")
            ).status_code == 403  # fmt: skip
    assert (await send(admin, f"/admin/users/{admin.id}/role", role="retail")).status_code == 403
    assert (await send(operator, f"{here}/enable")).status_code == 303
    assert (await send(operator, f"{here}/sign-out")).status_code == 303
    assert (await send(admin, f"{here}/role", role="kaisar")).status_code == 422
    assert (await send(admin, f"{here}/role", role="operator")).status_code == 303
    acts = {deed.act for deed in await kept(shop, "user")}
    assert acts == {"user.disable", "user.enable", "user.sign_out", "user.role"}
    log = (await fetch(admin, f"/admin/audit?subject=user:{buyer.id}&act=wallet")).text
    assert "wallet.credit" in log and "pelanggan lama" in log and "user.role" not in log
    await shop.assert_honest()


async def test_the_bank_is_booked_once_for_a_form(shop: Shop) -> None:
    admin = await shop.buyer(money=0, role=Role.ADMIN)
    typed = {"amount": "75.000", "bank": "BCA", "ref_id": "formulir-9", "reason": "gaji bulan ini"}
    for _ in range(2):
        assert (await send(admin, "/admin/settlements/payout", **typed)).status_code == 303
    assert await shop.account("equity") == -75_000
    assert len(await kept(shop, "book.payout")) == 1
    wrong = await send(admin, "/admin/settlements/topup", account="entah", **typed)
    assert (wrong.status_code, "Pilih akun penyedia" in wrong.text) == (422, True)
    held = (await fetch(admin, "/admin/settlements")).text
    assert "deposit di digiflazz-main" in held
