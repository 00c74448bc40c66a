"""How orders ask for money: the way that each will be paid by, and the intent of its link."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from konter.db.pool import Tx
from konter.funding.channels import Way, choose
from konter.funding.invoice import Want, write_invoices
from konter.funding.states import Purpose
from konter.kernel.errors import Refused
from konter.kernel.money import Rupiah
from konter.orders.birth import Birth
from konter.orders.desk import OrdersDesk
from konter.orders.judge import Wanted, costs_more
from konter.orders.requests import Placed
from konter.upstreams.gateway_contract import Buyer


async def choose_ways(
    desk: OrdersDesk, tx: Tx, wanted: Mapping[int, Wanted]
) -> tuple[dict[int, Way], dict[int, Placed | Exception]]:
    """The way that each will be paid by, or why it cannot be; one question for each channel and
    price."""
    chosen: dict[tuple[str, int], Way | Refused] = {}
    ways: dict[int, Way] = {}
    unusable: dict[int, Placed | Exception] = {}
    for place, one in wanted.items():
        asked = (one.ask.payment_method, one.price)
        if asked not in chosen:
            try:
                chosen[asked] = await choose(desk.funding, tx, asked[0], Rupiah(one.price))
            except Refused as error:
                chosen[asked] = error
        way = chosen[asked]
        if not isinstance(way, Way):
            unusable[place] = way
        elif (dearer := costs_more(one, one.price + way.buyer_pays.amount)) is not None:
            unusable[place] = dearer
        else:
            ways[place] = way
    return ways, unusable


async def ask_for_links(
    desk: OrdersDesk,
    tx: Tx,
    births: Sequence[Birth],
    *,
    ways: Mapping[int, Way],
    buyers: Mapping[int, Buyer],
    at: datetime,
) -> datetime:
    """The first link of each fresh order, ways and buyers by its place in the list; answers until
    when they may be paid."""
    wants = [
        Want(
            purpose=Purpose.ORDER,
            purpose_id=b.order_id,
            way=ways[b.place],
            price=Rupiah(b.price),
            title=b.sellable.name,
            shown_as=b.code,
            buyer=buyers[b.place],
        )
        for b in births
    ]
    return await write_invoices(desk.funding, tx, wants, at=at)
