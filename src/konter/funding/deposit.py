"""A user orders a deposit: its row and its first link's intent, in one commit."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

import structlog

from konter.db.pool import Tx
from konter.funding.channels import choose
from konter.funding.deposits import Deposit, deposit_from
from konter.funding.desk import FundingDesk
from konter.funding.invoice import Want, write_invoices
from konter.funding.states import DepositState, Purpose
from konter.kernel.clock import business_date
from konter.kernel.errors import CommitUnknown, Invalid, Refused
from konter.kernel.ids import ALPHABET
from konter.kernel.money import Rupiah
from konter.upstreams.gateway_contract import Buyer

log = structlog.get_logger("konter.funding")

INSERT = """
INSERT INTO funding.deposits (id, code, user_id, ref_id, amount, channel, state, pay_by,
    created_at, updated_at)
VALUES (%(id)s, %(code)s, %(user_id)s, %(ref_id)s, %(amount)s, %(channel)s, %(state)s, %(pay_by)s,
    %(created_at)s, %(updated_at)s)
ON CONFLICT (user_id, ref_id) DO NOTHING
"""

# A statement of its own: the inserting one cannot see the row that it waited for.
BY_REFERENCE = """
SELECT id, code, user_id, ref_id, amount, channel, state, pay_by, credited_at, created_at,
       updated_at
FROM funding.deposits WHERE user_id = %(user_id)s AND ref_id = %(ref_id)s
"""

MOST_REF_ID = 64


class DepositRefReused(Refused):
    """The client's reference belongs to another deposit already."""

    code = "ref_id_reused"
    status = 409
    message = "ref_id ini sudah dipakai untuk deposit lain, gunakan ref_id baru"


async def place_deposit(
    desk: FundingDesk,
    *,
    user_id: int,
    amount: Rupiah,
    channel: str,
    ref_id: str | None,
    buyer: Buyer,
) -> tuple[Deposit, bool]:
    """Order a deposit by ``channel`` (``tripay:QRIS2``); answers it, and whether it stood already:
    the same ``ref_id`` with the same facts is the same deposit.

    Raises Invalid (by field), ChannelClosed, AmountOutside, DepositRefReused.
    """
    _check(desk, amount, ref_id)
    now = desk.clock.now()
    wanted = Deposit(
        id=0,
        code=deposit_code(now),
        user_id=user_id,
        ref_id=ref_id or f"konter-{secrets.token_hex(12)}",
        amount=amount.amount,
        channel=channel,
        state=DepositState.AWAITING_PAYMENT,
        pay_by=now + timedelta(seconds=desk.times.lasts),
        credited_at=None,
        created_at=now,
        updated_at=now,
    )
    try:
        async with desk.db.transaction() as tx:
            deposit, replayed = await _place(desk, tx, wanted, buyer)
    except CommitUnknown:
        return await _reread(desk, wanted), False
    if not replayed:
        desk.hints.payments_due()
        log.info("deposit.placed", deposit=deposit.code, user=user_id, channel=channel)
    return deposit, replayed


def buyer_of(*, name: str, email: str | None, phone: str | None = None) -> Buyer:
    """Who pays, as the gateway is told: an account's name and e-mail address."""
    return Buyer(name, email, phone)


def deposit_code(moment: datetime) -> str:
    """``DEP-YYYYMMDD-`` (WIB) and eight random letters and digits."""
    tail = "".join(secrets.choice(ALPHABET) for _ in range(8))
    return f"DEP-{business_date(moment):%Y%m%d}-{tail}"


def deposit_want(way: Want) -> Want:
    return way


async def _place(
    desk: FundingDesk, tx: Tx, wanted: Deposit, buyer: Buyer
) -> tuple[Deposit, bool]:
    """The channel is chosen after the row is written: a repeat does not care whether it is open."""
    (wanted_id,) = await desk.ids.take(tx, 1)
    facts = {name: getattr(wanted, name) for name in Deposit.__struct_fields__} | {"id": wanted_id}
    if not await tx.run(INSERT, facts):
        return await _standing(tx, wanted), True
    way = await choose(desk, tx, wanted.channel, Rupiah(wanted.amount))
    want = Want(
        purpose=Purpose.DEPOSIT,
        purpose_id=wanted_id,
        way=way,
        price=Rupiah(wanted.amount),
        title=f"Deposit saldo {wanted.code}",
        shown_as=wanted.code,
        buyer=buyer,
    )
    await write_invoices(desk, tx, [want], at=wanted.created_at)
    return await _standing(tx, wanted), False
