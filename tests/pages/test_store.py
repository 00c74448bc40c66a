"""The shop: what is on its shelves, found by a number or a word, and bought as it was shown."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Final
from urllib.parse import quote

import pytest

from konter.people.permits import Role
from tests.pages.storefront import (
    NUMBER,
    Visitor,
    customer,
    hidden,
    open_storefront,
    orders_of_guests,
    way,
)
from tests.shop import Reply, Shop
from tests.sim_process import Sim

MOST_BYTES: Final = 50_000
SHELF: Final = "/beli/pulsa/xl"
QRIS: Final = "tripay:QRIS2"

RAISE: Final = "UPDATE catalogue.products SET retail_price = retail_price + 500 WHERE id = %(id)s"
CLOSE: Final = (
    "UPDATE catalogue.products SET is_active = false, closed_because = 'operator' WHERE id = %(id)s"
)
BUYER_PAYS: Final = "UPDATE funding.channels SET fee_on = 'buyer'"

FULL_CATALOGUE: Final = """
WITH c AS (
    INSERT INTO catalogue.categories (id, slug, name, type, created_at)
    SELECT 900000000 + n, 'kategori-' || n, 'Kategori ' || n,
           (ARRAY['game', 'pulsa', 'data', 'pln', 'emoney', 'voucher', 'other'])[1 + n % 7], now()
    FROM generate_series(1, 16) AS n RETURNING id, type
)
INSERT INTO catalogue.products (id, code, category_id, name, brand, type, description, base_price,
    retail_price, reseller_price, is_active, created_at)
SELECT c.id * 10000 + n, c.id || '-' || n, c.id,
       'Produk percobaan bernama panjang ' || n || ' untuk 30 hari',
       'MEREK PERCOBAAN ' || CASE WHEN n <= 150 THEN 0 ELSE n % 60 END, c.type,
       'Kuota utama 10 GB dan kuota malam 5 GB, berlaku di semua jaringan, tanpa perpanjangan',
       10000 + n, 11000 + n, 10500 + n, true, now()
