"""What a member's machine may buy, and at what price: judged before its money is held."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from konter.catalogue.amounts import NotOnePiece
from konter.db.pool import Tx
from konter.kernel.clock import business_date
from konter.kernel.errors import Refused
from konter.orders.judge import Wanted
from konter.orders.sold import Thing
from konter.people.members import Limits

# Of one member's orders one batch at a time is judged and placed, whatever process it came to:
# else two of them could each find the day's last order free. In the members' order.
TAKE_TURNS = """
SELECT pg_advisory_xact_lock(hashtextextended(n.user_id::text, 7362515))
FROM unnest(%(user_ids)s::bigint[]) AS n (user_id)
"""

# A buyer's orders are numbered, so those of today are found from the last one of before today.
TODAY = """
SELECT n.user_id, today.orders, today.spent
FROM unnest(%(user_ids)s::bigint[]) AS n (user_id)
CROSS JOIN LATERAL (
    SELECT coalesce(max(o.user_line), 0) AS line FROM orders.orders o
    WHERE o.user_id = n.user_id AND o.business_date < %(today)s) AS before
CROSS JOIN LATERAL (
    SELECT count(*) AS orders,
           coalesce(sum(o.price) FILTER (WHERE o.price_at <> 'buyer'), 0)::bigint AS spent
    FROM orders.orders o
    WHERE o.user_id = n.user_id AND o.user_line > before.line AND o.business_date = %(today)s
      AND o.payment_method = 'balance') AS today
"""

BOUGHT_TODAY = """
SELECT n.user_id, n.product_id, n.target_id, n.server_id, count(*)
FROM unnest(%(user_id)s::bigint[], %(product_id)s::bigint[], %(target_id)s::text[],
    %(server_id)s::text[]) AS n (user_id, product_id, target_id, server_id)
JOIN orders.orders o ON o.business_date = %(today)s AND o.product_id = n.product_id
    AND o.target_id = n.target_id AND o.server_id IS NOT DISTINCT FROM n.server_id
    AND o.user_id = n.user_id
WHERE o.state IN ('held', 'sent', 'delivered', 'disputed')
GROUP BY n.user_id, n.product_id, n.target_id, n.server_id
"""


class ProductNotAdmitted(Refused):
    """The member may not buy it."""

    code = "product_not_admitted"
    message = "Produk ini tidak tersedia untuk member ini"


class PriceAbove(Refused):
    """Our price is more than the caller would pay; both in whole rupiah."""

    code = "price_above_limit"
    message = "Harga produk melebihi batas harga yang diminta"


class OrderLimitReached(Refused):
    """The member has placed as many orders today (WIB) as it may."""

    code = "order_limit_reached"
    message = "Batas jumlah transaksi hari ini sudah tercapai"


class AmountLimitReached(Refused):
    """The member would spend more today (WIB) than it may; amounts in whole rupiah."""

    code = "amount_limit_reached"
    message = "Batas nominal transaksi hari ini sudah tercapai"


class RepeatedToday(Refused):
    """The same product for the same number was bought today under another reference, and the caller
    did not say that it means to. ``counter``: what to send if it does."""

    code = "repeated_today"

    def __init__(self, *, counter: int) -> None:
        super().__init__(
            f"Transaksi dobel hari ini, kirim counter={counter} jika memang ingin membeli lagi",
            counter=counter,
        )


TERMS_REFUSED: Final = (
    ProductNotAdmitted,
    NotOnePiece,
    PriceAbove,
    OrderLimitReached,
    AmountLimitReached,
    RepeatedToday,
)


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms a member buys one thing. ``max_price``: whole rupiah. ``counter``: the n-th
    purchase of it today is meant. ``quantity``: of what has a fixed price there is only one."""

    limits: Limits
    category_slug: str
    max_price: int | None = None
    counter: int | None = None
    quantity: int = 1

    @property
    def has_day_limit(self) -> bool:
        return has_day_limit(self.limits)


def has_day_limit(limits: Limits) -> bool:
    return limits.orders_per_day is not None or limits.amount_per_day is not None


