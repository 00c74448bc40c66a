"""A member and its machine, which signs as our documents say and not as our code does."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from konter.funding.adjust import adjust
from konter.kernel.money import Rupiah
from konter.ledger.read import balance
from konter.people.configure_member import set_limits
from konter.people.members import OwnLimits, Part
from konter.people.permits import Role
from konter.people.register import create_user
from konter.people.register_member import Registered, register_member
from tests.landlord import lent
from tests.shop import GAP_S, WEBHOOK_SECRET, Client, Reply, Shop, open_shop
from tests.sim_process import Sim

BAD_SIGNS = 4


@asynccontextmanager
async def open_h2h_shop(
    server_conninfo: str, template: str, sim: Sim, **settings: str
) -> AsyncIterator[Shop]:
    """One for a whole file: opening one takes longer than any of its tests. It remembers members
    for no time at all, and callers say by X-Forwarded-For who they are."""
    await sim.reset(
        webhook_secret=WEBHOOK_SECRET,
        webhook_delay_ms=50,
        webhook_create_delay_ms=5,
        repost_gap_s=GAP_S,
        price_list_gap_s=0,
    )
    with lent(server_conninfo, template) as conninfo:
        async with open_shop(
            conninfo,
            sim,
            observer=None,
            with_worker=True,
            KONTER_TOKEN_CACHE_S="0",
            KONTER_H2H_BAD_SIGNS=str(BAD_SIGNS),
            KONTER_TRUSTED_PROXIES="127.0.0.0/8",
            KONTER_CALLBACK_PRIVATE="yes",
            **settings,
        ) as shop:
            yield shop


async def new_member(shop: Shop, *, money: int = 1_000_000, **limits: Any) -> Machine:
    """A new member with a wallet of ``money`` rupiah, at an address of its own."""
    shop.people += 1
    name, email = f"TOKO{shop.people}", f"toko{shop.people}@example.com"
    person = await create_user(
        shop.house.people,
        email=email,
        name="Toko",
        role=Role.RESELLER,
        password="rahasia-123",
    )
    if money:
        await adjust(
            shop.house.funding,
            user_id=person.id,
            amount=Rupiah(money),
            reason="modal awal",
            actor="test",
        )
    made = await register_member(shop.house.people, email=email, member_id=name)
    if limits:
        await set_limits(shop.house.people, name, OwnLimits(**limits))
    return Machine(shop, shop.client, made, f"198.18.{shop.people // 250}.{shop.people % 250 + 1}")


@dataclass
class Machine:
    """A member's server. ``address``: where its calls come from."""

    shop: Shop
    client: Client
    made: Registered
    address: str
    orders: int = 0

    @property
    def id(self) -> int:
        return self.made.person.id

    @property
    def name(self) -> str:
        return self.made.member_id

    @property
    def secret(self) -> str:
        return self.made.secrets[Part.SECRET]

    def md5(self, *parts: str) -> str:
        text = "".join((*parts, self.secret))
        return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()

    async def ask(self, method: str, path: str, **kwargs: Any) -> Reply:
        headers = {"X-Forwarded-For": self.address, **kwargs.pop("headers", {})}
        return await self.client.ask(method, path, headers=headers, **kwargs)

    # The JSON door.

    async def get(self, path: str, *parts: str, **kwargs: Any) -> Reply:
        """``parts``: what the sign is made of, before the secret."""
        query = {"username": self.name, "sign": self.md5(*parts), **kwargs.pop("query", {})}
        return await self.ask("GET", f"/api/v1/{path}?{urlencode(query)}", **kwargs)

    def order_body(self, sku: str, number: str, ref_id: str, **facts: Any) -> dict[str, Any]:
        body = {"ref_id": ref_id, "customer_no": number, "buyer_sku": sku}
        return {**body, "username": self.name, "sign": self.md5(ref_id, number, sku), **facts}

    async def orders_(self, sku: str, number: str, ref_id: str, **facts: Any) -> Reply:
        """POST /api/v1/orders, and no waiting for first news unless ``waits``."""
        headers = {} if facts.pop("waits", False) else {"Prefer": "respond-async"}
        body = self.order_body(sku, number, ref_id, **facts)
        return await self.ask("POST", "/api/v1/orders", json=body, headers=headers)

    async def status(self, ref_id: str) -> Reply:
        return await self.get(f"orders/{ref_id}", ref_id)

    def hmac(self, method: str, target: str, body: bytes = b"", *, late_s: int = 0) -> str:
        t = int(time.time()) - late_s
        signed = f"{t}.{method}.{target}.".encode() + body
        return f"t={t},v1={hmac.new(self.secret.encode(), signed, 'sha256').hexdigest()}"

    async def posts_with_hmac(self, body: dict[str, Any], *, late_s: int = 0) -> Reply:
        raw = json.dumps(body).encode()
        header = self.hmac("POST", "/api/v1/orders", raw, late_s=late_s)
        headers = {"X-Konter-Signature": header, "Content-Type": "application/json"}
        headers["Prefer"] = "respond-async"
        return await self.ask("POST", "/api/v1/orders", data=raw, headers=headers)

    # The Otomax door.

    def otomax_sign(self, *parts: str) -> str:
        digest = hashlib.sha1("|".join(("OtomaX", *parts)).encode(), usedforsecurity=False)
        return urlsafe_b64encode(digest.digest()).decode().rstrip("=")

    def trx_query(self, product: str, dest: str, ref: str, **more: str) -> dict[str, str]:
        own = self.made.secrets[Part.PIN], self.made.secrets[Part.PASSWORD]
        sign = self.otomax_sign(self.name, product, dest, ref, *own)
        query = {"memberID": self.name, "product": product, "dest": dest, "refID": ref}
        return {**query, "sign": sign, **more}

    async def says(self, path: str, query: dict[str, str]) -> str:
        """One call of the Otomax door: plain text, and HTTP 200 whatever it is."""
        answer = await self.ask("GET", f"/otomax/{path}?{urlencode(query, quote_via=quote)}")
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "text/plain; charset=utf-8"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.text.isascii()
        assert answer.text.isprintable(), answer.text
        return answer.text

    async def trx(self, product: str, dest: str, ref: str, **more: str) -> str:
        return await self.says("trx", self.trx_query(product, dest, ref, **more))

    async def ticket(self, amount: str) -> str:
        own = self.made.secrets[Part.PIN], self.made.secrets[Part.PASSWORD]
        sign = self.otomax_sign("ticket", self.name, *own, amount)
        return await self.says("ticket", {"memberID": self.name, "amount": amount, "sign": sign})

    # What stands in our books.

    async def balance(self) -> int:
        async with self.shop.house.db.read() as tx:
            return (await balance(tx, self.id)).amount

    async def order_ids(self) -> list[int]:
        """All its orders, the oldest first."""
        async with self.shop.house.db.read() as tx:
            rows = await tx.rows(
                "SELECT id FROM orders.orders WHERE user_id = %s ORDER BY user_line", [self.id]
            )
        return [row[0] for row in rows]

    async def upstream_ends(self, status: str) -> int:
        """The upstream decides its only order, once it has it; answers the order's id."""
        (order_id,) = await self.order_ids()
        code = (await self.shop.order(order_id)).code
        while await self.shop.sim.transaction(code) is None:
            await asyncio.sleep(0.02)
        await self.shop.sim.settle(code, status)
        return order_id
