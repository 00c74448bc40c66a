"""The billers that the contract suite is run over, each with what its simulator offers it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from konter.kernel.money import Rupiah
from konter.upstreams.biller_contract import Biller, BillQuestion
from konter.upstreams.contract import Provider, Purchase
from konter.upstreams.providers.digiflazz import Digiflazz, DigiflazzSettings
from konter.upstreams.providers.digiflazz_bills import DigiflazzBills
from tests.contract.mailbox import SECRET
from tests.sim_process import DEV_KEY, PROD_KEY, USERNAME, Sim


@dataclass(frozen=True, slots=True)
class BillCase:
    """One biller in one mode. The numbers make its simulator find, pay, refuse or wait.

    ``hears``: the adapter of the same account that reads its callbacks.
    """

    name: str
    build: Callable[[Sim], Biller]
    hears: Callable[[Sim], Provider]
    secrets: tuple[str, ...]
    sku: str
    paid: str
    not_found: str
    refused: str
    pending_then_paid: str
    pending_then_refused: str

    def question(self, customer_no: str, *, tail: str = "A1B2C3D4") -> BillQuestion:
        return BillQuestion(f"BIL-20261116-{tail}", self.sku, customer_no)

    def payment(self, asked: BillQuestion, *, first: bool = True) -> Purchase:
        limit = Rupiah(10_000_000)
        return Purchase(asked.reference, asked.sku, asked.customer_no, limit, first)


def _settings(sim: Sim, key: str) -> DigiflazzSettings:
    return DigiflazzSettings(
        USERNAME,
        key,
        base_url=sim.digiflazz_url,
        webhook_secret=SECRET,
        purchase_timeout_s=5,
        check_timeout_s=5,
    )


def _digiflazz(name: str, key: str, sku: str, numbers: tuple[str, str, str, str, str]) -> BillCase:
    paid, not_found, refused, pending_then_paid, pending_then_refused = numbers
    return BillCase(
        name=name,
        build=lambda sim: DigiflazzBills(_settings(sim, key)),
        hears=lambda sim: Digiflazz(_settings(sim, key)),
        secrets=(key, SECRET),
        sku=sku,
        paid=paid,
        not_found=not_found,
        refused=refused,
        pending_then_paid=pending_then_paid,
        pending_then_refused=pending_then_refused,
    )


BILL_CASES = (
    _digiflazz(
        "digiflazz-development",
        DEV_KEY,
        "pln",
        ("530000000001", "530000000003", "530000000006", "630000000001", "630000000006"),
    ),
    _digiflazz(
        "digiflazz-production",
        PROD_KEY,
        "plnpasca",
        ("512345671111", "512345678160", "512345674002", "512345671233", "512345671234"),
    ),
)
