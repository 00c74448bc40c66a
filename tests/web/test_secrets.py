"""Law 9: no secret of ours anywhere it may be read, nothing of our dealings before a buyer."""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import pytest

from tests.shop import Buyer, Client, Reply, Shop, open_shop
from tests.sim_process import USERNAME, Sim
from tests.web.test_callback import knock, settled

API_KEY: Final = "kunci-rahasia-9f3a77c1"
WEBHOOK_SECRET: Final = "rahasia-kait-51b2d8"
KONTER_SECRET: Final = "rahasia-toko-" + "7" * 40
PASSWORD: Final = "sandi-rahasia-ee42"

COST: Final = 9_876
DEPOSIT: Final = 7_654_321
OUR_WORDS: Final = ("digiflazz", "buyer_last_saldo", "@telegram", "081234512345", "max_price")

NUMBERS: Final = {
    "087800001230": ("delivered", 201),
    "087800001232": ("failed", 422),
    "087800001233": ("delivered", 201),
    "087800005004": ("delivered", 201),
    "087800005006": ("delivered", 201),
    "087800005008": ("delivered", 201),
    "087800006006": ("delivered", 201),
    "087800007005": ("delivered", 201),
}


@dataclass
class Listener(Client):
    """A client that keeps whatever it is told."""

    heard: list[tuple[str, str]] = field(default_factory=list)

    async def ask(self, method: str, path: str, **kwargs: Any) -> Reply:
        answer = await super().ask(method, path, **kwargs)
        self.heard.append((f"{method} {path}", f"{answer.text} {dict(answer.headers)}"))
        return answer


@dataclass(frozen=True)
class Told:
    """A shop after some stories: what its site said to whom, and a buyer's token."""

    shop: Shop
    buyer: Buyer
    buyers: list[tuple[str, str]]
    machines: list[tuple[str, str]]
    secrets: dict[str, str]


@asynccontextmanager
async def telling(conninfo: str, sim: Sim) -> AsyncIterator[Told]:
    """A shop with distinctive secrets, after all stories."""
    await sim.reset(
        prod_key=API_KEY,
        webhook_secret=WEBHOOK_SECRET,
        retry_webhook=1,
        deposit=DEPOSIT,
        webhook_delay_ms=100,
        repost_gap_s=0.15,
        price_list_gap_s=0,
    )
    await sim.catalogue(sku="xld10", price=COST)
    async with open_shop(
        conninfo,
        sim,
        DIGIFLAZZ_API_KEY=API_KEY,
        DIGIFLAZZ_WEBHOOK_SECRET=WEBHOOK_SECRET,
        KONTER_SECRET=KONTER_SECRET,
    ) as shop:
        shop.client = listener = Listener(shop.client.url, shop.client.session)
        token = await _register(listener)
        buyer = await shop.buyer(money=500_000)
        listener.heard.clear()
        await _stories(shop, buyer)
        buyers = list(listener.heard)
        listener.heard.clear()
        await _machines(shop)
        secrets = {
            "API key": API_KEY,
            "webhook secret": WEBHOOK_SECRET,
            "KONTER_SECRET": KONTER_SECRET,
            "password": PASSWORD,
            "token": token,
            "another token": buyer.token,
        }
        yield Told(shop, buyer, buyers, list(listener.heard), secrets)
        await shop.assert_honest(except_breaches=True)


async def _register(client: Client) -> str:
    new = {"name": "Siti", "email": "siti@contoh.id", "password": PASSWORD}
    answer = await client.post("/api/auth/register", json=new)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["token"])


async def _stories(shop: Shop, buyer: Buyer) -> None:
    """Every kind of end, and everything a buyer can look at or get wrong."""
    for number, (state, status) in NUMBERS.items():
        answer = await buyer.buys("xld10", number)
        assert answer.status_code == status, answer.text
        said = answer.json()
        order_id = said.get("transaction_id") or said["transaction"]["id"]
        await shop.until(order_id, state)
        await buyer.get(f"/api/transactions/{order_id}")
        await buyer.get(f"/api/transactions/{order_id}/refresh-status")
    pending = await buyer.buys("xld10", "087800006001")
    await buyer.get(f"/api/transactions/{pending.json()['transaction']['id']}/refresh-status")
    await shop.sim.settle(pending.json()["transaction"]["code"], "Gagal")
    await shop.until(pending.json()["transaction"]["id"], "failed")
    for path in ("transactions", "mutations", "notifications", "balance", "auth/me"):
        await buyer.get(f"/api/{path}")
    await buyer.buys("xld10", "salah")
    await buyer.buys("xld10", "087800001230", ref_id="\x00")
    await shop.client.post(
        "/api/auth/login", json={"email": "siti@contoh.id", "password": PASSWORD + "!"}
    )
    for path in ("/api/categories", "/api/products", "/", "/tidak-ada", "/api/transactions"):
        await shop.client.get(path)


