"""The billers that the contract suite is run over, each with what its simulator offers it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from konter.kernel.money import ZERO, Rupiah
from konter.upstreams.biller_contract import Biller, BillQuestion
from konter.upstreams.contract import Provider, Purchase
from konter.upstreams.providers.digiflazz import Digiflazz, DigiflazzSettings
from konter.upstreams.providers.digiflazz_bills import DigiflazzBills
from konter.upstreams.providers.okeconnect import Okeconnect
from konter.upstreams.providers.okeconnect_bills import OkeconnectBills
from tests.contract.cases import OKECONNECT_PASSWORD, OKECONNECT_PIN, okeconnect_settings
from tests.contract.mailbox import SECRET
from tests.sim_process import DEV_KEY, PROD_KEY, USERNAME, Sim, SimOkeconnect


@dataclass(frozen=True, slots=True)
class BillCase:
    """One biller in one mode. The numbers make its simulator find, pay, refuse or wait.

    ``hears``: the adapter of the same account that reads its callbacks. ``upstream``: where its
    books and its clock are. ``prepare``: what its simulator must be told of the numbers.
    ``own_reference``: a payment has another than its check. ``callbacks_are_hints``: as of a
    provider. ``cheaper``: by how much a payment costs less than its check could tell.
    ``looked_up``: one that is not told at once, if there is any. ``once_a_day``: pays no second
    bill of a number. ``tells_periods``: of a bill that was found. ``list_is_public``: asking for it
    needs no secret.
    """

    name: str
    build: Callable[[Sim], Biller]
    hears: Callable[[Sim], Provider]
    upstream: Callable[[Sim], Sim | SimOkeconnect]
    secrets: tuple[str, ...]
    sku: str
    paid: str
    not_found: str
    refused: str
    pending_then_paid: str
    pending_then_refused: str
    looked_up: str | None = None
    once_a_day: bool = False
    prepare: Callable[[Sim], Awaitable[None]] | None = None
    own_reference: bool = False
    callbacks_are_hints: bool = False
    cheaper: Rupiah = ZERO
    tells_periods: bool = True
    list_is_public: bool = False

    def question(self, customer_no: str, *, tail: str = "A1B2C3D4") -> BillQuestion:
        return BillQuestion(f"BIL-20261116-{tail}", self.sku, customer_no)

    def payment(self, asked: BillQuestion, *, first: bool = True) -> Purchase:
        reference = asked.reference + ("-2PAID" if self.own_reference else "")
        limit, now = Rupiah(10_000_000), datetime.now(UTC)
        return Purchase(reference, asked.sku, asked.customer_no, limit, first, now)


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
        upstream=lambda sim: sim,
        secrets=(key, SECRET),
        sku=sku,
        paid=paid,
        not_found=not_found,
        refused=refused,
        pending_then_paid=pending_then_paid,
        pending_then_refused=pending_then_refused,
    )


async def _at_okeconnect(sim: Sim) -> None:
    """Each inquiry is answered at once; what its payment does then hangs on the number."""
    told = {"do": "success"}
    refused = {"reason": "Nomor tujuan salah"}
    for number, paid in (
        ("512345670001", told),
        ("512345670002", {"do": "fail", **refused}),
        ("512345670003", {"do": "accept"}),
        ("512345670004", {"do": "accept", "then": "fail", **refused}),
    ):
        await sim.okeconnect.script(number, sale=[told, paid])


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
    BillCase(
        name="okeconnect",
        build=lambda sim: OkeconnectBills(okeconnect_settings(sim)),
        hears=lambda sim: Okeconnect(okeconnect_settings(sim)),
        upstream=lambda sim: sim.okeconnect,
        secrets=(OKECONNECT_PIN, OKECONNECT_PASSWORD, SECRET),
        sku="BPLA",
        paid="512345670001",
        not_found="512345676601",
        refused="512345670002",
        pending_then_paid="512345670003",
        pending_then_refused="512345670004",
        prepare=_at_okeconnect,
        own_reference=True,
        callbacks_are_hints=True,
        cheaper=Rupiah(1_150),
        looked_up="512345670005",
        once_a_day=True,
        tells_periods=False,
        list_is_public=True,
    ),
)