FROM c, generate_series(1, 625) AS n
"""


@pytest.fixture
async def shop(conninfo: str, sim: Sim) -> AsyncIterator[Shop]:
    async with open_storefront(conninfo, sim) as shop:
        yield shop


async def test_no_page_weighs_more_than_50_kb_with_a_full_catalogue(shop: Shop) -> None:
    async with shop.house.db.transaction() as tx:
        assert await tx.run(FULL_CATALOGUE) == 10_000
        product = (await tx.rows("SELECT max(id) FROM catalogue.products"))[0][0]
    pages = [
        "/",
        "/beli/kategori-2",
        "/beli/kategori-2/merek-percobaan-0",
        f"/beli/kategori-2/merek-percobaan-0?target_id={NUMBER}",
        f"{SHELF}?target_id={NUMBER}&product_id={await shop.product('xld10')}",
        "/cari?q=percobaan",
        "/tagihan",
    ]
    assert product
    for path in pages:
        assert await _weight(shop, path) < MOST_BYTES, path


async def test_a_number_is_taken_to_its_operator_and_a_wrong_one_is_said(shop: Shop) -> None:
    guest = Visitor(shop)
    for typed, kind, brand in (
        ("0878-0000-1230", "pulsa", "/beli/pulsa/xl"),
        ("+62 812 3456 7890", "data", "/beli/data/telkomsel"),
        ("085112345678", "pulsa", "/beli/pulsa/telkomsel"),
    ):
        answer = await guest.get(f"/nomor?target_id={quote(typed)}&jenis={kind}")
        assert answer.status_code == 303
        assert answer.headers["Location"].startswith(f"{brand}?target_id=0"), typed
    unknown = await guest.get("/nomor?target_id=0800")
    assert (unknown.status_code, unknown.headers["Location"]) == (303, "/")
    assert (await guest.get(f"/cari?q={NUMBER}")).headers["Location"].startswith("/nomor?")

    theirs = f"{SHELF}?target_id=081234567890&product_id={await shop.product('xld10')}"
    said = "Nomor ini milik Telkomsel, sedangkan produk di halaman ini untuk XL."
    wrong = await guest.get(theirs)
    assert said in wrong.text
    assert 'class="pay"' not in wrong.text
    assert "This number belongs to Telkomsel" in (await Visitor(shop, lang="en").get(theirs)).text


async def test_a_guests_double_click_is_one_order(shop: Shop) -> None:
    guest = Visitor(shop)
    form = await _filled(guest)
    one, other = await asyncio.gather(guest.sends(SHELF, form), guest.sends(SHELF, form))
    assert (one.status_code, other.status_code) == (303, 303), one.text
    assert one.headers["Location"] == other.headers["Location"]
    assert re.fullmatch(r"/pesanan/TRX-\d{8}-\w+\?token=[0-9a-f]{32}", one.headers["Location"])
    late = await guest.sends(SHELF, form)
    assert late.headers["Location"] == one.headers["Location"]
    assert await orders_of_guests(shop) == 1
    code, token = re.findall(r"/pesanan/([^?]+)\?token=(.+)", late.headers["Location"])[0]
    found = await shop.client.get(f"/api/guest/orders/{code}", params={"token": token})
    assert found.status_code == 200, found.text

    another = {**form, "product_id": str(await shop.product("xld25")), "pay": f"90000 {QRIS}"}
    used = await guest.sends(SHELF, another)
    assert used.status_code == 409
    assert "sudah dipakai untuk pesanan lain" in used.text
    assert hidden(used)["key"] != form["key"]
    old = await guest.sends(SHELF, {**form, "key": "bukan-kunci"})
    assert old.status_code == 409
    assert await orders_of_guests(shop) == 1


async def test_nobody_pays_more_than_the_page_showed(shop: Shop) -> None:
    guest, product = Visitor(shop), await shop.product("xld10")
    form = await _filled(guest)
    async with shop.house.db.transaction() as tx:
        await tx.run(RAISE, {"id": product})
    dearer = await guest.sends(SHELF, form)
    assert dearer.status_code == 409
    assert "Harganya baru saja berubah" in dearer.text
    assert "siti@example.com" in dearer.text
    assert int(way(dearer).split()[0]) == int(form["pay"].split()[0]) + 500
    assert await orders_of_guests(shop) == 0

    form |= {"key": hidden(dearer)["key"], "pay": way(dearer)}
    async with shop.house.db.transaction() as tx:
        await tx.run(BUYER_PAYS)
    with_fee = await guest.sends(SHELF, form)
    assert with_fee.status_code == 409
    assert int(way(with_fee).split()[0]) > int(form["pay"].split()[0])
    assert "termasuk biaya" in with_fee.text
    assert await orders_of_guests(shop) == 0

    form |= {"key": hidden(with_fee)["key"], "pay": way(with_fee)}
    assert (await guest.sends(SHELF, form)).status_code == 303
    assert await orders_of_guests(shop) == 1


async def test_what_is_wrong_is_said_where_it_is_and_the_rest_stays(shop: Shop) -> None:
    guest, product = Visitor(shop), await shop.product("xld10")
    form = await _filled(guest)
    wrong = await guest.sends(SHELF, {**form, "email": "siti", "phone": "12"})
    assert wrong.status_code == 422
    assert "Alamat email tidak valid" in wrong.text
    assert 'value="siti"' in wrong.text
    assert (await guest.sends(SHELF, {**form, "pay": "murah"})).status_code == 422
    assert (await guest.sends(SHELF, {**form, "pay": "1 tripay:APA"})).status_code == 422
    assert (await guest.sends(SHELF, {**form, "product_id": "7"})).status_code == 422
    async with shop.house.db.transaction() as tx:
        await tx.run(CLOSE, {"id": product})
    closed = await guest.sends(SHELF, form)
    assert closed.status_code == 422
    assert "Produk sedang tidak tersedia" in closed.text
    assert "sedang tutup. Pilih nominal lain." in closed.text
    assert await orders_of_guests(shop) == 0


async def test_who_has_signed_in_pays_from_the_balance_once_at_their_own_price(shop: Shop) -> None:
    reseller = await customer(shop, money=100_000, role=Role.RESELLER)
    retail = await customer(shop, money=1_000)
    page, theirs = await _chosen(reseller), await _chosen(retail)
    prices = [int(way(one).split()[0]) for one in (page, theirs)]
    assert prices[0] < prices[1]
    assert "belum cukup" in theirs.text

    form = hidden(page) | {"pay": way(page, "balance")}
    one, other = await asyncio.gather(reseller.sends(SHELF, form), reseller.sends(SHELF, form))
    assert (one.status_code, other.status_code) == (303, 303), one.text
    assert re.fullmatch(r"/my/orders/\d+", one.headers["Location"])
    assert one.headers["Location"] == other.headers["Location"]
    order = await shop.until(int(one.headers["Location"].split("/")[-1]), "delivered")
    assert order.price == prices[0]

    poor = await retail.sends(SHELF, hidden(theirs) | {"pay": f"{prices[1]} balance"})
    assert poor.status_code == 422
    assert "Saldo tidak mencukupi" in poor.text
    sent = await retail.sends(SHELF, hidden(poor) | {"pay": way(poor)})
    assert re.fullmatch(r"/my/orders/\d+", sent.headers["Location"])


async def test_games_want_their_zone_and_meters_name_their_owner(shop: Shop) -> None:
    guest, game = Visitor(shop), await shop.product("ml86")
    shelf = "/beli/games/mobile-legends"
    bare = await guest.get(f"{shelf}?target_id=12345678&product_id={game}")
    assert "Zone ID wajib diisi" in bare.text
    whole = await guest.get(f"{shelf}?target_id=12345678&server_id=1234&product_id={game}")
    assert "12345678 (1234)" in whole.text
    form = hidden(whole) | {"pay": way(whole), "email": "a@example.com", "phone": NUMBER}
    assert (await guest.sends(shelf, form)).status_code == 303

    token = await shop.product("pln20")
    named = await guest.get(f"/beli/pln/pln?target_id=45012345671&product_id={token}")
    assert "Atas nama" in named.text
    assert "R1 /000001300" in named.text


async def test_search_finds_brands_bills_and_products_or_says_what_to_do(shop: Shop) -> None:
    guest = Visitor(shop)
    found = (await guest.get("/cari?q=telkomsel")).text
    assert 'href="/beli/pulsa/telkomsel"' in found
    assert "Halo Telkomsel" in found
    assert "Tidak ada yang cocok" in (await guest.get("/cari?q=zzz%25")).text
    assert (await guest.get("/cari")).status_code == 200
    there = await guest.get("/produk/XLD10")
    product = await shop.product("xld10")
    assert there.headers["Location"] == f"{SHELF}?product_id={product}"
    for path in ("/produk/tidak-ada", "/beli/pulsa/tidak-ada", "/beli/tidak-ada", "/tagihan/x"):
        assert (await guest.get(path)).status_code == 404, path
    assert '<meta name="description"' in (await guest.get(SHELF)).text


async def test_empty_shelves_say_what_comes_next(shop: Shop) -> None:
    async with shop.house.db.transaction() as tx:
        await tx.run("UPDATE catalogue.products SET is_active = false, closed_because = 'upstream'")
    guest, staff = Visitor(shop), await customer(shop, role=Role.OPERATOR)
    assert "Sedang tutup semua" in (await guest.get(SHELF)).text
    async with shop.house.db.transaction() as tx:
        await tx.run("UPDATE catalogue.bill_products SET is_active = false")
    assert "Rak masih kosong" in (await guest.get("/")).text
    assert "konter sync-products" in (await staff.get("/")).text
    assert "konter sync-products" not in (await guest.get("/")).text
    assert "Belum ada tagihan" in (await guest.get("/tagihan")).text
    assert (await guest.get("/cari?q=xl")).status_code == 200


async def _chosen(visitor: Visitor) -> Reply:
    product = await visitor.shop.product("xld10")
    return await visitor.get(f"{SHELF}?target_id={NUMBER}&product_id={product}")


async def _filled(guest: Visitor) -> dict[str, str]:
    page = await _chosen(guest)
    return hidden(page) | {"pay": way(page), "email": "siti@example.com"}


async def _weight(shop: Shop, path: str) -> int:
    """Bytes of a page with its style sheets and scripts."""
    answer = await shop.client.get(path, headers={"Accept": "text/html"})
    assert answer.status_code == 200, answer.text
    files = re.findall(r'(?:href|src)="(/static/[^"]+)"', answer.text)
    parts = [answer.text, *[(await shop.client.get(file)).text for file in dict.fromkeys(files)]]
    return sum(len(part.encode()) for part in parts)
