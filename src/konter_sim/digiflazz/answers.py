"""How Digiflazz words its answers and its webhooks: field names and order as documented."""

from hashlib import md5

from konter_sim.digiflazz.books import Transaction
from konter_sim.digiflazz.catalogue import Item
from konter_sim.digiflazz.codes import CODES

Json = dict[str, object]

_NAMES = ("BUDI SANTOSO", "SITI AMINAH", "AGUS SALIM", "DEWI LESTARI", "MADE WIRAWAN")


def answer(known: Transaction) -> Json:
    """The synchronous answer; only a success carries `sn`, as in the official test cases."""
    data = _head(known)
    if known.status == "Sukses":
        data["sn"] = known.sn
    data["buyer_last_saldo"] = known.last_saldo
    data["price"] = known.price
    return data


def news(known: Transaction) -> Json:
    """The webhook's data: `sn` always, and the seller's contacts."""
    return {
        **_head(known),
        "buyer_last_saldo": known.last_saldo,
        "sn": known.sn if known.status == "Sukses" else "",
        "price": known.price,
        "tele": "@telegram",
        "wa": "081234512345",
    }


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


def serial(item: Item | None, ref_id: str, at: str) -> str:
    """An invented serial number, the same each time for one reference; `at` is yyyymmdd."""
    seed = int(md5(ref_id.encode(), usedforsecurity=False).hexdigest(), 16)
    digits = f"{seed % 10**20:020d}"
    if item is None or item.category != "PLN":
        return f"{at}{digits[:10]}"
    token = "-".join(digits[start : start + 4] for start in range(0, 20, 4))
    kwh = f"{item.price / 1_512:.1f}".replace(".", ",")
    return f"{token}/{_NAMES[seed % len(_NAMES)]}/R1/900VA/{kwh}KWH"


def pln_customer(customer_no: str) -> Json:
    """An invented PLN subscriber; the documented example number is David."""
    seed = int(md5(customer_no.encode(), usedforsecurity=False).hexdigest(), 16)
    name = "DAVID" if customer_no == "1234554321" else _NAMES[seed % len(_NAMES)]
    subscriber = "523300817840" if name == "DAVID" else f"{seed % 10**12:012d}"
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
