"""Deposits: one for however many clicks, paid by whatever the gateway gave, nobody else's."""

from __future__ import annotations

import re

from konter.funding.deposits import deposits_of
from tests.pages.visitor import Visitor, hidden, went_to
from tests.shop import Shop
from tests.web.paying import PHONE, QRIS, customer_pays, plain, until


async def somebody(shop: Shop, *, money: int = 0) -> tuple[int, Visitor]:
    buyer = await shop.buyer(money=money)
    token = buyer.token
    door = Shop(shop.house, shop.sim, plain(shop))
    return buyer.id, Visitor(door, token)


async def test_a_deposit_is_ordered_once_paid_and_credited(paying: Shop) -> None:
    user_id, siti = await somebody(paying)
    form = (await siti.get("/my/deposits/new?amount=50.000")).text
    assert len(set(re.findall(r'value="(\w+:[^"]*qris[^"]*)"', form, re.IGNORECASE))) == 1
    fields = {
        "amount": "50000",
        "payment_method": QRIS,
        "ref_id": hidden(form, "ref_id"),
        "customer_phone": PHONE,
    }
    page = went_to(await siti.post("/my/deposits/new", **fields))
    assert went_to(await siti.post("/my/deposits/new", **fields)) == page
    async with paying.house.db.read() as tx:
        found, total = await deposits_of(tx, user_id, page=1, per_page=5)
    assert total == 1
    shown = (await siti.get(page)).text
    assert "<svg" in shown
    assert "style=" not in shown
    assert "Batas waktu:" in shown
    _, ani = await somebody(paying)
    number = int(page.rsplit("/", 1)[1])
    missing, theirs = await ani.get("/my/deposits/999999999"), await ani.get(page)
    assert (missing.status_code, theirs.status_code) == (404, 404)
    assert theirs.text.replace(str(number), "") == missing.text.replace("999999999", "")
    for act in ("pay", "check", "cancel"):
        assert (await ani.post(f"{page}/{act}")).status_code == 404
    part = await siti.get(f"{page}/bagian")
    assert part.text.lstrip().startswith('<div id="pesanan"')
    for more in ("bagian", "qr.png", "peristiwa"):
        assert (await ani.get(f"{page}/{more}")).status_code == 404
    went_to(await siti.post(f"{page}/check"))
    await customer_pays(paying, found[0].id)

    async def credited() -> bool:
        return "Masuk ke saldo" in (await siti.get("/my/deposits")).text

    await until(credited)
    assert "Pembayaran sudah kami terima" in (await siti.get(page)).text
    assert (await siti.post(f"{page}/cancel")).status_code == 409
    assert f"{found[0].code}" in (await siti.get("/my/mutations")).text


async def test_another_way_to_pay_makes_another_link_and_giving_up_ends_it(paying: Shop) -> None:
    _, siti = await somebody(paying)
    form = (await siti.get("/my/deposits/new?amount=75000")).text
    fields = {"amount": "75000", "payment_method": QRIS, "ref_id": hidden(form, "ref_id")}
    page = went_to(await siti.post("/my/deposits/new", customer_phone=PHONE, **fields))
    assert went_to(await siti.post(f"{page}/pay", payment_method="tripay:BRIVA")) == page
    shown = (await siti.get(page)).text
    assert "Salin nomor" in shown
    refused = await siti.post(f"{page}/pay", payment_method="tripay:TIDAKADA")
    assert (refused.status_code, "tidak dikenal" in refused.text) == (422, True)
    assert went_to(await siti.post(f"{page}/cancel")) == page
    assert "Dibatalkan" in (await siti.get(page)).text


async def test_what_cannot_be_a_deposit_is_said(paying: Shop) -> None:
    _, siti = await somebody(paying)
    for amount in ("abc", "0", "-5", "1.5e3", "10,5"):
        answer = await siti.get(f"/my/deposits/new?amount={amount}")
        assert answer.status_code == 422, amount
        assert 'aria-invalid="true"' in answer.text
    refused = await siti.post("/my/deposits/new", amount="1", payment_method=QRIS, ref_id="x-1")
    assert "Nominal paling kecil" in refused.text


async def test_an_order_by_a_channel_goes_to_its_page(paying: Shop) -> None:
    _, siti = await somebody(paying)
    product = await paying.product("xld10")
    form = (await siti.get(f"/my/orders/new?product={product}")).text
    [qris] = re.findall(r'value="\d+ (\w+:[^"]*qris[^"]*)"', form, re.IGNORECASE)
    till = (await siti.get(f"/beli/pulsa/xl?target_id=087800001230&product_id={product}")).text
    assert re.findall(r'value="\d+ (\w+:[^"]*qris[^"]*)"', till, re.IGNORECASE) == [qris]
    fields = {
        "product_id": str(product),
        "ref_id": hidden(form, "ref_id"),
        "target_id": "087800001230",
        "payment_method": QRIS,
    }
    refused = await siti.post("/my/orders/new", **fields)
    assert (refused.status_code, 'id="e-customer_phone"' in refused.text) == (422, True)
    fields["ref_id"] = hidden(refused.text, "ref_id")
    first = went_to(await siti.post("/my/orders/new", customer_phone=PHONE, **fields))
    assert went_to(await siti.post("/my/orders/new", customer_phone=PHONE, **fields)) == first
    assert "Menunggu pembayaran" in (await siti.get("/my/orders")).text
