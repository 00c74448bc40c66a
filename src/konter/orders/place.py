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

from konter.catalogue.offers import Offer, sellables
from konter.kernel.errors import CommitUnknown, KonterError, Refused
from konter.kernel.money import Rupiah
from konter.ledger.holds import Hold, hold_many
from konter.ledger.wallets import Wallet, lock_wallets
from konter.orders import birth, requests
from konter.orders.desk import OrdersDesk
from konter.orders.judge import Shelf, Wanted, best_offer, costs_more, read_asks, stock_shelf
from konter.orders.requests import Ask, Placed
from konter.suppliers.breaker import take_probes

log = structlog.get_logger("konter.orders")


class NotEnoughBalance(Refused):
    """The buyer's wallet cannot pay; amounts as the API writes them."""

    code = "not_enough_balance"
    message = "Saldo tidak mencukupi"


class AccountBlocked(Refused):
    """The buyer's wallet is blocked."""

    code = "wallet_blocked"
    status = 403
    message = "Saldo akun ini sedang diblokir, hubungi admin"


@dataclass(slots=True)
class Till:
    """What a batch has under lock: the wallets, what it spent of them, what it may sell."""

    wallets: Mapping[int, Wallet]
    shelf: Shelf
    spent: dict[int, int] = field(default_factory=dict)


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
        sold = await sellables(tx, sorted({ask.product_id for ask in asks}), at=now)
        results, wanted = read_asks(desk, asks, sold)
        order_ids = dict(zip(wanted, await desk.ids.take(tx, len(wanted)), strict=True))
        entered = await requests.enter(tx, asks, order_ids, at=now)
        results.update(entered.answered)
        fresh = [wanted[place] for place in entered.fresh]
        wallets = await lock_wallets(tx, {w.ask.user_id for w in fresh})
        things = ((w.thing, w.sellable) for w in fresh)
        till = Till(wallets, await stock_shelf(desk, tx, things, now, sends=True))
        births: list[birth.Birth] = []
        for place in entered.fresh:
            judged = _judge(desk, wanted[place], till, now)
            if isinstance(judged, Refused):
                results[place] = judged
            else:
                given = {"place": place, "order_id": order_ids[place]}
                births.append(birth.birth_of(desk, wanted[place], judged, **given, now=now))
        refused = {place: results[place] for place in entered.fresh if place in results}
        await requests.refuse(tx, asks, refused)
        await take_probes(tx, till.shelf.probing, at=now, limits=desk.breaker)
        results.update(await birth.bear(desk, tx, births, at=now))
        await hold_many(tx, [_hold(b, now) for b in births], locked=wallets, at=now)
    if births:
        desk.hints.due()
    for place, original in entered.twins.items():
        results[place] = requests.as_twin(asks[place], asks[original], results[original])
    return [_with_balance(results[place], wallets) for place in range(len(asks))]


def _judge(desk: OrdersDesk, wanted: Wanted, till: Till, now: datetime) -> Offer | Refused:
    """Under lock, in order of arrival: the offer to buy at, or why not. Reserves the price."""
    offer = best_offer(desk, wanted, till.shelf, now)
    if isinstance(offer, Refused):
        return offer
    if (dearer := costs_more(wanted, wanted.price)) is not None:
        return dearer
    user_id = wanted.ask.user_id
    spent = till.spent.get(user_id, 0)
    if (objection := cannot_pay(till.wallets.get(user_id), wanted.price, spent)) is not None:
        return objection
    till.spent[user_id] = till.spent.get(user_id, 0) + wanted.price
    till.shelf.take(wanted.thing, offer)
    return offer


def cannot_pay(wallet: Wallet | None, price: int, spent: int = 0) -> Refused | None:
    """Why this wallet cannot pay ``price`` beside what is ``spent`` already (whole rupiah)."""
    if wallet is not None and wallet.blocked:
        return AccountBlocked()
    available = wallet.spendable - spent if wallet else 0
    if available >= price:
        return None
    return NotEnoughBalance(
        required=Rupiah(price).wire(),
        current_balance=Rupiah(available).wire(),
        shortage=Rupiah(price - available).wire(),
    )


def _hold(born: birth.Birth, now: datetime) -> Hold:
    return Hold(born.order_id, born.ask.user_id, Rupiah(born.price), born.code, now)


def _with_balance(result: Placed | Exception, wallets: Mapping[int, Wallet]) -> Placed | Exception:
    if isinstance(result, Placed) and (wallet := wallets.get(result.order.user_id)):
        return Placed(result.order, result.replayed, wallet.balance)
    return result
