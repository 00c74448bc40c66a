"""The wire asks once, tells what surely never left from what may have, and keeps no secret."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator

import aiohttp
import pytest

from konter.kernel.clock import SystemClock
from konter.kernel.wire_types import Heard, WireAnswer, WireRequest, WireSilence
from konter.upstreams.wire import ROOM_FOR_ANSWER, StartBy, Wire
from tests.conftest import ManualClock
from tests.upstreams.raw_server import Play, Visit, raw_server
from tests.upstreams.tls import self_signed

KEY = "dev-00000000-aaaa-4bbb-8ccc-1234567890ab"


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    wire = Wire(SystemClock(), connect_s=0.5)
    yield wire
    await wire.close()


def purchase(url: str, method: str = "POST", timeout_s: float = 0.4) -> WireRequest:
    body = f'{{"ref_id":"TRX-1","sign":"geheim","key":"{KEY}"}}'.encode()
    return WireRequest(
        method=method,
        url=f"{url}/transaction?pin=geheim&key={KEY}",
        headers={"Content-Type": "application/json"},
        body=b"" if method == "GET" else body,
        timeout_s=timeout_s,
        purchase_capable=True,
        secrets=(KEY,),
    )


async def asked(wire: Wire, request: WireRequest) -> Heard:
    return await wire.ask(request, account="x-main", purpose="purchase", reference="TRX-1")


async def silent(visit: Visit) -> None:
    await visit.request()
    await asyncio.sleep(30)


async def reset_at_once(visit: Visit) -> None:
    visit.reset()


async def reset_after_reading(visit: Visit) -> None:
    await visit.request()
    visit.reset()


async def close_after_reading(visit: Visit) -> None:
    await visit.request()


async def half_an_answer(visit: Visit) -> None:
    await visit.request()
    await visit.say(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"data":')


async def half_then_silence(visit: Visit) -> None:
    await half_an_answer(visit)
    await asyncio.sleep(30)


async def half_a_head(visit: Visit) -> None:
    await visit.request()
    await visit.say(b"HTTP/1.1 200 OK\r\nContent-Le")


async def not_http(visit: Visit) -> None:
    await visit.request()
    await visit.say(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")


async def broken_chunks(visit: Visit) -> None:
    await visit.request()
    await visit.say(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n")


async def endless(visit: Visit) -> None:
    await visit.request()
    await visit.say(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        await visit.say(b"x" * 65536)


async def too_long_said_first(visit: Visit) -> None:
    await visit.request()
    await visit.answer(b"x" * (ROOM_FOR_ANSWER + 1))


async def sends_us_elsewhere(visit: Visit) -> None:
    await visit.request()
    place = f"Location: http://127.0.0.1:{visit.server.port}/other\r\nSet-Cookie: a=b\r\n"
    await visit.answer(b"", "302 Found", place)


BREAKS: list[Play] = [
    silent,
    reset_after_reading,
    close_after_reading,
    half_an_answer,
    half_then_silence,
    half_a_head,
    not_http,
    broken_chunks,
    endless,
    too_long_said_first,
]


@pytest.mark.parametrize("method", ["POST", "GET"])
@pytest.mark.parametrize("play", BREAKS, ids=lambda play: play.__name__)
async def test_a_broken_answer_is_silence_that_may_have_left_and_is_never_asked_again(
    wire: Wire, play: Play, method: str
) -> None:
    async with raw_server(play) as server:
        heard = await asked(wire, purchase(server.url, method))
    assert isinstance(heard.said, WireSilence)
    assert heard.said.left, heard.said
    assert len(server.requests) == 1
    assert server.connections == 1
    assert heard.exchange.problem == heard.said.detail


@pytest.mark.parametrize("method", ["POST", "GET"])
async def test_a_connection_reset_before_it_was_read_may_have_left(wire: Wire, method: str) -> None:
    async with raw_server(reset_at_once) as server:
        heard = await asked(wire, purchase(server.url, method))
        await asyncio.sleep(0.05)
    assert isinstance(heard.said, WireSilence)
    assert heard.said.left
    assert server.connections == 1


async def test_aiohttp_left_alone_would_send_a_get_twice_even_on_fresh_connections() -> None:
    """Why the wire turns a lost connection into an error of its own."""
    connector = aiohttp.TCPConnector(force_close=True)
    async with (
        raw_server(close_after_reading) as server,
        aiohttp.ClientSession(connector=connector) as session,
    ):
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await session.get(server.url)
    assert len(server.requests) == 2


async def test_half_an_answer_is_kept_as_evidence(wire: Wire) -> None:
    async with raw_server(half_an_answer) as server:
        heard = await asked(wire, purchase(server.url))
    assert heard.exchange.status == 200
    assert heard.exchange.response_body == '{"data":'


async def test_a_refused_connection_never_left(wire: Wire) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        heard = await asked(wire, purchase(f"http://127.0.0.1:{taken.getsockname()[1]}"))
    assert isinstance(heard.said, WireSilence)
    assert not heard.said.left


async def test_a_name_that_does_not_exist_never_left(wire: Wire) -> None:
    heard = await asked(wire, purchase("http://tidak-ada.invalid", timeout_s=10))
    assert isinstance(heard.said, WireSilence)
    assert not heard.said.left


@pytest.mark.parametrize("url", ["ftp://127.0.0.1", "http://", "http://127.0.0.1:99999"])
async def test_an_address_that_is_none_never_left(wire: Wire, url: str) -> None:
    heard = await asked(wire, purchase(url))
    assert isinstance(heard.said, WireSilence)
    assert not heard.said.left


async def test_a_connection_that_does_not_stand_in_time_never_left() -> None:
    """A full backlog answers nothing: the kernel drops what would be one connection more."""
    wire = Wire(SystemClock(), connect_s=0.3)
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        waiting = [socket.socket() for _ in range(8)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(full.getsockname())
        heard = await asked(wire, purchase(f"http://127.0.0.1:{full.getsockname()[1]}", "POST", 5))
        for one in waiting:
            one.close()
    await wire.close()
    assert isinstance(heard.said, WireSilence)
    assert not heard.said.left, heard.said


async def speaks_first(visit: Visit) -> None:
    await visit.say(b"HTTP/1.1 400 Bad Request\r\n\r\n")


async def says_nothing(_: Visit) -> None:
    await asyncio.sleep(30)


@pytest.mark.parametrize("play", [speaks_first, says_nothing, reset_at_once])
async def test_tls_that_fails_never_left(wire: Wire, play: Play) -> None:
    async with raw_server(play) as server:
        heard = await asked(wire, purchase(server.url.replace("http:", "https:")))
    assert isinstance(heard.said, WireSilence)
    assert not heard.said.left
    assert server.requests == []


async def test_a_certificate_that_nobody_vouches_for_never_left(wire: Wire) -> None:
    arrived: list[bytes] = []

    async def read(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        arrived.append(await reader.read(1))
        writer.transport.abort()

    server = await asyncio.start_server(read, "127.0.0.1", 0, ssl=self_signed())
    port = server.sockets[0].getsockname()[1]
    heard = await asked(wire, purchase(f"https://127.0.0.1:{port}", timeout_s=5))
    server.close()
    await server.wait_closed()
    assert isinstance(heard.said, WireSilence)
    assert not heard.said.left
    assert arrived in ([], [b""])


@pytest.mark.parametrize("late_s, sent", [(-1.0, 1), (0.0, 1), (0.001, 0), (60.0, 0)])
async def test_a_lease_past_its_first_quarter_sends_nothing(
    clock: ManualClock, late_s: float, sent: int
) -> None:
    wire = Wire(clock)
    lease = StartBy(clock.monotonic() - late_s)
    async with raw_server(answers) as server:
        heard = await wire.ask(
            purchase(server.url), account="x", purpose="purchase", reference="TRX-1", lease=lease
        )
    await wire.close()
    assert len(server.requests) == sent
    if not sent:
        assert heard.said == WireSilence(False, "lease too old")
        assert heard.exchange.problem == "lease too old"
        assert heard.exchange.status is None


async def test_a_lease_that_ages_while_waiting_for_a_free_place_sends_nothing(
    clock: ManualClock,
) -> None:
    wire = Wire(clock, in_flight={"x-main": 1})
    lease = StartBy(clock.monotonic() + 15)
    inside, leave = asyncio.Event(), asyncio.Event()

    async def slow(visit: Visit) -> None:
        await visit.request()
        inside.set()
        await leave.wait()
        await visit.answer(b"{}")

    async with raw_server(slow) as server:
        request = purchase(server.url, timeout_s=5)
        first = asyncio.create_task(asked(wire, request))
        await inside.wait()
        second = asyncio.create_task(
            wire.ask(request, account="x-main", purpose="purchase", lease=lease)
        )
        await asyncio.sleep(0.05)
        clock.advance(16)
        leave.set()
        assert isinstance((await first).said, WireAnswer)
        assert (await second).said == WireSilence(False, "lease too old")
    await wire.close()
    assert len(server.requests) == 1


async def test_no_more_calls_are_in_flight_than_an_account_allows(clock: ManualClock) -> None:
    wire = Wire(clock, in_flight={"x-main": 3})
    now, most = 0, 0

    async def counted(visit: Visit) -> None:
        nonlocal now, most
        await visit.request()
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.01)
        now -= 1
        await visit.answer(b"{}")

    async with raw_server(counted) as server:
        request = purchase(server.url, timeout_s=5)
        await asyncio.gather(*(asked(wire, request) for _ in range(12)))
        await asyncio.gather(
            *(wire.ask(request, account="y", purpose="purchase") for _ in range(5))
        )
    await wire.close()
    assert len(server.requests) == 17
    assert most == 5


async def answers(visit: Visit) -> None:
    """Answers for as long as the connection lasts, and echoes what should not be kept."""
    while True:
        whole = await visit.request()
        echo = whole.replace(b"\r\n", b" ").replace(b'"', b"'")
        await visit.answer(b'{"sign":"geheim","echo":"' + echo + b'"}', "400 Bad Request")


async def test_an_answer_comes_back_whole_whatever_its_status(wire: Wire) -> None:
    async with raw_server(answers) as server:
        heard = await asked(wire, purchase(server.url))
    assert isinstance(heard.said, WireAnswer)
    assert heard.said.status == 400
    assert b"geheim" in heard.said.body
    exchange = heard.exchange
    assert (exchange.account, exchange.purpose, exchange.reference) == (
        *("x-main", "purchase"),
        "TRX-1",
    )
    assert (exchange.method, exchange.status, exchange.problem) == ("POST", 400, None)
    assert exchange.started_at <= exchange.ended_at


async def test_no_secret_is_in_what_is_kept_nor_in_what_is_logged(
    wire: Wire, capsys: pytest.CaptureFixture[str]
) -> None:
    async with raw_server(answers) as server:
        kept = [await asked(wire, purchase(server.url)), await asked(wire, purchase("http://"))]
    for heard in kept:
        text = repr(heard.exchange)
        assert KEY not in text
        assert "geheim" not in text
        assert "***" in text
        if isinstance(heard.said, WireSilence):
            assert KEY not in heard.said.detail
            assert "geheim" not in heard.said.detail
    logged = capsys.readouterr()
    assert "wire.asked" in logged.out + logged.err
    for secret in (KEY, "geheim"):
        assert secret not in logged.out + logged.err


async def test_a_redirect_is_an_answer_and_is_not_followed(wire: Wire) -> None:
    async with raw_server(sends_us_elsewhere) as server:
        heard = await asked(wire, purchase(server.url))
        await asked(wire, purchase(server.url))
    assert isinstance(heard.said, WireAnswer)
    assert heard.said.status == 302
    assert len(server.requests) == 2
    assert b"cookie" not in server.requests[1].lower()


async def test_each_call_that_can_buy_has_its_own_connection(wire: Wire) -> None:
    async with raw_server(answers) as server:
        for _ in range(3):
            await asked(wire, purchase(server.url))
        assert server.connections == 3
        for _ in range(3):
            plain = WireRequest("POST", server.url, body=b"{}", timeout_s=5)
            await wire.ask(plain, account="x-main", purpose="balance")
        assert server.connections == 4
    assert all(b"accept-encoding: identity" in each.lower() for each in server.requests)


async def test_the_proxy_of_the_environment_is_not_used(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "")
    async with raw_server(answers) as server:
        heard = await asked(wire, purchase(server.url))
    assert isinstance(heard.said, WireAnswer)


async def test_compressed_bytes_are_not_unpacked(wire: Wire) -> None:
    async def packed(visit: Visit) -> None:
        await visit.request()
        await visit.answer(b"\x1f\x8b\x08\x00not really", headers="Content-Encoding: gzip\r\n")

    async with raw_server(packed) as server:
        heard = await asked(wire, purchase(server.url))
    assert isinstance(heard.said, WireAnswer)
    assert heard.said.body == b"\x1f\x8b\x08\x00not really"


async def test_a_price_list_may_be_large_and_only_its_beginning_is_kept(wire: Wire) -> None:
    async def lists(visit: Visit) -> None:
        await visit.request()
        await visit.answer(b"x" * (3 * ROOM_FOR_ANSWER))

    async with raw_server(lists) as server:
        plain = WireRequest("POST", server.url, body=b"{}", timeout_s=5)
        heard = await wire.ask(plain, account="x-main", purpose="price_list")
    assert isinstance(heard.said, WireAnswer)
    assert len(heard.said.body) == 3 * ROOM_FOR_ANSWER
    assert len(heard.exchange.response_body) == 2048


async def test_closing_ends_a_call_under_way_in_silence(wire: Wire) -> None:
    async with raw_server(silent) as server:
        task = asyncio.create_task(asked(wire, purchase(server.url, timeout_s=20)))
        while not server.requests:
            await asyncio.sleep(0.01)
        await wire.close()
        heard = await asyncio.wait_for(task, 5)
    assert isinstance(heard.said, WireSilence)
    assert heard.said.left
