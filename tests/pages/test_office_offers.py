"""A second supplier's SKUs: proposed, accepted, ordered, tested and let go, without asking it."""

from __future__ import annotations

from tests.pages.browser import visitors
from tests.pages.office import clerk, deeds_of, scrolls_sideways
from tests.sim_process import Sim
from tests.two_shops import OKE, open_two_suppliers


async def test_a_proposal_becomes_an_offer_and_the_cheapest_goes_first(
    conninfo: str, sim: Sim, chromium_address: str
) -> None:
    async with (
        open_two_suppliers(conninfo, sim, mapped={"S10": "s10"}) as shop,
        visitors(chromium_address, shop.client.url) as people,
    ):
        admin = await clerk(shop)
        asked = len(await sim.okeconnect.calls())
        async with people.tab(size="360") as tab:
            await admin.sits_at(tab)
            await tab.open("/admin/proposals")
            assert "X10" in await tab.says()
            await tab.shot("admin-proposals-360")
            assert not await scrolls_sideways(tab)
            await tab.page.click("button:has-text('Pasang X10')")
            await tab.page.wait_for_selector("text=Penawaran X10 dipasang pada produk xld10")
            assert "xld10" not in await tab.page.inner_text("table")
            await tab.open(f"/admin/products/{await shop.product('xld10')}")
            said = await tab.says()
            assert OKE in said and "digiflazz-main" in said
        done = await admin.post("/admin/routes", kind="cheapest", product="xld10")
        assert done.status_code == 303
        page = (await admin.get("/admin/routes")).text
        assert page.index(f'<td data-label="Penyedia dan SKU">{OKE}') > 0
        here = f"/admin/products/{await shop.product('xld10')}"
        assert "aturan produk ini" in (await admin.get(here)).text
        assert (await admin.post(f"{here}/unmap", account=OKE, sku="X10")).status_code == 303
        assert len(await sim.okeconnect.calls()) == asked, "no page asks a supplier"
        assert [deed.act for deed in await deeds_of(shop, "offer")] == ["offer.unmap", "offer.map"]
        tested = await admin.post("/admin/settings/provider/test", subject=f"supplier:{OKE}")
        assert tested.status_code == 303
        calls = await sim.okeconnect.calls("balance")
        assert len(calls) == 1
        shown = (await admin.get("/admin/settings/provider/test")).text
        assert "Saldo di sana" in shown and "Belum pernah dites" in shown
