"""Bills as their members see them: what was checked, what is owed, what became of its payment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec

from konter.db.pool import Tx
from konter.orders.bill_store import BillRow, BillState, find_bill
from konter.orders.read import OrderView, orders_by_id
from konter.upstreams.biller_contract import BillProblem

FOUND: Final = "Tagihan ditemukan"
CHECKING: Final = "Tagihan sedang diperiksa"
UNANSWERED: Final = "Penyedia tidak menjawab, silakan coba lagi"
NOT_NOW: Final = "Tagihan tidak dapat diperiksa saat ini"

THEIRS: Final = frozenset({BillProblem.NOT_FOUND, BillProblem.ALREADY_PAID, BillProblem.NUMBER})
"""Verdicts on the number, in words that a customer may read."""


@dataclass(frozen=True, slots=True)
class BillView:
    """A bill without its cost. Money in whole rupiah, None unless it was found; times UTC.

    ``total`` = ``amount`` + ``admin_fee``: what the wallet pays; a payment names ``amount``.
    ``problem``: why there is nothing to pay, of a refused one. ``rc``: theirs. ``periods``:
    ``YYYY-MM`` each. ``details``: the upstream's own words on the product, whole. ``expires_at``:
    until when it can be paid. ``order``: of a paid one, where it was looked up.
    """

    id: int
    user_id: int
    ref_id: str
    product_code: str
    product_name: str
    brand: str
    biller: str
    kind: str
    customer_no: str
    state: BillState
    problem: BillProblem | None
    rc: str
    message: str
    amount: int | None
    admin_fee: int | None
    total: int | None
    customer_name: str | None
    periods: tuple[str, ...]
    due_date: str | None
    details: Mapping[str, object]
    checked_at: datetime | None
    expires_at: datetime | None
    order_id: int | None
    order: OrderView | None = None

    @property
    def is_found(self) -> bool:
        return self.state is BillState.FOUND


async def bill_by_ref(tx: Tx, user_id: int, ref_id: str) -> BillView | None:
    """What stands under a member's own reference, with its order if it was paid; None: no bill was
    ever checked under it. Asks nobody and changes nothing."""
    row = await find_bill(tx, user_id, ref_id)
    if row is None:
        return None
    orders = await orders_by_id(tx, [row.order_id]) if row.order_id is not None else {}
    return view_of(row, orders.get(row.order_id or 0))


def view_of(row: BillRow, order: OrderView | None = None) -> BillView:
    found = row.state is BillState.FOUND
    problem = BillProblem(row.problem) if row.problem else None
    return BillView(
        id=row.id,
        user_id=row.user_id,
        ref_id=row.ref_id,
        product_code=row.product_code,
        product_name=row.product_name,
        brand=row.brand,
        biller=row.biller,
        kind=row.kind,
        customer_no=row.customer_no,
        state=row.state,
        problem=problem,
        rc=row.rc or "",
        message=_message(row, problem),
        amount=row.amount if found else None,
        admin_fee=row.admin_fee if found else None,
        total=row.total if found else None,
        customer_name=row.customer_name if found else None,
        periods=tuple(row.periods) if found else (),
        due_date=row.due_date if found else None,
        details=msgspec.json.decode(row.details, type=dict[str, object]) if found else {},
        checked_at=row.checked_at,
        expires_at=row.expires_at,
        order_id=row.order_id,
        order=order,
    )


def _message(row: BillRow, problem: BillProblem | None) -> str:
    """For a customer: what is between us and the upstream is not told."""
    match row.state:
        case BillState.FOUND:
            return row.message or FOUND
        case BillState.CHECKING:
            return CHECKING
        case BillState.UNCLEAR:
            return UNANSWERED
        case _:
            return row.message or NOT_NOW if problem in THEIRS else NOT_NOW
