"""What was said between us and an upstream, as a page may show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from konter.db.pool import Tx
from konter.kernel.wire_types import Exchange
from konter.suppliers.exchanges import of_reference
from konter.web.admin.scrubbed import shown_body, shown_text


@dataclass(frozen=True, slots=True)
class Talk:
    """One exchange: scrubbed twice, readable. ``at`` UTC."""

    account: str
    purpose: str
    reference: str | None
    method: str
    url: str
    asked: str
    status: int | None
    answered: str
    problem: str | None
    at: datetime
    took_ms: int


async def talks_about(tx: Tx, references: Sequence[str]) -> list[Talk]:
    """Oldest first."""
    return [_shown(exchange) for exchange in await of_reference(tx, references)]


def _shown(exchange: Exchange) -> Talk:
    took = exchange.ended_at - exchange.started_at
    return Talk(
        account=exchange.account,
        purpose=exchange.purpose,
        reference=exchange.reference,
        method=exchange.method,
        url=shown_text(exchange.url),
        asked=shown_body(exchange.request_body),
        status=exchange.status,
        answered=shown_body(exchange.response_body),
        problem=shown_text(exchange.problem) if exchange.problem else None,
        at=exchange.started_at,
        took_ms=round(took.total_seconds() * 1000),
    )
