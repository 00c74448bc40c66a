"""Orders that are paid through a gateway, over the JSON API of a running shop."""

from __future__ import annotations

import asyncio
from typing import Any

from konter.funding.channels import set_channel
from konter.orders.expire import expire_unpaid
from konter.upstreams.gateway_contract import FeeOn
from tests.shop import GAP_S, Buyer, Shop
from tests.web.paying import (
    IPAYMU_PAGE,
    IPAYMU_QRIS,
    NUMBER,
    PHONE,
    QRIS,
    customer_pays,
    invoice_of,
    let_time_pass,
    lose_callbacks,
    plain,
    until,
)
from tests.web.test_transaction_document import A_TIME, CREATED, DETAIL, assert_like

PAYMENT_KEYS = {
    "status",
    "channel",
    "method",
    "transaction_id",
    "session_id",
    "url",
    "pay_code",
    "qr",
    "qr_url",
    "amount",
    "fee",
    "expired_at",
    "paid_at",
    "instructions",
    "message",
}


async def buys(buyer: Buyer, channel: str = QRIS, **facts: Any) -> Any:
    facts = {"customer_phone": PHONE, **facts}
    return await buyer.buys("xld10", NUMBER, payment_method=channel, **facts)


async def bought(buyer: Buyer, channel: str = QRIS, **facts: Any) -> dict[str, Any]:
    """The whole body of an order that was taken."""
    answer = await buys(buyer, channel, **facts)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def shown(buyer: Buyer, order_id: int) -> dict[str, Any]:
    answer = await buyer.get(f"/api/transactions/{order_id}")
    assert answer.status_code == 200
    return dict(answer.json())


async def test_an_order_by_every_kind_of_channel_says_how_to_pay_and_is_delivered_when_paid(
    paying: Shop,
) -> None:
    buyer = await paying.buyer(money=0)
    for channel, given in (
        (QRIS, ("url", "qr", "qr_url", "transaction_id")),
        ("tripay:BRIVA", ("url", "pay_code", "transaction_id")),
        (IPAYMU_QRIS, ("qr", "transaction_id", "session_id")),
        (IPAYMU_PAGE, ("url", "session_id")),
    ):
        said = await bought(buyer, channel)
        assert_like(CREATED, said)
        one, payment = said["transaction"], said["payment"]
        assert set(payment) == PAYMENT_KEYS
        assert (one["payment_method"], one["status"], one["payment_status"]) == (
            channel,
            "pending",
            "pending",
        )
        assert (payment["status"], payment["channel"]) == ("pending", channel)
        assert (payment["amount"], payment["fee"]) == ("11500.00", "0.00")
        assert all(payment[name] for name in given), payment
        assert A_TIME.fullmatch(payment["expired_at"])
        assert (await shown(buyer, one["id"]))["payment"] == payment
        await customer_pays(paying, one["id"])
        await paying.until(one["id"], "delivered")
        detail = await shown(buyer, one["id"])
        assert_like(DETAIL, detail)
        assert detail["transaction"]["status"] == "success"
        assert detail["transaction"]["payment_status"] == detail["payment"]["status"] == "paid"
        assert A_TIME.fullmatch(detail["payment"]["paid_at"])
        assert not any(detail["payment"][name] for name in ("url", "pay_code", "qr", "qr_url"))
    assert await buyer.balance() == 0


async def test_an_order_from_the_balance_says_that_it_is_paid_and_shows_no_payment(
    paying: Shop,
) -> None:
    buyer = await paying.buyer(money=50_000)
    for method in ("balance", None):
        said = (await buyer.buys("xld10", NUMBER, payment_method=method)).json()
        assert "payment" not in said
        assert said["transaction"]["payment_status"] == "paid"
        assert "payment" not in await shown(buyer, said["transaction"]["id"])
        listed = (await buyer.get("/api/transactions")).json()["data"][0]
        assert listed == {**said["transaction"], "updated_at": listed["updated_at"]}


async def test_a_fee_that_is_passed_on_is_told_with_the_amount(paying: Shop) -> None:
    for channel in (QRIS, IPAYMU_QRIS):
        await set_channel(
            paying.house.funding, channel, is_on=None, fee_on=FeeOn.BUYER, actor="rina"
        )
    buyer = await paying.buyer(money=0)
    for channel in (QRIS, IPAYMU_QRIS):
        said = await bought(buyer, channel)
        payment = said["payment"]
        assert said["transaction"]["amount"] == "11500.00"
        amount, fee = (float(payment[name]) for name in ("amount", "fee"))
        assert fee > 0 and amount == 11_500 + fee
        await customer_pays(paying, said["transaction"]["id"])
        await paying.until(said["transaction"]["id"], "delivered")
    assert await buyer.balance() == 0


