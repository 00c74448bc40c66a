"""What a shop would sell now, and to whom: for every door through which an order is born."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from konter.catalogue.amounts import NotOnePiece, priced
from konter.catalogue.destinations import Destination, read_destination
from konter.catalogue.offers import Offer, Sellable, first_free, usable_offers
from konter.db.pool import Tx
from konter.kernel.clock import WIB
from konter.kernel.errors import Invalid, Refused
from konter.kernel.money import Rupiah
from konter.orders.desk import OrdersDesk
from konter.orders.requests import Ask, Placed
from konter.orders.sold import Thing, accounts_of, sells_once, sold_today
from konter.suppliers.breaker import Key
from konter.suppliers.gate import blocked_accounts


class ProductClosed(Refused):
    """Closed here or upstream, in its cut-off, out of stock, or it would be sold at a loss."""

    code = "product_closed"
    message = "Produk sedang tidak tersedia"


class SoldToday(Refused):
    """The upstream refuses a second sale of this product to this number on one day."""

    code = "sold_today"
    message = "Produk ini sudah dibeli hari ini untuk nomor yang sama, coba nominal lain atau besok"


class PriceChanged(Refused):
    """The buyer was shown less than this would cost now; ``price`` and ``shown`` in whole rupiah.
    Nothing was ordered, and the same request may come again."""

    code = "price_changed"
    status = 409
    message = "Harganya baru saja berubah. Periksa harga yang baru, lalu kirim lagi"


NOT_SOLD: Final = (ProductClosed, SoldToday, NotOnePiece)
"""Why a thing may not be sold, whoever asks by whatever door; beside what cannot be read."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One ask that may become an order: what it is, and where it would be bought. ``sellable``
    stands at the chosen amount; ``price``: all of it, whole rupiah."""

    ask: Ask
    sellable: Sellable
    destination: Destination
    price: int

    @property
    def thing(self) -> Thing:
        parts = self.destination.parts
        return Thing(self.sellable.product_id, parts[0], parts[1] if len(parts) > 1 else None)


@dataclass(slots=True)
class Shelf:
    """What a batch may sell. ``sold``: which accounts sold what today already; ``blocked``: those
    that nothing may be sent to now; ``probing``: breakers that an order of the batch tries.

    ``offers``: those to buy at now, by product, price and chosen amount; the same for all of the
    batch.
    """

    sold: set[tuple[Thing, str]]
    blocked: Set[str] = frozenset()
    probing: set[Key] = field(default_factory=set)
    offers: dict[tuple[int, int, int | None], list[Offer]] = field(default_factory=dict)

    def take(self, thing: Thing, offer: Offer) -> None:
        """An order of the batch will be bought at this offer."""
        self.sold.add((thing, offer.account))
        self.probing.update(offer.probes)


async def stock_shelf(
    desk: OrdersDesk,
    tx: Tx,
    things: Iterable[tuple[Thing, Sellable]],
    now: datetime,
    *,
    sends: bool,
) -> Shelf:
    """Nothing is asked of the database for products that sell often and at one account.

    ``sends``: what is placed is sent at once, so an account that takes nothing now comes last.
    """
    asked = list(things)
    products = {sellable.product_id: sellable for _, sellable in asked}.values()
    limited = {sellable.product_id for sellable in products if sells_once(sellable)}
    once_a_day = {(thing, None) for thing, _ in asked if thing.product_id in limited}
    sold = {(thing, account) for (thing, _), account in await sold_today(desk, tx, once_a_day, now)}
    several = sends and any(len(accounts_of(sellable)) > 1 for sellable in products)
    return Shelf(sold, await blocked_accounts(tx) if several else frozenset())


def read_asks(
    desk: OrdersDesk, asks: Sequence[Ask], sold: Mapping[int, Sellable]
) -> tuple[dict[int, Placed | Exception], dict[int, Wanted]]:
    """What each ask is about, by its place in the list; what cannot be read is refused here."""
    refused: dict[int, Placed | Exception] = {}
    wanted: dict[int, Wanted] = {}
    for place, ask in enumerate(asks):
        sellable = sold.get(ask.product_id)
        if sellable is None:
            refused[place] = Invalid({"product_id": ["Produk tidak ditemukan"]})
            continue
        try:
            sellable = priced(sellable, ask.chosen_amount)
            destination = read_destination(
                type=sellable.type,
                brand=sellable.brand,
                description=sellable.description,
                target_id=ask.target_id,
                server_id=ask.server_id,
                development=desk.development,
            )
        except (Invalid, NotOnePiece) as error:
            refused[place] = error
            continue
        price = sellable.reseller_price if ask.pays_reseller_price else sellable.retail_price
        wanted[place] = Wanted(ask, sellable, destination, price.amount)
    return refused, wanted


def costs_more(wanted: Wanted, total: int) -> PriceChanged | None:
    """Whether ``total`` (whole rupiah, with what a channel adds) is more than its buyer saw."""
    agreed = wanted.ask.agreed
    if agreed is None or total <= agreed:
        return None
    return PriceChanged(price=total, shown=agreed)


def best_offer(desk: OrdersDesk, wanted: Wanted, shelf: Shelf, now: datetime) -> Offer | Refused:
    """The offer to buy at, or why this is not sold now: ProductClosed, SoldToday, or that its
    destination cannot be written as any of its suppliers wants it."""
    asked = (wanted.sellable.product_id, wanted.price, wanted.ask.chosen_amount)
    if (offers := shelf.offers.get(asked)) is None:
        offers = shelf.offers[asked] = offers_now(desk, wanted.sellable, wanted.price, now)
    if not wanted.sellable.is_active or not offers:
        return ProductClosed()
    return pick(desk, shelf, offers, wanted.thing, brand=wanted.sellable.brand)


def pick(
    desk: OrdersDesk, shelf: Shelf, offers: Sequence[Offer], thing: Thing, *, brand: str
) -> Offer | Refused:
    """The first of these offers that can take this thing now. One at an account that takes nothing
    just now is better than none: the order waits for it."""
    fresh = [o for o in offers if o.multi or (thing, o.account) not in shelf.sold]
    if not fresh:
        return SoldToday()
    if thing.server_id is not None:
        joined = {o.account: customer_no(desk, o.account, thing, brand) for o in fresh}
        fit = [o for o in fresh if isinstance(joined[o.account], str)]
        if not fit:
            return next(why for why in joined.values() if isinstance(why, Refused))
        fresh = fit
    free = [o for o in fresh if o.account not in shelf.blocked]
    return first_free(free or fresh, shelf.probing) or ProductClosed()


def customer_no(desk: OrdersDesk, account: str, thing: Thing, brand: str) -> str | Refused:
    """The destination as this account wants it, or why it cannot be written so."""
    parts = (thing.target_id, thing.server_id) if thing.server_id else (thing.target_id,)
    try:
        return desk.providers[account].join(parts, brand)
    except Refused as error:
        return error


def offers_now(desk: OrdersDesk, sellable: Sellable, price: int, now: datetime) -> list[Offer]:
    """Where this can be bought now for a sale at ``price`` (whole rupiah), the best first."""
    local = now.astimezone(WIB)
    offers = usable_offers(
        sellable,
        price=Rupiah(price),
        minimum_margin=desk.minimum_margin,
        minute_of_day_wib=local.hour * 60 + local.minute,
        blocked=frozenset(),
    )
    return takers(desk, sellable, offers)


def takers(desk: OrdersDesk, sellable: Sellable, offers: Iterable[Offer]) -> list[Offer]:
    """Of these offers those at accounts that we can ask, for the amount that was chosen."""
    known = (offer for offer in offers if offer.account in desk.providers)
    if sellable.chosen is None:
        return list(known)
    amounts = ((offer, desk.providers[offer.account].traits.amounts) for offer in known)
    chosen = sellable.chosen.amount
    return [offer for offer, taken in amounts if taken is not None and taken.fits(chosen)]
