from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
import structlog
from httpx import Response
from litestar.testing import AsyncTestClient

from konter.db.pool import Database
from konter.people.desk import AttemptLimits, PeopleDesk
from konter.people.permits import Role
from konter.people.roster import disable_user
from konter.web.desks import Desks
from konter.web.site import Site
from tests.conftest import ManualClock
from tests.people.builders import PASSWORD, people_desk, somebody, wide_open
from tests.web.house import behind_proxies, desks, running, site

SITI = {"name": "Siti", "email": "siti@contoh.id", "password": PASSWORD}
LOGIN = {"email": "siti@contoh.id", "password": PASSWORD}

Client = AsyncTestClient[Site]


@pytest.fixture
def people(db: Database, clock: ManualClock) -> PeopleDesk:
    return people_desk(db, clock)


@pytest.fixture
def shop(db: Database, clock: ManualClock, people: PeopleDesk) -> Desks:
    return desks(db, clock, people)


@pytest.fixture
async def client(shop: Desks) -> AsyncIterator[Client]:
    async with AsyncTestClient(site(shop)) as client:
        yield client


def bearing(answer: Response) -> dict[str, str]:
    return {"Authorization": f"Bearer {answer.json()['token']}"}


async def test_a_newcomer_registers_and_is_who_they_say(client: Client) -> None:
    answer = await client.post("/api/auth/register", json=SITI)
    assert answer.status_code == 201
    body = answer.json()
    user = {"id": body["user"]["id"], "name": "Siti", "email": "siti@contoh.id", "role": "retail"}
    assert body == {"message": "Pendaftaran berhasil", "user": user, "token": body["token"]}
    me = await client.get("/api/auth/me", headers=bearing(answer))
    assert me.json() == {"user": {**user, "balance": "0.00"}}


async def test_nobody_registers_as_more_than_retail(client: Client) -> None:
    answer = await client.post("/api/auth/register", json={**SITI, "role": "admin", "id": 1})
    assert answer.json()["user"]["role"] == "retail"
    refused = await client.get("/api/try/admins", headers=bearing(answer))
    assert (refused.status_code, refused.json()) == (403, {"message": "Unauthorized"})


async def test_logging_in_answers_as_registering_did(client: Client) -> None:
    first = await client.post("/api/auth/register", json=SITI)
    again = await client.post("/api/auth/login", json=LOGIN)
    assert again.status_code == 200
    assert again.json()["user"] == first.json()["user"]
    assert again.json()["token"] != first.json()["token"]


async def test_logging_out_takes_effect_at_once_in_this_process(client: Client) -> None:
    signed = bearing(await client.post("/api/auth/register", json=SITI))
    assert (await client.get("/api/auth/me", headers=signed)).status_code == 200
    out = await client.post("/api/auth/logout", headers=signed)
    assert (out.status_code, out.json()) == (200, {"message": "Berhasil keluar"})
    for call in (client.get("/api/auth/me", headers=signed), client.get("/api/auth/me")):
        answer = await call
        assert (answer.status_code, answer.json()) == (401, {"message": "Unauthenticated."})
    assert (await client.post("/api/auth/logout", headers=signed)).status_code == 401


async def test_an_expired_token_is_nobody(client: Client, clock: ManualClock) -> None:
    signed = bearing(await client.post("/api/auth/register", json=SITI))
    clock.advance(30 * 86_400)
    assert (await client.get("/api/auth/me", headers=signed)).status_code == 401


async def test_a_token_revoked_elsewhere_dies_within_five_seconds(
    client: Client, clock: ManualClock, people: PeopleDesk
) -> None:
    signed = bearing(await client.post("/api/auth/register", json=SITI))
    await client.get("/api/auth/me", headers=signed)
    await disable_user(people, email=SITI["email"])
    clock.advance(5)
    assert (await client.get("/api/auth/me", headers=signed)).status_code == 401


async def test_a_header_without_a_token_of_ours_is_nobody(client: Client) -> None:
    for header in (b"", b"Bearer", b"Bearer ", b"Basic c2l0aTp4", b"Bearer x y", b"\xff"):
        answer = await client.get("/api/auth/me", headers=[(b"authorization", header)])
        assert (answer.status_code, answer.json()) == (401, {"message": "Unauthenticated."})


async def test_the_asker_is_decided_before_the_body_is_read(client: Client) -> None:
    assert (await client.post("/api/auth/logout", content=b"{" * 100_000)).status_code == 401


async def test_an_unknown_email_and_a_wrong_password_get_the_same_bytes(client: Client) -> None:
    await client.post("/api/auth/register", json=SITI)
    wrong = await client.post("/api/auth/login", json={**LOGIN, "password": "salah-sekali"})
    unknown = await client.post("/api/auth/login", json={**LOGIN, "email": "siapa@contoh.id"})
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.content == unknown.content
    assert wrong.json() == {"message": "Email atau kata sandi salah", "code": "wrong_credentials"}


