"""One's own pages: everything of one's own, nothing of another's, and once."""

from __future__ import annotations

import csv
import io

import pytest

from konter.hooks.notices import Notice, add_many
from konter.ledger.lines import lines_between
from konter.orders.search_own import Wanted, search_own
from konter.people.permits import Role
from konter.people.register_member import register_member
from konter.web.my.csv_file import csv_file
from tests.pages.visitor import NUMBER, Visitor, hidden, visitor, went_to
from tests.shop import Buyer, Shop

OWN_PAGES = (
    "/my",
    "/my/orders",
    "/my/orders?q=%25_x&state=success&from=2026-01-01&to=2026-12-31",
    "/my/orders/new",
    "/my/orders/new?q=tidakada",
    "/my/deposits",
    "/my/deposits/new",
    "/my/deposits/new?amount=Rp+50.000",
    "/my/mutations",
    "/my/mutations?from=2020-01-01&to=2020-01-02",
    "/my/notices",
    "/my/notices/settings",
    "/my/profile",
    "/my/two-factor",
)
RESELLERS_PAGES = ("/my/keys", "/my/callbacks")


async def member(shop: Shop, member_id: str = "TOKO1") -> tuple[Buyer, Visitor]:
    buyer = await shop.buyer()
    email = f"pembeli{shop.people}@example.com"
    await register_member(shop.house.people, email=email, member_id=member_id)
    return buyer, visitor(shop, buyer)


async def test_every_page_opens_to_its_person_and_to_nobody_else(shop: Shop) -> None:
    _, reseller = await member(shop)
    retail = visitor(shop, await shop.buyer(role=Role.RETAIL, money=0))
    for path in (*OWN_PAGES, *RESELLERS_PAGES):
        answer = await reseller.get(path)
        assert answer.status_code == 200, (path, answer.text)
        assert answer.text.count("<h1") == 1, path
        stranger = await Visitor(shop, "").get(path)
        assert went_to(stranger).startswith("/masuk?back="), path
    for path in OWN_PAGES:
        assert (await retail.get(path)).status_code == 200, path
    for path in RESELLERS_PAGES:
        assert (await retail.get(path)).status_code == 403, path
    not_yet = visitor(shop, await shop.buyer())
    for path in RESELLERS_PAGES:
        assert "belum terdaftar sebagai member" in (await not_yet.get(path)).text


async def test_an_order_is_made_once_however_often_its_form_is_sent(shop: Shop) -> None:
    buyer = await shop.buyer()
    siti = visitor(shop, buyer)
    product = await shop.product("xld10")
    form = (await siti.get(f"/my/orders/new?product={product}")).text
    fields = {
        "product_id": str(product),
        "ref_id": hidden(form, "ref_id"),
        "target_id": NUMBER,
        "payment_method": "balance",
    }
    first = went_to(await siti.post("/my/orders/new", **fields))
    assert went_to(await siti.post("/my/orders/new", **fields)) == first
    changed = await siti.post("/my/orders/new", **{**fields, "target_id": "087800001231"})
    assert changed.status_code == 409
    assert "Formulir ini sudah pernah dikirim" in changed.text
    assert hidden(changed.text, "ref_id") != fields["ref_id"]
    await shop.until(int(first.rsplit("/", 1)[1]), "delivered")
    async with shop.house.db.read() as tx:
        assert len((await search_own(tx, buyer.id, Wanted(), most=9)).orders) == 1
    for wrong, said in (
        ({**fields, "target_id": ""}, "Wajib diisi"),
        ({**fields, "target_id": "12", "ref_id": "baru-1"}, "f-target_id"),
        (
            {**fields, "payment_method": "tripay:TIDAKADA", "ref_id": "baru-2"},
            "Nomor telepon tidak valid",
        ),
    ):
        refused = await siti.post("/my/orders/new", **wrong)
        assert refused.status_code == 422, refused.text
        assert said in refused.text
    poor = visitor(shop, await shop.buyer(money=0))
    refused = await poor.post("/my/orders/new", **fields)
    assert "Saldo tidak mencukupi" in refused.text


async def test_a_price_that_rose_since_the_form_was_shown_is_shown_and_not_taken(
    shop: Shop,
) -> None:
    buyer = await shop.buyer()
    siti = visitor(shop, buyer)
    product = await shop.product("xld10")
    form = (await siti.get(f"/my/orders/new?product={product}")).text
    shown = int(hidden(form, "shown_price"))
    fields = {
        "product_id": str(product),
        "ref_id": hidden(form, "ref_id"),
        "target_id": NUMBER,
        "payment_method": "balance",
    }
    before = await buyer.balance()
    dearer = await siti.post("/my/orders/new", **fields, shown_price=str(shown - 1))
    assert dearer.status_code == 409
    assert "Harganya baru saja berubah" in dearer.text
    assert int(hidden(dearer.text, "shown_price")) == shown
    assert await buyer.balance() == before
    went_to(await siti.post("/my/orders/new", **fields, shown_price=str(shown)))
    assert await buyer.balance() == before - shown


