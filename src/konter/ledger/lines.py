"""A wallet's statement between two moments, newest first, a page after the other."""

from __future__ import annotations

from datetime import datetime

from konter.db.pool import Tx
from konter.ledger.read import Line

# NULL means any. Along the wallet's own numbering (wallet_id, wallet_line).
LINES_BETWEEN = """
SELECT wallet_line AS line, kind,
       CASE WHEN credit LIKE 'wallet:%%' THEN amount ELSE -amount END AS change,
       wallet_after AS after, order_id, reference, note, happened_at, recorded_at
FROM ledger.transfers
WHERE wallet_id = %(user_id)s
  AND (%(before)s::bigint IS NULL OR wallet_line < %(before)s)
  AND (%(since)s::timestamptz IS NULL OR recorded_at >= %(since)s)
  AND (%(until)s::timestamptz IS NULL OR recorded_at < %(until)s)
ORDER BY wallet_line DESC LIMIT %(most)s
"""


async def lines_between(
    tx: Tx,
    user_id: int,
    *,
    since: datetime | None,
    until: datetime | None,
    before: int | None = None,
    most: int,
) -> tuple[list[Line], bool]:
    """Lines recorded from ``since`` until before ``until``, of those before line ``before``; and
    whether more follow. None means any."""
    facts = {
        "user_id": user_id,
        "before": before,
        "since": since,
        "until": until,
        "most": most + 1,
    }
    found = await tx.records(Line, LINES_BETWEEN, facts)
    return found[:most], len(found) > most
