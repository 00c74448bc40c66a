"""How much has been heard of a purpose's payments: whoever waits for an answer looks for more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from konter.db.pool import Tx
from konter.funding.states import Purpose

# A search that found something is no answer yet: what it found is asked about at once.
HEARD = """
SELECT coalesce(sum(p.asks), 0)::bigint AS asks,
       (SELECT coalesce(sum(i.searches), 0)::bigint FROM funding.invoices i
        WHERE i.purpose = %(purpose)s AND i.purpose_id = %(purpose_id)s) AS searches,
       count(*) FILTER (WHERE p.state = 'waiting' AND p.asks = 0) AS unasked,
       count(*) FILTER (WHERE p.state IN ('unapplied', 'review')) AS arrived,
       count(*) FILTER (WHERE p.state = 'unapplied') AS unapplied,
       count(*) FILTER (WHERE p.state = 'waiting' AND p.lease_until > %(now)s) AS asking
FROM funding.payments p WHERE p.purpose = %(purpose)s AND p.purpose_id = %(purpose_id)s
"""


@dataclass(frozen=True, slots=True)
class Heard:
    """``asks``: questions that ended; ``searches``: of the gateway's list; ``unasked``: payments
    that were heard of and not asked about yet; ``arrived``: confirmed, and not applied yet, of
    which ``unapplied`` are about to be; ``asking``: asked about just now."""

    asks: int
    searches: int
    unasked: int
    arrived: int
    unapplied: int
    asking: int

    @property
    def will_be_news(self) -> bool:
        """Whether something is under way, so that waiting is worth it."""
        return self.asking > 0 or self.unapplied > 0

    def is_news_since(self, before: Heard) -> bool:
        """Whether a question was answered, a search found nothing, or money reached its purpose."""
        if self.unapplied:
            return False
        searched = self.searches > before.searches and not self.unasked
        return searched or self.asks > before.asks or self.arrived != before.arrived


async def heard_of(tx: Tx, purpose: Purpose, purpose_id: int, *, now: datetime) -> Heard:
    """All links of it together."""
    facts = {"purpose": purpose, "purpose_id": purpose_id, "now": now}
    (heard,) = await tx.records(Heard, HEARD, facts)
    return heard
