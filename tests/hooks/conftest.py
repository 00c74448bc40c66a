"""The suppliers' simulator and desk serve this room too; and an office that tells resellers."""

from collections.abc import AsyncIterator, Iterator

import pytest

from konter.db.ids import IdBlocks
from tests.conftest import ManualClock
from tests.hooks.partner import Office, Partner, open_office, open_partner
from tests.landlord import cloned
from tests.suppliers.conftest import desk, sim
from tests.warm import database

__all__ = ["desk", "office", "partner", "sim"]


@pytest.fixture(scope="session")
def office_conninfo(server_conninfo: str, template: str) -> Iterator[str]:
    """One database for all offices, emptied for each: most of such a test would be its making."""
    with cloned(server_conninfo, template) as fresh:
        yield fresh


@pytest.fixture
async def office(office_conninfo: str, clock: ManualClock, ids: IdBlocks) -> AsyncIterator[Office]:
    async with database(office_conninfo) as db, open_office(db, clock, ids) as office:
        yield office


@pytest.fixture
async def partner() -> AsyncIterator[Partner]:
    async with open_partner() as partner:
        yield partner
