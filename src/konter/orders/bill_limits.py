"""How often bills are checked: a number by one member, and all numbers by one member."""

from __future__ import annotations

from datetime import datetime, timedelta

from konter.db.pool import Tx
from konter.kernel.errors import Refused
from konter.orders.bill_store import BillRow
from konter.orders.desk import BillRules
from konter.people.attempts import tally


class TooManyChecks(Refused):
    """``retry_after``: seconds until the member may check again, this number or any.

    ``per_number``: whether it is this number that was checked too often.
    """

    code = "too_many_checks"
    status = 429
    message = "Terlalu banyak cek tagihan, silakan coba lagi nanti"

    def __init__(self, *, retry_after: int, per_number: bool) -> None:
        super().__init__(retry_after=retry_after, per_number=per_number)


async def count_check(tx: Tx, bill: BillRow, rules: BillRules, *, at: datetime) -> None:
    """Count one check that asks the upstream, however many tries it makes. Raises TooManyChecks;
    the refused one is rolled back and does not count, and parallel ones wait for each other."""
    window = timedelta(seconds=rules.window)
    limits = (
        (f"bills:{bill.user_id}", rules.per_member),
        (f"bill:{bill.user_id}:{bill.biller}:{bill.customer_no}", rules.per_number),
    )
    for subject, most in limits:
        counted = await tally(tx, subject, window=window, at=at)
        if counted.so_far > most:
            per_number = subject != limits[0][0]
            raise TooManyChecks(retry_after=counted.retry_after, per_number=per_number)
