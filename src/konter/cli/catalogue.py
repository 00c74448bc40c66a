"""``konter sync-products`` and ``check-balance``: what suppliers sell us, and our deposit there.

Exit status: 0 done and all is well, 1 refused, or something wants a person's attention.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from konter.app import House, open_house
from konter.catalogue.desk import CatalogueDesk, accounts_named
from konter.catalogue.sync import SyncReport, sync_products
from konter.kernel.clock import WIB
from konter.kernel.errors import KonterError
from konter.settings import load_settings
from konter.suppliers.accounts import Account, list_accounts
from konter.suppliers.deposit import DepositCheck, check_balance
from konter.suppliers.desk import SuppliersDesk

Result = TypeVar("Result")

Category = Annotated[str | None, typer.Option(help="Only this category, by name or slug.")]
Provider = Annotated[
    str | None, typer.Option(help="An account (digiflazz-main) or a kind (digiflazz); else all.")
]


def sync(
    provider: Provider = None,
    category: Category = None,
    force: Annotated[
        bool,
        typer.Option("--force", help="Want a fresh list, and accept one that lost most products."),
    ] = False,
) -> None:
    """Bring the catalogue in line with the suppliers' price lists."""
    reports = _in_house(lambda house: _sync_all(house.catalogue, provider, category, force))
    console = Console()
    console.print(report_table(reports))
    for report in reports:
        if report.problem:
            until = f"{report.retry_at.astimezone(WIB):%H:%M:%S} WIB"
            console.print(f"{report.account}: {report.problem}; ask again after {until}")


def balance(provider: Provider = None) -> None:
    """Ask each supplier for our deposit; exit 1 when one is low or did not answer."""
    checks = _in_house(lambda house: _check_all(house.suppliers, house.catalogue, provider))
    for line in checks.lines:
        typer.echo(line)
    if checks.worrying:
        raise typer.Exit(1)


def register(app: typer.Typer) -> None:
    app.command("sync-products")(sync)
    app.command("check-balance")(balance)


def report_table(reports: list[SyncReport]) -> Table:
    """The closing table: one column an account, so that it reads on a narrow terminal."""
    table = Table(box=None, pad_edge=False)
    table.add_column("")
    for report in reports:
        table.add_column(report.account, justify="right")
    rows: tuple[tuple[str, Callable[[SyncReport], object]], ...] = (
        ("Synced", lambda r: r.synced),
        ("Created", lambda r: r.created),
        ("Repriced", lambda r: r.repriced),
        ("Closed", lambda r: r.closed),
        ("Reopened", lambda r: r.reopened),
        ("Skipped (closed there)", lambda r: r.skipped),
        ("Of no product here", lambda r: r.unmapped),
        ("No prepaid goods", lambda r: r.not_for_sale),
        ("Refused for margin", lambda r: r.refused_for_margin),
        ("Categories created", lambda r: r.categories_created),
        ("Unreadable rows", lambda r: r.unreadable),
        (
            "Price list",
            lambda r: f"{age_in_words(r.age.total_seconds())} old" if r.cached else "fresh",
        ),
        ("Took", lambda r: f"{r.took_ms} ms"),
    )
    for heading, value in rows:
        table.add_row(heading, *(str(value(report)) for report in reports))
    return table


def age_in_words(seconds: float) -> str:
    """``40 s``, ``12 min``, ``5 h``, ``3 d``."""
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds // size:.0f} {unit}"
    return f"{max(seconds, 0):.0f} s"


class BalanceLines:
    """What to say of each account, and whether a person should look."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.worrying = False

    def told(self, check: DepositCheck, limit: str) -> None:
        line = f"{check.account}: {check.deposit.shown()} (just now)"
        if check.reopened:
            line += "; its gate was closed for want of deposit and is open again"
        if check.is_low:
            line += f"; LOW, under {limit}: top it up"
            self.worrying = True
        self.lines.append(line)

    def not_told(self, account: Account, why: KonterError, now_s: float) -> None:
        """The upstream did not say: the last known figure with its age, and why."""
        self.worrying = True
        known = "no figure is known"
        if account.deposit is not None and account.deposit_at is not None:
            age = age_in_words(now_s - account.deposit_at.timestamp())
            known = f"last known {account.deposit.shown()}, {age} ago"
        self.lines.append(f"{account.code}: no answer ({why}); {known}")


async def _sync_all(
    desk: CatalogueDesk, provider: str | None, category: str | None, force: bool
) -> list[SyncReport]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    reports = []
    with Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True)) as bar:
        for account in accounts_named(desk, provider):
            task = bar.add_task(account, total=None)

            def show(done: int, total: int, task: TaskID = task) -> None:
                bar.update(task, completed=done, total=total)

            reports.append(
                await sync_products(
                    desk, account=account, category=category, force=force, progress=show
                )
            )
    return reports


async def _check_all(
    suppliers: SuppliersDesk, catalogue: CatalogueDesk, provider: str | None
) -> BalanceLines:
    said = BalanceLines()
    known = {account.code: account for account in await list_accounts(suppliers)}
    for account in accounts_named(catalogue, provider):
        try:
            said.told(await check_balance(suppliers, account), suppliers.low_deposit.shown())
        except KonterError as why:
            said.not_told(known[account], why, suppliers.clock.now().timestamp())
    return said


def _in_house(act: Callable[[House], Awaitable[Result]]) -> Result:
    async def run() -> Result:
        async with open_house(load_settings()) as house:
            return await act(house)

    return asyncio.run(run())
