"""Placing orders, batch first: an order is born together with its hold and its due attempt.

The act takes a list, makes a fixed number of statements and answers per item; a single order is
a list of one. Money is judged under lock, in the order of arrival.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import psycopg
import structlog

from konter.catalogue.destinations import Destination, read_destination
from konter.catalogue.offers import Offer, Sellable, sellables, usable_offers
from konter.db.pool import Tx
from konter.kernel.clock import WIB, business_date
from konter.kernel.errors import CommitUnknown, Invalid, KonterError, Refused
from konter.kernel.ids import transaction_code
from konter.kernel.money import Rupiah
from konter.ledger.holds import Hold, hold_many
from konter.ledger.wallets import Wallet, lock_wallets
from konter.orders import birth, requests
from konter.orders.desk import OrdersDesk
from konter.orders.requests import Ask, Placed

log = structlog.get_logger("konter.orders")

# The same product to the same number on the same day, for products that refuse a second sale.
SOLD_TODAY = """
SELECT DISTINCT o.product_id, o.target_id, o.server_id
FROM unnest(%(product_id)s::bigint[], %(target_id)s::text[], %(server_id)s::text[])
    AS n (product_id, target_id, server_id)
JOIN orders.orders o ON o.business_date = %(today)s AND o.product_id = n.product_id
    AND o.target_id = n.target_id AND o.server_id IS NOT DISTINCT FROM n.server_id
WHERE o.state IN ('held', 'sent', 'delivered', 'disputed')
"""


class NotEnoughBalance(Refused):
    """The buyer's wallet cannot pay; amounts as the API writes them."""

    code = "not_enough_balance"
    message = "Saldo tidak mencukupi"


class ProductClosed(Refused):
    """Closed here or upstream, in its cut-off, out of stock, or it would be sold at a loss."""

    code = "product_closed"
    message = "Produk sedang tidak tersedia"


class SoldToday(Refused):
    """The upstream refuses a second sale of this product to this number on one day."""

    code = "sold_today"
    message = "Produk ini sudah dibeli hari ini untuk nomor yang sama, coba nominal lain atau besok"


class AccountBlocked(Refused):
    """The buyer's wallet is blocked."""

    code = "wallet_blocked"
    status = 403
    message = "Saldo akun ini sedang diblokir, hubungi admin"


@dataclass(frozen=True, slots=True)
class Wanted:
    """One ask that may become an order: what it is, and where it would be bought."""

    ask: Ask
    sellable: Sellable
    destination: Destination
    price: int

    @property
    def thing(self) -> tuple[int, str, str | None]:
        """What is bought for whom: the product and the number."""
        parts = self.destination.parts
        return self.sellable.product_id, parts[0], parts[1] if len(parts) > 1 else None


@dataclass(slots=True)
class Till:
    """What a batch has under lock: the wallets, what it spent of them, what it sold today.

    ``offers``: those to buy at now, by product and price; the same for all of the batch.
    """

    wallets: Mapping[int, Wallet]
    sold: set[tuple[int, str, str | None]]
    spent: dict[int, int] = field(default_factory=dict)
    offers: dict[tuple[int, int], list[Offer]] = field(default_factory=dict)


async def place_many(desk: OrdersDesk, asks: Sequence[Ask]) -> list[Placed | Exception]:
    """Place a list in one commit. Each item's result: its order (new or replayed) or its refusal.

    A commit that failed is re-read by its keys; any other error of the batch places the items
    singly, so that one strange item costs the others nothing.
    """
    try:
        return await _place(desk, asks)
    except CommitUnknown:
        log.warning("orders.commit_unknown", orders=len(asks))
        return await requests.reread(desk.db, asks)
    except (psycopg.Error, KonterError) as error:
        if len(asks) == 1:
            return [error]
        log.warning("orders.batch_failed", orders=len(asks), problem=str(error))
    results: list[Placed | Exception] = []
    for ask in asks:
        results.extend(await place_many(desk, [ask]))
    return results


