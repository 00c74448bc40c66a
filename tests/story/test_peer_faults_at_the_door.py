"""Faults found in public projects, on who may knock and what is believed: each a law here.

Every docstring names the project and what went wrong in it. Money and purchases are in
``test_peer_faults.py``.
"""

from __future__ import annotations

import asyncio
import hmac
import json
from hashlib import md5
from typing import Any

from konter.people.permits import Role
from tests.shop import Buyer, Shop, open_shop
from tests.sim_process import PROD_KEY, USERNAME, Sim
from tests.web.test_callback import inbox, knock, news_of, settled

PRICE = 11_500
FREE = "087800000001"


async def pending_order(shop: Shop, buyer: Buyer) -> Any:
    """An order that the upstream has accepted and does not decide by itself."""
    await shop.sim.options(webhook_on_create=False)
    await shop.sim.script(FREE, {"do": "pending", "then": "never"})
    answer = await buyer.buys("xld10", FREE)
    assert answer.json()["transaction"]["status"] == "process", answer.text
    await shop.sim.script(FREE)
    return await shop.order(answer.json()["transaction"]["id"])


# -- forged callbacks -------------------------------------------------------------------------


async def test_a_forged_failure_refunds_nothing(shop: Shop) -> None:
    """tokosancaka: the secret a literal, a wrong signature only logged; new-ppob: skipped when the
    header is absent; Agan-Pulsa: its presence is enough; OwnerAR: check removed; Chuna: none."""
    buyer = await shop.buyer(money=20_000)
    order = await pending_order(shop, buyer)
    for signature in (None, "sha1=" + "0" * 40, "somesecretkeywords"):
        forged = await knock(shop, news_of(order, "Gagal", "02"), signature)
        assert forged.status_code == 401
    assert await inbox(shop) == []
    assert await buyer.balance() == 20_000 - PRICE
    assert (await shop.order(order.id)).state == "sent"
    await shop.sim.settle(order.code, "Sukses")
    await shop.until(order.id, "delivered")
    await shop.assert_honest()


async def test_a_sign_in_the_body_proves_nothing_and_the_header_does(shop: Shop) -> None:
    """FEEPAY.ID and Anseltsmm/Ppob looked for a signature in the body, where Digiflazz (and
    Tripay) send a header: forgers could read the rule, and genuine callbacks were refused."""
    buyer = await shop.buyer(money=20_000)
    order = await pending_order(shop, buyer)
    in_body = md5(f"{USERNAME}{PROD_KEY}{order.code}".encode(), usedforsecurity=False).hexdigest()
    body = news_of(order, "Gagal", "02", sign=in_body, signature=in_body)
    assert (await knock(shop, body, None)).status_code == 401
    await shop.sim.settle(order.code, "Sukses")
    await shop.until(order.id, "delivered")
    kept = [message for message in await settled(shop) if message.reference == order.code]
    assert [message.state for message in kept] == ["handled"]
    await shop.assert_honest()


async def test_a_signature_is_of_the_raw_bytes_and_of_nothing_else(shop: Shop) -> None:
    """Common to many: the body is parsed and written again before it is checked."""
    body = json.dumps({"data": {"ref_id": "x/y", "rc": "00"}}, indent=1).encode()
    assert (await knock(shop, body)).status_code == 200
    again = json.dumps(json.loads(body)).encode()
    true = "sha1=" + hmac.new(b"rahasia-webhook-01", body, "sha1").hexdigest()
    assert (await knock(shop, again, true)).status_code == 401


# -- repeated and misdirected callbacks -------------------------------------------------------


async def test_a_failure_that_is_delivered_many_times_refunds_once(shop: Shop) -> None:
    """radhityaa/ppob: every 'Gagal' delivery refunds; Agan-Pulsa's refund_pulsa: the same."""
    buyer = await shop.buyer(money=20_000)
    order = await pending_order(shop, buyer)
    await shop.sim.settle(order.code, "Gagal", webhook=False)
    bodies = [news_of(order, "Gagal", "02", note=n) for n in range(5)] * 3
    await asyncio.gather(*(knock(shop, body) for body in bodies))
    await shop.until(order.id, "failed")
    await settled(shop)
    assert await buyer.balance() == 20_000
    lines = (await buyer.get("/api/mutations")).json()["data"]
    assert [line["amount"] for line in lines] == ["11500.00", "-11500.00", "20000.00"]
    await shop.assert_honest()


async def test_a_success_that_is_delivered_many_times_is_revenue_once(shop: Shop) -> None:
    """radhityaa/ppob: the reseller's profit was credited at every callback, failed ones too."""
    buyer = await shop.buyer(money=20_000)
    order = await pending_order(shop, buyer)
    await shop.sim.settle(order.code, "Sukses", webhook=False)
    await asyncio.gather(*(knock(shop, news_of(order, "Sukses", "00", n=n)) for n in range(10)))
    await shop.until(order.id, "delivered")
    await settled(shop)
    assert await shop.account("sales") == PRICE
    assert -await shop.account("cost") == 10_000
    await shop.assert_honest()


