"""The hand-driven counter with two suppliers: Digiflazz by re-post, OkeConnect by status call.

Products ``xld10`` and ``s10`` may be bought at either; who is tried first is a test's choice.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import urlencode

from konter.db.pool import CommitObserver
from konter.funding.topup import record_topup
from konter.hooks import inbox
from konter.kernel.money import Rupiah
from konter.kernel.wire_types import WireCall
from konter.ledger.read import account_sums
from konter.orders.hear import hear, receive
from konter.suppliers.accounts import ensure_accounts
from konter.upstreams.providers.okeconnect import Okeconnect, OkeconnectSettings
from tests.orders.counter import ACCOUNT, Counter, open_counter, stock
from tests.sim_process import (
    OKECONNECT_MEMBER_ID,
    OKECONNECT_PASSWORD,
    OKECONNECT_PIN,
    Sim,
    SimOkeconnect,
)
from tests.warm import by_owner

DIGI, OKE = ACCOUNT, "okeconnect-main"
CALLBACK_SECRET = "rahasia-oke-0001"
PROVES_S = 600.0
X10 = 10_000
"""What OkeConnect asks for the XL 10.000 that Digiflazz sells as xld10."""

SECOND_SUPPLIER = f"""
INSERT INTO suppliers.accounts (code, kind, created_at)
VALUES ('{OKE}', 'okeconnect', now()) ON CONFLICT DO NOTHING;
INSERT INTO catalogue.offers
    (account, sku, product_id, cost, seller, is_open, stock, multi, cut_off_start, cut_off_end)
SELECT '{OKE}', n.sku, p.id, n.cost, '', true, NULL, false, NULL, NULL
FROM (VALUES ('X10', 'xld10', {X10}), ('S10', 's10', 10275)) AS n (sku, code, cost)
JOIN catalogue.products p ON p.code = n.code;
"""

FIRST = """
UPDATE catalogue.offers SET priority = CASE account WHEN '{}' THEN 1 ELSE 100 END;
UPDATE catalogue.offers SET multi = (account <> 'okeconnect-main'), is_open = true
WHERE sku IN ('xld10', 's10', 'i10', 'ax10', 't10', 'X10', 'S10')
"""


class TwoSuppliers(Counter):
    """A counter that sells by both."""

    oke_provider: Okeconnect

    @property
    def oke(self) -> SimOkeconnect:
        return self.sim.okeconnect

    async def begin_again(self) -> None:
        await super().begin_again()
        await self.tries_first(OKE)
        opening = Rupiah((await self.oke.books())["opening"])
        funding = self.desk.funding
        await record_topup(funding, account=OKE, amount=opening, bank="bca", actor="rina")

    async def tries_first(self, account: str) -> None:
        await by_owner(self.db.conninfo, FIRST.format(account))

    async def later(self, seconds: float) -> None:
        await super().later(seconds)
        await self.oke.advance(seconds=seconds)

    async def hint(self, reference: str, message: str = "SUKSES", **changes: Any) -> int:
        """A callback of theirs comes in, is kept, and is handled; answers how many were."""
        await self.knock_hint(reference, message, **changes)
        return await self.read_hints()

    async def knock_hint(self, reference: str, message: str = "SUKSES", **changes: Any) -> None:
        query = urlencode({"refid": reference, "message": message})
        path = f"/api/webhook/transaction-callback/{changes.get('secret', CALLBACK_SECRET)}"
        call = WireCall("GET", path, query, {}, b"", "::1")
        await receive(partial(inbox.accept, self.inbox), self.oke_provider, call)

    async def read_hints(self) -> int:
        messages = await inbox.claim(self.inbox, 50, sources=[OKE])
        for message in messages:
            await hear(self.desk, self.settler, message)
        return len(messages)

    async def checks(self, reference: str) -> int:
        """How many status calls about this reference reached them."""
        return sum(call["ref_id"] == reference for call in await self.oke.calls("check"))

    async def sends(self, reference: str) -> int:
        """How many purchase calls about this reference reached them."""
        return sum(call["ref_id"] == reference for call in await self.oke.calls("purchase"))

    async def formed(self, order_id: int) -> list[str]:
        """The references under which this order was bought and not refused, at either."""
        references = {attempt.reference for attempt in await self.attempts(order_id)}
        digi, oke = (
            (await self.sim.books())["transactions"],
            (await self.oke.books())["transactions"],
        )
        bought = [row["ref_id"] for row in digi if row["status"] != "Gagal"]
        bought += [row["ref_id"] for row in oke if row["state"] != "Gagal"]
        return sorted(ref for ref in bought if ref in references)

    async def assert_honest(self, *, except_breaches: tuple[str, ...] = ()) -> None:
        """Both books to the rupiah; no rule of either was broken, but for those named."""
        await super().assert_honest()
        async with self.db.read() as tx:
            sums = await account_sums(tx)
        books = await self.oke.books()
        formed = books["transactions"]
        pending = sum(row["price"] for row in formed if row["state"] == "Menunggu")
        assert -sums[f"provider:{OKE}"] == books["deposit"] + pending
        assert all(row["formed_count"] == 1 for row in formed)
        broken = [b for b in await self.oke.breaches() if b["rule"] not in except_breaches]
        assert broken == []


def okeconnect_at(url: str) -> Okeconnect:
    return Okeconnect(
        OkeconnectSettings(
            member_id=OKECONNECT_MEMBER_ID,
            pin=OKECONNECT_PIN,
            password=OKECONNECT_PASSWORD,
            base_url=url,
            callback_secret=CALLBACK_SECRET,
            account=OKE,
            absence_proves_s=PROVES_S,
        )
    )


async def stock_both(conninfo: str, sim: Sim) -> None:
    """Once per database: Digiflazz's list, and OkeConnect's two offers."""
    await stock(conninfo, sim)
    await by_owner(conninfo, SECOND_SUPPLIER)


@asynccontextmanager
async def open_two_suppliers(
    conninfo: str, sim: Sim, *, observer: CommitObserver | None = None
) -> AsyncIterator[TwoSuppliers]:
    """On a database made by ``stock_both``; their clocks show what ours does."""
    provider = okeconnect_at(sim.okeconnect.url)
    await sim.okeconnect.reset(callback_delay_ms=0, silence_seconds=0)
    async with open_counter(conninfo, sim, observer=observer, kind=TwoSuppliers) as counter:
        assert isinstance(counter, TwoSuppliers)
        counter.oke_provider = provider
        await sim.okeconnect.advance(to=counter.clock.now().isoformat())
        both = {**counter.desk.providers, OKE: provider}
        counter.with_rules(providers=both)
        counter.suppliers = replace(counter.suppliers, providers=both)
        await ensure_accounts(counter.suppliers)
        yield counter
