"""One desk, one buyer and one mailbox for each test, all on loopback."""

from collections.abc import AsyncIterator

import aiohttp
import pytest_asyncio

from konter_sim.desk import Options, RunningDesk, running_desk
from tests.sim.buyer import Buyer, Mailbox, open_mailbox
from tests.sim.vectors import SECRET


@pytest_asyncio.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    async with open_mailbox() as opened:
        yield opened


@pytest_asyncio.fixture
async def desk(mailbox: Mailbox) -> AsyncIterator[RunningDesk]:
    options = Options(
        deposit=1_000_000,
        webhook_url=mailbox.url,
        webhook_secret=SECRET,
        webhook_delay_ms=40,
        webhook_create_delay_ms=10,
        webhook_retry_ms=10,
        repost_gap_s=0,
        silence_seconds=2,
    )
    async with running_desk(options) as running:
        yield running


@pytest_asyncio.fixture
async def buyer(desk: RunningDesk) -> AsyncIterator[Buyer]:
    async with aiohttp.ClientSession() as session:
        yield Buyer(session, desk.url)
