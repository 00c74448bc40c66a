"""A payment that was taken: its first news is waited for, and it is never called lost."""

from __future__ import annotations

import psycopg

from konter.kernel.errors import Unavailable
from konter.orders.bill_words import Said, said_of_payment, said_of_taken
from konter.orders.newsroom import first_news
from konter.orders.pay_bill import PaidBill
from konter.orders.read import OrderView
from konter.web.request import SiteRequest


async def payment_news(request: SiteRequest, taken: PaidBill) -> tuple[OrderView, Said]:
    """Where it stands by now; as it was taken, if this database is away meanwhile. A repeat, and
    whoever would rather not wait, is answered at once."""
    shop, order = request.shop, taken.order
    try:
        if not (taken.replayed or request.answers_at_once):
            order = await first_news(
                shop.orders, shop.newsroom, order, at_most_s=shop.first_news_wait_s
            )
        async with request.desks.db.read() as tx:
            return order, await said_of_payment(shop.orders, tx, order)
    except (psycopg.OperationalError, Unavailable):
        return taken.order, said_of_taken()
