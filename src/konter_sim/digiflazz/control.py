"""The control API of the local Digiflazz: look into its books, steer what it answers.

Not part of Digiflazz. Everything is JSON under /_sim/digiflazz/.
"""

from typing import Annotated, Literal

import msgspec
from aiohttp import web

from konter_sim.clock import stamp
from konter_sim.digiflazz import bill_control
from konter_sim.digiflazz.answers import agent, news
from konter_sim.digiflazz.books import DAY_S, Result, Transaction
from konter_sim.digiflazz.catalogue import Item
from konter_sim.digiflazz.codes import CODES
from konter_sim.digiflazz.hooks import Signing
from konter_sim.digiflazz.sell import serial_of, settle
from konter_sim.digiflazz.state import Digiflazz
from konter_sim.digiflazz.steps import Fail, Pending, Refuse, Step, Success, Wait
from konter_sim.knobs import amend
from konter_sim.wishes import Act, Impossible, Wish, add_acts, wish

DigiAct = Act[Digiflazz]

PREFIX = "/_sim/digiflazz"


class Script(Wish, kw_only=True):
    """`plan` is for purchases, payments and what is asked about them; `inquiry` for inq-pasca."""

    customer_no: Annotated[str, msgspec.Meta(min_length=1)]
    plan: list[Step] = []
    inquiry: list[Step] = []


class TopUp(Wish, kw_only=True):
    amount: int


class Settling(Wish, kw_only=True):
    ref_id: str
    status: Literal["Sukses", "Pending", "Gagal"]
    rc: str | None = None
    sn: str | None = None
    webhook: bool = True


class Resend(Wish, kw_only=True):
    ref_id: str
    event: str = "update"
    times: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 1
    signed: bool | Literal["forged"] = True
    set: dict[str, object] = {}


class Advance(Wish, kw_only=True):
    days: float = 0
    seconds: float = 0


class Stocking(Wish, kw_only=True):
    """One of: `generate`, `items`, `remove`, or `sku` with the fields to change."""

    generate: Annotated[int, msgspec.Meta(ge=0, le=100_000)] | None = None
    items: list[Item] | None = None
    remove: str | None = None
    sku: str | None = None
    price: int | None = None
    buyer_product_status: bool | None = None
    seller_product_status: bool | None = None
    unlimited_stock: bool | None = None
    stock: int | None = None
    multi: bool | None = None
    start_cut_off: str | None = None
    end_cut_off: str | None = None
    desc: str | None = None
    product_name: str | None = None


def add_routes(app: web.Application, digi: Digiflazz) -> None:
    looks: dict[str, DigiAct] = {
        "books": books,
        "calls": calls,
        "breaches": breaches,
        "options": options,
        "webhooks": webhooks,
        "catalogue": products,
        "script": scripts,
        **bill_control.LOOKS,
    }
    acts: dict[str, DigiAct] = {
        "reset": reset,
        "options": change_options,
        "deposit": deposit,
        "settle": settle_by_hand,
        "webhook": resend,
        "catalogue": stock,
        "advance": advance,
        "ping": ping,
        "script": script,
        **bill_control.ACTS,
    }
    add_acts(app, PREFIX, digi, looks=looks, acts=acts)
    add_acts(app, "/_sim", digi, looks={}, acts={"script": script})


def _find(digi: Digiflazz, ref_id: str) -> Transaction:
    known = digi.books.transactions.get(ref_id)
    if known is None:
        raise Impossible(f"no transaction {ref_id!r}")
    return known


def summary(digi: Digiflazz) -> dict[str, object]:
    """The money, in rupiah: opening + topups - spent == deposit."""
    ledger = digi.books
    return {
        "opening": ledger.opening,
        "deposit": ledger.deposit,
        "spent": ledger.spent,
        "topups": ledger.topups,
        "reposts_after_final": ledger.reposts_after_final,
    }


def shown(known: Transaction) -> dict[str, object]:
    return {
        "ref_id": known.ref_id,
        "sku": known.sku,
        "customer_no": known.customer_no,
        "status": known.status,
        "rc": known.rc,
        "sn": known.sn,
        "price": known.price,
        "created_at": stamp(known.created_at),
        "formed_count": known.formed_count,
        "is_bill": known.bill is not None,
    }


async def books(digi: Digiflazz, _: web.Request) -> object:
    rows = [shown(known) for known in digi.books.transactions.values()]
    return {**summary(digi), "transactions": rows}


async def calls(digi: Digiflazz, _: web.Request) -> object:
    return list(digi.calls)


async def breaches(digi: Digiflazz, _: web.Request) -> object:
    return list(digi.rules.breaches)


async def webhooks(digi: Digiflazz, _: web.Request) -> object:
    return list(digi.hooks.sent)


