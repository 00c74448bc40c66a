"""The orders' part of the books check finds what is broken; each fault is planted by the owner."""

from __future__ import annotations

import pytest

from tests.orders.counter import Counter, by_owner

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
