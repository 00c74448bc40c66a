"""The control API of the local partner: let it buy, ask and be told, and see what it understood.

Everything is JSON under /_sim/partner/.
"""

from typing import Final

import msgspec
from aiohttp import web

from konter_sim.knobs import amend
from konter_sim.partner.ask import Answer, balance, ticket, transact
from konter_sim.partner.expressions import BALANCE, TICKET, read_one, rupiah
from konter_sim.partner.state import Partner, Transaction
from konter_sim.wishes import Act, Impossible, Wish, add_acts, wish

PartnerAct = Act[Partner]

PREFIX: Final = "/_sim/partner"


class Purchase(Wish, kw_only=True):
    """Without a `ref_id` the next number; one that was used is sent again. `more` goes into the
    query as it is: qty, counter, hargamax, or a sign that is wrong."""

    product: str
    dest: str
    ref_id: str | None = None
    more: dict[str, str] = {}


class Question(Wish, kw_only=True):
    ref_id: str
    more: dict[str, str] = {}


class Amount(Wish, kw_only=True):
    amount: int


def add_routes(app: web.Application, partner: Partner) -> None:
    looks: dict[str, PartnerAct] = {
        "transactions": transactions,
        "calls": calls,
        "reports": reports,
        "breaches": breaches,
        "options": options,
    }
    acts: dict[str, PartnerAct] = {
        "reset": reset,
        "options": change_options,
        "buy": buy,
        "check": check,
        "balance": ask_balance,
        "ticket": ask_ticket,
    }
    add_acts(app, PREFIX, partner, looks=looks, acts=acts)


async def transactions(partner: Partner, _: web.Request) -> object:
    return list(partner.transactions.values())


async def calls(partner: Partner, _: web.Request) -> object:
    return list(partner.calls)


async def reports(partner: Partner, _: web.Request) -> object:
    return list(partner.reports)


async def breaches(partner: Partner, _: web.Request) -> object:
    return list(partner.breaches)


async def options(partner: Partner, _: web.Request) -> object:
    return partner.options


async def reset(partner: Partner, request: web.Request) -> object:
    partner.reset(await wish(request, dict[str, object]))
    return partner.options


async def change_options(partner: Partner, request: web.Request) -> object:
    amend(partner.options, await wish(request, dict[str, object]))
    return partner.options


async def buy(partner: Partner, request: web.Request) -> object:
    """Written down before it is sent, so that no report is too early."""
    wished = await wish(request, Purchase)
    ref_id = wished.ref_id or str(next(partner.refs))
    known = partner.transactions.setdefault(
        ref_id, Transaction(ref_id, wished.product, wished.dest)
    )
    return _told(known, await transact(partner, known, wished.more, by="answer"))


async def check(partner: Partner, request: web.Request) -> object:
    """Ask with check=1."""
    wished = await wish(request, Question)
    known = partner.transactions.get(wished.ref_id)
    if known is None:
        raise Impossible(f"no transaction {wished.ref_id!r}")
    more = {**wished.more, "check": "1"}
    return _told(known, await transact(partner, known, more, by="check"))


async def ask_balance(partner: Partner, _: web.Request) -> object:
    answer = await balance(partner)
    found = read_one(BALANCE, answer.text or "") or {}
    return {"text": answer.text, "saldo": rupiah(found.get("saldo"))}


async def ask_ticket(partner: Partner, request: web.Request) -> object:
    answer = await ticket(partner, (await wish(request, Amount)).amount)
    return {"text": answer.text, "understood": read_one(TICKET, answer.text or "")}


def _told(known: Transaction, answer: Answer) -> object:
    return {
        "text": answer.text,
        "problem": answer.problem,
        "transaction": msgspec.to_builtins(known),
    }
