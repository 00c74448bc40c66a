"""Nothing but a whole sentence about our reference, code and number ends a purchase.

What such a sentence looks like is said here a second time, by searching and counting, not by the
adapter's grammar. A line that was cut, spliced, doubled or written about somebody else either is
such a sentence nevertheless, or moves nothing.
"""

from __future__ import annotations

import re
from dataclasses import replace

from hypothesis import example, given
from hypothesis import strategies as st

from konter.kernel.clock import WIB
from konter.kernel.outcome import Absent, Delivered, Outcome, Pending, Rejected, Unknown
from konter.kernel.wire_types import WireAnswer
from konter.upstreams.contract import Purchase
from tests.upstreams.okeconnect_asks import (
    ASK,
    CORPUS,
    OKECONNECT,
    OTHER_FAMILIES,
    Labelled,
    read,
    said,
)

TURNED_AWAY = ("Pin Salah", "Password Salah", "Too short", "Pengguna tidak ditemukan")
STATUS_WORDS = ("SUKSES. SN", "GAGAL. ", "akan diproses", "sudah pernah jam", "Menunggu Jawaban")
AT_THE_END = frozenset("0123456789.:/@=- ")


def proves_delivery(ask: Purchase, line: str) -> bool:
    rest = after_our_echo(ask, line)
    if rest is None:
        return False
    if line.startswith("T#"):
        serial, end, money = rest.partition(". Saldo ")
        return serial.startswith("SUKSES. SN") and end != "" and set(money) <= AT_THE_END
    ends = ". Hrg " in rest or ". Trx ke-2 " in rest
    return "status Sukses. SN" in rest and ends and is_answer_about_ours(ask, rest)


def proves_a_failed_transaction(ask: Purchase, line: str) -> bool:
    rest = after_our_echo(ask, line)
    if rest is None:
        return False
    if line.startswith("T#"):
        return rest.startswith("GAGAL. ") and ends_like_a_refusal(rest)
    ends = rest.endswith(".") or ". Hrg " in rest or ". Trx ke-2 " in rest
    return "status Gagal. " in rest and ends and is_answer_about_ours(ask, rest)


def proves_that_nothing_was_bought(ask: Purchase, line: str) -> bool:
    if not ask.first or line.startswith("T#"):
        return False
    if is_turned_away(ask, line):
        return True
    rest = after_our_echo(ask, line)
    return rest is not None and rest.startswith("GAGAL. ") and ends_like_a_refusal(rest)


def after_our_echo(ask: Purchase, line: str) -> str | None:
    """What is said about us, if the line names us once, nobody else, and has one status."""
    echo = f" {ask.sku}.{ask.customer_no} "
    head, found, rest = line.partition(echo)
    number = re.fullmatch(r"T#[0-9]+ R#(\S+)( .*)?|R#(\S+)( .*)?", head)
    if not found or number is None or (number[1] or number[3]) != ask.reference:
        return None
    once = line.count("R#") == 1 and line.count("T#") <= 1 and line.count(echo.strip()) == 1
    status = sum(line.count(word) for word in STATUS_WORDS)
    if ask.amount is not None:
        rest = rest.removeprefix(f", QTY : {ask.amount.amount} ")
    return rest if once and status == 1 and line.isprintable() else None


def is_answer_about_ours(ask: Purchase, rest: str) -> bool:
    """A status call's answer, about a sale of the minutes in which ours was sent."""
    named = re.match(r"sudah pernah jam ([0-9]{2}):([0-9]{2}), ", rest)
    if ask.first or named is None or ask.sent_at is None:
        return False
    sent = ask.sent_at.astimezone(WIB)
    apart = abs(int(named[1]) * 60 + int(named[2]) - sent.hour * 60 - sent.minute)
    return min(apart, 24 * 60 - apart) <= 5


def ends_like_a_refusal(rest: str) -> bool:
    reason, _, money = rest.rpartition(". Saldo ")
    return rest.endswith(".") or (bool(reason) and set(money) <= AT_THE_END)


def is_turned_away(ask: Purchase, line: str) -> bool:
    line = line.removesuffix(".")
    echo = f"{ask.sku}.{ask.customer_no}"
    for head in ("R# . ", *(f"R#{ref} {echo} " for ref in (ask.reference, "0", ""))):
        line = line.removeprefix(head + "GAGAL. ")
    return (
        line in TURNED_AWAY or re.fullmatch(r"IP tidak sesuai( @[0-9a-fA-F.:]+)?", line) is not None
    )


