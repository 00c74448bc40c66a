"""``konter reconcile supplier``, as an operator types it."""

from __future__ import annotations

import asyncio
import os
from datetime import timedelta
from pathlib import Path

import pytest

from konter.kernel.clock import WIB
from tests.cli.typed import Said, konter
from tests.shop import ACCOUNT, Shop, open_shop
from tests.sim_process import PROD_KEY, USERNAME, Sim
from tests.story.conftest import sim
from tests.warm import by_owner

__all__ = ["sim"]

BACK = """
UPDATE orders.attempts SET first_sent_at = first_sent_at - interval '1 day',
    created_at = created_at - interval '1 day'
"""


async def _typed(shop: Shop, sim: Sim, at: Path, *words: str) -> Said:
    environ = {
        "DATABASE_URL": shop.house.db.conninfo,
        "DIGIFLAZZ_USERNAME": USERNAME,
        "DIGIFLAZZ_API_KEY": PROD_KEY,
        "DIGIFLAZZ_BASE_URL": sim.digiflazz_url,
        "KONTER_SECRET": "x" * 40,
        "USER": os.environ.get("USER", "rina"),
    }
    said = await asyncio.to_thread(konter, "reconcile", "supplier", *words, at=at, environ=environ)
    return said.squeezed


async def test_a_report_is_compared_and_what_differs_is_told(
    conninfo: str, sim: Sim, tmp_path: Path
) -> None:
    async with open_shop(conninfo, sim) as shop:
        buyer = await shop.buyer()
        fine = await shop.until(await buyer.buys_async("xld10", "087800001230"), "delivered")
        lost = await shop.until(await buyer.buys_async("xld10", "087800009991"), "delivered")
        await by_owner(conninfo, BACK)
        cost = (await sim.books())["transactions"][0]["price"]
        report = tmp_path / "laporan.csv"
        report.write_bytes(
            f"\ufeffidtrx;hasil;Harga\r\n{fine.code};OK;Rp {cost:_}\r\n".replace("_", ".").encode()
        )
        unnamed = await _typed(shop, sim, tmp_path, ACCOUNT, "laporan.csv")
        assert unnamed.status == 1 and "idtrx, hasil, Harga" in unnamed.err
        named = ("--column", "reference=idtrx", "--column", "state=hasil", "--word", "success=ok")
        said = await _typed(shop, sim, tmp_path, ACCOUNT, "laporan.csv", *named)
        assert said.status == 1, said
        assert f"missing_there {lost.code} {lost.code}" in said.out
        assert fine.code not in said.out and "neighbouring day's report" in said.out
        repeat = await _typed(shop, sim, tmp_path, ACCOUNT, "laporan.csv")  # as it was read before
        assert repeat.status == 1 and "no new task" in repeat.out
        whole = report.read_text("utf-8-sig") + f"{lost.code};ok;\n"
        report.write_text(whole)
        said = await _typed(shop, sim, tmp_path, ACCOUNT, "laporan.csv", "--word", "success=ok")
        assert "unreadable" in said.out and "cost: ''" in said.out
        costless = ("--column", "cost=-")
        said = await _typed(shop, sim, tmp_path, ACCOUNT, "laporan.csv", *costless)
        assert said.status == 0 and "costs are not compared in order" in said.out, said
        yesterday = shop.house.clock.now().astimezone(WIB).date() - timedelta(days=1)
        before = str(yesterday - timedelta(days=3))
        days = ("--since", before, "--until", str(yesterday))
        said = await _typed(shop, sim, tmp_path, ACCOUNT, "laporan.csv", *days)
        assert said.status == 0 and f"{before} to {yesterday}" in said.out


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ((ACCOUNT, "ada.csv", "--column", "harga"), 2),
        ((ACCOUNT, "ada.csv", "--word", "success="), 2),
        ((ACCOUNT, "tidak-ada.csv"), 2),
        (("siapa", "ada.csv"), 1),
        ((ACCOUNT, "excel.xlsx"), 1),
    ],
)
async def test_what_cannot_be_is_refused(
    conninfo: str, sim: Sim, tmp_path: Path, words: tuple[str, ...], status: int
) -> None:
    (tmp_path / "ada.csv").write_text("Ref ID,Status\nX,Sukses\n")
    (tmp_path / "excel.xlsx").write_bytes(b"PK\x03\x04")
    async with open_shop(conninfo, sim, with_worker=False) as shop:
        said = await _typed(shop, sim, tmp_path, *words)
        assert said.status == status and said.err, said
