"""Calling addresses that strangers chose: out to the open internet, and nowhere else.

A reseller's callback address is a way to make us ask. So each call looks its name up once, judges
every address found, and connects to exactly those; it follows no redirect, and keeps no connection
for later. Judged again where the socket is made, because there every road comes by.
"""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from konter.kernel.wire_types import WireAnswer, WireRequest, WireSilence

ROOM: Final = 64 * 1024
"""As much of an answer is read; what is beyond it is left unread, and changes nothing."""
CONNECT_S: Final = 5.0
LONGEST_URL: Final = 8000
LOOKUPS: Final = 32
"""Names looked up at once: a look-up blocks a thread for as long as its name server pleases."""

Lookup = Callable[[str, int], Awaitable[Sequence[str]]]
"""The addresses of a name, as text. Raises OSError when there are none."""

INNER = tuple(
    map(
        ip_network,
        (
            *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8"),
            *("fc00::/7", "::1/128"),
        ),
    )
)
"""Inside a house or a machine: reached only by a shop that said so."""

OUTER_V6 = ip_network("2000::/3")
"""All of IPv6 that is given out for the internet. What wraps an IPv4 address (mapped, NAT64) lies
outside of it."""

NOWHERE = tuple(
    map(
        ip_network,
        (
            *("0.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24"),
            *("198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
            *("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"),
        ),
    )
)
"""Never a shop's server: this network, link-local, multicast, reserved, examples, old tunnels."""

NO_WEB_PORTS: Final = frozenset(
    (
        *(1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95),
        *(101, 102, 103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 138, 139, 143),
        *(161, 162, 179, 389, 427, 445, 465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548),
        *(554, 556, 563, 587, 601, 623, 631, 636, 873, 989, 990, 993, 995, 1433, 1521, 1719),
        *(1720, 1723, 2049, 2375, 2376, 2379, 2380, 3306, 3389, 3659, 4045, 4190, 5060, 5061),
        *(5432, 5672, 5900, 6000, 6379, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 9042),
        *(9092, 9200, 9300, 10080, 11211, 27017),
    )
)
"""Well-known ports of other protocols: mail, shells, files, databases."""

NUMERIC = re.compile(r"(0x[0-9a-f]*|[0-9]+)\.?", re.IGNORECASE)
"""A last label like this makes a name an address in disguise: 127.1, 0x7f.1, 2130706433."""


class Courier:
    """Sends to strangers' addresses. ``private``: inner networks may be reached as well, for tests
    and intranets. One event loop uses it; ``close`` it there."""

    def __init__(
        self, *, private: bool = False, lookup: Lookup | None = None, connect_s: float = CONNECT_S
    ) -> None:
        self._private = private
        self._connect_s = connect_s
        self._threads = ThreadPoolExecutor(LOOKUPS, thread_name_prefix="courier-lookup")
        self._lookup = lookup or self._ask_name_server
        self._session: aiohttp.ClientSession | None = None

    async def send(self, request: WireRequest) -> WireAnswer | WireSilence:
        """Send it once. Never raises for anything the network does. ``WireSilence.left`` False: no
        byte left, for there was no way, or the address is none that we go to. A repeat is a new
        request."""
        if wrong := objection(request.url, private=self._private):
            return WireSilence(False, wrong)
        total = request.timeout_s
        try:
            async with self._open_session().request(
                request.method,
                URL(request.url, encoded=True),
                data=request.body or None,
                headers=request.headers,
                timeout=aiohttp.ClientTimeout(total, connect=min(self._connect_s, total * 0.9)),
                allow_redirects=False,
            ) as response:
                body = await _beginning(response)
                return WireAnswer(response.status, response.headers, body)
        except _Refused as refusal:
            return WireSilence(False, str(refusal))
        except _NEVER_LEFT as error:
            return WireSilence(False, _told(error))
        except (aiohttp.ClientError, OSError) as error:
            return WireSilence(True, _told(error))

    async def close(self) -> None:
        """Drop all connections. A call under way ends in silence."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        if self._session is not None:
            await self._session.close()

    def _open_session(self) -> aiohttp.ClientSession:
        """Made at first use, because only then is there an event loop. No cookies, no proxy from
        the environment, no compression to unpack."""
        if self._session is None:
            connector = aiohttp.TCPConnector(
                limit=0,
                force_close=True,
                use_dns_cache=False,
                resolver=_Judge(self._lookup, private=self._private),
                socket_factory=self._judged_socket,
            )
            self._session = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"Accept-Encoding": "identity", "User-Agent": "konter"},
                auto_decompress=False,
                trust_env=False,
            )
        return self._session

    def _judged_socket(self, info: aiohttp.AddrInfoType) -> socket.socket:
        """A socket for exactly this address, if it may be reached."""
        family, kind, protocol, _, address = info
        _judge(str(address[0]), private=self._private)
        return socket.socket(family=family, type=kind, proto=protocol)

    async def _ask_name_server(self, host: str, port: int) -> Sequence[str]:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, _addresses, host, port)


def objection(url: str, *, private: bool = False) -> str | None:
    """What is wrong with an address as it is written, or None. What its name leads to is judged
    anew at each call."""
    if len(url) > LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url:
        return "not an address: plain letters without spaces are expected"
    try:
        parts = URL(url, encoded=True)
        host, port = parts.host, parts.port
    except ValueError:
        return "not an address"
    if parts.scheme not in ("http", "https") or not host:
        return "not an address: http:// or https:// and a name are expected"
    if parts.user is not None or parts.password is not None:
        return "an address with a user name or a password is not used"
    if port is None or port in NO_WEB_PORTS or not 0 < port < 65536:
        return f"port {port} is not a web server's"
    if ":" not in host and not _is_plain_v4(host):
        disguised = NUMERIC.fullmatch(host.rstrip(".").rpartition(".")[2])
        return "an address in disguise" if disguised else None
    return None if may_reach(host, private=private) else f"{host} is not on the open internet"


def may_reach(address: str, *, private: bool = False) -> bool:
    """Whether an IP address belongs to the open internet (or, with ``private``, to an inner
    network). What is no IP address is not reached."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if private and any(found in network for network in INNER):
        return True
    if isinstance(found, IPv6Address) and (found not in OUTER_V6 or found.scope_id):
        return False
    return not any(found in network for network in (*INNER, *NOWHERE))


class _Judge(AbstractResolver):
    """Looks a name up once, and hands on what it found only if all of it may be reached."""

    def __init__(self, lookup: Lookup, *, private: bool) -> None:
        self._lookup = lookup
        self._private = private

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        addresses = await self._lookup(host, port)
        for address in addresses:
            _judge(address, private=self._private)
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in addresses
        ]

    async def close(self) -> None: ...


