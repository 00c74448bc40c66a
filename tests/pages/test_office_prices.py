"""The office's prices: seen before they are made, made as they were seen; not by operators."""

from __future__ import annotations

import re

from konter.catalogue.prices import Kind, Role, Rule, set_rule
from konter.people.permits import Role as PersonRole
from konter.suppliers import override
from tests.pages.office import clerk, deeds_of
from tests.shop import ACCOUNT, Shop

PRICES = """
SELECT retail_price, reseller_price, is_active, closed_because
FROM catalogue.products WHERE code = %(code)s
"""

HISTORY = """
SELECT count(*) FROM catalogue.price_history AS h
JOIN catalogue.products AS p ON p.id = h.product_id
WHERE p.code = %(code)s AND h.because = 'rule'
"""

GAMES = {"role": "retail", "kind": "percent", "amount": "10", "category": "games"}


async def prices(shop: Shop, code: str) -> tuple[int, int, bool, str | None]:
    async with shop.house.db.read() as tx:
        row = await tx.row(PRICES, {"code": code})
    assert row is not None
    return row[0], row[1], row[2], row[3]


async def rule_moves(shop: Shop, code: str) -> int:
    async with shop.house.db.read() as tx:
        row = await tx.row(HISTORY, {"code": code})
    return int(row[0]) if row else 0


def stamp_in(html: str) -> str:
    found = re.search(r'name="stamp" value="([0-9a-f]{64})"', html)
    assert found is not None
    return found[1]


async def test_a_preview_says_what_the_minimum_margin_stops(shop: Shop) -> None:
    admin = await clerk(shop)
    asked = {**GAMES, "kind": "flat", "amount": "99"}
    seen = await admin.post("/admin/markup/preview", **asked)
    assert seen.status_code == 200
    assert seen.text.count("Ditutup: margin kurang") == 7
    assert (await prices(shop, "ml5"))[2] is True
    done = await admin.post("/admin/markup", **asked, stamp=stamp_in(seen.text))
    assert done.status_code == 303
    assert await prices(shop, "ml5") == (1_549, 2_950, False, "margin")


async def test_a_stale_preview_is_refused_kindly_and_shown_anew(shop: Shop) -> None:
    admin = await clerk(shop)
    seen = await admin.post("/admin/markup/preview", **GAMES)
    await set_rule(shop.house.catalogue, Rule(Role.RETAIL, Kind.FLAT, 2_000))
    refused = await admin.post("/admin/markup", **GAMES, stamp=stamp_in(seen.text))
    assert refused.status_code == 409
    assert "sudah berubah sejak pratinjau" in refused.text
    assert (await prices(shop, "ml5"))[0] == 3_450
    done = await admin.post("/admin/markup", **GAMES, stamp=stamp_in(refused.text))
    assert done.status_code == 303
    assert (await prices(shop, "ml5"))[0] == 1_595
    again = await admin.post("/admin/markup", **GAMES, stamp=stamp_in(refused.text))
    assert again.status_code == 303, "a second click is told that it is done"
    assert len(await deeds_of(shop, "price.rule")) == 1


async def test_a_rule_goes_by_preview_and_a_default_stays(shop: Shop) -> None:
    admin = await clerk(shop)
    await set_rule(shop.house.catalogue, Rule(Role.RETAIL, Kind.FLAT, 1_000, "games"))
    drop = {"role": "retail", "category": "games", "act": "drop"}
    seen = await admin.post("/admin/markup/preview", **drop)
    assert "Menghapus aturan" in seen.text
    assert (await admin.post("/admin/markup", **drop, stamp=stamp_in(seen.text))).status_code == 303
    assert (await prices(shop, "ml5"))[0] == 4_450
    kept = await admin.post("/admin/markup/preview", role="retail", act="drop")
    assert (kept.status_code, "hanya diganti" in kept.text) == (422, True)
    for amount in ("-5", "dua", "1,234", ""):
        wrong = await admin.post("/admin/markup/preview", **{**GAMES, "amount": amount})
        assert wrong.status_code == 422, amount


async def test_an_operator_may_look_and_not_change(shop: Shop) -> None:
    operator = await clerk(shop, PersonRole.OPERATOR)
    product = await shop.product("ml5")
    for path in (
        "/admin/products?q=mobile&category=games&state=open",
        "/admin/products?q=tidakada",
        f"/admin/products/{product}",
        "/admin/markup",
        "/admin/proposals",
        "/admin/bills",
        "/admin/routes",
        "/admin/breakers",
    ):
        for lang in ("id", "en"):
            assert (await operator.get(path, lang=lang)).status_code == 200, path
    for path in (
        "/admin/markup/preview",
        "/admin/markup",
        "/admin/routes",
        "/admin/routes/drop",
        "/admin/bills/fee",
        "/admin/bills/fee/drop",
        "/admin/bills/biller",
        "/admin/proposals",
        f"/admin/products/{product}/offers",
        f"/admin/products/{product}/unmap",
        f"/admin/products/{product}/priority",
        "/admin/settings/payment/test",
        "/admin/settings/provider/test",
    ):
        assert (await operator.post(path, **GAMES)).status_code == 403, path
    for path in ("/admin/settings", "/admin/settings/payment/test"):
        assert (await operator.get(path)).status_code == 403, path
    buyer = await clerk(shop, PersonRole.RESELLER)
    assert (await buyer.get("/admin/products")).status_code == 403


