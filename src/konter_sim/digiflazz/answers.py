"""How Digiflazz words its answers and its webhooks: field names and order as documented."""

from konter_sim.digiflazz.bills import Inquiry
from konter_sim.digiflazz.books import Transaction
from konter_sim.digiflazz.catalogue import Item
from konter_sim.digiflazz.codes import CODES
from konter_sim.digiflazz.hooks import BILL_AGENT, USER_AGENT
from konter_sim.digiflazz.owed import Owed, owner, seed
from konter_sim.digiflazz.owed_words import bill_facts, with_period

Json = dict[str, object]


def answer(known: Transaction) -> Json:
    """The synchronous answer; only a success carries `sn`, as in the official test cases."""
    data = _head(known)
    if known.bill is not None:
        return _of_bill(known, data)
    if known.status == "Sukses":
        data["sn"] = known.sn
    data["buyer_last_saldo"] = known.last_saldo
    data["price"] = known.price
    return data


def news(known: Transaction) -> Json:
    """The webhook's data: `sn` always, and the seller's contacts; of a bill as it is answered."""
    if known.bill is not None:
        return with_period(answer(known), known.bill)
    return {
        **_head(known),
        "buyer_last_saldo": known.last_saldo,
        "sn": known.sn if known.status == "Sukses" else "",
        "price": known.price,
        "tele": "@telegram",
        "wa": "081234512345",
    }


def agent(known: Transaction) -> str:
    """The User-Agent of its webhooks."""
    return USER_AGENT if known.bill is None else BILL_AGENT


def brief_refusal(rc: str, *, tail: str = "") -> Json:
    """What a stranger gets: a code and a message, nothing else."""
    return {"rc": rc, "message": CODES[rc].message + tail}


def _head(known: Transaction) -> Json:
    return {
        "ref_id": known.ref_id,
        "customer_no": known.customer_no,
        "buyer_sku_code": known.sku,
        "message": known.message,
        "status": known.status,
        "rc": known.rc,
    }


def _of_bill(known: Transaction, head: Json) -> Json:
    """Everything about a paid one; whatever is not paid is told in six fields."""
    if known.status != "Sukses" or known.bill is None:
        return head
    return bill_facts(head, known.bill, price=known.price, saldo=known.last_saldo, sn=known.sn)


def owed_answer(inquiry: Inquiry, *, saldo: int) -> Json:
    """What an inquiry is told: the bill, or in six fields that there is none. Never an `sn`."""
    head: Json = {
        "ref_id": inquiry.ref_id,
        "customer_no": inquiry.customer_no,
        "buyer_sku_code": inquiry.sku,
        "message": inquiry.message,
        "status": CODES[inquiry.rc].status,
        "rc": inquiry.rc,
    }
    owed = inquiry.owed
    if owed is None:
        return head
    return bill_facts(head, owed, price=owed.price, saldo=saldo, sn=None)


def receipt(owed: Owed, ref_id: str) -> str:
    """The serial number of a paid bill: BPJSTK gives none, test numbers always the same."""
    if owed.kind == "bpjstk":
        return ""
    return "S1234554321N" if owed.official else f"S{seed(ref_id) % 10**10:010d}N"


def serial(item: Item | None, ref_id: str, at: str) -> str:
    """An invented serial number, the same each time for one reference; `at` is yyyymmdd."""
    digits = f"{seed(ref_id) % 10**20:020d}"
    if item is None or item.category != "PLN":
        return f"{at}{digits[:10]}"
    token = "-".join(digits[start : start + 4] for start in range(0, 20, 4))
    kwh = f"{item.price / 1_512:.1f}".replace(".", ",")
    return f"{token}/{owner(ref_id)}/R1/900VA/{kwh}KWH"


def pln_customer(customer_no: str) -> Json:
    """An invented PLN subscriber; the documented example number is David."""
    name = "DAVID" if customer_no == "1234554321" else owner(customer_no)
    subscriber = "523300817840" if name == "DAVID" else f"{seed(customer_no) % 10**12:012d}"
    return {
        "message": CODES["00"].message,
        "status": "Sukses",
        "rc": "00",
        "customer_no": customer_no,
        "meter_no": customer_no,
        "subscriber_id": subscriber,
        "name": name,
        "segment_power": "R1 /000001300",
    }