async def test_orders_are_found_by_state_words_and_days_a_page_after_the_other(shop: Shop) -> None:
    buyer, other = await shop.buyer(), await shop.buyer()
    ids = [await buyer.buys_async("xld10", f"0878000012{n}0") for n in range(30, 36)]
    await other.buys_async("xld10", "087800001990")
    for order_id in ids:
        await shop.until(order_id, "delivered", "failed")
    order = await shop.order(ids[2])
    siti = visitor(shop, buyer)
    for query, count in (
        (f"?q={order.code}", 1),
        (f"?q={order.code.lower()}", 1),
        (f"?q={order.target_id}", 1),
        ("?q=0878", 6),
        ("?q=0_78", 0),
        (f"?q={order.product_name.replace(' ', '+')}", 6),
        ("?state=pending", 0),
        ("?state=tidakada", 6),
        ("?from=2020-01-01&to=2020-01-02", 0),
        ("?from=2020-01-01", 6),
        ("?from=kemarin", 6),
        ("?q=087800001990", 0),
    ):
        answer = await siti.get(f"/my/orders{query}")
        assert answer.text.count('class="line"') == count, query
        rows = list(csv.reader(io.StringIO((await siti.get(f"/my/orders.csv{query}")).text)))
        assert len(rows) == count + 1, query
    async with shop.house.db.read() as tx:
        seen, before = [], None
        while True:
            found = await search_own(
                tx, buyer.id, Wanted(text="0878"), before=before, most=2, looked_at=3
            )
            seen += [one.id for one in found.orders]
            before = found.older
            if before is None:
                break
    assert seen == ids[::-1]
    assert went_to(await siti.get(f"/my/orders/code/{order.code}")) == f"/my/orders/{order.id}"
    others = await other.get("/api/transactions")
    code = others.json()["data"][0]["code"]
    missing = await siti.get("/my/orders/code/TRX-20200101-AAAAAAAA")
    theirs = await siti.get(f"/my/orders/code/{code}")
    assert (missing.status_code, theirs.status_code) == (404, 404)
    assert missing.text.replace("TRX-20200101-AAAAAAAA", "") == theirs.text.replace(code, "")


