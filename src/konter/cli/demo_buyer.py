"""The demo's reseller at the API: buys, waits for the end, and keeps the receipt."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

import aiohttp
import msgspec
from msgspec import Struct
from rich.table import Table

from konter.cli.demo_stage import PATIENCE_S, People, Stage, blank_receipt
from konter.kernel.money import Rupiah, rupiah_from_wire
from konter.people.permits import Role


@dataclass(frozen=True, slots=True)
class Story:
    """One purchase and how it should end. The simulator goes by the number's last four digits.

    ``pending``: it is in process first. ``by``: at which suppliers it was tried, in their order.
    """

    title: str
    code: str
    target: str
    ends: str
    server: str | None = None
    pending: bool = False
    by: tuple[str, ...] = ()


class Product(Struct):
    id: int
    kode: str
    nama: str


class Order(Struct):
    id: int
    code: str
    status: str
    amount: str
    target_id: str
    server_id: str | None
    serial_number: str | None
    reason: str | None
    product: Product


class _Products(Struct):
    data: list[Product]


class _Shown(Struct):
    transaction: Order


class _Orders(Struct):
    data: list[Order]


class _Placed(Struct):
    """An order as it was taken, or the number of one that was refused at once."""

    transaction: Order | None = None
    transaction_id: int = 0


class _Balance(Struct):
    balance: str


class _LoggedIn(Struct):
    token: str


Kind = TypeVar("Kind", bound=Struct)
Body = dict[str, int | str | None]


@dataclass(frozen=True, slots=True)
class Bought:
    """What became of one story. ``first``: the status in the first answer."""

    story: Story
    order: Order
    first: str
    before: Rupiah
    after: Rupiah

    @property
    def is_good(self) -> bool:
        """It ended as it should, and the balance moved by its price, or not at all."""
        price = rupiah_from_wire(self.order.amount).amount
        paid = 0 if self.order.status == "failed" else price
        return (
            self.order.status == self.story.ends
            and (not self.story.pending or self.first == "process")
            and (self.before - self.after).amount == paid
        )

    def receipt(self) -> Table:
        order, table = self.order, blank_receipt()
        zone = f" ({order.server_id})" if order.server_id else ""
        then = "" if self.first == order.status else f"{self.first}, then "
        table.add_row("Produk", f"{order.product.nama} ({order.product.kode})")
        table.add_row("Nomor tujuan", order.target_id + zone)
        table.add_row("Harga", rupiah_from_wire(order.amount).shown())
        table.add_row("Status", then + order.status)
        table.add_row("SN", order.serial_number or "-")
        if order.reason:
            table.add_row("Alasan", order.reason)
        table.add_row("Saldo", f"{self.before.shown()} → {self.after.shown()}")
        return table


@dataclass(frozen=True, slots=True)
class Buyer:
    """Logged in."""

    session: aiohttp.ClientSession
    url: str
    token: str

    async def ask(self, kind: type[Kind], path: str, body: Body | None = None) -> Kind:
        """GET, or POST where there is a body; the answer, read as ``kind``."""
        method = "GET" if body is None else "POST"
        headers = {"Authorization": f"Bearer {self.token}"}
        async with self.session.request(
            method, self.url + path, json=body, headers=headers
        ) as answer:
            return msgspec.json.decode(await answer.read(), type=kind)

    async def balance(self) -> Rupiah:
        return rupiah_from_wire((await self.ask(_Balance, "/api/balance")).balance)

    async def products(self, codes: Collection[str]) -> dict[str, Product]:
        """By code."""
        found: dict[str, Product] = {}
        for code in codes:
            for product in (await self.ask(_Products, f"/api/products?search={code}")).data:
                found.setdefault(product.kode, product)
        return found

    async def last_order(self) -> Order:
        return (await self.ask(_Orders, "/api/transactions")).data[0]

    async def play(self, story: Story) -> Bought:
        """Buy it, and wait until it has ended or patience has."""
        product = (await self.products({story.code}))[story.code]
        before = await self.balance()
        body: Body = {
            "product_id": product.id,
            "target_id": story.target,
            "server_id": story.server,
        }
        placed = await self.ask(_Placed, "/api/transactions", body)
        first = placed.transaction.status if placed.transaction else "failed"
        order_id = placed.transaction.id if placed.transaction else placed.transaction_id
        order = await self._until_decided(order_id)
        return Bought(story, order, first, before, await self.balance())

    async def _until_decided(self, order_id: int) -> Order:
        deadline = time.monotonic() + PATIENCE_S
        while True:
            order = (await self.ask(_Shown, f"/api/transactions/{order_id}")).transaction
            if order.status not in ("pending", "process") or time.monotonic() > deadline:
                return order
            await asyncio.sleep(0.1)


@asynccontextmanager
async def logged_in(stage: Stage, people: People) -> AsyncIterator[Buyer]:
    """The reseller, for as long as this block lasts."""
    body = {"email": people.emails[Role.RESELLER], "password": people.password}
    async with aiohttp.ClientSession() as session:
        async with session.post(f"{stage.url}/api/auth/login", json=body) as answer:
            said = msgspec.json.decode(await answer.read(), type=_LoggedIn)
        yield Buyer(session, stage.url, said.token)
