"""Rows of bills and of their checks, and the statements that several acts share."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from enum import StrEnum

from konter.db.pool import Tx

FIND_BILL = """
SELECT id, user_id, ref_id, fingerprint, product_id, product_code, product_name, brand, biller,
       kind, account, sku, customer_no, chosen_amount, tax_year, created_at, state, code, tries,
       business_date, reference, lease_until, amount, admin_fee, total, cost, customer_name,
       periods, due_date, details::text AS details, problem, rc, message, upstream_ms, checked_at,
       expires_at, order_id, pay_fingerprint, paid_amount
FROM orders.bills WHERE user_id = %(user_id)s AND ref_id = %(ref_id)s
"""

LOCK_BILL = """
SELECT id FROM orders.bills WHERE user_id = %(user_id)s AND ref_id = %(ref_id)s FOR NO KEY UPDATE
"""

INSERT_BILL = """
INSERT INTO orders.bills (id, user_id, ref_id, fingerprint, product_id, product_code, product_name,
    brand, biller, kind, account, sku, customer_no, chosen_amount, tax_year, created_at, state,
    code, tries, business_date, lease_until)
VALUES (%(id)s, %(user_id)s, %(ref_id)s, %(fingerprint)s, %(product_id)s, %(product_code)s,
    %(product_name)s, %(brand)s, %(biller)s, %(kind)s, %(account)s, %(sku)s, %(customer_no)s,
    %(chosen_amount)s, %(tax_year)s, %(created_at)s, %(state)s, %(code)s, %(tries)s,
    %(business_date)s, %(lease_until)s)
ON CONFLICT (user_id, ref_id) DO NOTHING
"""

UPDATE_BILL = """
UPDATE orders.bills SET
    product_id = %(product_id)s, product_code = %(product_code)s, product_name = %(product_name)s,
    brand = %(brand)s, biller = %(biller)s, kind = %(kind)s, account = %(account)s, sku = %(sku)s,
    state = %(state)s, code = %(code)s, tries = %(tries)s, business_date = %(business_date)s,
    reference = %(reference)s, lease_until = %(lease_until)s, amount = %(amount)s,
    admin_fee = %(admin_fee)s, total = %(total)s, cost = %(cost)s,
    customer_name = %(customer_name)s, periods = %(periods)s, due_date = %(due_date)s,
    details = %(details)s::jsonb, problem = %(problem)s, rc = %(rc)s, message = %(message)s,
    upstream_ms = %(upstream_ms)s, checked_at = %(checked_at)s, expires_at = %(expires_at)s,
    order_id = %(order_id)s, pay_fingerprint = %(pay_fingerprint)s, paid_amount = %(paid_amount)s
WHERE id = %(id)s
"""

INSERT_CHECK = """
INSERT INTO orders.bill_checks (bill_id, number, reference, asked_at)
VALUES (%(bill_id)s, %(number)s, %(reference)s, %(asked_at)s)
"""

COMPLETE_CHECK = """
UPDATE orders.bill_checks SET took_ms = %(took_ms)s, outcome = %(outcome)s
WHERE reference = %(reference)s
"""

# Beside the bills' own: what a member's reference was used for already.
REF_IS_TAKEN = """
SELECT 1 FROM orders.requests WHERE user_id = %(user_id)s AND ref_id = %(ref_id)s
"""


class BillState(StrEnum):
    """``unclear``: no answer that says anything; a refusal by the upstream is ``refused``."""

    CHECKING = "checking"
    FOUND = "found"
    REFUSED = "refused"
    UNCLEAR = "unclear"


@dataclass(slots=True)
class BillRow:
    """A bill; its changing part is what follows ``created_at``.

    ``code``: of this round of tries, which fences it. ``tries``: all that ever were.
    ``reference``: of the try that found it. ``lease_until``: while somebody checks.
    """

    id: int
    user_id: int
    ref_id: str
    fingerprint: bytes
    product_id: int
    product_code: str
    product_name: str
    brand: str
    biller: str
    kind: str
    account: str
    sku: str
    customer_no: str
    chosen_amount: int | None
    tax_year: int | None
    created_at: datetime
    state: BillState
    code: str
    tries: int
    business_date: date
    reference: str | None = None
    lease_until: datetime | None = None
    amount: int | None = None
    admin_fee: int | None = None
    total: int | None = None
    cost: int | None = None
    customer_name: str | None = None
    periods: list[str] = field(default_factory=list)
    due_date: str | None = None
    details: str = "{}"
    problem: str | None = None
    rc: str | None = None
    message: str | None = None
    upstream_ms: int | None = None
    checked_at: datetime | None = None
    expires_at: datetime | None = None
    order_id: int | None = None
    pay_fingerprint: bytes | None = None
    paid_amount: int | None = None

    def being_checked(self, now: datetime) -> bool:
        """Whether somebody asks the upstream about it just now."""
        return self.lease_until is not None and self.lease_until > now


async def find_bill(tx: Tx, user_id: int, ref_id: str) -> BillRow | None:
    return _one(await tx.records(BillRow, FIND_BILL, {"user_id": user_id, "ref_id": ref_id}))


async def lock_bill(tx: Tx, user_id: int, ref_id: str) -> BillRow | None:
    """Until this transaction ends nobody else checks it, pays it or stores what was heard."""
    if await tx.row(LOCK_BILL, {"user_id": user_id, "ref_id": ref_id}) is None:
        return None
    return await find_bill(tx, user_id, ref_id)


async def insert_bill(tx: Tx, bill: BillRow) -> bool:
    """False: somebody else was first under this reference."""
    return await tx.run(INSERT_BILL, asdict(bill)) == 1


async def write_bill(tx: Tx, bill: BillRow) -> None:
    await tx.run(UPDATE_BILL, asdict(bill))


async def insert_check(
    tx: Tx, *, bill_id: int, number: int, reference: str, asked_at: datetime
) -> None:
    """Before the first byte of this try leaves."""
    facts = {"bill_id": bill_id, "number": number, "reference": reference, "asked_at": asked_at}
    await tx.run(INSERT_CHECK, facts)


async def complete_check(tx: Tx, reference: str, *, took_ms: int, outcome: str) -> None:
    facts = {"reference": reference, "took_ms": took_ms, "outcome": outcome}
    await tx.run(COMPLETE_CHECK, facts)


async def ref_is_taken(tx: Tx, user_id: int, ref_id: str) -> bool:
    """Whether an order, or a refusal that stands, belongs to this reference already."""
    return await tx.row(REF_IS_TAKEN, {"user_id": user_id, "ref_id": ref_id}) is not None


def _one(rows: list[BillRow]) -> BillRow | None:
    if not rows:
        return None
    (bill,) = rows
    bill.state = BillState(bill.state)
    return bill
