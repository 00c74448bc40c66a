"""What follows of payments: they are applied, or lapse; suppliers answer, operators decide."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass

from konter.funding.accept import accept_payment
from konter.funding.apply import due_payments
from konter.funding.channels import set_channel
from konter.funding.credit import apply_deposits
from konter.funding.lapse import expire_deposits
from konter.funding.pay_out import due_refunds, settle_refund
from konter.funding.release import release_payment
from konter.funding.reversal import TakenFrom, record_reversal
from konter.funding.states import Purpose
from konter.kernel.errors import Refused
from konter.kernel.outcome import Unknown
from konter.orders.apply import apply_payments
from konter.orders.end_overdue import end_overdue
from konter.orders.expire import expire_unpaid
from konter.orders.resolve import Decision, resolve
from konter.orders.settle import settle_many
from konter.orders.tidings import Tidings, Via
from konter.upstreams.gateway_contract import FeeOn
from tests.funding.payment_books import Payment, PaymentBooks
from tests.funding.payment_steps import SUPPLIER

DISPUTES = "SELECT id FROM orders.orders WHERE state = 'disputed' ORDER BY id"
GRACE_S = 60


@dataclass
class PaymentFollows(PaymentBooks):
    """Each act is named as its step."""

    async def apply(self, at_once: int, _: int) -> None:
        """Those who apply meet, and each payment is applied by one of them."""
        now = self.counter.clock.now()
        async with self.counter.db.read() as tx:
            orders = await due_payments(tx, Purpose.ORDER, most=100, now=now)
            deposits = await due_payments(tx, Purpose.DEPOSIT, most=100, now=now)
        results = await asyncio.gather(
            *(apply_payments(self.counter.desk, orders) for _ in range(at_once) if orders),
            *(apply_deposits(self.desk, deposits) for _ in range(at_once) if deposits),
            return_exceptions=True,
        )
        for error in results:
            if isinstance(error, BaseException):
                raise error

    async def wait(self, seconds: int, _: int) -> None:
        self.counter.clock.advance(seconds)

    async def expire(self, _: int, __: int) -> None:
        await expire_unpaid(self.counter.desk)
        await expire_deposits(self.desk, GRACE_S)
        await end_overdue(self.counter.desk)

    async def shelf(self, is_open: int, _: int) -> None:
        await (self.counter.opens() if is_open else self.counter.closes())

    async def fees(self, on_buyer: int, which: int) -> None:
        name = ("tripay:*", "ipaymu:*")[which % 2]
        fee_on = FeeOn.BUYER if on_buyer else FeeOn.SHOP
        await set_channel(self.desk, name, is_on=None, fee_on=fee_on, actor="rina")

    async def supply(self, which: int, said: int) -> None:
        """The supplier answers about what is due, or tells about what it had ended."""
        now = self.counter.clock.now()
        claimed = await self.counter.claim(3)
        told = [
            Tidings(c.attempt.id, SUPPLIER[said], Via.PURCHASE, now, c.attempt.fence)
            if c.first
            else Tidings(c.attempt.id, Unknown("timeout"), Via.ENQUIRY, now, c.attempt.fence)
            for c in claimed
        ]
        attempts = await self._rows("SELECT id FROM orders.attempts ORDER BY id")
        if not told and attempts:
            attempt_id = attempts[which % len(attempts)][0]
            told = [Tidings(attempt_id, SUPPLIER[said], Via.CALLBACK, now)]
        await settle_many(self.counter.desk, told)

    async def decide(self, how: int, which: int) -> None:
        """An operator does this wherever it can be done, or, odd as it is, everywhere."""
        for payment in await self._payments():
            rests, is_odd = payment.state in ("review", "unapplied"), which % 4 == 3
            if (rests if how < 2 else payment.refunded) or is_odd:
                with suppress(Refused):
                    await self._decide(payment, how)
        async with self.counter.db.read() as tx:
            owed = await due_refunds(tx)
        for refund in owed if how == 5 else ():
            for _ in range(2):
                await settle_refund(
                    self.desk, refund.id, bank="bca", evidence="bukti transfer", actor="rina"
                )
        for (order_id,) in await self._rows(DISPUTES) if how == 6 else ():
            decision = list(Decision)[which % 3]
            with suppress(Refused):
                await resolve(
                    self.counter.desk, order_id, decision, actor="rina", reason="bukti seller"
                )

    async def _decide(self, payment: Payment, how: int) -> None:
        facts = {"actor": "rina", "reason": "sesuai bukti"}
        if how == 0:
            await release_payment(self.desk, payment.id, user_id=payment.user_id, **facts)
        elif how == 1:
            await accept_payment(self.desk, payment.id, **facts)
        elif how in (2, 3, 4):
            taken = list(TakenFrom)[how - 2]
            await record_reversal(
                self.desk, payment.id, taken_from=taken, user_id=payment.user_id, **facts
            )
