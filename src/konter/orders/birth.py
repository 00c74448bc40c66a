"""An order is born: its row and the first line of its history; paid from the wallet, also its
first attempt, due at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from konter.catalogue.offers import Offer
from konter.db.pool import Tx
from konter.kernel.clock import business_date
from konter.kernel.errors import Broken
from konter.kernel.ids import transaction_code
from konter.kernel.money import Rupiah
from konter.orders.desk import OrdersDesk
from konter.orders.judge import Wanted
from konter.orders.read import OrderView
from konter.orders.requests import Placed
from konter.orders.states import OrderState

# One statement, because a batch pays for each trip to the database. Buyers in their order, so that
# two batches that share some never wait for each other in a circle. ``behind``: how many more of
# the same buyer's orders stand after this one in the batch.
BEAR = """
WITH n AS (
    SELECT * FROM unnest(%(id)s::bigint[], %(code)s::text[], %(user_id)s::bigint[],
        %(behind)s::bigint[], %(ref_id)s::text[], %(product_id)s::bigint[],
        %(product_code)s::text[], %(product_name)s::text[], %(product_note)s::text[],
        %(product_brand)s::text[], %(target_id)s::text[], %(server_id)s::text[],
        %(price)s::bigint[], %(attempt_id)s::bigint[], %(account)s::text[], %(sku)s::text[],
        %(customer_no)s::text[], %(expected_cost)s::bigint[], %(reference)s::text[],
        %(is_bill)s::boolean[], %(send_by)s::timestamptz[], %(chosen_amount)s::bigint[])
        AS n (id, code, user_id, behind, ref_id, product_id, product_code, product_name,
              product_note, product_brand, target_id, server_id, price, attempt_id, account, sku,
              customer_no, expected_cost, reference, is_bill, send_by, chosen_amount)
), counted AS (
    INSERT INTO orders.buyers AS b (user_id, orders)
    SELECT user_id, count(*) FROM n GROUP BY user_id ORDER BY user_id
    ON CONFLICT (user_id) DO UPDATE SET orders = b.orders + excluded.orders
    RETURNING b.user_id, b.orders
), born AS (
    INSERT INTO orders.orders (id, code, user_id, user_line, ref_id, product_id, product_code,
        product_name, product_note, product_brand, target_id, server_id, payment_method, price,
        price_at, state, business_date, created_at, updated_at, chosen_amount)
    SELECT n.id, n.code, n.user_id, c.orders - n.behind, n.ref_id, n.product_id,
        n.product_code, n.product_name, n.product_note, n.product_brand, n.target_id, n.server_id,
        'balance', n.price, 'escrow', 'held', %(today)s, %(at)s, %(at)s, n.chosen_amount
    FROM n JOIN counted AS c ON c.user_id = n.user_id
), tried AS (
    INSERT INTO orders.attempts (id, order_id, number, is_current, reference, account, sku,
        customer_no, expected_cost, max_price, state, next_action_at, created_at, is_bill, send_by)
    SELECT attempt_id, id, 1, true, reference, account, sku, customer_no, expected_cost,
        price - %(minimum_margin)s, 'due', %(at)s, %(at)s, is_bill, send_by
    FROM n
)
INSERT INTO orders.moves (order_id, seq, from_state, to_state, because, moved_at)
SELECT id, 1, 'new', 'held', 'placed', %(at)s FROM n
"""

# Like BEAR, for orders that are to be paid through a gateway: nothing is held, nothing is bought.
BEAR_UNPAID = """
WITH n AS (
    SELECT * FROM unnest(%(id)s::bigint[], %(code)s::text[], %(user_id)s::bigint[],
        %(behind)s::bigint[], %(ref_id)s::text[], %(product_id)s::bigint[],
        %(product_code)s::text[], %(product_name)s::text[], %(product_note)s::text[],
        %(product_brand)s::text[], %(target_id)s::text[], %(server_id)s::text[],
        %(payment_method)s::text[], %(price)s::bigint[], %(chosen_amount)s::bigint[])
        AS n (id, code, user_id, behind, ref_id, product_id, product_code, product_name,
              product_note, product_brand, target_id, server_id, payment_method, price,
              chosen_amount)
), counted AS (
    INSERT INTO orders.buyers AS b (user_id, orders)
    SELECT user_id, count(*) FROM n GROUP BY user_id ORDER BY user_id
    ON CONFLICT (user_id) DO UPDATE SET orders = b.orders + excluded.orders
    RETURNING b.user_id, b.orders
), born AS (
    INSERT INTO orders.orders (id, code, user_id, user_line, ref_id, product_id, product_code,
        product_name, product_note, product_brand, target_id, server_id, payment_method, price,
        price_at, state, business_date, created_at, updated_at, chosen_amount)
    SELECT n.id, n.code, n.user_id, c.orders - n.behind, n.ref_id, n.product_id,
        n.product_code, n.product_name, n.product_note, n.product_brand, n.target_id, n.server_id,
        n.payment_method, n.price, 'buyer', 'awaiting_payment', %(today)s, %(at)s, %(at)s,
        n.chosen_amount
    FROM n JOIN counted AS c ON c.user_id = n.user_id
)
INSERT INTO orders.moves (order_id, seq, from_state, to_state, because, moved_at)
SELECT id, 1, 'new', 'awaiting_payment', 'placed', %(at)s FROM n
"""


class Goods(Protocol):
    """What is sold, as its order remembers it."""

    @property
    def product_id(self) -> int: ...

    @property
    def code(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def description(self) -> str: ...

    @property
    def brand(self) -> str: ...


class Source(Protocol):
    """Where it is bought first, and what it should cost there."""

    @property
    def account(self) -> str: ...

    @property
    def sku(self) -> str: ...

    @property
    def cost(self) -> Rupiah: ...


class Request(Protocol):
    """Who asked, under which reference of theirs, and how it is paid."""

    @property
    def user_id(self) -> int: ...

    @property
    def ref_id(self) -> str: ...

    @property
    def payment_method(self) -> str: ...


@dataclass(slots=True)
class Birth:
    """One accepted request, at ``place`` in its list; ``price`` whole rupiah, already judged.

    ``reference``: of its first attempt; None: the order's code. ``is_bill``: that attempt pays a
    bill, and leaves by ``send_by`` or never. ``chosen_amount``: of an open denomination.
    """

    place: int
    order_id: int
    ask: Request
    sellable: Goods
    target_id: str
    server_id: str | None
    customer_no: str
    price: int
    offer: Source
    code: str
    reference: str | None = None
    is_bill: bool = False
    send_by: datetime | None = None
    chosen_amount: int | None = None


def birth_of(
    desk: OrdersDesk, wanted: Wanted, offer: Offer, *, place: int, order_id: int, now: datetime
) -> Birth:
    """The order that this ask becomes, to be bought at ``offer``."""
    provider = desk.providers[offer.account]
    _, target_id, server_id = wanted.thing
    return Birth(
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
        chosen_amount=wanted.ask.chosen_amount,
    )


async def bear(
    desk: OrdersDesk, tx: Tx, births: Sequence[Birth], *, at: datetime
) -> dict[int, Placed | Exception]:
    """Write orders, attempts and moves; answers the placed orders by their place in the list.

    An attempt's ``max_price`` is what the upstream may charge and still leave the least margin.
    """
    if not births:
        return {}
    attempt_ids = await desk.ids.take(tx, len(births))
    given = {
        "attempt_id": attempt_ids,
        "minimum_margin": desk.minimum_margin.amount,
        "today": business_date(at),
        "at": at,
    }
    if await tx.run(BEAR, {**_columns(births), **given}) != len(births):
        raise Broken("not every order of the batch was written")
    return {b.place: Placed(_view(b, OrderState.HELD, at), False) for b in births}


async def bear_unpaid(
    tx: Tx, births: Sequence[Birth], *, at: datetime
) -> dict[int, Placed | Exception]:
    """Write orders that await their payment, and their moves; answers them by their place."""
    if not births:
        return {}
    given = {
        "payment_method": [b.ask.payment_method for b in births],
        "today": business_date(at),
        "at": at,
    }
    if await tx.run(BEAR_UNPAID, {**_columns(births), **given}) != len(births):
        raise Broken("not every order of the batch was written")
    return {b.place: Placed(_view(b, OrderState.AWAITING_PAYMENT, at), False) for b in births}


def _columns(births: Sequence[Birth]) -> dict[str, object]:
    user_ids = [b.ask.user_id for b in births]
    return {
        "id": [b.order_id for b in births],
        "code": [b.code for b in births],
        "user_id": user_ids,
        "behind": _behind(user_ids),
        "ref_id": [b.ask.ref_id for b in births],
        "product_id": [b.sellable.product_id for b in births],
        "product_code": [b.sellable.code for b in births],
        "product_name": [b.sellable.name for b in births],
        "product_note": [b.sellable.description for b in births],
        "product_brand": [b.sellable.brand for b in births],
        "target_id": [b.target_id for b in births],
        "server_id": [b.server_id for b in births],
        "price": [b.price for b in births],
        "account": [b.offer.account for b in births],
        "sku": [b.offer.sku for b in births],
        "customer_no": [b.customer_no for b in births],
        "expected_cost": [b.offer.cost.amount for b in births],
        "reference": [b.reference or b.code for b in births],
        "is_bill": [b.is_bill for b in births],
        "send_by": [b.send_by for b in births],
        "chosen_amount": [b.chosen_amount for b in births],
    }


def _behind(user_ids: Sequence[int]) -> list[int]:
    """For each place, how often its user stands after it."""
    seen: dict[int, int] = {}
    behind: list[int] = []
    for user_id in reversed(user_ids):
        behind.append(seen.get(user_id, 0))
        seen[user_id] = behind[-1] + 1
    behind.reverse()
    return behind


def _view(birth: Birth, state: OrderState, at: datetime) -> OrderView:
    return OrderView(
        id=birth.order_id,
        code=birth.code,
        user_id=birth.ask.user_id,
        ref_id=birth.ask.ref_id,
        product_id=birth.sellable.product_id,
        product_code=birth.sellable.code,
        product_name=birth.sellable.name,
        product_note=birth.sellable.description,
        target_id=birth.target_id,
        server_id=birth.server_id,
        payment_method=birth.ask.payment_method,
        price=birth.price,
        state=state,
        serial=None,
        reason=None,
        last_words=None,
        last_words_at=None,
        created_at=at,
        updated_at=at,
        chosen_amount=birth.chosen_amount,
    )
