"""What the orders room needs, handed in by the composition root."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from konter.db.ids import IdBlocks
from konter.db.pool import Database
from konter.funding.desk import FundingDesk
from konter.kernel.clock import Clock
from konter.kernel.money import Rupiah
from konter.kernel.wire_types import Heard, WireRequest
from konter.upstreams.contract import Provider
from konter.upstreams.wire import StartBy


class Asks(Protocol):
    """The wire, as far as this room uses it. ``lease``: when a call may start at the latest."""

    async def ask(
        self,
        request: WireRequest,
        *,
        account: str,
        purpose: str,
        reference: str | None = None,
        lease: StartBy | None = None,
    ) -> Heard: ...


class Hints(Protocol):
    """Who is woken when orders become due or get news. Losing a hint costs a poll."""

    def due(self) -> None: ...

    def news(self, order_ids: Sequence[int]) -> None: ...


class PendingDeadline(StrEnum):
    """What the fifth answer that is still pending leads to."""

    REVIEW = "review"
    REFUND = "refund"


@dataclass(frozen=True, slots=True)
class Times:
    """All in seconds."""

    enquiry_first: float = 120
    enquiry_spacing: float = 120
    enquiry_min_gap: float = 60
    held_deadline: float = 900
    stuck_after: float = 1800
    repeat_gap: float = 60
    payment_grace: float = 60


@dataclass(frozen=True, slots=True)
class OrdersDesk:
    """``providers`` by supplier account. ``minimum_margin``: least profit an order must leave."""

    db: Database
    clock: Clock
    ids: IdBlocks
    wire: Asks
    providers: Mapping[str, Provider]
    hints: Hints
    times: Times
    funding: FundingDesk
    minimum_margin: Rupiah
    max_tries: int = 3
    pending_deadline: PendingDeadline = PendingDeadline.REVIEW
    development: bool = False

    def lease_s(self, account: str) -> float:
        """Seconds: more than twice the longest possible call, which starts in its first quarter."""
        return 2.5 * max(self.providers[account].traits.call_timeouts_s.values())