def assert_proved(ask: Purchase, line: str, outcome: Outcome) -> None:
    """The law. What is not an end moves no money, so only ends are held against it."""
    line = line.strip()
    if isinstance(outcome, Delivered):
        assert proves_delivery(ask, line)
        assert outcome.serial is None or outcome.serial in line
    elif isinstance(outcome, Rejected) and outcome.formed:
        assert proves_a_failed_transaction(ask, line)
    elif isinstance(outcome, Rejected):
        assert proves_that_nothing_was_bought(ask, line)
    elif isinstance(outcome, Absent):
        assert not ask.first
        assert line.startswith(f"TIDAK ADA transaksi Tujuan {ask.customer_no} pada tgl ")


ASKS = [replace(message.ask, first=first) for message in CORPUS for first in (True, False)]
LINES = [message.text for message in (*CORPUS, *OTHER_FAMILIES)]
ENDINGS = [
    message
    for message in CORPUS
    if message.kind in ("trx", "check") and message.ask.reference in message.text
]
PIECES = st.sampled_from(
    [
        "T#1 ", "T#210286229 ", "R#999 ", "R#998 ", "R#0 ", "R# ", "Three 5.000 ",
        "T5.08980204060 ", "T5.08980204061 ", "t5.08980204060 ", ", QTY : 10000 ", "SUKSES. SN: ",
        "SUKSES. SN/Ref: ", "sukses. SN: ", "GAGAL. ", "Gagal. ",
        "akan diproses. ", "akan diproses.",
        "sudah pernah jam 18:46, status Sukses. SN: ", "sudah pernah jam 18:46, status Gagal. ",
        "sudah pernah jam 08:01, status Sukses. SN: ", "status Menunggu Jawaban",
        "R230512.1911.2100F1",
        "0143 4800/GAGAL SUBUR/R1", ". Saldo 278.334 - 1.321 = 277.013 @12/05 19:11", ". Saldo ",
        ". Hrg 6.487", " Trx ke-2 gunakan format yang benar", ". Saldo 43.941.230",
        "Nomor tujuan salah", "Saldo tidak cukup", "Pin Salah",
        "IP tidak sesuai @1.2.3.4", "Too short", ".", " ", "\n",
        "Mhn tunggu trx sblmnya selesai: ",
        "TIDAK ADA transaksi Tujuan 08980204060 pada tgl 22/04/2025.",
        " Tidak ada data.", "<html>", "berhasil", "sedang diproses",
    ]
)  # fmt: skip


@given(st.text(max_size=200), st.booleans())
def test_any_text_at_all_proves_nothing_by_chance(text: str, first: bool) -> None:
    assert_proved(
        ASK, text, read(replace(ASK, first=first), text.encode("utf-8", "replace").decode())
    )


@given(st.lists(PIECES, max_size=9).map("".join), st.booleans())
@example("R#999 T5.08980204060 GAGAL. Saldo tidak cukup.", True)
@example("T#1 R#999 T5.08980204060 SUKSES. SN: 1. Saldo 3 - 1 = 2", False)
def test_sentences_of_their_own_words_are_believed_only_whole(line: str, first: bool) -> None:
    ask = replace(ASK, first=first)
    assert_proved(ask, line, read(ask, line))


@given(st.sampled_from(ASKS), st.sampled_from(LINES), st.sampled_from(LINES), st.data())
def test_two_lines_spliced_are_believed_only_if_they_make_a_whole_one(
    ask: Purchase, one: str, other: str, data: st.DataObject
) -> None:
    until = data.draw(st.integers(0, len(one)))
    since = data.draw(st.integers(0, len(other)))
    line = one[:until] + other[since:]
    assert_proved(ask, line, read(ask, line))


@given(st.sampled_from(CORPUS), st.booleans(), st.data())
def test_changed_letters_are_believed_only_where_nothing_hangs_on_them(
    message: Labelled, first: bool, data: st.DataObject
) -> None:
    ask = replace(message.ask, first=first)
    place = data.draw(st.integers(0, len(message.text)))
    letter = data.draw(st.sampled_from([*"T#R. :,0aZ\n<", "", "\x00", "é", "  "]))
    over = data.draw(st.integers(0, 3))
    line = message.text[:place] + letter + message.text[place + over :]
    assert_proved(ask, line, read(ask, line))


