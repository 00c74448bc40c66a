"""``/my/mutations``: the wallet's statement, each line with the balance before and after it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from litestar import Response, get

from konter.kernel.clock import WIB
from konter.ledger.lines import lines_between
from konter.ledger.read import Line, balance
from konter.web.my.asked import asked_of, days_of, number_of, query_of
from konter.web.my.csv_file import MOST_ROWS, Cell, csv_file
from konter.web.page.guard import visit
from konter.web.page.permits import OWN
from konter.web.page.render import Page, page
from konter.web.page.words import Say
from konter.web.request import SiteRequest

PER_PAGE: Final = 30

HEADING: Final = (
    "baris",
    "waktu_wib",
    "jenis",
    "keterangan",
    "acuan",
    "sebelum",
    "perubahan",
    "sesudah",
)


@dataclass(frozen=True, slots=True)
class Shown:
    """A line, and what it is for."""

    line: Line
    what: str


@get("/my/mutations", include_in_schema=False, opt=OWN)
async def get_mutations(request: SiteRequest) -> Page:
    """The newest first."""
    asked = asked_of(request)
    days, before = days_of(asked), number_of(asked, "before")
    async with request.desks.db.read() as tx:
        held = await balance(tx, request.user.id)
        lines, has_more = await lines_between(
            tx,
            request.user.id,
            since=days.begin,
            until=days.end,
            before=before,
            most=PER_PAGE,
        )
    words, query = kinds(visit(request).say), query_of(asked, without="before")
    facts = {
        "balance": held,
        "lines": [Shown(line, _what(line, words)) for line in lines],
        "typed": asked,
        "faults": days.faults,
        "is_filtered": "from" in asked or "to" in asked,
        "older": query_of(asked, without="before", before=lines[-1].line) if has_more else "",
        "newest": f"/my/mutations{query}" if before else "",
        "file": f"/my/mutations.csv{query}",
        "most_rows": MOST_ROWS,
    }
    return page(request, "my/mutations.html", facts)


@get("/my/mutations.csv", include_in_schema=False, opt=OWN)
async def get_mutations_file(request: SiteRequest) -> Response[bytes]:
    """The same list: the newest ten thousand, newest first."""
    days = days_of(asked_of(request))
    async with request.desks.db.read() as tx:
        lines, _ = await lines_between(
            tx, request.user.id, since=days.begin, until=days.end, most=MOST_ROWS
        )
    words = kinds(visit(request).say)
    return csv_file("mutasi.csv", HEADING, (_row(line, words) for line in lines))


ROUTES: Final = [get_mutations, get_mutations_file]


def kinds(say: Say) -> dict[str, str]:
    """What each kind of transfer is called."""
    return {
        "hold": say("Pembelian"),
        "release": say("Pengembalian dana transaksi gagal"),
        "deposit": say("Deposit saldo"),
        "surplus": say("Kelebihan pembayaran"),
        "adjustment": say("Penyesuaian saldo"),
        "dispute_charge": say("Tagihan transaksi yang ternyata berhasil"),
        "dispute_reverse": say("Pengembalian dana transaksi yang dibatalkan penyedia"),
    }


def _what(line: Line, words: Mapping[str, str]) -> str:
    return line.note or words.get(line.kind, line.kind)


def _row(line: Line, words: Mapping[str, str]) -> tuple[Cell, ...]:
    return (
        line.line,
        f"{line.recorded_at.astimezone(WIB):%Y-%m-%d %H:%M:%S}",
        "kredit" if line.change > 0 else "debit",
        _what(line, words),
        line.reference,
        line.before,
        line.change,
        line.after,
    )
