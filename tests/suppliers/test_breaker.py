"""What keeps failing is left out for a while, tried by one purchase, and never by two."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from konter.db.pool import Database
from konter.kernel.outcome import (
    Absent,
    Delivered,
    Fault,
    NotSent,
    Outcome,
    Pending,
    Rejected,
    Unknown,
)
from konter.suppliers.breaker import (
    ACCOUNT,
    Breaker,
    BreakerLimits,
    Heard,
    Key,
    Swung,
    after,
    blocked_offers,
    free_probes,
    note_outcomes,
    subject_of,
    take_probes,
    verdict,
)
from konter.suppliers.desk import NoSuchAccount
from konter.suppliers.override import close, hold_open, list_breakers

NOW = datetime(2026, 11, 16, 3, 30, tzinfo=UTC)
LIMITS = BreakerLimits()
SECOND = timedelta(seconds=1)
ALL: Key = ("a", ACCOUNT)


def failed(sku: str, at_s: float = 0, account: str = "a") -> Heard:
    return Heard(account, sku, False, NOW + timedelta(seconds=at_s))


def delivered(sku: str, at_s: float = 0, account: str = "a") -> Heard:
    return Heard(account, sku, True, NOW + timedelta(seconds=at_s))


def of_sku(*news: Heard) -> Breaker:
    return after(Breaker("a", "x"), news, LIMITS)


def of_account(*news: Heard) -> Breaker:
    return after(Breaker("a", ACCOUNT), news, LIMITS)


async def note(db: Database, *heard: Heard, limits: BreakerLimits = LIMITS) -> Swung:
    async with db.transaction() as tx:
        return await note_outcomes(tx, heard, limits)


async def blocked(db: Database, at_s: float = 0) -> set[Key]:
    async with db.read() as tx:
        return await blocked_offers(tx, at=NOW + timedelta(seconds=at_s))


async def probes(db: Database, *keys: Key, at_s: float) -> set[Key]:
    at = NOW + timedelta(seconds=at_s)
    async with db.transaction() as tx:
        free = await free_probes(tx, keys, at=at)
        await take_probes(tx, free, at=at, limits=LIMITS)
    return free


@pytest.mark.parametrize(
    ("news", "speaks"),
    [
        (Delivered("sn", None), True),
        (Rejected(Fault.OFFER, False, "tutup"), False),
        (Rejected(Fault.OTHER, True, "gagal"), False),
        (Unknown("timeout"), False),
        (Rejected(Fault.NUMBER, True, "salah"), None),
        (Rejected(Fault.SUPPLIER, False, "saldo"), None),
        (Unknown("sudah pernah", for_review=True), None),
        (Pending(), None),
        (Absent(""), None),
        (NotSent("dns"), None),
    ],
)
def test_only_news_about_the_offer_counts(news: Outcome, speaks: bool | None) -> None:
    assert verdict(news) is speaks


def test_so_many_failures_in_a_row_open_it_and_one_less_does_not() -> None:
    four = [failed("x", n) for n in range(4)]
    assert of_sku(*four).opened_at is None
    opened = of_sku(*four, failed("x", 4))
    assert opened.opened_at == NOW + 4 * SECOND
    assert opened.probe_at == NOW + 904 * SECOND


def test_a_delivery_in_between_begins_the_row_anew() -> None:
    news = [failed("x", n) for n in range(4)] + [delivered("x", 4)]
    assert of_sku(*news) == Breaker("a", "x")
    assert of_sku(*news, *(failed("x", 5 + n) for n in range(4))).opened_at is None


def test_failures_older_than_the_window_do_not_count() -> None:
    news = [failed("x", 0), *(failed("x", 600 + n) for n in range(4))]
    assert of_sku(*news).opened_at is None
    assert of_sku(*news, failed("x", 604)).opened_at is not None


def test_one_sku_alone_never_opens_its_account() -> None:
    assert of_account(*(failed("x", n) for n in range(50))).opened_at is None
    mixed = [failed("x", n) for n in range(50)] + [failed("y", 50)]
    assert of_account(*mixed).opened_at is None
    assert of_account(*mixed, failed("y", 51)).opened_at is not None


def test_a_failed_probe_lets_it_cool_again_and_a_delivered_one_closes_it() -> None:
    opened = of_sku(*(failed("x", n) for n in range(5)))
    again = after(opened, [failed("x", 1_000)], LIMITS)
    assert again.opened_at == opened.opened_at
    assert again.probe_at == NOW + 1_900 * SECOND
    assert after(again, [delivered("x", 1_001)], LIMITS) == Breaker("a", "x")


def test_news_from_before_the_opening_does_not_close_it() -> None:
    opened = of_sku(*(failed("x", n) for n in range(5)))
    assert after(opened, [delivered("x", 3)], LIMITS) == opened


async def test_deliveries_write_nothing_while_nothing_failed(db: Database) -> None:
    assert await note(db, *(delivered(f"s{n}") for n in range(50))) == Swung()
    async with db.read() as tx:
        assert await tx.rows("SELECT 1 FROM suppliers.breakers") == []


async def test_a_batch_opens_its_sku_and_says_so_once(db: Database) -> None:
    swung = await note(db, *(failed("x", n) for n in range(5)), failed("x", 0, account="b"))
    assert [b.subject for b in swung.opened] == ["breaker:a/x"] == [subject_of(("a", "x"))]
    assert await blocked(db, 5) == {("a", "x")}
    assert await note(db, failed("x", 6)) == Swung()
    swung = await note(db, delivered("x", 7))
    assert [b.sku for b in swung.closed] == ["x"]
    assert await blocked(db, 8) == set()


async def test_failures_add_up_over_commits_and_skus_until_the_account_opens(db: Database) -> None:
    for n, sku in enumerate("xyzx"):
        assert await note(db, failed(sku, n)) == Swung()
    swung = await note(db, failed("y", 4))
    assert [(b.account, b.sku) for b in swung.opened] == [ALL]
    assert await blocked(db, 5) == {ALL}


async def test_batches_at_one_time_lose_no_failure(db: Database) -> None:
    limits = BreakerLimits(failures=8)
    await asyncio.gather(
        *(note(db, failed("x", n), failed("y", n), limits=limits) for n in range(8))
    )
    assert await blocked(db, 9) == {ALL, ("a", "x"), ("a", "y")}


async def test_after_cooling_one_purchase_may_try_and_no_other(db: Database) -> None:
    await note(db, *(failed("x", n) for n in range(5)))
    assert await probes(db, ("a", "x"), at_s=903) == set()
    assert await probes(db, ("a", "x"), ALL, at_s=904) == {("a", "x")}
    assert await probes(db, ("a", "x"), at_s=905) == set()
    assert await blocked(db, 905) == {("a", "x")}
    assert await probes(db, ("a", "x"), at_s=1_804) == {("a", "x")}  # the first is still silent


async def test_a_probe_that_nobody_used_stays_free(db: Database) -> None:
    await note(db, *(failed("x", n) for n in range(5)))
    at = NOW + 904 * SECOND
    async with db.transaction() as tx:
        assert await free_probes(tx, [("a", "x")], at=at) == {("a", "x")}
        async with db.transaction() as other:  # passes by, waits for nobody
            assert await free_probes(other, [("a", "x")], at=at) == set()
        await take_probes(tx, [], at=at, limits=LIMITS)
    assert await probes(db, ("a", "x"), at_s=905) == {("a", "x")}


async def test_what_an_operator_holds_open_only_an_operator_closes(db: Database) -> None:
    async with db.transaction() as tx:
        await tx.run(
            "INSERT INTO suppliers.accounts (code, kind, created_at) VALUES ('a', 'sim', %(at)s)",
            {"at": NOW},
        )
        assert await hold_open(tx, "a", "x", by="ani", at=NOW)
        assert not await hold_open(tx, "a", "x", by="budi", at=NOW)
    await note(db, delivered("x", 1))
    assert await blocked(db, 10**6) == {("a", "x")}
    assert await probes(db, ("a", "x"), at_s=10**6) == set()
    async with db.transaction() as tx:
        (shown,) = await list_breakers(tx, at=NOW)
        assert (shown.state, shown.breaker.opened_by) == ("held", "ani")
        assert await close(tx, "a", "x")
        assert not await close(tx, "a", "x")
        assert await list_breakers(tx, at=NOW) == []


async def test_an_operator_sees_what_fails_and_closes_what_opened(db: Database) -> None:
    async with db.transaction() as tx:
        with pytest.raises(NoSuchAccount):
            await close(tx, "a")
        with pytest.raises(NoSuchAccount):
            await hold_open(tx, "a", by="ani", at=NOW)
        await tx.run(
            "INSERT INTO suppliers.accounts (code, kind, created_at) VALUES ('a', 'sim', %(at)s)",
            {"at": NOW},
        )
    await note(db, *(failed("x", n) for n in range(5)))
    async with db.transaction() as tx:
        found = await list_breakers(tx, at=NOW + 5 * SECOND)
        assert [(f.breaker.sku, f.state) for f in found] == [("x", "open"), ("", "closed")]
        assert len(found[0].breaker.failures) == 5
        later = await list_breakers(tx, at=NOW + 904 * SECOND)
        assert later[0].state == "probing"
        assert await close(tx, "a", "x")
    assert await blocked(db, 5) == set()
