"""Shorthand for talking about one purchase at Digiflazz, with the invented credentials."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from konter.kernel.money import Rupiah
from konter.kernel.wire_types import WireAnswer, WireCall
from konter.upstreams.contract import Purchase
from konter.upstreams.providers.digiflazz import Digiflazz, DigiflazzSettings

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).parent / "vectors_digiflazz.json").read_text("utf-8")
)
CREDENTIALS: dict[str, str] = VECTORS["credentials"]
SECRETS = (
    CREDENTIALS["development_key"],
    CREDENTIALS["production_key"],
    CREDENTIALS["webhook_secret"],
)

DEVELOPMENT = Digiflazz(
    DigiflazzSettings(
        CREDENTIALS["username"],
        CREDENTIALS["development_key"],
        webhook_secret=CREDENTIALS["webhook_secret"],
    )
)
PRODUCTION = Digiflazz(
    DigiflazzSettings(
        CREDENTIALS["username"],
        CREDENTIALS["production_key"],
        webhook_secret=CREDENTIALS["webhook_secret"],
    )
)


def an_ask(
    reference: str = "test1",
    sku: str = "xld10",
    customer_no: str = "087800001230",
    *,
    max_price: int = 11_000,
    first: bool = True,
) -> Purchase:
    return Purchase(reference, sku, customer_no, Rupiah(max_price), first)


def echo_of(ask: Purchase, **more: Any) -> dict[str, Any]:
    """The purchase named in full, with what else is said about it."""
    named = {"ref_id": ask.reference, "customer_no": ask.customer_no, "buyer_sku_code": ask.sku}
    return {**named, **more}


def answer(data: Any, status: int = 200) -> WireAnswer:
    return WireAnswer(status, {}, json.dumps({"data": data}).encode())


def raw(body: bytes, status: int = 200) -> WireAnswer:
    return WireAnswer(status, {}, body)


def webhook(body: bytes, **headers: str) -> WireCall:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return WireCall("POST", "/webhook/digiflazz", "", named, body, "52.74.250.133")


def told(data: Any) -> WireCall:
    return webhook(json.dumps({"data": data}).encode())
