"""The price list: rows as they are published, strings and traps included; items as they sell."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from konter_sim.okeconnect.sample import ROWS, TRAPS, Row

Kind = Literal["prepaid", "open", "ask", "pay", "name"]
BILL_CATEGORIES: Final = frozenset({"PASCABAYAR", "TAGIHAN", "AIR PDAM", "FINANCE", "TAGIHAN PBB"})
PHONE_CATEGORIES: Final = frozenset({"PULSA", "SMS TELEPON", "PULSA TRANSFER", "DOMPET DIGITAL"})


@dataclass(frozen=True, slots=True)
class Item:
    """One product as it sells. `price` rupiah as listed: a commission, below zero, on a bill."""

    kode: str
    name: str
    kategori: str
    price: int
    open: bool
    kind: Kind

    @property
    def biller(self) -> str:
        """What a bill's two codes have in common: the code without its C or B."""
        return self.kode[1:]

    @property
    def by_phone(self) -> bool:
        return self.kategori in PHONE_CATEGORIES or self.kategori.startswith("KUOTA")

    @property
    def is_inquiry(self) -> bool:
        return self.kind in ("ask", "name")

    @property
    def is_trap(self) -> bool:
        """Nothing anybody should buy: free, or paid for taking, or not meant for sale."""
        return self.kode in TRAPS or (self.kind == "prepaid" and self.price <= 0)


class Catalogue:
    """Rows in the order they are listed. They can be replaced, changed and removed."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self._items: dict[str, Item] = {}
        self.replace(ROWS)

    def replace(self, rows: Iterable[Mapping[str, object]]) -> None:
        self.rows = [dict(row) for row in rows]
        self._items = {}
        for row in self.rows:
            item = read(row)
            if item is not None:
                self._items.setdefault(item.kode, item)

    def generate(self, count: int) -> None:
        """Invented products, for benchmarks: SIM00001 and so on."""
        self.replace(_invented(number) for number in range(1, count + 1))

    def change(self, kode: str, changes: Mapping[str, object]) -> None:
        """Raises KeyError for a code that is not listed."""
        self._listed(kode)
        changed = ({**row, **changes} if row.get("kode") == kode else row for row in self.rows)
        self.replace(list(changed))

    def remove(self, kode: str) -> None:
        """Raises KeyError for a code that is not listed."""
        self._listed(kode)
        self.replace([row for row in self.rows if row.get("kode") != kode])

    def find(self, kode: str) -> Item | None:
        """What sells under this code; None for an unknown or unreadable one."""
        return self._items.get(kode)

    def listed(self, produk: str) -> list[Row]:
        """The rows of these slugs (`pulsa,token_pln`); all of them without any."""
        wanted = {slug for slug in produk.split(",") if slug}
        return [row for row in self.rows if not wanted or wanted & _slugs(row)]

    def _listed(self, kode: str) -> None:
        if all(row.get("kode") != kode for row in self.rows):
            raise KeyError(kode)


def read(row: Mapping[str, object]) -> Item | None:
    """The product a row stands for; None when their own system could not sell it."""
    kode, kategori = row.get("kode"), str(row.get("kategori", ""))
    try:
        price = int(str(row.get("harga")))
    except ValueError:
        return None
    if not isinstance(kode, str) or not kode:
        return None
    return Item(
        kode=kode,
        name=str(row.get("keterangan", "")),
        kategori=kategori,
        price=price,
        open=row.get("status") == "1",
        kind=_kind(kode, kategori),
    )


def _kind(kode: str, kategori: str) -> Kind:
    if kode.startswith("CEK"):
        return "name"
    if kategori == "NOMINAL BEBAS":
        return "open"
    if kategori in BILL_CATEGORIES and kode[0] in "CB":
        return "ask" if kode[0] == "C" else "pay"
    return "prepaid"


def _slugs(row: Mapping[str, object]) -> set[str]:
    return {str(row.get(name, "")).lower().replace(" ", "_") for name in ("kategori", "produk")}


def _invented(number: int) -> Row:
    return {
        "kode": f"SIM{number:05d}",
        "keterangan": f"Simulasi {number}",
        "produk": "Simulasi",
        "kategori": "PULSA",
        "harga": str(1_000 + number % 500 * 100),
        "status": "1",
    }
