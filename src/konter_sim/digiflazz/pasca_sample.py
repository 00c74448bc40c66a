"""A small list of postpaid bills, all invented: the fifteen kinds and a second seller of two."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from konter_sim.digiflazz.owed import Kind

Row = dict[str, Any]


class Payee(NamedTuple):
    """Whose bills a SKU pays; two SKUs may pay the same biller's. Not told to the buyer."""

    kind: Kind
    biller: str


_SHELF: Final[tuple[tuple[str, str, str, int, int, Payee], ...]] = (
    # SKU, name, brand, admin and commission in rupiah for each sheet
    ("pln", "Pln Postpaid", "PLN", 2_750, 1_800, Payee("pln", "PLN")),
    ("aetra", "aetra", "PDAM", 2_000, 550, Payee("pdam", "AETRA")),
    ("plnpasca", "PLN Pascabayar", "PLN", 2_500, 1_100, Payee("pln", "PLN")),
    ("pdam", "PDAM Kota Surabaya", "PDAM", 2_500, 1_000, Payee("pdam", "PDAM SURABAYA")),
    ("internet", "Indihome", "INTERNET PASCABAYAR", 2_500, 1_500, Payee("internet", "TELKOM")),
    ("bpjs", "BPJS Kesehatan", "BPJS KESEHATAN", 2_500, 1_000, Payee("bpjs", "BPJS KESEHATAN")),
    (
        "multifinance",
        "FIF",
        "MULTIFINANCE",
        5_000,
        2_500,
        Payee("multifinance", "FIF"),
    ),
    ("cimahi", "PBB Kota Cimahi", "PBB", 3_000, 1_200, Payee("pbb", "PBB CIMAHI")),
    ("pdl", "Pajak Daerah Lainnya", "PAJAK DAERAH", 3_000, 1_000, Payee("pajak", "PAJAK DAERAH")),
    ("pgas", "PGN Gas Negara", "GAS NEGARA", 2_500, 1_000, Payee("pgas", "PGN")),
    ("tv", "Transvision", "TV PASCABAYAR", 2_500, 1_000, Payee("tv", "TRANSVISION")),
    (
        "bpjstk",
        "BPJS Ketenagakerjaan",
        "BPJS KETENAGAKERJAAN",
        2_500,
        1_000,
        Payee("bpjstk", "BPJSTK"),
    ),
    (
        "bpjstkpu",
        "BPJS Ketenagakerjaan Penerima Upah",
        "BPJS KETENAGAKERJAAN PU",
        2_500,
        1_000,
        Payee("bpjstkpu", "BPJSTK PU"),
    ),
    (
        "plnnontaglist",
        "PLN Nontaglis",
        "PLN NONTAGLIS",
        2_500,
        1_000,
        Payee("nontaglis", "PLN NONTAGLIS"),
    ),
    ("emoney", "Mandiri e-Toll", "E-MONEY", 1_000, 200, Payee("emoney", "E-TOLL")),
    ("samsat", "Samsat Jawa Barat", "SAMSAT", 5_000, 2_000, Payee("samsat", "SAMSAT JABAR")),
    ("hp", "Halo Telkomsel", "HP PASCABAYAR", 2_500, 1_250, Payee("hp", "TELKOMSEL HALO")),
)

_SELLERS: Final = {"pln": "PT. ABC", "aetra": "Mr Ed"}
_DESC: Final = {
    "aetra": "Provinsi Jakarta",
    "emoney": "Nominal kelipatan Rp 1.000",
    "samsat": "no pelanggan = kode bayar,nomor identitas",
}

PASCA_ROWS: Final[list[Row]] = [
    {
        "product_name": name,
        "brand": brand,
        "seller_name": _SELLERS.get(sku, "PT. XYZ"),
        "admin": admin,
        "commission": commission,
        "buyer_sku_code": sku,
        "desc": _DESC.get(sku, "-"),
    }
    for sku, name, brand, admin, commission, _ in _SHELF
]

PAYEES: Final[Mapping[str, Payee]] = {row[0]: row[-1] for row in _SHELF}
