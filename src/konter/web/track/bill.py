"""A bill as it is told to people: its periods, and of the upstream's words what everybody knows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from konter.orders.bills import BillView

KNOWN: Final = (
    "tarif",
    "daya",
    "lembar_tagihan",
    "jumlah_peserta",
    "alamat",
    "jatuh_tempo",
    "tenor",
)
"""Of one bill; anything else an upstream adds is not for a customer's eyes."""


@dataclass(frozen=True, slots=True)
class BillLine:
    """One period, in its biller's words; whole rupiah, None where it was not told."""

    period: str
    amount: int | None
    fine: int | None


def facts_of(bill: BillView) -> list[tuple[str, str]]:
    """Name and value, in our order; without what was left empty."""
    return [(name, str(bill.details[name])) for name in KNOWN if bill.details.get(name)]


def lines_of(bill: BillView) -> list[BillLine]:
    """By period, as far as the upstream told them apart."""
    return list(_lines(bill.details.get("detail")))


def _lines(told: object) -> Iterator[BillLine]:
    if not isinstance(told, list):
        return
    for one in told:
        if isinstance(one, Mapping) and one.get("periode"):
            yield BillLine(
                str(one["periode"]),
                _whole(one.get("nilai_tagihan")),
                _whole(one.get("denda")),
            )


def _whole(told: object) -> int | None:
    text = str(told)
    return int(text) if text.isascii() and text.isdigit() else None
