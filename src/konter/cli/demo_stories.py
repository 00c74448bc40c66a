"""What the demo plays: a few purchases over the API, and the proof that the money is right."""

from __future__ import annotations

import asyncio
import secrets
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import aiohttp
import msgspec
from msgspec import Struct
from rich.console import Console
from rich.table import Table

from konter.app import House
from konter.catalogue.sync import sync_products
from konter.cli.simulator import Simulator
from konter.funding.adjust import adjust
from konter.funding.topup import record_topup
from konter.kernel.money import Rupiah, rupiah_from_wire
from konter.ledger.read import account_sums
from konter.orders.check import check_books
from konter.people.permits import Role
from konter.people.register import create_user
from konter.suppliers.deposit import check_balance

MONEY = Rupiah(500_000)
PATIENCE_S = 20.0


@dataclass(frozen=True, slots=True)
class Story:
    """One purchase and how it should end. The simulator goes by the number's last four digits."""

    title: str
    code: str
    target: str
    ends: str
    server: str | None = None
    pending: bool = False


STORIES = (
    Story("a PLN token, delivered at once", "pln20", "45012341230", "success"),
    Story("diamonds, delivered after pending", "ml86", "12345678", "success", "1233", True),
    Story("pulsa, refused and refunded", "xld10", "087800001232", "failed"),
)


@dataclass(frozen=True, slots=True)
class People:
    """Who the demo made; one password for all of them."""

    emails: dict[Role, str]
    password: str


async def open_shop(house: House, simulator: Simulator, console: Console) -> People:
    """Sync the catalogue, record our deposit, create people with a little money."""
    (account,) = house.providers
    began = time.perf_counter()
    report = await sync_products(house.catalogue, account=account)
    took_ms = (time.perf_counter() - began) * 1000
    console.print(f"Catalogue: {report.synced} products synced in {took_ms:.0f} ms.")
    paid_in, _ = await simulator.deposit()
    await record_topup(
        house.funding, account=account, amount=Rupiah(paid_in), bank="demo", actor="demo"
    )
    password = secrets.token_urlsafe(9)
    people = People({role: f"{role.value}@example.com" for role in Role}, password)
    for role, email in people.emails.items():
        person = await create_user(
            house.people, name=f"Demo {role.value}", email=email, password=password, role=role
        )
        await adjust(
            house.funding, user_id=person.id, amount=MONEY, reason="Modal demo", actor="demo"
        )
    console.print(f"People: {', '.join(people.emails.values())},")
    console.print(f"each with {MONEY.shown()}.\n")
    return people


async def sell(url: str, people: People, console: Console) -> list[bool]:
    """Play all stories as a reseller over the API; answers for each whether it ended well."""
    async with aiohttp.ClientSession() as session:
        buyer = await _log_in(session, url, people)
        products = await _products(buyer, {story.code for story in STORIES})
        return [await _tell(buyer, story, products[story.code], console) for story in STORIES]


async def prove_books(house: House, simulator: Simulator, console: Console) -> bool:
    """The laws hold, and our account at the upstream equals its own books to the rupiah."""
    (account,) = house.providers
    broken = await check_books(house.db)
    for breach in broken:
        console.print(f"[red]law {breach.law}: {breach.subject}: {breach.detail}[/red]")
    async with house.db.read() as tx:
        sums = await account_sums(tx)
    ours = -sums.get(f"provider:{account}", 0)
    _, theirs = await simulator.deposit()
    told = (await check_balance(house.suppliers, account)).deposit.amount
    breaches = await simulator.breaches()
    equal = ours == theirs == told
    console.print(
        f"Books: {'in order' if not broken else 'BROKEN'}; all accounts together "
        f"{Rupiah(sum(sums.values())).shown()}."
    )
    console.print(f"Our deposit at {account}:")
    console.print(
        f"  by our books {Rupiah(ours).shown()}, by theirs {Rupiah(theirs).shown()}: "
        f"{'equal' if equal else 'DIFFERENT'}."
    )
    console.print(f"Rules of theirs that we broke: {breaches}.\n")
    return not broken and equal and breaches == 0


