"""A bill that they look up: asked about under its reference, and believed only whole, as ours."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from konter.kernel.money import Rupiah
from konter.upstreams.biller_contract import (
    BillFound,
    BillProblem,
    Checked,
    CheckUnclear,
    CheckUnderway,
    NoBill,
)
from tests.upstreams.okeconnect_asks import SENT, said
from tests.upstreams.test_okeconnect_bills import (
    ASK,
    BILLS,
    FINED,
    HEAD,
    KNOWN,
    LINES,
    NUMBER,
    SENTENCE,
    checked,
    query_of,
)

AGAIN = replace(ASK, first=False, sent_at=SENT)
FACTS = "Nama: JOHN DOE. Tagihan: Rp 150.000. Admin: Rp 2.500. Total: Rp 152.500"
BEFORE = f"R#INQ-1 Cek PDAM Kota Malang CPAM128.{NUMBER} sudah pernah jam 18:46, status "
END = ". Hrg 0 Trx ke-2 gunakan format yang benar. Saldo 43.934.743"
FOUND_BEFORE = f"{BEFORE}Sukses. {FACTS}{END}"
ACCEPTED = HEAD + "akan diproses. Saldo 43.934.743"
WAITING = (
    f"Mhn tunggu trx sblmnya selesai: T#12345 R#INQ-1 CPAM128.{NUMBER} @18:46, "
    "status Menunggu Jawaban. Saldo 43.934.743"
)
BILL = BillFound("JOHN DOE", Rupiah(152_500), Rupiah(2_500), Rupiah(152_500), (), None, {})


def looked(words: str) -> Checked:
    return checked(words, AGAIN)


def test_what_is_looked_up_is_asked_for_by_the_same_address() -> None:
    for found in (checked(ACCEPTED), looked(ACCEPTED), looked(WAITING)):
        assert isinstance(found, CheckUnderway)
        assert query_of(found.again.url) == {**query_of(BILLS.check(ASK).url), "check": ["1"]}
        assert not found.again.purchase_capable and found.again.secrets
        assert "pin" not in repr(found)


@pytest.mark.parametrize(
    "words",
    [
        FOUND_BEFORE,
        FOUND_BEFORE.replace("Sukses. ", "Sukses. SN: "),
        FOUND_BEFORE.replace("Sukses. ", "Sukses. SN/Ref: "),
        f"{BEFORE}Sukses. {FACTS}. Hrg 0",
        f"{BEFORE}Sukses. {FACTS}. Trx ke-2 gunakan format yang benar",
        FOUND_BEFORE.replace("18:46", "18:49"),
        f"{BEFORE}Sukses.\n" + FACTS.replace(". ", "\n") + END,
        f"{BEFORE}Sukses. IDPELANGGAN: {NUMBER}. {FACTS}{END}",
        HEAD + SENTENCE,
        HEAD + LINES,
    ],
)
def test_what_they_found_is_read_in_every_shape_of_theirs(words: str) -> None:
    assert looked(words) == BILL


def test_a_fine_and_months_are_read_as_in_a_first_answer() -> None:
    fined = FINED.removeprefix("SUKSES. ").removesuffix(". Saldo 100.000")
    found = looked(f"{BEFORE}Sukses. {fined}. Periode: 202607,202608{END}")
    assert isinstance(found, BillFound)
    assert (found.details, found.periods) == ({"denda": 5_000}, ("2026-07", "2026-08"))


@pytest.mark.parametrize(
    "words",
    [
        f"{BEFORE}Sukses. SN:{FACTS}",  # their tersest form, which may have been cut off
        f"{BEFORE}Sukses. {FACTS}.",
        f"{BEFORE}Sukses. SN: JOHN DOE/TAG:150000/ADM:2500/TTL:152500{END}",
        f"{BEFORE}Sukses. {END}",
        FOUND_BEFORE.replace("152.500", "152.501"),
        FOUND_BEFORE.replace("Admin: Rp 2.500. ", ""),
        FOUND_BEFORE.replace("Nama: JOHN DOE. ", ""),
        FOUND_BEFORE.replace("JOHN DOE", "JOHN. Hrg 5"),
        FOUND_BEFORE.replace("JOHN DOE", "GAGAL. X"),
        FOUND_BEFORE.replace("Nama", "T12345. Nama"),
        FOUND_BEFORE.replace("Nama", "IDPELANGGAN: 1234567891. Nama"),
        FOUND_BEFORE.replace("18:46", "18:52"),
        FOUND_BEFORE.replace("18:46", "06:46"),
        FOUND_BEFORE.replace("18:46", "25:46"),
        FOUND_BEFORE.replace("INQ-1", "INQ-2"),
        FOUND_BEFORE.replace("CPAM128", "BPAM128"),
        FOUND_BEFORE.replace(NUMBER, "1234567891"),
        f"T#12345 {FOUND_BEFORE}",
        FOUND_BEFORE.replace("Sukses", "Gagal"),
        WAITING.replace("INQ-1", "INQ-2"),
        WAITING.replace("18:46", "12:46"),
        f"TIDAK ADA transaksi Tujuan {NUMBER} pada tgl 22/04/2025. Tidak ada data. Saldo 1",
        f"R#INQ-1 CPAM128.{NUMBER} GAGAL. Pin Salah",
        f"R#INQ-1 CPAM128.{NUMBER} GAGAL. Tagihan belum tersedia.",
        "Sistem sibuk",
    ],
)
def test_whatever_else_they_say_of_it_is_unclear(words: str) -> None:
    assert isinstance(looked(words), CheckUnclear)


@pytest.mark.parametrize(
    "words", [FOUND_BEFORE, WAITING, f"{BEFORE}Gagal. Nomor tujuan salah{END}"]
)
def test_to_a_first_question_the_same_words_tell_of_an_older_one(words: str) -> None:
    assert isinstance(checked(words), CheckUnclear)
    assert isinstance(checked(words, replace(ASK, sent_at=SENT)), CheckUnclear)


def test_when_ours_was_asked_is_known_or_nothing_is() -> None:
    for words in (FOUND_BEFORE, WAITING):
        assert isinstance(checked(words, replace(AGAIN, sent_at=None)), CheckUnclear)
        for off in (timedelta(hours=1), timedelta(minutes=-7)):
            assert isinstance(checked(words, replace(AGAIN, sent_at=SENT + off)), CheckUnclear)


@pytest.mark.parametrize(
    ("reason", "why"),
    [
        ("Nomor tujuan salah", BillProblem.NUMBER),
        ("Tagihan belum tersedia", BillProblem.NOT_FOUND),
        ("Tagihan sudah terbayar", BillProblem.ALREADY_PAID),
        ("Produk sedang gangguan", BillProblem.OFFER),
        ("Sistem menolak", None),
    ],
)
def test_a_refusal_is_no_bill_in_the_words_that_are_known(
    reason: str, why: BillProblem | None
) -> None:
    for words in (
        f"{BEFORE}Gagal. {reason}{END}",
        f"{BEFORE}Gagal. {reason}.",
        f"{HEAD}GAGAL. {reason}. Saldo 1.352.242 @22:20",
    ):
        found = looked(words)
        if why is None:
            assert isinstance(found, CheckUnclear)
        else:
            assert isinstance(found, NoBill) and (found.why, found.reason) == (why, reason)


def test_no_other_answer_is_looked_up() -> None:
    for status in (204, 302, 500):
        assert isinstance(BILLS.read_check(AGAIN, said(ACCEPTED, status)), CheckUnclear)
    for ask in (replace(AGAIN, year=2025), replace(AGAIN, amount=Rupiah(50_000))):
        assert isinstance(BILLS.read_check(ask, said(ACCEPTED)), CheckUnclear)


# Nothing by chance.

WHOLE = [FOUND_BEFORE, FOUND_BEFORE.replace("Sukses. ", "Sukses. SN: ")]
WHOLE += [f"{BEFORE}Gagal. {reason}{END}" for reason in sorted(KNOWN)]
WHOLE += [WAITING, ACCEPTED, HEAD + SENTENCE]
ECHO = re.compile(rf"(T#\d+ )?R#INQ-1 (.* )?CPAM128\.{NUMBER} ", re.ASCII)


def assert_ours(words: str, found: Checked) -> None:
    """Said a second time, by searching and counting: an echo of ours, and amounts that add up."""
    if isinstance(found, CheckUnclear):
        return
    line = " ".join(words.strip().splitlines())
    assert ECHO.match(line.removeprefix("Mhn tunggu trx sblmnya selesai: "))
    assert line.count("R#") == line.count(f"CPAM128.{NUMBER}") == 1
    statuses = re.findall(r"status \w+|akan diproses|SUKSES\.|GAGAL\. ", line)
    minute = re.search(r"(?:jam |@)18:(4[1-9]|5[01])", line)
    if isinstance(found, CheckUnderway):
        assert statuses in (["status Menunggu"], ["akan diproses"])
    elif isinstance(found, NoBill):
        assert statuses in (["status Gagal"], ["GAGAL. "])
        if found.why not in (BillProblem.SUPPLIER, BillProblem.OFFER):
            assert found.reason.lower() in KNOWN
    else:
        assert statuses in (["status Sukses"], ["SUKSES."])
        amounts = re.findall(
            r"(?:tagihan|denda|admin|total): (?:rp )?([0-9.]+[0-9]|0)", line.lower()
        )
        *parts, total = (int(amount.replace(".", "")) for amount in amounts)
        assert sum(parts) == total == found.selling_price.amount
        assert parts[-1] == found.admin.amount and parts[0] > 0
    assert minute or not any(status.startswith("status ") for status in statuses)


@given(st.sampled_from(WHOLE), st.data())
def test_changed_letters_are_believed_only_where_they_agree_with_all_others(
    words: str, data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(words)))
    letter = data.draw(st.sampled_from([*"T#R. :,0125aZ\n<", "", "\x00", "é", "  "]))
    words = words[:place] + letter + words[place + data.draw(st.integers(0, 3)) :]
    assert_ours(words, looked(words))


@given(st.sampled_from(WHOLE), st.sampled_from(WHOLE), st.data())
@example(FOUND_BEFORE, WAITING, None)
def test_two_answers_spliced_are_believed_only_if_they_make_a_whole_one(
    one: str, other: str, data: st.DataObject | None
) -> None:
    cuts = (len(one), 0)
    if data is not None:
        cuts = (data.draw(st.integers(0, len(one))), data.draw(st.integers(0, 99)))
    words = one[: cuts[0]] + other[cuts[1] :]
    assert_ours(words, looked(words))


@given(st.sampled_from(WHOLE), st.data())
def test_an_answer_that_was_cut_short_says_the_same_or_nothing(
    words: str, data: st.DataObject
) -> None:
    whole, cut = looked(words), looked(words[: data.draw(st.integers(0, len(words) - 1))])
    assert cut == whole or isinstance(cut, CheckUnclear)
