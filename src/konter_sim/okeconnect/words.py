"""How OkeConnect says things: one plain sentence, numbers with dots, as its samples read."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from konter_sim.clock import WIB
from konter_sim.okeconnect.bills import Bill
from konter_sim.okeconnect.books import Transaction
from konter_sim.okeconnect.state import Okeconnect

AGAIN: Final = "Trx ke-2 gunakan format yang benar"


def at_sale(oke: Okeconnect, known: Transaction) -> str:
    """What the purchase call is told: accepted, or its end at once."""
    return accepted(oke, known) if known.state == "Menunggu" else ended(oke, known)


def accepted(oke: Okeconnect, known: Transaction) -> str:
    qty = "" if known.qty is None else f" , QTY : {known.qty}"
    head = f"{_whole(oke, known)}{qty} akan diproses. Saldo "
    if known.price == 0:
        return head + rupiah(oke.books.deposit)
    return f"{head}{_sum(known)} @{known.jam}"


def ended(oke: Okeconnect, known: Transaction) -> str:
    """What a callback says: SUKSES with the sum, GAGAL with the balance."""
    now = oke.clock.wib()
    if known.state == "Gagal":
        failed = f"{_whole(oke, known)} GAGAL. {known.reason}."
        if oke.options.wording == "bare":
            return failed
        return f"{failed} Saldo {rupiah(oke.books.deposit)} @{now:%H:%M}"
    if known.item.is_inquiry:
        return f"{_whole(oke, known)} SUKSES. {known.sn}. Saldo {rupiah(oke.books.deposit)}"
    serial = f"{oke.options.sn_label}: {known.sn}"
    return f"{_whole(oke, known)} SUKSES. {serial}. Saldo {_sum(known)} @{now:%d/%m %H:%M}"


def at_check(oke: Okeconnect, known: Transaction) -> str:
    """What check=1 is told, and a purchase that was made before."""
    wording = oke.options.wording
    if known.state == "Menunggu":
        head = f"Mhn tunggu trx sblmnya selesai: T#{known.trx} R#{known.ref_id} {_code(known)}"
        if wording == "bare":
            return f"{head} status Menunggu Jawaban"
        waiting = f"{head} @{known.jam}, status Menunggu Jawaban."
        return waiting if wording == "short" else f"{waiting} {_balance(oke)}"
    head = f"R#{known.ref_id} {_described(known)} sudah pernah jam {known.jam}, status "
    if known.state == "Sukses":
        return head + _succeeded(oke, known)
    if wording == "bare":
        return f"{head}Gagal"
    failed = f"{head}Gagal. {known.reason}."
    return failed if wording == "short" else f"{failed} {_price(oke, known)}"


def _succeeded(oke: Okeconnect, known: Transaction) -> str:
    wording = oke.options.wording
    if wording == "bare":
        return f"Sukses. SN:{known.sn}"
    serial = known.sn if known.item.is_inquiry else f"SN: {known.sn}"
    if wording == "short":
        return f"Sukses. {serial}. Hrg {rupiah(known.price)}"
    return f"Sukses. {serial}. {_price(oke, known)}"


def guarded(oke: Okeconnect, older: Transaction, ref_id: str) -> str:
    """What a second sale of one product to one number is told: the state of the first."""
    echo = ref_id if oke.options.guard_echo == "asked" else older.ref_id
    return at_check(oke, replace(older, ref_id=echo))


def absent(oke: Okeconnect, dest: str) -> str:
    wording, today = oke.options.wording, oke.clock.wib()
    none = f"TIDAK ADA transaksi Tujuan {dest} pada tgl {today:%d/%m/%Y}."
    if wording == "bare":
        return none
    none += " Tidak ada data."
    return none if wording == "short" else f"{none} {_balance(oke)}"


def refused(ref_id: str, product: str, dest: str, reason: str) -> str:
    """No T#: nothing was created. Some reasons end in a full stop, some do not."""
    return f"R#{ref_id} {product}.{dest} GAGAL. {reason}"


def filled(oke: Okeconnect, text: str, known: Transaction) -> str:
    """A scripted text with its blanks filled in."""
    told = {
        "{trx}": str(known.trx),
        "{ref}": known.ref_id,
        "{name}": known.item.name,
        "{product}": known.product,
        "{dest}": known.dest,
        "{sn}": known.sn,
        "{saldo}": rupiah(oke.books.deposit),
        "{jam}": known.jam,
    }
    for blank, value in told.items():
        text = text.replace(blank, value)
    return text


def bill_text(oke: Okeconnect, bill: Bill) -> str:
    fine = f"Denda: Rp {rupiah(bill.fine)}. " if bill.fine else ""
    told = {
        "{nama}": bill.name,
        "{tagihan}": rupiah(bill.amount),
        "{denda}": fine,
        "{admin}": rupiah(bill.admin),
        "{total}": rupiah(bill.total),
        "{periode}": bill.period,
    }
    text = oke.options.inquiry_text
    for blank, value in told.items():
        text = text.replace(blank, value)
    return text


def name_text(oke: Okeconnect, name: str) -> str:
    return oke.options.name_text.replace("{nama}", name)


def rupiah(amount: int) -> str:
    return f"{amount:,}".replace(",", ".")


def jam(at_s: float) -> str:
    return datetime.fromtimestamp(at_s, WIB).strftime("%H:%M")


def _whole(oke: Okeconnect, known: Transaction) -> str:
    head = f"T#{known.trx} R#{known.ref_id}"
    terse = oke.options.wording == "bare" and known.state == "Menunggu"
    if terse or known.item.is_inquiry:
        return f"{head} {_code(known)}"
    return f"{head} {_described(known)}"


def _described(known: Transaction) -> str:
    return f"{known.item.name} {_code(known)}"


def _code(known: Transaction) -> str:
    return f"{known.product}.{known.dest}"


def _sum(known: Transaction) -> str:
    before, price, after = known.before, known.price, known.after
    return f"{rupiah(before)} - {rupiah(price)} = {rupiah(after)}"


def _balance(oke: Okeconnect) -> str:
    return f"Saldo {rupiah(oke.books.deposit)}"


def _price(oke: Okeconnect, known: Transaction) -> str:
    return f"Hrg {rupiah(known.price)} {AGAIN}. {_balance(oke)}"
