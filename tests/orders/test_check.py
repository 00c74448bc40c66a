"""The orders' part of the books check finds what is broken; each fault is planted by the owner."""

from __future__ import annotations

import pytest

from konter.orders.expire import expire_unpaid
from tests.orders.counter import Counter
from tests.warm import by_owner

FORCE = "SET session_replication_role = replica; "

PLANTED: dict[str, tuple[int, str]] = {
    "UPDATE orders.orders SET price = price + 1 WHERE state = 'held'": (3, "escrow"),
    "UPDATE ledger.transfers SET amount = amount + 1 WHERE kind = 'capture'": (4, "done"),
    "DELETE FROM ledger.transfers WHERE kind = 'capture'": (4, "done"),
    "UPDATE orders.orders SET state = 'failed', price_at = 'buyer' WHERE state = 'held'": (
        4,
        "held",
    ),
    "UPDATE orders.orders SET price_at = 'buyer' WHERE state = 'delivered'": (4, "done"),
    "UPDATE orders.attempts SET cost = cost + 1 WHERE state = 'delivered'": (4, "done"),
    "DELETE FROM ledger.transfers WHERE kind = 'cost'": (4, "done"),
    "UPDATE orders.attempts SET state = 'rejected', next_action_at = NULL WHERE state = 'due'": (
        5,
        "held",
    ),
    "UPDATE orders.orders SET state = 'disputed' WHERE state = 'delivered'": (5, "done"),
    "UPDATE suppliers.exchanges SET request_body = request_body || ' ' WHERE purpose = 'enquiry'": (
        6,
        "asked",
    ),
    "UPDATE suppliers.exchanges SET started_at = started_at - interval '1 hour', "
    "ended_at = ended_at + interval '1 hour'": (6, "asked"),
    "UPDATE orders.attempts SET ended_at = ended_at - interval '1 hour' "
    "WHERE state = 'delivered'": (6, "done"),
}


@pytest.mark.parametrize("fault", PLANTED)
async def test_the_books_check_finds(counter: Counter, stocked: str, fault: str) -> None:
    law, whose = PLANTED[fault]
    asked = await counter.buys("087800006001")
    done = await counter.buys("087800001230")
    await counter.work()
    await counter.later(120)
    await counter.work()
    held = await counter.buys("087800009999")
    assert await counter.breaches() == []
    await by_owner(stocked, FORCE + fault)
    codes = {"asked": asked.code, "done": done.code, "held": held.code, "escrow": "escrow"}
    found = {(breach.law, breach.subject) for breach in await counter.breaches()}
    assert (law, codes[whose]) in found


UNPAID: dict[str, tuple[int, str]] = {
    "UPDATE orders.checkouts SET waits = false WHERE waits": (5, "waiting"),
    "DELETE FROM orders.checkouts WHERE waits": (5, "waiting"),
    "DELETE FROM funding.invoices WHERE state = 'due'": (5, "waiting"),
    "UPDATE orders.checkouts SET waits = true WHERE paid_at IS NULL": (5, "expired"),
    "UPDATE orders.orders SET state = 'awaiting_payment' WHERE state = 'expired'": (5, "expired"),
    "UPDATE orders.orders SET state = 'failed' WHERE state = 'expired'": (5, "expired"),
    "UPDATE orders.checkouts SET paid_at = NULL": (4, "paid"),
    "UPDATE orders.checkouts SET paid_at = pay_by, waits = false": (4, "waiting"),
    "UPDATE ledger.transfers SET debit = 'equity' WHERE kind = 'hold'": (4, "paid"),
    "DELETE FROM ledger.transfers WHERE kind = 'hold'": (4, "paid"),
    "DELETE FROM orders.checkouts WHERE paid_at IS NOT NULL": (5, "paid"),
}


@pytest.mark.parametrize("fault", UNPAID)
async def test_the_books_check_finds_of_orders_by_gateway(
    counter: Counter, stocked: str, fault: str
) -> None:
    law, whose = UNPAID[fault]
    expired = await counter.checks_out("087800009997")
    await counter.later(3_661)
    await expire_unpaid(counter.desk)
    paid = await counter.bought("087800009998")
    waiting = await counter.checks_out("087800009999")
    assert await counter.breaches() == []
    await by_owner(stocked, FORCE + fault)
    codes = {"expired": expired.code, "paid": paid.code, "waiting": waiting.code}
    found = {(breach.law, breach.subject) for breach in await counter.breaches()}
    assert (law, codes[whose]) in found
