"""``konter payment test`` says in one line what is wrong with a gateway, and exits accordingly."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.cli.typed import konter
from tests.sim_process import (
    IPAYMU_API_KEY,
    IPAYMU_VA,
    TRIPAY_API_KEY,
    TRIPAY_MERCHANT,
    TRIPAY_PRIVATE_KEY,
    Sim,
)
from tests.upstreams.raw_server import Visit, raw_server


@pytest.fixture
async def sim(sim_process: Sim) -> AsyncIterator[Sim]:
    await sim_process.ipaymu.reset()
    await sim_process.tripay.reset()
    yield sim_process


def shop(sim: Sim) -> dict[str, str]:
    return {
        "IPAYMU_VA": IPAYMU_VA,
        "IPAYMU_API_KEY": IPAYMU_API_KEY,
        "IPAYMU_BASE_URL": sim.ipaymu.url,
        "TRIPAY_API_KEY": TRIPAY_API_KEY,
        "TRIPAY_PRIVATE_KEY": TRIPAY_PRIVATE_KEY,
        "TRIPAY_MERCHANT_CODE": TRIPAY_MERCHANT,
        "TRIPAY_BASE_URL": sim.tripay.url,
    }


async def konter_payment_test(
    at: Path, environ: dict[str, str], *words: str
) -> tuple[int, list[str], list[str]]:
    """Exit status, what it said, and what it complained about."""
    done = await asyncio.to_thread(konter, "payment", "test", *words, at=at, environ=environ)
    for secret in (IPAYMU_VA, IPAYMU_API_KEY, TRIPAY_API_KEY, TRIPAY_PRIVATE_KEY):
        assert secret not in done.out + done.err
    return done.status, done.out.splitlines(), done.err.splitlines()


async def test_gateways_in_order_are_said_to_be_and_nothing_is_created(
    sim: Sim, tmp_path: Path
) -> None:
    code, said, wrong = await konter_payment_test(tmp_path, shop(sim))
    assert (code, wrong) == (0, [])
    assert [line.split(": ")[:2] for line in said] == [
        ["ipaymu", "in order"],
        ["tripay", "in order"],
    ]
    assert "clocks agree" in said[0] and "balance Rp 0" in said[0]
    for gateway in (sim.ipaymu, sim.tripay):
        assert await gateway.breaches() == [] and await gateway.payments() == []


async def test_a_wrong_key_is_said_in_a_line_that_names_the_settings(
    sim: Sim, tmp_path: Path
) -> None:
    wrong_keys = shop(sim) | {"IPAYMU_API_KEY": "nobody", "TRIPAY_API_KEY": "DEV-nobody"}
    code, said, wrong = await konter_payment_test(tmp_path, wrong_keys)
    assert (code, said, len(wrong)) == (1, [], 2)
    assert "unauthorized signature" in wrong[0] and "IPAYMU_API_KEY" in wrong[0]
    assert "Invalid API Key" in wrong[1] and "TRIPAY_API_KEY" in wrong[1]


async def test_an_address_that_is_not_registered_is_said_to_be(sim: Sim, tmp_path: Path) -> None:
    await sim.ipaymu.options(ip_known=False)
    await sim.tripay.options(ip_known=False)
    code, _, wrong = await konter_payment_test(tmp_path, shop(sim))
    assert (code, len(wrong)) == (1, 2)
    assert all("register this machine's address" in line for line in wrong)


async def test_only_the_named_gateway_is_asked(sim: Sim, tmp_path: Path) -> None:
    code, said, _ = await konter_payment_test(
        tmp_path, shop(sim) | {"IPAYMU_API_KEY": "nobody"}, "tripay"
    )
    assert (code, len(said)) == (0, 1)
    assert await sim.ipaymu.calls() == []


async def test_what_is_not_configured_is_said(tmp_path: Path) -> None:
    assert (await konter_payment_test(tmp_path, {}))[0] == 1
    code, _, wrong = await konter_payment_test(tmp_path, {}, "ipaymu")
    assert code == 1 and "set IPAYMU_VA, IPAYMU_API_KEY" in wrong[0]


async def test_half_an_account_is_a_wrong_setting(tmp_path: Path) -> None:
    code, _, wrong = await konter_payment_test(tmp_path, {"TRIPAY_API_KEY": "DEV-1"})
    assert code == 2
    assert [line.split(":")[1].split()[-1] for line in wrong] == [
        "TRIPAY_PRIVATE_KEY",
        "TRIPAY_MERCHANT_CODE",
    ]


async def test_a_gateway_that_cannot_be_reached_is_said_in_a_line(tmp_path: Path) -> None:
    nowhere = {
        "IPAYMU_VA": IPAYMU_VA,
        "IPAYMU_API_KEY": "x",
        "IPAYMU_BASE_URL": "http://127.0.0.1:1",
    }
    code, said, wrong = await konter_payment_test(tmp_path, nowhere)
    assert (code, said, len(wrong)) == (1, [], 1)
    assert wrong[0].startswith("ipaymu: cannot be reached")


async def test_a_clock_that_is_off_is_said_to_be(tmp_path: Path) -> None:
    date = "Tue, 21 Nov 2006 19:00:00 GMT"

    async def answer(visit: Visit) -> None:
        await visit.request()
        said = b'{"success":true,"message":"","data":[]}'
        await visit.answer(said, headers=f"Date: {date}\r\nConnection: close\r\n")

    async with raw_server(answer) as server:
        keys = {
            "TRIPAY_API_KEY": TRIPAY_API_KEY,
            "TRIPAY_PRIVATE_KEY": TRIPAY_PRIVATE_KEY,
            "TRIPAY_MERCHANT_CODE": TRIPAY_MERCHANT,
            "TRIPAY_BASE_URL": server.url,
        }
        code, said, wrong = await konter_payment_test(tmp_path, keys)
    assert (code, said, len(wrong)) == (1, [], 1)
    assert "s ahead of theirs" in wrong[0]
