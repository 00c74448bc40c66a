"""A local Digiflazz in its own process, steered over its control API.

``with running_sim() as sim`` starts one (about half a second); ``await sim.reset(...)`` makes it
new again in a millisecond, so one process serves a whole test session.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp

SOURCES = Path(__file__).parent.parent / "src"
GREETING = "konter_sim listening on "

USERNAME = "budiwarung"
DEV_KEY = "dev-00000000-aaaa-4bbb-8ccc-1234567890ab"
PROD_KEY = "11111111-2222-4333-8444-555566667777"


class Sim:
    """The control API of one running simulator; names and fields are those of its own page."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.digiflazz_url = f"{url}/digiflazz/v1"

    async def reset(self, **options: Any) -> None:
        """Empty books, logs and scripts; the options of the start with these over them."""
        await self._post("reset", options)

    async def options(self, **changes: Any) -> dict[str, Any]:
        """Change options while it runs; without changes, what they are."""
        found = await self._post("options", changes)
        assert isinstance(found, dict)
        return found

    async def script(self, customer_no: str, *plan: dict[str, Any]) -> None:
        """What each call about this number is answered, in order; the last step repeats."""
        await self._post("script", {"customer_no": customer_no, "plan": list(plan)})

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

    async def calls(self) -> list[dict[str, Any]]:
        """Every API call they received, in order."""
        return await self._rows("calls")

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

    async def advance(self, *, days: float = 0, seconds: float = 0) -> None:
        """Move their clock, so that a minute's rule does not take a minute."""
        await self._post("advance", {"days": days, "seconds": seconds})

    async def _rows(self, name: str) -> list[dict[str, Any]]:
        found = await self._get(name)
        assert isinstance(found, list)
        return found

    async def _get(self, name: str) -> Any:
        async with aiohttp.ClientSession() as session, session.get(self._at(name)) as answer:
            return await _told(answer)

    async def _post(self, name: str, wish: dict[str, Any]) -> Any:
        async with (
            aiohttp.ClientSession() as session,
            session.post(self._at(name), json=wish) as answer,
        ):
            return await _told(answer)

    def _at(self, name: str) -> str:
        return f"{self.url}/_sim/digiflazz/{name}"


async def _told(answer: aiohttp.ClientResponse) -> Any:
    """What the control API says; a wish it refuses is a mistake in the test."""
    said = await answer.json()
    assert answer.status == 200, f"{answer.method} {answer.url}: {said}"
    return said


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
