"""The one door into the journal."""

from __future__ import annotations

import asyncio

import psycopg
import pytest

from konter.db.pool import Database
from konter.kernel.money import Rupiah
from konter.ledger.post import FloorPassed, KeyReused, NoWallet, WalletBlocked
from konter.ledger.read import account_sums, statement
from konter.ledger.wallets import block_wallet, set_credit_limit
from tests.ledger.build import breaches, do, money_of, transfer, wallets


async def test_a_transfer_moves_both_its_accounts_by_one_amount(db: Database) -> None:
    await wallets(db, {1: 0})
    await do(db, transfer("a", "adjustments", "wallet:1", 7_000))
    async with db.read() as tx:
        assert await account_sums(tx) == {"adjustments": -7_000, "wallet:1": 7_000}
    assert await money_of(db, 1) == 7_000


async def test_a_replay_changes_nothing(db: Database) -> None:
    await wallets(db, {1: 0})
    for _ in range(3):
        await do(db, transfer("a", "adjustments", "wallet:1", 7_000))
    assert await money_of(db, 1) == 7_000
    assert await breaches(db) == []


async def test_a_replay_beside_new_transfers_is_left_out_and_the_new_ones_count(
    db: Database,
) -> None:
    await wallets(db, {1: 0})
    await do(db, transfer("a", "adjustments", "wallet:1", 7_000))
    await do(
        db,
        transfer("b", "adjustments", "wallet:1", 100),
        transfer("a", "adjustments", "wallet:1", 7_000),
    )
    assert await money_of(db, 1) == 7_100
    assert await breaches(db) == []


@pytest.mark.parametrize(
    ("other", "names"),
    [
        (transfer("a", "adjustments", "wallet:1", 7_001), "amount"),
        (transfer("a", "losses", "wallet:1", 7_000), "debit"),
        (transfer("a", "adjustments", "wallet:2", 7_000), "credit"),
        (transfer("a", "adjustments", "wallet:1", 7_000, kind="hold"), "kind"),
        (transfer("a", "adjustments", "wallet:1", 7_000, order_id=3), "order_id"),
        (transfer("a", "losses", "wallet:1", 1), "debit, amount"),
    ],
)
async def test_the_same_key_with_other_facts_is_an_error_that_names_them(
    db: Database, other: object, names: str
) -> None:
    await wallets(db, {1: 0, 2: 0})
    await do(db, transfer("a", "adjustments", "wallet:1", 7_000))
    with pytest.raises(KeyReused) as refused:
        await do(db, other)  # type: ignore[arg-type]
    assert refused.value.facts == {"key": "a", "differs_in": names}
    assert await money_of(db, 1) == 7_000


async def test_one_key_posted_ten_times_at_one_moment_counts_once(db: Database) -> None:
    """Accounts of the system have no row to lock; the key alone keeps them apart."""
    topup = transfer("topup:1", "provider:digiflazz-main", "bank:bca", 500_000)
    await asyncio.gather(*(do(db, topup) for _ in range(10)))
    async with db.read() as tx:
        assert (await account_sums(tx))["bank:bca"] == 500_000


async def test_one_key_posted_at_one_moment_with_other_facts_is_refused(db: Database) -> None:
    results = await asyncio.gather(
        *(do(db, transfer("k", "cost", "bank:bca", amount)) for amount in range(1, 9)),
        return_exceptions=True,
    )
    assert sum(result is None for result in results) == 1
    assert sum(isinstance(result, KeyReused) for result in results) == 7


async def test_a_wallet_never_pays_more_than_it_has(db: Database) -> None:
    await wallets(db, {1: 1_000})
    with pytest.raises(FloorPassed) as refused:
        await do(db, transfer("a", "wallet:1", "escrow", 1_001))
    assert refused.value.facts == {"needed": 1_001, "available": 1_000}
    await do(db, transfer("a", "wallet:1", "escrow", 1_000))
    assert await money_of(db, 1) == 0


async def test_a_list_that_passes_the_floor_in_its_middle_is_refused_whole(db: Database) -> None:
    await wallets(db, {1: 1_000})
    with pytest.raises(FloorPassed):
        await do(
            db,
            transfer("a", "wallet:1", "escrow", 600),
            transfer("b", "wallet:1", "escrow", 600),
            transfer("c", "adjustments", "wallet:1", 600),
        )
    assert await money_of(db, 1) == 1_000
    assert await breaches(db) == []