async def test_a_failure_by_callback_gives_the_price_back(shop: Shop) -> None:
    """prodigi111/new-ppob and Neon-Flux: a failure gives no refund; trison hears only 'Sukses'."""
    buyer = await shop.buyer(money=20_000)
    answer = await buyer.buys("xld10", "087800001234")
    await shop.until(answer.json()["transaction"]["id"], "failed")
    assert await buyer.balance() == 20_000
    await shop.assert_honest()


async def test_a_callback_names_its_order_in_full_or_names_nobodys(shop: Shop) -> None:
    """pariiee/be-cuy: ``like '%-' . $refid``, so that a wildcard hits somebody's order."""
    buyer = await shop.buyer(money=20_000)
    order = await pending_order(shop, buyer)
    for wild in ("%", "TRX-%", "_" * 21, "*", "' OR 1=1 --", "1", order.code[:-1]):
        answer = await knock(shop, news_of(order, "Gagal", "02", ref_id=wild))
        assert answer.status_code == 200
    assert [message.state for message in await settled(shop)] == ["not_ours"] * 7
    assert (await shop.order(order.id)).state == "sent"
    assert await buyer.balance() == 20_000 - PRICE


async def test_a_webhook_handler_that_chokes_is_no_outage(shop: Shop) -> None:
    """Arida-Serpul's DigiflazzWebhookController did not even parse: each webhook was a 500."""
    buyer = await shop.buyer(money=20_000)
    order = await pending_order(shop, buyer)
    for body in (b"", b"[]", b'{"data":[]}', b'{"data":{"ref_id":{"a":1}}}'):
        assert (await knock(shop, body)).status_code == 200
    await shop.sim.settle(order.code, "Sukses")
    await shop.until(order.id, "delivered")
    await shop.assert_honest()


# -- questions that buy -----------------------------------------------------------------------


async def test_a_status_question_about_an_unknown_order_buys_nothing(shop: Shop) -> None:
    """prodigi111/new-ppob: a public GET re-submitted, so an unknown reference was a purchase."""
    buyer, other = await shop.buyer(), await shop.buyer()
    sold = (await buyer.buys("xld10", FREE)).json()["transaction"]
    asked = len(await shop.sim.calls())
    for path in ("999999", str(sold["id"]), sold["code"]):
        for header in ({}, {"Authorization": f"Bearer {other.token}"}):
            address = f"/api/transactions/{path}/refresh-status"
            answer = await shop.client.get(address, headers=header)
            assert answer.status_code in (401, 403, 404)
    assert len(await shop.sim.calls()) == asked
    assert len((await shop.sim.books())["transactions"]) == 1


async def test_an_impatient_person_cannot_make_us_break_the_upstreams_rule(shop: Shop) -> None:
    """A check button, a poller and a retry with no common gate (digides saw seven re-posts)."""
    buyer = await shop.buyer()
    order = await pending_order(shop, buyer)
    address = f"/api/transactions/{order.id}/refresh-status"
    for _ in range(4):
        await asyncio.gather(*(buyer.get(address) for _ in range(10)))
    await shop.sim.settle(order.code, "Sukses")
    await shop.until(order.id, "delivered")
    await shop.assert_honest()


async def test_an_order_that_was_refunded_is_never_posted_again(shop: Shop) -> None:
    """The status check is itself a purchase: asking about a refused order would buy it."""
    buyer = await shop.buyer(money=20_000)
    refused = await buyer.buys("xld10", "087800008068")
    order_id = refused.json()["transaction_id"]
    await shop.sim.script("087800008068", {"do": "success"})
    for _ in range(3):
        said = (await buyer.get(f"/api/transactions/{order_id}/refresh-status")).json()
        assert said["message"] == "Transaksi sudah selesai"
        await asyncio.sleep(0.15)
    assert (await shop.sim.books())["transactions"] == []
    assert await buyer.balance() == 20_000
    await shop.assert_honest()


# -- who may do what --------------------------------------------------------------------------


async def test_nobody_is_promoted_by_what_they_send(shop: Shop) -> None:
    """Mass assignment, as in several: the role (and the balance) came from the request."""
    wish = {"role": "admin", "balance": 10**9, "is_admin": True, "id": 1}
    new = {"name": "Siti", "email": "siti@contoh.id", "password": "kata-sandi-panjang"}
    said = (await shop.client.post("/api/auth/register", json={**new, **wish})).json()
    assert said["user"]["role"] == Role.RETAIL
    buyer = Buyer(shop, said["user"]["id"], said["token"])
    me = (await buyer.get("/api/auth/me")).json()["user"]
    assert (me["role"], me["balance"]) == ("retail", "0.00")
    for method in ("POST", "PUT", "PATCH"):
        answer = await shop.client.ask(
            method, "/api/auth/me", json=wish, headers={"Authorization": f"Bearer {buyer.token}"}
        )
        assert answer.status_code == 405
    assert (await buyer.get("/api/auth/me")).json()["user"] == me


