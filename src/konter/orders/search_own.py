"""A buyer looks for their own orders: by state, words and days, newest first.

Each look goes along the buyer's own numbering and over so many orders at most; what is older is the
next page's. So it costs as much for who has ordered a million times.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from konter.db.pool import Tx
from konter.orders.read import OrderView, orders_by_id
from konter.orders.states import PUBLIC

LAST_LINE = "SELECT orders FROM orders.buyers WHERE user_id = %(user_id)s"

# NULL means any. Served by the buyers' own numbering (user_id, user_line).
SEARCH = """
SELECT o.id, o.user_line FROM orders.orders o
WHERE o.user_id = %(user_id)s AND o.user_line < %(before)s AND o.user_line >= %(down_to)s
  AND (%(states)s::text[] IS NULL OR o.state = ANY(%(states)s::text[]))
  AND (%(since)s::date IS NULL OR o.business_date >= %(since)s)
  AND (%(until)s::date IS NULL OR o.business_date <= %(until)s)
  AND (%(text)s::text IS NULL OR o.code = upper(%(text)s) OR o.ref_id = %(text)s
       OR o.target_id LIKE %(starts)s OR o.product_code ILIKE %(starts)s
       OR o.product_name ILIKE %(holds)s)
ORDER BY o.user_line DESC LIMIT %(most)s
"""

LOOKED_AT: Final = 20_000
"""Orders that one look goes over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """None means any. ``state``: the public word. ``text``: a code, a reference, the beginning of a
    number or of a product's code, or a part of its name. Days are WIB, both included."""

    state: str | None = None
    text: str | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """``older``: what the next page begins before; None: there is nothing older."""

    orders: tuple[OrderView, ...]
    older: int | None


async def search_own(
    tx: Tx,
    user_id: int,
    wanted: Wanted,
    *,
    before: int | None = None,
    most: int,
    looked_at: int = LOOKED_AT,
) -> Found:
    """At most ``most``, of the ``looked_at`` orders before line ``before`` (None: the newest)."""
    row = await tx.row(LAST_LINE, {"user_id": user_id})
    newest = int(row[0]) if row else 0
    top = newest + 1 if before is None else min(before, newest + 1)
    down_to = max(1, top - looked_at)
    facts = {
        "user_id": user_id,
        "before": top,
        "down_to": down_to,
        "states": _states(wanted.state),
        "since": wanted.since,
        "until": wanted.until,
        "text": wanted.text,
        "starts": _literal(wanted.text) + "%",
        "holds": "%" + _literal(wanted.text) + "%",
        "most": most + 1,
    }
    rows = await tx.rows(SEARCH, facts)
    shown = rows[:most]
    orders = await orders_by_id(tx, [row[0] for row in shown])
    older = down_to if down_to > 1 else None
    if len(rows) > most:
        older = shown[-1][1]
    return Found(tuple(orders[row[0]] for row in shown), older)


def _states(public: str | None) -> list[str] | None:
    if public is None:
        return None
    return [state.value for state, word in PUBLIC.items() if word == public]


def _literal(text: str | None) -> str:
    """As a pattern that means it literally."""
    return (text or "").replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