async def test_a_credit_limit_lets_a_wallet_go_so_far_below_zero_and_no_further(
    db: Database,
) -> None:
    await wallets(db, {1: 1_000})
    async with db.transaction() as tx:
        await set_credit_limit(tx, user_id=1, limit=Rupiah(500))
    await do(db, transfer("a", "wallet:1", "escrow", 1_500))
    assert await money_of(db, 1) == -500
    with pytest.raises(FloorPassed):
        await do(db, transfer("b", "wallet:1", "escrow", 1))
    assert await breaches(db) == []


async def test_a_blocked_wallet_pays_nothing_and_still_receives(db: Database) -> None:
    await wallets(db, {1: 1_000})
    async with db.transaction() as tx:
        await block_wallet(tx, user_id=1, blocked=True)
    with pytest.raises(WalletBlocked):
        await do(db, transfer("a", "wallet:1", "escrow", 1))
    await do(db, transfer("b", "escrow", "wallet:1", 5))
    assert await money_of(db, 1) == 1_005


async def test_a_user_without_a_wallet_neither_pays_nor_receives(db: Database) -> None:
    for debit, credit in (("wallet:9", "escrow"), ("escrow", "wallet:9")):
        with pytest.raises(NoWallet):
            await do(db, transfer("a", debit, credit, 5))


def test_nothing_and_less_than_nothing_cannot_be_moved() -> None:
    for amount in (0, -5):
        with pytest.raises(ValueError, match="more than nothing"):
            transfer("a", "cost", "losses", amount)


def test_no_transfer_goes_from_wallet_to_wallet() -> None:
    with pytest.raises(ValueError, match="wallet to wallet"):
        transfer("a", "wallet:1", "wallet:2", 5)


async def test_each_line_of_a_statement_follows_from_the_one_before(db: Database) -> None:
    await wallets(db, {1: 10_000})
    await do(db, transfer("a", "wallet:1", "escrow", 4_000, order_id=1, reference="TRX-1"))
    await do(
        db,
        transfer("b", "escrow", "wallet:1", 4_000, order_id=1),
        transfer("c", "wallet:1", "escrow", 9_999),
    )
    async with db.read() as tx:
        lines, total = await statement(tx, 1, page=1, per_page=10)
    assert total == 4
    assert [(line.line, line.before, line.change, line.after) for line in reversed(lines)] == [
        (1, 0, 10_000, 10_000),
        (2, 10_000, -4_000, 6_000),
        (3, 6_000, 4_000, 10_000),
        (4, 10_000, -9_999, 1),
    ]
    assert lines[2].reference == "TRX-1"


async def test_pages_of_a_statement_join_without_a_gap(db: Database) -> None:
    await wallets(db, {1: 1_000})
    await do(db, *(transfer(f"k{n}", "wallet:1", "escrow", 1) for n in range(7)))
    async with db.read() as tx:
        pages = [await statement(tx, 1, page=page, per_page=3) for page in (1, 2, 3, 4)]
    assert [[line.line for line in lines] for lines, _ in pages] == [
        [8, 7, 6],
        [5, 4, 3],
        [2, 1],
        [],
    ]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger.transfers SET amount = amount + 1",
        "UPDATE ledger.transfers SET note = 'x' WHERE false",
        "DELETE FROM ledger.transfers",
        "TRUNCATE ledger.transfers",
    ],
)
async def test_the_running_role_may_not_touch_the_journal(db: Database, statement: str) -> None:
    await wallets(db, {1: 1_000})
    async with db.read() as tx:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            await tx.connection.execute(statement.encode())


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger.transfers SET amount = amount + 1",
        "UPDATE ledger.transfers SET note = note",
        "DELETE FROM ledger.transfers",
        "TRUNCATE ledger.transfers",
    ],
)
async def test_even_the_owner_may_not_touch_the_journal(db: Database, statement: str) -> None:
    await wallets(db, {1: 1_000})
    async with await psycopg.AsyncConnection.connect(db.conninfo, autocommit=True) as owner:
        with pytest.raises(psycopg.errors.RaiseException, match="never altered"):
            await owner.execute(statement.encode())
    assert await breaches(db) == []
