"""A day at a shop that is paid through both gateways: who buys there, and what its books say.

One shop serves a whole file, because opening one takes longer than most stories. The gateways hold
their merchant to their least gap between two questions.
"""

from __future__ import annotations

import asyncio
import hmac
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final, LiteralString
from urllib.parse import parse_qsl

from konter.hooks.tasks import open_tasks
from konter.upstreams.gateways.ipaymu_callbacks import canonical
from tests.landlord import lent
from tests.shop import GAP_S, WEBHOOK_SECRET, Buyer, Reply, Shop, open_paying_shop
from tests.sim_process import IPAYMU_VA, TRIPAY_PRIVATE_KEY, Sim, SimGateway

NUMBER: Final = "087800000010"
FAILING: Final = "087800001232"
"""The upstream refuses this one at once."""
PHONE: Final = "0812-3456-7890"
EMAIL: Final = "ayu@example.id"
PRICE: Final = 11_500
"""Of xld10, for a reseller."""
RETAIL: Final = 13_000
"""Of xld10, for a guest."""
ASK_GAP_S: Final = 0.25

QRIS: Final = "tripay:QRIS2"
BRIVA: Final = "tripay:BRIVA"
IPAYMU_QRIS: Final = "ipaymu:qris.mpm"
IPAYMU_BCA: Final = "ipaymu:va.bca"
IPAYMU_PAGE: Final = "ipaymu:page"

JOURNAL = """
SELECT t.kind, t.debit, t.credit, t.amount FROM ledger.transfers t
WHERE t.reference = %(code)s
   OR t.reference IN (SELECT i.reference FROM funding.invoices i WHERE i.shown_as = %(code)s)
ORDER BY t.recorded_at, t.kind, t.key
"""

PAYMENTS = """
SELECT p.*, i.reference, i.number FROM funding.payments p
JOIN funding.invoices i ON i.id = p.invoice_id
WHERE p.purpose_id = %(id)s ORDER BY p.id
"""

LINKS = "SELECT * FROM funding.invoices WHERE purpose_id = %(id)s ORDER BY number"

ASKED_SINCE = """
SELECT count(*) FROM suppliers.exchanges
WHERE purpose = 'state' AND started_at >= %(since)s AND reference = %(reference)s
"""

HEARD_OUT = "SELECT count(*) FROM hooks.inbox WHERE state = 'waiting'"


KEPT = "SELECT count(*) FROM hooks.inbox WHERE source IN ('tripay', 'ipaymu')"


@asynccontextmanager
async def open_market(
    server_conninfo: str,
    template: str,
    sim: Sim,
    *,
    also_sold: Sequence[dict[str, Any]] = (),
    **settings: str,
) -> AsyncIterator[Shop]:
    """A fresh shop with both gateways, its worker running. ``also_sold``: rows for the upstream's
    price list, beside its own."""
    await sim.reset(
        webhook_secret=WEBHOOK_SECRET,
        webhook_create_delay_ms=5,
        repost_gap_s=GAP_S,
        price_list_gap_s=0,
    )
    if also_sold:
        await sim.catalogue(items=[*await sim.products(), *also_sold])
    told = {
        "KONTER_PAYMENT_MIN_GAP_S": str(ASK_GAP_S + 0.02),
        "KONTER_POLL_S": "0.2",
        "KONTER_GUEST_LIMIT_REMOTE": "10000",
        "KONTER_LOGIN_LIMIT_REMOTE": "10000",
        **settings,
    }
    with lent(server_conninfo, template) as conninfo:
        async with open_paying_shop(conninfo, sim, observer=None, with_worker=True, **told) as shop:
            for gateway in gateways(shop).values():
                await gateway.options(poll_gap_s=ASK_GAP_S, silence_seconds=1)
            yield shop


def gateways(shop: Shop) -> dict[str, SimGateway]:
    return {"ipaymu": shop.sim.ipaymu, "tripay": shop.sim.tripay}


