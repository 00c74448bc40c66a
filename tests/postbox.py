"""Real places where messages arrive: a mail server, a web server, and one that never answers."""

from __future__ import annotations

import asyncio
import email
import email.policy
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass
class Letter:
    """One message as it arrived. ``to``: whom it is for, as that way of sending says it."""

    to: str
    title: str
    text: str


@dataclass
class Postbox:
    """``address``: for the setting of a channel, the recipient's place in it. ``is_broken``: it
    refuses everything. ``speaks`` cleared: the mail server says nothing until it is set again."""

    address: str = ""
    letters: list[Letter] = field(default_factory=list)
    is_broken: bool = False
    speaks: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.speaks.set()

    def find(self, *words: str) -> list[Letter]:
        return [one for one in self.letters if all(w in one.title + one.text for w in words)]

    async def until(self, *words: str, within_s: float = 8) -> Letter:
        """The first letter with all these words, once it is there."""
        async with asyncio.timeout(within_s):
            while not self.find(*words):
                await asyncio.sleep(0.02)
        return self.find(*words)[0]

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        await self.speaks.wait()
        if self.is_broken:
            return "451 not now"
        content = envelope.content
        assert isinstance(content, bytes)
        mail = email.message_from_bytes(content, policy=email.policy.default)
        body = mail.get_body(("plain",))
        assert body is not None
        self.letters.append(
            Letter(
                envelope.rcpt_tos[0],
                str(mail["subject"]),
                body.get_content().replace("\r\n", "\n").strip(),
            )
        )
        return "250 OK"


@asynccontextmanager
async def mail_server() -> AsyncIterator[Postbox]:
    box = Postbox()
    loop = asyncio.get_running_loop()
    make: Callable[[], SMTP] = lambda: SMTP(box, hostname="post.example", loop=loop)  # noqa: E731
    server = await loop.create_server(make, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    box.address = f"mailto://127.0.0.1:{port}?from=toko@konter.example&to={{to}}"
    yield box
    server.close()


@asynccontextmanager
async def gateway(*, form: bool = False) -> AsyncIterator[Postbox]:
    """A message gateway's web server: of JSON, or of forms as Indonesian ones for WhatsApp are."""
    box = Postbox()

    async def take(request: web.Request) -> web.Response:
        said: Any = await request.post() if form else await request.json()
        if form and request.headers["Authorization"] != "token-rahasia":
            return web.Response(status=401)
        if box.is_broken:
            return web.Response(status=500)
        to = str(said["target"]) if form else request.path.strip("/")
        box.letters.append(Letter(to, str(said.get("title", "")), str(said["message"])))
        return web.Response(text="ok")

    app = web.Application()
    app.router.add_post("/{rest:.*}", take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    token = "?+Authorization=token-rahasia&:target={to}&:title=" if form else "{to}"
    box.address = f"{'form' if form else 'json'}://127.0.0.1:{port}/{token}"
    yield box
    await runner.cleanup()


@asynccontextmanager
async def deaf_server() -> AsyncIterator[str]:
    """Takes connections and never says a word; answers its host and port."""
    over = asyncio.Event()

    async def listen(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await over.wait()
        writer.close()

    server = await asyncio.start_server(listen, "127.0.0.1", 0)
    yield "127.0.0.1:" + str(server.sockets[0].getsockname()[1])
    over.set()
    server.close()
