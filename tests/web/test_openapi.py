from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
from litestar.testing import AsyncTestClient

from konter.db.pool import Database
from konter.web.site import Site
from tests.conftest import ManualClock
from tests.web.house import desks, site

Client = AsyncTestClient[Site]


@pytest.fixture
async def client(db: Database, clock: ManualClock) -> AsyncIterator[Client]:
    async with AsyncTestClient(site(desks(db, clock))) as client:
        yield client


async def test_the_openapi_document_tells_the_truth_about_errors(client: Client) -> None:
    answer = await client.get("/api/openapi.json")
    document = answer.json()
    assert document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
    me = document["paths"]["/api/auth/me"]["get"]
    assert me["security"] == [{"bearer": []}]
    assert set(me["responses"]) == {"200", "401", "500", "503"}
    login = document["paths"]["/api/auth/login"]["post"]
    assert set(login["responses"]) == {
        *("200", "401", "403", "413", "415", "422", "429", "500", "503")
    }
    for operations in document["paths"].values():
        for operation in operations.values():
            assert "400" not in operation["responses"]
            assert operation["summary"]
    named = set(re.findall(r"#/components/schemas/(\w+)", answer.text))
    assert named <= set(document["components"]["schemas"])