async def test_whoever_would_not_wait_is_answered_before_the_link_is_made(paying: Shop) -> None:
    await paying.stop_worker()
    buyer = await paying.buyer(money=0)
    said = await bought(buyer, headers={"Prefer": "respond-async"})
    payment = said["payment"]
    assert (payment["status"], payment["url"], payment["qr"]) == ("pending", None, None)
    assert "sedang disiapkan" in payment["message"]
    await paying.start_worker()
    order_id = said["transaction"]["id"]

    async def made() -> bool:
        return (await shown(buyer, order_id))["payment"]["qr"] is not None

    await until(made)
    await customer_pays(paying, order_id)
    await paying.until(order_id, "delivered")


async def test_a_link_that_cannot_be_made_leaves_the_order_payable(paying: Shop) -> None:
    refusal = {
        "do": "http",
        "status": 400,
        "content_type": "application/json",
        "body": '{"success":false,"message":"Invalid customer email"}',
    }
    await paying.sim.tripay.script("*", refusal)
    buyer = await paying.buyer(money=0)
    said = await bought(buyer)
    order_id = said["transaction"]["id"]
    assert said["payment"]["url"] is None
    assert "belum dapat dibuat" in said["payment"]["message"]
    assert "email" not in said["payment"]["message"]
    await paying.sim.tripay.script("*")
    answer = await buyer.post(f"/api/transactions/{order_id}/pay")
    assert answer.status_code == 200
    assert answer.json()["payment"]["qr"]
    assert (await invoice_of(paying, order_id)).number == 2
    again = await buyer.post(f"/api/transactions/{order_id}/pay", {})
    assert again.json()["payment"] == answer.json()["payment"], "one that can be paid is kept"
    await customer_pays(paying, order_id)
    await paying.until(order_id, "delivered")


async def test_the_older_link_pays_as_well_and_both_pay_once(paying: Shop) -> None:
    buyer = await paying.buyer(money=0)
    order_id = (await bought(buyer))["transaction"]["id"]
    first = await invoice_of(paying, order_id)
    body = {"payment_method": IPAYMU_PAGE}
    answer = await buyer.post(f"/api/transactions/{order_id}/pay", body)
    assert answer.json()["payment"]["channel"] == IPAYMU_PAGE
    assert answer.json()["transaction"]["payment_method"] == QRIS
    await customer_pays(paying, order_id, link=first)
    await paying.until(order_id, "delivered")
    answer = await buyer.post(f"/api/transactions/{order_id}/pay")
    assert (answer.status_code, answer.json()["code"]) == (409, "already_paid")
    await customer_pays(paying, order_id)

    async def given_back() -> bool:
        return await buyer.balance() == 11_500

    await until(given_back)


async def test_the_same_reference_is_the_same_order_and_other_facts_a_conflict(
    paying: Shop,
) -> None:
    buyer = await paying.buyer(money=50_000)
    first, again = [await buys(buyer, ref_id="a") for _ in range(2)]
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["transaction"] == first.json()["transaction"]
    assert again.json()["payment"] == first.json()["payment"]
    for other in (IPAYMU_QRIS, "balance"):
        conflict = await buys(buyer, other, ref_id="a")
        assert (conflict.status_code, conflict.json()["code"]) == (409, "ref_id_reused")
    assert await buyer.balance() == 50_000


