"""Deposits: ordered once under a reference, credited once whatever comes, in whatever order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from konter.db.ids import IdBlocks
from konter.db.pool import Database
from konter.funding.apply import due_payments
from konter.funding.channels import AmountOutside, ChannelClosed, set_channel
from konter.funding.credit import apply_deposits
from konter.funding.deposit import DepositRefReused, buyer_of, place_deposit
from konter.funding.deposits import (
    Deposit,
    DepositCancelled,
    DepositExpired,
    DepositNotFound,
    DepositPaid,
    NotYourDeposit,
    deposit_of,
    deposits_of,
)
from konter.funding.desk import FundingDesk
from konter.funding.invoice import TooManyLinks
from konter.funding.lapse import cancel_deposit, expire_deposits
from konter.funding.renew_deposit import renew_deposit
from konter.funding.states import DepositState, Purpose
from konter.funding.store import Invoice, latest_invoices
from konter.funding.work import deposits as deposits_list
from konter.hooks import notices, tasks
from konter.jobs.run import Wake
from konter.kernel.errors import Invalid
from konter.kernel.money import Rupiah
from konter.ledger.post import Transfer, post
from konter.ledger.read import account_sums, balance
from konter.ledger.wallets import open_wallet
from konter.orders.check import check_books
from konter.upstreams.gateway_contract import FeeOn
from konter.upstreams.wire import Wire
from tests.conftest import ManualClock
from tests.funding.desks import funding_desk, gateways_at
from tests.sim_process import Sim

NOBODY = Sim("http://127.0.0.1:1")
USER, OTHER = 1, 2
BUDI = buyer_of(name="Budi", email="budi@contoh.id")
QRIS = "tripay:QRIS2"
VA = "ipaymu:va.bca"

CHANNELS = """
INSERT INTO funding.channels (gateway, code, name, kind, fee_flat, fee_points, buyer_fee_flat,
    buyer_fee_points, least, most, is_open, seen_at)
VALUES ('tripay', 'QRIS2', 'QRIS', 'E-Wallet', 750, 70, 0, 0, 1000, 5000000, true, %(at)s),
       ('ipaymu', 'va.bca', 'BCA', 'Virtual Account', 4000, 0, 0, 0, NULL, NULL, true, %(at)s)
"""

CONFIRM = """
INSERT INTO funding.payments (id, invoice_id, gateway, their_id, purpose, purpose_id, state,
    next_action_at, amount, kept, charged, said, paid_at, confirmed_at, created_at)
VALUES (%(id)s, %(invoice_id)s, %(gateway)s, %(their_id)s, 'deposit', %(deposit_id)s, 'unapplied',
    %(at)s, %(amount)s, %(kept)s, %(amount)s, 'paid', %(at)s, %(at)s, %(at)s)
