"""The ways to pay for what was chosen, each with the total that the buyer is shown."""

from __future__ import annotations

from dataclasses import dataclass

from konter.catalogue.shelves import Deal
from konter.funding.channels import Way, ways
from konter.funding.one_of_each import one_of_each
from konter.kernel.money import Rupiah
from konter.ledger.read import balance
from konter.web.page.guard import visit
from konter.web.page.pay_kinds import kind_of, name_of, place_of
from konter.web.page.words import Say
from konter.web.request import SiteRequest


@dataclass(frozen=True, slots=True)
class Choice:
    """A way to pay for what was chosen. ``total``: all of it, whole rupiah, of which ``extra``
    comes on top of the price. ``value``: what the form sends: the total that was shown, and which
    way."""

    name: str
    group: str
    full_name: str
    total: Rupiah
    extra: Rupiah
    is_qris: bool = False

    @property
    def value(self) -> str:
        return f"{self.total.amount} {self.full_name}"


@dataclass(frozen=True, slots=True)
class Purse:
    """The balance of who has signed in. ``choice`` None: it does not suffice."""

    amount: Rupiah
    choice: Choice | None


async def choices_for(request: SiteRequest, price: Rupiah) -> list[Choice]:
    """The ways that take this amount now; QRIS first, because everybody has it. Of two gateways'
    same way the one that costs the buyer less."""
    async with request.desks.db.read() as tx:
        found = await ways(request.shop.orders.funding, tx, price)
    say = visit(request).say
    fit = (way for way in one_of_each(found, price) if way.takes(price))
    ordered = sorted(fit, key=lambda way: (place_of(way), kind_of(way, say), way.name))
    return [_choice(way, price, say) for way in ordered]


async def purse_for(request: SiteRequest, deal: Deal) -> Purse:
    async with request.desks.db.read() as tx:
        amount = await balance(tx, request.user.id)
    enough = amount >= deal.price
    own = Choice("", "", "balance", deal.price, Rupiah(0))
    return Purse(amount, own if enough else None)


def _choice(way: Way, price: Rupiah, say: Say) -> Choice:
    total = price + way.buyer_pays
    name, kind = name_of(way, say), kind_of(way, say)
    return Choice(name, kind, way.full_name, total, way.buyer_pays, way.is_qris)
