"""The providers that the contract suite is run over, each with what its simulator offers it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from konter.kernel.money import Rupiah
from konter.upstreams.contract import Provider, Purchase
from konter.upstreams.providers.digiflazz import Digiflazz, DigiflazzSettings
from tests.contract.mailbox import SECRET
from tests.sim_process import DEV_KEY, PROD_KEY, USERNAME, Sim


@dataclass(frozen=True, slots=True)
class Case:
    """One adapter in one mode. The numbers make its simulator deliver, refuse, wait or lie."""

    name: str
    build: Callable[[Sim], Provider]
    secrets: tuple[str, ...]
    sku: str
    price: int
    delivered: str
    refused: str
    pending_then_delivered: str
    pending_then_refused: str

    def ask(self, customer_no: str, *, first: bool = True, tail: str = "A1B2C3D4") -> Purchase:
        reference = f"TRX-20261116-{tail}"
        return Purchase(reference, self.sku, customer_no, Rupiah(self.price + 500), first)


def _digiflazz(key: str) -> Callable[[Sim], Provider]:
    def build(sim: Sim) -> Provider:
        return Digiflazz(
            DigiflazzSettings(
                USERNAME,
                key,
                base_url=sim.digiflazz_url,
                webhook_secret=SECRET,
                purchase_timeout_s=5,
            )
        )

    return build


CASES = (
    Case(
        name="digiflazz-development",
        build=_digiflazz(DEV_KEY),
        secrets=(DEV_KEY, SECRET),
        sku="xld10",
        price=10_000,
        delivered="087800001230",
        refused="087800001232",
        pending_then_delivered="087800001233",
        pending_then_refused="087800001234",
    ),
    Case(
        name="digiflazz-production",
        build=_digiflazz(PROD_KEY),
        secrets=(PROD_KEY, SECRET),
        sku="s10",
        price=10_275,
        delivered="081298761111",
        refused="081298764054",
        pending_then_delivered="081298761233",
        pending_then_refused="081298761234",
    ),
)