"""


@dataclass
class Till:
    """A funding desk whose payments are confirmed by hand."""

    desk: FundingDesk
    clock: ManualClock
    db: Database
    confirmed: int = 0

    async def order(
        self,
        amount: int = 50_000,
        *,
        ref_id: str | None = None,
        user: int = USER,
        channel: str = QRIS,
    ) -> Deposit:
        deposit, _ = await place_deposit(
            self.desk,
            user_id=user,
            amount=Rupiah(amount),
            channel=channel,
            ref_id=ref_id,
            buyer=BUDI,
        )
        return deposit

    async def invoice(self, deposit: Deposit) -> Invoice:
        async with self.db.read() as tx:
            return (await latest_invoices(tx, Purpose.DEPOSIT, [deposit.id]))[deposit.id]

    async def renews(self, deposit: Deposit, channel: str | None = None) -> Deposit:
        return await renew_deposit(
            self.desk, deposit.code, user_id=USER, channel=channel, buyer=BUDI
        )

    async def pays(
        self, deposit: Deposit, *, more: int = 0, kept: int = 800, link: Invoice | None = None
    ) -> int:
        """A payment of its latest ``link`` is confirmed, with its legs; answers its id."""
        invoice, at = link or await self.invoice(deposit), self.clock.now()
        self.confirmed += 1
        amount, their_id = invoice.amount + more, f"T{self.confirmed}"
        legs = [("payment", f"gateway:{invoice.gateway}", amount - kept)]
        legs += [("payment_fee", "fees", kept)] if kept else []
        async with self.db.transaction() as tx:
            (payment_id,) = await self.desk.ids.take(tx, 1)
            facts = {
                "id": payment_id,
                "invoice_id": invoice.id,
                "gateway": invoice.gateway,
                "their_id": their_id,
                "deposit_id": deposit.id,
                "amount": amount,
                "kept": kept,
                "at": at,
            }
            await tx.run(CONFIRM, facts)
            transfers = [
                Transfer(
                    key=f"{kind}:{invoice.gateway}:{their_id}",
                    kind=kind,
                    debit=debit,
                    credit="unapplied",
                    amount=Rupiah(part),
                    reference=invoice.reference,
                    happened_at=at,
                )
                for kind, debit, part in legs
            ]
            await post(tx, transfers, at=at)
        return payment_id

    async def apply(self) -> int:
        async with self.db.read() as tx:
            due = await due_payments(tx, Purpose.DEPOSIT, most=100, now=self.clock.now())
        return await apply_deposits(self.desk, due) if due else 0

    async def found(self, deposit: Deposit, user: int = USER) -> Deposit:
        async with self.db.read() as tx:
            return await deposit_of(tx, deposit.code, user)

    async def state(self, deposit: Deposit) -> DepositState:
        return (await self.found(deposit)).state

    async def money(self, user: int = USER) -> int:
        async with self.db.read() as tx:
            return (await balance(tx, user)).amount

    async def titles(self) -> list[str]:
        async with self.db.read() as tx:
            kept, _, _ = await notices.of_user(tx, USER, page=1, per_page=50)
        return [notice.title for notice in kept]

    async def sums(self) -> dict[str, int]:
        async with self.db.read() as tx:
            return await account_sums(tx)

    async def assert_honest(self) -> None:
        assert await check_books(self.db) == []
        assert sum((await self.sums()).values()) == 0


@pytest.fixture
async def till(db: Database, clock: ManualClock, ids: IdBlocks) -> AsyncIterator[Till]:
    wire = Wire(clock)
    desk = funding_desk(db, clock, ids=ids, wire=wire, gateways=gateways_at(NOBODY))
    desk = replace(desk, deposit_least=Rupiah(10_000), deposit_most=Rupiah(4_000_000))
    async with db.transaction() as tx:
        await tx.run(CHANNELS, {"at": clock.now()})
        for user in (USER, OTHER):
            await open_wallet(tx, user_id=user, at=clock.now())
    till = Till(desk, clock, db)
    yield till
    await till.assert_honest()
    await wire.close()


async def test_a_deposit_is_born_with_its_link_due(till: Till) -> None:
    deposit = await till.order(50_000, ref_id="a")
    invoice = await till.invoice(deposit)
    assert deposit.code.startswith("DEP-20261116-") and len(deposit.code) == 21
    assert (invoice.state, invoice.amount, invoice.surcharge) == ("due", 50_000, 0)
    assert (invoice.gateway, invoice.channel, invoice.number) == ("tripay", "QRIS2", 1)
    assert deposit.pay_by == invoice.expires_at == till.clock.now() + timedelta(hours=1)
    assert await till.found(deposit) == deposit


async def test_a_paid_deposit_is_credited_with_what_was_ordered_and_its_user_is_told(
    till: Till,
) -> None:
    deposit = await till.order(50_000)
    await till.pays(deposit, kept=1_100)
    assert await till.apply() == 1
    found = await till.found(deposit)
    assert (found.state, found.credited_at) == ("credited", till.clock.now())
    assert await till.money() == 50_000
    sums = await till.sums()
    assert (sums["unapplied"], sums["gateway:tripay"], sums["fees"]) == (0, -48_900, -1_100)
    assert await till.titles() == ["Deposit berhasil"]


async def test_a_fee_that_is_passed_on_stays_with_the_shop(till: Till) -> None:
    await set_channel(till.desk, QRIS, is_on=None, fee_on=FeeOn.BUYER, actor="rina")
    deposit = await till.order(100_000)
    invoice = await till.invoice(deposit)
    assert invoice.surcharge > 0
    await till.pays(deposit, kept=invoice.surcharge)
    await till.apply()
    assert await till.money() == 100_000
    sums = await till.sums()
    assert (sums["unapplied"], sums["fees"]) == (0, 0)


async def test_fifty_concurrent_appliers_credit_once(till: Till) -> None:
    deposit = await till.order(50_000)
    payment = await till.pays(deposit)
    applied = await asyncio.gather(*(apply_deposits(till.desk, [payment]) for _ in range(50)))
    assert sum(applied) == 1
    assert await till.money() == 50_000
    assert len(await till.titles()) == 1


async def test_two_payments_applied_at_one_moment_are_a_deposit_and_a_surplus(
    till: Till,
) -> None:
    deposit = await till.order(50_000)
    payments = [await till.pays(deposit) for _ in range(2)]
    assert await asyncio.gather(*(apply_deposits(till.desk, [p]) for p in payments)) == [1, 1]
    assert await till.money() == 100_000
    assert sorted(await till.titles()) == ["Deposit berhasil", "Pembayaran tambahan masuk saldo"]


async def test_a_second_payment_is_the_users_money_too(till: Till) -> None:
    deposit = await till.order(50_000)
    await till.pays(deposit)
    await till.apply()
    await till.pays(deposit)
    await till.pays(deposit)
    assert await till.apply() == 2
    assert await till.money() == 150_000
    assert (await till.sums())["unapplied"] == 0


async def test_both_payments_in_one_batch_are_a_deposit_and_a_surplus(till: Till) -> None:
    deposit = await till.order(50_000)
    await till.pays(deposit)
    await till.pays(deposit)
    assert await till.apply() == 2
    assert await till.money() == 100_000


async def test_what_was_paid_too_much_goes_to_the_wallet(till: Till) -> None:
    deposit = await till.order(50_000)
    await till.pays(deposit, more=2_500)
    await till.apply()
    assert (await till.state(deposit), await till.money()) == ("credited", 52_500)


async def test_less_than_was_asked_buys_no_deposit_and_is_still_the_users_money(
    till: Till,
) -> None:
    deposit = await till.order(50_000)
    await till.pays(deposit, more=-1_000)
    await till.apply()
    assert (await till.state(deposit), await till.money()) == ("awaiting_payment", 49_000)
    till.clock.advance(3_660)
    assert (await till.renews(deposit)).pay_by > till.clock.now(), "it can still be paid"
    till.clock.advance(3_660)
    assert await expire_deposits(till.desk, 60) == 1


async def test_a_late_payment_of_an_expired_deposit_is_credited(till: Till) -> None:
    deposit = await till.order(50_000)
    till.clock.advance(3_661)
    assert await expire_deposits(till.desk, 60) == 1
    assert await till.state(deposit) == "expired"
    assert await till.titles() == ["Waktu pembayaran habis"]
    await till.pays(deposit)
    await till.apply()
    assert (await till.state(deposit), await till.money()) == ("credited", 50_000)


async def test_a_late_payment_of_a_cancelled_deposit_is_credited(till: Till) -> None:
    deposit = await till.order(50_000)
    assert (await cancel_deposit(till.desk, deposit.code, user_id=USER)).state == "cancelled"
    await till.pays(deposit)
    await till.apply()
    assert (await till.state(deposit), await till.money()) == ("credited", 50_000)


async def test_a_deposit_expires_only_after_its_time_and_the_grace(till: Till) -> None:
    await till.order(50_000)
    paid = await till.order(60_000)
    till.clock.advance(3_650)
    assert await expire_deposits(till.desk, 60) == 0
    await till.pays(paid)
    till.clock.advance(10)
    assert await expire_deposits(till.desk, 60) == 1, "one whose money is there is not expired"
    assert await expire_deposits(till.desk, 60) == 0
    assert await till.state(paid) == "awaiting_payment"
    await till.apply()
    assert await till.state(paid) == "credited"


async def test_what_has_ended_is_neither_cancelled_nor_renewed(till: Till) -> None:
    paid, gone, late = [await till.order(50_000) for _ in range(3)]
    await till.pays(paid)
    await cancel_deposit(till.desk, gone.id, user_id=USER)
    for deposit, error in ((paid, DepositPaid), (gone, DepositCancelled)):
        with pytest.raises(error):
            await cancel_deposit(till.desk, deposit.code, user_id=USER)
        with pytest.raises(error):
            await till.renews(deposit)
    await till.apply()
    with pytest.raises(DepositPaid):
        await till.renews(paid)
    till.clock.advance(7_200)
    await expire_deposits(till.desk, 60)
    with pytest.raises(DepositExpired):
        await till.renews(late)
    with pytest.raises(DepositExpired):
        await cancel_deposit(till.desk, late.code, user_id=USER)


async def test_a_link_that_can_still_be_paid_is_not_made_again(till: Till) -> None:
    deposit = await till.order(50_000)
    assert await till.renews(deposit) == deposit
    assert await till.renews(deposit, QRIS) == deposit
    assert (await till.invoice(deposit)).number == 1


async def test_each_renewal_has_its_own_reference_and_either_link_pays_once(till: Till) -> None:
    deposit = await till.order(50_000)
    first = await till.invoice(deposit)
    till.clock.advance(3_630)
    renewed = await till.renews(deposit, VA)
    second = await till.invoice(deposit)
    assert (second.number, second.full_channel) == (2, VA)
    assert second.reference != first.reference
    assert renewed.pay_by == second.expires_at
    await till.pays(deposit, link=first)
    await till.pays(deposit)
    assert await till.apply() == 2
    assert await till.money() == 100_000


async def test_one_deposit_gets_only_so_many_links(till: Till) -> None:
    till.desk = replace(till.desk, most_links=2)
    deposit = await till.order(50_000)
    await till.renews(deposit, VA)
    with pytest.raises(TooManyLinks):
        await till.renews(deposit, QRIS)


async def test_the_same_reference_is_the_same_deposit_and_other_facts_are_refused(
    till: Till,
) -> None:
    first = await till.order(50_000, ref_id="a")
    again, replayed = await place_deposit(
        till.desk, user_id=USER, amount=Rupiah(50_000), channel=QRIS, ref_id="a", buyer=BUDI
    )
    assert (again, replayed) == (first, True)
    assert (await till.invoice(first)).number == 1
    with pytest.raises(DepositRefReused):
        await till.order(60_000, ref_id="a")
    with pytest.raises(DepositRefReused):
        await till.order(50_000, ref_id="a", channel=VA)
    assert (await till.order(50_000, ref_id="a", user=OTHER)).id != first.id
    await set_channel(till.desk, QRIS, is_on=False, fee_on=None, actor="rina")
    assert await till.order(50_000, ref_id="a") == first, "a repeat needs no open channel"


async def test_twenty_at_once_under_one_reference_are_one_deposit(till: Till) -> None:
    placed = await asyncio.gather(*(till.order(50_000, ref_id="a") for _ in range(20)))
    assert len({deposit.id for deposit in placed}) == 1
    async with till.db.read() as tx:
        assert (await deposits_of(tx, USER, page=1, per_page=10))[1] == 1


async def test_the_shops_limits_and_the_channels_hold(till: Till) -> None:
    for amount in (-1, 0, 9_999, 4_000_001):
        with pytest.raises(Invalid) as refused:
            await till.order(amount)
        assert list(refused.value.errors) == ["amount"]
    assert (await till.order(10_000)).amount == 10_000
    for channel in ("tripay:LAIN", "", "x" * 1_000, "a\x00b", "\ud800"):
        with pytest.raises(Invalid) as refused:
            await till.order(channel=channel)
        assert list(refused.value.errors) == ["payment_method"]
    for ref_id in ("", " ", "x" * 65, "a\x00b"):
        with pytest.raises(Invalid) as refused:
            await till.order(ref_id=ref_id)
        assert list(refused.value.errors) == ["ref_id"]
    till.desk = replace(till.desk, deposit_most=None)
    with pytest.raises(AmountOutside):
        await till.order(5_000_001)
    await set_channel(till.desk, QRIS, is_on=False, fee_on=None, actor="rina")
    with pytest.raises(ChannelClosed):
        await till.order()


def test_a_phone_number_is_kept_as_its_digits() -> None:
    assert buyer_of(name="Budi", email="b@c.id", phone="+62 (812) 000-111").phone == "62812000111"
    assert buyer_of(name="Budi", email="b@c.id").phone is None
    for phone in ("", "123", "abc", "0812\x00345678", "٠٨١٢٣٤٥٦٧٨"):
        with pytest.raises(Invalid):
            buyer_of(name="Budi", email="b@c.id", phone=phone)


async def test_a_refused_deposit_leaves_its_reference_free(till: Till) -> None:
    with pytest.raises(Invalid):
        await till.order(50_000, ref_id="a", channel="tripay:LAIN")
    assert (await till.order(50_000, ref_id="a")).ref_id == "a"


async def test_a_page_shows_the_newest_first_and_nobody_elses(till: Till) -> None:
    placed = []
    for number in range(5):
        till.clock.advance(1)
        placed.append(await till.order(10_000 + number))
    await till.order(user=OTHER)
    async with till.db.read() as tx:
        first, total = await deposits_of(tx, USER, page=1, per_page=2)
        last, _ = await deposits_of(tx, USER, page=3, per_page=2)
        beyond, _ = await deposits_of(tx, USER, page=9, per_page=2)
        assert await deposit_of(tx, placed[0].id, USER) == placed[0]
        with pytest.raises(NotYourDeposit):
            await deposit_of(tx, placed[0].code, OTHER)
        for named in ("DEP-20261116-XXXXXXXX", "a\x00b", "\ud800", 999_999):
            with pytest.raises(DepositNotFound):
                await deposit_of(tx, named, USER)
    assert (first, last, beyond, total) == (placed[:2:-1], [placed[0]], [], 5)


async def test_a_payment_that_cannot_be_applied_waits_for_a_person_and_holds_up_no_other(
    till: Till,
) -> None:
    stranger = await till.order(user=77)
    good = await till.order(50_000)
    stuck = await till.pays(stranger)
    await till.pays(good)
    assert await till.apply() == 1
    assert await till.money() == 50_000
    async with till.db.read() as tx:
        (task,) = await tasks.open_tasks(tx)
    assert (task.kind, task.subject) == ("payment_stuck", f"payment:{stuck}")
    assert await till.apply() == 0
    async with till.db.transaction() as tx:
        await open_wallet(tx, user_id=77, at=till.clock.now())
    till.clock.advance(60)
    assert await till.apply() == 1
    assert await till.money(77) == 50_000
    async with till.db.read() as tx:
        assert await tasks.open_tasks(tx) == []


async def test_the_work_list_takes_what_is_due_one_batch_at_a_time(till: Till) -> None:
    work_list = deposits_list(till.desk, wake=Wake())
    assert await work_list.take(1) == []
    for _ in range(3):
        await till.pays(await till.order(50_000))
    (job,) = await work_list.take(1)
    await job()
    assert await work_list.take(1) == []
    assert await till.money() == 150_000
