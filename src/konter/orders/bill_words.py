"""What members are told of a bill: a state, a code of our own table, and words for a person.

A payment is told as decided only once it is; a refusal for want of our own deposit is a fault of
the system's, and never of the member's balance.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from konter.db.pool import Tx
from konter.kernel.errors import Invalid, Refused
from konter.orders.bill_claims import BillBeingPaid, BillPaid
from konter.orders.bill_store import BillState
from konter.orders.bills import FOUND, BillView
from konter.orders.desk import OrdersDesk
from konter.orders.judge import ProductClosed
from konter.orders.judge_payment import BillSoldToday, BillTooDear
from konter.orders.place import NotEnoughBalance
from konter.orders.read import OrderView, attempts_of
from konter.orders.words import buyers_words
from konter.upstreams.biller_contract import BillProblem

CHECKED: Final = "Tagihan sudah diperiksa, belum dibayar"
EXPIRED: Final = "Hasil cek tagihan sudah kedaluwarsa, belum dibayar"
PAID: Final = "Pembayaran tagihan berhasil"
UNDECIDED: Final = "Pembayaran tagihan sedang diproses"
UNPAID: Final = "Pembayaran tagihan gagal"
REFUNDED: Final = "Pembayaran tagihan dikembalikan"


class Rc(StrEnum):
    """The table of the postpaid document, and 09, which is ours."""

    DONE = "00"
    INVALID = "01"
    SIGNATURE = "02"
    NOT_FOUND = "03"
    BALANCE = "04"
    PAID = "05"
    NUMBER = "06"
    TIMEOUT = "07"
    SYSTEM = "08"
    UNDECIDED = "09"


class Status(StrEnum):
    PENDING = "pending"
    SUCCESS = "success"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Said:
    """``message``: Bahasa Indonesia, and nothing in it that is between us and the upstream."""

    status: Status
    rc: Rc
    message: str


OF_PROBLEM: Final[Mapping[BillProblem, Rc]] = {
    BillProblem.NOT_FOUND: Rc.NOT_FOUND,
    BillProblem.ALREADY_PAID: Rc.PAID,
    BillProblem.NUMBER: Rc.NUMBER,
}

OF_REFUSAL: Final[Mapping[type[Refused], Rc]] = {
    NotEnoughBalance: Rc.BALANCE,
    BillPaid: Rc.PAID,
    BillBeingPaid: Rc.PAID,
    # Not 05: what was paid by that product today is another bill.
    BillSoldToday: Rc.INVALID,
    BillTooDear: Rc.SYSTEM,
    ProductClosed: Rc.SYSTEM,
}
"""Any other refusal is the caller's to mend: 01."""


def said_of_check(bill: BillView) -> Said | None:
    """None: it could not be checked, for a cause of ours or the upstream's."""
    match bill.state:
        case BillState.FOUND:
            return Said(Status.SUCCESS, Rc.DONE, FOUND)
        case BillState.CHECKING:
            return Said(Status.PENDING, Rc.UNDECIDED, bill.message)
        case BillState.UNCLEAR:
            return Said(Status.FAILED, Rc.TIMEOUT, bill.message)
        case BillState.REFUSED:
            rc = OF_PROBLEM.get(bill.problem) if bill.problem else None
            return None if rc is None else Said(Status.FAILED, rc, buyers_words(bill.message))


def said_of_unpaid(bill: BillView, *, now: datetime) -> Said | None:
    """As ``said_of_check``, to whoever asks what became of it: what is found and not paid is no
    success, lest a payment that was lost on its way be taken for one."""
    if not bill.is_found:
        return said_of_check(bill)
    if bill.expires_at is None or bill.expires_at <= now:
        return Said(Status.FAILED, Rc.INVALID, EXPIRED)
    return Said(Status.PENDING, Rc.UNDECIDED, CHECKED)


async def said_of_payment(desk: OrdersDesk, tx: Tx, order: OrderView) -> Said:
    """Where the payment stands."""
    if not order.is_final:
        return said_of_taken()
    match order.public_state:
        case "success":
            return Said(Status.SUCCESS, Rc.DONE, PAID)
        case "refund":
            return Said(Status.FAILED, Rc.SYSTEM, REFUNDED)
        case _:
            rc = await _cause(desk, tx, order)
            return Said(Status.FAILED, rc, order.reason or UNPAID)


def said_of_taken() -> Said:
    """Of a payment that was written down and is not decided yet."""
    return Said(Status.PENDING, Rc.UNDECIDED, UNDECIDED)


def said_of_refusal(refusal: Refused) -> Said:
    """Nothing was checked or paid. Raises it again if the request itself could not be read."""
    if isinstance(refusal, Invalid):
        if set(refusal.errors) != {"customer_no"}:
            raise refusal
        return Said(Status.FAILED, Rc.NUMBER, refusal.text)
    return Said(Status.FAILED, OF_REFUSAL.get(type(refusal), Rc.INVALID), refusal.text)


async def _cause(desk: OrdersDesk, tx: Tx, order: OrderView) -> Rc:
    """Whose matter the upstream's refusal was; ours, unless it says that it is the customer's."""
    attempts = await attempts_of(tx, order.id)
    biller = desk.billers.get(attempts[-1].account) if attempts else None
    if biller is None or attempts[-1].state != "rejected":
        return Rc.SYSTEM
    problem = biller.payment_problem(attempts[-1].code or "")
    return OF_PROBLEM.get(problem, Rc.SYSTEM) if problem else Rc.SYSTEM
