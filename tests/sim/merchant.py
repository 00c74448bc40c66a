"""A merchant of both gateways, signing by the documents; a mailbox for their callbacks."""

import asyncio
import hmac
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import aiohttp
from aiohttp import web

Json = dict[str, Any]
VECTORS: Json = json.loads(
    (Path(__file__).parents[1] / "upstreams" / "vectors_payments.json").read_text()
)
VA = VECTORS["ipaymu"]["va"]
IPAYMU_KEY = VECTORS["ipaymu"]["api_key"]
MERCHANT = VECTORS["tripay"]["merchant_code"]
PRIVATE_KEY = VECTORS["tripay"]["private_key"]
TRIPAY_KEY = "DEV-TSTPRAPIKEY00000000000000000000000001"


@dataclass(frozen=True)
class Said:
    """One answer: HTTP status and raw body."""

    status: int
    raw: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.raw)

    @property
    def data(self) -> Any:
        body = self.json
        return body["Data"] if "Data" in body else body["data"]


def ipaymu_signature(method: str, raw: bytes) -> str:
    told = f"{method}:{VA}:{sha256(raw).hexdigest()}:{IPAYMU_KEY}"
    return hmac.new(IPAYMU_KEY.encode(), told.encode(), sha256).hexdigest()


def tripay_signature(merchant_ref: str, amount: int) -> str:
    told = f"{MERCHANT}{merchant_ref}{amount}"
    return hmac.new(PRIVATE_KEY.encode(), told.encode(), sha256).hexdigest()


class Merchant:
    """Speaks one gateway's API and its control API."""

    def __init__(self, session: aiohttp.ClientSession, control: str, api: str, hook: str) -> None:
        self._session = session
        self.control = control
        self.api = api
        self.hook = hook

    async def look(self, what: str) -> Any:
        async with self._session.get(f"{self.control}/{what}") as reply:
            assert reply.status == 200, await reply.text()
            return await reply.json()

    async def tell(self, what: str, body: object = None, *, status: int = 200) -> Any:
        async with self._session.post(f"{self.control}/{what}", json=body or {}) as reply:
            assert reply.status == status, await reply.text()
            return await reply.json()

    async def script(self, reference: str, *plan: Mapping[str, object]) -> None:
        await self.tell("script", {"reference": reference, "plan": plan})

    async def broken_rules(self) -> list[str]:
        return [breach["rule"] for breach in await self.look("breaches")]

    async def page(self, url: str) -> tuple[int, str]:
        async with self._session.get(url) as reply:
            return reply.status, await reply.text()

    async def press(self, url: str, **fields: str) -> tuple[int, str]:
        """Send the page's form, as a browser would, and follow to the page it shows."""
        async with self._session.post(url, data=fields) as reply:
            return reply.status, await reply.text()

    async def balanced(self) -> bool:
        books = await self.look("books")
        return bool(books["collected"] == books["fees"] + books["settled"] + books["owed"])

    async def raw(
        self,
        method: str,
        path: str,
        body: bytes | Mapping[str, str] | None,
        headers: Mapping[str, str],
        *,
        timeout_s: float = 5.0,
    ) -> Said:
        patience = aiohttp.ClientTimeout(total=timeout_s)
        async with self._session.request(
            method, self.api + path, data=body, headers=headers, timeout=patience
        ) as reply:
            return Said(reply.status, await reply.read())