async def _machines(shop: Shop) -> None:
    await shop.sim.ping()
    await knock(shop, b"{}", None)
    await knock(shop, b"{}", "sha1=00")
    await settled(shop)
    for path in ("/metrics", "/healthz", "/readyz", "/api/openapi.json"):
        await shop.client.get(path)


async def test_no_secret_and_nothing_of_our_dealings_is_anywhere_it_may_be_read(
    conninfo: str,
    sim: Sim,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Logs: ours by structlog, and every library's from its most talkative level."""
    caplog.set_level(logging.DEBUG)
    async with telling(conninfo, sim) as told:
        no_secret_is_in_an_answer_a_page_the_document_or_the_metrics(told)
        await no_secret_is_in_any_row_of_the_database(told)
        await exchanges_are_kept_whole_but_for_the_secrets(told)
        await nothing_a_buyer_sees_tells_of_our_cost_deposit_or_supplier(told)
        await sim.options(prod_key="kunci-lain")
        refused = await told.buyer.buys_async("xld10", "087800000042")
        await told.shop.until(refused, "held")
    written = "".join(capfd.readouterr()) + caplog.text
    assert "order.asked" in written
    for name, secret in told.secrets.items():
        assert secret not in written, name
    assert conninfo not in written


def no_secret_is_in_an_answer_a_page_the_document_or_the_metrics(told: Told) -> None:
    assert len(told.buyers) > 25
    for where, text in told.buyers + told.machines:
        for name, secret in told.secrets.items():
            assert secret not in text, f"{name} in {where}"
        assert not re.search(r"[0-9a-f]{32}", text), f"something like a sign in {where}"


async def no_secret_is_in_any_row_of_the_database(told: Told) -> None:
    """Passwords and tokens are stored hashed; sign can be replayed, so it is a secret too."""
    books = await told.shop.sim.books()
    signs = {
        f"sign of {row['ref_id']}": hashlib.md5(
            f"{USERNAME}{API_KEY}{row['ref_id']}".encode(), usedforsecurity=False
        ).hexdigest()
        for row in books["transactions"]
    }
    assert len(signs) >= len(NUMBERS)
    kept = 0
    async with told.shop.house.db.read() as tx:
        tables = await tx.rows(
            "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n "
            "ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition "
            "AND n.nspname IN "
            "('people', 'suppliers', 'catalogue', 'hooks', 'orders', 'ledger', 'funding', 'jobs')"
        )
        for (table,) in tables:
            for (row,) in await tx.rows(f"SELECT t::text FROM {table} t"):
                kept += 1
                for name, secret in {**told.secrets, **signs}.items():
                    assert secret not in row, f"{name} in {table}"
                    assert secret.encode().hex() not in row, f"{name} in {table}"
    assert kept > 100


async def exchanges_are_kept_whole_but_for_the_secrets(told: Told) -> None:
    async with told.shop.house.db.read() as tx:
        rows = await tx.rows("SELECT request_body, response_body FROM suppliers.exchanges")
    assert len(rows) >= len(NUMBERS)
    for request, _ in rows:
        assert '"sign":"***"' in request
        assert USERNAME in request
    assert any("buyer_last_saldo" in response for _, response in rows)


async def nothing_a_buyer_sees_tells_of_our_cost_deposit_or_supplier(told: Told) -> None:
    sums = [COST, *(DEPOSIT - bought * COST for bought in range(20))]
    assert (await told.shop.sim.books())["deposit"] in sums
    written = "|".join(f"{sum_}|{sum_:,}|{f'{sum_:,}'.replace(',', '[.]')}" for sum_ in sums)
    amount = re.compile(rf"(?<![\w.:-])({written})(?!\d)")
    assert amount.search(f'"saldo": "{DEPOSIT - COST}.00"')
    for where, text in told.buyers:
        assert not amount.search(text), f"{where}: {text}"
        assert not any(word in text.casefold() for word in OUR_WORDS), f"{where}: {text}"
        assert not re.search(r"\b(tele|wa)\b", text), f"{where}: {text}"


async def test_a_fault_of_ours_at_the_supplier_is_not_told_to_the_buyer(
    conninfo: str, sim: Sim
) -> None:
    """Our deposit was short: the buyer reads that it could not be done in time, no more."""
    async with open_shop(
        conninfo, sim, KONTER_HELD_DEADLINE_S="0.4", KONTER_FIRST_NEWS_WAIT_S="5"
    ) as shop:
        shop.client = listener = Listener(shop.client.url, shop.client.session)
        buyer = await shop.buyer(money=50_000)
        listener.heard.clear()
        answer = await buyer.buys("xld10", "087800008044")
        assert answer.status_code == 422
        assert answer.json()["details"] == "Produk tidak dapat diproses tepat waktu"
        await buyer.get(f"/api/transactions/{answer.json()['transaction_id']}/refresh-status")
        for path in ("transactions", "mutations", "notifications"):
            await buyer.get(f"/api/{path}")
        for where, text in listener.heard:
            assert "Saldo tidak cukup" not in text, where
        await shop.assert_honest()