async def test_too_many_log_ins_are_told_when_to_come_back(client: Client) -> None:
    bad = {**LOGIN, "password": "salah-sekali"}
    answers = await asyncio.gather(*(client.post("/api/auth/login", json=bad) for _ in range(9)))
    assert sorted(a.status_code for a in answers) == [401] * 5 + [429] * 4
    late = next(a for a in answers if a.status_code == 429)
    assert late.headers["retry-after"] == "900"
    assert late.json()["code"] == "too_many_attempts"


async def test_a_disabled_user_is_told_so_only_with_the_right_password(
    client: Client, people: PeopleDesk
) -> None:
    await somebody(people)
    await disable_user(people, email=SITI["email"])
    answer = await client.post("/api/auth/login", json=LOGIN)
    assert (answer.status_code, answer.json()["code"]) == (403, "account_disabled")


async def test_an_unfit_registration_names_its_fields(client: Client) -> None:
    answer = await client.post("/api/auth/register", json={"email": "x", "password": "pendek"})
    assert (answer.status_code, answer.json()["errors"]) == (422, {"name": ["Wajib diisi"]})
    answer = await client.post("/api/auth/register", json={**SITI, "email": "x", "password": "p"})
    assert set(answer.json()["errors"]) == {"email", "password"}
    await client.post("/api/auth/register", json=SITI)
    answer = await client.post("/api/auth/register", json=SITI)
    assert answer.status_code == 422
    assert answer.json() == {
        "message": "Email sudah terdaftar",
        "errors": {"email": ["Email sudah terdaftar"]},
    }


async def test_an_admin_route_is_open_to_an_admin_alone(client: Client, people: PeopleDesk) -> None:
    await somebody(people, role=Role.ADMIN)
    answer = await client.get("/api/try/admins")
    assert answer.status_code == 401
    signed = bearing(await client.post("/api/auth/login", json=LOGIN))
    answer = await client.get("/api/try/admins", headers=signed)
    assert (answer.status_code, answer.json()) == (200, "Siti")


async def test_a_strangers_forwarded_header_is_not_believed(shop: Desks) -> None:
    claimed = {"X-Forwarded-For": "198.51.100.1, 203.0.113.9, 10.0.0.2"}
    async with AsyncTestClient(site(shop)) as direct:
        assert (await direct.get("/api/try/remote", headers=claimed)).json() == "testclient"


async def test_limits_hold_for_the_address_that_trusted_proxies_saw(
    db: Database, clock: ManualClock
) -> None:
    people = people_desk(db, clock, AttemptLimits(logins_per_remote=2))
    shop = behind_proxies(desks(db, clock, people), "127.0.0.0/8", "10.0.0.0/8")
    async with running(site(shop)) as url, aiohttp.ClientSession() as http:

        async def attempt(number: int, forwarded: str) -> int:
            body = {"email": f"o{number}@contoh.id", "password": "salah-sekali"}
            headers = {"X-Forwarded-For": forwarded}
            async with http.post(f"{url}/api/auth/login", json=body, headers=headers) as answer:
                return answer.status

        # The left part is what the caller made up; the proxies appended the rest.
        said = [await attempt(n, f"198.51.100.{n}, 203.0.113.9, 10.0.0.2") for n in range(4)]
        assert said == [401, 401, 429, 429]
        assert await attempt(5, "203.0.113.10") == 401


async def test_many_parallel_callers_are_each_themselves_on_the_real_server(
    db: Database, clock: ManualClock
) -> None:
    people = wide_open(people_desk(db, clock))
    async with running(site(desks(db, clock, people))) as url, aiohttp.ClientSession() as http:

        async def visit(number: int) -> tuple[str, str]:
            email = f"orang{number}@contoh.id"
            facts = {"name": f"Orang {number}", "email": email, "password": PASSWORD}
            async with http.post(f"{url}/api/auth/register", json=facts) as answer:
                token = (await answer.json())["token"]
            headers = {"Authorization": f"Bearer {token}"}
            async with http.get(f"{url}/api/auth/me", headers=headers) as answer:
                return email, (await answer.json())["user"]["email"]

        visits = await asyncio.gather(*(visit(n) for n in range(30)))
        assert [seen for _, seen in visits] == [email for email, _ in visits]
        large = {**LOGIN, "password": "x" * 70_000}
        async with http.post(f"{url}/api/auth/login", json=large) as answer:
            assert answer.status == 413


async def test_no_password_and_no_token_is_ever_logged(client: Client) -> None:
    with structlog.testing.capture_logs() as logs:
        signed = bearing(await client.post("/api/auth/register", json=SITI))
        await client.post("/api/auth/login", json={**LOGIN, "password": "salah-sekali"})
        await client.get("/api/auth/me", headers=signed)
        await client.get("/api/try/fail/bug", headers=signed)
        await client.post("/api/auth/logout", headers=signed)
    assert logs
    for secret in (PASSWORD, "salah-sekali", signed["Authorization"].removeprefix("Bearer ")):
        assert secret not in str(logs)
