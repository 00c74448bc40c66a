"""What a try to check a bill brought, written down: another try, or the end of its round."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

import msgspec
import structlog

from konter.db.pool import Tx
from konter.hooks import tasks
from konter.kernel.clock import WIB, business_date
from konter.kernel.ids import attempt_reference
from konter.kernel.wire_types import Exchange
from konter.orders import bill_store as store
from konter.orders.begin_check import Round, lease_of, write_try
from konter.orders.bill_store import BillRow, BillState
from konter.orders.bills import BillView, view_of
from konter.orders.desk import OrdersDesk
from konter.suppliers import exchanges
from konter.upstreams.biller_contract import (
    BillFound,
    BillProblem,
    Checked,
    CheckUnclear,
    CheckUnderway,
    NoBill,
)

log = structlog.get_logger("konter.orders")

MOST_TEXT: Final = 500


@dataclass(frozen=True, slots=True)
class Told:
    """What one try brought. ``exchange``: its last; ``began``: when its first was, if there were
    several."""

    checked: Checked
    exchange: Exchange
    began: datetime | None = None

    @property
    def asked_at(self) -> datetime:
        return self.began or self.exchange.started_at

    @property
    def took_s(self) -> float:
        """From the first byte of the check to the last of its answer."""
        return max(0.0, (self.exchange.ended_at - self.asked_at).total_seconds())

    @property
    def outcome(self) -> BillState:
        match self.checked:
            case BillFound():
                return BillState.FOUND
            case NoBill():
                return BillState.REFUSED
            case CheckUnderway() | CheckUnclear():
                return BillState.UNCLEAR


def judged(checked: Checked) -> Checked:
    """A bill of nothing, or that would cost nothing, is none that could be paid."""
    if not isinstance(checked, BillFound):
        return checked
    owed = checked.selling_price - checked.admin
    if owed.amount > 0 and checked.admin.amount >= 0 and checked.cost.amount > 0:
        return checked
    return CheckUnclear("a bill without an amount")


async def look_on(desk: OrdersDesk, begun: Round, told: Told, *, wait_s: float) -> bool:
    """Write down that it is under way, before it is asked about in ``wait_s`` seconds. False: the
    round is somebody else's by now."""
    now = desk.clock.now()
    async with desk.db.transaction() as tx:
        bill = await _still_ours(tx, begun)
        if bill is None:
            return False
        await exchanges.keep(tx, [told.exchange])
        bill.lease_until = lease_of(desk, bill.account, now) + timedelta(seconds=wait_s)
        await store.write_bill(tx, bill)
        begun.bill = bill
    return True


async def try_again(desk: OrdersDesk, begun: Round, told: Told) -> bool:
    """Write down how this try ended, and the next one before it is made. False: the round is
    somebody else's by now."""
    now = desk.clock.now()
    async with desk.db.transaction() as tx:
        bill = await _still_ours(tx, begun)
        if bill is None:
            return False
        await _complete(tx, begun, told)
        begun.number += 1
        begun.reference = attempt_reference(bill.code, begun.number)
        bill.tries += 1
        bill.lease_until = lease_of(desk, bill.account, now)
        await store.write_bill(tx, bill)
        begun.bill = bill
        await write_try(tx, begun, at=now)
    return True


async def end_check(desk: OrdersDesk, begun: Round, told: Told) -> BillView:
    """Store what was heard; answers the bill as it stands, which may be somebody else's newer
    round. Done again after a commit of unknown end it changes nothing."""
    now = desk.clock.now()
    opened: list[tuple[str, str, str]] = []
    async with desk.db.transaction() as tx:
        bill = await _still_ours(tx, begun)
        if bill is not None:
            await _complete(tx, begun, told)
            bill.state, bill.lease_until, bill.checked_at = told.outcome, None, now
            bill.upstream_ms = round((begun.upstream_s + told.took_s) * 1000)
            bill.expires_at = end_of_day(desk, told.asked_at)
            _tell(bill, begun, told.checked)
            await store.write_bill(tx, bill)
            if told.outcome is BillState.FOUND:
                # Whatever was between us and the upstream is over.
                faults = [f"supplier:{bill.account}"]
                await tasks.close_many(tx, faults, at=now, by="checked", kind="bill_check")
            opened = await tasks.open_many(tx, _tasks(bill, told.checked, now))
        stands = await store.find_bill(tx, begun.bill.user_id, begun.bill.ref_id)
    for kind, subject, detail in opened:
        log.warning("alert." + kind, subject=subject, detail=detail)
    return view_of(stands or begun.bill)


def end_of_day(desk: OrdersDesk, asked_at: datetime) -> datetime:
    """Until when what was found can be paid: the upstream wants both on one calendar day (WIB)."""
    midnight = datetime.combine(business_date(asked_at) + timedelta(days=1), time(), WIB)
    return midnight - timedelta(seconds=desk.bills.before_midnight)


async def _still_ours(tx: Tx, begun: Round) -> BillRow | None:
    bill = await store.lock_bill(tx, begun.bill.user_id, begun.bill.ref_id)
    ours = bill is not None and bill.code == begun.bill.code and bill.state is BillState.CHECKING
    return bill if ours else None


async def _complete(tx: Tx, begun: Round, told: Told) -> None:
    took_ms = round(told.took_s * 1000)
    await store.complete_check(tx, begun.reference, took_ms=took_ms, outcome=told.outcome.value)
    await exchanges.keep(tx, [told.exchange])


def _tell(bill: BillRow, begun: Round, checked: Checked) -> None:
    match checked:
        case BillFound():
            bill.reference = begun.reference
            bill.amount = (checked.selling_price - checked.admin).amount
            bill.admin_fee = checked.admin.amount + begun.fee
            bill.total = bill.amount + bill.admin_fee
            bill.cost = checked.cost.amount
            bill.customer_name = checked.customer_name
            bill.periods = list(dict.fromkeys(checked.periods))
            bill.due_date = checked.due_date
            bill.details = msgspec.json.encode(checked.details).decode()
            bill.message = checked.message[:MOST_TEXT]
        case NoBill():
            bill.problem, bill.rc = checked.why.value, checked.code
            bill.message = checked.reason[:MOST_TEXT]
        case CheckUnderway() | CheckUnclear():
            bill.message = checked.detail[:MOST_TEXT]


def _tasks(bill: BillRow, checked: Checked, at: datetime) -> list[tasks.Task]:
    """A fault between us and the upstream is for a person; no gate closes, nothing was bought."""
    if not isinstance(checked, NoBill) or checked.why is not BillProblem.SUPPLIER:
        return []
    detail = f"{bill.account} refused to check a bill with rc {checked.code}: {checked.reason}"
    return [tasks.Task("bill_check", f"supplier:{bill.account}", detail, at)]
