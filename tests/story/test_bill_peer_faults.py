"""Faults found in public projects, on the road of bills: each one is a law here.

Every docstring names the project and what went wrong in it. What goes for purchases and bills
alike, webhooks above all, is in ``test_peer_faults.py`` and beside it.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import pytest
import pytest_asyncio

from konter.orders.bill_words import Status, said_of_payment, said_of_unpaid
from konter.orders.end import NotSentNow, Verdict, end
from konter.orders.judge_payment import BillAmountDiffers, BillNotChecked
from konter.orders.pay_bill import PaidBill
from konter.orders.place import NotEnoughBalance
from konter.orders.read import CallUnderWay, OrderView
from tests.shop import ACCOUNT, Shop
from tests.sim_process import Sim
from tests.story.payers import MONEY, Payer, journal, new_payer, open_bill_shop

SKU, BILL, ADMIN, COMMISSION = "pln", 100_000, 2_750, 1_800
TOTAL = BILL + ADMIN
IDS: Final = itertools.count(1_000)

OPEN_TRANSACTIONS = """
SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
AND pid <> pg_backend_pid() AND state LIKE 'idle in transaction%%'
"""


@dataclass(frozen=True)
class Customer:
    """A payer with one bill of BILL. The number's last digits choose what the upstream does."""

    shop: Shop
    payer: Payer
    number: str

    async def takes(self, ref_id: str = "b1") -> PaidBill:
        """Checked, and its payment taken."""
        return await self.payer.pays(await self.payer.finds(ref_id, SKU, self.number))

    async def ends(self, paid: PaidBill, *states: str) -> OrderView:
        return await self.shop.until(paid.order.id, *states)

    async def commands(self) -> list[str]:
        """What was asked upstream about this number, in order."""
        calls = await self.shop.sim.calls()
        return [str(c["command"]) for c in calls if c["customer_no"] == self.number]

    async def until_asked(self, command: str, times: int = 1) -> None:
        async with asyncio.timeout(8):
            while (await self.commands()).count(command) < times:
                await asyncio.sleep(0.03)

    async def payments(self) -> list[dict[str, Any]]:
        return await self.shop.sim.bills(self.number)


@pytest_asyncio.fixture(scope="module")
async def opened(server_conninfo: str, template: str, sim_process: Sim) -> AsyncIterator[Shop]:
    async with open_bill_shop(server_conninfo, template, sim_process) as opened:
        yield opened


@pytest_asyncio.fixture
async def shop(opened: Shop) -> AsyncIterator[Shop]:
    """Whatever happened in it, its books are right and no rule of the upstream was broken."""
    yield opened
    for row in await opened.sim.bills():
        if row["status"] == "Pending":
            await opened.sim.settle(row["ref_id"], "Sukses")
            (order,) = [o for o in await _orders(opened) if o["reference"] == row["ref_id"]]
            await opened.until(order["id"], "delivered")
    await opened.assert_honest()


async def _orders(shop: Shop) -> list[dict[str, Any]]:
    async with shop.house.db.read() as tx:
        return await tx.dicts(
            "SELECT o.id, a.reference FROM orders.orders o "
            "JOIN orders.attempts a ON a.order_id = o.id"
        )


async def customer(shop: Shop, suffix: str = "9999", *, money: int = MONEY) -> Customer:
    user_id = next(IDS)
    number = f"5300{user_id}{suffix}"
    await shop.sim.owe(SKU, number, BILL)
    return Customer(shop, await new_payer(shop.house, user_id, money=money), number)


# -- what is paid, and for how much -----------------------------------------------------------


async def test_a_payment_goes_out_under_the_reference_of_its_check(shop: Shop) -> None:
    """radhityaa/ppob, TransactionController:113,134-137: pay-pasca under a new ref_id. After a
    check that needed a second try it is the second one's."""
    for suffix in ("9999", "2005"):
        one = await customer(shop, suffix)
        paid = await one.takes()
        await one.ends(paid, "delivered")
        asked = await shop.sim.inquiries(one.number)
        (payment,) = await one.payments()
        assert payment["ref_id"] == asked[-1]["ref_id"]
        assert asked[-1]["found"]
        assert (await one.commands()).count("pay-pasca") == 1


