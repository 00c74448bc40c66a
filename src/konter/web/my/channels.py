"""The ways to pay one amount, as a form offers them."""

from __future__ import annotations

from dataclasses import dataclass

from konter.db.pool import Tx
from konter.funding.channels import Way, ways
from konter.kernel.money import ZERO, Rupiah
from konter.web.request import SiteRequest


@dataclass(frozen=True, slots=True)
class Choice:
    """``code``: ``tripay:QRIS2``. ``fee``: what comes on top, and ``total``: what is paid in all.
    ``least`` or ``most`` is given where this amount is outside of them."""

    code: str
    name: str
    group: str
    fee: Rupiah
    total: Rupiah
    is_open: bool
    least: Rupiah | None
    most: Rupiah | None


async def choices(request: SiteRequest, tx: Tx, amount: Rupiah) -> list[Choice]:
    """What can be used first; the cheapest first."""
    found = [_choice(way, amount) for way in await ways(request.shop.orders.funding, tx, amount)]
    return sorted(found, key=lambda one: (not one.is_open, one.fee.amount, one.name))


def _choice(way: Way, amount: Rupiah) -> Choice:
    asked = amount + way.surcharge
    too_little = way.least is not None and amount > ZERO and asked < way.least
    too_much = way.most is not None and asked > way.most
    return Choice(
        code=way.full_name,
        name=way.name,
        group=way.kind,
        fee=way.buyer_pays,
        total=amount + way.buyer_pays,
        is_open=way.is_open and not too_little and not too_much,
        least=way.least if too_little else None,
        most=way.most if too_much else None,
    )