async def options(digi: Digiflazz, _: web.Request) -> object:
    return digi.options


async def products(digi: Digiflazz, _: web.Request) -> object:
    return list(digi.catalogue.items.values())


async def scripts(digi: Digiflazz, _: web.Request) -> object:
    return digi.scripts.remaining()


async def reset(digi: Digiflazz, request: web.Request) -> object:
    await digi.reset(await wish(request, dict[str, object]))
    return digi.options


async def change_options(digi: Digiflazz, request: web.Request) -> object:
    amend(digi.options, await wish(request, dict[str, object]))
    return digi.options


async def deposit(digi: Digiflazz, request: web.Request) -> object:
    wished = await wish(request, TopUp)
    digi.books.top_up(wished.amount)
    return summary(digi)


async def settle_by_hand(digi: Digiflazz, request: web.Request) -> object:
    """Finish or reverse a transaction, and tell the buyer by webhook."""
    wished = await wish(request, Settling)
    known = _find(digi, wished.ref_id)
    rc = wished.rc or {"Sukses": "00", "Gagal": "02", "Pending": "03"}[wished.status]
    message = CODES[rc].message if rc in CODES else f"Transaksi {wished.status}"
    sn = wished.sn
    if sn is None:
        sn = known.sn or serial_of(digi, known)
    result = Result(wished.status, rc, message, sn if wished.status == "Sukses" else "")
    settle(digi, known, result)
    if wished.webhook:
        told = digi.hooks.tell("update", news(known), url=known.cb_url, agent=agent(known))
        digi.hooks.spawn(told)
    return shown(known)


async def resend(digi: Digiflazz, request: web.Request) -> object:
    wished = await wish(request, Resend)
    known = _find(digi, wished.ref_id)
    signing: Signing = "forged" if wished.signed == "forged" else "yes" if wished.signed else "no"
    data = {**news(known), **wished.set}

    async def send() -> None:
        for _ in range(wished.times):
            await digi.hooks.tell(
                wished.event, data, url=known.cb_url, signing=signing, agent=agent(known)
            )

    digi.hooks.spawn(send())
    return {"scheduled": wished.times}


async def stock(digi: Digiflazz, request: web.Request) -> object:
    wished = await wish(request, Stocking)
    shelf = digi.catalogue
    if wished.generate is not None:
        shelf.generate(wished.generate)
    if wished.items is not None:
        shelf.replace(wished.items)
    if wished.remove is not None:
        _shelved(digi, wished.remove)
        del shelf.items[wished.remove]
    if wished.sku is not None:
        _shelved(digi, wished.sku)
        shelf.change(wished.sku, _changes(wished))
    return {"products": len(shelf.items)}


def _shelved(digi: Digiflazz, sku: str) -> None:
    if sku not in digi.catalogue.items:
        raise Impossible(f"no product {sku!r}")


def _changes(wished: Stocking) -> dict[str, object]:
    """The fields to change. A stock that is given is meant, so it becomes limited."""
    fields = msgspec.structs.asdict(wished)
    for name in ("generate", "items", "remove", "sku"):
        del fields[name]
    changes = {name: value for name, value in fields.items() if value is not None}
    if "stock" in changes:
        changes.setdefault("unlimited_stock", False)
    return changes


async def advance(digi: Digiflazz, request: web.Request) -> object:
    wished = await wish(request, Advance)
    digi.clock.advance(wished.days * DAY_S + wished.seconds)
    return {"now": stamp(digi.clock.now())}


async def ping(digi: Digiflazz, _: web.Request) -> object:
    digi.hooks.spawn(digi.hooks.ping())
    return {"scheduled": 1}


async def script(digi: Digiflazz, request: web.Request) -> object:
    wished = await wish(request, Script)
    for step in (*wished.plan, *wished.inquiry):
        _check_codes(step)
    if any(isinstance(step, Pending) for step in wished.inquiry):
        raise msgspec.ValidationError("an inquiry is never pending")
    digi.scripts.write(wished.customer_no, wished.plan, wished.inquiry)
    steps = len(wished.plan) + len(wished.inquiry)
    return {"customer_no": wished.customer_no, "steps": steps}


def _check_codes(step: Step) -> None:
    """A script may only speak the official codes; anything else is for `raw` and `twist`."""
    if isinstance(step, Wait):
        _check_codes(step.then)
    elif isinstance(step, Success | Fail | Pending | Refuse):
        then_rc = None if isinstance(step, Refuse) else step.then_rc
        for rc in (step.rc, then_rc):
            if rc is not None and rc not in CODES:
                raise msgspec.ValidationError(f"unlisted rc {rc!r}; use do=raw or do=twist")
