"""One database for this folder, emptied before each test: a clone for each would take longer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from konter.db.pool import Database
from tests.conftest import cloned
from tests.ledger.build import by_force


@pytest.fixture(scope="module")
def shared_conninfo(server_conninfo: str, template: str) -> Iterator[str]:
    with cloned(server_conninfo, template) as fresh:
        yield fresh


@pytest.fixture
async def db(shared_conninfo: str) -> AsyncIterator[Database]:
    database = Database(shared_conninfo, max_size=8)
    await database.open()
    await by_force(database, "TRUNCATE ledger.transfers, ledger.wallets")
    yield database
    await database.close()