async def say_what_next(
    url: str, home: Path, simulator: Simulator, people: People, *, console: Console
) -> None:
    """What a curious person can try, ready to paste."""
    async with aiohttp.ClientSession() as session:
        buyer = await _log_in(session, url, people)
        product = (await _products(buyer, {"xld10"}))["xld10"]
        code = (await buyer.ask(_Orders, "/api/transactions")).data[0].code
    console.print(f"[bold]Konter is serving on {url}[/bold]  (Ctrl-C stops it)")
    console.print(f"  API document      {url}/api/openapi.json")
    console.print(f"  simulator         {simulator.url}  (every trick number, live books)")
    console.print(f"  log in            reseller@example.com / {people.password}\n")
    console.print("Look behind the counter, in another terminal:\n")
    console.print(f"  KONTER_HOME={home} .venv/bin/konter order show {code}", soft_wrap=True)
    console.print(f"  KONTER_HOME={home} .venv/bin/konter check-books\n", soft_wrap=True)
    console.print("Buy something:\n")
    body = f'{{"product_id": {product.id}, "target_id": "087800001230"}}'
    for line in (
        f"  curl -s {url}/api/transactions \\",
        f"    -H 'Authorization: Bearer {buyer.token}' \\",
        "    -H 'Content-Type: application/json' \\",
        f"    -d '{body}'",
    ):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    console.print()


class _Product(Struct):
    id: int
    kode: str
    nama: str


class _Products(Struct):
    data: list[_Product]


class _Order(Struct):
    id: int
    code: str
    status: str
    amount: str
    target_id: str
    server_id: str | None
    serial_number: str | None
    reason: str | None
    product: _Product


class _Shown(Struct):
    transaction: _Order


class _Orders(Struct):
    data: list[_Order]


class _Placed(Struct):
    """An order as it was taken, or the number of one that was refused at once."""

    transaction: _Order | None = None
    transaction_id: int = 0


class _Balance(Struct):
    balance: str


class _LoggedIn(Struct):
    token: str


Kind = TypeVar("Kind", bound=Struct)
Body = dict[str, int | str | None]


@dataclass(frozen=True, slots=True)
class _Buyer:
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


async def _log_in(session: aiohttp.ClientSession, url: str, people: People) -> _Buyer:
    body = {"email": people.emails[Role.RESELLER], "password": people.password}
    async with session.post(f"{url}/api/auth/login", json=body) as answer:
        said = msgspec.json.decode(await answer.read(), type=_LoggedIn)
    return _Buyer(session, url, said.token)


async def _products(buyer: _Buyer, codes: set[str]) -> dict[str, _Product]:
    found: dict[str, _Product] = {}
    for code in codes:
        for product in (await buyer.ask(_Products, f"/api/products?search={code}")).data:
            found.setdefault(product.kode, product)
    return found


async def _tell(buyer: _Buyer, story: Story, product: _Product, console: Console) -> bool:
    """Play one story and print its receipt; a wrong ending is said beside it."""
    before = (await buyer.ask(_Balance, "/api/balance")).balance
    body: Body = {"product_id": product.id, "target_id": story.target, "server_id": story.server}
    placed = await buyer.ask(_Placed, "/api/transactions", body)
    first = placed.transaction.status if placed.transaction else "failed"
    order_id = placed.transaction.id if placed.transaction else placed.transaction_id
    order = await _until_decided(buyer, order_id)
    after = (await buyer.ask(_Balance, "/api/balance")).balance
    console.print(f"[bold]{order.code}[/bold]: {story.title}")
    console.print(_receipt(order, first, before, after))
    console.print()
    good = order.status == story.ends and (not story.pending or first == "process")
    if not good:
        console.print(f"[red]  expected {story.ends}, first {first}[/red]")
    return good and (order.status != "failed" or before == after)


async def _until_decided(buyer: _Buyer, order_id: int) -> _Order:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        order = (await buyer.ask(_Shown, f"/api/transactions/{order_id}")).transaction
        if order.status not in ("pending", "process") or time.monotonic() > deadline:
            return order
        await asyncio.sleep(0.1)


def _receipt(order: _Order, first: str, before: str, after: str) -> Table:
    table = Table(box=None, show_header=False)
    table.add_column(style="dim")
    table.add_column()
    zone = f" ({order.server_id})" if order.server_id else ""
    then = "" if first == order.status else f"{first}, then "
    table.add_row("Produk", f"{order.product.nama} ({order.product.kode})")
    table.add_row("Nomor tujuan", order.target_id + zone)
    table.add_row("Harga", rupiah_from_wire(order.amount).shown())
    table.add_row("Status", then + order.status)
    table.add_row("SN", order.serial_number or "-")
    if order.reason:
        table.add_row("Alasan", order.reason)
    table.add_row("Saldo", " → ".join(rupiah_from_wire(b).shown() for b in (before, after)))
    return table
