"""One purchase: what stands in its way, how it is formed, how it is settled later.

The payment of a bill is formed and settled here too; what stands in its way is in pasca.
"""

import asyncio
from typing import Final

import msgspec

from konter_sim.digiflazz.answers import agent, news, receipt, serial
from konter_sim.digiflazz.books import Result, Transaction
from konter_sim.digiflazz.catalogue import Item, in_cut_off
from konter_sim.digiflazz.hooks import Signing
from konter_sim.digiflazz.owed import Owed
from konter_sim.digiflazz.state import Digiflazz
from konter_sim.digiflazz.steps import Formed

TEST_SKU: Final = "xld10"
TEST_NUMBERS: Final = frozenset({"087800001230", "087800001232", "087800001233", "087800001234"})
TEST_SN: Final = "1234567890"

_THEN_RC: Final = {"success": "00", "fail": "02"}


class Purchase(msgspec.Struct, kw_only=True):
    """The body of a prepaid /transaction call. `max_price` in rupiah."""

    username: str
    buyer_sku_code: str
    customer_no: str
    ref_id: str
    sign: str
    testing: bool = False
    max_price: int | None = None
    cb_url: str | None = None
    allow_dot: bool = False


class BillCall(Purchase, kw_only=True):
    """The body of a postpaid /transaction call. `amount` in rupiah, `year` of a land tax."""

    commands: str
    amount: int | None = None
    year: int | None = None


def objection(digi: Digiflazz, asked: Purchase, item: Item | None) -> str | None:
    """The rc that forbids this sale, checked in Digiflazz's order; None when it may go on."""
    if item is None or not item.buyer_product_status:
        return "43"
    now = digi.clock.wib()
    if not item.seller_product_status:
        return digi.options.closed_rc
    if in_cut_off(item, now):
        return digi.options.cutoff_rc
    if not item.unlimited_stock and item.stock <= 0:
        return "68"
    day = now.date().isoformat()
    if not item.multi and digi.books.sold_today(item.buyer_sku_code, asked.customer_no, day):
        return "63"
    if asked.max_price is not None and item.price > asked.max_price:
        return "69"
    return "44" if digi.books.deposit < item.price else None


def form(
    digi: Digiflazz, asked: Purchase, result: Result, *, price: int, bill: Owed | None = None
) -> Transaction:
    """Record the sale: debit unless Gagal, take one from a limited stock."""
    now = digi.clock.wib()
    fresh = Transaction(
        ref_id=asked.ref_id,
        sku=asked.buyer_sku_code,
        customer_no=asked.customer_no,
        price=price,
        created_at=digi.clock.now(),
        day=now.date().isoformat(),
        max_price=asked.max_price,
        cb_url=asked.cb_url or "",
        bill=bill,
    )
    known = digi.books.form(fresh, result)
    if known.formed_count > 1:
        detail = f"formed {known.formed_count} times under one ref_id"
        digi.rules.breach("formed_twice", detail, known.ref_id)
    digi.bills.note(known)
    _take(digi, known, was_charged=False)
    return known


def settle(digi: Digiflazz, known: Transaction, result: Result) -> None:
    """Move a transaction, its money and its stock together."""
    was_charged = known.charged
    digi.books.settle(known, result)
    _take(digi, known, was_charged=was_charged)


def _take(digi: Digiflazz, known: Transaction, *, was_charged: bool) -> None:
    """One from a limited stock, or back to it; of a bill, see that nobody pays it twice."""
    if known.bill is not None:
        if known.charged and not was_charged and (other := digi.bills.also_paid(known)):
            detail = f"{known.bill.biller} {known.customer_no} is paid under {other} too"
            digi.rules.breach("bill_paid_twice", detail, known.ref_id)
        return
    item = digi.catalogue.items.get(known.sku)
    if item is not None and not item.unlimited_stock:
        item.stock = max(0, item.stock + int(was_charged) - int(known.charged))


def serial_of(digi: Digiflazz, known: Transaction) -> str:
    if known.bill is not None:
        return receipt(known.bill, known.ref_id)
    return new_serial(digi, known.ref_id, known.sku, known.customer_no)


def new_serial(digi: Digiflazz, ref_id: str, sku: str, customer_no: str) -> str:
    """Invented, but the same each time for one reference; the official test's is fixed."""
    if sku == TEST_SKU and customer_no in TEST_NUMBERS:
        return TEST_SN
    day = digi.clock.wib().strftime("%Y%m%d")
    return serial(digi.catalogue.items.get(sku), ref_id, day)


def final_result(digi: Digiflazz, known: Transaction, step: Formed) -> Result:
    """What `then` makes of a transaction."""
    rc = step.then_rc or _THEN_RC[step.then]
    if step.then == "fail":
        return Result.of(rc)
    sn = step.sn
    if sn is None:
        sn = serial_of(digi, known)
    return Result.of(rc, sn=sn)


async def live(digi: Digiflazz, known: Transaction, step: Formed) -> None:
    """The rest of a transaction's life: its `create` webhook, its settling, its `update`.

    Someone else's settling in between (by hand, by a script) wins: then this one is silent.
    """
    after_s = _after_s(digi, step)
    early_s = min(digi.options.webhook_create_delay_ms / 1000, after_s / 2)
    version, born = known.version, news(known)
    await asyncio.sleep(early_s)
    if digi.options.webhook_on_create and step.hooks != "disordered":
        digi.hooks.spawn(_send(digi, known, step, event="create", data=born))
    if step.then == "never":
        return
    if step.hooks == "forged":
        digi.hooks.spawn(_lie(digi, known))
    await asyncio.sleep(after_s - early_s)
    if known.version != version:
        return
    settle(digi, known, final_result(digi, known, step))
    await _send(digi, known, step, event="update", data=news(known))
    if step.hooks == "disordered":
        await _send(digi, known, step, event="create", data=born)


async def settle_early(digi: Digiflazz, known: Transaction, step: Formed) -> None:
    """Settle and deliver the `update` webhook before the caller has had any answer.

    A receiver that waits for its own call to end is given one timeout, not every retry.
    """
    settle(digi, known, final_result(digi, known, step))
    sending = digi.hooks.spawn(_send(digi, known, step, event="update", data=news(known)))
    await asyncio.wait({sending}, timeout=digi.options.webhook_timeout_s)


def _after_s(digi: Digiflazz, step: Formed) -> float:
    after_ms = digi.options.webhook_delay_ms if step.after_ms is None else step.after_ms
    return after_ms / 1000


async def _send(
    digi: Digiflazz, known: Transaction, step: Formed, *, event: str, data: dict[str, object]
) -> None:
    if step.hooks == "dropped":
        return
    signing: Signing = "no" if step.hooks == "unsigned" else "yes"
    for _ in range(3 if step.hooks == "thrice" else 1):
        await digi.hooks.tell(event, data, url=known.cb_url, signing=signing, agent=agent(known))


async def _lie(digi: Digiflazz, known: Transaction) -> None:
    """What a forger sends: a failure that is not so, under a signature that does not fit."""
    untrue = {**news(known), "message": "Transaksi Gagal", "status": "Gagal", "rc": "02"}
    await digi.hooks.tell("update", untrue, url=known.cb_url, signing="forged", agent=agent(known))
