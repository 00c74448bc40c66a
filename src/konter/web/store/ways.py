"""The ways to pay for what was chosen, each with the total that the buyer is shown."""

from __future__ import annotations

from dataclasses import dataclass

from konter.catalogue.shelves import Deal
from konter.funding.channels import Way, ways
from konter.kernel.money import Rupiah
from konter.ledger.read import balance
from konter.web.page.guard import visit
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

    @property
    def is_qris(self) -> bool:
        return "qris" in self.name.casefold()

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
    cheapest: dict[tuple[str, str], Choice] = {}
    for way in found:
        if not _takes(way, price):
            continue
        choice = _choice(way, price, visit(request).say)
        named = ("", "qris") if choice.is_qris else (choice.group, choice.name.casefold())
        if named not in cheapest or choice.total < cheapest[named].total:
            cheapest[named] = choice
    return sorted(cheapest.values(), key=lambda one: (not one.is_qris, one.group, one.name))


async def purse_for(request: SiteRequest, deal: Deal) -> Purse:
    async with request.desks.db.read() as tx:
        amount = await balance(tx, request.user.id)
    enough = amount >= deal.price
    own = Choice("", "", "balance", deal.price, Rupiah(0))
    return Purse(amount, own if enough else None)


def _takes(way: Way, price: Rupiah) -> bool:
    asked = price + way.surcharge
    too_little = way.least is not None and asked < way.least
    too_much = way.most is not None and asked > way.most
    return way.is_open and not too_little and not too_much


def _choice(way: Way, price: Rupiah, say: Say) -> Choice:
    """Gateways name their groups in English; ours have an Indonesian name."""
    groups = {
        "virtual account": say("Virtual account bank"),
        "convenience store": say("Minimarket"),
        "e-wallet": say("Dompet digital"),
    }
    group = groups.get(way.kind.casefold(), way.kind)
    return Choice(way.name, group, way.full_name, price + way.buyer_pays, way.buyer_pays)
