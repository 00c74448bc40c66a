"""A supplier's own report of its transactions, as its panel exports it: CSV, in whatever dialect.

No supplier documents its export, so columns are found by their usual names or named by whoever
hands the report in. What is not certain is not read: the row is listed as unreadable.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from konter.kernel.errors import Invalid
from konter.orders.read_amounts import read_amounts

MOST_CHARACTERS: Final = 2 * 1024 * 1024
TOO_LARGE: Final = "Laporan terlalu besar, paling banyak 2 MB. Bagi per hari"
MOST_ROWS: Final = 20_000
LOOK_FOR_HEADINGS: Final = 20
"""Lines: what stands above the table is a title."""

DELIMITERS: Final = (";", "\t", ",", "|")

# Each divided by a bar.
REFERENCE: Final = (
    "ref id|refid|reff id|ref|reference|reference id|referensi|id referensi|nomor referensi"
    "|no referensi|no ref|kode referensi"
)
STATE: Final = "status|state|status transaksi|transaction status|status trx"
COST: Final = "harga|price|harga rp|harga beli|harga modal|hrg|cost|modal"


class Claim(StrEnum):
    """What they say became of a purchase."""

    SUCCESS = "success"
    FAILED = "failed"
    PENDING = "pending"


WORDS: Final = {
    Claim.SUCCESS: "sukses|success|successful|berhasil|transaksi sukses|transaksi berhasil",
    Claim.FAILED: "gagal|failed|fail|failure|transaksi gagal|refund|refunded|dikembalikan|batal"
    "|dibatalkan|cancelled|canceled",
    Claim.PENDING: "pending|proses|process|processing|diproses|menunggu|waiting"
    "|transaksi pending|dalam proses|sedang diproses",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """How this report speaks, as far as it was said; empty: by the usual names. Of the words,
    several are divided by commas, and count beside the usual ones."""

    reference: str = ""
    state: str = ""
    cost: str = ""
    success: str = ""
    failed: str = ""
    pending: str = ""


@dataclass(frozen=True, slots=True)
class ReportLine:
    """``line``: in the text. ``cost``: whole rupiah, None where they do not tell it."""

    line: int
    reference: str
    claim: Claim
    cost: int | None


class Part(StrEnum):
    """What of a row cannot be read. row: it has not the cells that the headings announce."""

    ROW = "row"
    REFERENCE = "reference"
    STATE = "state"
    COST = "cost"


@dataclass(frozen=True, slots=True)
class Unreadable:
    """``cell``: its beginning, as it stands there. A row whose cost alone is unreadable is in
    ``lines``, too."""

    line: int
    reference: str | None
    part: Part
    cell: str


@dataclass(frozen=True, slots=True)
class SupplierReport:
    """``rows``: how many, read or not. ``digest``: of the text and of how it was read. ``naming``:
    what had to be said for that."""

    lines: tuple[ReportLine, ...]
    unreadable: tuple[Unreadable, ...]
    rows: int
    compares_cost: bool
    digest: bytes
    naming: Naming

    @property
    def references(self) -> list[str]:
        """All that it names, each once."""
        named = {*(one.reference for one in self.lines)}
        return sorted(named | {one.reference for one in self.unreadable if one.reference})


def read_supplier_report(report: bytes | str, naming: Naming) -> SupplierReport:
    """Pure. Raises Invalid, naming ``report`` or the field of ``Naming`` that does not fit."""
    text = _text(report).removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")
    if "\x00" in text or "\N{REPLACEMENT CHARACTER}" in text:
        raise Invalid(
            {"report": ["Laporan bukan teks UTF-8. Simpan sebagai CSV UTF-8, lalu coba lagi"]}
        )
    if len(text) > MOST_CHARACTERS:
        raise Invalid({"report": [TOO_LARGE]})
    words = _words(naming)
    texts = list(io.StringIO(text, newline=None))
    table = _table(texts, naming)
    rows = list(_rows(texts, table))
    if not rows:
        raise Invalid({"report": ["Laporan tidak berisi satu pun baris transaksi"]})
    lines, unreadable = _read(rows, table, words)
    told = "\x1f".join((*texts, table.told, *sorted(f"{w}={c}" for w, c in words.items())))
    digest = hashlib.sha256(told.encode("utf-8", "surrogatepass")).digest()
    return SupplierReport(lines, unreadable, len(rows), table.cost is not None, digest, naming)


def _text(report: bytes | str) -> str:
    if isinstance(report, str):
        return report
    if report.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise Invalid({"report": ["Ini berkas Excel. Simpan sebagai CSV, lalu coba lagi"]})
    wide = report.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        return report.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid(
            {"report": ["Laporan bukan teks UTF-8. Simpan sebagai CSV UTF-8, lalu coba lagi"]}
        ) from error


def _words(naming: Naming) -> dict[str, Claim]:
    """Each state's word, plain; what was said by hand counts before the usual."""
    known = {_plain(word): claim for claim, all_of in WORDS.items() for word in all_of.split("|")}
    said = {
        Claim.SUCCESS: naming.success,
        Claim.FAILED: naming.failed,
        Claim.PENDING: naming.pending,
    }
    named: dict[str, Claim] = {}
    for claim, listed in said.items():
        for word in filter(None, map(_plain, listed.split(","))):
            if named.setdefault(word, claim) is not claim:
                raise Invalid({claim.value: [f"Kata {word} disebut untuk dua status"]})
    return known | named


