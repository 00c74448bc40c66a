"""``konter bill``: which bills can be paid, whose they are, and our fee on them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console

from konter.app import House
from konter.catalogue import bill_fees, bill_products
from konter.catalogue.bill_fees import BillFee
from konter.catalogue.bill_products import BillProduct, Said
from konter.catalogue.billers import BillKind
from konter.catalogue.desk import bill_accounts_named
from konter.catalogue.sync_bills import BillSyncReport, sync_bills
from konter.cli.inside import actor, in_house, shown
from konter.cli.tables import print_table
from konter.kernel.money import Rupiah

bill_app = typer.Typer(
    help="Which bills can be paid, whose they are, and our fee on them.", no_args_is_help=True
)

Code = Annotated[str, typer.Argument(help="The bill product's code, in large or small letters.")]
OfKind = Annotated[BillKind | None, typer.Option(help="Only of this kind.")]
OfBiller = Annotated[str | None, typer.Option(help="Only of this biller, by its key.")]


def register(app: typer.Typer) -> None:
    app.add_typer(bill_app, name="bill")


@bill_app.command("list")
def show(kind: OfKind = None, biller: OfBiller = None) -> None:
    """List the bill products; admin and commission are each bill's, as the supplier lists them."""
    found = in_house(lambda house: bill_products.list_bill_products(house.catalogue))
    rows = (
        _shown(one) for one in found if kind in (None, one.kind) and biller in (None, one.biller)
    )
    headings = ("Code", "Name", "Biller", "Kind", "Bought at")
    amounts = ("Admin", "Commission", "Our fee", "State")
    print_table(Console(), "Bills", headings + amounts, rows)


@bill_app.command("sync")
def sync(
    provider: Annotated[
        str | None,
        typer.Option(help="An account (digiflazz-main) or a kind (digiflazz); else all."),
    ] = None,
    force: Annotated[
        bool,
        typer.Option("--force", help="Want a fresh list, and accept one that lost most bills."),
    ] = False,
) -> None:
    """Bring the bill products in line with the suppliers' lists."""

    async def act(house: House) -> list[BillSyncReport]:
        accounts = bill_accounts_named(house.catalogue, provider)
        return [await sync_bills(house.catalogue, account=one, force=force) for one in accounts]

    for report in in_house(act):
        for line in told(report):
            typer.echo(line)


@bill_app.command("fee")
def fee(
    amount: Annotated[
        int | None, typer.Argument(help="Rupiah on each payment; absent: show the rules.", min=0)
    ] = None,
    biller: OfBiller = None,
    kind: OfKind = None,
    drop: Annotated[bool, typer.Option("--drop", help="Remove this rule.")] = False,
) -> None:
    """Set our fee for a biller, a kind, or all; the narrower rule wins."""
    if drop:
        done = in_house(
            lambda house: bill_fees.drop_bill_fee(house.catalogue, biller=biller, kind=kind)
        )
    elif amount is not None:
        rule = BillFee(Rupiah(amount), biller, kind)
        done = in_house(lambda house: bill_fees.set_bill_fee(house.catalogue, rule))
    else:
        rules = in_house(lambda house: bill_fees.list_bill_fees(house.catalogue))
        rows = ((_scope(rule), rule.amount.shown()) for rule in rules)
        print_table(Console(), "Fees", ("Of", "Our fee"), rows)
        return
    typer.echo(f"The fee of {done} bill product(s) changed.")


@bill_app.command("biller")
def set_biller(
    code: Code,
    key: Annotated[
        str | None, typer.Argument(help="The biller's key: pdam:aetra. Absent: by its name again.")
    ] = None,
    kind: Annotated[BillKind | None, typer.Option(help="And what the bill is for.")] = None,
) -> None:
    """Say whose bill a product's is; no sync says otherwise.

    One bill is paid once, and by this key it is known again: what was paid under the old key is
    not known under the new one.
    """

    async def act(house: House) -> str:
        said = Said(None if key is None else key.strip().lower(), kind)
        found = await bill_products.set_biller(house.catalogue, code, said, by=actor())
        return f"{code} is a bill of {found.key} ({found.kind})."

    typer.echo(in_house(act))


@bill_app.command("on")
def switch_on(code: Code) -> None:
    """Let a bill product be checked and paid again."""
    in_house(lambda house: bill_products.switch_bill(house.catalogue, code, on=True))
    typer.echo(f"{code} is on.")


@bill_app.command("off")
def switch_off(code: Code) -> None:
    """Let a bill product not be checked nor paid; no sync brings it back."""
    in_house(lambda house: bill_products.switch_bill(house.catalogue, code, on=False))
    typer.echo(f"{code} is off.")


def told(report: BillSyncReport) -> list[str]:
    """What a sync did, what it could not read, and what would be refused at payment."""
    lines = [
        f"{report.account}: {report.open} open, {report.created} created,"
        f" {report.changed} changed, {report.closed} closed, {report.reopened} reopened,"
        f" {report.skipped} closed there, {len(report.unreadable)} unreadable."
    ]
    lines += [f"  unreadable: {one}" for one in report.unreadable]
    if report.thin:
        earns = "earn less than the minimum margin; raise their fee, or payments are refused"
        lines.append(f"  {', '.join(report.thin)}: {earns}")
    if report.problem:
        lines.append(f"  {report.problem}; ask again after {_until(report.retry_at)}")
    return lines


def _until(moment: datetime) -> str:
    return f"{shown(moment)} WIB"


def _shown(one: BillProduct) -> tuple[str, ...]:
    return (
        one.code,
        one.name,
        one.biller + ("*" if one.biller_set_by else ""),
        one.kind,
        f"{one.account} {one.sku}",
        one.admin.shown(),
        one.commission.shown(),
        one.fee.shown(),
        _state(one),
    )


def _state(one: BillProduct) -> str:
    if not one.is_active:
        return "off"
    if not one.is_listed:
        return "not listed"
    return "open" if one.is_open else "closed there"


def _scope(rule: BillFee) -> str:
    if rule.biller is not None:
        return f"biller {rule.biller}"
    return f"kind {rule.kind}" if rule.kind is not None else "any bill"