async def test_a_product_is_closed_and_opened_by_hand(shop: Shop) -> None:
    operator = await clerk(shop, PersonRole.OPERATOR)
    here = f"/admin/products/{await shop.product('ml5')}"
    assert (await operator.post(f"{here}/close", reason="salah harga")).status_code == 303
    assert (await prices(shop, "ml5"))[2:] == (False, "operator")
    assert "ditutup petugas" in (await operator.get("/admin/products?state=operator")).text
    assert (await operator.post(f"{here}/open")).status_code == 303
    assert (await prices(shop, "ml5"))[2:] == (True, None)
    (closed,) = await deeds_of(shop, "product.close")
    assert (closed.subject, '"salah harga"' in closed.detail) == ("product:ml5", True)
    assert (await operator.get("/admin/products/999999")).status_code == 404


async def test_routes_and_priorities_are_set_and_kept_in_the_audit(shop: Shop) -> None:
    admin = await clerk(shop)
    done = await admin.post("/admin/routes", kind="cheapest", category="games")
    assert done.status_code == 303
    assert "Termurah yang menjaga margin" in (await admin.get("/admin/routes")).text
    wrong = await admin.post("/admin/routes", kind="cheapest", category="games", product="ml5")
    assert (wrong.status_code, "bukan keduanya" in wrong.text) == (422, True)
    missing = await admin.post("/admin/routes", kind="fixed", product="tidakada")
    assert missing.status_code == 404
    assert (await admin.post("/admin/routes/drop", category="games")).status_code == 303
    here = f"/admin/products/{await shop.product('ml5')}"
    done = await admin.post(f"{here}/priority", account=ACCOUNT, sku="ml5", priority="7")
    assert done.status_code == 303
    wrong = await admin.post(f"{here}/priority", account=ACCOUNT, sku="ml5", priority="-7")
    assert wrong.status_code == 422
    wrong = await admin.post(f"{here}/offers", account=ACCOUNT, sku="xld10")
    assert (wrong.status_code, "jauh dari modal" in wrong.text) == (409, True)
    sure = await admin.post(f"{here}/offers", account=ACCOUNT, sku="xld10", sure="yes")
    assert sure.status_code == 303
    assert (await admin.post(f"{here}/unmap", account=ACCOUNT, sku="xld10")).status_code == 303
    assert (await admin.post("/admin/bills/fee", of="all", fee="1500")).status_code == 303
    assert (await admin.post("/admin/bills/fee", of="x", fee="1500")).status_code == 422
    for act in (
        "route.set",
        "route.drop",
        "offer.priority",
        "offer.map",
        "offer.unmap",
        "bill.fee",
    ):
        assert len(await deeds_of(shop, act)) == 1, act


async def test_a_breaker_is_overruled_with_a_reason(shop: Shop) -> None:
    operator = await clerk(shop, PersonRole.OPERATOR)
    page = "/admin/breakers"
    here = {"account": ACCOUNT, "sku": "ml5"}
    opened = await operator.post(page, **here, act="open", reason="sering salah kirim")
    assert opened.status_code == 303, opened.text
    shown = (await operator.get(page)).text
    assert "Ditahan terbuka" in shown and "sering salah kirim" in shown
    product = await operator.get(f"/admin/products/{await shop.product('ml5')}")
    assert "Pemutus terbuka" in product.text
    await operator.post(page, **here, act="auto", reason="sudah diperbaiki")
    assert "Boleh dicoba" in (await operator.get(page)).text
    await operator.post(page, **here, act="close", reason="beres")
    assert "Tidak ada yang dilewati" in (await operator.get(page)).text
    paused = await operator.post(f"{page}/pause", account=ACCOUNT, reason="deposit pindah")
    assert paused.status_code == 303, paused.text
    shown = (await operator.get(page)).text
    assert "/admin/breakers/resume" in shown and "deposit pindah" in shown
    async with shop.house.db.read() as tx:
        assert await override.list_breakers(tx, at=shop.house.clock.now()) == []
    assert [deed.act for deed in await deeds_of(shop, "breaker")] == [
        "breaker.close",
        "breaker.auto",
        "breaker.open",
    ]
    assert (await operator.post("/admin/breakers/resume", account=ACCOUNT)).status_code == 422
    lifted = await operator.post("/admin/breakers/resume", account=ACCOUNT, reason="sudah")
    assert lifted.status_code == 303
    wrong = await operator.post("/admin/breakers", account=ACCOUNT, act="lupa", reason="x")
    assert wrong.status_code == 422
