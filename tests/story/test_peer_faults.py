"""Faults found in public projects, on the road of money and purchases: each one is a law here.

Every docstring names the project and what went wrong in it. Who may knock, and with what proof,
is in ``test_peer_faults_at_the_door.py``.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from konter.app import House, open_house
from konter.catalogue.sync import sync_products
from konter.orders.read import attempts_of
from konter.orders.resolve import Decision, resolve
from konter.worker import open_worker
from tests.shop import ACCOUNT, Buyer, Shop, open_shop, quick_settings, served
from tests.sim_process import Sim
from tests.upstreams.tls import self_signed

PRICE = 11_500
FREE = "087800000001"
"""A number without a trick: sold at once."""


async def purchases(shop: Shop) -> list[dict[str, Any]]:
    """The purchase calls that the upstream received."""
    return [call for call in await shop.sim.calls() if call["ref_id"]]


async def pending_order(shop: Shop, buyer: Buyer, number: str = FREE) -> Any:
    """An order that the upstream has accepted and does not decide by itself."""
    await shop.sim.script(number, {"do": "pending", "then": "never"})
    answer = await buyer.buys("xld10", number)
    assert answer.json()["transaction"]["status"] == "process", answer.text
    await shop.sim.script(number)
    return await shop.order(answer.json()["transaction"]["id"])


# -- balances ---------------------------------------------------------------------------------


async def test_parallel_purchases_cannot_overspend_a_wallet(shop: Shop) -> None:
    """radhityaa/ppob, Arida-Serpul, Agan-Pulsa: ``if saldo < price``, call, then subtract."""
    buyer = await shop.buyer(money=5 * PRICE)
    answers = await asyncio.gather(
        *(buyer.buys("xld10", f"0878000010{n:02d}") for n in range(30, 50))
    )
    assert sorted(answer.status_code for answer in answers) == [201] * 5 + [422] * 15
    assert await buyer.balance() == 0
    assert len((await shop.sim.books())["transactions"]) == 5
    await shop.assert_honest()


async def test_the_hold_is_committed_before_the_upstream_hears_of_the_order(
    conninfo: str, sim: Sim
) -> None:
    """radhityaa/ppob, Agan-Pulsa: the provider was called first and the debit came afterwards."""
    async with open_shop(conninfo, sim, with_worker=False) as shop:
        buyer = await shop.buyer(money=20_000)
        order_id = await buyer.buys_async("xld10", FREE)
        assert await purchases(shop) == []
        assert await buyer.balance() == 20_000 - PRICE
        assert (await shop.order(order_id)).state == "held"
        await shop.start_worker()
        await shop.until(order_id, "delivered")
        await shop.assert_honest()


async def test_no_transaction_is_open_while_the_upstream_is_asked(shop: Shop) -> None:
    """tokosancaka, FEEPAY.ID: the provider was called inside a database transaction, so that an
    exception rolled the money back though goods had been delivered."""
    await shop.sim.options(webhook_on_create=False)
    buyer = await shop.buyer()
    await shop.sim.script(FREE, {"do": "wait", "ms": 600, "then": {"do": "success"}})
    order_id = await buyer.buys_async("xld10", FREE)
    while not await purchases(shop):
        await asyncio.sleep(0.01)
    looks: list[int] = []
    for _ in range(5):
        async with shop.house.db.read() as tx:
            row = await tx.row(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                "AND pid <> pg_backend_pid() AND state LIKE 'idle in transaction%%'"
            )
        looks.append(row[0] if row else -1)
        await asyncio.sleep(0.05)
    assert looks.count(0) >= 4, f"transactions stay open: {looks}"
    assert (await shop.order(order_id)).state == "sent"
    await shop.until(order_id, "delivered")
    await shop.assert_honest()


async def test_a_client_supplied_price_is_never_looked_at(shop: Shop) -> None:
    """pariiee/be-cuy took ``base_price`` from the client, prodigi111/new-ppob the whole price."""
    buyer = await shop.buyer(money=20_000)
    cheap = {"price": 1, "base_price": 1, "amount": "1.00", "harga": "1.00", "max_price": 1}
    answer = await buyer.buys("xld10", FREE, **cheap)
    assert answer.json()["transaction"]["amount"] == "11500.00"
    assert await buyer.balance() == 20_000 - PRICE
    await shop.assert_honest()


async def test_money_is_whole_rupiah_in_every_table_and_text_on_the_wire(shop: Shop) -> None:
    """Floats for money, as in many of them, lose a rupiah sooner or later."""
    async with shop.house.db.read() as tx:
        rows = await tx.rows(
            "SELECT table_schema, table_name, column_name FROM information_schema.columns "
            "WHERE data_type IN ('real', 'double precision', 'numeric', 'money') AND table_schema "
            "IN ('ledger', 'orders', 'catalogue', 'suppliers', 'funding', 'people', 'hooks')"
        )
    assert rows == []
    buyer = await shop.buyer(money=20_000)
    assert (await buyer.get("/api/balance")).text == '{"balance":"20000.00"}'


async def test_an_operators_decision_moves_the_money_with_the_state(shop: Shop) -> None:
    """tokosancaka's AdminPpobController: failing by hand carried a "TODO refund"."""
    buyer = await shop.buyer(money=20_000)
    order_id = await buyer.buys_async("xld10", "087800006002")
    order = await shop.until(order_id, "disputed")
    await resolve(
        shop.house.orders, order.id, Decision.REVERSE, actor="op@contoh.id", reason="bukti RC 74"
    )
    assert (await shop.order(order_id)).public_state == "refund"
    assert await buyer.balance() == 20_000
    await shop.assert_honest()


