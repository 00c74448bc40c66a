"""A new link for a deposit that nobody has paid yet, each under a reference of its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import structlog

from konter.db.pool import Tx
from konter.funding.channels import choose
from konter.funding.deposit import want_of
from konter.funding.deposits import Deposit, deposit_of, lock_deposits, refuse_ended
from konter.funding.desk import FundingDesk
from konter.funding.invoice import refuse_too_many, write_invoices
from konter.funding.states import Purpose
from konter.funding.store import latest_invoices
from konter.kernel.money import Rupiah
from konter.upstreams.gateway_contract import Buyer

log = structlog.get_logger("konter.funding")

RENEWED = """
UPDATE funding.deposits SET pay_by = %(pay_by)s, updated_at = %(at)s WHERE id = %(id)s
"""

PHONE_TOLD = """
SELECT buyer_phone FROM funding.invoices
WHERE purpose = 'deposit' AND purpose_id = %(id)s AND buyer_phone IS NOT NULL
ORDER BY number DESC LIMIT 1
"""


async def renew_deposit(
    desk: FundingDesk, named: int | str, *, user_id: int, channel: str | None, buyer: Buyer
) -> Deposit:
    """Let a new link be made, by another ``channel`` if one is named; the old one stays payable.
    A ``buyer`` without a phone number has the one that was told before.

    While the latest can still be paid by this channel for a while nothing new is made, so a double
    click makes one link.

    Raises DepositNotFound, NotYourDeposit, DepositPaid, DepositCancelled, DepositExpired,
    TooManyLinks, Invalid, ChannelClosed, AmountOutside.
    """
    now = desk.clock.now()
    async with desk.db.transaction() as tx:
        deposit_id = (await deposit_of(tx, named, user_id)).id
        deposit = (await lock_deposits(tx, [deposit_id]))[deposit_id]
        await refuse_ended(tx, deposit)
        latest = (await latest_invoices(tx, Purpose.DEPOSIT, [deposit_id])).get(deposit_id)
        if channel is None:
            channel = latest.full_channel if latest else deposit.channel
        if latest and latest.full_channel == channel and latest.serves(now):
            return deposit
        await refuse_too_many(desk, tx, Purpose.DEPOSIT, deposit_id)
        way = await choose(desk, tx, channel, Rupiah(deposit.amount))
        known = await _with_phone(tx, deposit, buyer)
        pay_by = await write_invoices(desk, tx, [want_of(deposit, way, known)], at=now)
        renewed = await _renewed(tx, deposit, pay_by=pay_by, at=now)
    desk.hints.payments_due()
    log.info("deposit.renewed", deposit=deposit.code, channel=channel)
    return renewed


async def _renewed(tx: Tx, deposit: Deposit, *, pay_by: datetime, at: datetime) -> Deposit:
    await tx.run(RENEWED, {"id": deposit.id, "pay_by": pay_by, "at": at})
    return (await lock_deposits(tx, [deposit.id]))[deposit.id]


async def _with_phone(tx: Tx, deposit: Deposit, buyer: Buyer) -> Buyer:
    """Some channels demand a number, and nobody should have to tell it twice."""
    if buyer.phone is not None:
        return buyer
    told = await tx.row(PHONE_TOLD, {"id": deposit.id})
    return buyer if told is None else replace(buyer, phone=told[0])