Bought = tuple[int, Thing]
"""Who bought what."""


@dataclass(slots=True)
class Day:
    """What members have bought today (WIB): so many orders, for so much (whole rupiah; what was
    given back does not count), and how often each thing."""

    orders: dict[int, int] = field(default_factory=dict)
    spent: dict[int, int] = field(default_factory=dict)
    bought: dict[Bought, int] = field(default_factory=dict)

    def objection(self, wanted: Wanted, terms: Terms) -> Refused | None:
        """Why this may not be bought on these terms after what was bought already, or None."""
        user_id, limits = wanted.ask.user_id, terms.limits
        if not limits.admit_product(wanted.sellable.code, terms.category_slug):
            return ProductNotAdmitted()
        if terms.quantity != 1:
            return NotOnePiece()
        if terms.max_price is not None and wanted.price > terms.max_price:
            return PriceAbove(price=wanted.price, max_price=terms.max_price)
        times = self.bought.get((user_id, wanted.thing), 0)
        if times >= (terms.counter or 1):
            return RepeatedToday(counter=times + 1)
        return self.over(user_id, limits, wanted.price)

    def over(self, user_id: int, limits: Limits, price: int) -> Refused | None:
        """Why one more purchase at ``price`` (whole rupiah) is more than a day allows, or None."""
        orders, spent = self.orders.get(user_id, 0), self.spent.get(user_id, 0)
        if limits.orders_per_day is not None and orders >= limits.orders_per_day:
            return OrderLimitReached(limit=limits.orders_per_day)
        most = limits.amount_per_day
        if most is not None and spent + price > most.amount:
            return AmountLimitReached(limit=most.amount, spent=spent, price=price)
        return None

    def take(self, wanted: Wanted) -> None:
        """This is bought, too."""
        user_id, thing = wanted.ask.user_id, wanted.thing
        self.orders[user_id] = self.orders.get(user_id, 0) + 1
        self.spent[user_id] = self.spent.get(user_id, 0) + wanted.price
        self.bought[user_id, thing] = self.bought.get((user_id, thing), 0) + 1

    def copy(self) -> Day:
        return Day(dict(self.orders), dict(self.spent), dict(self.bought))


async def take_turns(tx: Tx, user_ids: Iterable[int]) -> None:
    """Until this transaction ends nobody else judges what these members may still buy today."""
    await tx.rows(TAKE_TURNS, {"user_ids": sorted(set(user_ids))})


async def past_the_day(
    tx: Tx, user_id: int, limits: Limits, price: int, *, at: datetime
) -> Refused | None:
    """Why a purchase at ``price`` (whole rupiah) is more than the member's day (WIB) allows."""
    if not has_day_limit(limits):
        return None
    facts = {"user_ids": [user_id], "today": business_date(at)}
    ((_, orders, spent),) = await tx.rows(TODAY, facts)
    return Day({user_id: orders}, {user_id: spent}).over(user_id, limits, price)


async def read_day(
    tx: Tx, wanted: Mapping[int, Wanted], terms: Mapping[int, Terms], *, at: datetime
) -> Day:
    """As far as these need it: two statements, the first only for members who have a limit a day.

    ``terms``: by the place of each in what is ``wanted``.
    """
    day, today = Day(), business_date(at)
    limited = sorted({w.ask.user_id for place, w in wanted.items() if terms[place].has_day_limit})
    if limited:
        for user_id, orders, spent in await tx.rows(TODAY, {"user_ids": limited, "today": today}):
            day.orders[user_id], day.spent[user_id] = orders, spent
    things = sorted({(w.ask.user_id, *w.thing) for w in wanted.values()}, key=str)
    if things:
        names = ("user_id", "product_id", "target_id", "server_id")
        columns = dict(zip(names, map(list, zip(*things, strict=True)), strict=True))
        for row in await tx.rows(BOUGHT_TODAY, {**columns, "today": today}):
            day.bought[row[0], Thing(*row[1:4])] = row[4]
    return day
