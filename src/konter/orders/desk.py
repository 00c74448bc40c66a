"""What the orders room needs, handed in by the composition root."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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
from konter.upstreams.biller_contract import Biller, MeterReader
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


class Tried(Protocol):
    """An attempt, as far as it says whose adapter speaks about it."""

    @property
    def account(self) -> str: ...

    @property
    def is_bill(self) -> bool: ...


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
class BillRules:
    """How bills are checked. Times in seconds.

    A check is tried at most ``tries`` times, each under a reference of its own; one that an
    upstream is looking up is asked about for ``look_up_for``. Who finds another under way under
    the same ``ref_id`` waits for it for ``wait_for_another``. A member checks one number at most
    ``per_number`` times in a ``window``, and all numbers ``per_member`` times. What was found is
    paid before the end of its day (WIB), less ``before_midnight``: the payment must still reach the
    upstream on that day. ``lease_more``: beyond a call's own time, until a check that was given up
    by its process may be made anew.
    """

    tries: int = 3
    between_tries: float = 1
    look_up_for: float = 30
    wait_for_another: float = 4
    per_number: int = 5
    per_member: int = 300
    window: float = 600
    before_midnight: float = 300
    lease_more: float = 15


@dataclass(frozen=True, slots=True)
class MeterRules:
    """How many questions about electricity meters may go upstream in a minute: of the shop, and
    of one asker."""

    per_minute: int = 30
    per_asker: int = 10


def _nobody(outcome: str, seconds: float) -> None: ...


@dataclass(frozen=True, slots=True)
class OrdersDesk:
    """``providers`` and ``billers`` by supplier account. ``minimum_margin``: least profit an order
    must leave. ``check_seen`` is told of each bill check: how it ended (found, refused, unclear),
    and how long the upstream took."""

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
    billers: Mapping[str, Biller] = field(default_factory=dict)
    bills: BillRules = field(default_factory=BillRules)
    check_seen: Callable[[str, float], None] = _nobody
    meter_readers: Mapping[str, MeterReader] = field(default_factory=dict)
    meters: MeterRules = field(default_factory=MeterRules)

    def adapter_of(self, attempt: Tried) -> Provider | Biller:
        """Who knows how to speak about this attempt to its account."""
        return (self.billers if attempt.is_bill else self.providers)[attempt.account]

    def asks_by_reposting(self, attempt: Tried) -> bool:
        """Whether every call about this purchase could buy, an enquiry too."""
        return self.adapter_of(attempt).traits.doubt is Doubt.REPOST

    def gap(self, attempt: Tried) -> timedelta:
        """The least time from the end of one call about an attempt to the next enquiry."""
        times = self.times
        if self.asks_by_reposting(attempt):
            return timedelta(seconds=times.enquiry_min_gap)
        soonest = timedelta(seconds=times.check_spacing / HURRY)
        if not attempt.is_bill:
            return soonest
        # An account that also sells by re-post wants no reference named again too soon.
        return max(soonest, self.adapter_of(attempt).traits.repost_gap)

    def lease_s(self, attempt: Tried) -> float:
        """Seconds: more than twice the longest possible call, which starts in its first quarter."""
        return 2.5 * max(self.adapter_of(attempt).traits.call_timeouts_s.values())
