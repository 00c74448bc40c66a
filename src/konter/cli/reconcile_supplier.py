"""``konter reconcile supplier``: a supplier's own report against our attempts, order by order."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console

from konter.app import House
from konter.cli.inside import actor, in_house, shown
from konter.cli.tables import print_table, rupiah
from konter.kernel.clock import business_date
from konter.orders.compare_supplier import SupplierDifference, SupplierDifferenceKind
from konter.orders.read_as_before import read_as_before
from konter.orders.read_supplier_report import MOST_CHARACTERS, Naming
from konter.orders.reconcile_supplier import Comparison, Days, reconcile_supplier


def supplier(
    account: Annotated[str, typer.Argument(help="A supplier account: digiflazz-main.")],
    file: Annotated[str, typer.Argument(help="Its report as CSV; -: from the standard input.")],
    *,
    since: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The report's first day (WIB); absent: yesterday."),
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Its last day, included; absent: the first."),
    ] = None,
    column: Annotated[
        list[str] | None,
        typer.Option(
            help="A column's heading: reference=Ref, state=Status, cost=Harga (cost=-: none)."
        ),
    ] = None,
    word: Annotated[
        list[str] | None,
        typer.Option(help="A state's words: success=1,ok or failed=2 or pending=0."),
    ] = None,
) -> None:
    """Compare a supplier's report with our attempts; exit 1 when anything differs.

    Columns and words that are not named are as in the account's last report.
    """
    naming = _naming(column or [], word or [])
    content = _content(file)

    async def act(house: House) -> Comparison:
        yesterday = business_date(house.clock.now()) - timedelta(days=1)
        first = since.date() if since else yesterday
        days = Days(first, until.date() if until else first)
        report = await read_as_before(house.orders, account, content, naming)
        return await reconcile_supplier(house.orders, account, days, report, by=actor())

    made = in_house(act)
    print_comparison(Console(), made)
    if made.differences:
        raise typer.Exit(1)


def print_comparison(console: Console, made: Comparison) -> None:
    """What differs, and what to do about each kind of it."""
    days = f"{made.days.since:%Y-%m-%d} to {made.days.until:%Y-%m-%d}"
    known = f"{made.rows} rows there, {made.known} of them ours, {made.ours} expected there"
    console.print(f"[bold]{made.account}[/bold] {days}: {known}")
    if not made.compares_cost:
        why = "no column of costs, or cost=- now or last time"
        console.print(f"  {why}: costs are not compared", markup=False)
    if not made.differences:
        console.print("  in order")
        return
    headings = ("What", "Reference", "Order", "Line", "Ours", "Theirs", "Sent (WIB)")
    print_table(console, "Differences", headings, map(_cells, made.differences))
    console.print()
    for kind in SupplierDifferenceKind:
        if kind.value in made.counts:
            console.print(f"  {kind}: {WHAT_TO_DO[kind]}", markup=False)
    if not made.is_news:
        console.print("  Staff were told of just these before: no new task.", markup=False)


Kind = SupplierDifferenceKind
WHAT_TO_DO: Final[Mapping[SupplierDifferenceKind, str]] = {
    Kind.DELIVERED_THERE: "they delivered and took the cost, and the order failed here or was "
    "bought elsewhere: ask them for proof; konter order show tells our side",
    Kind.FAILED_THERE: "the buyer paid and may have nothing: ask them, and see whether the cost "
    "came back; their callback about it makes a dispute",
    Kind.MISSING_THERE: "delivered or under way here: ask them; what was sent in the first or last "
    "minutes may stand in the neighbouring day's report",
    Kind.TWICE: "several rows have one reference: bought twice, or debit and refund in two rows",
    Kind.COST: "they took another cost than we booked: compare with the deposit's mutations",
    Kind.UNDECIDED_HERE: "they have decided: konter queue retry asks them; what they never tell is "
    "ended by konter order end",
    Kind.UNDECIDED_THERE: "we have decided and they have not: make the report again later",
    Kind.OTHER_ACCOUNT: "by our books another account bought it",
    Kind.MISSING_HERE: "something else buys with this account, or the database was restored: its "
    "cost is not in our books",
    Kind.UNREADABLE: "look at the line; name its column or its word, and compare again",
}


def _content(file: str) -> bytes:
    """At most as much as is read anyway; a little more, so that too much is seen."""
    most = 4 * MOST_CHARACTERS + 4
    if file == "-":
        return sys.stdin.buffer.read(most)
    try:
        with Path(file).open("rb") as opened:
            return opened.read(most)
    except OSError as error:
        raise typer.BadParameter(f"{file}: {error.strerror}") from error


def _naming(columns: list[str], words: list[str]) -> Naming:
    columns_said = _pairs(columns, ("reference", "state", "cost"))
    words_said = _pairs(words, ("success", "failed", "pending"))
    return Naming(**columns_said, **words_said)


def _pairs(texts: list[str], names: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for text in texts:
        name, _, said = text.partition("=")
        if name not in names or not said:
            raise typer.BadParameter(f"{text}: expected one of {', '.join(names)}, then = and text")
        found[name] = said
    return found


def _cells(found: SupplierDifference) -> tuple[str, ...]:
    theirs = _side(found.their_state, found.their_cost)
    return (
        found.kind.value,
        found.reference or "-",
        found.code or "-",
        str(found.line or "-"),
        _side(found.our_state, found.our_cost),
        f"{found.part}: {found.cell!r}" if found.part else theirs,
        shown(found.sent_at),
    )


def _side(state: str | None, cost: int | None) -> str:
    return (
        " ".join(part for part in (state, rupiah(cost) if cost is not None else "") if part) or "-"
    )
