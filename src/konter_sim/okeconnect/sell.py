"""One purchase: what stands in its way, how it is formed, how it is settled later."""

import asyncio
from dataclasses import dataclass
from hashlib import md5
from typing import Final

from konter_sim.okeconnect.bills import NAMES, Bill, at_payment, invented, owner
from konter_sim.okeconnect.books import Transaction
from konter_sim.okeconnect.catalogue import Item
from konter_sim.okeconnect.gate import Asked
from konter_sim.okeconnect.scripts import Play
from konter_sim.okeconnect.state import Okeconnect
from konter_sim.okeconnect.steps import Accept, Fail, Formed, Later, Success, Told
from konter_sim.okeconnect.tell import lie, tell
from konter_sim.okeconnect.words import bill_text, jam, name_text

LEAST_QTY: Final = 10_000
MOST_QTY: Final = 10_000_000
REVERSED: Final = "Transaksi Refund"
NO_BILL: Final = "Tagihan belum tersedia"
PAID: Final = "Tagihan sudah terbayar"


@dataclass(frozen=True, slots=True)
class Sale:
    """One purchase call: who asks for what, and the plan it follows. `price` rupiah."""

    oke: Okeconnect
    asked: Asked
    item: Item
    play: Play
    bill: Bill | None
    price: int


def objection(oke: Okeconnect, asked: Asked, item: Item | None) -> str | None:
    """Why nothing can be sold here, in words that their documents do not give; None: it can."""
    if item is None:
        oke.rules.breach("unknown_product", f"product {asked.product!r}", asked.ref_id)
        return "Kode produk salah."
    if item.is_trap:
        detail = f"{item.kode} at {item.price} is nothing to sell"
        oke.rules.breach("bought_a_trap", detail, asked.ref_id)
    if not item.open or (item.kind == "prepaid" and item.price <= 0):
        return f"{oke.options.closed_reason}."
    if not _possible(item, asked.dest):
        return "Nomor HP tidak benar."
    return _wrong_qty(oke, asked) if item.kind == "open" else None


def _possible(item: Item, dest: str) -> bool:
    if item.by_phone:
        return dest.isascii() and dest.isdecimal() and 8 <= len(dest) <= 15
    return bool(dest) and dest.isascii() and dest.isprintable() and " " not in dest


def _wrong_qty(oke: Okeconnect, asked: Asked) -> str | None:
    if asked.qty is None:
        oke.rules.breach("qty_missing", "an open denomination needs its qty", asked.ref_id)
    elif LEAST_QTY <= asked.qty <= MOST_QTY:
        return None
    else:
        oke.rules.breach("qty_out_of_range", f"qty {asked.qty}", asked.ref_id)
    return f"Qty tidak sesuai. Allowed QTY is {LEAST_QTY}-{MOST_QTY}."


def sale_of(oke: Okeconnect, asked: Asked, item: Item) -> Sale:
    """Read the plan and the bill, and reckon the price."""
    play = oke.scripts.play(asked.dest, asked.ref_id)
    bill = None
    if item.kind in ("ask", "pay"):
        bill = _bill(oke, item, asked.dest, play)
    return Sale(oke, asked, item, play, bill, _price(oke, asked, item, bill))


def _bill(oke: Okeconnect, item: Item, dest: str, play: Play) -> Bill:
    """One bill for both codes of a biller, for as long as it is this month's."""
    key = (item.biller, dest)
    now = oke.clock.wib()
    known = oke.bills.get(key)
    if known is None or known.period != f"{now:%Y%m}":
        known = oke.bills[key] = invented(item.biller, dest, now, play.bill)
    return at_payment(known, play.bill) if item.kind == "pay" else known


def _price(oke: Okeconnect, asked: Asked, item: Item, bill: Bill | None) -> int:
    if item.is_inquiry:
        return max(0, item.price)
    if item.kind == "pay" and bill is not None:
        return bill.total + item.price
    if item.kind == "open" and asked.qty is not None:
        return asked.qty + oke.options.open_fee
    return item.price + oke.options.price_drift


def no_bill(sale: Sale) -> str | None:
    """Why this bill can be neither asked nor paid; None when it can."""
    if sale.bill is None:
        return None
    if sale.play.bill == "none":
        return NO_BILL
    paid = (sale.item.biller, sale.asked.dest, sale.bill.period) in sale.oke.paid
    return PAID if paid or sale.play.bill == "paid" else None


def form(sale: Sale, step: Formed, *, lives: bool = True) -> Transaction:
    """Record the sale as this step says, debit it unless it failed, and let its life begin."""
    oke, asked = sale.oke, sale.asked
    now = oke.clock.now()
    fresh = Transaction(
        trx=oke.books.next_trx(),
        ref_id=asked.ref_id,
        item=sale.item,
        dest=asked.dest,
        price=(sale.price if step.price is None else step.price) + step.over,
        created_at=now,
        day=oke.today(),
        jam=jam(now),
        qty=asked.qty if sale.item.kind == "open" else None,
        bill=sale.bill,
    )
    _begin(sale, fresh, step)
    known = oke.books.form(fresh, owes=fresh.state != "Gagal")
    _note_paid(oke, known)
    if known.formed_count > 1:
        detail = f"formed {known.formed_count} times under one refID"
        oke.rules.breach("sold_twice", detail, known.ref_id)
    if lives:
        oke.post.spawn(live(sale, known, step))
    return known