class _Refused(aiohttp.ClientError):
    """The address is none that we go to. No OSError, so that no other address is tried."""


def _judge(address: str, *, private: bool) -> None:
    if not may_reach(address, private=private):
        raise _Refused("the address is not on the open internet")


def _addresses(host: str, port: int) -> list[str]:
    """Blocks. A name that cannot be one is a name that is not there."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:
        raise OSError("not a name") from error
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def _is_plain_v4(host: str) -> bool:
    return re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,3}){3}", host) is not None


async def _beginning(response: aiohttp.ClientResponse) -> bytes:
    """The first of its body. What breaks afterwards does not take back that it answered."""
    body = bytearray()
    try:
        async for chunk in response.content.iter_any():
            body += chunk
            if len(body) >= ROOM:
                break
    except (aiohttp.ClientError, OSError):
        pass
    response.close()
    return bytes(body[:ROOM])


_NEVER_LEFT: Final = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.InvalidURL,
    aiohttp.NonHttpUrlClientError,
)
"""Raised before a connection stands, so before the first byte of a request."""


def _told(error: Exception) -> str:
    """What went wrong. Never the address, which may hold the receiver's own secret."""
    match error:
        case aiohttp.ClientConnectorDNSError():
            return "no such name"
        case aiohttp.ClientSSLError():
            return "no secure connection (TLS)"
        case aiohttp.ConnectionTimeoutError():
            return "no connection in time"
        case aiohttp.ClientConnectorError():
            return f"no connection: {error.os_error.strerror or type(error.os_error).__name__}"
        case TimeoutError():
            return "no answer in time"
        case _:
            return f"the connection broke: {type(error).__name__}"
