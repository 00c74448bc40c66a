"""``konter reconcile``: others' lists against our books; here those of the gateways."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Annotated, Final

import typer
from rich.console import Console

from konter.app import House
from konter.cli.inside import in_house
from konter.cli.reconcile_supplier import supplier
from konter.cli.tables import print_table, rupiah
from konter.funding.compare import Difference, DifferenceKind
from konter.funding.reconcile import GatewayReport, reconcile
from konter.kernel.clock import business_date

reconcile_app = typer.Typer(help="Compare our books with others' lists.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    reconcile_app.command("supplier")(supplier)
    app.add_typer(reconcile_app, name="reconcile")


@reconcile_app.callback()
def start() -> None:
    """Compare our books with others' lists."""


@reconcile_app.command("payments")
def payments(
    day: Annotated[
        datetime | None,
        typer.Option("--date", formats=["%Y-%m-%d"], help="The day (WIB); absent: yesterday."),
    ] = None,
) -> None:
    """Compare a day's payments with every gateway's own list; exit 1 when anything differs."""

    async def act(house: House) -> list[GatewayReport]:
        yesterday = business_date(house.clock.now()) - timedelta(days=1)
        return await reconcile(house.funding, day.date() if day else yesterday)

    reports = in_house(act)
    if not reports:
        typer.echo("No gateway is configured: see IPAYMU_VA and TRIPAY_API_KEY.", err=True)
        raise typer.Exit(1)
    console = Console()
    for report in reports:
        print_report(console, report)
    if any(report.differences or report.problem for report in reports):
        raise typer.Exit(1)


def print_report(console: Console, report: GatewayReport) -> None:
    """One gateway's day, and what to do about each kind of difference in it."""
    console.print(f"[bold]{report.gateway}[/bold] {_day(report.day)}: {_counts(report)}")
    if report.balance is not None:
        held = f"it holds {rupiah(report.balance.theirs)}"
        console.print(f"  {held}, by our books it owes {rupiah(report.balance.ours)}")
    if report.problem:
        console.print(f"  its side is not whole: {report.problem}", markup=False)
    if report.differences:
        headings = ("What", "Reference", "Their id", "Ours", "Theirs")
        print_table(console, "Differences", headings, map(_cells, report.differences))
        console.print()
        for kind in DifferenceKind:
            if any(found.kind is kind for found in report.differences):
                console.print(f"  {kind}: {WHAT_TO_DO[kind]}", markup=False)
    elif not report.problem:
        console.print("  in order")
    console.print()


WHAT_TO_DO: Final[Mapping[DifferenceKind, str]] = {
    DifferenceKind.MISSING_HERE: "the gateway is being asked about it now; look again in a few "
    "minutes, with a worker running",
    DifferenceKind.MISSING_THERE: "they confirmed it and do not list it: look it up in the "
    "gateway's dashboard, and ask the gateway; its goods may have been given",
    DifferenceKind.AMOUNT: "compare konter payment show with the dashboard; the journal is never "
    "changed, so ask the gateway which is right",
    DifferenceKind.FEE: "the fee was not readable, or changed after it was told; the settlement "
    "shows which is right",
    DifferenceKind.REFERENCE: "it was confirmed for another order than they name: see both with "
    "konter payment show, then ask the gateway",
    DifferenceKind.REFUNDED_THERE: "they gave it back: when konter tasks names it, decide with "
    "konter payment reversal",
    DifferenceKind.NOT_PAID_THERE: "they said paid and say something else now: look it up in the "
    "dashboard and ask the gateway",
    DifferenceKind.STRANGER: "made by something else under this account, or before this database: "
    "its money is not in our books",
    DifferenceKind.UNREADABLE: "their list has something that we cannot read: compare with the "
    "dashboard, and report it",
    DifferenceKind.BALANCE: "a settlement that is not booked (konter book settlement), their "
    "unsettled money, or a difference above",
}


def _counts(report: GatewayReport) -> str:
    noted = f", {report.noted} asked about now" if report.noted else ""
    return f"{report.paid_there} paid there, {report.confirmed_here} confirmed here{noted}"


def _day(day: date) -> str:
    return f"{day:%Y-%m-%d}"


def _cells(found: Difference) -> tuple[str, ...]:
    return (
        found.kind.value,
        found.reference or "-",
        found.their_id or "-",
        _side(found.ours),
        _side(found.theirs),
    )


def _side(value: int | str | None) -> str:
    return value if isinstance(value, str) else rupiah(value)
