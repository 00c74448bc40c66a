"""What we last knew of each supplier account, with the age of it; nobody is asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from konter.suppliers.accounts import Account, list_accounts
from konter.suppliers.override import Shown, list_breakers
from konter.web.request import SiteRequest


@dataclass(frozen=True, slots=True)
class ProviderLine:
    """``age_minutes``: of the deposit's snapshot. ``breaker``: of the account as a whole;
    ``skus_out``: how many single SKUs are left out there."""

    account: Account
    is_low: bool
    age_minutes: int | None
    breaker: Shown | None
    skus_out: int

    @property
    def is_well(self) -> bool:
        """Whether purchases leave for it."""
        blocked = self.account.gate_closed_at or self.account.paused_at
        return not blocked and self.breaker is None


async def providers(request: SiteRequest, at: datetime) -> list[ProviderLine]:
    """Those that are configured now, by name."""
    suppliers = request.office.suppliers
    async with request.desks.db.read() as tx:
        out = [shown for shown in await list_breakers(tx, at=at) if shown.state != "closed"]
    return [
        ProviderLine(
            account,
            account.deposit is not None and account.deposit < suppliers.low_deposit,
            int((at - account.deposit_at).total_seconds() // 60) if account.deposit_at else None,
            next((one for one in out if _key(one) == (account.code, "")), None),
            sum(one.breaker.account == account.code and bool(one.breaker.sku) for one in out),
        )
        for account in await list_accounts(suppliers)
        if account.code in suppliers.providers
    ]


def _key(shown: Shown) -> tuple[str, str]:
    return shown.breaker.account, shown.breaker.sku