async def _place(desk: OrdersDesk, asks: Sequence[Ask]) -> list[Placed | Exception]:
    now = desk.clock.now()
    async with desk.db.transaction() as tx:
        sold = await sellables(tx, sorted({ask.product_id for ask in asks}))
        results, wanted = _read(desk, asks, sold)
        order_ids = dict(zip(wanted, await desk.ids.take(tx, len(wanted)), strict=True))
        entered = await requests.enter(tx, asks, order_ids, at=now)
        results.update(entered.answered)
        fresh = [wanted[place] for place in entered.fresh]
        wallets = await lock_wallets(tx, {w.ask.user_id for w in fresh})
        till = Till(wallets, await _sold_today(tx, fresh, now))
        births: list[birth.Birth] = []
        for place in entered.fresh:
            judged = _judge(desk, wanted[place], till, now)
            if isinstance(judged, Refused):
                results[place] = judged
            else:
                given = {"place": place, "order_id": order_ids[place]}
                births.append(_birth(desk, wanted[place], judged, **given, now=now))
        refused = {place: results[place] for place in entered.fresh if place in results}
        await requests.refuse(tx, asks, refused)
        results.update(await birth.bear(desk, tx, births, at=now))
        await hold_many(tx, [_hold(b, now) for b in births], locked=wallets, at=now)
    if births:
        desk.hints.due()
    for place, original in entered.twins.items():
        results[place] = requests.as_twin(asks[place], asks[original], results[original])
    return [_with_balance(results[place], wallets) for place in range(len(asks))]


def _read(
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
            destination = read_destination(
                type=sellable.type,
                brand=sellable.brand,
                description=sellable.description,
                target_id=ask.target_id,
                server_id=ask.server_id,
                development=desk.development,
            )
        except Invalid as error:
            refused[place] = error
            continue
        price = sellable.reseller_price if ask.pays_reseller_price else sellable.retail_price
        wanted[place] = Wanted(ask, sellable, destination, price.amount)
    return refused, wanted


def _judge(desk: OrdersDesk, wanted: Wanted, till: Till, now: datetime) -> Offer | Refused:
    """Under lock, in order of arrival: the offer to buy at, or why not. Reserves the price."""
    priced = (wanted.sellable.product_id, wanted.price)
    if (offers := till.offers.get(priced)) is None:
        offers = till.offers[priced] = _offers(desk, wanted, now)
    if not wanted.sellable.is_active or not offers:
        return ProductClosed()
    if not offers[0].multi and wanted.thing in till.sold:
        return SoldToday()
    user_id = wanted.ask.user_id
    wallet = till.wallets.get(user_id)
    if wallet is not None and wallet.blocked:
        return AccountBlocked()
    available = wallet.spendable - till.spent.get(user_id, 0) if wallet else 0
    if available < wanted.price:
        return NotEnoughBalance(
            required=Rupiah(wanted.price).wire(),
            current_balance=Rupiah(available).wire(),
            shortage=Rupiah(wanted.price - available).wire(),
        )
    till.spent[user_id] = till.spent.get(user_id, 0) + wanted.price
    till.sold.add(wanted.thing)
    return offers[0]


def _offers(desk: OrdersDesk, wanted: Wanted, now: datetime) -> list[Offer]:
    local = now.astimezone(WIB)
    offers = usable_offers(
        wanted.sellable,
        price=Rupiah(wanted.price),
        minimum_margin=desk.minimum_margin,
        minute_of_day_wib=local.hour * 60 + local.minute,
        blocked=set(),
    )
    return [offer for offer in offers if offer.account in desk.providers]


async def _sold_today(
    tx: Tx, fresh: Sequence[Wanted], now: datetime
) -> set[tuple[int, str, str | None]]:
    """Which of these were sold today already; asked only for products that sell once a day."""
    once_a_day = [w.thing for w in fresh if not all(o.multi for o in w.sellable.offers)]
    if not once_a_day:
        return set()
    facts = {
        "product_id": [thing[0] for thing in once_a_day],
        "target_id": [thing[1] for thing in once_a_day],
        "server_id": [thing[2] for thing in once_a_day],
        "today": business_date(now),
    }
    return {(row[0], row[1], row[2]) for row in await tx.rows(SOLD_TODAY, facts)}


def _birth(
    desk: OrdersDesk, wanted: Wanted, offer: Offer, *, place: int, order_id: int, now: datetime
) -> birth.Birth:
    provider = desk.providers[offer.account]
    _, target_id, server_id = wanted.thing
    return birth.Birth(
        place=place,
        order_id=order_id,
        ask=wanted.ask,
        sellable=wanted.sellable,
        target_id=target_id,
        server_id=server_id,
        customer_no=provider.join(wanted.destination.parts, wanted.sellable.brand),
        price=wanted.price,
        offer=offer,
        code=transaction_code(now),
    )


def _hold(born: birth.Birth, now: datetime) -> Hold:
    return Hold(born.order_id, born.ask.user_id, Rupiah(born.price), born.code, now)


def _with_balance(result: Placed | Exception, wallets: Mapping[int, Wallet]) -> Placed | Exception:
    if isinstance(result, Placed) and (wallet := wallets.get(result.order.user_id)):
        return Placed(result.order, result.replayed, wallet.balance)
    return result
