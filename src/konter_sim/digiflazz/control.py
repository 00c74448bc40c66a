"""The control API of the local Digiflazz: look into its books, steer what it answers.

Not part of Digiflazz. Everything is JSON under /_sim/digiflazz/.
"""

from collections.abc import Awaitable, Callable
from typing import Annotated, Literal, TypeVar

import msgspec
from aiohttp import web

from konter_sim.clock import stamp
from konter_sim.digiflazz.answers import news
from konter_sim.digiflazz.books import DAY_S, Result, Transaction
from konter_sim.digiflazz.catalogue import Item
from konter_sim.digiflazz.codes import CODES
from konter_sim.digiflazz.hooks import Signing
from konter_sim.digiflazz.options import amend
from konter_sim.digiflazz.sell import new_serial, settle
from konter_sim.digiflazz.state import Digiflazz
from konter_sim.digiflazz.steps import Fail, Pending, Refuse, Step, Success, Wait

Shape = TypeVar("Shape")
Act = Callable[[Digiflazz, web.Request], Awaitable[object]]

PREFIX = "/_sim/digiflazz"


class Wish(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A control call's body. A misspelt field is an error, never ignored."""


class Script(Wish, kw_only=True):
    customer_no: Annotated[str, msgspec.Meta(min_length=1)]
    plan: list[Step]


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


class Impossible(Exception):
    """The control call asks for something that is not there; HTTP 404."""


def add_routes(app: web.Application, digi: Digiflazz) -> None:
    looks: dict[str, Act] = {
        "books": books,
        "calls": calls,
        "breaches": breaches,
        "options": options,
        "webhooks": webhooks,
        "catalogue": products,
        "script": scripts,
    }
    acts: dict[str, Act] = {
        "reset": reset,
        "options": change_options,
        "deposit": deposit,
        "settle": settle_by_hand,
        "webhook": resend,
        "catalogue": stock,
        "advance": advance,
        "ping": ping,
        "script": script,
    }
    for name, act in looks.items():
        app.router.add_get(f"{PREFIX}/{name}", _spoken(digi, act))
    for name, act in acts.items():
        app.router.add_post(f"{PREFIX}/{name}", _spoken(digi, act))
    app.router.add_post("/_sim/script", _spoken(digi, script))


def _spoken(digi: Digiflazz, act: Act) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handle(request: web.Request) -> web.Response:
        try:
            said, status = await act(digi, request), 200
        except (msgspec.ValidationError, msgspec.DecodeError) as bad:
            said, status = {"error": str(bad)}, 400
        except Impossible as missing:
            said, status = {"error": str(missing)}, 404
        body = msgspec.json.encode(said)
        return web.Response(body=body, status=status, content_type="application/json")

    return handle


async def _wish(request: web.Request, shape: type[Shape]) -> Shape:
    return msgspec.json.decode(await request.read() or b"{}", type=shape)


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
    await digi.reset(await _wish(request, dict[str, object]))
    return digi.options


async def change_options(digi: Digiflazz, request: web.Request) -> object:
    amend(digi.options, await _wish(request, dict[str, object]))
    return digi.options


async def deposit(digi: Digiflazz, request: web.Request) -> object:
    wish = await _wish(request, TopUp)
    digi.books.top_up(wish.amount)
    return summary(digi)


async def settle_by_hand(digi: Digiflazz, request: web.Request) -> object:
    """Finish or reverse a transaction, and tell the buyer by webhook."""
    wish = await _wish(request, Settling)
    known = _find(digi, wish.ref_id)
    rc = wish.rc or {"Sukses": "00", "Gagal": "02", "Pending": "03"}[wish.status]
    message = CODES[rc].message if rc in CODES else f"Transaksi {wish.status}"
    sn = wish.sn
    if sn is None:
        sn = known.sn or new_serial(digi, known.ref_id, known.sku, known.customer_no)
    result = Result(wish.status, rc, message, sn if wish.status == "Sukses" else "")
    settle(digi, known, result)
    if wish.webhook:
        digi.hooks.spawn(digi.hooks.tell("update", news(known), url=known.cb_url))
    return shown(known)


async def resend(digi: Digiflazz, request: web.Request) -> object:
    wish = await _wish(request, Resend)
    known = _find(digi, wish.ref_id)
    signing: Signing = "forged" if wish.signed == "forged" else "yes" if wish.signed else "no"
    data = {**news(known), **wish.set}

    async def send() -> None:
        for _ in range(wish.times):
            await digi.hooks.tell(wish.event, data, url=known.cb_url, signing=signing)

    digi.hooks.spawn(send())
    return {"scheduled": wish.times}


async def stock(digi: Digiflazz, request: web.Request) -> object:
    wish = await _wish(request, Stocking)
    shelf = digi.catalogue
    if wish.generate is not None:
        shelf.generate(wish.generate)
    if wish.items is not None:
        shelf.replace(wish.items)
    if wish.remove is not None:
        _shelved(digi, wish.remove)
        del shelf.items[wish.remove]
    if wish.sku is not None:
        _shelved(digi, wish.sku)
        shelf.change(wish.sku, _changes(wish))
    return {"products": len(shelf.items)}


def _shelved(digi: Digiflazz, sku: str) -> None:
    if sku not in digi.catalogue.items:
        raise Impossible(f"no product {sku!r}")


def _changes(wish: Stocking) -> dict[str, object]:
    """The fields to change. A stock that is given is meant, so it becomes limited."""
    fields = msgspec.structs.asdict(wish)
    for name in ("generate", "items", "remove", "sku"):
        del fields[name]
    changes = {name: value for name, value in fields.items() if value is not None}
    if "stock" in changes:
        changes.setdefault("unlimited_stock", False)
    return changes


async def advance(digi: Digiflazz, request: web.Request) -> object:
    wish = await _wish(request, Advance)
    digi.clock.advance(wish.days * DAY_S + wish.seconds)
    return {"now": stamp(digi.clock.now())}


async def ping(digi: Digiflazz, _: web.Request) -> object:
    digi.hooks.spawn(digi.hooks.ping())
    return {"scheduled": 1}


async def script(digi: Digiflazz, request: web.Request) -> object:
    wish = await _wish(request, Script)
    for step in wish.plan:
        _check_codes(step)
    digi.scripts.write(wish.customer_no, wish.plan)
    return {"customer_no": wish.customer_no, "steps": len(wish.plan)}


def _check_codes(step: Step) -> None:
    """A script may only speak the official codes; anything else is for `raw` and `twist`."""
    if isinstance(step, Wait):
        _check_codes(step.then)
    elif isinstance(step, Success | Fail | Pending | Refuse):
        then_rc = None if isinstance(step, Refuse) else step.then_rc
        for rc in (step.rc, then_rc):
            if rc is not None and rc not in CODES:
                raise msgspec.ValidationError(f"unlisted rc {rc!r}; use do=raw or do=twist")