async def test_the_whole_bill_is_debited_and_not_its_fee_alone(shop: Shop) -> None:
    """radhityaa/ppob, TransactionController:119-132,194-216: only the admin fee was debited."""
    one = await customer(shop)
    paid = await one.takes()
    assert await one.payer.balance() == MONEY - TOTAL
    order = await one.ends(paid, "delivered")
    wallet = f"wallet:{one.payer.id}"
    assert sorted(await journal(shop.house, order.code)) == [
        ("capture", "escrow", "sales", TOTAL),
        ("cost", "cost", f"provider:{ACCOUNT}", TOTAL - COMMISSION),
        ("hold", wallet, "escrow", TOTAL),
    ]


@pytest.mark.parametrize("amount", [1, ADMIN, BILL - 1, BILL + 1, TOTAL, 10 * BILL])
async def test_the_amount_is_the_checks_and_never_the_clients(shop: Shop, amount: int) -> None:
    """Anseltsmm/Ppob, Customer/OrderController::store: the bill's amount came from the client."""
    one = await customer(shop)
    found = await one.payer.finds("b1", SKU, one.number)
    with pytest.raises(BillAmountDiffers):
        await one.payer.pays(found, amount=amount)
    assert await one.payer.balance() == MONEY
    assert await one.commands() == ["inq-pasca"]


async def test_a_bill_that_nobody_checked_is_not_paid(shop: Shop) -> None:
    """Anseltsmm/Ppob: a payment without its PendingInquiry. Another member's check is none."""
    one, other = await customer(shop), await customer(shop)
    found = await one.payer.finds("b1", SKU, one.number)
    with pytest.raises(BillNotChecked):
        await other.payer.pays(found)
    assert await one.payments() == []
    assert await other.payer.balance() == MONEY


async def test_parallel_payments_cannot_overspend_a_wallet(shop: Shop) -> None:
    """radhityaa/ppob, Agan-Pulsa: ``if saldo < price``, call, then subtract."""
    one = await customer(shop, money=2 * TOTAL + 1)
    numbers = [f"{one.number[:-4]}{n}999" for n in range(6)]
    found = []
    for number in numbers:
        await shop.sim.owe(SKU, number, BILL)
        found.append(await one.payer.finds(number, SKU, number))
    said = await asyncio.gather(*map(one.payer.pays, found), return_exceptions=True)
    paid = [answer for answer in said if isinstance(answer, PaidBill)]
    assert len(paid) == 2
    assert [type(answer) for answer in said].count(NotEnoughBalance) == 4
    for taken in paid:
        await one.ends(taken, "delivered")
    assert await one.payer.balance() == 1


async def test_no_transaction_is_open_while_a_bill_is_asked_about(shop: Shop) -> None:
    """tokosancaka, FEEPAY.ID: the provider was called inside a database transaction."""
    one = await customer(shop)
    slow = {"do": "wait", "ms": 400, "then": {"do": "success"}}
    await shop.sim.script(one.number, inquiry=[slow])
    asking = asyncio.create_task(one.payer.finds("b1", SKU, one.number))
    await one.until_asked("inq-pasca")
    looks: list[int] = []
    for _ in range(4):
        async with shop.house.db.read() as tx:
            row = await tx.row(OPEN_TRANSACTIONS)
        looks.append(row[0] if row else -1)
        await asyncio.sleep(0.03)
    assert (await asking).total == TOTAL
    assert looks.count(0) >= 3, f"transactions stay open: {looks}"


# -- what is said of it -----------------------------------------------------------------------


async def test_a_bill_that_was_found_is_not_taken_for_a_paid_one(shop: Shop) -> None:
    """Digiflazz says Sukses, rc 00 of an inquiry too, and some sellers' webhooks repeat it;
    OwnerAR/gateway-digiflazz, otomax.go:91-99: a look-up that always said success."""
    one = await customer(shop, "2009")
    found = await one.payer.finds("b1", SKU, one.number)
    async with asyncio.timeout(5):
        while not any(one.number in str(hook) for hook in await shop.sim.webhooks()):
            await asyncio.sleep(0.03)
    known = await one.payer.looks_up("b1")
    assert known is not None and known.order_id is None
    told = said_of_unpaid(known, now=shop.house.clock.now())
    assert told is not None and told.status is Status.PENDING
    assert await one.payer.balance() == MONEY
    paid = await one.payer.pays(found)
    await one.ends(paid, "delivered")
    assert len(await one.payments()) == 1


