"""Members' machines order, batch first: the core of the JSON door and of the Otomax door.

Judged here is what a member may buy (its products, its day, its price limit, no repeat by
accident); then it is placed as any order from the balance is. A reference that is known is
answered with what stands under it, and nothing is judged again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import psycopg
import structlog

from konter.catalogue.destinations import needs
from konter.catalogue.offers import sellables
from konter.db.pool import Tx
from konter.kernel.errors import CommitUnknown, Invalid, KonterError, Refused
from konter.orders import requests
from konter.orders.desk import OrdersDesk
from konter.orders.judge import ProductClosed, SoldToday, read_asks
from konter.orders.member_terms import TERMS_REFUSED, Terms, read_day, take_turns
from konter.orders.place import AccountBlocked, NotEnoughBalance, place_many
from konter.orders.requests import Ask, Placed, RefReused, RefusedBefore, choose, clean_ask
from konter.people.members import Member

log = structlog.get_logger("konter.orders")

PRODUCTS = """
SELECT p.id, p.code, p.type, p.brand, p.description, c.slug, p.by_amount
FROM catalogue.products p JOIN catalogue.categories c ON c.id = p.category_id
WHERE p.code = ANY(%(codes)s)
"""

USER_AND_SERVER = re.compile(r"([0-9]{1,20})[|(.,/-]([^()|]{1,32})\)?")
"""How two parts of a destination are written in one text: ``12345678(1234)``."""


TAKEN = """
SELECT n.place
FROM unnest(%(place)s::integer[], %(user_id)s::bigint[], %(ref_id)s::text[])
    AS n (place, user_id, ref_id)
