"""Every exchange with an upstream, kept whole and scrubbed, by month."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, timedelta

from konter.db.pool import Tx
from konter.kernel.wire_types import Exchange
from konter.suppliers.desk import SuppliersDesk

KEEP = """
INSERT INTO suppliers.exchanges (
    account, purpose, reference, method, url, request_body,
    status, response_body, problem, started_at, ended_at
)
SELECT account, purpose, reference, method, url, request_body,
       status, response_body, problem, started_at, ended_at
FROM unnest(
    %(account)s::text[], %(purpose)s::text[], %(reference)s::text[], %(method)s::text[],
    %(url)s::text[], %(request_body)s::text[], %(status)s::integer[], %(response_body)s::text[],
    %(problem)s::text[], %(started_at)s::timestamptz[], %(ended_at)s::timestamptz[]
) AS heard (
    account, purpose, reference, method, url, request_body,
    status, response_body, problem, started_at, ended_at
)
"""

OF_REFERENCE = """
SELECT account, purpose, reference, method, url, request_body,
       status, response_body, started_at, ended_at, problem
FROM suppliers.exchanges
WHERE reference = ANY(%(references)s::text[])
ORDER BY started_at, id
"""

ADD_MONTH = "SELECT suppliers.add_exchanges_month(%(month)s::date)"

FIELDS = (
    "account",
    "purpose",
    "reference",
    "method",
    "url",
    "request_body",
    "status",
    "response_body",
    "problem",
    "started_at",
    "ended_at",
)


async def keep(tx: Tx, exchanges: Sequence[Exchange]) -> None:
    """Keep transcripts, in one statement however many. Each call adds rows; nothing is merged."""
    if exchanges:
        columns = {name: [getattr(e, name) for e in exchanges] for name in FIELDS}
        await tx.run(KEEP, columns)


async def of_reference(tx: Tx, references: Sequence[str]) -> list[Exchange]:
    """All exchanges about these references, oldest first."""
    return await tx.records(Exchange, OF_REFERENCE, {"references": list(references)})


async def add_next_month(desk: SuppliersDesk) -> None:
    """Make sure that this (UTC) month and the next have their table. Repeating it does nothing."""
    today = desk.clock.now().astimezone(UTC).date()
    next_month = today.replace(day=1) + timedelta(days=32)
    for month in (today, next_month):
        async with desk.db.transaction() as tx:
            await tx.run(ADD_MONTH, {"month": month})