async def test_what_cannot_be_paid_so_is_refused_before_anything_is_written(
    paying: Shop,
) -> None:
    await set_channel(paying.house.funding, "tripay:BRIVA", is_on=False, fee_on=None, actor="rina")
    buyer = await paying.buyer(money=0)
    for channel, facts, field in (
        ("tripay:LAIN", {}, "payment_method"),
        ("QRIS2", {}, "payment_method"),
        ("x" * 101, {}, "payment_method"),
        ("tripay:\x00", {}, "payment_method"),
        (QRIS, {"customer_phone": None}, "customer_phone"),
        (QRIS, {"customer_email": "salah"}, "customer_email"),
        (QRIS, {"customer_name": "\x00"}, "customer_name"),
        (QRIS, {"target_id": "1"}, "target_id"),
    ):
        body = {
            "product_id": await paying.product("xld10"),
            "target_id": NUMBER,
            "payment_method": channel,
            "customer_phone": PHONE,
            **facts,
        }
        answer = await buyer.post("/api/transactions", body)
        assert answer.status_code == 422, answer.text
        assert list(answer.json()["errors"]) == [field], answer.text
    closed = await buys(buyer, "tripay:BRIVA")
    assert (closed.status_code, closed.json()["code"]) == (422, "channel_closed")
    small = await buyer.buys("xld5", NUMBER, payment_method="tripay:BCAVA", customer_phone=PHONE)
    assert (small.status_code, small.json()["code"]) == (422, "amount_outside_channel")
    assert (await buyer.get("/api/transactions")).json()["total"] == 0


async def test_a_refresh_finds_a_payment_whose_callback_was_lost(paying: Shop) -> None:
    await lose_callbacks(paying)
    buyer = await paying.buyer(money=0)
    for channel in (QRIS, IPAYMU_PAGE):
        order_id = (await bought(buyer, channel))["transaction"]["id"]
        path = f"/api/transactions/{order_id}/refresh-status"
        await asyncio.sleep(GAP_S)
        unpaid = (await buyer.get(path)).json()
        assert unpaid["message"] == "Status berhasil diperbarui"
        assert unpaid["transaction"]["payment_status"] == "pending"
        assert A_TIME.fullmatch(unpaid["next_check_at"])
        await customer_pays(paying, order_id)
        await asyncio.sleep(GAP_S)
        said = (await buyer.get(path)).json()
        assert said["transaction"]["payment_status"] == said["payment"]["status"] == "paid"
        await paying.until(order_id, "delivered")


async def test_an_unpaid_order_can_be_given_up_and_a_late_payment_still_counts(
    paying: Shop,
) -> None:
    buyer, other = await paying.buyer(money=0), await paying.buyer(money=0)
    order_id = (await bought(buyer))["transaction"]["id"]
    for path in ("pay", "cancel"):
        assert (await other.post(f"/api/transactions/{order_id}/{path}")).status_code == 403
        assert (await other.post(f"/api/transactions/999999/{path}")).status_code == 404
    answer = await buyer.post(f"/api/transactions/{order_id}/cancel")
    assert answer.status_code == 200
    assert answer.json()["transaction"]["payment_status"] == "cancelled"
    said = await shown(buyer, order_id)
    assert (said["payment"]["status"], said["payment"]["url"]) == ("cancelled", None)
    again = await buyer.post(f"/api/transactions/{order_id}/pay")
    assert (again.status_code, again.json()["code"]) == (409, "order_cancelled")
    await customer_pays(paying, order_id)
    await paying.until(order_id, "delivered")
    assert (await shown(buyer, order_id))["payment"]["status"] == "paid"


async def test_an_order_that_was_not_paid_in_time_says_so(paying: Shop) -> None:
    buyer = await paying.buyer(money=0)
    order_id = (await bought(buyer, IPAYMU_PAGE))["transaction"]["id"]
    await let_time_pass(paying, order_id)
    await expire_unpaid(paying.house.orders)
    said = await shown(buyer, order_id)
    assert said["transaction"]["payment_status"] == said["payment"]["status"] == "expired"
    assert "sudah lewat" in said["payment"]["message"]
    again = await buyer.post(f"/api/transactions/{order_id}/pay")
    assert (again.status_code, again.json()["code"]) == (409, "order_expired")
    refreshed = (await buyer.get(f"/api/transactions/{order_id}/refresh-status")).json()
    assert refreshed["message"] == "Transaksi sudah selesai"


async def test_a_link_whose_time_is_over_is_not_offered_and_a_new_one_is_made(
    paying: Shop,
) -> None:
    buyer = await paying.buyer(money=0)
    order_id = (await bought(buyer))["transaction"]["id"]
    await let_time_pass(paying, order_id)
    payment = (await shown(buyer, order_id))["payment"]
    assert (payment["status"], payment["qr"]) == ("pending", None)
    assert "tautan baru" in payment["message"]
    payment = (await buyer.post(f"/api/transactions/{order_id}/pay")).json()["payment"]
    assert payment["qr"]
    assert (await invoice_of(paying, order_id)).number == 2


