"""A bill is believed only whole: behind our echo, with a name, and with amounts that add up."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from konter.kernel.money import ZERO, Rupiah
from konter.kernel.outcome import Delivered, Outcome, Pending, Rejected, Unknown
from konter.upstreams.biller_contract import (
    BillFound,
    BillItem,
    BillProblem,
    BillQuestion,
    Checked,
    CheckUnclear,
    NoBill,
)
from konter.upstreams.contract import Purchase, UpstreamRefused
from konter.upstreams.providers.okeconnect_bills import OkeconnectBills
from tests.upstreams.okeconnect_asks import OKECONNECT, PASSWORD, PIN, SENT, SETTINGS, said
from tests.upstreams.test_okeconnect_fuzz import (
    after_our_echo,
    assert_proved,
    ends_like_a_refusal,
    is_turned_away,
)

BILLS = OkeconnectBills(SETTINGS)
NUMBER = "1234567890"
ASK = BillQuestion("INQ-1", "BPAM128", NUMBER)
PAY = Purchase("PAY-1", "BPAM128", NUMBER, Rupiah(152_400), True, SENT)

HEAD = f"T#12345 R#INQ-1 CPAM128.{NUMBER} "
SENTENCE = (
    "SUKSES. Nama: JOHN DOE. Tagihan: Rp 150.000. Admin: Rp 2.500. Total: Rp 152.500. Saldo 100.000"
)
LINES = (
    f"SUKSES.\nT12345\nIDPELANGGAN: {NUMBER}\nNAMA: JOHN DOE\nTAGIHAN: 150.000\nADMIN: 2.500\n"
    "TOTAL: 152.500\nSaldo: 100.000"
)
FINED = (
    "SUKSES. Nama: JOHN DOE. Tagihan: Rp 145.000. Denda: Rp 5.000. Admin: Rp 2.500. "
    "Total: Rp 152.500. Saldo 100.000"
)
PAID = (
    f"T#300000001 R#PAY-1 Bayar PDAM Kota Malang BPAM128.{NUMBER} SUKSES. SN: JOHN DOE/BL:202608/"
    "TAG:150000/ADM:2500/TTL:152500/REF:0BAG21. Saldo 500.000 - 151.300 = 348.700 @22/04 18:46"
)
PAID_BEFORE = (
    f"R#PAY-1 Bayar PDAM Kota Malang BPAM128.{NUMBER} sudah pernah jam 18:46, status Sukses. "
    "SN: JOHN DOE/REF:0BAG21. Hrg 151.300 Trx ke-2 gunakan format yang benar. Saldo 348.700"
)


def checked(words: str, ask: BillQuestion = ASK) -> Checked:
    return BILLS.read_check(ask, said(words))


def paid(words: str, ask: Purchase = PAY) -> Outcome:
    return BILLS.read(ask, said(words))


def query_of(url: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(url).query)


def test_a_check_is_an_inquiry_and_a_payment_a_purchase_of_its_own() -> None:
    check, pay = BILLS.check(ASK), BILLS.purchase(PAY)
    assert query_of(check.url) == {
        "product": ["CPAM128"],
        "dest": [NUMBER],
        "refID": ["INQ-1"],
        "memberID": ["OK00123"],
        "pin": [PIN],
        "password": [PASSWORD],
    }
    assert not check.purchase_capable
    assert pay == OKECONNECT.purchase(PAY) and pay.purchase_capable
    assert query_of(pay.url)["product"] == ["BPAM128"]
    assert query_of(BILLS.enquiry(PAY).url) == {**query_of(pay.url), "check": ["1"]}
    assert not BILLS.pays_under_check_reference
    assert BILLS.pays_once_a_day


@pytest.mark.parametrize(
    "told",
    [
        SENTENCE,
        LINES,
        LINES.replace("\n", "\r\n"),
        LINES.replace("SUKSES.\n", "SUKSES\n"),
        LINES.removesuffix("\nSaldo: 100.000"),
        SENTENCE.replace("Nama: ", "AN. "),
        SENTENCE.replace("Nama: ", "a/n "),
        SENTENCE.replace("Nama: ", "NAMA: "),
        SENTENCE.replace("Rp ", ""),
        SENTENCE.replace("150.000", "150000").replace("152.500", "152500"),
        f"{SENTENCE} @22/04 18:46",
    ],
)
def test_the_shapes_that_were_seen_are_read(told: str) -> None:
    bill = BillFound("JOHN DOE", Rupiah(152_500), Rupiah(2_500), Rupiah(152_500), (), None, {})
    assert checked(HEAD + told) == bill
    described = HEAD.replace("CPAM", "Cek PDAM Kota Malang CPAM") + told
    assert checked(described) == bill


def test_a_fine_is_owed_and_is_no_fee() -> None:
    found = checked(HEAD + FINED)
    assert isinstance(found, BillFound)
    assert (found.selling_price, found.admin) == (Rupiah(152_500), Rupiah(2_500))
    assert found.details == {"denda": 5_000}


def test_months_are_told_where_they_are_named() -> None:
    told = SENTENCE.replace(". Saldo", ". Periode: 202607,202608. Saldo")
    found = checked(HEAD + told)
    assert isinstance(found, BillFound)
    assert found.periods == ("2026-07", "2026-08")
    assert isinstance(checked(HEAD + told.replace("202608", "202613")), CheckUnclear)


@pytest.mark.parametrize(
    "name", ["PT. SUKSES MAKMUR", "H. ABDUL, S.PD", "CV MAJU SUKSES", "O'NEIL", "JOSÉ"]
)
def test_a_name_is_taken_as_it_is(name: str) -> None:
    found = checked(HEAD + SENTENCE.replace("JOHN DOE", name))
    assert isinstance(found, BillFound) and found.customer_name == name


@pytest.mark.parametrize(
    "told",
    [
        "SUKSES.\nT12345\nIDPELANGGAN: 1\nNAMA: JOHN DOE\nTAGIHAN: 150.000",  # no echo of ours
        HEAD + f"SUKSES.\nIDPELANGGAN: {NUMBER}\nNAMA: JOHN DOE\nTAGIHAN: 150.000",  # no sum
        HEAD + LINES.replace("T12345", "T99"),
        HEAD + LINES.replace(f"IDPELANGGAN: {NUMBER}", "IDPELANGGAN: 1234567891"),
        HEAD + LINES.replace("\nADMIN", "\n\nADMIN"),
        HEAD + LINES.replace("Saldo: 100.000", "PERIODE: 202607"),
        HEAD + LINES.replace("NAMA: ", "NAMA: \n"),
        HEAD + LINES.replace("JOHN DOE", "JOHN DOE\nJANE DOE"),
        HEAD + SENTENCE.replace("152.500", "152.501"),
        HEAD + SENTENCE.replace("150.000", "0").replace("152.500", "2.500"),
        HEAD + SENTENCE.replace("Admin: Rp 2.500. ", "").replace("152.500", "150.000"),
        HEAD + FINED.replace("Denda: Rp 5.000. ", ""),
        HEAD + SENTENCE.replace("2.500. ", "2.500. Potongan: Rp 500. "),
        HEAD + SENTENCE.replace("2.500", "2,500"),
        HEAD + SENTENCE.replace("150.000", "150.00"),
        HEAD + SENTENCE.replace("150.000", "-150.000"),
        HEAD + SENTENCE.removesuffix(". Saldo 100.000"),
        HEAD + SENTENCE + " SUKSES.",
        HEAD + SENTENCE.replace("JOHN DOE", "-"),
        HEAD + SENTENCE.replace("JOHN DOE", "GAGAL. JOHN DOE"),
        HEAD + SENTENCE.replace("JOHN DOE", "gagal"),
        HEAD + SENTENCE.replace("JOHN DOE", "A. Tagihan: Rp 1. Nama: B"),
        HEAD + SENTENCE.replace("Nama: JOHN DOE. ", ""),
        HEAD + SENTENCE.replace("SUKSES", "Sukses"),
        HEAD + SENTENCE.replace("SUKSES", "GAGAL"),
        HEAD + SENTENCE.replace("SUKSES.", "GAGAL. Bukan SUKSES."),
        HEAD.replace("T#12345 ", "") + SENTENCE,
        HEAD.replace("INQ-1", "INQ-2") + SENTENCE,
        HEAD.replace("INQ-1", "inq-1") + SENTENCE,
        HEAD.replace("CPAM128", "CPAM129") + SENTENCE,
        HEAD.replace("CPAM128", "BPAM128") + SENTENCE,
        HEAD.replace(NUMBER, "1234567891") + SENTENCE,
        HEAD + SENTENCE.replace("JOHN", f"CPAM128.{NUMBER} JOHN"),
        HEAD + "SUKSES. SN: JOHN DOE/TAG:150000/ADM:2500/TTL:152500. Saldo 100.000",
        f"R#INQ-1 CPAM128.{NUMBER} sudah pernah jam 18:46, status Sukses. Nama: JOHN DOE. "
        "Tagihan: Rp 150.000. Admin: Rp 2.500. Total: Rp 152.500. Hrg 0",
        f"TIDAK ADA transaksi Tujuan {NUMBER} pada tgl 22/04/2025. Tidak ada data. Saldo 1",
        f"CPAM128.{NUMBER} NAMA = SITI AMINAH",
    ],
)
def test_whatever_else_is_said_is_no_bill(told: str) -> None:
    assert isinstance(checked(told), CheckUnclear)


@pytest.mark.parametrize(
    ("reason", "why"),
    [
        ("Nomor tujuan salah", BillProblem.NUMBER),
        ("Nomor HP tidak benar.", BillProblem.NUMBER),
        ("Cek kembali nomor tujuan Anda.", BillProblem.NUMBER),
        ("Mohon diperiksa kembali No tujuan sebelum di ulang", BillProblem.NUMBER),
        ("Tagihan belum tersedia", BillProblem.NOT_FOUND),
        ("Tagihan sudah terbayar", BillProblem.ALREADY_PAID),
        ("Pin Salah", BillProblem.SUPPLIER),
        ("Saldo tidak cukup", BillProblem.SUPPLIER),
        ("Produk sedang gangguan", BillProblem.OFFER),
        # Like one that is known, and none.
        ("Nomor antrian tidak tersedia", None),
        ("Tagihan belum tersedia atau sudah terbayar", None),
        ("Tagihan pelanggan JOHN DOE sudah terbayar", None),
        ("Nama: JOHN DOE", None),
        ("Sistem menolak", None),
        ("Timeout", None),
        ("Tagihan sedang diproses", None),
    ],
)
def test_a_refusal_is_no_bill_only_in_words_that_are_known(
    reason: str, why: BillProblem | None
) -> None:
    for told in (f"{HEAD}GAGAL. {reason}. Saldo 1.352.242 @22:20", f"{HEAD[8:]}GAGAL. {reason}."):
        found = checked(told)
        if why is None:
            assert isinstance(found, CheckUnclear)
        else:
            assert isinstance(found, NoBill)
            assert (found.why, found.reason) == (why, reason.strip("."))


def test_what_cannot_be_asked_is_not_answered() -> None:
    for ask in (replace(ASK, year=2025), replace(ASK, amount=Rupiah(50_000))):
        assert isinstance(checked(HEAD + SENTENCE, ask), CheckUnclear)
    assert isinstance(checked(HEAD + SENTENCE, replace(ASK, sku="CPAM128")), CheckUnclear)


def test_a_payment_is_told_of_as_any_purchase() -> None:
    serial = "JOHN DOE/BL:202608/TAG:150000/ADM:2500/TTL:152500/REF:0BAG21"
    assert paid(PAID) == Delivered(serial, Rupiah(151_300), PAID, "300000001")
    later = replace(PAY, first=False)
    assert paid(PAID_BEFORE, later) == Delivered(
        "JOHN DOE/REF:0BAG21", Rupiah(151_300), PAID_BEFORE
    )
    waiting = PAID.partition(" SUKSES")[0] + " akan diproses. Saldo 500.000 - 151.300 = 348.700"
    assert isinstance(paid(waiting), Pending)
    without = paid(PAID.replace("500.000 - 151.300 = 348.700 @22/04 18:46", "348.700"))
    assert isinstance(without, Delivered) and without.cost is None


def test_an_older_payment_in_the_way_of_a_first_one_waits_for_a_person() -> None:
    for told in (PAID_BEFORE, PAID_BEFORE.replace("Sukses. SN: JOHN DOE/REF:0BAG21", "Gagal. X")):
        outcome = paid(told)
        assert isinstance(outcome, Unknown) and outcome.for_review


def test_a_bill_that_was_only_checked_is_not_paid() -> None:
    head = HEAD.replace("INQ-1", "PAY-1")
    for told in (head + SENTENCE, head.replace("CPAM", "BPAM") + SENTENCE, head + LINES):
        for first in (True, False):
            assert isinstance(paid(told, replace(PAY, first=first)), Unknown)


@pytest.mark.parametrize(
    ("reason", "problem"),
    [
        ("Nomor tujuan salah", BillProblem.NUMBER),
        ("Tagihan sudah terbayar", BillProblem.ALREADY_PAID),
        ("Tagihan belum tersedia", BillProblem.NOT_FOUND),
        ("Saldo tidak cukup", None),
        ("Produk sedang gangguan", None),
        ("Sistem menolak", None),
    ],
)
def test_a_refused_payment_says_whose_matter_it_is(
    reason: str, problem: BillProblem | None
) -> None:
    outcome = paid(PAID.partition("SUKSES")[0] + f"GAGAL. {reason}. Saldo 500.000 @18:46")
    assert isinstance(outcome, Rejected) and outcome.formed
    assert BILLS.payment_problem(outcome.code) is problem


# The list.


def row(kode: str, harga: object, **facts: object) -> dict[str, object]:
    told = {"keterangan": f"Bayar {kode}", "produk": "PDAM", "kategori": "AIR PDAM", "status": "1"}
    return {"kode": kode, "harga": harga, **told, **facts}


PAIR = (row("CPAM128", "0"), row("BPAM128", "-1200"))


def listed(*rows: dict[str, Any]) -> tuple[tuple[BillItem, ...], tuple[str, ...]]:
    found = BILLS.read_bill_list(said(json.dumps(rows)))
    return found.items, found.unreadable


def test_a_pair_of_rows_is_a_bill() -> None:
    told = ("BPAM128", "Bayar BPAM128", "PDAM", "", ZERO, Rupiah(1_200), True, True, "")
    assert listed(*PAIR) == ((BillItem(*told),), ())
    for closed in (
        (replace_in(PAIR[0], status="0"), PAIR[1]),
        (PAIR[0], replace_in(PAIR[1], status="0")),
    ):
        (item,), _ = listed(*closed)
        assert not item.seller_open


def replace_in(one: dict[str, object], **facts: object) -> dict[str, object]:
    return {**one, **facts}


@pytest.mark.parametrize(
    "rows",
    [
        (row("BPAM128", "-1200"),),
        (row("CPAM128", "100"), row("BPAM128", "-1200")),
        (row("CPAM128", "x"), row("BPAM128", "-1200")),
        (row("CPAM128", "0"), row("BPAM128", "1200")),
        (row("CPAM128", "0"), row("BPAM128", "0")),
        (row("CBSDN", "0"), row("BBSDN", "-1200")),
        (row("CCS10", "0"), row("BCS11", "-250")),
        (row("", "0"), row("S10", "10275")),
        (row("CPAM128", "0"), row("bPAM128", "-1200")),
    ],
)
def test_whatever_else_stands_there_is_no_bill(rows: tuple[dict[str, Any], ...]) -> None:
    assert listed(*rows) == ((), ())


@pytest.mark.parametrize(
    "rows",
    [
        (PAIR[0], row("BPAM128", "-1.200")),
        (PAIR[0], row("BPAM128", None)),
        (PAIR[0], row("BPAM128", "-1200", status="2")),
        (row("CPAM128", "0", status="?"), PAIR[1]),
    ],
)
def test_a_bill_that_cannot_be_read_is_named(rows: tuple[dict[str, Any], ...]) -> None:
    items, (named,) = listed(*rows)
    assert items == () and "(BPAM128)" in named


def test_a_row_that_is_no_row_hides_no_bill() -> None:
    body = json.dumps([*PAIR])[:-1] + ", 5]"
    assert len(BILLS.read_bill_list(said(body)).items) == 1
    for broken in ("[]", "[5]", "{}", "", "<html>"):
        with pytest.raises(UpstreamRefused):
            BILLS.read_bill_list(said(broken))


# Nothing by chance.

STATUS = ("SUKSES. SN", "GAGAL. ", "akan diproses", "sudah pernah", "Menunggu", "TIDAK ADA")
KNOWN = {
    "nomor tujuan salah",
    "nomor hp tidak benar",
    "cek kembali nomor tujuan anda",
    "mohon diperiksa kembali no tujuan sebelum di ulang",
    "tagihan belum tersedia",
    "tagihan sudah terbayar",
}
INQUIRY = Purchase("INQ-1", "CPAM128", NUMBER, ZERO, True)


def assert_bill_proved(words: str, found: Checked) -> None:
    """What a bill looks like, said a second time, by searching and counting."""
    words = words.strip()
    line = " ".join(words.splitlines())
    if isinstance(found, BillFound):
        assert sum(words.count(status) for status in STATUS) == 0
        # With one of theirs in its place, their echo can be judged as of any purchase.
        as_refusal = re.sub(r"SUKSES(\.|\r?\n)", "GAGAL. ", words, count=1)
        rest = after_our_echo(INQUIRY, " ".join(as_refusal.splitlines()))
        assert rest is not None and rest.startswith("GAGAL. ") and line.startswith("T#")
        told = re.findall(r"(tagihan|denda|admin|total): (?:rp )?([0-9.]*[0-9])", line.lower())
        kinds = [kind for kind, _ in told]
        assert kinds in (["tagihan", "admin", "total"], ["tagihan", "denda", "admin", "total"])
        *parts, total = (int(amount.replace(".", "")) for _, amount in told)
        assert sum(parts) == total == found.selling_price.amount == found.cost.amount
        assert parts[-1] == found.admin.amount and parts[0] > 0
        assert found.customer_name in words and any(map(str.isalpha, found.customer_name))
    elif isinstance(found, NoBill):
        rest = after_our_echo(INQUIRY, line)
        refused = rest is not None and rest.startswith("GAGAL. ") and ends_like_a_refusal(rest)
        assert refused or is_turned_away(INQUIRY, line)
        if found.why not in (BillProblem.SUPPLIER, BillProblem.OFFER):
            assert found.reason.lower() in KNOWN


WHOLE = [HEAD + told for told in (SENTENCE, LINES, FINED)]
WHOLE += [f"{HEAD}GAGAL. {reason}. Saldo 1.352.242 @22:20" for reason in sorted(KNOWN)]
WHOLE += [f"R#0 CPAM128.{NUMBER} GAGAL. Pin Salah", HEAD + "akan diproses. Saldo 43.934.743"]
PAYMENTS = [PAID, PAID_BEFORE, PAID.partition("SUKSES")[0] + "GAGAL. Nomor tujuan salah. Saldo 5"]
PIECES = st.sampled_from(
    [
        "T#1 ", "T#12345 ", "R#INQ-1 ", "R#INQ-2 ", "R#0 ", f"CPAM128.{NUMBER} ",
        f"BPAM128.{NUMBER} ", "SUKSES. ", "SUKSES.\n", "GAGAL. ", "SUKSES. SN: ", "akan diproses. ",
        "Nama: ", "NAMA: ", "AN. ", "a/n ", "JOHN DOE", "GAGAL SUBUR", ". ", "\n", "Tagihan: ",
        "Rp ", "150.000", "2.500", "152.500", "0", "150.0", "Denda: Rp 5.000. ", "Admin: Rp 2.500",
        "Total: Rp 152.500", ". Saldo 100.000", "Saldo ", "T12345", f"IDPELANGGAN: {NUMBER}",
        "Nomor tujuan salah", "Tagihan belum tersedia", "Tagihan sudah terbayar", "Pin Salah",
        "Nama: JOHN DOE. Tagihan: Rp 150.000. Admin: Rp 2.500. Total: Rp 152.500",
        "sudah pernah jam 18:46, status Sukses. ", "Periode: 202608", HEAD, SENTENCE, LINES,
    ]
)  # fmt: skip


@given(st.text(max_size=200))
def test_any_text_is_no_bill_by_chance(text: str) -> None:
    text = text.encode("utf-8", "replace").decode()
    assert_bill_proved(text, checked(text))
    assert_bill_proved(HEAD + text, checked(HEAD + text))


@given(st.lists(PIECES, max_size=12).map("".join))
@example(HEAD + SENTENCE)
def test_pieces_of_their_words_are_a_bill_only_if_they_make_a_whole_one(words: str) -> None:
    assert_bill_proved(words, checked(words))


@given(st.sampled_from(WHOLE), st.data())
def test_changed_letters_are_believed_only_where_they_agree_with_all_others(
    words: str, data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(words)))
    letter = data.draw(st.sampled_from([*"T#R. :,0125aZ\n<", "", "\x00", "é", "  "]))
    words = words[:place] + letter + words[place + data.draw(st.integers(0, 3)) :]
    assert_bill_proved(words, checked(words))


@given(st.sampled_from([*WHOLE, *PAYMENTS]), st.sampled_from([*WHOLE, *PAYMENTS]), st.data())
def test_two_answers_spliced_are_believed_only_if_they_make_a_whole_one(
    one: str, other: str, data: st.DataObject
) -> None:
    words = one[: data.draw(st.integers(0, len(one)))] + other[data.draw(st.integers(0, 99)) :]
    assert_bill_proved(words, checked(words))
    for first in (True, False):
        ask = replace(PAY, first=first)
        assert_proved(ask, words, paid(words, ask))


@given(st.sampled_from(WHOLE), st.data())
def test_an_answer_that_was_cut_short_says_the_same_or_nothing(
    words: str, data: st.DataObject
) -> None:
    whole, cut = checked(words), checked(words[: data.draw(st.integers(0, len(words) - 1))])
    assert cut == whole or isinstance(cut, CheckUnclear)


@given(
    st.sampled_from(WHOLE[:-2]),
    st.sampled_from(["reference", "sku", "customer_no"]),
    st.text("0123456789ABCINQPM-", min_size=1, max_size=12),
)
def test_an_answer_about_another_bill_is_unclear(words: str, field: str, other: str) -> None:
    others = {
        "reference": replace(ASK, reference=other),
        "sku": replace(ASK, sku=f"B{other}"),
        "customer_no": replace(ASK, customer_no=other),
    }
    if others[field] != ASK:
        assert isinstance(checked(words, others[field]), CheckUnclear)


@given(st.sampled_from([*WHOLE, *PAYMENTS]), st.sampled_from([201, 302, 400, 404, 500, 502]))
def test_another_status_than_200_says_nothing(words: str, status: int) -> None:
    assert isinstance(BILLS.read_check(ASK, said(words, status)), CheckUnclear)
    assert isinstance(BILLS.read(PAY, said(words, status)), Unknown)


def test_the_law_is_not_empty() -> None:
    kinds = [type(checked(words)) for words in WHOLE]
    assert kinds.count(BillFound) == 3 and kinds.count(NoBill) == len(KNOWN) + 1
