"""The providers that the contract suite is run over, each with what its simulator offers it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from konter.kernel.money import Rupiah
from konter.upstreams.contract import Provider, Purchase
from konter.upstreams.providers.digiflazz import Digiflazz, DigiflazzSettings
from konter.upstreams.providers.okeconnect import Okeconnect, OkeconnectSettings
from tests.contract.mailbox import SECRET, Mailbox
from tests.sim_process import (
    DEV_KEY,
    OKECONNECT_MEMBER_ID,
    PROD_KEY,
    USERNAME,
    Sim,
    SimOkeconnect,
)

OKECONNECT_PIN = "907154"
OKECONNECT_PASSWORD = "s&n d+i%20#h2h"

Act = Callable[[Sim, Mailbox, str], Awaitable[None]]
"""What the upstream is made to send to the mailbox about one reference."""


@dataclass(frozen=True, slots=True)
class Case:
    """One adapter in one mode. The numbers make its simulator deliver, refuse, wait or lie.

    ``upstream``: where its books and its clock are. ``callbacks_are_hints``: they name a purchase
    and tell nothing about it. ``unproved``, ``forged``: a callback without its proof, with a false
    one; ``nameless``: one that names no purchase. ``odd_rows``: how many of its price list's rows
    cannot be read.
    """

    name: str
    build: Callable[[Sim], Provider]
    upstream: Callable[[Sim], Sim | SimOkeconnect]
    secrets: tuple[str, ...]
    sku: str
    price: int
    delivered: str
    refused: str
    pending_then_delivered: str
    pending_then_refused: str
    unproved: Act
    forged: Act
    nameless: Act
    callbacks_are_hints: bool = False
    odd_rows: int = 0

    def ask(self, customer_no: str, *, first: bool = True, tail: str = "A1B2C3D4") -> Purchase:
        return Purchase(
            reference=f"TRX-20261116-{tail}",
            sku=self.sku,
            customer_no=customer_no,
            max_price=Rupiah(self.price + 500),
            first=first,
            sent_at=datetime.now(UTC),
        )


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


async def _unsigned(sim: Sim, _: Mailbox, reference: str) -> None:
    await sim.webhook(reference, signed=False)


async def _forged(sim: Sim, _: Mailbox, reference: str) -> None:
    await sim.webhook(reference, signed="forged")


async def _ping(sim: Sim, _mailbox: Mailbox, _reference: str) -> None:
    await sim.ping()


def okeconnect_settings(sim: Sim) -> OkeconnectSettings:
    return OkeconnectSettings(
        OKECONNECT_MEMBER_ID,
        OKECONNECT_PIN,
        OKECONNECT_PASSWORD,
        base_url=sim.okeconnect.url,
        price_list_url=sim.okeconnect.price_list_url,
        callback_secret=SECRET,
        purchase_timeout_s=5,
        enquiry_timeout_s=5,
        check_timeout_s=5,
    )


async def _strangers(sim: Sim, mailbox: Mailbox, reference: str) -> None:
    await sim.okeconnect.callback(reference, url=mailbox.url)


async def _guessed(sim: Sim, mailbox: Mailbox, reference: str) -> None:
    await sim.okeconnect.callback(reference, url=f"{mailbox.url}?secret={SECRET.upper()}")


async def _blank(sim: Sim, mailbox: Mailbox, reference: str) -> None:
    url = f"{mailbox.url}?secret={SECRET}"
    await sim.okeconnect.callback(reference, url=url, refid=" ")


CASES = (
    Case(
        name="digiflazz-development",
        build=_digiflazz(DEV_KEY),
        upstream=lambda sim: sim,
        secrets=(DEV_KEY, SECRET),
        sku="xld10",
        price=10_000,
        delivered="087800001230",
        refused="087800001232",
        pending_then_delivered="087800001233",
        pending_then_refused="087800001234",
        unproved=_unsigned,
        forged=_forged,
        nameless=_ping,
    ),
    Case(
        name="digiflazz-production",
        build=_digiflazz(PROD_KEY),
        upstream=lambda sim: sim,
        secrets=(PROD_KEY, SECRET),
        sku="s10",
        price=10_275,
        delivered="081298761111",
        refused="081298764054",
        pending_then_delivered="081298761233",
        pending_then_refused="081298761234",
        unproved=_unsigned,
        forged=_forged,
        nameless=_ping,
    ),
    Case(
        name="okeconnect",
        build=lambda sim: Okeconnect(okeconnect_settings(sim)),
        upstream=lambda sim: sim.okeconnect,
        secrets=(OKECONNECT_PIN, OKECONNECT_PASSWORD, SECRET),
        sku="S10",
        price=10_275,
        delivered="081298761230",
        refused="081298764054",
        pending_then_delivered="081298761233",
        pending_then_refused="081298761234",
        unproved=_strangers,
        forged=_guessed,
        nameless=_blank,
        callbacks_are_hints=True,
        odd_rows=6,
    ),
)
