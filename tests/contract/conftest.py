"""One simulator process for the whole suite, new for each test, and without a broken rule."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from konter.kernel.clock import SystemClock
from konter.upstreams.wire import Wire
from tests.contract.cases import OKECONNECT_PASSWORD, OKECONNECT_PIN
from tests.contract.mailbox import SECRET, Mailbox, open_mailbox
from tests.sim_process import Sim


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    async with open_mailbox() as mailbox:
        yield mailbox


@pytest.fixture
async def sim(sim_process: Sim, mailbox: Mailbox) -> AsyncIterator[Sim]:
    """Webhooks go to the mailbox. At the end no rule of an upstream may have been broken."""
    await sim_process.reset(
        webhook_url=mailbox.url, webhook_secret=SECRET, webhook_delay_ms=20, webhook_retry_ms=20
    )
    await sim_process.okeconnect.reset(
        pin=OKECONNECT_PIN,
        password=OKECONNECT_PASSWORD,
        report_url=f"{mailbox.url}?secret={SECRET}",
        callback_delay_ms=20,
        callback_retry_ms=20,
    )
    yield sim_process
    assert await sim_process.breaches() == []
    assert await sim_process.okeconnect.breaches() == []


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    wire = Wire(SystemClock())
    yield wire
    await wire.close()
