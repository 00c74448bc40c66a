"""A supplier's report read as the last one of its account was, but for what is said anew.

What a supplier exports has the same columns every day, and nobody wants to name them every day.
"""

from __future__ import annotations

import asyncio
from dataclasses import asdict, replace

import msgspec

from konter.kernel.errors import Invalid
from konter.orders.desk import OrdersDesk
from konter.orders.read_supplier_report import Naming, SupplierReport, read_supplier_report

LAST_NAMING = """
SELECT naming::text FROM orders.supplier_reports
WHERE account = %(account)s ORDER BY made_at DESC, id DESC LIMIT 1
"""


async def read_as_before(
    desk: OrdersDesk, account: str, report: bytes | str, said: Naming
) -> SupplierReport:
    """What ``said`` leaves empty is as in the account's last report that was compared, if this one
    can be read so, and has its usual name otherwise. Raises Invalid, as ``read_supplier_report``
    does: about ``said``, wherever that is what is wrong."""
    async with desk.db.read() as tx:
        last = await tx.row(LAST_NAMING, {"account": account})
    if last is None:
        return await asyncio.to_thread(read_supplier_report, report, said)
    anew = {name: words for name, words in asdict(said).items() if words}
    naming = replace(msgspec.json.decode(last[0], type=Naming), **anew)
    try:
        return await asyncio.to_thread(read_supplier_report, report, naming)
    except Invalid as as_before:
        try:
            return await asyncio.to_thread(read_supplier_report, report, said)
        except Invalid:
            if as_before.errors.keys() & anew.keys():
                raise as_before from None
            raise
