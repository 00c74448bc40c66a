"""What the orders room needs, handed in by the composition root."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Final, Protocol

from konter.db.ids import IdBlocks
from konter.db.pool import Database
from konter.funding.desk import FundingDesk
from konter.kernel.clock import Clock
from konter.kernel.money import Rupiah
from konter.kernel.wire_types import Heard, WireRequest
from konter.suppliers.breaker import BreakerLimits
from konter.upstreams.contract import Doubt, Provider
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

    def told(self) -> None:
        """There is something to tell resellers."""
        ...


class PendingDeadline(StrEnum):
    """What the fifth answer that is still pending leads to."""

    REVIEW = "review"
    REFUND = "refund"


HURRY: Final = 5
"""A hint or a person's refresh may have a status call made after so small a part of its spacing."""


@dataclass(frozen=True, slots=True)
class Times:
    """All in seconds. ``check_spacing``: from a sale to the first status call, where asking buys
    nothing; hinted ones may come sooner. The others go for purchases and for asking by re-post.
    """

    enquiry_first: float = 120
    enquiry_spacing: float = 120
    enquiry_min_gap: float = 60
    held_deadline: float = 900
    stuck_after: float = 1800
    repeat_gap: float = 60
    payment_grace: float = 60
    check_spacing: float = 15


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
    breaker: BreakerLimits = field(default_factory=BreakerLimits)

    def asks_by_reposting(self, account: str) -> bool:
        """Whether every call about a purchase there could buy, an enquiry too."""
        return self.providers[account].traits.doubt is Doubt.REPOST

    def gap(self, account: str) -> timedelta:
        """The least time from the end of one call about an attempt to the next enquiry."""
        times = self.times
        reposts = self.asks_by_reposting(account)
        return timedelta(seconds=times.enquiry_min_gap if reposts else times.check_spacing / HURRY)

    def lease_s(self, account: str) -> float:
        """Seconds: more than twice the longest possible call, which starts in its first quarter."""
        return 2.5 * max(self.providers[account].traits.call_timeouts_s.values())
