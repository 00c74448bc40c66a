"""Money by hand: small amounts alone, larger ones by two admins, each of them once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from konter.db.pool import Database
from konter.funding import check
from konter.funding.adjust import adjust
from konter.funding.adjustments import (
    Adjustment,
    AdjustmentDecided,
    AdjustmentState,
    OwnAdjustment,
    adjustments,
)
from konter.funding.ask_adjustment import AdjustmentRefUsed, ask_adjustment
from konter.funding.decide_adjustment import (
    approve_adjustment,
    refuse_adjustment,
    withdraw_adjustment,
)
from konter.funding.desk import FundingDesk
from konter.funding.wallet_terms import CreditInUse, OwnCredit, set_blocked, set_credit
from konter.hooks.tasks import open_tasks
from konter.kernel.books import Breach
from konter.kernel.errors import Invalid, KonterError
from konter.kernel.money import ZERO, Rupiah
from konter.ledger import check as ledger_check
from konter.ledger.post import FloorPassed, WalletBlocked
from konter.ledger.read import account_sums, balance
from konter.people.actor import Actor
from konter.people.audit import deeds
from konter.people.permits import Forbidden, Role
from konter.people.roster import NoSuchUser, set_role
from tests.conftest import ManualClock
from tests.funding.counted import counted
from tests.ledger.build import by_force
from tests.people.builders import people_desk, somebody

LIMIT = 100_000


@dataclass
class Office:
    """Three admins, an operator and two buyers with Rp 50.000 each."""

    desk: FundingDesk
    admins: list[Actor]
    operator: Actor
    buyers: list[int]
    forms: int = 0

    async def ask(
        self, amount: int, *, by: int = 0, whom: int | None = None, ref: str = ""
    ) -> Adjustment:
        self.forms += 1
        return await ask_adjustment(
            self.desk,
            user_id=self.buyers[0] if whom is None else whom,
            amount=Rupiah(amount),
            reason="salah catat kemarin",
            ref_id=ref or f"formulir-{self.forms}",
            by=self.admins[by],
        )

    async def money(self, user_id: int) -> int:
        async with self.desk.db.read() as tx:
            return (await balance(tx, user_id)).amount

    async def breaches(self) -> list[Breach]:
        async with self.desk.db.snapshot() as tx:
            return [*await ledger_check.breaches(tx), *await check.breaches(tx)]


@pytest.fixture
async def office(db: Database, clock: ManualClock) -> AsyncIterator[Office]:
    people = people_desk(db, clock)
    staff = [
        await somebody(people, f"staf{n}@contoh.id", role)
        for n, role in enumerate((Role.ADMIN, Role.ADMIN, Role.ADMIN, Role.OPERATOR))
    ]
    buyers = [(await somebody(people, f"pembeli{n}@contoh.id")).id for n in range(2)]
    async with counted(db, clock) as counter:
        for buyer in buyers:
            await adjust(
                counter.desk, user_id=buyer, amount=Rupiah(50_000), reason="modal", actor="cli:uji"
            )
        actors = [Actor(person.email, person.id, "10.0.0.1") for person in staff]
        yield Office(counter.desk, actors[:3], actors[3], buyers)
        assert await counter_breaches(counter.desk) == []


async def counter_breaches(desk: FundingDesk) -> list[Breach]:
    async with desk.db.snapshot() as tx:
        return [*await ledger_check.breaches(tx), *await check.breaches(tx)]


async def test_a_small_amount_takes_effect_at_once_and_is_on_record(office: Office) -> None:
    done = await office.ask(-20_000)
    assert (done.state, await office.money(office.buyers[0])) == ("alone", 30_000)
    async with office.desk.db.read() as tx:
        (deed,) = await deeds(tx, act="wallet", actor="staf0@contoh.id")
    assert (deed.act, deed.subject) == ("wallet.adjust", f"user:{office.buyers[0]}")
    assert '"amount": -20000' in deed.detail


async def test_what_is_small_is_counted_over_the_day_and_all_wallets(
    office: Office, clock: ManualClock
) -> None:
    assert (await office.ask(60_000)).state == "alone"
    assert (await office.ask(-40_000, whom=office.buyers[1])).state == "alone"
    assert (await office.ask(1)).state == "asked"
    assert (await office.ask(LIMIT, by=1)).state == "alone"
    clock.advance(24 * 3600)
    assert (await office.ask(LIMIT)).state == "alone"


async def test_a_large_amount_moves_when_another_admin_approves(office: Office) -> None:
    asked = await office.ask(LIMIT + 1)
    assert (asked.state, await office.money(office.buyers[0])) == ("asked", 50_000)
    async with office.desk.db.read() as tx:
        assert [task.subject for task in await open_tasks(tx)] == [f"adjustment:{asked.id}"]
    with pytest.raises(OwnAdjustment):
        await approve_adjustment(office.desk, asked.id, by=office.admins[0])
    for _ in range(2):
        done = await approve_adjustment(office.desk, asked.id, by=office.admins[1])
        assert (done.state, done.decided_name) == ("approved", "staf1@contoh.id")
        assert await office.money(office.buyers[0]) == 150_001
    with pytest.raises(AdjustmentDecided):
        await approve_adjustment(office.desk, asked.id, by=office.admins[2])
    async with office.desk.db.read() as tx:
        assert await open_tasks(tx) == []
        assert [deed.act for deed in await deeds(tx, act="adjustment")] == [
            "adjustment.approve",
            "adjustment.ask",
        ]


async def test_two_approvals_at_once_move_the_money_once(office: Office) -> None:
    for _ in range(5):
        before = await office.money(office.buyers[0])
        asked = await office.ask(LIMIT * 2)
        results = await asyncio.gather(
            *(approve_adjustment(office.desk, asked.id, by=by) for by in office.admins[1:] * 3),
            refuse_adjustment(office.desk, asked.id, reason="jangan dulu", by=office.admins[2]),
            withdraw_adjustment(office.desk, asked.id, by=office.admins[0]),
            return_exceptions=True,
        )
        assert all(isinstance(r, Adjustment | AdjustmentDecided) for r in results), results
        (row,) = await _rows(office, asked.id)
        moved = LIMIT * 2 if row.state == "approved" else 0
        assert await office.money(office.buyers[0]) == before + moved


async def test_two_small_ones_at_once_do_not_pass_the_limit_together(office: Office) -> None:
    done = await asyncio.gather(*(office.ask(60_000) for _ in range(4)))
    assert sorted(one.state for one in done) == ["alone", "asked", "asked", "asked"]


async def test_nobody_decides_for_their_own_wallet(office: Office) -> None:
    admins = [actor.id or 0 for actor in office.admins]
    asked = await office.ask(10_000, whom=admins[0])
    assert asked.state == "asked"
    theirs = await office.ask(500_000, by=1, whom=admins[0])
    for one in (asked, theirs):
        with pytest.raises(OwnAdjustment):
            await approve_adjustment(office.desk, one.id, by=office.admins[0])
    with pytest.raises(OwnCredit):
        await set_credit(
            office.desk, user_id=admins[0], limit=Rupiah(1), reason="percaya", by=office.admins[0]
        )
    for one in (asked, theirs):
        await approve_adjustment(office.desk, one.id, by=office.admins[2])
    assert await office.money(admins[0]) == 510_000


async def test_the_database_itself_wants_a_second_pair_of_eyes(office: Office) -> None:
    asked = await office.ask(LIMIT + 1)
    with pytest.raises(psycopg.errors.CheckViolation, match="a_second_pair_of_eyes"):
        async with office.desk.db.transaction() as tx:
            await tx.run(
                "UPDATE funding.adjustments SET state = 'approved', decided_by = asked_by,"
                " decided_name = 'x', decided_at = asked_at WHERE id = %(id)s",
                {"id": asked.id},
            )


async def test_refusing_and_withdrawing_move_nothing_for_good(office: Office) -> None:
    refused, withdrawn = await office.ask(LIMIT * 3), await office.ask(LIMIT * 4)
    with pytest.raises(OwnAdjustment):
        await refuse_adjustment(office.desk, refused.id, reason="tidak jadi", by=office.admins[0])
    with pytest.raises(OwnAdjustment):
        await withdraw_adjustment(office.desk, withdrawn.id, by=office.admins[1])
    for _ in range(2):
        said = await refuse_adjustment(
            office.desk, refused.id, reason="bukti kurang", by=office.admins[1]
        )
        assert (said.state, said.answer) == ("refused", "bukti kurang")
        assert (
            await withdraw_adjustment(office.desk, withdrawn.id, by=office.admins[0])
        ).state == "withdrawn"
    for one in (refused, withdrawn):
        with pytest.raises(AdjustmentDecided):
            await approve_adjustment(office.desk, one.id, by=office.admins[2])
    assert await office.money(office.buyers[0]) == 50_000


async def test_only_who_is_an_admin_at_that_moment_moves_money(
    office: Office, db: Database, clock: ManualClock
) -> None:
    asked = await office.ask(LIMIT + 1)
    await set_role(people_desk(db, clock), email="staf1@contoh.id", role=Role.OPERATOR)
    office.admins.append(office.operator)
    for who in (1, 3):
        with pytest.raises(Forbidden):
            await approve_adjustment(office.desk, asked.id, by=office.admins[who])
        with pytest.raises(Forbidden):
            await office.ask(1, by=who)
    office.admins.append(Actor("cli:rina"))
    with pytest.raises(Forbidden):
        await office.ask(1, by=4)


async def test_one_form_is_one_adjustment(office: Office) -> None:
    done = await asyncio.gather(*(office.ask(5_000, ref="klik-dua-kali") for _ in range(5)))
    assert {one.id for one in done} == {done[0].id}
    assert await office.money(office.buyers[0]) == 55_000
    with pytest.raises(AdjustmentRefUsed):
        await office.ask(6_000, ref="klik-dua-kali")
    with pytest.raises(NoSuchUser):
        await office.ask(5_000, whom=999_999)
    with pytest.raises(Invalid):
        await office.ask(0)


async def test_an_approval_that_the_wallet_cannot_pay_waits_on(office: Office) -> None:
    asked = await office.ask(-150_000)
    with pytest.raises(FloorPassed):
        await approve_adjustment(office.desk, asked.id, by=office.admins[1])
    assert (await _rows(office, asked.id))[0].state == "asked"
    await office.ask(LIMIT, by=2)
    await approve_adjustment(office.desk, asked.id, by=office.admins[1])
    assert await office.money(office.buyers[0]) == 0


async def test_credit_is_given_and_never_taken_below_what_is_owed(office: Office) -> None:
    buyer, by = office.buyers[0], office.admins[0]
    for limit, reason in ((Rupiah(-1), "alasan baik"), (Rupiah(5), "ya")):
        with pytest.raises(Invalid):
            await set_credit(office.desk, user_id=buyer, limit=limit, reason=reason, by=by)
    with pytest.raises(Forbidden):
        await set_credit(
            office.desk, user_id=buyer, limit=ZERO, reason="percaya", by=office.operator
        )
    await set_credit(office.desk, user_id=buyer, limit=Rupiah(30_000), reason="percaya", by=by)
    await office.ask(-70_000)
    with pytest.raises(CreditInUse):
        await set_credit(office.desk, user_id=buyer, limit=Rupiah(19_999), reason="takut", by=by)
    await set_credit(office.desk, user_id=buyer, limit=Rupiah(20_000), reason="takut", by=by)
    await set_blocked(
        office.desk, user_id=buyer, blocked=True, reason="diretas", by=office.operator
    )
    with pytest.raises(WalletBlocked):
        await office.ask(-1, by=1)


STEPS = st.tuples(
    st.sampled_from(["ask", "approve", "refuse", "withdraw", "tomorrow"]),
    st.integers(0, 2),
    st.integers(0, 3),
    st.integers(-150_000, 150_000),
)


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(STEPS, min_size=3, max_size=14))
async def test_any_sequence_keeps_the_laws_of_money_by_hand(
    office: Office, clock: ManualClock, steps: list[tuple[str, int, int, int]]
) -> None:
    await by_force(
        office.desk.db,
        "DELETE FROM funding.adjustments; DELETE FROM hooks.tasks; DELETE FROM ledger.transfers;"
        " UPDATE ledger.wallets SET balance = 0, lines = 0",
    )
    wallets = [*office.buyers, *(admin.id or 0 for admin in office.admins)]
    for act, who, which, amount in steps:
        asked = await _rows(office)
        try:
            if act == "tomorrow":
                clock.advance(86_400)
            elif act == "ask":
                await office.ask(amount, by=who, whom=wallets[which])
            elif asked:
                await _decide(office, act, asked[which % len(asked)].id, office.admins[who])
        except KonterError:
            pass
        assert await office.breaches() == []
    await _assert_what_moved_was_seen(office, wallets)


async def _decide(office: Office, act: str, adjustment_id: int, by: Actor) -> None:
    if act == "refuse":
        await refuse_adjustment(office.desk, adjustment_id, reason="tidak tepat", by=by)
    else:
        decide = approve_adjustment if act == "approve" else withdraw_adjustment
        await decide(office.desk, adjustment_id, by=by)


async def _assert_what_moved_was_seen(office: Office, wallets: list[int]) -> None:
    rows = await _rows(office)
    moved = [row for row in rows if row.state in ("alone", "approved")]
    for row in moved:
        assert row.user_id not in (row.decided_by, row.asked_by if row.state == "alone" else None)
        assert row.decided_by != row.asked_by
    alone: dict[tuple[int, object], int] = {}
    for row in moved:
        if row.state == "alone":
            day = (row.asked_by, row.asked_at.date())
            alone[day] = alone.get(day, 0) + abs(row.amount)
    assert all(amount <= LIMIT for amount in alone.values())
    for wallet in wallets:
        assert await office.money(wallet) == sum(r.amount for r in moved if r.user_id == wallet)
    async with office.desk.db.read() as tx:
        assert sum((await account_sums(tx)).values()) == 0


async def _rows(office: Office, adjustment_id: int | None = None) -> list[Adjustment]:
    async with office.desk.db.read() as tx:
        rows = await adjustments(tx, most=500)
        asked = await adjustments(tx, state=AdjustmentState.ASKED, most=500)
    assert [row for row in rows if row.is_open] == list(asked)
    return [row for row in rows if adjustment_id in (None, row.id)]