@given(st.sampled_from(CORPUS), st.booleans())
def test_another_case_is_another_text(message: Labelled, first: bool) -> None:
    """Only a reason may be written in capitals; a serial number is another one then."""
    ask = replace(message.ask, first=first)
    for line in (message.text.lower(), message.text.upper(), message.text.swapcase()):
        if line == message.text:
            continue
        outcome, was = read(ask, line), read(ask, message.text)
        assert isinstance(outcome, Unknown | Rejected)
        if isinstance(outcome, Rejected):
            assert isinstance(was, Rejected)
            assert replace(outcome, reason=was.reason, message=was.message) == was


@given(st.sampled_from(CORPUS), st.booleans(), st.sampled_from(["", " ", ". ", "\n", "\r\n"]))
def test_a_doubled_line_ends_nothing(message: Labelled, first: bool, between: str) -> None:
    ask = replace(message.ask, first=first)
    assert isinstance(read(ask, message.text + between + message.text), Unknown)


@given(st.sampled_from(ENDINGS), st.booleans(), st.data())
def test_a_line_that_was_cut_short_says_the_same_or_nothing(
    message: Labelled, first: bool, data: st.DataObject
) -> None:
    """Never another end, never half a serial number, never half a price."""
    ask = replace(message.ask, first=first)
    whole = read(ask, message.text)
    cut = read(ask, message.text[: data.draw(st.integers(0, len(message.text) - 1))])
    if isinstance(cut, Unknown):
        return
    assert type(cut) is type(whole)
    if isinstance(cut, Delivered) and isinstance(whole, Delivered):
        assert cut.serial == whole.serial
        assert cut.cost in (None, whole.cost)
        assert cut.their_id == whole.their_id


@given(st.sampled_from(ENDINGS), st.booleans(), st.data())
def test_a_line_whose_beginning_is_lost_ends_nothing_without_its_reference(
    message: Labelled, first: bool, data: st.DataObject
) -> None:
    ask = replace(message.ask, first=first)
    start = data.draw(st.integers(1, len(message.text)))
    line = message.text[start:]
    outcome = read(ask, line)
    assert_proved(ask, line, outcome)
    if f"R#{ask.reference} " not in line:
        assert isinstance(outcome, Unknown)


@given(
    st.sampled_from([m for m in ENDINGS if not m.text.startswith("TIDAK")]),
    st.booleans(),
    st.sampled_from(["reference", "sku", "customer_no"]),
    st.text("0123456789ABCDEFabcdef-", min_size=1, max_size=12),
)
def test_a_line_about_another_reference_code_or_number_is_unknown(
    message: Labelled, first: bool, field: str, other: str
) -> None:
    others = {
        "reference": replace(message.ask, reference=other),
        "sku": replace(message.ask, sku=other),
        "customer_no": replace(message.ask, customer_no=other),
    }
    if others[field] != message.ask:
        assert isinstance(read(replace(others[field], first=first), message.text), Unknown)


@given(st.binary(max_size=300), st.sampled_from([200, 201, 204, 301, 400, 403, 500, 502]))
def test_no_bytes_and_no_status_break_the_reader(body: bytes, status: int) -> None:
    for first in (True, False):
        assert isinstance(
            OKECONNECT.read(replace(ASK, first=first), WireAnswer(status, {}, body)), Unknown
        )


@given(st.sampled_from(CORPUS), st.sampled_from([201, 202, 204, 301, 302, 400, 404, 500, 502, 503]))
def test_a_sentence_under_another_status_than_200_is_unknown(
    message: Labelled, status: int
) -> None:
    for first in (True, False):
        ask = replace(message.ask, first=first)
        assert isinstance(OKECONNECT.read(ask, said(message.text, status)), Unknown)


def test_the_law_is_not_empty() -> None:
    """Whole sentences do prove their ends, so the law above says something."""
    ends = [
        (read(ask, message.text), ask, message.text)
        for message in CORPUS
        for ask in (message.ask, replace(message.ask, first=False))
    ]
    for outcome, ask, line in ends:
        assert_proved(ask, line, outcome)
    kinds = [type(outcome) for outcome, _, _ in ends]
    assert kinds.count(Delivered) >= 15
    assert kinds.count(Rejected) >= 20
    assert kinds.count(Pending) >= 10
