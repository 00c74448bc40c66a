"""The control API of a gateway: look into its books, make things happen to its payments.

Not part of any gateway. Everything is JSON under /_sim/{ipaymu,tripay}/.
"""

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Annotated, TypeVar

import msgspec
from aiohttp import web

from konter_sim.clock import stamp
from konter_sim.gateway.books import Payment, State
from konter_sim.gateway.serve import json
from konter_sim.gateway.state import Gateway
from konter_sim.gateway.steps import Callback, Happening, Plan

Shape = TypeVar("Shape")
Act = Callable[[Gateway, web.Request], Awaitable[object]]


class Wish(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A control call's body. A misspelt field is an error, never ignored."""


class About(Wish, kw_only=True):
    """`id`: the gateway's (at iPaymu trx_id or SessionID); or the merchant's `reference`."""

    id: str | int | None = None
    reference: str | None = None
    channel: str | None = None
    amount: int | None = None


class Resend(Wish, kw_only=True):
    id: str | int | None = None
    reference: str | None = None
    times: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 1
    forged: bool = False
    amount: int | None = None
    set: dict[str, object] = {}
    url: str | None = None


class StateWish(Wish, kw_only=True):
    id: str | int
    state: State
    callback: bool = True


class Script(Wish, kw_only=True):
    reference: Annotated[str, msgspec.Meta(min_length=1)]
    plan: Plan


class Payout(Wish, kw_only=True):
    amount: int | None = None


class Advance(Wish, kw_only=True):
    days: float = 0
    seconds: float = 0


class Impossible(Exception):
    """The control call asks for something that is not there; HTTP 404."""


def add_routes(app: web.Application, gateway: Gateway) -> None:
    looks: dict[str, Act] = {
        "books": books,
        "payments": payments,
        "calls": calls,
        "breaches": breaches,
        "callbacks": callbacks,
        "options": options,
        "script": scripts,
    }
    acts: dict[str, Act] = {
        "reset": reset,
        "options": change_options,
        "script": script,
        "callback": callback,
        "state": force_state,
        "settle": settle,
        "advance": advance,
    }
    events: tuple[Happening, ...] = ("choose", "pay", "cancel", "expire", "refund")
    acts |= {what: _event(what) for what in events}
    prefix = f"/_sim/{gateway.code}"
    for name, act in looks.items():
        app.router.add_get(f"{prefix}/{name}", _spoken(gateway, act))
    for name, act in acts.items():
        app.router.add_post(f"{prefix}/{name}", _spoken(gateway, act))


def _spoken(gateway: Gateway, act: Act) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handle(request: web.Request) -> web.Response:
        try:
            return json(await act(gateway, request))
        except (msgspec.ValidationError, msgspec.DecodeError) as bad:
            return json({"error": str(bad)}, 400)
        except Impossible as missing:
            return json({"error": str(missing)}, 404)

    return handle


async def _wish(request: web.Request, shape: type[Shape]) -> Shape:
    return msgspec.json.decode(await request.read() or b"{}", type=shape)


def _wanted(id: str | int | None, reference: str | None = None) -> str:
    wanted = reference if id is None else str(id)
    if not wanted:
        raise msgspec.ValidationError("say which: id or reference")
    return wanted


def _known(gateway: Gateway, wanted: str) -> Payment:
    known = gateway.find(wanted)
    if known is None:
        raise Impossible(f"no payment {wanted!r}")
    return known


def _event(what: Happening) -> Act:
    async def act(gateway: Gateway, request: web.Request) -> object:
        wish = await _wish(request, About)
        wanted = _wanted(wish.id, wish.reference)
        try:
            known = gateway.happen(wanted, what, amount=wish.amount, channel=wish.channel)
        except LookupError as unknown:
            raise Impossible(f"no channel {wish.channel!r}") from unknown
        if known is None:
            raise Impossible(f"no payment {wanted!r}")
        return gateway.shown(known)

    return act


async def books(gateway: Gateway, _: web.Request) -> object:
    """Rupiah: collected == fees + settled + owed."""
    ledger = gateway.books
    return {
        **ledger.summary(),
        "settlements": [asdict(one) for one in ledger.settlements],
        "payments": [gateway.shown(known) for known in ledger.payments.values()],
        "waiting": gateway.waiting(),
    }


async def payments(gateway: Gateway, _: web.Request) -> object:
    return [gateway.shown(known) for known in gateway.books.payments.values()]


async def calls(gateway: Gateway, _: web.Request) -> object:
    return list(gateway.calls)


async def breaches(gateway: Gateway, _: web.Request) -> object:
    return list(gateway.rules.breaches)


async def callbacks(gateway: Gateway, _: web.Request) -> object:
    return list(gateway.post.sent)


async def options(gateway: Gateway, _: web.Request) -> object:
    return gateway.knobs


async def scripts(gateway: Gateway, _: web.Request) -> object:
    return gateway.plans.remaining()


async def reset(gateway: Gateway, request: web.Request) -> object:
    await gateway.reset(await _wish(request, dict[str, object]))
    return gateway.knobs


async def change_options(gateway: Gateway, request: web.Request) -> object:
    gateway.amend(await _wish(request, dict[str, object]))
    return gateway.knobs


async def script(gateway: Gateway, request: web.Request) -> object:
    wish = await _wish(request, Script)
    gateway.plans.write(wish.reference, wish.plan)
    return {"reference": wish.reference, "steps": len(wish.plan)}


async def callback(gateway: Gateway, request: web.Request) -> object:
    """Send a payment's callback again, as often, as wrong and where to as wished."""
    wish = await _wish(request, Resend)
    known = _known(gateway, _wanted(wish.id, wish.reference))
    sending = Callback(times=wish.times, forged=wish.forged, amount=wish.amount, set=wish.set)
    gateway.tell(known, sending, url=wish.url)
    return {"scheduled": wish.times}


async def force_state(gateway: Gateway, request: web.Request) -> object:
    """Any state at all, told or not told."""
    wish = await _wish(request, StateWish)
    known = _known(gateway, _wanted(wish.id))
    known.state = wish.state
    if wish.callback:
        gateway.tell(known, gateway.play(known).next_callback())
    return gateway.shown(known)


async def settle(gateway: Gateway, request: web.Request) -> object:
    """Pay out to the merchant's bank: `amount` rupiah, or all that is owed."""
    wish = await _wish(request, Payout)
    gateway.books.settle(wish.amount, gateway.now_text())
    return gateway.books.summary()


async def advance(gateway: Gateway, request: web.Request) -> object:
    wish = await _wish(request, Advance)
    gateway.clock.advance(wish.days * 86_400 + wish.seconds)
    gateway.expire_due()
    return {"now": stamp(gateway.clock.now())}
