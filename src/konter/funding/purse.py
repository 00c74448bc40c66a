"""What a gateway holds for us: by its own word, and by our books."""

from __future__ import annotations

from dataclasses import dataclass

from konter.funding.desk import FundingDesk
from konter.kernel.wire_types import WireSilence
from konter.ledger.read import account_sum
from konter.suppliers import exchanges
from konter.upstreams.contract import UpstreamRefused
from konter.upstreams.gateway_contract import Gateway


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """Whole rupiah, at this moment; ``ours``: what ``gateway:<code>`` says that they owe."""

    ours: int
    theirs: int


async def balance_at(desk: FundingDesk, gateway: Gateway) -> Balance | None:
    """Both figures; None where a gateway cannot be asked. Raises UpstreamRefused, for silence
    too."""
    if gateway.purse is None:
        return None
    request = gateway.purse.ask(desk.clock.now())
    heard = await desk.wire.ask(request, account=gateway.account, purpose="list")
    async with desk.db.transaction() as tx:
        await exchanges.keep(tx, [heard.exchange])
        ours = -await account_sum(tx, f"gateway:{gateway.account}")
    if isinstance(heard.said, WireSilence):
        raise UpstreamRefused(f"{gateway.account}: {heard.said.detail}")
    return Balance(ours=ours, theirs=gateway.purse.read(heard.said).amount)
