"""What the funding room needs, handed in by the composition root."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from konter.db.ids import IdBlocks
from konter.db.pool import Database
from konter.kernel.clock import Clock
from konter.kernel.money import ZERO, Rupiah
from konter.kernel.wire_types import Heard, WireRequest
from konter.upstreams.gateway_contract import Gateway
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


class FundingHints(Protocol):
    """Who is woken. Losing a hint costs a poll."""

    def payments_due(self) -> None:
        """A link is to be made, or a gateway to be asked."""
        ...

    def payments_confirmed(self) -> None:
        """Confirmed payments wait to be applied."""
        ...

    def news(self, ids: Sequence[int]) -> None:
        """Orders or deposits (by their ids, which never coincide) have news."""
        ...


@dataclass(frozen=True, slots=True)
class PayTimes:
    """All in seconds.

    ``lasts``: how long a link may be paid. ``first_ask``: from its making to the first question;
    questions then become rarer, ``rarest_ask`` apart at most. ``min_gap``: between the end of one
    question about a payment and the next. ``watch_after``: how long after its time a payment that
    is still undecided there is asked about.
    """

    lasts: float = 3600
    first_ask: float = 30
    rarest_ask: float = 900
    min_gap: float = 10
    watch_after: float = 259_200


ALONE = Rupiah(100_000)


@dataclass(frozen=True, slots=True)
class FundingDesk:
    """``gateways`` by code. ``public_url``: how gateways and buyers reach this shop. ``trusted``:
    gateways whose proved callbacks are believed without asking. ``adjust_alone``: what one admin
    may move by hand in a day (WIB) without another. Amounts in whole rupiah."""

    db: Database
    clock: Clock
    ids: IdBlocks
    wire: Asks
    hints: FundingHints
    gateways: Mapping[str, Gateway]
    public_url: str
    times: PayTimes = field(default_factory=PayTimes)
    most_links: int = 10
    deposit_least: Rupiah = ZERO
    deposit_most: Rupiah | None = None
    trusted: frozenset[str] = frozenset()
    adjust_alone: Rupiah = ALONE

    def lease(self, gateway: str) -> timedelta:
        """More than twice the longest possible call, which starts in its first quarter."""
        calls = self.gateways[gateway].traits.call_timeouts_s.values()
        return timedelta(seconds=2.5 * max(calls))
