"""A stranger's address leads to the open internet or nowhere: no redirect, name, literal or second
look-up brings our request into a network of ours."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

import pytest

from konter.kernel.wire_types import WireAnswer, WireRequest, WireSilence
from konter.upstreams.courier import ROOM, Courier, may_reach, objection
from tests.upstreams.raw_server import Visit, raw_server
from tests.upstreams.tls import self_signed

FAR = "2000::1"
"""Of the open internet, and given to nobody: what is sent there arrives nowhere."""


@dataclass
class Names:
    """A name server that answers as it is told, and counts: its last answer is repeated."""

    answers: list[Sequence[str]]
    asked: list[str] = field(default_factory=list)

    async def look_up(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.fixture
async def inside() -> AsyncIterator[Courier]:
    """Of a shop that allows inner networks."""
    courier = Courier(private=True)
    yield courier
    await courier.close()


def call(url: str, timeout_s: float = 1.0) -> WireRequest:
    return WireRequest("POST", url, {"X-Kind": "test"}, b"{}", timeout_s=timeout_s)


async def ok(visit: Visit) -> None:
    await visit.request()
    await visit.answer(b"OK")


async def sent_by(names: Names, url: str, times: int = 1) -> list[WireAnswer | WireSilence]:
    courier = Courier(lookup=names.look_up, connect_s=0.2)
    try:
        return [await courier.send(call(url)) for _ in range(times)]
    finally:
        await courier.close()


async def test_what_arrives_is_what_was_sent_byte_for_byte(inside: Courier) -> None:
    async with raw_server(ok) as server:
        answer = await inside.send(call(f"{server.url}/cb?message=a%20b&t=1"))
        assert isinstance(answer, WireAnswer)
        assert (answer.status, answer.body) == (200, b"OK")
        (request,) = server.requests
    assert request.startswith(b"POST /cb?message=a%20b&t=1 HTTP/1.1\r\n")
    assert request.endswith(b"\r\n\r\n{}")
    assert b"X-Kind: test" in request


async def test_a_redirect_is_not_followed(inside: Courier) -> None:
    async with raw_server(ok) as inner:

        async def elsewhere(visit: Visit) -> None:
            await visit.request()
            await visit.answer(b"", "307 Temporary Redirect", f"Location: {inner.url}/\r\n")

        async with raw_server(elsewhere) as server:
            answer = await inside.send(call(server.url))
        assert isinstance(answer, WireAnswer)
        assert answer.status == 307
        assert inner.connections == 0


async def test_a_name_that_leads_inside_is_never_connected_to() -> None:
    async with raw_server(ok) as server:
        for inner in ("127.0.0.1", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "0.0.0.0"):
            names = Names([[inner]])
            (said,) = await sent_by(names, f"http://rebind.example:{server.port}/")
            assert said == WireSilence(False, "the address is not on the open internet"), inner
        assert server.connections == 0


async def test_one_inner_address_among_others_spoils_the_name() -> None:
    async with raw_server(ok) as server:
        names = Names([[FAR, "127.0.0.1"]])
        (said,) = await sent_by(names, f"http://mixed.example:{server.port}/")
        assert isinstance(said, WireSilence)
        assert not said.left
        assert server.connections == 0


async def test_the_judged_address_is_the_one_connected_to_whatever_the_name_says_later() -> None:
    """A name server that says something public to the judge and 127.0.0.1 to whoever asks next."""
    async with raw_server(ok) as server:
        names = Names([[FAR], ["127.0.0.1"]])
        first, second = await sent_by(names, f"http://rebind.example:{server.port}/", times=2)
        assert names.asked == ["rebind.example"] * 2  # once for each call
        assert isinstance(first, WireSilence)
        assert not first.left
        assert second == WireSilence(False, "the address is not on the open internet")
        assert server.connections == 0


LITERALS = (
    *("127.0.0.1", "127.1", "0x7f.1", "0x7f000001", "2130706433", "017700000001", "127.0.0.1."),
    *("[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]"),
    *("[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "[2001:0:7f00:1::]", "[fe80::1]", "[fd00::1]"),
    *("[fec0::1]", "[ff02::1]", "[::]", "0.0.0.0", "0", "10.0.0.1", "172.16.5.4", "192.168.1.1"),
    *("100.64.0.1", "169.254.169.254", "224.0.0.1", "240.0.0.1", "255.255.255.255", "198.18.0.1"),
    *("localhost", "localhost."),
)


async def test_no_spelling_of_an_inner_address_is_connected_to() -> None:
    courier = Courier()
    async with raw_server(ok) as server:
        for literal in LITERALS:
            said = await courier.send(call(f"http://{literal}:{server.port}/"))
            assert isinstance(said, WireSilence), literal
            assert not said.left, literal
        assert server.connections == 0
    await courier.close()


@pytest.mark.parametrize("host", [name for name in LITERALS if not name.startswith("localhost")])
def test_an_inner_literal_is_refused_as_it_is_written(host: str) -> None:
    assert objection(f"http://{host}:8080/cb") is not None


@pytest.mark.parametrize(
    "url",
    [
        *(
            "",
            "partner.example",
            "//partner.example/",
            "ftp://partner.example/",
            "file:///etc/hosts",
        ),
        *("gopher://partner.example/", "http://", "http:///cb", "http://partner.example/a b"),
        *("http://partner.example/\r\nHost: x", "http://partner.example/\u00e9"),
        *("http://user:pass@partner.example/", "http://user@partner.example/"),
        *("http://partner.example:22/", "http://partner.example:25/", "http://partner.example:0/"),
        *(
            "http://partner.example:6379/",
            "https://partner.example:5432/",
            "http://a.example:99999/",
        ),
        *("http://[::1/", "http://partner.example:x/", "https://partner.example/" + "a" * 9000),
    ],
)
def test_what_is_no_callback_address_is_refused_as_it_is_written(url: str) -> None:
    assert objection(url) is not None


@pytest.mark.parametrize(
    "url",
    [
        *(
            "https://partner.example/cb",
            "http://partner.example:6969/report?x=1",
            "http://8.8.8.8/",
        ),
        *("https://partner.example:8443/", "http://[2606:4700::1111]/cb", "http://1-2-3.example/"),
    ],
)
def test_an_ordinary_callback_address_passes(url: str) -> None:
    assert objection(url) is None


def test_inner_networks_are_reached_only_by_a_shop_that_said_so() -> None:
    for address in ("127.0.0.1", "10.1.2.3", "192.168.0.9", "fd00::1", "::1"):
        assert may_reach(address, private=True)
        assert not may_reach(address)
    for address in ("169.254.169.254", "fe80::1", "0.0.0.0", "::", "224.0.0.1", "::ffff:10.0.0.1"):
        assert not may_reach(address, private=True), address


async def test_a_longer_answer_is_read_only_so_far(inside: Courier) -> None:
    async def endless(visit: Visit) -> None:
        await visit.request()
        await visit.say(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            await visit.say(b"10000\r\n" + b"a" * 0x10000 + b"\r\n")

    async with raw_server(endless) as server:
        answer = await inside.send(call(server.url))
    assert isinstance(answer, WireAnswer)
    assert (answer.status, len(answer.body)) == (200, ROOM)


async def test_an_answer_that_never_ends_was_an_answer(inside: Courier) -> None:
    async def drips(visit: Visit) -> None:
        await visit.request()
        await visit.say(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nOK")
        await asyncio.sleep(10)

    async with raw_server(drips) as server:
        answer = await inside.send(call(server.url, timeout_s=0.2))
    assert isinstance(answer, WireAnswer)
    assert answer.status == 200


async def test_silence_says_whether_anything_left_and_never_the_address(inside: Courier) -> None:
    async def mute(visit: Visit) -> None:
        await visit.request()
        await asyncio.sleep(10)

    async with raw_server(mute) as server:
        url = f"{server.url}/cb?token=geheim"
        assert await inside.send(call(url, 0.2)) == WireSilence(True, "no answer in time")
    gone = await inside.send(call(url, 0.2))
    assert isinstance(gone, WireSilence)
    assert not gone.left
    assert "geheim" not in gone.detail


async def test_a_certificate_that_nobody_vouches_for_is_not_believed(inside: Courier) -> None:
    listener = await asyncio.start_server(lambda _, writer: None, "127.0.0.1", 0, ssl=self_signed())
    async with listener:
        port = listener.sockets[0].getsockname()[1]
        said = await inside.send(call(f"https://127.0.0.1:{port}/"))
    assert said == WireSilence(False, "no secure connection (TLS)")
