"""The control API of the simulated partner: a reseller's server with Otomax."""

from __future__ import annotations

from typing import Any

from tests.sim_process import Sim, _Control


class SimPartner(_Control):
    """``report_url``: where it is told of the end of its purchases."""

    def __init__(self, sim: Sim) -> None:
        super().__init__(f"{sim.url}/_sim/partner", f"{sim.url}/partner")
        self.report_url = f"{self.url}/report"

    async def reset(self, **options: Any) -> None:
        """No transactions; the options of the start with these over them."""
        await self._post("reset", options)

    async def options(self, **changes: Any) -> dict[str, Any]:
        """Change options while it runs; without changes, what they are."""
        return dict(await self._post("options", changes))

    async def buys(
        self, product: str, dest: str, *, ref_id: str | None = None, **more: str
    ) -> dict[str, Any]:
        """``more`` goes into the query; answers the transaction as it understands it now, with the
        ``text`` that it was answered."""
        wish = {"product": product, "dest": dest, "ref_id": ref_id, "more": more}
        return _with_text(await self._post("buy", wish))

    async def checks(self, ref_id: str, **more: str) -> dict[str, Any]:
        """check=1"""
        return _with_text(await self._post("check", {"ref_id": ref_id, "more": more}))

    async def balance(self) -> dict[str, Any]:
        """``text`` and ``saldo``."""
        return dict(await self._post("balance", {}))

    async def ticket(self, amount: int) -> dict[str, Any]:
        """``text`` and what was ``understood`` of it."""
        return dict(await self._post("ticket", {"amount": amount}))

    async def transaction(self, ref_id: str) -> dict[str, Any]:
        rows = await self._get("transactions")
        return next(dict(row) for row in rows if row["ref_id"] == ref_id)

    async def calls(self) -> list[dict[str, Any]]:
        """Every call it made, in order, with what it was answered and what it understood."""
        return list(await self._get("calls"))

    async def reports(self) -> list[dict[str, Any]]:
        """Every report that came, in order."""
        return list(await self._get("reports"))

    async def breaches(self) -> list[dict[str, Any]]:
        """Every time the shop broke its word."""
        return list(await self._get("breaches"))


def _with_text(said: Any) -> dict[str, Any]:
    return {**said["transaction"], "text": said["text"], "problem": said["problem"]}
