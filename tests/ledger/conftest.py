"""One database for this folder, emptied before each test: a clone for each would take longer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from konter.db.pool import Database
from tests.landlord import cloned
from tests.ledger.build import by_force
from tests.warm import database


@pytest.fixture(scope="module")
def shared_conninfo(server_conninfo: str, template: str) -> Iterator[str]:
    with cloned(server_conninfo, template) as fresh:
        yield fresh


@pytest.fixture
async def db(shared_conninfo: str) -> AsyncIterator[Database]:
    async with database(shared_conninfo) as warm:
        await by_force(warm, "TRUNCATE ledger.transfers, ledger.wallets")
        yield warm
