"""The ways to pay one amount, as a form offers them."""

from __future__ import annotations

from dataclasses import dataclass

from konter.db.pool import Tx
from konter.funding.channels import Way, ways
from konter.funding.one_of_each import one_of_each
from konter.kernel.money import ZERO, Rupiah
from konter.web.page.guard import visit
from konter.web.page.pay_kinds import kind_of, name_of, place_of
from konter.web.page.words import Say
from konter.web.request import SiteRequest


@dataclass(frozen=True, slots=True)
class Choice:
    """``code``: ``tripay:QRIS2``. ``fee``: what comes on top, and ``total``: what is paid in all.
    ``least`` or ``most`` is given where this amount is outside of them. ``is_qris``: which every
    bank and wallet pays."""

    code: str
    name: str
    fee: Rupiah
    total: Rupiah
    is_open: bool
    least: Rupiah | None
    most: Rupiah | None
    is_qris: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Ways of one kind, in the visitor's language."""

    name: str
    ways: list[Choice]

    def holds(self, code: str) -> bool:
        return any(way.code == code for way in self.ways)


async def choices(request: SiteRequest, tx: Tx, amount: Rupiah) -> list[Group]:
    """One of each way, as at the shop's till. What is paid at once stands first; within a kind what
    can be used, the cheapest first."""
    say = visit(request).say
    found = one_of_each(await ways(request.shop.orders.funding, tx, amount), amount)
    found.sort(key=lambda way: (place_of(way), kind_of(way, say)))
    groups: dict[str, Group] = {}
    for way in found:
        kind = kind_of(way, say)
        groups.setdefault(kind, Group(kind, [])).ways.append(_choice(way, amount, say))
    for group in groups.values():
        group.ways.sort(key=lambda one: (not one.is_open, one.fee, one.name))
    return list(groups.values())


def _choice(way: Way, amount: Rupiah, say: Say) -> Choice:
    return Choice(
        code=way.full_name,
        name=name_of(way, say),
        fee=way.buyer_pays,
        total=amount + way.buyer_pays,
        is_open=way.takes(amount) if amount > ZERO else way.is_open,
        least=way.too_little(amount) if amount > ZERO else None,
        most=way.too_much(amount),
        is_qris=way.is_qris,
    )
