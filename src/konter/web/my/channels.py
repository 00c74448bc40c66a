"""The ways to pay one amount, as a form offers them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from konter.db.pool import Tx
from konter.funding.channels import Way, ways
from konter.kernel.money import ZERO, Rupiah
from konter.web.request import SiteRequest

QRIS: Final = "QRIS"
"""A kind of its own, wherever a gateway lists it."""

FIRST: Final = ("qris", "wallet", "virtual", "va")
"""Kinds that are paid on the telephone one holds."""

GATEWAYS: Final = {"ipaymu": "iPaymu", "tripay": "Tripay"}


@dataclass(frozen=True, slots=True)
class Choice:
    """``code``: ``tripay:QRIS2``. ``fee``: what comes on top, and ``total``: what is paid in all.
    ``least`` or ``most`` is given where this amount is outside of them."""

    code: str
    name: str
    gateway: str
    group: str
    fee: Rupiah
    total: Rupiah
    is_open: bool
    least: Rupiah | None
    most: Rupiah | None


@dataclass(frozen=True, slots=True)
class Group:
    """Ways of one kind, in the gateways' word for it."""

    name: str
    ways: list[Choice]

    def holds(self, code: str) -> bool:
        return any(way.code == code for way in self.ways)


async def choices(request: SiteRequest, tx: Tx, amount: Rupiah) -> list[Group]:
    """What is paid at once stands first; within a kind what can be used, the cheapest first."""
    found = [_choice(way, amount) for way in await ways(request.shop.orders.funding, tx, amount)]
    found.sort(key=lambda one: (not one.is_open, one.fee.amount, one.name))
    groups: dict[str, Group] = {}
    for one in found:
        groups.setdefault(one.group.casefold(), Group(one.group, [])).ways.append(one)
    return sorted(groups.values(), key=lambda group: (_place(group.name), group.name))


def _place(kind: str) -> int:
    name = kind.casefold()
    return next((place for place, word in enumerate(FIRST) if word in name), len(FIRST))


def _choice(way: Way, amount: Rupiah) -> Choice:
    asked = amount + way.surcharge
    too_little = way.least is not None and amount > ZERO and asked < way.least
    too_much = way.most is not None and asked > way.most
    return Choice(
        code=way.full_name,
        name=way.name,
        gateway=GATEWAYS.get(way.gateway, way.gateway),
        group=QRIS if QRIS in f"{way.name} {way.code}".upper() else way.kind,
        fee=way.buyer_pays,
        total=amount + way.buyer_pays,
        is_open=way.is_open and not too_little and not too_much,
        least=way.least if too_little else None,
        most=way.most if too_much else None,
    )
