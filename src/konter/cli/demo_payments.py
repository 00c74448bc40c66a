"""What the demo plays at the payment gateways: guests who pay by QRIS, late and in vain too."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

import aiohttp
import msgspec
from msgspec import Struct
from rich.table import Table

from konter.cli.demo_stage import PATIENCE_S, Stage, blank_receipt
from konter.funding.channels import refresh_channels
from konter.funding.pay_out import due_refunds, settle_refund
from konter.funding.reconcile import reconcile
from konter.funding.settlement import record_settlement
from konter.kernel.clock import business_date
from konter.kernel.money import ZERO, Rupiah, rupiah_from_wire
from konter.ledger.read import account_sums

BANK = "demo"


@dataclass(frozen=True, slots=True)
class GuestStory:
    """One purchase without an account. ``late``: it is paid after the guest had cancelled it."""

    title: str
    channel: str
    code: str
    target: str
    ends: str
    late: bool = False


GUEST_STORIES = (
    GuestStory("a guest pays by QRIS, Tripay", "tripay:QRIS2", "pln20", "45012351230", "success"),
    GuestStory("a guest pays by QRIS, iPaymu", "ipaymu:qris", "xld10", "087811111230", "success"),
    GuestStory(
        "a guest cancels, and pays all the same: late, and still sold",
        "tripay:QRIS2",
        "xld10",
        "087811121230",
        "success",
        late=True,
    ),
    GuestStory(
        "a guest pays, the supplier refuses: the money goes back",
        "ipaymu:qris",
        "xld10",
        "087811131232",
        "failed",
    ),
)


class _Product(Struct):
    id: int
    kode: str
    nama: str


class _Products(Struct):
    data: list[_Product]


class _Order(Struct):
    code: str
    status: str
    payment_status: str
    amount: str
    serial_number: str | None
    reason: str | None
    product: _Product


class _Payment(Struct):
    channel: str
    url: str | None
    qr: str | None
    amount: str
    transaction_id: str | None
    session_id: str | None


class _Refund(Struct):
    amount: str
    status: str


class _Shown(Struct):
    order: _Order
    payment: _Payment
    refund: _Refund | None = None


class _Created(_Shown, kw_only=True):
    code: str
    token: str


@dataclass(frozen=True, slots=True)
class _Door:
    """The guest's side of the API."""

    session: aiohttp.ClientSession
    url: str

    async def product(self, code: str) -> _Product:
        async with self.session.get(f"{self.url}/api/products?search={code}") as answer:
            found = msgspec.json.decode(await answer.read(), type=_Products)
        return next(product for product in found.data if product.kode == code)

    async def order(self, story: GuestStory) -> _Created:
        body = {
            "product_id": (await self.product(story.code)).id,
            "target_id": story.target,
            "name": "Ayu Lestari",
            "email": "ayu@example.com",
            "phone": "081234567890",
            "payment_method": story.channel,
        }
        async with self.session.post(f"{self.url}/api/guest/orders", json=body) as answer:
            return msgspec.json.decode(await answer.read(), type=_Created)

    async def post(self, order: _Created, what: str, body: dict[str, str]) -> None:
        address = f"{self.url}/api/guest/orders/{order.code}/{what}?token={order.token}"
        async with self.session.post(address, json=body) as answer:
            await answer.read()

    async def look(self, order: _Created) -> _Shown:
        address = f"{self.url}/api/guest/orders/{order.code}?token={order.token}"
        async with self.session.get(address) as answer:
            return msgspec.json.decode(await answer.read(), type=_Shown)


async def sell_to_guests(stage: Stage) -> list[bool]:
    """Play all stories over the API; answers for each whether it ended well."""
    await refresh_channels(stage.house.funding)
    async with aiohttp.ClientSession() as session:
        door = _Door(session, stage.url)
        return [await _tell(stage, door, story) for story in GUEST_STORIES]