@dataclass(frozen=True)
class Guest:
    """Somebody without an account: one order, and what finds it again."""

    shop: Shop
    id: int
    code: str
    token: str
    said: dict[str, Any]

    async def looks(self) -> dict[str, Any]:
        answer = await self.shop.client.get(f"/api/guest/orders/{self.code}?token={self.token}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def post(self, act: str, body: Any = None) -> Any:
        path = f"/api/guest/orders/{self.code}/{act}?token={self.token}"
        return await self.shop.client.post(path, json=body)


async def guest_buys(
    shop: Shop, channel: str, *, product: str = "xld10", to: str = NUMBER, **facts: Any
) -> Guest:
    """A guest's order that was taken."""
    body = {
        "product_id": await shop.product(product),
        "target_id": to,
        "name": "Ayu Lestari",
        "email": EMAIL,
        "phone": PHONE,
        "payment_method": channel,
        **facts,
    }
    answer = await shop.client.post("/api/guest/orders", json=body)
    assert answer.status_code == 201, answer.text
    said = answer.json()
    found = await row(shop, "SELECT id FROM orders.orders WHERE code = %(code)s", code=said["code"])
    return Guest(shop, found["id"], said["code"], said["token"], said)


async def deposits(buyer: Buyer, amount: int, channel: str, **facts: Any) -> dict[str, Any]:
    """A deposit that was taken, as the API tells of it."""
    body = {"amount": amount, "payment_method": channel, "customer_phone": PHONE, **facts}
    answer = await buyer.post("/api/deposits", body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def orders(buyer: Buyer, channel: str, to: str = NUMBER, **facts: Any) -> dict[str, Any]:
    """An order by a channel that was taken, as the API tells of it."""
    answer = await buyer.buys("xld10", to, payment_method=channel, customer_phone=PHONE, **facts)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def link_of(shop: Shop, purpose_id: int) -> dict[str, Any]:
    """The latest."""
    return (await links(shop, purpose_id))[-1]


async def customer_pays(shop: Shop, purpose_id: int, **wish: Any) -> dict[str, Any]:
    """At the gateway, by the latest link; answers their payment."""
    link = await link_of(shop, purpose_id)
    return await gateways(shop)[link["gateway"]].pay(link["reference"], **wish)


async def credited(buyer: Buyer, deposit: dict[str, Any]) -> None:
    """Once the deposit is paid, as its user reads it."""

    async def is_paid() -> bool:
        said = (await buyer.get(f"/api/deposits/{deposit['code']}")).json()
        return bool(said["deposit"]["status"] == "paid")

    await until(is_paid)


async def rows(shop: Shop, statement: LiteralString, **facts: object) -> list[dict[str, Any]]:
    async with shop.house.db.read() as tx:
        return await tx.dicts(statement, facts)


async def row(shop: Shop, statement: LiteralString, **facts: object) -> dict[str, Any]:
    (found,) = await rows(shop, statement, **facts)
    return found


async def journal(shop: Shop, code: str) -> list[tuple[str, str, str, int]]:
    """Every transfer about an order or a deposit: kind, debit, credit, whole rupiah."""
    found = await rows(shop, JOURNAL, code=code)
    return [(r["kind"], r["debit"], r["credit"], r["amount"]) for r in found]


async def payments(shop: Shop, purpose_id: int) -> list[dict[str, Any]]:
    """What we know of the gateways' transactions for it, with the reference of their link."""
    return await rows(shop, PAYMENTS, id=purpose_id)


async def links(shop: Shop, purpose_id: int) -> list[dict[str, Any]]:
    return await rows(shop, LINKS, id=purpose_id)


async def tasks(shop: Shop, subjects: Sequence[str]) -> dict[str, list[str]]:
    """The kinds of what a person is asked to look at, by subject."""
    async with shop.house.db.read() as tx:
        found = await open_tasks(tx)
    return {s: sorted(task.kind for task in found if task.subject == s) for s in subjects}


async def until_asked(shop: Shop, purpose_id: int) -> None:
    """Until a question about its latest link has begun from now on, and was answered."""
    facts = {
        "since": shop.house.clock.now(),
        "reference": (await link_of(shop, purpose_id))["reference"],
    }

    async def is_answered() -> bool:
        return bool((await row(shop, ASKED_SINCE, **facts))["count"] > 0)

    await until(is_answered)


async def all_heard(shop: Shop) -> bool:
    """Whether no callback waits to be handled."""
    return bool((await row(shop, HEARD_OUT))["count"] == 0)


async def kept(shop: Shop) -> int:
    """How many callbacks of both gateways."""
    return int((await row(shop, KEPT))["count"])


async def assert_nothing_moved(shop: Shop, *sold: dict[str, Any]) -> None:
    """Orders or deposits that nobody has paid: no transfer, no purchase, and they say so."""
    await until(lambda: all_heard(shop))
    bought = {one["ref_id"] for one in (await shop.sim.books())["transactions"]}
    for one in sold:
        assert await journal(shop, one["code"]) == []
        assert one["code"] not in bought
        assert not [p for p in await payments(shop, one["id"]) if p["confirmed_at"]]


async def all_told(shop: Shop, code: str, ids: list[str], least: int) -> None:
    """Until so many callbacks about each of these payments have been delivered."""

    async def told() -> bool:
        sent = await gateways(shop)[code].callbacks()
        return all(sum(one["id"] == each for one in sent) >= least for each in ids)

    await until(told)


async def in_review(shop: Shop, purpose_id: int) -> bool:
    return any(p["state"] == "review" for p in await payments(shop, purpose_id))


async def letter(shop: Shop, code: str, about: str, *, paid: bool = False) -> bytes:
    """The last callback that a gateway sent about one of our references or of its ids, to the
    byte; with ``paid`` the last that says so."""

    async def found() -> list[bytes]:
        sent = await gateways(shop)[code].callbacks()
        words = ("PAID", "berhasil")
        return [
            one["body"].encode()
            for one in sent
            if about in one["body"] and (one["says"] in words or not paid)
        ]

    async def came() -> bool:
        return bool(await found())

    await until(came)
    return (await found())[-1]


async def knock(shop: Shop, code: str, body: bytes, query: str = "", **headers: str) -> Reply:
    """POST to a gateway's door, as whoever knows the address can."""
    kind = "application/json" if body[:1] == b"{" else "application/x-www-form-urlencoded"
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    given = {"Content-Type": kind, "X-Callback-Event": "payment_status", **named}
    return await shop.client.post(f"/{code}/callback{query}", data=body, headers=given)


def signed(code: str, body: bytes) -> dict[str, str]:
    """The headers that prove a body: by Tripay's secret, or by iPaymu's VA that anybody knows."""
    if code == "tripay":
        return {"X_Callback_Signature": _hmac(TRIPAY_PRIVATE_KEY, body)}
    text = canonical(dict(parse_qsl(body.decode(), keep_blank_values=True)))
    return {"X_Signature": _hmac(IPAYMU_VA, text.encode())}


def _hmac(key: str, text: bytes) -> str:
    return hmac.new(key.encode(), text, "sha256").hexdigest()


async def owed(shop: Shop) -> dict[str, tuple[int, int]]:
    """What each gateway owes us: by our books, and by theirs."""
    return {
        code: (-await shop.account(f"gateway:{code}"), (await gateway.books())["owed"])
        for code, gateway in gateways(shop).items()
    }


async def until(fits: Callable[[], Awaitable[bool]], *, within_s: float = 15) -> None:
    """Look until it fits; seldom enough that looking does not slow down what is looked at."""
    deadline = time.monotonic() + within_s
    while not await fits():
        assert time.monotonic() < deadline, "it never came"
        await asyncio.sleep(0.04)


async def closes_even(shop: Shop) -> None:
    """What was said has been heard, and the books agree with everybody else's."""
    await until(lambda: all_heard(shop))
    await assert_even(shop)


async def assert_even(shop: Shop) -> None:
    """The laws hold, no rule was broken anywhere, and the gateways owe what our books say."""
    await shop.assert_honest()
    for code, (ours, theirs) in (await owed(shop)).items():
        assert ours == theirs, f"{code} owes {theirs}, our books say {ours}"
    for code, gateway in gateways(shop).items():
        assert await gateway.breaches() == [], code