def _plain(text: str) -> str:
    """Letters and digits, in small letters, one space between."""
    return " ".join(re.findall(r"\w+", text.replace("_", " ").casefold()))


@dataclass(frozen=True, slots=True)
class _Table:
    """Where the columns stand, below the headings of this line (from 1)."""

    line: int
    delimiter: str
    headings: tuple[str, ...]
    reference: int
    state: int
    cost: int | None

    @property
    def told(self) -> str:
        return f"{self.line}{self.delimiter}{self.reference},{self.state},{self.cost}"


def _table(texts: Sequence[str], naming: Naming) -> _Table:
    """The first line that has the columns, split by the sign that gives it the most of them."""
    begins = [_split(text) for text in texts[:LOOK_FOR_HEADINGS]]
    for number, ways in enumerate(begins, 1):
        fits = [way for way in ways if _has(way[1], naming)]
        if fits:
            delimiter, headings = max(fits, key=lambda way: len(way[1]))
            return _Table(
                number,
                delimiter,
                tuple(headings),
                _one(headings, "reference", naming.reference, REFERENCE),
                _one(headings, "state", naming.state, STATE),
                _cost(headings, naming),
            )
    raise _no_columns(begins, naming)


def _split(text: str) -> list[tuple[str, list[str]]]:
    found = []
    for delimiter in DELIMITERS:
        try:
            cells = next(csv.reader([text], delimiter=delimiter), [])
        except csv.Error:
            continue
        if len(cells) > 1:
            found.append((delimiter, [cell.strip() for cell in cells]))
    return found


def _has(headings: Sequence[str], naming: Naming) -> bool:
    by_name = ((naming.reference, REFERENCE), (naming.state, STATE))
    return all(_places(headings, named, usual) for named, usual in by_name)


def _places(headings: Sequence[str], named: str, usual: str) -> list[int]:
    wanted = [_plain(named)] if named.strip() else usual.split("|")
    return [place for place, heading in enumerate(headings) if _plain(heading) in wanted]


def _one(headings: Sequence[str], field: str, named: str, usual: str) -> int:
    places = _places(headings, named, usual)
    if len(places) > 1:
        names = ", ".join(headings[place] for place in places)
        raise Invalid({field: [f"Lebih dari satu kolom mungkin dimaksud: {names}. Sebutkan satu"]})
    return places[0]


