"""One desk, one buyer and one mailbox for each test, all on loopback."""

from collections.abc import AsyncIterator

import aiohttp
import pytest_asyncio

from konter_sim.desk import (
    AllOptions,
    IpaymuOptions,
    OkeconnectOptions,
    Options,
    RunningDesk,
    TripayOptions,
    running_desk,
)
from tests.sim.buyer import Buyer, Mailbox, open_mailbox
from tests.sim.member import Inbox, Member, open_inbox
from tests.sim.merchant import IpaymuMerchant, Letterbox, TripayMerchant, open_letterbox
from tests.sim.vectors import SECRET


@pytest_asyncio.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    async with open_mailbox() as opened:
        yield opened


def _hurried(mailbox: Mailbox) -> Options:
    return Options(
        deposit=1_000_000,
        webhook_url=mailbox.url,
        webhook_secret=SECRET,
        webhook_delay_ms=40,
        webhook_create_delay_ms=10,
        webhook_retry_ms=10,
        repost_gap_s=0,
        silence_seconds=2,
    )


@pytest_asyncio.fixture
async def desk(mailbox: Mailbox) -> AsyncIterator[RunningDesk]:
    async with running_desk(_hurried(mailbox)) as running:
        yield running


@pytest_asyncio.fixture(scope="module")
async def till() -> AsyncIterator[tuple[Buyer, Mailbox]]:
    """One desk for a module of many small tests, which put it back to its start themselves."""
    async with (
        open_mailbox() as opened,
        running_desk(_hurried(opened)) as running,
        aiohttp.ClientSession() as session,
    ):
        yield Buyer(session, running.url), opened


@pytest_asyncio.fixture
async def buyer(desk: RunningDesk) -> AsyncIterator[Buyer]:
    async with aiohttp.ClientSession() as session:
        yield Buyer(session, desk.url)


@pytest_asyncio.fixture
async def box() -> AsyncIterator[Letterbox]:
    async with open_letterbox() as opened:
        yield opened


@pytest_asyncio.fixture
async def counter() -> AsyncIterator[RunningDesk]:
    """Both gateways, in a hurry."""
    ipaymu = IpaymuOptions(
        callback_delay_ms=10, notify_retry_ms=10, notify_format="json", silence_seconds=2
    )
    tripay = TripayOptions(callback_delay_ms=10, callback_retry_ms=10, silence_seconds=2)
    async with running_desk(AllOptions(ipaymu=ipaymu, tripay=tripay)) as running:
        yield running


@pytest_asyncio.fixture
async def ipaymu(counter: RunningDesk, box: Letterbox) -> AsyncIterator[IpaymuMerchant]:
    control = f"{counter.url}/_sim/ipaymu"
    async with aiohttp.ClientSession() as session:
        yield IpaymuMerchant(session, control, counter.ipaymu_url, box.url)


@pytest_asyncio.fixture
async def tripay(counter: RunningDesk, box: Letterbox) -> AsyncIterator[TripayMerchant]:
    control = f"{counter.url}/_sim/tripay"
    async with aiohttp.ClientSession() as session:
        yield TripayMerchant(session, control, counter.tripay_url, box.url)


@pytest_asyncio.fixture
async def inbox() -> AsyncIterator[Inbox]:
    async with open_inbox() as opened:
        yield opened


@pytest_asyncio.fixture
async def member(inbox: Inbox) -> AsyncIterator[Member]:
    """OkeConnect in a hurry, telling the inbox."""
    options = OkeconnectOptions(
        deposit=1_000_000,
        report_url=inbox.url,
        callback_delay_ms=20,
        callback_retry_ms=5,
        silence_seconds=1,
    )
    async with (
        running_desk(AllOptions(okeconnect=options)) as running,
        aiohttp.ClientSession() as session,
    ):
        yield Member(session, running.url)
