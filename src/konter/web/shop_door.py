"""What the routes need to sell: orders, their batches, and the doors for callbacks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from konter.db.batch import Batcher
from konter.kernel.wire_types import WireCall
from konter.orders.checkout import Checkout
from konter.orders.desk import OrdersDesk
from konter.orders.newsroom import Newsroom
from konter.orders.requests import Ask, Placed


@dataclass(frozen=True, slots=True)
class ShopDoor:
    """What selling needs. ``callbacks``: by adapter, proves and keeps a call or raises.

    ``placer``: orders from the balance; ``checkouts``: orders paid through a gateway.
    """

    orders: OrdersDesk
    placer: Batcher[Ask, Placed]
    checkouts: Batcher[Checkout, Placed]
    newsroom: Newsroom
    first_news_wait_s: float
    callbacks: Mapping[str, Callable[[WireCall], Awaitable[None]]]
