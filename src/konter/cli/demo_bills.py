"""What the demo plays with bills: one is paid as JSON and one as an Otomax pays it, each exactly as
it was checked, and the reseller's server is told the end by our report."""

from __future__ import annotations

from dataclasses import dataclass

import aiohttp
from msgspec import Struct
from rich.markup import escape
from rich.table import Table

from konter.catalogue.desk import bill_accounts_named
from konter.catalogue.sync_bills import sync_bills
from konter.cli.demo_bill_doors import SKU, Bill, BillStory, Machine
from konter.cli.demo_buyer import Buyer, logged_in
from konter.cli.demo_partner import Purchase, Report, Said, until_reported
from konter.cli.demo_stage import People, Stage, blank_receipt
from konter.kernel.money import Rupiah
from konter.people.register_member import Registered

STORIES = (
    BillStory("a PLN bill of two months, by JSON", "tagihan-1", "530012341230", 2),
    BillStory(
        "a PLN bill, as an Otomax pays it, paid after pending",
        "tagihan-2",
        "530012341233",
        1,
        by_query=True,
        pending=True,
    ),
)


class _Formed(Struct):
    """A payment by the supplier's books."""

    customer_no: str
    formed_count: int


@dataclass(frozen=True, slots=True)
class _Ending:
    """``paid``: the first answer to the payment; ``again``: the one to the same payment after its
    end. ``known``: as the partner understands it. ``balances``: before, after the end, and after
    the second payment. ``formed``: how often the supplier paid it."""

    story: BillStory
    checked: Bill
    paid: Bill
    again: Bill
    known: Purchase
    reports: list[Report]
    balances: tuple[Rupiah, Rupiah, Rupiah]
    formed: int


async def pay_bills(stage: Stage, people: People, member: Registered) -> list[bool]:
    """Play all stories; answers for each whether it ended well, and was paid once."""
    await _stock(stage)
    async with logged_in(stage, people) as buyer, aiohttp.ClientSession() as session:
        machine = Machine(session, stage.url, member)
        return [await _tell(stage, buyer, machine, story) for story in STORIES]


async def _stock(stage: Stage) -> None:
    """What can be paid, by the suppliers' own lists of it."""
    desk = stage.house.catalogue
    for account in bill_accounts_named(desk, None):
        report = await sync_bills(desk, account=account)
        payable = report.open - len(report.thin)
        stage.console.print(f"Bills: {payable} products can be paid at {account}.")
    stage.console.print()


async def _tell(stage: Stage, buyer: Buyer, machine: Machine, story: BillStory) -> bool:
    await _write_down(stage, story)
    before = await buyer.balance()
    checked = await machine.check(story)
    amount = checked.amount or 0
    paid = await machine.pay(story, amount) if checked.status == "success" else checked
    if paid.status == "failed":
        stage.console.print(f"[red]{story.title}: {escape(paid.message)}[/red]\n")
        return False
    known = await until_reported(stage, story.ref_id)
    told = await buyer.balance()
    again = await machine.pay(story, amount)
    order, after = await buyer.last_order(), await buyer.balance()
    ending = _Ending(
        story=story,
        checked=checked,
        paid=paid,
        again=again,
        known=known,
        reports=await _reports_of(stage, story),
        balances=(before, told, after),
        formed=await _formed(stage, story),
    )
    stage.console.print(f"[bold]{order.code}[/bold]: {story.title}")
    stage.console.print(_receipt(ending))
    stage.console.print()
    believed = all(map(machine.believes, (checked, paid, again)))
    good = believed and _is_good(ending) and order.serial_number == again.sn
    if not good:
        stage.console.print(f"[red]  expected {story.first}, a report, success, once[/red]")
    return good


async def _write_down(stage: Stage, story: BillStory) -> None:
    """The partner knows of it before it is paid, so that no report is too early: it asks what
    stands under its refID, which buys nothing."""
    order = {"product": SKU, "dest": story.number, "ref_id": story.ref_id, "more": {"check": "1"}}
    await stage.simulator.ask(Said, "partner", "buy", order)


async def _reports_of(stage: Stage, story: BillStory) -> list[Report]:
    reports = await stage.simulator.ask(list[Report], "partner", "reports")
    return [report for report in reports if report.query.get("refid") == story.ref_id]


async def _formed(stage: Stage, story: BillStory) -> int:
    rows = await stage.simulator.ask(list[_Formed], "digiflazz", "bills")
    return sum(row.formed_count for row in rows if row.customer_no == story.number)


def _is_good(ending: _Ending) -> bool:
    """Paid once, what was checked, by the first payment alone; and the partner was told so."""
    story, checked, again, known = ending.story, ending.checked, ending.again, ending.known
    before, told, after = ending.balances
    total = (checked.amount or 0) + (checked.admin_fee or 0)
    return (
        checked.total == total == (before - told).amount
        and told == after
        and ending.formed == 1
        and len(checked.periods) == story.months
        and (checked.rc, ending.paid.status, again.rc) == ("00", story.first, "00")
        and [report.understood for report in ending.reports] == ["sukses"]
        and (known.state, known.told_by) == ("sukses", "report")
        and (known.sn, known.price, known.saldo) == (again.sn, total, after.amount)
    )


def _receipt(ending: _Ending) -> Table:
    story, checked, again = ending.story, ending.checked, ending.again
    before, told, after = ending.balances
    then = "" if ending.paid.status == again.status else f"{ending.paid.status}, then "
    table = blank_receipt()
    table.add_row("Pintu", f"{story.door}/check, /pay; ref_id {story.ref_id}")
    table.add_row("Tagihan", f"{SKU} {story.number}, {escape(checked.owner)}")
    table.add_row("Periode", ", ".join(checked.periods))
    table.add_row("Nominal", _shown(checked.amount))
    table.add_row("Admin", _shown(checked.admin_fee))
    table.add_row("Total", _shown(checked.total))
    table.add_row("Status", f"{then}{again.status} (rc {again.rc})")
    table.add_row("SN", escape(again.sn or "-"))
    for report in ending.reports:
        said = f"status={report.query.get('status')} {report.query.get('message')}"
        table.add_row("Report", escape(said))
    table.add_row("Saldo", f"{before.shown()} → {told.shown()}")
    table.add_row("Diulang", f"{again.status}, dibayar {ending.formed}x, saldo {after.shown()}")
    return table


def _shown(amount: int | None) -> str:
    return "-" if amount is None else Rupiah(amount).shown()
