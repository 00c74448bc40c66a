"""The control API of the local OkeConnect: look into its books, steer what it answers.

Not part of OkeConnect. Everything is JSON under /_sim/okeconnect/.
"""

from datetime import datetime
from typing import Annotated, Final

import msgspec
from aiohttp import web

from konter_sim.clock import stamp
from konter_sim.knobs import amend
from konter_sim.okeconnect.bills import Bill, invented
from konter_sim.okeconnect.books import DAY_S, Transaction
from konter_sim.okeconnect.sell import new_serial, settle
from konter_sim.okeconnect.state import Okeconnect
from konter_sim.okeconnect.steps import Callback, Plan, Told
from konter_sim.okeconnect.tell import letter, patience, tell
from konter_sim.wishes import Act, Impossible, Wish, add_acts, wish

OkeAct = Act[Okeconnect]

PREFIX: Final = "/_sim/okeconnect"


class Script(Wish, kw_only=True):
    dest: Annotated[str, msgspec.Meta(min_length=1)]
    plan: Plan = Plan()


class TopUp(Wish, kw_only=True):
    amount: int


class Settling(Wish, kw_only=True):
    ref_id: str
    state: Told
    sn: str | None = None
    reason: str = "Mohon diperiksa kembali No tujuan sebelum di ulang"
    callback: bool = True


class Resend(Wish, kw_only=True):
    """Anything the account's callback address could be told about a transaction, true or not."""

    ref_id: str
    times: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 1
    refid: str | None = None
    message: str | None = None
    url: str | None = None
    stranger: bool = False


class Advance(Wish, kw_only=True):
    """`to`: an ISO 8601 time with its offset; or so much further."""

    to: datetime | None = None
    days: float = 0
    seconds: float = 0


class BillWish(Wish, kw_only=True):
    """The bill of one number; `biller` is the code without its C or B. Rupiah."""

    biller: str
    dest: str
    name: str | None = None
    amount: int | None = None
    fine: int | None = None
    admin: int | None = None
    period: str | None = None


class Stocking(Wish, kw_only=True):
    """One of: `generate`, `rows`, `remove`, or `kode` with the fields to change."""

    generate: Annotated[int, msgspec.Meta(ge=0, le=100_000)] | None = None
    rows: list[dict[str, object]] | None = None
    remove: str | None = None
    kode: str | None = None
    harga: str | None = None
    status: str | None = None
    keterangan: str | None = None
    produk: str | None = None
    kategori: str | None = None


def add_routes(app: web.Application, oke: Okeconnect) -> None:
    looks: dict[str, OkeAct] = {
        "books": books,
        "calls": calls,
        "breaches": breaches,
        "options": options,
        "callbacks": callbacks,
        "catalogue": products,
        "script": scripts,
    }
    acts: dict[str, OkeAct] = {
        "reset": reset,
        "options": change_options,
        "script": script,
        "deposit": deposit,
        "settle": settle_by_hand,
        "callback": callback,
        "catalogue": stock,
        "bill": bill,
        "advance": advance,
    }
    add_acts(app, PREFIX, oke, looks=looks, acts=acts)


def _find(oke: Okeconnect, ref_id: str) -> Transaction:
    known = oke.books.by_ref.get(ref_id)
    if known is None:
        raise Impossible(f"no transaction {ref_id!r}")
    return known


def summary(oke: Okeconnect) -> dict[str, object]:
    """The money, in rupiah: opening + topups - spent == deposit."""
    ledger = oke.books
    return {
        "opening": ledger.opening,
        "deposit": ledger.deposit,
        "spent": ledger.spent,
        "topups": ledger.topups,
    }


def shown(known: Transaction) -> dict[str, object]:
    return {
        "ref_id": known.ref_id,
        "trx": known.trx,
        "product": known.product,
        "dest": known.dest,
        "qty": known.qty,
        "state": known.state,
        "sn": known.sn,
        "reason": known.reason,
        "price": known.price,
        "created_at": stamp(known.created_at),
        "formed_count": known.formed_count,
    }


async def books(oke: Okeconnect, _: web.Request) -> object:
    return {**summary(oke), "transactions": [shown(known) for known in oke.books.formed]}


async def calls(oke: Okeconnect, _: web.Request) -> object:
    return list(oke.calls)


