"""Deposits as their users see them, and as this room's acts lock them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct
from psycopg.rows import TupleRow

from konter.db.pool import Tx
from konter.funding.states import DepositState
from konter.kernel.errors import NotFound, Refused

BY_ID = """
SELECT id, code, user_id, ref_id, amount, channel, state, pay_by, credited_at, created_at,
       updated_at
FROM funding.deposits WHERE id = ANY(%(ids)s)
"""

BY_CODE = """
SELECT id, code, user_id, ref_id, amount, channel, state, pay_by, credited_at, created_at,
       updated_at
FROM funding.deposits WHERE code = %(code)s
"""

# By their times: ids are handed out in blocks, so they tell no order.
PAGE = """
SELECT id, code, user_id, ref_id, amount, channel, state, pay_by, credited_at, created_at,
       updated_at
FROM funding.deposits WHERE user_id = %(user_id)s
ORDER BY created_at DESC, id DESC LIMIT %(most)s OFFSET %(skip)s
"""

COUNT = "SELECT count(*) FROM funding.deposits WHERE user_id = %(user_id)s"

# In id order, so that two batches that share some never wait for each other in a circle.
LOCK = """
SELECT id, code, user_id, ref_id, amount, channel, state, pay_by, credited_at, created_at,
       updated_at
FROM funding.deposits WHERE id = ANY(%(ids)s) ORDER BY id FOR NO KEY UPDATE
"""

# What has been given back to its user is not on its way to the deposit any more.
MONEY_ARRIVED = """
SELECT 1 FROM funding.payments
WHERE purpose = 'deposit' AND purpose_id = %(id)s AND state IN ('unapplied', 'review')
"""


class DepositNotFound(NotFound):
    code = "deposit_not_found"
    message = "Deposit tidak ditemukan"


class NotYourDeposit(Refused):
    """The deposit belongs to somebody else."""

    code = "not_yours"
    status = 403
    message = "Unauthorized"


class DepositPaid(Refused):
    """The deposit's money has come already."""

    code = "already_paid"
    status = 409
    message = "Deposit ini sudah dibayar"


class DepositCancelled(Refused):
    """Its user gave it up."""

    code = "deposit_cancelled"
    status = 409
    message = "Deposit ini sudah dibatalkan, silakan buat deposit baru"


class DepositExpired(Refused):
    """It was not paid in time."""

    code = "deposit_expired"
    status = 409
    message = "Batas waktu pembayaran deposit ini sudah lewat, silakan buat deposit baru"


class Deposit(Struct, frozen=True):
    """Money that a user wants in the wallet: whole rupiah, times UTC.

    ``channel``: ``gateway:code``, as first asked for; ``pay_by``: of its latest link.
    """

    id: int
    code: str
    user_id: int
    ref_id: str
    amount: int
    channel: str
    state: DepositState
    pay_by: datetime
    credited_at: datetime | None
    created_at: datetime
    updated_at: datetime


async def deposit_of(tx: Tx, named: int | str, user_id: int) -> Deposit:
    """A user's own deposit, by its id or code. Raises DepositNotFound, NotYourDeposit."""
    if isinstance(named, int):
        rows = await tx.rows(BY_ID, {"ids": [named]})
    else:
        rows = await tx.rows(BY_CODE, {"code": named}) if named.isprintable() else []
    if not rows:
        raise DepositNotFound
    found = deposit_from(rows[0])
    if found.user_id != user_id:
        raise NotYourDeposit
    return found


async def deposits_of(
    tx: Tx, user_id: int, *, page: int, per_page: int
) -> tuple[list[Deposit], int]:
    """A page of a user's deposits, newest first, and how many there are."""
    row = await tx.row(COUNT, {"user_id": user_id})
    facts = {"user_id": user_id, "most": per_page, "skip": (page - 1) * per_page}
    return [deposit_from(row) for row in await tx.rows(PAGE, facts)], int(row[0]) if row else 0


async def lock_deposits(tx: Tx, ids: Sequence[int]) -> dict[int, Deposit]:
    """Lock these deposits until the transaction ends."""
    rows = await tx.rows(LOCK, {"ids": sorted(set(ids))})
    return {row[0]: deposit_from(row) for row in rows}


async def refuse_ended(tx: Tx, deposit: Deposit) -> None:
    """Raises DepositPaid (its money may still wait to be credited), DepositCancelled,
    DepositExpired."""
    paid = deposit.state is DepositState.CREDITED
    if paid or await tx.row(MONEY_ARRIVED, {"id": deposit.id}):
        raise DepositPaid
    if deposit.state is DepositState.CANCELLED:
        raise DepositCancelled
    if deposit.state is DepositState.EXPIRED:
        raise DepositExpired


def deposit_from(row: TupleRow) -> Deposit:
    """From the columns that BY_ID names, in its order."""
    columns = list(row)
    columns[STATE_COLUMN] = DepositState(columns[STATE_COLUMN])
    return Deposit(*columns)


STATE_COLUMN = Deposit.__struct_fields__.index("state")
