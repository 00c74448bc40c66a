"""Whether upstreams know us: asked on a page, done by a worker, and no secret told."""

from __future__ import annotations

import re
from dataclasses import replace

from konter.adapters import providers_of
from konter.setting_kinds import Secret
from konter.settings import Settings, declarations
from konter.suppliers.probes import Finding, latest_probes
from konter.suppliers.try_account import try_account
from konter.upstreams.transcript import scrubbed
from tests.pages.office import clerk, deeds_of
from tests.shop import ACCOUNT, Shop, open_paying_shop, open_shop
from tests.sim_process import IPAYMU_API_KEY, PROD_KEY, TRIPAY_API_KEY, TRIPAY_PRIVATE_KEY, Sim

PAYMENT = "/admin/settings/payment/test"
PROVIDER = "/admin/settings/provider/test"
AREA = 'href="(/admin/settings/[a-z]+)"'
WRONG_KEY = "KUNCI0SALAH-0000"


async def test_a_gateway_that_is_right_one_with_a_wrong_key(conninfo: str, sim: Sim) -> None:
    async with open_paying_shop(conninfo, sim, IPAYMU_API_KEY=WRONG_KEY) as shop:
        admin = await clerk(shop)
        assert "Belum pernah dites" in (await admin.get(PAYMENT)).text
        assert (await admin.post(PAYMENT)).status_code == 303
        said = (await admin.get(PAYMENT)).text
        assert "Kunci diterima" in said and "Jam kita sama" in said
        assert "Ditolak" in said and "Periksa kunci" in said
        assert WRONG_KEY not in said and TRIPAY_API_KEY not in said
        assert [deed.subject for deed in await deeds_of(shop, "upstream.test")] == ["gateway:*"]
        asked = len(await shop.sim.tripay.calls())
        assert (await admin.post(PAYMENT, subject="gateway:tripay")).status_code == 303
        assert len(await shop.sim.tripay.calls()) == asked, "a moment later it is not asked again"
        async with shop.house.db.read() as tx:
            row = await tx.row(
                "SELECT count(*) FROM suppliers.exchanges WHERE account = 'ipaymu'"
                " AND request_body || response_body LIKE %(key)s",
                {"key": f"%{WRONG_KEY}%"},
            )
        assert row == (0,)


async def test_a_gateway_that_is_down_and_a_page_without_a_worker(conninfo: str, sim: Sim) -> None:
    async with open_paying_shop(
        conninfo, sim, with_worker=False, TRIPAY_BASE_URL="http://127.0.0.1:1"
    ) as shop:
        admin = await clerk(shop)
        told = await admin.post(PAYMENT, subject="gateway:tripay")
        assert told.status_code == 303
        waiting = await admin.get(PAYMENT, lang="en")
        assert "Being tested" in waiting.text and "worker" in waiting.text
        await shop.start_worker()
        again = await admin.post(PAYMENT, subject="gateway:tripay")
        assert again.status_code == 303
        assert "Tidak dapat dihubungi" in (await admin.get(PAYMENT)).text
        found = await latest_probes(shop.house.probes, ["gateway:tripay"])
        (finding,) = found["gateway:tripay"].findings
        assert (finding.what, finding.good) == ("unreachable", False)


async def test_suppliers_are_asked_for_the_deposit_and_a_wrong_key_is_told(
    conninfo: str, sim: Sim
) -> None:
    async with open_shop(conninfo, sim) as shop:
        admin = await clerk(shop)
        assert (await admin.post(PROVIDER)).status_code == 303
        page = (await admin.get(PROVIDER)).text
        assert "Beres" in page and "Saldo di sana" in page
        found = await latest_probes(shop.house.probes, [f"supplier:{ACCOUNT}"])
        told = found[f"supplier:{ACCOUNT}"].findings[0]
        assert told == Finding("balance", True, number=(await sim.books())["deposit"])
        assert "Belum ada gerbang" in (await admin.get(PAYMENT)).text


async def test_a_supplier_that_refuses_our_key(conninfo: str, sim: Sim) -> None:
    async with open_shop(conninfo, sim) as shop:
        house = shop.house
        desk = replace(house.suppliers, providers=providers_of(_with_wrong_key(house.settings)))
        (finding,) = await try_account(desk, ACCOUNT, reopened=lambda: None, scrubbed=scrubbed)
        assert (finding.what, finding.good, finding.advice) == ("refused", False, "keys")
        assert WRONG_KEY not in finding.said


def _with_wrong_key(settings: Settings) -> Settings:
    return replace(settings, digiflazz_api_key=Secret(WRONG_KEY))


async def test_settings_in_force_are_shown_and_no_secret(shop: Shop) -> None:
    admin = await clerk(shop)
    first = (await admin.get("/admin/settings")).text
    pages = [first, *[(await admin.get(path)).text for path in re.findall(AREA, first)]]
    html = "".join(pages)
    assert {d.name for d in declarations() if d.name not in html} == set()
    assert max(map(len, pages)) < 50_000
    english = (await admin.get("/admin/settings/catalogue", lang="en")).text
    indonesian = (await admin.get("/admin/settings/catalogue")).text
    assert "When the worker syncs the catalogue each day." in english
    assert "Kapan pekerja menyamakan katalog setiap hari." in indonesian
    assert "seconds" in english and "seconds" not in indonesian and "detik" in indonesian
    assert (await admin.get("/admin/settings/lain")).status_code == 404
    secrets = (PROD_KEY, "x" * 40, IPAYMU_API_KEY, TRIPAY_PRIVATE_KEY, "rahasia-webhook-01")
    assert not any(secret in html for secret in secrets)
