from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import structlog
from litestar.testing import AsyncTestClient

from konter.db.pool import Database
from konter.web.site import Site
from tests.conftest import ManualClock
from tests.web.house import desks, running, site

Client = AsyncTestClient[Site]

GOOD = {"product_id": 860, "target_id": "081234567890"}


@pytest.fixture
async def client(db: Database, clock: ManualClock) -> AsyncIterator[Client]:
    async with AsyncTestClient(site(desks(db, clock))) as client:
        yield client


async def errors_of(client: Client, body: bytes) -> Any:
    answer = await client.post(
        "/api/try/ask", content=body, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 422
    said = answer.json()
    assert set(said) == {"message", "errors"}
    assert said["message"] == next(iter(said["errors"].values()))[0]
    return said["errors"]


async def test_a_good_body_goes_through_whole(client: Client) -> None:
    answer = await client.post("/api/try/ask", json=GOOD)
    assert answer.status_code == 201
    assert answer.json() == {**GOOD, "server_id": None, "colour": "merah"}
    assert answer.headers["x-seen"] == "ya"


async def test_every_wrong_or_missing_field_is_named_in_indonesian(client: Client) -> None:
    cases: list[tuple[dict[str, Any], dict[str, list[str]]]] = [
        ({}, {"product_id": ["Wajib diisi"], "target_id": ["Wajib diisi"]}),
        ({**GOOD, "product_id": "860"}, {"product_id": ["Harus berupa bilangan bulat"]}),
        ({**GOOD, "product_id": 1.5}, {"product_id": ["Harus berupa bilangan bulat"]}),
        ({**GOOD, "product_id": True}, {"product_id": ["Harus berupa bilangan bulat"]}),
        ({**GOOD, "product_id": None}, {"product_id": ["Wajib diisi"]}),
        ({**GOOD, "product_id": 0}, {"product_id": ["Paling kecil 1"]}),
        ({**GOOD, "product_id": 2**63}, {"product_id": [f"Paling besar {2**63 - 1}"]}),
        ({**GOOD, "target_id": ""}, {"target_id": ["Tidak boleh kosong"]}),
        ({**GOOD, "target_id": "0" * 21}, {"target_id": ["Paling banyak 20 karakter"]}),
        ({**GOOD, "server_id": 5}, {"server_id": ["Harus berupa teks atau null"]}),
        ({**GOOD, "colour": "biru"}, {"colour": ["Pilihan tidak dikenal"]}),
        (
            {"product_id": [], "target_id": {}},
            {"product_id": ["Harus berupa bilangan bulat"], "target_id": ["Harus berupa teks"]},
        ),
    ]
    for body, errors in cases:
        assert await errors_of(client, json.dumps(body).encode()) == errors, body


async def test_a_body_that_is_no_json_object_is_refused_as_such(client: Client) -> None:
    not_json = {"body": ["Isi permintaan bukan JSON yang sah"]}
    no_object = {"body": ["Isi permintaan harus berupa objek JSON"]}
    cases = {
        b"{": not_json,
        b"a=1&b=2": not_json,
        b'{"target_id": "\xff"}': not_json,
        b'{"target_id": "\\ud800"}': not_json,
        b'{"product_id": ' + b"9" * 5000 + b"}": not_json,
        b'{"product_id": NaN}': not_json,
        b'{"x": ' + b"[" * 30_000: not_json,
        b"[]": no_object,
        b"null": no_object,
        b'"teks"': no_object,
    }
    for body, errors in cases.items():
        assert await errors_of(client, body) == errors, body[:30]


async def test_an_empty_body_misses_every_required_field(client: Client) -> None:
    errors = {"product_id": ["Wajib diisi"], "target_id": ["Wajib diisi"]}
    assert await errors_of(client, b"") == errors


async def test_a_query_parameter_that_is_wrong_or_missing_is_named(client: Client) -> None:
    missing = await client.get("/api/try/page")
    assert (missing.status_code, missing.json()["errors"]) == (422, {"most": ["Wajib diisi"]})
    wrong = await client.get("/api/try/page?most=banyak&since=x")
    assert wrong.status_code == 422
    assert wrong.json()["errors"] == {
        "most": ["Harus berupa bilangan bulat"],
        "since": ["Harus berupa bilangan bulat"],
    }


async def test_a_refusal_shows_its_code_and_its_facts(client: Client) -> None:
    answer = await client.get("/api/try/fail/short")
    assert answer.status_code == 422
    assert answer.json() == {
        "message": "Saldo tidak mencukupi",
        "code": "short",
        "required": "1038.00",
        "current_balance": "500.00",
    }


async def test_what_is_not_there_is_404_in_words(client: Client) -> None:
    answer = await client.get("/api/try/fail/absent")
    assert (answer.status_code, answer.json()) == (404, {"message": "Transaksi tidak ditemukan"})
    for path in ("/api/tidak-ada", "/tidak-ada"):
        answer = await client.get(path)
        assert answer.status_code == 404
        assert answer.json() == {"message": "Halaman atau data tidak ditemukan"}


async def test_a_wrong_method_is_405_and_says_which_are_right(client: Client) -> None:
    answer = await client.get("/api/try/ask")
    assert answer.status_code == 405
    assert answer.json() == {"message": "Metode tidak diizinkan untuk alamat ini"}
    assert "POST" in answer.headers["allow"]


async def test_a_body_over_64_kilobytes_is_413(client: Client) -> None:
    answer = await client.post("/api/try/ask", content=b"x" * 65_537)
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    padded = json.dumps(GOOD).encode().ljust(65_536)
    assert (await client.post("/api/try/ask", content=padded)).status_code == 201


async def test_a_body_in_pieces_without_a_length_is_read_whole_and_no_further_than_the_limit(
    db: Database, clock: ManualClock
) -> None:
    async def pieces(text: bytes, size: int) -> AsyncIterator[bytes]:
        for start in range(0, len(text), size):
            yield text[start : start + size]

    async with running(site(desks(db, clock))) as url, aiohttp.ClientSession() as http:
        for body, size, status in (
            (json.dumps(GOOD).encode(), 7, 201),
            (json.dumps(GOOD).encode().ljust(65_536), 4096, 201),
            (b"x" * 70_000, 4096, 413),
        ):
            data, headers = pieces(body, size), {"Content-Type": "application/json"}
            async with http.post(f"{url}/api/try/ask", data=data, headers=headers) as answer:
                assert answer.status == status


async def test_a_body_that_is_not_announced_as_json_is_415(client: Client) -> None:
    answer = await client.post("/api/try/ask", data={"product_id": "860"})
    assert (answer.status_code, answer.json()["code"]) == (415, "not_json")
    typed = {"Content-Type": "Application/JSON; charset=utf-8"}
    answer = await client.post("/api/try/ask", content=json.dumps(GOOD), headers=typed)
    assert answer.status_code == 201


async def test_being_busy_says_when_to_come_back(client: Client) -> None:
    answer = await client.get("/api/try/fail/busy")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert answer.json()["code"] == "unavailable"
    answer = await client.get("/api/try/fail/busy-9")
    assert answer.headers["retry-after"] == "9"


async def test_our_own_mistake_shows_an_incident_and_nothing_else(client: Client) -> None:
    for how in ("broken", "bug", "key-error"):
        with structlog.testing.capture_logs() as logs:
            answer = await client.get(f"/api/try/fail/{how}")
        assert answer.status_code == 500
        body = answer.json()
        assert body == {"message": "Kesalahan di pihak kami", "incident": body["incident"]}
        (entry,) = logs
        assert (entry["event"], entry["incident"]) == ("web.incident", body["incident"])
        assert entry["route"] == "/api/try/fail/{how}"
        assert any("tests/web/house.py" in line for line in entry["frames"])
        assert "argon2" not in str(entry)


async def test_every_answer_carries_its_security_headers(client: Client) -> None:
    for path in ("/api/try/fail/short", "/api/tidak-ada", "/api/openapi.json"):
        headers = (await client.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
    headers = (await client.get("/")).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert "default-src 'none'" in headers["content-security-policy"]


async def test_a_page_loads_nothing_from_strangers(client: Client) -> None:
    page = (await client.get("/masuk")).text
    assert "Konter" in page
    assert "://" not in page
    assert "<script>" not in page
