"""A user orders a deposit: its row and its first link's intent, in one commit."""

from __future__ import annotations

import re
import secrets
from datetime import datetime, timedelta

import structlog

from konter.db.pool import Tx
from konter.funding.channels import Way, choose
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
MOST_CHANNEL = 100

BETWEEN_DIGITS = re.compile(r"[\s().-]")
PHONE = re.compile(r"[0-9]{8,15}")


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
    _check(desk, amount, channel, ref_id)
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


def buyer_of(*, name: str, email: str, phone: str | None = None) -> Buyer:
    """Who pays, as the gateway is told: an account's name and e-mail address, and the phone number
    that some channels demand, as its digits. Raises Invalid, naming customer_phone."""
    digits = None if phone is None else BETWEEN_DIGITS.sub("", phone).removeprefix("+")
    if digits is not None and not PHONE.fullmatch(digits):
        raise Invalid({"customer_phone": ["Nomor telepon tidak valid"]})
    return Buyer(name, email, digits)


def deposit_code(moment: datetime) -> str:
    """``DEP-YYYYMMDD-`` (WIB) and eight random letters and digits."""
    tail = "".join(secrets.choice(ALPHABET) for _ in range(8))
    return f"DEP-{business_date(moment):%Y%m%d}-{tail}"


def want_of(deposit: Deposit, way: Way, buyer: Buyer) -> Want:
    """A link for this deposit by this way."""
    return Want(
        purpose=Purpose.DEPOSIT,
        purpose_id=deposit.id,
        way=way,
        price=Rupiah(deposit.amount),
        title=f"Deposit saldo {deposit.code}",
        shown_as=deposit.code,
        buyer=buyer,
    )


async def _place(desk: FundingDesk, tx: Tx, wanted: Deposit, buyer: Buyer) -> tuple[Deposit, bool]:
    """The row before the channel: whether that is open now is nothing to a repeat."""
    facts = {name: getattr(wanted, name) for name in Deposit.__struct_fields__}
    (facts["id"],) = await desk.ids.take(tx, 1)
    if not await tx.run(INSERT, facts):
        return await _standing(tx, wanted), True
    deposit = await _standing(tx, wanted)
    way = await choose(desk, tx, deposit.channel, Rupiah(deposit.amount))
    await write_invoices(desk, tx, [want_of(deposit, way, buyer)], at=deposit.created_at)
    return deposit, False


async def _standing(tx: Tx, wanted: Deposit) -> Deposit:
    """What stands under this reference. Raises DepositRefReused, CommitUnknown if nothing does."""
    row = await tx.row(BY_REFERENCE, {"user_id": wanted.user_id, "ref_id": wanted.ref_id})
    if row is None:
        raise CommitUnknown
    found = deposit_from(row)
    if (found.amount, found.channel) != (wanted.amount, wanted.channel):
        raise DepositRefReused(ref_id=wanted.ref_id)
    return found


async def _reread(desk: FundingDesk, wanted: Deposit) -> Deposit:
    log.warning("deposit.commit_unknown", user=wanted.user_id)
    async with desk.db.read() as tx:
        return await _standing(tx, wanted)


def _check(desk: FundingDesk, amount: Rupiah, channel: str, ref_id: str | None) -> None:
    errors: dict[str, list[str]] = {}
    if amount < max(desk.deposit_least, Rupiah(1)):
        errors["amount"] = [f"Nominal paling kecil {max(desk.deposit_least, Rupiah(1)).shown()}"]
    elif desk.deposit_most is not None and amount > desk.deposit_most:
        errors["amount"] = [f"Nominal paling besar {desk.deposit_most.shown()}"]
    if not channel.isprintable() or len(channel) > MOST_CHANNEL:
        errors["payment_method"] = ["Metode pembayaran tidak dikenal"]
    if ref_id is not None and not ref_id.strip():
        errors["ref_id"] = ["ref_id tidak boleh kosong"]
    elif ref_id is not None and len(ref_id) > MOST_REF_ID:
        errors["ref_id"] = [f"Paling banyak {MOST_REF_ID} karakter"]
    elif ref_id is not None and not ref_id.isprintable():
        errors["ref_id"] = ["Berisi karakter yang tidak diizinkan"]
    if errors:
        raise Invalid(errors)
