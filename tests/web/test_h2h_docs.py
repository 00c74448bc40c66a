"""What partners paste and copy from our documents is what our code does."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from konter.kernel.errors import KonterError
from konter.orders.otomax_words import EXPRESSIONS
from konter.orders.read import OrderNotFound
from konter.orders.reseller_order import REFUSALS
from konter.people.signatures import hmac_fits, md5_sign, of_purchase
from konter.web.h2h.problems import ALWAYS
from konter_sim.partner import expressions as partner

DOCS = Path(__file__).parents[2] / "docs" / "how-to"
OTOMAX = (DOCS / "connect-otomax.md").read_text()
JSON = (DOCS / "connect-by-json.md").read_text()

SAID = {
    "proses": "akan diproses. Hrg",
    "sukses": "SUKSES. SN/Ref",
    "gagal": "GAGAL. Nomor tujuan salah",
    "tidak ada": "TIDAK ADA transaksi",
}


def blocks(document: str, kind: str = "") -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```", document, re.M | re.S)


def test_the_expressions_to_paste_are_those_that_our_lines_are_held_to() -> None:
    pasted = [line for block in blocks(OTOMAX) for line in block.splitlines() if line[:1] == "^"]
    assert pasted == [*EXPRESSIONS.values(), partner.BALANCE, partner.TICKET]
    assert dict(partner.EXPRESSIONS) == dict(EXPRESSIONS)


@pytest.mark.parametrize("name", SAID)
def test_each_line_that_is_shown_is_read_as_the_document_says(name: str) -> None:
    (shown,) = [line for line in re.findall(r"`(R#[^`]+)`", OTOMAX) if SAID[name] in line]
    assert [found for found, _ in partner.read(shown)] == [name]


def test_what_is_called_no_word_about_a_purchase_is_none() -> None:
    bare = ("Member atau tanda tangan salah", "Alamat IP tidak terdaftar", "Format salah: dest")
    for text in bare:
        assert text in OTOMAX
        assert partner.read(text) == []


def test_the_signer_to_copy_signs_as_we_check() -> None:
    (source,) = blocks(JSON, "python")
    assert len([line for line in source.splitlines() if line.strip()]) <= 12
    copied: dict[str, Any] = {}
    exec(source, copied)
    parts = of_purchase("INV-1", "087800001230", "xld10")
    assert copied["md5_sign"](*parts) == md5_sign(parts, "rahasia")
    header = copied["signature"]("POST", "/api/v1/orders", b"{}")
    assert hmac_fits(
        header,
        "rahasia",
        now=datetime.now(UTC),
        method="POST",
        target="/api/v1/orders",
        body=b"{}",
    )


def test_every_code_that_an_order_can_meet_is_listed() -> None:
    kinds: set[type[KonterError]] = {*ALWAYS, *REFUSALS, OrderNotFound}
    listed = set(re.findall(r"`([a-z_]+)`", JSON))
    assert {kind.code for kind in kinds} <= listed