async def test_nobody_credits_a_wallet_over_http(shop: Shop) -> None:
    """prodigi111/new-ppob: self-credit of a reseller's balance; Chuna: an open balance credit;
    Neon-Flux: a GET report credits deposits; Agan-Pulsa: an unauthenticated credit."""
    buyer = await shop.buyer(money=1_000)
    for path in (
        *("/api/balance", "/api/mutations", "/api/deposit", "/api/wallet", "/api/topup"),
        *("/api/balance/credit", f"/api/users/{buyer.id}/balance", "/callback?refid=DEP-1"),
    ):
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            for header in ({}, {"Authorization": f"Bearer {buyer.token}"}):
                answer = await shop.client.ask(
                    method, path, json={"amount": 10_000, "user_id": buyer.id}, headers=header
                )
                assert answer.status_code in (200, 401, 404, 405), f"{method} {path}"
    assert await buyer.balance() == 1_000
    assert await shop.breaches() == []


async def test_everything_that_buys_or_tells_needs_a_token(shop: Shop) -> None:
    """prodigi111/new-ppob: a top-up route without authentication; Chuna: an open user dump;
    Agan-Pulsa: every table editable through an API."""
    document = (await shop.client.get("/api/openapi.json")).json()
    open_ones = {
        f"{method.upper()} {template}"
        for template, item in document["paths"].items()
        for method, operation in item.items()
        if not operation.get("security")
    }
    # An Otomax proves itself by what stands in its query, and a meter's owner is rationed.
    open_ones -= {one for one in open_ones if " /otomax/" in one or " /api/pln/" in one}
    shelf = ("GET /api/categories", "GET /api/products", "GET /api/payment-channels")
    guests = {one for one in open_ones if " /api/guest/orders" in one}
    hints = "GET /api/webhook/transaction-callback"  # asks the upstream, and believes nothing
    public = {"/api/auth/login", "/api/auth/register", "/webhook/digiflazz"}
    public |= {"/tripay/callback", "/ipaymu/callback"}
    assert {one for one in open_ones - guests if not one.startswith((*shelf, hints))} == {
        f"POST {path}" for path in public
    }
    for path in ("", "/pay", "/cancel", "/refresh-status"):
        method = "POST" if path in ("/pay", "/cancel") else "GET"
        answer = await shop.client.ask(method, f"/api/guest/orders/TRX-20261121-AAAAAAAA{path}")
        assert answer.status_code == 404, "a guest's order needs its own token"
    answer = await shop.client.post("/api/transactions", json={"product_id": 1, "target_id": FREE})
    assert answer.status_code == 401
    bought = await shop.client.get(f"/otomax/trx?memberID=A&product=xld10&dest={FREE}&refID=1")
    assert bought.text == "Member atau tanda tangan salah"
    for path in ("/api/users", "/api/admin", "/api/orders", "/api/tables/users", "/users"):
        assert (await shop.client.get(path)).status_code == 404


async def test_log_in_attempts_are_really_limited_whatever_the_header_says(
    conninfo: str, sim: Sim
) -> None:
    """OwnerAR: a rate limit that does nothing; FEEPAY.ID: ``trustProxies('*')``, so that a header
    of the caller's own makes them somebody else."""
    async with open_shop(conninfo, sim, with_worker=False, KONTER_LOGIN_LIMIT_REMOTE="6") as shop:
        answers = [
            await shop.client.post(
                "/api/auth/login",
                json={"email": f"orang{n}@contoh.id", "password": "tebakan"},
                headers={"X-Forwarded-For": f"203.0.113.{n}"},
            )
            for n in range(10)
        ]
    assert [answer.status_code for answer in answers] == [401] * 6 + [429] * 4
    assert int(answers[-1].headers["Retry-After"]) > 0


async def test_what_a_stranger_writes_is_never_read_as_sql(shop: Shop) -> None:
    """Agan-Pulsa: SQL injection, wherever a field met a query."""
    buyer = await shop.buyer(money=20_000)
    evil = "'; DROP TABLE orders.orders; --"
    for facts in ({"to": evil}, {"to": FREE, "ref_id": evil}):
        answer = await buyer.buys("xld10", **facts)
        assert answer.status_code in (201, 422)
    await shop.client.post("/api/auth/login", json={"email": evil, "password": evil})
    await buyer.get("/api/products?search=%27%3B%20DROP%20TABLE%20orders.orders%3B--%25_")
    assert (await buyer.get("/api/transactions")).json()["total"] == 1
    await shop.assert_honest()
