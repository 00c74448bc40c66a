"""Suppliers' reports as they were compared with our attempts, kept for whoever looks later."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import msgspec

from konter.db.pool import Tx
from konter.kernel.errors import NotFound
from konter.orders.compare_supplier import SupplierDifference

LAST = """
SELECT id, account, since, until, rows, known, ours, compares_cost, counts::text AS counted,
       '[]' AS found, asked_by, made_at
FROM orders.supplier_reports ORDER BY made_at DESC, id DESC LIMIT %(most)s
"""

ONE = """
SELECT id, account, since, until, rows, known, ours, compares_cost, counts::text AS counted,
       differences::text AS found, asked_by, made_at
FROM orders.supplier_reports WHERE id = %(id)s
"""


class NoSuchReport(NotFound):
    """No supplier's report of this number was compared."""

    code = "no_such_report"
    message = "Laporan itu tidak ada"


@dataclass(frozen=True, slots=True)
class SupplierReconciliation:
    """One account's days (WIB, both included) as compared at ``made_at`` (UTC). ``counted``:
    differences by kind, ``found``: the gravest of them, both as JSON text; a list has them not."""

    id: int
    account: str
    since: date
    until: date
    rows: int
    known: int
    ours: int
    compares_cost: bool
    counted: str
    found: str
    asked_by: str
    made_at: datetime

    @property
    def counts(self) -> dict[str, int]:
        """How many differences of each kind there are."""
        return msgspec.json.decode(self.counted, type=dict[str, int])

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def differences(self) -> list[SupplierDifference]:
        return msgspec.json.decode(self.found, type=list[SupplierDifference])


async def supplier_reports(tx: Tx, *, most: int = 30) -> list[SupplierReconciliation]:
    """The last ones, newest first, without their differences."""
    return await tx.records(SupplierReconciliation, LAST, {"most": most})


async def supplier_report(tx: Tx, report_id: int) -> SupplierReconciliation:
    """Raises NoSuchReport."""
    found = await tx.records(SupplierReconciliation, ONE, {"id": report_id})
    if not found:
        raise NoSuchReport
    return found[0]
