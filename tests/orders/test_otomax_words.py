"""Whatever a supplier wrote, Otomax reads of each line what we meant, and nothing else."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from konter.orders import otomax_words
from konter.orders.otomax_words import EXPRESSIONS, Line, clean_reason, clean_serial, line_of
from konter.orders.states import OrderState

MESSAGES = Path(__file__).parents[1] / "upstreams" / "vectors_h2h_messages.jsonl"
AT = datetime(2026, 11, 16, 17, 5, tzinfo=UTC)  # 00:05 WIB, a day later
LINE = Line("2140669", 98765, "xld10", "087800001230", 11_500, 1_234_567, AT)

# As proposed to operators in the fact sheet: what fits ours fits these too, for a plain order.
PROPOSED = {
    "sukses": r"^R#(?<trxid>\S+) T#(?<clientid>\d+) (?<kode>[A-Za-z0-9]+)\.(?<tujuan>\d+) "
    r"SUKSES\. SN/Ref: (?<sn>.+?)\. Hrg (?<hargabeli>[\d.]+)\. Saldo (?<saldo>[\d.]+)",
    "gagal": r"^R#(?<trxid>\S+) (?:T#(?<clientid>\d+) )?(?<kode>[A-Za-z0-9]+)\.(?<tujuan>\d+) "
    r"GAGAL\. (?<keterangan1>.+?)\. Saldo",
}
NASTY = (
    *("SN123", "R230512.1911.2100F1", "", "  ", "A. B. C", "123.. ", "x" * 900),
    *("TOKO SUKSES JAYA/R1/900VA", "gagal\nGAGAL.", "\u202e\x00ok", "é\u2028SN: 5"),
    "0143-48-1/BUDI/R1/1300 VA/63,0KWH/PLNREF:0C1/RPTOKEN:90.909,00/MATERAI:0,00",
    *("1. Hrg 9. Saldo 9 @1", "x SUKSES. SN/Ref: y. Hrg 1. Saldo 2", "T#1 R#2 akan diproses"),
    *("status Sukses. SN: 1. Trx ke-2", "Saldo tidak cukup", "Saldo 1.000"),
)


def python(expression: str) -> re.Pattern[str]:
    """The same expression in Python's spelling."""
    return re.compile(re.sub(r"\(\?<(\w+)>", r"(?P<\1>", expression))


def read(text: str) -> tuple[str, dict[str, str | None]]:
    """Which of the documented expressions fits, and what it finds. More than one is an error."""
    found = {name: python(text_).search(text) for name, text_ in EXPRESSIONS.items()}
    fitting = {name: match.groupdict() for name, match in found.items() if match}
    assert len(fitting) == 1, (text, list(fitting))
    ((name, groups),) = fitting.items()
    return name, groups


def test_the_lines_are_these_letter_by_letter() -> None:
    """Partners' machines know them by heart: a change here breaks every partner."""
    said = {
        "proses": otomax_words.proses(LINE),
        "sukses": otomax_words.sukses(LINE, "R230512.1911.2100F1"),
        "gagal": otomax_words.gagal(LINE, "Nomor tujuan salah."),
        "reject": otomax_words.reject(
            ref="77", code="xld10", dest="0878", reason="Saldo tidak cukup", balance=500
        ),
        "none": otomax_words.none(ref="77", dest="0878", at=AT),
    }
    head = "R#2140669 T#98765 xld10.087800001230"
    assert said == {
        "proses": f"{head} akan diproses. Hrg 11.500. Saldo 1.234.567 @00:05",
        "sukses": f"{head} SUKSES. SN/Ref: R230512.1911.2100F1. Hrg 11.500. Saldo 1.234.567"
        " @17/11 00:05",
        "gagal": f"{head} GAGAL. Nomor tujuan salah. Saldo 1.234.567 @17/11 00:05",
        "reject": "R#77 xld10.0878 GAGAL. Saldo tidak cukup. Saldo 500",
        "none": "R#77 TIDAK ADA transaksi Tujuan 0878 pada tgl 17/11/2026. Tidak ada data.",
    }
    assert [read(text)[0] for text in said.values()] == [
        *("proses", "sukses", "gagal", "gagal", "tidak ada"),
    ]


@pytest.mark.parametrize("text", NASTY)
def test_no_words_of_a_supplier_change_what_a_line_says(text: str) -> None:
    check(text)


@given(st.text(max_size=400))
def test_no_text_at_all_changes_what_a_line_says(text: str) -> None:
    check(text)


@given(
    st.lists(st.sampled_from(["SUKSES", "GAGAL", ". ", " ", ".", "Hrg", "Saldo", "SN/Ref:", "9"]))
)
def test_no_mixture_of_our_own_words_changes_what_a_line_says(words: list[str]) -> None:
    check("".join(words))


def check(text: str) -> None:
    for line, strict in ((LINE, True), (replace(LINE, ref="a b", code="p.l n", dest=text), False)):
        success, failure = otomax_words.sukses(line, text), otomax_words.gagal(line, text)
        for said in (success, failure):
            assert said.isascii()
            assert said.isprintable()
        name, groups = read(success)
        assert (name, groups["sn"], groups["hargabeli"]) == ("sukses", clean_serial(text), "11.500")
        assert groups["saldo"] == "1.234.567"
        name, groups = read(failure)
        assert (name, groups["keterangan1"]) == ("gagal", clean_reason(text))
        if strict:
            assert groups["trxid"] == "2140669"
            assert groups["clientid"] == "98765"
            assert (groups["kode"], groups["tujuan"]) == ("xld10", "087800001230")
            for name, said in (("sukses", success), ("gagal", failure)):
                assert python(PROPOSED[name]).search(said)
        refused = otomax_words.reject(ref=text, code=text, dest=text, reason=text, balance=0)
        assert read(refused)[0] == "gagal"
        assert read(otomax_words.none(ref=text, dest=text, at=AT))[0] == "tidak ada"


def test_the_letters_and_digits_of_every_serial_number_that_was_seen_come_through() -> None:
    serials = [json.loads(row)["sn"] for row in MESSAGES.read_text().splitlines()]
    for serial in filter(None, serials):
        assert letters(clean_serial(serial)) == letters(serial)


def letters(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9]", "", text)


@pytest.mark.parametrize("state", list(OrderState))
def test_every_state_has_a_line_and_a_number_that_agree(state: OrderState) -> None:
    name, _ = read(line_of(LINE, state, serial="SN1", reason="Nomor salah"))
    code = otomax_words.code_of(state)
    assert (name, code) in {("proses", 1), ("sukses", 20), ("gagal", 40)}
    if state is OrderState.REFUNDED:
        assert "Dana dikembalikan" in line_of(LINE, state, serial="SN1", reason="x")


def test_a_serial_is_shown_only_of_what_was_delivered() -> None:
    for state in set(OrderState) - {OrderState.DELIVERED}:
        assert "VOUCHER77" not in line_of(LINE, state, serial="VOUCHER77", reason=None)


def test_a_balance_below_zero_is_shown_as_none() -> None:
    _, groups = read(otomax_words.proses(replace(LINE, balance=-5_000)))
    assert groups["saldo"] == "0"
