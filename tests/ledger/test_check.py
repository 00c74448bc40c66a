"""The books check finds what is broken. Each fault is planted by the owner, triggers off."""

from __future__ import annotations

import pytest

from konter.db.pool import Database
from tests.ledger.build import breaches, by_force, do, transfer, wallets

INSERT = (
    "INSERT INTO ledger.transfers (key, kind, debit, credit, amount, wallet_id, wallet_line,"
    " wallet_after, happened_at, recorded_at) VALUES "
)

PLANTED = {
    "an account that is none of ours": (
        f"{INSERT} ('x', 'k', 'piggybank', 'escrow', 5, NULL, NULL, NULL, now(), now())",
        (1, "x"),
    ),
    "an amount that was raised afterwards": (
        "UPDATE ledger.transfers SET amount = amount + 1 WHERE key = 'a'",
        (2, "wallet:1"),
    ),
    "a transfer that is gone": (
        "DELETE FROM ledger.transfers WHERE key = 'a'",
        (2, "wallet:1"),
    ),
    "a balance that was helped": (
        "UPDATE ledger.wallets SET balance = balance + 1 WHERE user_id = 1",
        (2, "wallet:1"),
    ),
    "a line number that was skipped": (
        "UPDATE ledger.wallets SET lines = lines + 1 WHERE user_id = 1",
        (2, "wallet:1"),
    ),
    "a balance under its floor": (
        "UPDATE ledger.wallets SET balance = -5 WHERE user_id = 2;"
        f"{INSERT} ('x', 'k', 'wallet:2', 'escrow', 5, 2, 1, -5, now(), now());"
        "UPDATE ledger.wallets SET lines = 1 WHERE user_id = 2",
        (2, "wallet:2"),
    ),
    "a line that does not follow the one before": (
        "UPDATE ledger.transfers SET wallet_after = wallet_after + 1 WHERE key = 'a'",
        (2, "a"),
    ),
    "a wallet that was thrown away": (
        "DELETE FROM ledger.wallets WHERE user_id = 1",
        (2, "wallet:1"),
    ),
}


@pytest.mark.parametrize("fault", PLANTED)
async def test_the_books_check_finds(db: Database, fault: str) -> None:
    statement, (law, subject) = PLANTED[fault]
    await wallets(db, {1: 1_000, 2: 0})
    await do(db, transfer("a", "wallet:1", "escrow", 400))
    await do(db, transfer("b", "wallet:1", "escrow", 400))
    assert await breaches(db) == []
    await by_force(db, statement)
    assert (law, subject) in {(breach.law, breach.subject) for breach in await breaches(db)}


@pytest.mark.parametrize(
    ("guard", "off", "on"),
    [
        (
            "transfers_are_immutable",
            "ALTER TABLE ledger.transfers DISABLE TRIGGER transfers_are_immutable",
            "ALTER TABLE ledger.transfers ENABLE TRIGGER transfers_are_immutable",
        ),
        (
            "transfers_are_not_truncated",
            "ALTER TABLE ledger.transfers RENAME TO moved; CREATE TABLE ledger.transfers "
            "(LIKE ledger.moved); GRANT SELECT ON ledger.transfers TO konter_app",
            "DROP TABLE ledger.transfers; ALTER TABLE ledger.moved RENAME TO transfers",
        ),
    ],
)
async def test_the_books_check_misses_the_journals_guards(
    db: Database, guard: str, off: str, on: str
) -> None:
    await by_force(db, off)
    found = {(breach.law, breach.subject) for breach in await breaches(db)}
    await by_force(db, on)
    assert (1, guard) in found
    assert await breaches(db) == []
