"""The official postpaid test numbers: what each owes, and what its inquiry and payment say."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from konter_sim.digiflazz.owed import FINED, YEARLY, Owed, Sheet
from konter_sim.digiflazz.pasca_sample import PASCA_ROWS, PAYEES
from konter_sim.digiflazz.steps import Fail, Pending, Step, Success

_SUKSES: Final = Success()


@dataclass(frozen=True, slots=True)
class Official:
    """`inquiry` answers inq-pasca, `payment` the first pay-pasca of a reference."""

    sku: str
    customer_no: str
    owed: Owed
    inquiry: Step = _SUKSES
    payment: Step = _SUKSES


_ID: Final = "0212502110170100"

# SKU: found and paid, inquiry fails, payment fails, Pending then paid, Pending then fails
_NUMBERS: Final[Mapping[str, tuple[str, str, str, str, str]]] = {
    "pln": ("530000000001", "530000000003", "530000000006", "630000000001", "630000000006"),
    "pdam": ("1013226", "1013227", "1013230", "2013226", "2013230"),
    "internet": ("6391601001", "6391601002", "6391601005", "7391601001", "7391601005"),
    "bpjs": ("8801234560001", "8801234560002", "8801234560005", "9801234560001", "9801234560005"),
    "multifinance": ("6391601201", "6391601202", "6391601205", "7391601201", "7391601205"),
    "cimahi": (
        "329801092375999991",
        "329801092375999992",
        "329801092375999995",
        "429801092375999991",
        "429801092375999995",
    ),
    "pdl": ("3298010921", "3298010922", "3298010923", "4298010921", "4298010923"),
    "pgas": ("0110014601", "0110014603", "0110014605", "1110014601", "1110014605"),
    "tv": ("127246500101", "127246500102", "127246500105", "227246500101", "227246500105"),
    "bpjstk": (
        "8102051011270001",
        "8102051011270002",
        "8102051011270003",
        "9102051011270001",
        "9102051011270003",
    ),
    "bpjstkpu": ("400000100001", "400000100002", "400000100003", "500000100001", "500000100003"),
    "plnnontaglist": (
        "3225030005921",
        "3225030005922",
        "3225030005923",
        "4225030005921",
        "4225030005923",
    ),
    "emoney": ("082100000001", "082100000002", "082100000003", "082110000001", "082110000003"),
    "samsat": (
        f"9658548523568701,{_ID}",
        f"9658548523568702,{_ID}",
        f"9658548523568705,{_ID}",
        f"0658548523568701,{_ID}",
        f"0658548523568705,{_ID}",
    ),
    "hp": ("081234554320", "081234554321", "081234554324", "081244554320", "081244554324"),
}

_TWO_SHEETS: Final = (
    ("pln", "530000000002", Success()),
    ("pln", "630000000002", Pending()),
    ("pgas", "0110014602", Success()),
    ("pgas", "1110014602", Pending()),
)

_ADMIN: Final = {row["buyer_sku_code"]: (row["admin"], row["commission"]) for row in PASCA_ROWS}
_ADMIN_OF_TESTS: Final = {**_ADMIN, "pln": (2_500, 1_000)}


def _owed(sku: str, customer_no: str, *, sheets: int = 1) -> Owed:
    """One sheet is 8.000 and, where fines are known, 500 of it; the second one 11.500."""
    kind, biller = PAYEES[sku]
    admin, commission = _ADMIN_OF_TESTS[sku]
    period = "2019" if kind in YEARLY else "201901"
    first = Sheet(period, 8_000, fine=500 if kind in FINED else 0)
    return Owed(
        kind=kind,
        biller=biller,
        customer_no=customer_no,
        customer_name="Nama Pelanggan Pertama" if sheets == 1 else "Nama Pelanggan Kedua",
        sheets=(first, Sheet("201902", 11_500))[:sheets],
        admin=admin,
        commission=commission,
        official=True,
    )


def _five(sku: str) -> tuple[Official, ...]:
    paid, unfound, unpaid, later_paid, later_unpaid = _NUMBERS[sku]
    return (
        Official(sku, paid, _owed(sku, paid)),
        Official(sku, unfound, _owed(sku, unfound), inquiry=Fail()),
        Official(sku, unpaid, _owed(sku, unpaid), payment=Fail()),
        Official(sku, later_paid, _owed(sku, later_paid), payment=Pending()),
        Official(sku, later_unpaid, _owed(sku, later_unpaid), payment=Pending(then="fail")),
    )


OFFICIAL: Final[Mapping[tuple[str, str], Official]] = {
    (test.sku, test.customer_no): test
    for test in (
        *(test for sku in _NUMBERS for test in _five(sku)),
        *(
            Official(sku, number, _owed(sku, number, sheets=2), payment=payment)
            for sku, number, payment in _TWO_SHEETS
        ),
    )
}
