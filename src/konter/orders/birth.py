"""An order is born: its row, its first attempt (due at once) and the first line of its history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from konter.catalogue.offers import Offer, Sellable
from konter.db.pool import Tx
from konter.kernel.clock import business_date
from konter.kernel.ids import transaction_code
from konter.orders import store
from konter.orders.desk import OrdersDesk
from konter.orders.read import OrderView
from konter.orders.requests import Ask, Placed
from konter.orders.states import OrderState

# In user order, so that two batches that share buyers never wait for each other in a circle.
COUNT_ORDERS = """
INSERT INTO orders.buyers AS b (user_id, orders)
SELECT n.user_id, n.count FROM unnest(%(user_id)s::bigint[], %(count)s::bigint[])
    AS n (user_id, count) ORDER BY n.user_id
ON CONFLICT (user_id) DO UPDATE SET orders = b.orders + excluded.orders
RETURNING user_id, orders
"""

INSERT_ORDERS = """
INSERT INTO orders.orders (id, code, user_id, user_line, ref_id, product_id, product_code,
    product_name, product_note, product_brand, target_id, server_id, payment_method, price,
    price_at, state, business_date, created_at, updated_at)
SELECT n.id, n.code, n.user_id, n.user_line, n.ref_id, n.product_id, n.product_code,
    n.product_name, n.product_note, n.product_brand, n.target_id, n.server_id, 'balance', n.price,
    'escrow', 'held', %(today)s, %(at)s, %(at)s
FROM unnest(%(id)s::bigint[], %(code)s::text[], %(user_id)s::bigint[], %(user_line)s::bigint[],
    %(ref_id)s::text[], %(product_id)s::bigint[], %(product_code)s::text[],
    %(product_name)s::text[], %(product_note)s::text[], %(product_brand)s::text[],
    %(target_id)s::text[], %(server_id)s::text[], %(price)s::bigint[])
    AS n (id, code, user_id, user_line, ref_id, product_id, product_code, product_name,
          product_note, product_brand, target_id, server_id, price)
"""


@dataclass(slots=True)
class Birth:
    """One accepted ask, at ``place`` in its list; ``price`` whole rupiah, already judged."""

    place: int
    order_id: int
    ask: Ask
    sellable: Sellable
    target_id: str
    server_id: str | None
    customer_no: str
    price: int
    offer: Offer
    code: str = field(default="")
    user_line: int = 0


async def bear(
    desk: OrdersDesk, tx: Tx, births: Sequence[Birth], *, at: datetime
) -> dict[int, Placed | Exception]:
    """Write orders, attempts and moves; answers the placed orders by their place in the list."""
    if not births:
        return {}
    await _number(tx, births, at)
    attempt_ids = await desk.ids.take(tx, len(births))
    await tx.run(INSERT_ORDERS, _columns(births, at))
    await store.insert_attempts(
        tx,
        [_attempt(desk, b, new_id, at) for b, new_id in zip(births, attempt_ids, strict=True)],
        at=at,
    )
    await store.write_moves(
        tx, [store.Move(b.order_id, 1, "new", "held", "placed") for b in births], at=at
    )
    return {b.place: Placed(_view(b, at), False) for b in births}


async def _number(tx: Tx, births: Sequence[Birth], at: datetime) -> None:
    """Give each order its code and its number on its buyer's list."""
    counts: dict[int, int] = {}
    for birth in births:
        counts[birth.ask.user_id] = counts.get(birth.ask.user_id, 0) + 1
    rows = await tx.rows(COUNT_ORDERS, {"user_id": list(counts), "count": list(counts.values())})
    lines = {row[0]: row[1] - counts[row[0]] for row in rows}
    for birth in births:
        lines[birth.ask.user_id] += 1
        birth.user_line = lines[birth.ask.user_id]
        birth.code = transaction_code(at)


def _attempt(desk: OrdersDesk, birth: Birth, new_id: int, at: datetime) -> store.NewAttempt:
    """``max_price``: what the upstream may charge at most and still leave the least margin."""
    return store.NewAttempt(
        id=new_id,
        order_id=birth.order_id,
        number=1,
        reference=birth.code,
        account=birth.offer.account,
        sku=birth.offer.sku,
        customer_no=birth.customer_no,
        expected_cost=birth.offer.cost.amount,
        max_price=birth.price - desk.minimum_margin.amount,
        next_action_at=at,
    )


def _columns(births: Sequence[Birth], at: datetime) -> dict[str, object]:
    return {
        "id": [b.order_id for b in births],
        "code": [b.code for b in births],
        "user_id": [b.ask.user_id for b in births],
        "user_line": [b.user_line for b in births],
        "ref_id": [b.ask.ref_id for b in births],
        "product_id": [b.sellable.product_id for b in births],
        "product_code": [b.sellable.code for b in births],
        "product_name": [b.sellable.name for b in births],
        "product_note": [b.sellable.description for b in births],
        "product_brand": [b.sellable.brand for b in births],
        "target_id": [b.target_id for b in births],
        "server_id": [b.server_id for b in births],
        "price": [b.price for b in births],
        "today": business_date(at),
        "at": at,
    }


def _view(birth: Birth, at: datetime) -> OrderView:
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
        state=OrderState.HELD,
        serial=None,
        reason=None,
        last_words=None,
        last_words_at=None,
        created_at=at,
        updated_at=at,
    )
