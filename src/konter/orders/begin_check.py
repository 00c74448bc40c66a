"""The first commit of a check: what stands is answered, or a round of tries is begun."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from konter.catalogue.bill_products import BillProduct
from konter.db.pool import Tx
from konter.kernel.clock import business_date
from konter.kernel.errors import Refused
from konter.kernel.ids import attempt_reference, transaction_code
from konter.orders import bill_store as store
from konter.orders.bill_asks import BillAsk, fit
from konter.orders.bill_limits import count_check
from konter.orders.bill_shelf import bill_for, can_be_asked
from konter.orders.bill_store import BillRow, BillState
from konter.orders.bills import THEIRS, BillView, view_of
from konter.orders.desk import OrdersDesk
from konter.orders.requests import RefReused


@dataclass(slots=True)
class Round:
    """One round of tries, of which the ``number``-th is about to be made under ``reference``.
    ``fee``: ours on this bill, whole rupiah. ``upstream_s``: seconds that the tries so far took."""

    bill: BillRow
    fee: int
    reference: str
    number: int = 1
    upstream_s: float = 0.0


async def begin_check(desk: OrdersDesk, ask: BillAsk) -> BillView | Round | None:
    """What stands under this reference, or a round to be made; None: somebody is checking it.

    The round's first try is written down. Raises RefReused, TooManyChecks, ChecksStopped, Invalid,
    ProductUnknown, ProductNotAdmitted, ProductClosed; what is refused so leaves nothing behind.
    """
    user_id, now = ask.member.user_id, desk.clock.now()
    async with desk.db.transaction() as tx:
        known = await store.lock_bill(tx, user_id, ask.ref_id)
        if known is not None:
            if known.fingerprint != ask.fingerprint:
                raise RefReused(ref_id=ask.ref_id)
            if stands(known, now):
                return view_of(known)
            if known.being_checked(now):
                return None
        if await store.ref_is_taken(tx, user_id, ask.ref_id):
            raise RefReused(ref_id=ask.ref_id)
        product = await bill_for(desk, tx, ask.member.limits, ask.product_code, at=now)
        if isinstance(product, Refused):
            raise product
        await can_be_asked(tx, product)
        (bill_id,) = [known.id] if known else await desk.ids.take(tx, 1)
        bill = _begun(desk, ask, product, known=known, bill_id=bill_id, at=now)
        if known is not None:
            await store.write_bill(tx, bill)
        elif not await store.insert_bill(tx, bill):
            return None
        await count_check(tx, bill, desk.bills, at=now)
        started = Round(bill, product.fee.amount, attempt_reference(bill.code, 1))
        await write_try(tx, started, at=now)
    return started


def stands(bill: BillRow, now: datetime) -> bool:
    """Whether its answer is given again: a paid bill's always, one that was found or that there is
    none until its day is over. A fault of the upstream or of ours is no answer."""
    if bill.order_id is not None:
        return True
    told = bill.state is BillState.FOUND or bill.problem in THEIRS
    over = bill.expires_at is None or bill.expires_at <= now
    return told and bill.state is not BillState.CHECKING and not over


def lease_of(desk: OrdersDesk, account: str, at: datetime) -> datetime:
    """Until when one try is waited for."""
    longest = desk.billers[account].traits.call_timeouts_s["check"]
    rules = desk.bills
    return at + timedelta(seconds=longest + rules.between_tries + rules.lease_more)


async def write_try(tx: Tx, begun: Round, *, at: datetime) -> None:
    """Before the first byte of it leaves."""
    bill = begun.bill
    await store.insert_check(
        tx, bill_id=bill.id, number=bill.tries, reference=begun.reference, asked_at=at
    )


def _begun(
    desk: OrdersDesk,
    ask: BillAsk,
    product: BillProduct,
    *,
    known: BillRow | None,
    bill_id: int,
    at: datetime,
) -> BillRow:
    """The bill as a round begins: nothing is known of it, not even what an older round found."""
    fitting = fit(ask, product)
    return BillRow(
        id=bill_id,
        user_id=ask.member.user_id,
        ref_id=ask.ref_id,
        fingerprint=ask.fingerprint,
        product_id=product.id,
        product_code=product.code,
        product_name=product.name,
        brand=product.brand,
        biller=product.biller,
        kind=product.kind.value,
        account=product.account,
        sku=product.sku,
        customer_no=ask.customer_no,
        chosen_amount=fitting.amount,
        tax_year=fitting.year,
        created_at=known.created_at if known else at,
        state=BillState.CHECKING,
        code=transaction_code(at),
        tries=(known.tries if known else 0) + 1,
        business_date=business_date(at),
        lease_until=lease_of(desk, product.account, at),
    )