async def test_the_checks_late_webhook_does_not_deliver_a_pending_payment(shop: Shop) -> None:
    """The same, while the payment waits: the upstream is asked, and it says Pending."""
    one = await customer(shop, "2010")
    paid = await one.takes()
    await one.until_asked("status-pasca", 2)
    assert (await one.ends(paid, "sent")).serial is None
    assert await shop.account("escrow") == TOTAL


async def test_a_success_is_not_told_before_the_upstream_says_so(shop: Shop) -> None:
    """topup-core, TopupProcess.cs:481-492: told the partner "success" before the result; pending
    was success in Arida-Serpul, TransactionService:80."""
    one = await customer(shop, "6001")
    paid = await one.takes()
    await one.until_asked("pay-pasca")
    async with shop.house.db.read() as tx:
        told = await said_of_payment(shop.house.orders, tx, await shop.order(paid.order.id))
    assert told.status is Status.PENDING
    assert (await one.payer.pays(paid.bill)).order.state in ("held", "sent")


@pytest.mark.parametrize("suffix", ["6001", "8099"])
async def test_pending_is_no_failure(shop: Shop, suffix: str) -> None:
    """mrdhanz/digiflazz-client: an exception for every rc but 00, Pending included, so its users
    refunded what was paid in the end; invented tables took 01 alone for pending."""
    one = await customer(shop, suffix)
    paid = await one.takes()
    await one.until_asked("status-pasca")
    assert await one.payer.balance() == MONEY - TOTAL
    (payment,) = await one.payments()
    await shop.sim.settle(payment["ref_id"], "Sukses", webhook=False)
    await one.ends(paid, "delivered")


async def test_a_doubtful_refusal_is_asked_about_before_money_moves(shop: Shop) -> None:
    """tokosancaka, PpobController:529,556-559; Agan-Pulsa, callback-digiflazz.php:7-20: 'Timeout'
    (rc 01) refunds at once, and the bill is paid all the same."""
    one, other = await customer(shop, "4101"), await customer(shop, "4001")
    paid, failed = await one.takes(), await other.takes()
    await one.ends(paid, "delivered")
    await other.ends(failed, "failed")
    for each in (one, other):
        assert (await each.commands())[:3] == ["inq-pasca", "pay-pasca", "status-pasca"]
    assert (await one.payer.balance(), await other.payer.balance()) == (MONEY - TOTAL, MONEY)


# -- silence, and what it is not --------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["5002", "5004", "5006", "5007", "5008", "5009", "6005"])
async def test_a_payment_is_not_sent_again_after_silence(shop: Shop, suffix: str) -> None:
    """Arida-Serpul, ProviderSelector:80-110; Neon-Flux, ProcessSupplierOrder:98-122: no answer was
    an error, and the purchase went out again. What became of it is asked, and nothing else."""
    one = await customer(shop, suffix)
    paid = await one.takes()
    await one.ends(paid, "delivered")
    assert (await one.commands()).count("pay-pasca") == 1
    assert len(await one.payments()) == 1
    assert await one.payer.balance() == MONEY - TOTAL


@pytest.mark.parametrize("suffix", ["5001", "5003"])
async def test_silence_is_no_failure_and_no_refund(shop: Shop, suffix: str) -> None:
    """pariiee/be-cuy, TransactionController:122-125; trison, ProcessBalancePaymentAction:80-124;
    services/digiflazz.py of new-ppob: any exception meant failed and refunded."""
    one = await customer(shop, suffix)
    paid = await one.takes()
    await one.until_asked("status-pasca", 2)
    assert (await shop.order(paid.order.id)).state == "sent"
    assert await one.payer.balance() == MONEY - TOTAL
    assert (await one.commands()).count("pay-pasca") == 1
    given = {"actor": "rina", "reason": "panel Digiflazz: tidak ada"}
    async with asyncio.timeout(8):
        while (await shop.order(paid.order.id)).state == "sent":
            with suppress(NotSentNow, CallUnderWay):
                await end(shop.house.orders, paid.order.id, Verdict.FAILED, **given)
            await asyncio.sleep(0.02)
    assert await one.payer.balance() == MONEY