# -- idempotency and references ---------------------------------------------------------------


async def test_parallel_requests_under_one_reference_buy_once(shop: Shop) -> None:
    """tokosancaka: ``Cache::has`` then ``put``; topup-core: check, then create."""
    buyer = await shop.buyer()
    answers = await asyncio.gather(*(buyer.buys("xld10", FREE, ref_id="sekali") for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [200] * 19 + [201]
    assert len({answer.json()["transaction"]["id"] for answer in answers}) == 1
    assert len((await shop.sim.books())["transactions"]) == 1
    assert await buyer.balance() == 1_000_000 - PRICE
    await shop.assert_honest()


async def test_two_buyers_may_use_the_same_reference(shop: Shop) -> None:
    """FEEPAY.ID: idempotency in a cache, not scoped to the user."""
    one, two = await shop.buyer(), await shop.buyer()
    first = await one.buys("xld10", FREE, ref_id="sama")
    second = await two.buys("xld10", "087800000002", ref_id="sama")
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["transaction"]["user_id"] == one.id
    assert second.json()["transaction"]["user_id"] == two.id
    await shop.assert_honest()


async def test_a_reference_is_remembered_across_a_restart(conninfo: str, sim: Sim) -> None:
    """topup-core: the idempotency record was committed in memory only, and bounded in size."""
    async with open_shop(conninfo, sim) as shop:
        buyer = await shop.buyer()
        first = await buyer.buys("xld10", FREE, ref_id="tetap")
        await shop.until(first.json()["transaction"]["id"], "delivered")
    async with (
        open_house(quick_settings(conninfo, sim)) as house,
        _served_again(shop, house) as again,
    ):
        repeat = await Buyer(again, buyer.id, buyer.token).buys("xld10", FREE, ref_id="tetap")
        assert repeat.status_code == 200
        assert repeat.json()["transaction"]["id"] == first.json()["transaction"]["id"]
        await again.assert_honest()


async def test_references_are_random_and_never_those_of_a_counter_or_a_clock(shop: Shop) -> None:
    """Agan-Pulsa: seven random digits; tokosancaka: ``time() + rand(100, 999)``."""
    buyer = await shop.buyer()
    ids = await asyncio.gather(
        *(buyer.buys_async("xld10", f"08780000{1300 + n}") for n in range(40))
    )
    codes = [(await shop.order(order)).code for order in ids]
    assert all(re.fullmatch(r"TRX-\d{8}-[A-Z0-9]{8}", code) for code in codes)
    tails = [code[-8:] for code in codes]
    assert len(set(tails)) == 40
    assert len({tail[:2] for tail in tails}) > 20, "neighbours share no beginning"
    await asyncio.gather(*(shop.until(order, "delivered") for order in ids))
    await shop.assert_honest()


async def test_every_call_carries_the_orders_own_reference(shop: Shop) -> None:
    """Arida-Serpul's ProviderSelector sent no ref_id at all; radhityaa/ppob a new one each time."""
    buyer = await shop.buyer()
    order = await pending_order(shop, buyer)
    while len(await purchases(shop)) < 3:
        await asyncio.sleep(0.02)
    assert {call["ref_id"] for call in await purchases(shop)} == {order.code}
    await shop.sim.settle(order.code, "Sukses")
    await shop.until(order.id, "delivered")
    await shop.assert_honest()


# -- time-outs and doubt ----------------------------------------------------------------------


async def test_a_garbled_answer_to_an_accepted_purchase_refunds_nothing(shop: Shop) -> None:
    """tokosancaka: 'Gagal' for an empty body, a missing status and any exception; new-ppob: any
    exception is failed; trison: an exception after acceptance refunds; be-cuy: null is failed."""
    garbled = {
        "silence": "087800005002",
        "an HTML page": "087800005004",
        "no status": "087800005007",
        "a broken connection": "087800005008",
        "an empty body": "087800006005",
    }
    buyer = await shop.buyer(money=100_000)
    orders = [await buyer.buys_async("xld10", number) for number in garbled.values()]
    ended = await asyncio.gather(*(shop.until(order, "delivered", "failed") for order in orders))
    assert {(order.state.value, bool(order.serial)) for order in ended} == {("delivered", True)}
    lines = (await buyer.get("/api/mutations")).json()["data"]
    assert [line["amount"] for line in lines] == ["-11500.00"] * 5 + ["100000.00"]
    assert len((await shop.sim.books())["transactions"]) == 5
    await shop.assert_honest()


async def test_a_time_out_never_tries_another_reference_or_supplier(shop: Shop) -> None:
    """Arida-Serpul: a time-out counted as failed and the next provider was tried: bought twice."""
    buyer = await shop.buyer()
    order_id = await buyer.buys_async("xld10", "087800005002")
    await shop.until(order_id, "delivered")
    async with shop.house.db.read() as tx:
        assert len(await attempts_of(tx, order_id)) == 1
    assert len({call["ref_id"] for call in await purchases(shop)}) == 1
    await shop.assert_honest()


async def test_pending_is_neither_success_nor_a_reason_to_buy_again(shop: Shop) -> None:
    """Arida-Serpul: pending = success; Neon-Flux: 'pending' was retried as an error; OwnerAR: a
    status check that always says success; topup-core: success told before there was a result."""
    buyer = await shop.buyer()
    order = await pending_order(shop, buyer)
    await asyncio.sleep(0.5)
    said = (await buyer.get(f"/api/transactions/{order.id}/refresh-status")).json()
    assert (said["transaction"]["status"], said["transaction"]["serial_number"]) == (
        "process",
        None,
    )
    books = await shop.sim.books()
    assert [row["formed_count"] for row in books["transactions"]] == [1]
    assert await shop.account("sales") == 0
    await shop.sim.settle(order.code, "Gagal")
    await shop.until(order.id, "failed")
    await shop.assert_honest()


async def test_rc_01_is_asked_about_again_before_any_money_moves(conninfo: str, sim: Sim) -> None:
    """Agan-Pulsa: the word 'Timeout' refunded at once; here the second answer was a success."""
    await sim.options(webhook_on_create=False)
    async with open_shop(conninfo, sim) as shop:
        buyer = await shop.buyer(money=20_000)
        order_id = await buyer.buys_async("xld10", "087800004101")
        await shop.until(order_id, "delivered")
        assert len(await purchases(shop)) == 2
        lines = (await buyer.get("/api/mutations")).json()["data"]
        assert [line["amount"] for line in lines] == ["-11500.00", "20000.00"]
        await shop.assert_honest()


async def test_not_found_in_a_later_answer_is_no_failure(shop: Shop) -> None:
    """pariiee/be-cuy: ``not_found`` meant failed and refunded."""
    buyer = await shop.buyer(money=20_000)
    about = {"customer_no": FREE, "buyer_sku_code": "xld10"}
    lost = {"message": "Transaksi Tidak Ditemukan", "status": "Gagal", "rc": "50", **about}
    await shop.sim.script(
        FREE, {"do": "pending", "then": "never"}, {"do": "raw", "data": lost}, {"do": "success"}
    )
    order_id = await buyer.buys_async("xld10", FREE)
    await shop.until(order_id, "delivered")
    lines = (await buyer.get("/api/mutations")).json()["data"]
    assert [line["amount"] for line in lines] == ["-11500.00", "20000.00"]
    await shop.assert_honest()


async def test_words_in_a_message_decide_nothing(shop: Shop) -> None:
    """pariiee/be-cuy tested the substring 'SUKSES' first; OwnerAR looked for English states."""
    buyer = await shop.buyer(money=50_000)
    await shop.sim.script(FREE, {"do": "fail", "rc": "02", "message": "SUKSES dibatalkan"})
    refused = await buyer.buys("xld10", FREE)
    assert refused.status_code == 422
    other = "087800000002"
    await shop.sim.script(other, {"do": "success", "message": "GAGAL? tidak, sukses"})
    sold = await buyer.buys("xld10", other)
    assert sold.json()["transaction"]["status"] == "success"
    assert await buyer.balance() == 50_000 - PRICE
    await shop.assert_honest()


async def test_an_order_that_stays_undecided_is_shown_to_a_person(conninfo: str, sim: Sim) -> None:
    """Anseltsmm/Ppob: unknown stayed pending for ever, and fifty at a time starved the rest."""
    async with open_shop(conninfo, sim, KONTER_STUCK_AFTER_S="0.2") as shop:
        buyer = await shop.buyer()
        orders = [await pending_order(shop, buyer, f"0878000020{n:02d}") for n in range(3)]
        for _ in range(100):
            async with shop.house.db.read() as tx:
                row = await tx.row("SELECT count(*) FROM hooks.tasks WHERE kind = 'stuck'")
            if row and row[0] == len(orders):
                break
            await asyncio.sleep(0.05)
        assert row is not None
        assert row[0] == len(orders)
        for order in orders:
            await sim.settle(order.code, "Sukses")
        await asyncio.gather(*(shop.until(order.id, "delivered") for order in orders))
        await shop.assert_honest()


async def test_a_lost_callback_is_made_up_for_by_asking(shop: Shop) -> None:
    """FEEPAY.ID and trison: nothing polls Digiflazz, so a lost callback is a lost order."""
    buyer = await shop.buyer()
    order_id = await buyer.buys_async("xld10", "087800007002")
    await shop.until(order_id, "delivered")
    updates = [hook for hook in await shop.sim.webhooks() if hook["event"] == "update"]
    assert updates == []
    await shop.assert_honest()


async def test_a_certificate_that_nobody_vouches_for_gets_no_order(conninfo: str, sim: Sim) -> None:
    """radhityaa/ppob's DigiflazzHelper: TLS verification off, and no time-out."""
    arrived: list[bytes] = []

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        arrived.append(await reader.read(1))
        writer.transport.abort()

    server = await asyncio.start_server(listen, "127.0.0.1", 0, ssl=self_signed())
    port = server.sockets[0].getsockname()[1]
    async with open_shop(conninfo, sim, with_worker=False) as shop:
        buyer = await shop.buyer(money=20_000)
        order_id = await buyer.buys_async("xld10", FREE)
        false = quick_settings(conninfo, sim, DIGIFLAZZ_BASE_URL=f"https://127.0.0.1:{port}/v1")
        async with open_house(false) as house:
            runner = await open_worker(house)
            work = asyncio.create_task(runner.run())
            await asyncio.sleep(0.5)
            runner.stop()
            await work
        assert set(arrived) <= {b""}
        assert (await shop.order(order_id)).state == "held"
        await shop.start_worker()
        await shop.until(order_id, "delivered")
        await shop.assert_honest()
    server.close()
    await server.wait_closed()


# -- late and contradicting news --------------------------------------------------------------


async def test_a_success_after_the_refund_becomes_a_dispute(shop: Shop) -> None:
    """Anseltsmm/Ppob flipped it to SUCCESS without a new debit; be-cuy ignored it."""
    buyer = await shop.buyer(money=20_000)
    refused = await buyer.buys("xld10", "087800001232")
    order = await shop.order(refused.json()["transaction_id"])
    await shop.sim.settle(order.code, "Sukses")
    await shop.until(order.id, "disputed")
    assert await buyer.balance() == 20_000
    await shop.assert_honest()
    await resolve(
        shop.house.orders, order.id, Decision.CHARGE, actor="op@contoh.id", reason="SN terkirim"
    )
    assert await buyer.balance() == 20_000 - PRICE
    await shop.assert_honest()


async def test_a_failure_after_the_success_never_turns_it_silently(shop: Shop) -> None:
    """Neon-Flux: success may become failed, without a word and without a refund."""
    buyer = await shop.buyer(money=20_000)
    sold = await buyer.buys("xld10", FREE)
    order = await shop.order(sold.json()["transaction"]["id"])
    await shop.sim.settle(order.code, "Gagal", rc="74")
    await shop.until(order.id, "disputed")
    assert await buyer.balance() == 20_000 - PRICE
    async with shop.house.db.read() as tx:
        task = await tx.row("SELECT subject FROM hooks.tasks WHERE kind = 'dispute'")
    assert task is not None
    assert task[0] == f"order:{order.id}"
    await shop.assert_honest()


# -- prices and the catalogue -----------------------------------------------------------------


async def test_every_purchase_names_the_most_that_it_may_cost(shop: Shop) -> None:
    """tokosancaka sent ``max_price`` 0; FEEPAY.ID's margin may be one rupiah."""
    buyer = await shop.buyer()
    await buyer.buys("xld10", FREE)
    async with shop.house.db.read() as tx:
        row = await tx.row(
            "SELECT (request_body::jsonb ->> 'max_price')::int FROM suppliers.exchanges "
            "WHERE purpose = 'purchase'"
        )
    assert row is not None
    assert 10_000 <= row[0] <= PRICE - 100


async def test_a_cost_that_rose_after_the_sync_is_not_sold_at_a_loss(shop: Shop) -> None:
    """topup-core and FEEPAY.ID: no test of price or margin between catalogue and purchase."""
    buyer = await shop.buyer(money=20_000)
    await shop.sim.catalogue(sku="xld10", price=PRICE + 1)
    refused = await buyer.buys("xld10", FREE)
    assert refused.status_code == 422
    assert await buyer.balance() == 20_000
    assert (await shop.sim.books())["transactions"] == []
    await shop.assert_honest()


async def test_a_product_closed_upstream_is_closed_here_after_the_sync(shop: Shop) -> None:
    """Anseltsmm/Ppob: the price sync never wrote the status, so closed products stayed on sale."""
    buyer = await shop.buyer(money=20_000)
    await shop.sim.catalogue(sku="xld10", seller_product_status=False)
    await sync_products(shop.house.catalogue, account=ACCOUNT)
    answer = await buyer.buys("xld10", FREE)
    assert (answer.status_code, answer.json()["message"]) == (422, "Produk sedang tidak tersedia")
    assert await purchases(shop) == []
    assert await buyer.balance() == 20_000


@asynccontextmanager
async def _served_again(shop: Shop, house: House) -> AsyncIterator[Shop]:
    """The same shop after a restart: another house and site on the same database."""
    async with served(house) as client:
        yield Shop(house, shop.sim, client)
