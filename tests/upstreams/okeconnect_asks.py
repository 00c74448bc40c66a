"""Shorthand for talking about one purchase at OkeConnect, and the labelled messages about it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from konter.kernel.clock import WIB
from konter.kernel.money import Rupiah
from konter.kernel.outcome import Outcome
from konter.kernel.wire_types import WireAnswer, WireCall
from konter.upstreams.contract import Purchase
from konter.upstreams.providers.okeconnect import Okeconnect, OkeconnectSettings

PIN: Final = "907154"
PASSWORD: Final = "s&n d+i%20#h2h"
CALLBACK_SECRET: Final = "rahasia-jalan-callback-01"

SETTINGS: Final = OkeconnectSettings("OK00123", PIN, PASSWORD)
OKECONNECT: Final = Okeconnect(SETTINGS)
GUARDED: Final = Okeconnect(replace(SETTINGS, callback_secret=CALLBACK_SECRET))

SENT: Final = datetime(2025, 4, 22, 18, 46, 20, tzinfo=WIB)
"""When the purchase of the official status examples was made."""

ASK: Final = Purchase("999", "T5", "08980204060", Rupiah(7_000), True, SENT)
QUESTION: Final = replace(ASK, first=False)


def said(text: str, status: int = 200) -> WireAnswer:
    return WireAnswer(status, {"Content-Type": "text/html"}, text.encode())


def read(ask: Purchase, text: str) -> Outcome:
    return OKECONNECT.read(ask, said(text))


def called(query: str, path: str = "/api/webhook/transaction-callback") -> WireCall:
    return WireCall("GET", path, query, {}, b"", "103.139.245.61")


@dataclass(frozen=True)
class Labelled:
    """One message of the corpus: what it means, and the purchase that it is about."""

    text: str
    meaning: str
    channel: str | None
    kind: str
    serial: str | None
    price: int | None
    trx_id: str | None
    reason: str | None
    note: str
    ask: Purchase
    """As a first call; a minute and a day that the message names are when it was sent."""

    def __str__(self) -> str:
        return self.text[:50] or "nothing"


def _labelled(row: dict[str, Any]) -> Labelled:
    text = str(row["text"])
    minute = re.search(r"(?:jam |@)(\d\d):(\d\d)", text)
    amount = re.search(r", QTY : (\d+)", text)
    sent_at = SENT.replace(hour=int(minute[1]), minute=int(minute[2])) if minute else SENT
    ask = Purchase(
        reference=row["ref_id"] or "TRX-20250422-A1B2C3D4",
        sku=row["product"] or "S5",
        customer_no=row["dest"] or "081200000001",
        max_price=Rupiah(int((row["price"] or 20_000) * 1.05)),
        first=True,
        sent_at=sent_at,
        amount=Rupiah(int(amount[1])) if amount else None,
    )
    return Labelled(
        text,
        row["meaning"],
        row.get("channel"),
        row["kind"],
        row["sn"],
        row["price"],
        row["trx_id"],
        row.get("reason"),
        row.get("note") or "",
        ask,
    )


_ROWS: Final[list[dict[str, Any]]] = [
    json.loads(line)
    for line in (Path(__file__).parent / "vectors_h2h_messages.jsonl")
    .read_text("utf-8")
    .splitlines()
]
CORPUS: Final = [_labelled(row) for row in _ROWS if row["family"] == "okeconnect"]
OTHER_FAMILIES: Final = [_labelled(row) for row in _ROWS if row["family"] != "okeconnect"]