async def test_to_look_a_bill_up_asks_nobody_and_pays_nothing(shop: Shop) -> None:
    """prodigi111/new-ppob, routes/biller.py:205-218: a public status GET re-submitted, and bought
    where the reference was unknown."""
    one = await customer(shop)
    assert await one.payer.looks_up("never-checked") is None
    found = await one.payer.finds("b1", SKU, one.number)
    for _ in range(3):
        assert await one.payer.looks_up("b1") is not None
    assert await one.commands() == ["inq-pasca"]
    paid = await one.payer.pays(found)
    await one.ends(paid, "delivered")
    assert await one.payer.looks_up("b1") is not None
    asked = [command for command in await one.commands() if command != "status-pasca"]
    assert asked == ["inq-pasca", "pay-pasca"]


async def test_what_becomes_of_a_payment_is_asked_with_a_command_of_its_own(shop: Shop) -> None:
    """nurfaizfy/digiflazz-php-library #4, #5: postpaid commands wrong; a purchase's status is the
    purchase again, a bill's is status-pasca."""
    one = await customer(shop, "6001")
    await one.takes()
    await one.until_asked("status-pasca", 2)
    commands = await one.commands()
    assert commands[:2] == ["inq-pasca", "pay-pasca"]
    assert set(commands[2:]) == {"status-pasca"}


# -- callbacks --------------------------------------------------------------------------------


async def test_a_refusal_told_three_times_refunds_once(shop: Shop) -> None:
    """radhityaa/ppob, WebhookController:141-153; Agan-Pulsa, refund_pulsa.php: every 'Gagal'
    delivery refunded."""
    one = await customer(shop)
    plan = {"do": "pending", "then": "fail", "hooks": "thrice"}
    await shop.sim.script(one.number, plan)
    paid = await one.takes()
    await one.until_asked("pay-pasca")
    await shop.sim.script(one.number)
    order = await one.ends(paid, "failed")
    for n in range(3):
        await shop.sim.webhook(order.code, set={"message": f"Transaksi Gagal {n}"})
    async with asyncio.timeout(8):
        while await _waiting(shop):
            await asyncio.sleep(0.05)
    assert await one.payer.balance() == MONEY
    assert [entry[0] for entry in await journal(shop.house, order.code)].count("release") == 1


@pytest.mark.parametrize("suffix", ["7004", "7005"])
async def test_a_forged_or_unsigned_callback_ends_no_bill(shop: Shop, suffix: str) -> None:
    """tokosancaka, DigiflazzWebhookController:214-221: a forged 'Gagal' refunded; FEEPAY.ID,
    CallbackController:33,84 refused the genuine ones, and nothing polled."""
    one = await customer(shop, suffix)
    paid = await one.takes()
    await one.ends(paid, "delivered")
    assert await one.payer.balance() == MONEY - TOTAL


async def test_a_success_that_comes_after_the_refund_is_seen(shop: Shop) -> None:
    """pariiee/be-cuy, OkeConnectCallbackController:48; trison, HandleDigiflazzCallbackAction:32:
    a later success was ignored, and the bill was the shop's."""
    one = await customer(shop, "4002")
    paid = await one.takes()
    order = await one.ends(paid, "failed")
    (payment,) = await one.payments()
    await shop.sim.settle(payment["ref_id"], "Sukses")
    await one.ends(paid, "disputed")
    costs = [entry for entry in await journal(shop.house, order.code) if entry[0] == "cost"]
    assert costs == [("cost", "cost", f"provider:{ACCOUNT}", TOTAL - COMMISSION)]
    assert await one.payer.balance() == MONEY, "whose loss it is a person decides"


async def _waiting(shop: Shop) -> int:
    async with shop.house.db.read() as tx:
        row = await tx.row("SELECT count(*) FROM hooks.inbox WHERE state = 'waiting'")
    return int(row[0]) if row else 0
