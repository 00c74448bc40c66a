"""Checking a bill: what somebody owes is asked upstream and stored. No money moves.

Each try is written down, under a reference of its own, before its first byte leaves; only one that
says nothing is followed by another, and none that is still being looked up. What was found stands
until its day (WIB) is nearly over: till then the same question is answered from here.
"""

from __future__ import annotations

import asyncio
from typing import Final

import structlog

from konter.kernel.errors import CommitUnknown, Unavailable
from konter.orders.ask_bill import ask_bill
from konter.orders.begin_check import Round, begin_check
from konter.orders.bill_asks import BillAsk, clean_ask
from konter.orders.bill_store import BillState
from konter.orders.bills import BillView
from konter.orders.desk import OrdersDesk
from konter.orders.note_check import Told, end_check, try_again
from konter.upstreams.biller_contract import CheckUnclear

log = structlog.get_logger("konter.orders")

LOOK_EVERY_S: Final = 0.1
"""So often one looks whether somebody else's check under the same reference has ended."""


class BeingChecked(Unavailable):
    """Somebody checks this very bill under this reference just now; the same request later gets
    the answer."""

    code = "bill_being_checked"
    message = "Tagihan sedang diperiksa, silakan coba lagi sebentar"


async def check_bill(desk: OrdersDesk, ask: BillAsk) -> BillView:
    """What is owed: found, refused (``problem`` says why), or unclear after all tries.

    A repeat of a reference gets the stored answer; one that was unclear, or is over, is asked anew.
    Raises Invalid, RefReused, TooManyChecks, ProductUnknown, ProductNotAdmitted, ProductClosed,
    ChecksStopped, BeingChecked, CommitUnknown.
    """
    ask = clean_ask(ask)
    for _ in range(1 + round(desk.bills.wait_for_another / LOOK_EVERY_S)):
        begun = await begin_check(desk, ask)
        if isinstance(begun, BillView):
            return begun
        if begun is not None:
            return await _ask_upstream(desk, begun)
        await asyncio.sleep(LOOK_EVERY_S)
    raise BeingChecked


async def _ask_upstream(desk: OrdersDesk, begun: Round) -> BillView:
    told = await _try(desk, begun)
    while isinstance(told.checked, CheckUnclear) and begun.number < desk.bills.tries:
        begun.upstream_s += told.took_s
        await asyncio.sleep(desk.bills.between_tries)
        if not await try_again(desk, begun, told):
            raise BeingChecked
        told = await _try(desk, begun)
    bill = await _store(desk, begun, told)
    took_s = begun.upstream_s + told.took_s
    desk.check_seen(told.outcome.value, took_s)
    log.info(
        "bill.checked",
        account=begun.bill.account,
        sku=begun.bill.sku,
        reference=begun.reference,
        outcome=told.outcome.value,
        tries=begun.number,
        took_ms=round(took_s * 1000),
    )
    if bill.state is BillState.CHECKING:
        raise BeingChecked
    return bill


async def _try(desk: OrdersDesk, begun: Round) -> Told:
    """Raises BeingChecked where somebody else has taken the round over."""
    told = await ask_bill(desk, begun)
    if told is None:
        raise BeingChecked
    return told


async def _store(desk: OrdersDesk, begun: Round, told: Told) -> BillView:
    try:
        return await end_check(desk, begun, told)
    except CommitUnknown:
        return await end_check(desk, begun, told)