class IpaymuMerchant(Merchant):
    """Signs as the facts say: compact JSON, `/` unescaped."""

    async def call(self, path: str, body: Mapping[str, object], **headers: str) -> Said:
        raw = json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()
        return await self.signed("POST", path, raw, **headers)

    async def signed(self, method: str, path: str, raw: bytes, **headers: str) -> Said:
        given = {
            "Content-Type": "application/json",
            "va": VA,
            "signature": ipaymu_signature(method, raw),
            "timestamp": f"{datetime.now(UTC):%Y%m%d%H%M%S}",
            **headers,
        }
        return await self.raw(method, path, raw if method == "POST" else None, given)

    async def pay_by_redirect(self, reference: str, amount: int = 150_000, **more: object) -> Said:
        body = {
            "product": ["Isi saldo"],
            "qty": [1],
            "price": [amount],
            "returnUrl": "http://127.0.0.1:9/selesai?a=1",
            "cancelUrl": "http://127.0.0.1:9/batal",
            "notifyUrl": self.hook,
            "referenceId": reference,
            "buyerName": "Budi Santoso",
            "buyerEmail": "budi@example.id",
            "buyerPhone": "081200000001",
            **more,
        }
        return await self.call("/payment", body)

    async def pay_directly(self, reference: str, amount: int = 150_000, **more: object) -> Said:
        body = {
            "name": "Budi Santoso",
            "phone": "081200000001",
            "email": "budi@example.id",
            "amount": amount,
            "notifyUrl": self.hook,
            "referenceId": reference,
            "paymentMethod": "qris",
            "paymentChannel": "mpm",
            **more,
        }
        return await self.call("/payment/direct", body)

    async def check(self, trx_id: object) -> Any:
        return (await self.call("/transaction", {"transactionId": str(trx_id)})).data


class TripayMerchant(Merchant):
    """JSON with a Bearer key."""

    headers = {"Authorization": f"Bearer {TRIPAY_KEY}", "Content-Type": "application/json"}

    async def create(self, reference: str, amount: int = 150_000, **more: object) -> Said:
        body = {
            "method": "QRIS2",
            "merchant_ref": reference,
            "amount": amount,
            "customer_name": "Budi Santoso",
            "customer_email": "budi@example.id",
            "order_items": [{"name": "Isi saldo", "price": amount, "quantity": 1}],
            "callback_url": self.hook,
            "return_url": "http://127.0.0.1:9/selesai",
            "signature": tripay_signature(reference, amount),
            **more,
        }
        raw = json.dumps(body).encode()
        return await self.raw("POST", "/transaction/create", raw, self.headers)

    async def get(self, path: str) -> Said:
        return await self.raw("GET", path, None, self.headers)

    async def detail(self, reference: str) -> Any:
        return (await self.get(f"/transaction/detail?reference={reference}")).data


@dataclass(frozen=True)
class Callback:
    headers: Mapping[str, str]
    raw: bytes

    @property
    def form(self) -> Json:
        found = parse_qs(self.raw.decode(), keep_blank_values=True, strict_parsing=True)
        return {name: values[0] for name, values in found.items()}

    @property
    def json(self) -> Json:
        return dict(json.loads(self.raw))


@dataclass
class Letterbox:
    """Collects callbacks; `answers` are (status, body) to give, then 200 with success."""

    url: str = ""
    got: list[Callback] = field(default_factory=list)
    answers: list[tuple[int, str]] = field(default_factory=list)

    async def receive(self, request: web.Request) -> web.Response:
        self.got.append(Callback(dict(request.headers), await request.read()))
        status, text = self.answers.pop(0) if self.answers else (200, '{"success":true}')
        return web.Response(status=status, text=text)

    async def holds(self, count: int) -> None:
        await until(lambda: len(self.got) >= count)
        await asyncio.sleep(0.02)
        assert len(self.got) == count, [one.raw for one in self.got]


async def until(happened: Callable[[], bool], *, within_s: float = 4.0) -> None:
    async with asyncio.timeout(within_s):
        while not happened():
            await asyncio.sleep(0.005)


@asynccontextmanager
async def open_letterbox() -> AsyncIterator[Letterbox]:
    box = Letterbox()
    app = web.Application()
    app.router.add_post("/kabar", box.receive)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    box.url = f"http://127.0.0.1:{runner.addresses[0][1]}/kabar"
    try:
        yield box
    finally:
        await runner.cleanup()
