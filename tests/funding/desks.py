"""A funding desk at the simulated gateways, for tests that drive its acts by hand."""

from __future__ import annotations

from collections.abc import Sequence

from konter.db.ids import IdBlocks
from konter.db.pool import Database
from konter.funding.desk import Asks, FundingDesk, PayTimes
from konter.kernel.clock import Clock
from konter.upstreams.gateway_contract import Gateway
from konter.upstreams.gateways.ipaymu import Ipaymu, IpaymuSettings
from konter.upstreams.gateways.tripay import Tripay, TripaySettings
from tests.sim_process import (
    IPAYMU_API_KEY,
    IPAYMU_VA,
    TRIPAY_API_KEY,
    TRIPAY_MERCHANT,
    TRIPAY_PRIVATE_KEY,
    Sim,
)


class NobodyPays:
    """The test claims by hand, so a hint is of no use."""

    def payments_due(self) -> None: ...

    def payments_confirmed(self) -> None: ...

    def news(self, ids: Sequence[int]) -> None: ...


def gateways_at(sim: Sim) -> dict[str, Gateway]:
    """Both gateways as the simulator knows them."""
    ipaymu = Ipaymu(IpaymuSettings(va=IPAYMU_VA, api_key=IPAYMU_API_KEY, base_url=sim.ipaymu.url))
    tripay = Tripay(
        TripaySettings(
            api_key=TRIPAY_API_KEY,
            private_key=TRIPAY_PRIVATE_KEY,
            merchant_code=TRIPAY_MERCHANT,
            base_url=sim.tripay.url,
        )
    )
    return {"ipaymu": ipaymu, "tripay": tripay}


def funding_desk(
    db: Database,
    clock: Clock,
    *,
    ids: IdBlocks,
    wire: Asks,
    gateways: dict[str, Gateway],
    times: PayTimes | None = None,
) -> FundingDesk:
    """A desk whose callbacks nobody receives."""
    return FundingDesk(
        db=db,
        clock=clock,
        ids=ids,
        wire=wire,
        hints=NobodyPays(),
        gateways=gateways,
        public_url="http://127.0.0.1:9",
        times=times or PayTimes(),
    )
