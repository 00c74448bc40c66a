"""The control API of a gateway: look into its books, make things happen to its payments.

Not part of any gateway. Everything is JSON under /_sim/{ipaymu,tripay}/.
"""

from dataclasses import asdict
from typing import Annotated

import msgspec
from aiohttp import web

from konter_sim.clock import stamp
from konter_sim.gateway.books import Payment, State
from konter_sim.gateway.state import Gateway
from konter_sim.gateway.steps import Callback, Happening, Plan
from konter_sim.wishes import Act, Impossible, Wish, add_acts, wish

GatewayAct = Act[Gateway]


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


def add_routes(app: web.Application, gateway: Gateway) -> None:
    looks: dict[str, GatewayAct] = {
        "books": books,
        "payments": payments,
        "calls": calls,
        "breaches": breaches,
        "callbacks": callbacks,
        "options": options,
        "script": scripts,
    }
    acts: dict[str, GatewayAct] = {
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
    add_acts(app, f"/_sim/{gateway.code}", gateway, looks=looks, acts=acts)


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


def _event(what: Happening) -> GatewayAct:
    async def act(gateway: Gateway, request: web.Request) -> object:
        wished = await wish(request, About)
        wanted = _wanted(wished.id, wished.reference)
        try:
            known = gateway.happen(wanted, what, amount=wished.amount, channel=wished.channel)
        except LookupError as unknown:
            raise Impossible(f"no channel {wished.channel!r}") from unknown
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
    await gateway.reset(await wish(request, dict[str, object]))
    return gateway.knobs


async def change_options(gateway: Gateway, request: web.Request) -> object:
    gateway.amend(await wish(request, dict[str, object]))
    return gateway.knobs


async def script(gateway: Gateway, request: web.Request) -> object:
    wished = await wish(request, Script)
    gateway.plans.write(wished.reference, wished.plan)
    return {"reference": wished.reference, "steps": len(wished.plan)}


async def callback(gateway: Gateway, request: web.Request) -> object:
    """Send a payment's callback again, as often, as wrong and where to as wished."""
    wished = await wish(request, Resend)
    known = _known(gateway, _wanted(wished.id, wished.reference))
    sending = Callback(
        times=wished.times, forged=wished.forged, amount=wished.amount, set=wished.set
    )
    gateway.tell(known, sending, url=wished.url)
    return {"scheduled": wished.times}


async def force_state(gateway: Gateway, request: web.Request) -> object:
    """Any state at all, told or not told."""
    wished = await wish(request, StateWish)
    known = _known(gateway, _wanted(wished.id))
    known.state = wished.state
    if wished.callback:
        gateway.tell(known, gateway.play(known).next_callback())
    return gateway.shown(known)


async def settle(gateway: Gateway, request: web.Request) -> object:
    """Pay out to the merchant's bank: `amount` rupiah, or all that is owed."""
    wished = await wish(request, Payout)
    gateway.books.settle(wished.amount, gateway.now_text())
    return gateway.books.summary()


async def advance(gateway: Gateway, request: web.Request) -> object:
    wished = await wish(request, Advance)
    gateway.clock.advance(wished.days * 86_400 + wished.seconds)
    gateway.expire_due()
    return {"now": stamp(gateway.clock.now())}