def _cost(headings: Sequence[str], naming: Naming) -> int | None:
    """None: there is none, or none is wanted (``-``)."""
    if naming.cost.strip() == "-":
        return None
    if not _places(headings, naming.cost, COST):
        if naming.cost.strip():
            raise _missing("cost", headings)
        return None
    return _one(headings, "cost", naming.cost, COST)


def _no_columns(begins: Sequence[Sequence[tuple[str, list[str]]]], naming: Naming) -> Invalid:
    """Which column is missing, in the line that looks most like headings."""
    ways = [headings for ways in begins for _, headings in ways]
    if not ways:
        return Invalid({"report": ["Laporan tidak berisi tabel. Sertakan baris judul kolomnya"]})
    headings = max(ways, key=len)
    has_reference = _places(headings, naming.reference, REFERENCE)
    return _missing("state" if has_reference else "reference", headings)


def _missing(field: str, headings: Sequence[str]) -> Invalid:
    names = ", ".join(heading for heading in headings if heading)[:300]
    return Invalid({field: [f"Kolom ini tidak ditemukan. Kolom yang ada: {names}"]})


def _rows(texts: Sequence[str], table: _Table) -> Iterator[tuple[int, list[str]]]:
    """Every row that is not empty, with the line on which it ends."""
    reader = csv.reader(texts[table.line :], delimiter=table.delimiter, strict=True)
    count = 0
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if any(cells):
                count += 1
                if count > MOST_ROWS:
                    raise Invalid(
                        {
                            "report": [
                                "Laporan terlalu panjang, paling banyak 20.000 baris. Bagi per hari"
                            ]
                        }
                    )
                yield table.line + reader.line_num, cells
    except csv.Error as error:
        line = table.line + reader.line_num
        raise Invalid(
            {"report": [f"Baris {line} bukan CSV yang sah: periksa tanda kutipnya"]}
        ) from error


def _read(
    rows: Sequence[tuple[int, list[str]]], table: _Table, words: dict[str, Claim]
) -> tuple[tuple[ReportLine, ...], tuple[Unreadable, ...]]:
    whole = [(line, cells) for line, cells in rows if _is_whole(cells, table)]
    at = table.cost
    costs = read_amounts(["" if at is None else cells[at] for _, cells in whole])
    lines, unreadable = [], []
    for line, cells in rows:
        if not _is_whole(cells, table):
            named = cells[table.reference] if len(cells) > table.reference else ""
            beginning = table.delimiter.join(cells)[:100]
            unreadable.append(Unreadable(line, _reference(named), Part.ROW, beginning))
    for (line, cells), cost in zip(whole, costs, strict=True):
        reference = _reference(cells[table.reference])
        claim = words.get(_plain(cells[table.state]))
        if reference is None:
            said = cells[table.reference][:100]
            unreadable.append(Unreadable(line, None, Part.REFERENCE, said))
        elif claim is None:
            said = cells[table.state][:100]
            unreadable.append(Unreadable(line, reference, Part.STATE, said))
        else:
            lines.append(ReportLine(line, reference, claim, cost))
            if at is not None and cost is None and claim is Claim.SUCCESS:
                unreadable.append(Unreadable(line, reference, Part.COST, cells[at][:100]))
    return tuple(lines), tuple(sorted(unreadable, key=lambda one: one.line))


def _is_whole(cells: Sequence[str], table: _Table) -> bool:
    """As many cells as headings, and nothing below a heading that is none: where a comma divides
    cells, an amount with one is two of them."""
    headings = table.headings
    if len(cells) < len(headings) or any(cells[len(headings) :]):
        return False
    return all(heading or not cell for heading, cell in zip(headings, cells, strict=False))


def _reference(cell: str) -> str | None:
    """Ours are of capitals; a spreadsheet's mark of a text (') is no part of it."""
    plain = cell.removeprefix("'").strip().upper()
    return plain if plain.isprintable() and 0 < len(plain) <= 100 else None
