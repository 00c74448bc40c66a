from __future__ import annotations

from collections.abc import AsyncIterator

import psycopg
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


async def test_health_says_alive_and_ready(client: Client) -> None:
    assert (await client.get("/healthz")).json() == {"status": "ok"}
    assert (await client.get("/readyz")).json() == {"status": "ready"}


async def test_a_missing_migration_is_not_ready(client: Client, conninfo: str) -> None:
    with psycopg.connect(conninfo) as connection:
        connection.execute("DELETE FROM db.migrations WHERE name = '0003_people.sql'")
    answer = await client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {
        "status": "not_ready",
        "reason": "migrations are missing: 0003_people.sql",
    }


async def test_a_database_that_is_gone_is_not_ready_but_alive(
    conninfo: str, clock: ManualClock
) -> None:
    gone = Database(conninfo)
    await gone.open()
    async with AsyncTestClient(site(desks(gone, clock))) as client:
        await gone.close()
        answer = await client.get("/readyz")
        assert (answer.status_code, answer.json()["reason"]) == (
            503,
            "the database does not answer",
        )
        assert (await client.get("/healthz")).status_code == 200


async def test_requests_are_counted_by_route_and_status(client: Client) -> None:
    for path in ("/api/try/fail/short", "/api/try/fail/absent", "/nirgendwo/1", "/nirgendwo/2"):
        await client.get(path)
    lines = (await client.get("/metrics")).text.splitlines()
    route = 'method="GET",route="/api/try/fail/{how}",status='
    assert f'konter_http_request_seconds_count{{{route}"422"}} 1.0' in lines
    assert f'konter_http_request_seconds_count{{{route}"404"}} 1.0' in lines
    assert any(line.startswith("process_resident_memory_bytes ") for line in lines)
    nowhere = 'method="GET",route="(none)",status="404"'
    assert f"konter_http_request_seconds_count{{{nowhere}}} 2.0" in lines
