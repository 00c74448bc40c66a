"""One simulator and one database for this folder, both made new for each test of a cashier."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.funding.cashier import Cashier, open_cashier
from tests.landlord import cloned
from tests.sim_process import Sim


@pytest.fixture(scope="session")
def cashiers_books(server_conninfo: str, template: str) -> Iterator[str]:
    with cloned(server_conninfo, template) as fresh:
        yield fresh


@pytest.fixture
async def cashier(cashiers_books: str, sim_process: Sim) -> AsyncIterator[Cashier]:
    async with open_cashier(cashiers_books, sim_process) as cashier:
        yield cashier