def _begin(sale: Sale, fresh: Transaction, step: Formed) -> None:
    if isinstance(step, Success):
        fresh.state, fresh.sn = "Sukses", _serial(sale, fresh, step)
    elif isinstance(step, Fail):
        fresh.state, fresh.reason = "Gagal", step.reason


def settle(
    oke: Okeconnect, known: Transaction, state: Told, *, sn: str = "", reason: str = ""
) -> bool:
    """Move a transaction, its money and its bill together; false when it stands there already."""
    moved = oke.books.settle(known, state, sn=sn, reason=reason)
    _note_paid(oke, known)
    return moved


def _note_paid(oke: Okeconnect, known: Transaction) -> None:
    if known.bill is None or known.item.kind != "pay":
        return
    key = (known.item.biller, known.dest, known.bill.period)
    if known.state == "Sukses":
        oke.paid.add(key)
    elif known.state == "Gagal":
        oke.paid.discard(key)


async def live(sale: Sale, known: Transaction, step: Formed) -> None:
    """The rest of a transaction's life: lies, its end, its callback, perhaps its reversal.

    Someone else's settling in between (by hand) wins: then this one is silent.
    """
    oke, play = sale.oke, sale.play
    lies, version = play.lies(), known.version
    after_s = _after_s(sale, step)
    serial = _serial(sale, known, step)
    await asyncio.sleep(after_s / 2)
    for told in lies:
        if told.when == "before":
            await lie(oke, known, told, serial)
    await asyncio.sleep(after_s / 2)
    if known.version != version or not _ends(sale, known, step):
        return
    await tell(oke, known, play.next_callback())
    for told in lies:
        if told.when == "after":
            await asyncio.sleep(after_s / 2)
            await lie(oke, known, told, serial)
    if step.then == "reverse":
        await asyncio.sleep(after_s)
        settle(oke, known, "Gagal", reason=REVERSED)
        await tell(oke, known, play.next_callback())


def _ends(sale: Sale, known: Transaction, step: Formed) -> bool:
    """Bring it to its end; false when it has none."""
    if step.then in ("success", "reverse"):
        settle(sale.oke, known, "Sukses", sn=_serial(sale, known, step))
    elif step.then == "fail":
        reason = REVERSED if isinstance(step, Success) else step.reason
        settle(sale.oke, known, "Gagal", reason=reason)
    return known.state != "Menunggu"


async def settle_early(sale: Sale, known: Transaction, step: Formed) -> None:
    """Settle and deliver the callback before the caller has had any answer.

    A receiver that waits for its own call to end is given one timeout, not every retry.
    """
    _ends(sale, known, step)
    sending = sale.oke.post.spawn(tell(sale.oke, known, sale.play.next_callback()))
    await asyncio.wait({sending}, timeout=sale.oke.options.callback_timeout_s)


def _after_s(sale: Sale, step: Formed) -> float:
    after_ms = sale.oke.options.callback_delay_ms if step.after_ms is None else step.after_ms
    return after_ms / 1000


def _serial(sale: Sale, known: Transaction, step: Formed) -> str:
    if known.item.is_inquiry:
        told = name_text(sale.oke, owner(known.dest))
        return told if known.bill is None else bill_text(sale.oke, known.bill)
    return new_serial(sale.oke, known) if step.sn is None else step.sn


def new_serial(oke: Okeconnect, known: Transaction) -> str:
    """Invented, the same each time for one reference, and of the look of its category."""
    digest = md5(known.ref_id.encode(), usedforsecurity=False).hexdigest()
    digits = f"{int(digest, 16) % 10**20:020d}"
    name = NAMES[int(digits) % len(NAMES)]
    if known.bill is not None:
        return _bill_serial(known.item, known.bill, digits)
    if known.item.kategori == "TOKEN PLN":
        token = " ".join(digits[start : start + 4] for start in range(0, 20, 4))
        kwh = f"{known.price / 1_512:.1f}".replace(".", ",")
        return f"{token}/{name}/R1/1300 VA/{kwh}KWH"
    now = oke.clock.wib()
    if known.item.kategori in ("DOMPET DIGITAL", "NOMINAL BEBAS"):
        face = known.qty or known.price
        return f"DNID {name[:3]}XXX/{face}/{now:%Y%m%d}{digits}"
    return f"R{now:%y%m%d}.{known.jam.replace(':', '')}.{digest[:6].upper()}"


def _bill_serial(item: Item, bill: Bill, digits: str) -> str:
    tariff = "R1/1300VA/" if item.biller == "PLA" else ""
    fine = f"DND:{bill.fine}/" if bill.fine else ""
    parts = f"BL:{bill.period}/TAG:{bill.amount}/{fine}ADM:{bill.admin}/TTL:{bill.total}"
    return f"{bill.name}/{tariff}{parts}/REF:0BAG{digits[:9]}"


def forming(then: Later, *, at_once: bool = False) -> Formed:
    """The step that a broken answer hides."""
    if at_once:
        return Success()
    return Accept(then=then)
