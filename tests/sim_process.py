"""The simulated upstreams in their own process, steered over their control APIs.

``with running_sim() as sim`` starts one (about half a second); ``renew(sim)`` makes it new again in
some milliseconds, so one process serves a whole test session: ask for the fixture ``sim_process``,
which is new for each module.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import aiohttp

SOURCES = Path(__file__).parent.parent / "src"
GREETING = "konter_sim listening on "

USERNAME = "budiwarung"
DEV_KEY = "dev-00000000-aaaa-4bbb-8ccc-1234567890ab"
PROD_KEY = "11111111-2222-4333-8444-555566667777"


IPAYMU_VA = "0000001112223334"
IPAYMU_API_KEY = "SANDBOX0TESTKEY-AAAA-BBBB-CCCC-000000000001-20300101000000"
TRIPAY_MERCHANT = "T99999"
TRIPAY_API_KEY = "DEV-TSTPRAPIKEY00000000000000000000000001"
TRIPAY_PRIVATE_KEY = "TSTPR-IVATE-KEY00-00000-00001"
OKECONNECT_MEMBER_ID = "OK00123"
OKECONNECT_PIN = "123456"
OKECONNECT_PASSWORD = "rahasia"


class Line:
    """The HTTP connections by which the whole session's loop steers a simulator; other loops make
    one for each wish."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._session: aiohttp.ClientSession | None = None

    def open(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._session = aiohttp.ClientSession()

    async def close(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def tell(self, where: str, wish: dict[str, Any] | None = None) -> Any:
        """What the control API says to this wish, or to the question, if there is none; a wish it
        refuses is a mistake in the test."""
        async with self._sessions() as session:
            request = session.get(where) if wish is None else session.post(where, json=wish)
            async with request as answer:
                said = await answer.json()
                assert answer.status == 200, f"{answer.method} {answer.url}: {said}"
                return said

    @asynccontextmanager
    async def _sessions(self) -> AsyncIterator[aiohttp.ClientSession]:
        if self._session is not None and asyncio.get_running_loop() is self._loop:
            yield self._session
            return
        async with aiohttp.ClientSession() as own:
            yield own


LINE = Line()


class _Control:
    """One upstream's control API, spoken in JSON."""

    def __init__(self, control: str, url: str) -> None:
        self._control = control
        self.url = url

    async def _get(self, name: str) -> Any:
        return await LINE.tell(f"{self._control}/{name}")

    async def _post(self, name: str, wish: dict[str, Any]) -> Any:
        return await LINE.tell(f"{self._control}/{name}", wish)


class SimOkeconnect(_Control):
    """The control API of the simulated OkeConnect.

    ``url`` is its API's base url: ``/trx``, ``/trx/balance``, ``/harga/json``.
    """

    @property
    def price_list_url(self) -> str:
        return f"{self.url}/harga/json?id=simulasi"

    async def reset(self, **options: Any) -> None:
        """Empty books, logs and scripts; the options of the start with these over them."""
        await self._post("reset", options)

    async def options(self, **changes: Any) -> dict[str, Any]:
        """Change options while it runs; without changes, what they are."""
        return dict(await self._post("options", changes))

    async def script(self, dest: str, **plan: Any) -> None:
        """What a number plays: lists ``sale``, ``checks``, ``callbacks``, ``lies``; ``bill``."""
        await self._post("script", {"dest": dest, "plan": plan})

    async def books(self) -> dict[str, Any]:
        """opening, deposit, spent, topups, transactions (all ever formed, oldest first)."""
        return dict(await self._get("books"))

    async def transaction(self, ref_id: str) -> dict[str, Any] | None:
        """Their latest record under this reference, if there is one."""
        found = [row for row in (await self.books())["transactions"] if row["ref_id"] == ref_id]
        return dict(found[-1]) if found else None

    async def calls(self, kind: str | None = None) -> list[dict[str, Any]]:
        """Every API call they received, in order: purchase, check, balance, price_list."""
        return [dict(row) for row in await self._get("calls") if kind in (None, row["kind"])]

    async def breaches(self) -> list[dict[str, Any]]:
        """Every rule of theirs that the client broke."""
        return list(await self._get("breaches"))

    async def callbacks(self) -> list[dict[str, Any]]:
        """Every try to deliver a callback, in order; ``body`` is its query."""
        return list(await self._get("callbacks"))

    async def callback(self, ref_id: str, **wish: Any) -> None:
        """Send its callback again: ``times``, ``refid``, ``message``, ``url``, ``stranger``."""
        await self._post("callback", {"ref_id": ref_id, **wish})

    async def settle(self, ref_id: str, state: str, **wish: Any) -> dict[str, Any]:
        """Finish or reverse by hand: Sukses, Gagal, Menunggu; ``sn``, ``reason``, ``callback``."""
        return dict(await self._post("settle", {"ref_id": ref_id, "state": state, **wish}))

    async def deposit(self, amount: int) -> None:
        """Top up our account there, whole rupiah."""
        await self._post("deposit", {"amount": amount})

    async def catalogue(self, **wish: Any) -> dict[str, Any]:
        """``generate``, ``rows``, ``remove``, or ``kode`` with the fields to change."""
        return dict(await self._post("catalogue", wish))

    async def products(self) -> list[dict[str, Any]]:
        """The price list's rows as they are published."""
        return list(await self._get("catalogue"))

    async def bill(self, biller: str, dest: str, **facts: Any) -> dict[str, Any]:
        """Write a number's bill: ``name``, ``amount``, ``fine``, ``admin``, ``period``."""
        return dict(await self._post("bill", {"biller": biller, "dest": dest, **facts}))

    async def advance(self, *, days: float = 0, seconds: float = 0, to: str | None = None) -> None:
        """Move their clock, or set it ``to`` an ISO time with its offset."""
        await self._post("advance", {"days": days, "seconds": seconds, "to": to})


class SimGateway(_Control):
    """The control API of one simulated payment gateway; ``url`` is its API's base url.

    A payment is named by ``id`` (the gateway's; at iPaymu also the SessionID) or by the
    merchant's ``reference`` (the latest payment under it).
    """

    async def reset(self, **options: Any) -> None:
        """Empty books, logs and scripts; the options of the start with these over them."""
        await self._post("reset", options)

    async def options(self, **changes: Any) -> dict[str, Any]:
        """Change options while it runs; without changes, what they are."""
        return dict(await self._post("options", changes))

    async def script(self, reference: str, *plan: dict[str, Any]) -> None:
        """How a reference's calls are answered, what happens to it, what is told; `*`: any."""
        await self._post("script", {"reference": reference, "plan": list(plan)})

    async def pay(self, reference: str, **wish: Any) -> dict[str, Any]:
        """The customer pays: ``amount`` (another than due; below zero, so much less),
        ``channel`` (iPaymu, where none is chosen). Twice: a second payment."""
        return await self._act("pay", reference, wish)

    async def choose(self, reference: str, **wish: Any) -> dict[str, Any]:
        """At iPaymu the customer picks a ``channel``, so that a trx_id exists."""
        return await self._act("choose", reference, wish)

    async def cancel(self, reference: str) -> dict[str, Any]:
        return await self._act("cancel", reference, {})

    async def expire(self, reference: str) -> dict[str, Any]:
        return await self._act("expire", reference, {})

    async def refund(self, reference: str) -> dict[str, Any]:
        return await self._act("refund", reference, {})

    async def state(self, id: str, state: str, *, callback: bool = True) -> dict[str, Any]:
        """Force pending, paid, unsettled, escrow, cancelled, expired, failed, refunded, error."""
        wish = {"id": id, "state": state, "callback": callback}
        return dict(await self._post("state", wish))

    async def callback(self, id: str, **wish: Any) -> None:
        """Send its callback again: ``times``, ``forged``, ``amount``, ``set``, ``url``."""
        await self._post("callback", {"id": id, **wish})

    async def settle(self, amount: int | None = None) -> dict[str, Any]:
        """Pay out to the merchant's bank; without an amount, all that is owed."""
        return dict(await self._post("settle", {"amount": amount}))

    async def advance(self, *, days: float = 0, seconds: float = 0) -> None:
        """Move their clock; what is unpaid and over its time expires."""
        await self._post("advance", {"days": days, "seconds": seconds})

    async def books(self) -> dict[str, Any]:
        """collected, fees, settled, owed, refunded, settlements, payments, waiting."""
        return dict(await self._get("books"))

    async def payments(self, reference: str | None = None) -> list[dict[str, Any]]:
        """Their payments, oldest first; those under one reference, if one is given."""
        rows = await self._get("payments")
        return [dict(row) for row in rows if reference in (None, row["reference"])]

    async def calls(self) -> list[dict[str, Any]]:
        """Every API call they received, in order."""
        return list(await self._get("calls"))

    async def breaches(self) -> list[dict[str, Any]]:
        """Every rule of theirs that the client broke."""
        return list(await self._get("breaches"))

    async def callbacks(self) -> list[dict[str, Any]]:
        """Every try to deliver a callback, in order."""
        return list(await self._get("callbacks"))

    async def _act(self, what: str, reference: str, wish: dict[str, Any]) -> dict[str, Any]:
        return dict(await self._post(what, {"reference": reference, **wish}))


class Sim:
    """The control API of one running simulator; names and fields are those of its own page."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.digiflazz_url = f"{url}/digiflazz/v1"
        self.ipaymu = SimGateway(f"{url}/_sim/ipaymu", f"{url}/ipaymu/api/v2")
        self.tripay = SimGateway(f"{url}/_sim/tripay", f"{url}/tripay/api")
        self.okeconnect = SimOkeconnect(f"{url}/_sim/okeconnect", f"{url}/okeconnect")

    async def reset(self, **options: Any) -> None:
        """Empty books, logs and scripts; the options of the start with these over them."""
        await self._post("reset", options)

    async def options(self, **changes: Any) -> dict[str, Any]:
        """Change options while it runs; without changes, what they are."""
        found = await self._post("options", changes)
        assert isinstance(found, dict)
        return found

    async def script(
        self, customer_no: str, *plan: dict[str, Any], inquiry: Sequence[dict[str, Any]] = ()
    ) -> None:
        """What each call about this number is answered, in order; the last step repeats.

        ``inquiry``: what the inquiries of a bill are answered, in the same way.
        """
        wish = {"customer_no": customer_no, "plan": list(plan), "inquiry": list(inquiry)}
        await self._post("script", wish)

    async def books(self) -> dict[str, Any]:
        """opening, deposit, spent, topups, reposts_after_final, transactions."""
        found = await self._get("books")
        assert isinstance(found, dict)
        return found

    async def transaction(self, ref_id: str) -> dict[str, Any] | None:
        """Their record under this reference, if there is one."""
        for row in (await self.books())["transactions"]:
            if row["ref_id"] == ref_id:
                return dict(row)
        return None

    async def bills(
        self, customer_no: str | None = None, *, ref_id: str | None = None
    ) -> list[dict[str, Any]]:
        """Payments of bills on record; ``formed``: our deposit paid and was not given it back."""
        return [
            row
            for row in await self._rows("bills")
            if customer_no in (None, row["customer_no"]) and ref_id in (None, row["ref_id"])
        ]

    async def inquiries(self, customer_no: str | None = None) -> list[dict[str, Any]]:
        """Every inquiry on record: ``ref_id``, ``rc``, ``found``, ``price``, ``pays`` ..."""
        rows = await self._rows("inquiries")
        return [row for row in rows if customer_no in (None, row["customer_no"])]

    async def owe(self, sku: str, customer_no: str, *amounts: int, **facts: Any) -> None:
        """Write a number's bill, an amount for each month: ``fine``, ``other``, ``name``;
        ``paid=True`` settles what is owed now as if elsewhere."""
        wish = {"sku": sku, "customer_no": customer_no, "amounts": list(amounts), **facts}
        await self._post("owe", wish)

    async def bill_catalogue(self, **wish: Any) -> dict[str, Any]:
        """``rows``, ``remove``, or ``sku`` with the fields to change."""
        return dict(await self._post("bill-catalogue", wish))

    async def bill_products(self) -> list[dict[str, Any]]:
        return await self._rows("bill-catalogue")

    async def calls(self, command: str | None = None) -> list[dict[str, Any]]:
        """Every API call they received, in order; ``command``: only those of ``pay-pasca`` …"""
        rows = await self._rows("calls")
        return [row for row in rows if command in (None, row["command"])]

    async def breaches(self) -> list[dict[str, Any]]:
        """Every rule of theirs that the client broke."""
        return await self._rows("breaches")

    async def webhooks(self) -> list[dict[str, Any]]:
        """Every webhook they tried to deliver."""
        return await self._rows("webhooks")

    async def catalogue(self, **wish: Any) -> dict[str, Any]:
        """``generate``, ``items``, ``remove``, or ``sku`` with the fields to change."""
        found = await self._post("catalogue", wish)
        assert isinstance(found, dict)
        return found

    async def products(self) -> list[dict[str, Any]]:
        return await self._rows("catalogue")

    async def deposit(self, amount: int) -> None:
        """Top up our account there, whole rupiah."""
        await self._post("deposit", {"amount": amount})

    async def settle(
        self, ref_id: str, status: str, *, rc: str | None = None, webhook: bool = True
    ) -> None:
        """Finish or reverse a transaction by hand: Sukses, Gagal or Pending."""
        await self._post(
            "settle", {"ref_id": ref_id, "status": status, "rc": rc, "webhook": webhook}
        )

    async def webhook(self, ref_id: str, **wish: Any) -> None:
        """Send its webhook again: ``times``, ``signed`` (True, False, "forged"), ``set``."""
        await self._post("webhook", {"ref_id": ref_id, **wish})

    async def ping(self) -> None:
        await self._post("ping", {})

    async def advance(self, *, days: float = 0, seconds: float = 0) -> datetime:
        """Move their clock, so that a minute's rule does not take a minute; answers what it shows
        now, UTC."""
        told = await self._post("advance", {"days": days, "seconds": seconds})
        return datetime.fromisoformat(told["now"])

    async def _rows(self, name: str) -> list[dict[str, Any]]:
        found = await self._get(name)
        assert isinstance(found, list)
        return found

    async def _get(self, name: str) -> Any:
        return await LINE.tell(self._at(name))

    async def _post(self, name: str, wish: dict[str, Any]) -> Any:
        return await LINE.tell(self._at(name), wish)

    def _at(self, name: str) -> str:
        return f"{self.url}/_sim/digiflazz/{name}"


def renew(sim: Sim) -> None:
    """Every upstream there as it was at the start: options, books, logs, scripts, clock."""
    there = HTTPConnection(sim.url.removeprefix("http://"))
    for upstream in ("digiflazz", "okeconnect", "ipaymu", "tripay", "partner"):
        there.request("POST", f"/_sim/{upstream}/reset", "{}", {"content-type": "application/json"})
        answer = there.getresponse()
        assert answer.status == 200, answer.read()
        answer.read()
    there.close()


@contextmanager
def running_sim(*, port: int = 0, **options: object) -> Iterator[Sim]:
    """Start a simulator process and end it; ``repost_gap_s=0.2`` becomes ``--repost-gap-s 0.2``."""
    flags = [f"--{name.replace('_', '-')}={value!s}" for name, value in options.items()]
    command = [sys.executable, "-m", "konter_sim", f"--port={port}", *flags]
    environment = {**os.environ, "PYTHONPATH": str(SOURCES)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline().strip()
            assert line.startswith(GREETING), f"the simulator did not start: {line!r}"
            yield Sim(line.removeprefix(GREETING))
        finally:
            process.terminate()
            process.wait(timeout=10)
