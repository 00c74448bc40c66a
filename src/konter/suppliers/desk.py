"""What this room needs: where it keeps, what time it is, and whom it may ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from konter.db.pool import Database
from konter.kernel.clock import Clock
from konter.kernel.errors import NotFound, Unavailable
from konter.kernel.money import Rupiah
from konter.kernel.wire_types import Heard, WireRequest
from konter.upstreams.biller_contract import Biller
from konter.upstreams.contract import Provider


class Asks(Protocol):
    """The wire, as far as this room uses it."""

    async def ask(
        self, request: WireRequest, *, account: str, purpose: str, reference: str | None = None
    ) -> Heard: ...


@dataclass(frozen=True, slots=True)
class SuppliersDesk:
    """``providers``, and ``billers`` of those that pay bills: by supplier account. A list younger
    than ``list_age`` is not asked for. ``may_ask`` False: a desk of pages, whose lists are those
    that were read last, whatever their age."""

    db: Database
    clock: Clock
    wire: Asks
    providers: Mapping[str, Provider]
    low_deposit: Rupiah
    list_age: timedelta = timedelta(hours=1)
    billers: Mapping[str, Biller] = field(default_factory=dict)
    may_ask: bool = True

    def provider(self, account: str) -> Provider:
        """The adapter of ``account``; raises NoSuchAccount."""
        provider = self.providers.get(account)
        if provider is None:
            raise NoSuchAccount(account=account)
        return provider

    def biller(self, account: str) -> Biller:
        """The adapter for bills of ``account``; raises NoSuchAccount."""
        biller = self.billers.get(account)
        if biller is None:
            raise NoSuchAccount(account=account)
        return biller


class NoSuchAccount(NotFound):
    """No supplier account of that name is configured."""

    code = "no_such_account"
    message = "Akun penyedia tidak dikenal"


class UpstreamSilent(Unavailable):
    """No whole answer came; the last known facts stand, with their age."""

    code = "upstream_silent"
    message = "Penyedia tidak menjawab, silakan coba lagi"