JOIN orders.requests r ON r.user_id = n.user_id AND r.ref_id = n.ref_id
WHERE r.order_id IS NOT NULL
"""


class ProductUnknown(Refused):
    """No product has this code."""

    code = "product_unknown"
    message = "Kode produk tidak dikenal"


REFUSALS: Final = (
    ProductUnknown,
    *TERMS_REFUSED,
    ProductClosed,
    SoldToday,
    NotEnoughBalance,
    AccountBlocked,
    RefReused,
    RefusedBefore,
)
"""All that an order can be refused for, beside what cannot be read."""


@dataclass(frozen=True, slots=True)
class MemberOrder:
    """One purchase as a member's machine asks for it. ``ref_id``: the member's own. ``max_price``:
    whole rupiah. ``counter``: 2 for a second purchase of the same thing on one day, and so on.
    ``quantity``: of an open denomination its amount, whole rupiah; of anything else one."""

    member: Member
    product_code: str
    number: str
    ref_id: str
    max_price: int | None = None
    counter: int | None = None
    quantity: int | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """A purchase whose product is known, and the terms that its member buys on."""

    ask: Ask
    terms: Terms


@dataclass(slots=True)
class Verdict:
    """Of the fresh wishes by their place: what is refused; what waits, because whether it may be
    bought depends on others of the same batch; and of what was asked twice the first."""

    refused: dict[int, Refused] = field(default_factory=dict)
    crowded: list[int] = field(default_factory=list)
    twin_of: dict[int, int] = field(default_factory=dict)


async def order_many(desk: OrdersDesk, orders: Sequence[MemberOrder]) -> list[Placed | Exception]:
    """Order a list. Each item's result: its order (new or replayed), or its refusal, which a
    repeat of its reference gets again. Raises what the database raises."""
    async with desk.db.read() as tx:
        products = await _products(tx, {order.product_code for order in orders})
        results, wishes = _readable(orders, products)
        for place in await _taken(tx, orders, list(results)):
            results[place] = RefReused(ref_id=orders[place].ref_id)
    ordered = await _order_or_singly(desk, list(wishes.values()))
    results.update(zip(wishes, ordered, strict=True))
    return [results[place] for place in range(len(orders))]


def _readable(
    orders: Sequence[MemberOrder], products: Mapping[str, _Product]
) -> tuple[dict[int, Placed | Exception], dict[int, Wish]]:
    """What is refused because it cannot be read, and what may be ordered, by their places."""
    refused: dict[int, Placed | Exception] = {}
    wishes: dict[int, Wish] = {}
    for place, order in enumerate(orders):
        product = products.get(order.product_code)
        if product is None:
            refused[place] = ProductUnknown(product=order.product_code)
            continue
        try:
            wishes[place] = _wish(order, product)
        except Invalid as error:
            refused[place] = error
    return refused, wishes


async def _taken(tx: Tx, orders: Sequence[MemberOrder], places: Sequence[int]) -> list[int]:
    """Of these places those whose reference has bought something before, a bill perhaps: 'failed'
    would be taken for the end of that."""
    if not places:
        return []
    facts = {
        "place": list(places),
        "user_id": [orders[place].member.user_id for place in places],
        "ref_id": [orders[place].ref_id for place in places],
    }
    return [row[0] for row in await tx.rows(TAKEN, facts)]


async def _order_or_singly(
    desk: OrdersDesk, wishes: Sequence[Wish]
) -> Sequence[Placed | Exception]:
    """One strange wish costs the others nothing; after a commit of unknown end, what stands."""
    try:
        return await _order(desk, wishes)
    except CommitUnknown:
        return await requests.reread(desk.db, [wish.ask for wish in wishes])
    except (psycopg.Error, KonterError) as error:
        if len(wishes) == 1:
            return [error]
        log.warning("orders.batch_failed", orders=len(wishes), problem=str(error))
    results: list[Placed | Exception] = []
    for wish in wishes:
        results.extend(await _order_or_singly(desk, [wish]))
    return results


async def _order(desk: OrdersDesk, wishes: Sequence[Wish]) -> Sequence[Placed | Exception]:
    """The turn is held until the orders stand, so what the next one finds of the day is so."""
    if not wishes:
        return []
    now, asks = desk.clock.now(), [wish.ask for wish in wishes]
    async with desk.db.transaction() as tx:
        await take_turns(tx, (ask.user_id for ask in asks))
        results = await requests.standing_ones(tx, asks, range(len(asks)))
        verdict = await _judge(desk, tx, wishes, standing=results, now=now)
        results.update(await _remember(desk, tx, asks, verdict, now=now))
        going = [p for p in range(len(asks)) if p not in results and p not in verdict.crowded]
        placed = await place_many(desk, [asks[place] for place in going]) if going else []
        results.update(zip(going, placed, strict=True))
    later = await _order_or_singly(desk, [wishes[place] for place in verdict.crowded])
    results.update(zip(verdict.crowded, later, strict=True))
    return [results[place] for place in range(len(asks))]


async def _judge(
    desk: OrdersDesk,
    tx: Tx,
    wishes: Sequence[Wish],
    *,
    standing: Mapping[int, object],
    now: datetime,
) -> Verdict:
    """In order of arrival. What cannot be read at all is left to the placing to refuse."""
    fresh = [place for place in range(len(wishes)) if place not in standing]
    sold = await sellables(tx, sorted({wishes[place].ask.product_id for place in fresh}))
    _, readable = read_asks(desk, [wishes[place].ask for place in fresh], sold)
    wanted = {fresh[position]: one for position, one in readable.items()}
    by_place = {place: wishes[place].terms for place in wanted}
    stands = await read_day(tx, wanted, by_place, at=now)
    verdict, so_far = Verdict(), stands.copy()
    first: dict[tuple[int, str], int] = {}
    for place, one in wanted.items():
        terms, original = by_place[place], first.setdefault(one.ask.key, place)
        if original != place:
            verdict.twin_of[place] = original
        elif (objection := stands.objection(one, terms)) is not None:
            verdict.refused[place] = objection
        elif so_far.objection(one, terms) is not None:
            verdict.crowded.append(place)
        else:
            so_far.take(one)
    verdict.crowded += [p for p, original in verdict.twin_of.items() if original in verdict.crowded]
    return verdict


async def _remember(
    desk: OrdersDesk, tx: Tx, asks: Sequence[Ask], verdict: Verdict, *, now: datetime
) -> dict[int, Placed | Exception]:
    """Refusals stand under their references, so that a late duplicate cannot suddenly succeed."""
    refused = verdict.refused
    if not refused:
        return {}
    ids = await desk.ids.take(tx, len(refused))
    entered = await requests.enter(tx, asks, dict(zip(refused, ids, strict=True)), at=now)
    await requests.refuse(tx, asks, {place: refused[place] for place in entered.fresh})
    results: dict[int, Placed | Exception] = {**refused, **entered.answered}
    for place, original in verdict.twin_of.items():
        if original in results:
            results[place] = requests.as_twin(asks[place], asks[original], results[original])
    return results


@dataclass(frozen=True, slots=True)
class _Product:
    id: int
    code: str
    type: str
    brand: str
    description: str
    slug: str
    by_amount: bool


async def _products(tx: Tx, codes: set[str]) -> dict[str, _Product]:
    """By the code as it was sent, which may be written all large or all small: much software of
    this trade writes codes so, whatever the price list says."""
    spelled = {spelling for code in codes for spelling in _spellings(code)}
    found = {p.code: p for p in await tx.records(_Product, PRODUCTS, {"codes": sorted(spelled)})}
    known = {code: next(filter(None, map(found.get, _spellings(code))), None) for code in codes}
    return {code: product for code, product in known.items() if product is not None}


def _spellings(code: str) -> tuple[str, str, str]:
    return code, code.lower(), code.upper()


def _wish(order: MemberOrder, product: _Product) -> Wish:
    """Raises Invalid."""
    target, server = _parts(order.number, product)
    ask = clean_ask(
        user_id=order.member.user_id,
        product_id=product.id,
        target_id=target,
        server_id=server,
        ref_id=order.ref_id,
        pays_reseller_price=True,
    )
    if product.by_amount:
        ask = choose(ask, order.quantity)
    terms = Terms(
        limits=order.member.limits,
        category_slug=product.slug,
        max_price=order.max_price,
        counter=order.counter,
        quantity=1 if product.by_amount or order.quantity is None else order.quantity,
    )
    return Wish(ask, terms)


def _parts(number: str, product: _Product) -> tuple[str, str | None]:
    """One text in its two parts, where the product wants two."""
    fields = needs(product.type, product.brand, product.description)
    both = USER_AND_SERVER.fullmatch(number) if len(fields) == 2 else None
    return (both[1], both[2]) if both else (number, None)
