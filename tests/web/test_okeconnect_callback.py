"""``GET /api/webhook/transaction-callback``: a hint, kept and answered ``OK``; never believed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import quote, urlencode

import pytest

from tests.shop import Shop, open_shop
from tests.sim_process import Sim
from tests.two_shops import CALLBACK_SECRET, OKE, okeconnect_settings

PATH = "/api/webhook/transaction-callback"
SENTENCE = "T#210288912 R#114 Three 1.000 T1.089660522887 SUKSES. SN: R230512.1911.2100F1"
DOCUMENTED = (
    f"{PATH}?refid=114&message=T%23210288912%20R%23114%20Three%201.000%20T1.089660522887"
    "%20SUKSES.%20SN%3A%20R230512.1911.2100F1"
)


@pytest.fixture
async def shop(conninfo: str, sim: Sim) -> AsyncIterator[Shop]:
    """A shop with OkeConnect and a callback secret; nobody works off what it keeps."""
    told = okeconnect_settings(sim)
    async with open_shop(conninfo, sim, observer=None, with_worker=False, **told) as shop:
        yield shop


async def kept(shop: Shop) -> list[tuple[str, str, bytes, str]]:
    """Source, reference, body and headers of what waits."""
    statement = "SELECT source, reference, body, headers::text FROM hooks.inbox ORDER BY id"
    async with shop.house.db.read() as tx:
        return [(s, r, bytes(b), h) for s, r, b, h in await tx.rows(statement)]


@pytest.mark.parametrize("where", ["path", "query"])
async def test_a_callback_with_the_secret_is_kept_and_answered_ok(shop: Shop, where: str) -> None:
    told = urlencode({"refid": "114", "message": SENTENCE})
    path = f"{PATH}/{CALLBACK_SECRET}?{told}"
    if where == "query":
        path = f"{PATH}?{told}&secret={CALLBACK_SECRET}"
    answer = await shop.client.get(path)
    assert (answer.status_code, answer.text) == (200, "OK")
    assert answer.headers["Content-Type"].startswith("text/plain")
    ((source, reference, body, headers),) = await kept(shop)
    assert (source, reference) == (OKE, "114")
    assert b"R230512.1911.2100F1" in body
    assert CALLBACK_SECRET not in body.decode() + headers


@pytest.mark.parametrize(
    "path",
    [
        DOCUMENTED,
        f"{DOCUMENTED}&secret=",
        f"{DOCUMENTED}&secret=rahasia-orang-lain",
        f"{DOCUMENTED}&secret={CALLBACK_SECRET[:-1]}",
        f"{DOCUMENTED}&secret={CALLBACK_SECRET.upper()}",
        f"{PATH}/rahasia-orang-lain?refid=114&message=x",
        f"{PATH}/{quote('é')}?refid=114",
    ],
)
async def test_without_the_secret_nothing_is_kept(shop: Shop, path: str) -> None:
    answer = await shop.client.get(path)
    assert answer.status_code == 401
    assert answer.json()["code"] == "not_genuine"
    assert await kept(shop) == []


async def test_a_repeat_is_counted_and_looked_at_again_not_stored_twice(shop: Shop) -> None:
    path = f"{PATH}/{CALLBACK_SECRET}?refid=114&message=x"
    for _ in range(3):
        assert (await shop.client.get(path)).text == "OK"
    assert len(await kept(shop)) == 1


async def test_what_names_no_transaction_is_answered_and_not_kept(shop: Shop) -> None:
    for query in (
        "",
        "message=x",
        "refid=&message=x",
        "refid=1&refid=2",
        "refid=%00",
        "refid=a%0Ab",
    ):
        answer = await shop.client.get(f"{PATH}/{CALLBACK_SECRET}?{query}")
        assert (answer.status_code, answer.text) == (200, "OK"), query
    assert await kept(shop) == []
    long = await shop.client.get(f"{PATH}/{CALLBACK_SECRET}?refid=1&message={'x' * 9_000}")
    assert long.status_code == 413


async def test_neither_the_secret_nor_the_query_is_ever_logged(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    told = "refid=114&message=Saldo%20277.013"
    for path in (
        f"{PATH}/{CALLBACK_SECRET}?{told}",
        f"{PATH}/rahasia-orang-lain?{told}",
        f"{PATH}?{told}&secret={CALLBACK_SECRET}",
        f"{PATH}/{CALLBACK_SECRET}?refid=1&message={'277.013' * 2_000}",
    ):
        await shop.client.get(path)
    said = "".join(capsys.readouterr())
    assert "callback.not_genuine" in said
    for secret in (CALLBACK_SECRET, "rahasia-orang-lain", "277.013", "message="):
        assert secret not in said


async def test_without_a_secret_set_the_documented_call_is_a_hint_like_any_other(
    conninfo: str, sim: Sim
) -> None:
    told = {**okeconnect_settings(sim), "OKECONNECT_CALLBACK_SECRET": ""}
    async with open_shop(conninfo, sim, observer=None, with_worker=False, **told) as shop:
        answer = await shop.client.get(DOCUMENTED)
        assert (answer.status_code, answer.text) == (200, "OK")
        ((_, reference, body, _),) = await kept(shop)
        assert reference == "114" and b"SUKSES" in body


async def test_a_shop_without_okeconnect_has_no_such_door(conninfo: str, sim: Sim) -> None:
    async with open_shop(conninfo, sim, with_worker=False) as shop:
        answer = await shop.client.get(DOCUMENTED)
        assert (answer.status_code, answer.json()["code"]) == (404, "supplier_unused")
