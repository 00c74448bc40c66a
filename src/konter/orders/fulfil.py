"""Beats 2 and 3: ask with no transaction open, then settle what was heard."""

from __future__ import annotations

import structlog

from konter.db.batch import Batcher
from konter.kernel.money import Rupiah
from konter.kernel.outcome import NotSent, Outcome, Unknown
from konter.kernel.wire_types import WireAnswer, WireSilence
from konter.orders.claim import Claimed
from konter.orders.desk import OrdersDesk
from konter.orders.store import AttemptRow
from konter.orders.tidings import Settled, Tidings, Via
from konter.upstreams.biller_contract import Biller
from konter.upstreams.contract import Provider, Purchase
from konter.upstreams.wire import StartBy

log = structlog.get_logger("konter.orders")

Settler = Batcher[Tidings, Settled]


async def fulfil(desk: OrdersDesk, settler: Settler, claimed: Claimed) -> None:
    """Ask about one claimed attempt and settle the answer; a repeat is harmless, never a rebuy."""
    attempt = claimed.attempt
    if claimed.only_parked:
        nothing = Unknown("the call that held the lease was lost")
        await settler.submit(Tidings(attempt.id, nothing, Via.PARKED, desk.clock.now()))
        return
    adapter = desk.adapter_of(attempt)
    ask = ask_of(attempt, first=claimed.first)
    via = Via.PURCHASE if claimed.first else Via.ENQUIRY
    heard = await desk.wire.ask(
        adapter.purchase(ask) if claimed.first else adapter.enquiry(ask),
        account=attempt.account,
        purpose=via.value,
        reference=attempt.reference,
        lease=StartBy(claimed.start_by),
    )
    news = outcome_of(adapter, ask, heard.said)
    settled = await settler.submit(
        Tidings(
            attempt.id,
            news,
            via,
            happened_at=heard.exchange.ended_at,
            fence=attempt.fence,
            exchange=heard.exchange,
        )
    )
    log.info(
        "order.asked",
        order=claimed.order_code,
        reference=attempt.reference,
        via=via.value,
        outcome=type(news).__name__,
        state=settled.state.value,
    )


def ask_of(attempt: AttemptRow, *, first: bool) -> Purchase:
    """The purchase as this attempt asks it, letter for letter, every time."""
    return Purchase(
        reference=attempt.reference,
        sku=attempt.sku,
        customer_no=attempt.customer_no,
        max_price=Rupiah(attempt.max_price),
        first=first,
        sent_at=attempt.first_sent_at,
        amount=None if attempt.chosen_amount is None else Rupiah(attempt.chosen_amount),
    )


def outcome_of(
    adapter: Provider | Biller, ask: Purchase, said: WireAnswer | WireSilence
) -> Outcome:
    """What was heard, silence included: unknown unless it is certain that no byte left."""
    if isinstance(said, WireAnswer):
        return adapter.read(ask, said)
    return Unknown(said.detail) if said.left else NotSent(said.detail)