async def test_the_pages_way_to_pay_leads_to_the_orders_page_and_programs_get_json(
    paying: Shop,
) -> None:
    buyer = await paying.buyer(money=0)
    said = await bought(buyer)
    order_id = said["transaction"]["id"]
    page = f"/my/orders/{order_id}#bayar"
    client, path = plain(paying), f"/my/orders/{order_id}/pay"
    token = {"Authorization": f"Bearer {buyer.token}"}
    off = await client.post(path, headers=token, allow_redirects=False)
    assert (off.status_code, off.headers["location"]) == (303, page)
    form = {"payment_method": IPAYMU_PAGE}
    off = await client.post(path, headers=token, data=form, allow_redirects=False)
    assert off.headers["location"] == page
    assert (await invoice_of(paying, order_id)).full_channel == IPAYMU_PAGE
    accepts = {**token, "Accept": "application/json"}
    told = (await client.post(path, headers=accepts, json={"payment_method": QRIS})).json()
    assert (told["payment"]["channel"], told["transaction"]["id"]) == (QRIS, order_id)
    await paying.stop_worker()
    quick = {**token, "Prefer": "respond-async"}
    form = {"payment_method": "tripay:OVO"}
    off = await client.post(path, headers=quick, data=form, allow_redirects=False)
    assert (off.status_code, off.headers["location"]) == (303, page)
    assert (await client.post(path)).status_code == 401
    wrong = await client.post(path, headers=accepts, json={"payment_method": 5})
    assert (wrong.status_code, list(wrong.json()["errors"])) == (422, ["payment_method"])


async def test_the_pages_a_gateway_sends_back_to_decide_and_read_nothing(paying: Shop) -> None:
    buyer = await paying.buyer(money=0)
    one = (await bought(buyer))["transaction"]
    client = plain(paying)
    lie = f"code={one['code']}&return=true&status=berhasil&trx_id=1&sid=x&tripay_reference=y"
    for page in ("selesai", "batal", "menunggu"):
        answer = await client.get(f"/bayar/{page}?{lie}")
        assert answer.status_code == 200
        assert one["code"] in answer.text
        assert answer.headers["content-type"].startswith("text/html")
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        assert "set-cookie" not in answer.headers
        assert f'href="/pesanan/{one["code"]}"' in answer.text
        for word in ("<script", "<style", "style=", "berhasil", "://"):
            assert word not in answer.text
        evil = await client.get(f"/bayar/{page}", params={"code": "<script>alert(1)</script>$x"})
        assert "<script" not in evil.text
        assert "&lt;script&gt;" in evil.text
        assert (await client.get(f"/bayar/{page}")).status_code == 200
        assert (await client.get(f"/bayar/{page}?code=a&code=b&x=%00%ff")).status_code == 200
    assert (await shown(buyer, one["id"]))["transaction"]["payment_status"] == "pending"


async def test_the_channels_are_listed_for_anybody_with_what_they_add(paying: Shop) -> None:
    await set_channel(paying.house.funding, QRIS, is_on=None, fee_on=FeeOn.BUYER, actor="rina")
    await set_channel(paying.house.funding, "tripay:OVO", is_on=False, fee_on=None, actor="rina")
    answer = await paying.client.get("/api/payment-channels?amount=100000")
    listed = {row["code"]: row for row in answer.json()["data"]}
    assert {QRIS, IPAYMU_QRIS, IPAYMU_PAGE} <= set(listed)
    assert "tripay:OVO" not in listed
    qris = listed[QRIS]
    assert (qris["gateway"], qris["least"], qris["open"]) == ("tripay", "1000.00", True)
    assert float(qris["total"]) == 100_000 + float(qris["buyer_pays"])
    assert qris["buyer_pays"] == qris["fee"] != "0.00"
    assert listed["tripay:BRIVA"]["buyer_pays"] == "0.00"
    few = (await paying.client.get("/api/payment-channels?amount=5000.00")).json()["data"]
    assert {row["code"]: row["open"] for row in few}["tripay:BRIVA"] is False
    assert (await paying.client.get("/api/payment-channels")).status_code == 200
    for amount in ("x", "-1", "1.5", "1e30", "9" * 40, "nan", ""):
        wrong = await paying.client.get("/api/payment-channels", params={"amount": amount})
        assert (wrong.status_code, list(wrong.json()["errors"])) == (422, ["amount"])
