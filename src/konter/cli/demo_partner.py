"""What the demo plays with a reseller's own server: an Otomax that orders by ``GET /otomax/trx``,
reads us by the documented expressions alone, and is told the end by our report."""

from __future__ import annotations

import asyncio
import time
from typing import Final
from urllib.parse import urlencode

from msgspec import Struct
from rich.markup import escape
from rich.table import Table

from konter.cli.demo_buyer import logged_in
from konter.cli.demo_stage import PATIENCE_S, People, Stage, blank_receipt
from konter.kernel.money import Rupiah
from konter.people.member_callbacks import set_callback
from konter.people.members import CallbackStyle, Part
from konter.people.permits import Role
from konter.people.register_member import Registered, register_member
from konter.people.signatures import otomax_sign

MEMBER_ID: Final = "TOKO1"
PRODUCT, NUMBER = "xld10", "087811151230"
FREE_NUMBER: Final = "087811161230"
"""Nobody has bought anything for it yet."""


class Purchase(Struct):
    """As the partner understands it; ``told_by``: how its end came. Whole rupiah."""

    ref_id: str
    product: str
    dest: str
    state: str
    their_id: str
    sn: str
    reason: str
    price: int | None
    saldo: int | None
    told_by: str


class Said(Struct):
    transaction: Purchase
    text: str | None


class _Call(Struct):
    ref_id: str
    understood: str


class Report(Struct):
    query: dict[str, str]
    understood: str


class _Options(Struct):
    member_id: str


async def join(stage: Stage, people: People) -> Registered:
    """The reseller becomes a member, is told of its orders the Otomax way, and its operator types
    in what the shop showed."""
    desk = stage.house.people
    made = await register_member(desk, email=people.emails[Role.RESELLER], member_id=MEMBER_ID)
    report_url = stage.simulator.partner_report_url
    await set_callback(desk, made.member_id, report_url, style=CallbackStyle.OTOMAX)
    told = {
        "shop_url": stage.url,
        "member_id": made.member_id,
        "pin": made.secrets[Part.PIN],
        "password": made.secrets[Part.PASSWORD],
    }
    await stage.simulator.ask(_Options, "partner", "options", told)
    stage.console.print(
        f"Member: {made.member_id} is {made.person.email}; its Otomax orders by its own sign.\n"
    )
    return made


async def sell_to_partner(stage: Stage, people: People) -> bool:
    """It orders, waits for the report, and sends its order again: which buys nothing more.
    Answers whether it understood all of that and paid once."""
    simulator = stage.simulator
    async with logged_in(stage, people) as buyer:
        before = await buyer.balance()
        order = {"product": PRODUCT, "dest": NUMBER}
        taken = await simulator.ask(Said, "partner", "buy", order)
        ref_id = taken.transaction.ref_id
        known = await until_reported(stage, ref_id)
        again = await simulator.ask(Said, "partner", "buy", {**order, "ref_id": ref_id})
        shown, after = await buyer.last_order(), await buyer.balance()
    read = [
        call.understood
        for call in await simulator.ask(list[_Call], "partner", "calls")
        if call.ref_id == ref_id
    ]
    reports = await simulator.ask(list[Report], "partner", "reports")
    stage.console.print(f"[bold]{shown.code}[/bold]: a reseller's Otomax orders, and is told")
    stage.console.print(_receipt(taken, again, reports, read=read))
    stage.console.print()
    good = (
        read == ["proses", "sukses"]
        and [report.understood for report in reports] == ["sukses"]
        and (known.told_by, known.sn) == ("report", shown.serial_number)
        and known.their_id == again.transaction.their_id == str(shown.id)
        and (known.price, known.saldo) == ((before - after).amount, after.amount)
    )
    if not good:
        stage.console.print(f"[red]  expected proses, a report, sukses; now {known.state}[/red]")
    return good


def request_to_paste(url: str, member: Registered) -> str:
    """A purchase in the Otomax dialect, signed; whoever has it can make no other one of it."""
    parts = (member.member_id, PRODUCT, FREE_NUMBER, "coba-1")
    query = dict(zip(("memberID", "product", "dest", "refID"), parts, strict=True))
    own = (member.secrets[Part.PIN], member.secrets[Part.PASSWORD])
    return f"curl -s '{url}/otomax/trx?{urlencode({**query, 'sign': otomax_sign(*parts, *own)})}'"


async def until_reported(stage: Stage, ref_id: str) -> Purchase:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        rows = await stage.simulator.ask(list[Purchase], "partner", "transactions")
        known = next(row for row in rows if row.ref_id == ref_id)
        if known.state != "menunggu" or time.monotonic() > deadline:
            return known
        await asyncio.sleep(0.05)


def _receipt(taken: Said, again: Said, reports: list[Report], *, read: list[str]) -> Table:
    table, known = blank_receipt(), again.transaction
    table.add_row("Perintah", f"refID {known.ref_id}, {known.product} ke {known.dest}")
    table.add_row("Jawaban", escape(taken.text or "-"))
    for report in reports:
        said = f"status={report.query.get('status')} {report.query.get('message')}"
        table.add_row("Report", escape(said))
    table.add_row("Diulang", escape(again.text or "-"))
    told = [*read[:1], *(report.understood for report in reports), *read[1:]]
    table.add_row("Terbaca", ", ".join(name or "TIDAK TERBACA" for name in told))
    table.add_row("SN", escape(known.sn or "-"))
    table.add_row("Harga", "-" if known.price is None else Rupiah(known.price).shown())
    table.add_row("Saldo", "-" if known.saldo is None else Rupiah(known.saldo).shown())
    return table
