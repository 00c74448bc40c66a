"""A reseller's machine is told of each end of its orders, in the commit that ended them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from konter.ledger.wallets import GUEST
from konter.orders.cancel import cancel
from konter.orders.expire import expire_unpaid
from konter.orders.fulfil import fulfil
from konter.orders.resolve import Decision, resolve
from tests.orders.counter import BUYER, PRICE, Counter
from tests.orders.test_otomax_words import read
from tests.warm import by_owner

NUMBER = "087800009999"
SECOND = "087800008888"
REFUSED, PENDING = "087800004054", "087800006001"
WHY = "bukti SN dari seller"

LISTENS = f"""
INSERT INTO people.users (id, email, name, role, password_hash, created_at)
VALUES ({BUYER}, 'toko@contoh.id', 'Toko', 'reseller', '-', '2026-11-16');
INSERT INTO people.members (user_id, member_id, secret, pin, password, callback_url, created_at)
VALUES ({BUYER}, 'TOKO1', '', '', '', 'https://toko.example/cb', '2026-11-16');
"""
LEAVES = "DELETE FROM people.members; DELETE FROM people.users;"
DEAF = "UPDATE people.members SET callback_url = NULL"

TOLD = """
SELECT o.order_id, o.seq, o.event, o.ref_id, o.status, o.price, o.body::text, o.line, o.state,
    q.next_action_at
FROM hooks.outbox o LEFT JOIN hooks.outbox_queue q ON q.id = o.id ORDER BY o.order_id, o.seq
"""


@dataclass(frozen=True)
class Told:
    order_id: int
    seq: int
    event: str
    ref_id: str
    status: str
    price: int
    body: dict[str, Any]
    line: str


@pytest.fixture
async def listens(counter: Counter) -> AsyncIterator[Counter]:
    """Of a shop whose buyer is a member with a callback address."""
    await by_owner(counter.db.conninfo, LISTENS)
    yield counter
    await by_owner(counter.db.conninfo, LEAVES)


async def told(counter: Counter) -> list[Told]:
    """What waits to be told, due at once."""
    async with counter.db.read() as tx:
        rows = await tx.rows(TOLD)
    assert all(state == "waiting" and due is not None for *_, state, due in rows)
    return [
        Told(order_id, seq, event, ref_id, status, price, json.loads(body), line)
        for order_id, seq, event, ref_id, status, price, body, line, *_ in rows
    ]


async def test_a_delivered_order_is_told_with_its_serial_number(listens: Counter) -> None:
    order = await listens.buys(NUMBER)
    assert await told(listens) == []
    await listens.work()
    (one,) = await told(listens)
    serial = (await listens.order(order.id)).serial
    assert (one.order_id, one.seq, one.event) == (order.id, 3, "order.success")
    assert (one.ref_id, one.status, one.price) == (order.ref_id, "success", PRICE)
    assert one.body == {
        "ref_id": order.ref_id,
        "trx_id": order.id,
        "code": order.code,
        "product": "xld10",
        "customer_no": NUMBER,
        "status": "success",
        "sn": serial,
        "price": PRICE,
        "balance": 1_000_000 - PRICE,
        "message": "Transaksi berhasil",
        "qty": None,
    }
    name, groups = read(one.line)
    assert name == "sukses"
    assert (groups["trxid"], groups["kode"], groups["tujuan"]) == (order.ref_id, "xld10", NUMBER)
    assert (groups["sn"], groups["hargabeli"], groups["saldo"]) == (serial, "11.500", "988.500")


async def test_a_failed_order_is_told_with_its_reason_and_the_balance_it_left(
    listens: Counter,
) -> None:
    order = await listens.buys(REFUSED)
    await listens.work()
    (one,) = await told(listens)
    reason = (await listens.order(order.id)).reason
    assert (one.status, one.body["sn"], one.body["balance"]) == ("failed", None, 1_000_000)
    assert one.body["message"] == reason
    name, groups = read(one.line)
    assert (name, groups["keterangan1"], groups["saldo"]) == ("gagal", reason, "1.000.000")


async def test_what_is_not_decided_is_not_told(listens: Counter) -> None:
    await listens.buys(PENDING)
    await listens.work()
    assert await told(listens) == []


async def test_repeated_news_is_told_once(listens: Counter) -> None:
    order = await listens.buys(NUMBER)
    await listens.work()
    for _ in range(2):
        await listens.callback(order.code)
    assert len(await told(listens)) == 1


async def test_orders_that_end_in_one_commit_are_told_each(listens: Counter) -> None:
    orders = [await listens.buys(number) for number in (NUMBER, SECOND, REFUSED)]
    claimed = await listens.claim()
    assert len(claimed) == 3
    await asyncio.gather(*(fulfil(listens.desk, listens.settler, one) for one in claimed))
    found = {one.order_id: one.status for one in await told(listens)}
    assert found == dict(
        zip((order.id for order in orders), ("success", "success", "failed"), strict=True)
    )


async def test_a_reversal_is_told_once_an_operator_has_decided_it(listens: Counter) -> None:
    order = await listens.buys(NUMBER)
    await listens.work()
    await listens.sim.settle(order.code, "Gagal", rc="74", webhook=False)
    await listens.callback(order.code)
    assert await listens.state(order.id) == "disputed"
    assert [one.status for one in await told(listens)] == ["success"]
    await resolve(listens.desk, order.id, Decision.REVERSE, actor="rina", reason=WHY)
    first, second = await told(listens)
    assert first.seq < second.seq
    assert (second.event, second.body["sn"]) == ("order.refund", None)
    assert second.body["balance"] == 1_000_000
    name, groups = read(second.line)
    assert (name, groups["keterangan1"]) == ("gagal", "Dana dikembalikan")


@pytest.mark.parametrize(
    ("decision", "status"), [(Decision.CHARGE, "success"), (Decision.ABSORB, "failed")]
)
async def test_a_late_success_is_told_as_it_was_decided_and_no_code_given_away(
    listens: Counter, decision: Decision, status: str
) -> None:
    await listens.sim.script(NUMBER, {"do": "fail", "rc": "54"})
    order = await listens.buys(NUMBER)
    await listens.work()
    await listens.sim.settle(order.code, "Sukses", webhook=False)
    await listens.callback(order.code)
    await resolve(listens.desk, order.id, decision, actor="rina", reason=WHY)
    serial = (await listens.order(order.id)).serial
    assert serial is not None
    first, second = await told(listens)
    assert (first.status, second.status) == ("failed", status)
    assert (second.body["sn"] == serial) == (status == "success")
    assert (serial in second.line) == (status == "success")


async def test_a_cancelled_order_is_told_as_failed(listens: Counter) -> None:
    order = await listens.buys(NUMBER)
    await cancel(listens.desk, order.id, user_id=None, because="salah nomor")
    (one,) = await told(listens)
    assert (one.status, one.body["message"]) == ("failed", "Dibatalkan")
    assert one.body["balance"] == 1_000_000


async def test_an_order_that_was_not_paid_in_time_is_told_as_failed(listens: Counter) -> None:
    order = await listens.checks_out(NUMBER)
    listens.clock.advance(2 * 3600)
    assert await expire_unpaid(listens.desk) == 1
    (one,) = await told(listens)
    assert (one.order_id, one.status) == (order.id, "failed")


async def test_nobody_is_told_who_has_no_address_or_no_account(listens: Counter) -> None:
    await listens.bought(NUMBER, user_id=GUEST)
    await listens.work()
    assert await told(listens) == []
    await by_owner(listens.db.conninfo, DEAF)
    await listens.buys(SECOND)
    await listens.work()
    assert await told(listens) == []