async def test_the_statement_goes_on_from_line_to_line(shop: Shop) -> None:
    buyer = await shop.buyer()
    await buyer.buys("xld10", NUMBER)
    siti = visitor(shop, buyer)
    page = await siti.get("/my/mutations")
    assert "Pembelian" in page.text
    answer = await siti.get("/my/mutations.csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="mutasi.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [row["baris"] for row in rows] == ["2", "1"]
    for row in rows:
        assert int(row["sebelum"]) + int(row["perubahan"]) == int(row["sesudah"])
    assert rows[0]["sebelum"] == rows[1]["sesudah"]
    assert int(rows[0]["sesudah"]) == await buyer.balance()
    async with shop.house.db.read() as tx:
        lines, more = await lines_between(tx, buyer.id, since=None, until=None, before=2, most=5)
    assert ([line.line for line in lines], more) == ([1], False)
    other = visitor(shop, await shop.buyer(money=0))
    assert "Belum ada mutasi" in (await other.get("/my/mutations")).text


@pytest.mark.parametrize("text", ["=1+1", "+62812", "-1", "@x", "\t=1", "\r=1", " =1", "＝1"])
def test_no_text_of_a_file_is_taken_for_a_formula(text: str) -> None:
    answer = csv_file("x.csv", ["a"], [[text], [-5]])
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert rows == [["a"], [f"'{text}"], ["-5"]]


async def test_what_one_was_told_is_marked_by_its_owner_only(shop: Shop) -> None:
    buyer, other = await shop.buyer(), await shop.buyer()
    order_id = await buyer.buys_async("xld10", NUMBER)
    order = await shop.until(order_id, "delivered")
    siti, ani = visitor(shop, buyer), visitor(shop, other)
    page = (await siti.get("/my/notices")).text
    assert f"/my/orders/code/{order.code}" in page
    async with shop.house.db.transaction() as tx:
        at = shop.house.clock.now()
        notice = Notice(
            user_id=buyer.id, type="info", title="<b>x", message="m", data={}, created_at=at
        )
        await add_many(tx, [notice])
        row = await tx.row("SELECT max(id) FROM hooks.notices")
    assert row is not None
    await ani.post(f"/my/notices/{row[0]}/read")
    page = (await siti.get("/my/notices")).text
    assert "&lt;b&gt;x" in page
    assert page.count('class="notice unread"') == 2
    assert "2 belum dibaca" in (await siti.get("/my")).text
    await siti.post(f"/my/notices/{row[0]}/read")
    assert (await siti.get("/my/notices")).text.count('class="notice unread"') == 1
    await siti.post("/my/notices/read")
    assert "Tandai semua" not in (await siti.get("/my/notices")).text


async def test_a_profile_is_changed_with_the_password_and_only_by_it(shop: Shop) -> None:
    buyer = await shop.buyer()
    siti = visitor(shop, buyer)
    await shop.buyer()
    assert went_to(await siti.post("/my/profile/name", name="Siti Aminah")) == "/my/profile"
    assert "Halo, Siti Aminah" in (await siti.get("/my")).text
    for fields, said in (
        ({"email": "baru@example.com", "email_password": "salah-salah"}, "Kata sandi salah"),
        ({"email": "bukan email", "email_password": "rahasia-123"}, "Email tidak valid"),
        ({"email": "pembeli2@example.com", "email_password": "rahasia-123"}, "sudah terdaftar"),
    ):
        refused = await siti.post("/my/profile/email", **fields)
        assert (refused.status_code, said in refused.text) == (422, True), said
    await siti.post("/my/profile/email", email="baru@example.com", email_password="rahasia-123")
    assert "baru@example.com" in (await siti.get("/my/profile")).text
    login = {"email": "baru@example.com", "password": "rahasia-123"}
    other = (await shop.client.post("/api/auth/login", json=login)).json()["token"]
    assert (await Visitor(shop, other).get("/my")).status_code == 200
    refused = await siti.post("/my/profile/password", password="x", new_password="pendek")
    assert refused.status_code == 422
    await siti.post("/my/profile/password", password="rahasia-123", new_password="sandi-baru-1")
    assert (await siti.get("/my")).status_code == 200
    assert (await Visitor(shop, other).get("/my")).status_code == 303
    login["password"] = "sandi-baru-1"
    other = (await shop.client.post("/api/auth/login", json=login)).json()["token"]
    assert (await Visitor(shop, other).get("/my")).status_code == 200
    await siti.post("/my/profile/sessions")
    assert (await Visitor(shop, other).get("/my")).status_code == 303


async def test_a_reseller_keeps_keys_addresses_and_callbacks_of_their_own(shop: Shop) -> None:
    _, siti = await member(shop)
    _, ani = await member(shop, "TOKO2")
    made = await siti.post("/my/keys", name="server")
    key = made.text.split('id="kunci">')[1].split("<")[0]
    assert key.startswith("kk_")
    assert key not in (await siti.get("/my/keys")).text
    bearing = {"Authorization": f"Bearer {key}"}
    assert (await shop.client.get("/api/v1/balance", headers=bearing)).status_code == 200
    assert (await siti.post("/my/keys", name="server")).status_code == 422
    assert (await ani.post("/my/keys/revoke", name="server")).status_code == 404
    assert "<strong>server</strong>" not in (await ani.get("/my/keys")).text
    await siti.post("/my/keys/revoke", name="server")
    assert "Dicabut" in (await siti.get("/my/keys")).text
    refused = await siti.post("/my/keys/ip", ip="203.0.113.7\nbukan ip")
    assert (refused.status_code, "bukan" in refused.text) == (422, True)
    await siti.post("/my/keys/ip", ip="203.0.113.7\n10.0.0.0/8")
    assert "10.0.0.0/8" in (await siti.get("/my/keys")).text
    no_address = await siti.post("/my/callbacks/test")
    assert went_to(no_address) == "/my/keys"
    refused = await siti.post("/my/keys/callback", callback_url="ftp://x", style="json")
    assert refused.status_code == 422
    await siti.post("/my/keys/callback", callback_url="https://toko.example/cb", style="json")
    assert went_to(await siti.post("/my/callbacks/test")) == "/my/callbacks"
    listed = (await siti.get("/my/callbacks")).text
    number = listed.split('href="/my/callbacks/')[1].split('"')[0]
    assert "order.test" in listed
    assert "Uji callback" in (await siti.get(f"/my/callbacks/{number}")).text
    assert f'/my/callbacks/{number}"' not in (await ani.get("/my/callbacks")).text
    missing = await ani.get("/my/callbacks/999999999")
    theirs = await ani.get(f"/my/callbacks/{number}")
    assert (missing.status_code, theirs.status_code) == (404, 404)
    assert theirs.text.replace(number, "") == missing.text.replace("999999999", "")
    assert (await ani.post(f"/my/callbacks/{number}/again")).status_code == 404
    assert went_to(await siti.post(f"/my/callbacks/{number}/again")).endswith(number)
    assert await shop.breaches() == []


async def test_faults_are_said_in_english_with_what_was_typed_as_it_was_typed(shop: Shop) -> None:
    _, siti = await member(shop)
    english = Visitor(shop, f"{siti.token}; konter_lang=en")
    typed = "<b>Wajib</b>%(1)s%"
    refused = await english.post("/my/keys/ip", ip=typed)
    assert refused.status_code == 422
    said = "&lt;b&gt;Wajib&lt;/b&gt;%(1)s%: Not a valid IP address or network"
    assert said in refused.text and typed not in refused.text
    passed = await siti.post("/my/keys/ip", ip=typed)
    assert "&lt;b&gt;Wajib&lt;/b&gt;%(1)s%: Bukan alamat IP atau jaringan" in passed.text
    missing = await english.get("/my/tidak-ada")
    assert "This page or record was not found" in missing.text