async def breaches(oke: Okeconnect, _: web.Request) -> object:
    return list(oke.rules.breaches)


async def callbacks(oke: Okeconnect, _: web.Request) -> object:
    return list(oke.post.sent)


async def options(oke: Okeconnect, _: web.Request) -> object:
    return oke.options


async def products(oke: Okeconnect, _: web.Request) -> object:
    return oke.catalogue.rows


async def scripts(oke: Okeconnect, _: web.Request) -> object:
    return oke.scripts.remaining()


async def reset(oke: Okeconnect, request: web.Request) -> object:
    await oke.reset(await wish(request, dict[str, object]))
    return oke.options


async def change_options(oke: Okeconnect, request: web.Request) -> object:
    amend(oke.options, await wish(request, dict[str, object]))
    return oke.options


async def script(oke: Okeconnect, request: web.Request) -> object:
    wished = await wish(request, Script)
    oke.scripts.write(wished.dest, wished.plan)
    return {"dest": wished.dest, "scripted": bool(wished.plan)}


async def deposit(oke: Okeconnect, request: web.Request) -> object:
    wished = await wish(request, TopUp)
    oke.books.top_up(wished.amount)
    return summary(oke)


async def settle_by_hand(oke: Okeconnect, request: web.Request) -> object:
    """Finish or reverse a transaction, and tell the member by callback."""
    wished = await wish(request, Settling)
    known = _find(oke, wished.ref_id)
    sn = wished.sn
    if sn is None:
        sn = known.sn or new_serial(oke, known)
    settle(
        oke,
        known,
        wished.state,
        sn=sn if wished.state == "Sukses" else "",
        reason=wished.reason if wished.state == "Gagal" else "",
    )
    if wished.callback:
        oke.post.spawn(tell(oke, known, Callback()))
    return shown(known)


async def callback(oke: Okeconnect, request: web.Request) -> object:
    """Send a transaction's callback again, as often, as wrong and where to as wished."""
    wished = await wish(request, Resend)
    sending = letter(
        oke,
        _find(oke, wished.ref_id),
        message=wished.message,
        refid=wished.refid,
        url=wished.url,
        stranger=wished.stranger,
    )

    async def send() -> None:
        for _ in range(wished.times):
            await oke.post.send(sending, patience(oke.options))

    oke.post.spawn(send())
    return {"scheduled": wished.times}


async def stock(oke: Okeconnect, request: web.Request) -> object:
    wished = await wish(request, Stocking)
    shelf = oke.catalogue
    try:
        if wished.generate is not None:
            shelf.generate(wished.generate)
        if wished.rows is not None:
            shelf.replace(wished.rows)
        if wished.remove is not None:
            shelf.remove(wished.remove)
        if wished.kode is not None:
            shelf.change(wished.kode, _changes(wished))
    except KeyError as missing:
        raise Impossible(f"no product {missing.args[0]!r}") from missing
    return {"products": len(shelf.rows)}


def _changes(wished: Stocking) -> dict[str, object]:
    fields = ("harga", "status", "keterangan", "produk", "kategori")
    told = {name: getattr(wished, name) for name in fields}
    return {name: value for name, value in told.items() if value is not None}


async def bill(oke: Okeconnect, request: web.Request) -> object:
    """Write one number's bill of this month; what is not named is invented."""
    wished = await wish(request, BillWish)
    told = msgspec.structs.asdict(wished)
    biller, dest = told.pop("biller"), told.pop("dest")
    changes = {name: value for name, value in told.items() if value is not None}
    known = oke.bills.get((biller, dest)) or invented(biller, dest, oke.clock.wib())
    facts = {name: getattr(known, name) for name in ("name", "amount", "fine", "admin", "period")}
    fresh = oke.bills[biller, dest] = Bill(**{**facts, **changes})
    return {**facts, **changes, "total": fresh.total}


async def advance(oke: Okeconnect, request: web.Request) -> object:
    """Move their clock. Running timers keep their real pace."""
    wished = await wish(request, Advance)
    if wished.to is not None:
        if wished.to.tzinfo is None:
            raise msgspec.ValidationError("to: say the offset")
        oke.clock.advance(wished.to.timestamp() - oke.clock.now())
    oke.clock.advance(wished.days * DAY_S + wished.seconds)
    return {"now": stamp(oke.clock.now())}
