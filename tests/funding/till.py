"""A cashier who hears: callbacks come in over HTTP and are kept; they are read by hand."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from konter.funding.hear import hear, receive
from konter.funding.store import Invoice
from konter.hooks import inbox
from konter.jobs.run import Wake
from konter.kernel.wire_types import WireCall
from konter.upstreams.contract import NotGenuine
from tests.funding.cashier import Cashier, open_cashier
from tests.sim_process import Sim
from tests.upstreams.raw_server import Visit, raw_server
from tests.warm import by_owner

GATEWAYS = ("ipaymu", "tripay")

EMPTY = """
SET session_replication_role = replica;
DELETE FROM funding.invoices;
DELETE FROM funding.payments;
DELETE FROM ledger.transfers;
DELETE FROM hooks.inbox;
DELETE FROM hooks.inbox_contents;
DELETE FROM hooks.tasks;
DELETE FROM suppliers.exchanges;
"""

MESSAGES = "SELECT source, state, outcome, reference FROM hooks.inbox ORDER BY id"


@dataclass
class Till(Cashier):
    """``answers``: whether each callback was ``kept`` or ``refused``; ``calls``: each of them.
    ``is_honest``: whether the laws hold at the end; a test that writes rows by hand breaks them."""

    is_honest: bool = True
    answers: list[str] = field(default_factory=list)
    calls: list[WireCall] = field(default_factory=list)

    @property
    def mailbox(self) -> inbox.InboxDesk:
        return inbox.InboxDesk(self.db, self.clock, self.desk.ids, Wake())

    def trusts(self, *codes: str) -> None:
        """Believe these gateways' proved callbacks without asking."""
        self.desk = replace(self.desk, trusted=frozenset(codes))

    async def knock(self, code: str, call: WireCall) -> None:
        """A callback at the door: kept, or refused."""
        await receive(partial(inbox.accept, self.mailbox), self.desk.gateways[code], call)

    async def callback(self, number: int = 1) -> WireCall:
        """Wait until so many callbacks have come over HTTP; the latest of them."""
        for _ in range(500):
            if len(self.calls) >= number:
                return self.calls[number - 1]
            await asyncio.sleep(0.01)
        raise AssertionError(f"{len(self.calls)} callbacks came, not {number}")

    async def _callbacks_about(self, their_id: str, number: int, heard: int) -> None:
        """Wait for so many about this payment; one about another may come in between."""
        for _ in range(500):
            if sum(their_id.encode() in call.body for call in self.calls[heard:]) >= number:
                return
            await asyncio.sleep(0.01)
        raise AssertionError(f"too few callbacks about {their_id} came")

    async def messages_claimed(self) -> list[inbox.Message]:
        return await inbox.claim(self.mailbox, 200, sources=GATEWAYS)

    async def read_inbox(self) -> int:
        """Hear whatever waits; answers how many."""
        messages = await self.messages_claimed()
        await asyncio.gather(*(hear(self.desk, message) for message in messages))
        return len(messages)

    async def messages(self) -> list[dict[str, Any]]:
        async with self.db.read() as tx:
            return await tx.dicts(MESSAGES)

    async def paid(self, code: str, amount: int = 50_000, **wish: Any) -> tuple[Invoice, str]:
        """An invoice that is paid, heard of and confirmed; and the gateway's id of its payment."""
        invoice, heard = await self.opened(code, amount, **wish), len(self.calls)
        found = await self.gateway(code).pay(invoice.reference)
        await self._callbacks_about(str(found["id"]), 1 if found.get("sid") is None else 2, heard)
        await self.read_inbox()
        await self.ask()
        payment = await self.known_as(str(found["id"]))
        assert payment["state"] == "unapplied", payment
        return invoice, str(found["id"])

    async def known_as(self, their_id: str) -> dict[str, Any]:
        """The payment of this id."""
        (found,) = [p for p in await self.payments() if p["their_id"] == their_id]
        return found


def altered(call: WireCall, **changes: object) -> bytes:
    """A callback's JSON with other facts, as compact as they write it."""
    return json.dumps(json.loads(call.body) | changes, separators=(",", ":")).encode()


@asynccontextmanager
async def open_till(conninfo: str, sim: Sim) -> AsyncIterator[Till]:
    """Nothing sold yet; at the end the laws hold, and no rule of the gateways was broken."""
    await by_owner(conninfo, EMPTY)
    async with open_cashier(conninfo, sim) as cashier:

        async def hear_them(visit: Visit) -> None:
            head, _, body = (await visit.request()).partition(b"\r\n\r\n")
            first, *lines = head.decode().split("\r\n")
            code = first.split(" ")[1].split("/")[1]
            split = (line.partition(":") for line in lines)
            headers = {name.lower(): value.strip() for name, _, value in split}
            call = WireCall("POST", "/", "", headers, body, "127.0.0.1")
            reply = till.desk.gateways[code].traits.callback_reply
            try:
                await till.knock(code, call)
            except NotGenuine:
                till.answers.append("refused")
                await visit.answer(b"", "401 Unauthorized", "Connection: close\r\n")
            else:
                till.answers.append("kept")
                await visit.answer(reply, headers="Connection: close\r\n")
            till.calls.append(call)

        async with raw_server(hear_them) as door:
            desk = replace(cashier.desk, public_url=door.url)
            till = Till(desk, cashier.clock, sim)
            await sim.ipaymu.options(notify_tries=1)
            await sim.tripay.options(callback_retries=0)
            yield till
            if till.is_honest:
                await till.assert_honest()
