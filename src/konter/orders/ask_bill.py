"""One try to check a bill, with no transaction open while the upstream is asked.

Some look a bill up before they tell. Those are asked again under the same reference, each time a
little later, until they tell or the time is over; another check is none of that. Before each wait
it is written down what was said, and the round's lease goes on: a process that dies here costs a
delay.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from konter.kernel.money import Rupiah
from konter.kernel.wire_types import WireAnswer, WireRequest
from konter.orders.begin_check import Round
from konter.orders.desk import OrdersDesk
from konter.orders.note_check import Told, judged, look_on
from konter.upstreams.biller_contract import BillQuestion, CheckUnclear, CheckUnderway

LOOKS: Final = 7
"""So often one asks at most about a check that is under way."""


async def ask_bill(desk: OrdersDesk, begun: Round) -> Told | None:
    """What this try brought, which may be that it is under way still; None: the round is somebody
    else's by now."""
    told = await _ask(desk, begun)
    for wait_s in _waits(desk.bills.look_up_for):
        underway = told.checked
        if not isinstance(underway, CheckUnderway):
            break
        if told.took_s + wait_s > desk.bills.look_up_for:
            break
        if not await look_on(desk, begun, told, wait_s=wait_s):
            return None
        await asyncio.sleep(wait_s)
        told = await _ask_again(desk, begun, told, underway.again)
    return told


def _waits(look_up_for: float) -> Iterator[float]:
    """1, 2, 3 and so on, of 30 seconds; a little time is left for the calls."""
    return (n * look_up_for / 30 for n in range(1, LOOKS + 1))


async def _ask(desk: OrdersDesk, begun: Round) -> Told:
    question = _question(begun)
    return await _hear(desk, begun, question, desk.billers[begun.bill.account].check(question))


async def _ask_again(desk: OrdersDesk, begun: Round, told: Told, again: WireRequest) -> Told:
    question = replace(_question(begun), first=False, sent_at=told.asked_at)
    return await _hear(desk, begun, question, again)


async def _hear(
    desk: OrdersDesk, begun: Round, question: BillQuestion, request: WireRequest
) -> Told:
    account = begun.bill.account
    heard = await desk.wire.ask(
        request, account=account, purpose="check", reference=question.reference
    )
    if not isinstance(heard.said, WireAnswer):
        return Told(CheckUnclear(heard.said.detail), heard.exchange, question.sent_at)
    checked = desk.billers[account].read_check(question, heard.said)
    return Told(judged(checked), heard.exchange, question.sent_at)


def _question(begun: Round) -> BillQuestion:
    bill = begun.bill
    return BillQuestion(
        reference=begun.reference,
        sku=bill.sku,
        customer_no=bill.customer_no,
        amount=None if bill.chosen_amount is None else Rupiah(bill.chosen_amount),
        year=bill.tax_year,
    )