async def prove_gateways(stage: Stage) -> bool:
    """What each gateway owes us by its own books is what ours say; it pays out, and nothing is
    left open: neither there nor with any guest."""
    house, console = stage.house, stage.console
    good = True
    for code in house.gateways:
        ours = await _owed(stage, f"gateway:{code}")
        theirs = await stage.simulator.owed_by(code)
        good &= ours == theirs
        console.print(
            f"{code} owes us by our books {Rupiah(ours).shown()}, by theirs "
            f"{Rupiah(theirs).shown()}: {'equal' if ours == theirs else 'DIFFERENT'}."
        )
        await stage.simulator.settle(code)
        left = await record_settlement(
            house.funding, gateway=code, amount=Rupiah(ours), bank=BANK, fee=ZERO, actor="demo"
        )
        good &= left == ZERO
    today = business_date(house.clock.now())
    found = [
        line for report in await reconcile(house.funding, today) for line in report.differences
    ]
    for line in found:
        console.print(f"[red]  {line}[/red]")
    open_sums = {name: await _owed(stage, name) for name in ("unapplied", "refunds_due", "escrow")}
    good &= not found and not any(open_sums.values())
    told = ", ".join(f"{name} {Rupiah(amount).shown()}" for name, amount in open_sums.items())
    console.print(f"Their lists against ours: {len(found)} differences. Left open: {told}.\n")
    return good


async def _owed(stage: Stage, account: str) -> int:
    """What stands on an account, whole rupiah: owed to us by a gateway, or owed by us."""
    async with stage.house.db.read() as tx:
        change = (await account_sums(tx)).get(account, 0)
    return -change if account.startswith("gateway:") else change


async def _tell(stage: Stage, door: _Door, story: GuestStory) -> bool:
    console = stage.console
    order = await door.order(story)
    if story.late:
        await door.post(order, "cancel", {})
    paid = order.payment.transaction_id or order.payment.session_id or ""
    await stage.simulator.pay(story.channel.partition(":")[0], paid)
    shown = await _until_decided(door, order, story.ends)
    if shown.refund is not None:
        shown = await _pay_back(stage, door, order)
    console.print(f"[bold]{order.code}[/bold]: {story.title}")
    console.print(_receipt(order, shown, late=story.late))
    console.print()
    good = shown.order.status == story.ends
    if not good:
        console.print(f"[red]  expected {story.ends}[/red]")
    return good and (shown.refund is None or shown.refund.status == "settled")


async def _until_decided(door: _Door, order: _Created, ends: str) -> _Shown:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        shown = await door.look(order)
        # A cancelled order counts as failed until its late payment is applied.
        is_over = shown.order.status == ends and shown.order.payment_status != "pending"
        if is_over or time.monotonic() > deadline:
            return shown
        await asyncio.sleep(0.1)


async def _pay_back(stage: Stage, door: _Door, order: _Created) -> _Shown:
    """The guest says where to, and an operator pays it out by hand."""
    account = {"bank": "BCA", "number": "1234567890", "holder": "Ayu Lestari"}
    await door.post(order, "refund-account", account)
    async with stage.house.db.read() as tx:
        due = await due_refunds(tx)
    for refund in due:
        await settle_refund(
            stage.house.funding, refund.id, bank=BANK, evidence="demo transfer 0001", actor="demo"
        )
    return await door.look(order)


def _receipt(order: _Created, shown: _Shown, *, late: bool) -> Table:
    table = blank_receipt()
    way = order.payment.url or order.payment.qr or "-"
    table.add_row("Produk", f"{shown.order.product.nama} ({shown.order.product.kode})")
    table.add_row("Dibayar", f"{rupiah_from_wire(order.payment.amount).shown()} ({way})")
    table.add_row("Status", ("failed (cancelled), then " if late else "") + shown.order.status)
    table.add_row("Pembayaran", shown.order.payment_status)
    table.add_row("SN", shown.order.serial_number or "-")
    if shown.order.reason:
        table.add_row("Alasan", shown.order.reason)
    if shown.refund is not None:
        back = rupiah_from_wire(shown.refund.amount).shown()
        table.add_row("Dikembalikan", f"{back} ({shown.refund.status})")
    return table
