"""Every labelled message of the OkeConnect family: none is read as an end that it does not tell."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from konter.kernel.money import Rupiah
from konter.kernel.outcome import Absent, Delivered, Outcome, Pending, Rejected, Unknown
from konter.upstreams.contract import UpstreamRefused
from tests.upstreams.okeconnect_asks import (
    CORPUS,
    OKECONNECT,
    OTHER_FAMILIES,
    Labelled,
    read,
    said,
)

MEANS: dict[str, type[Outcome]] = {
    "process": Pending,
    "success": Delivered,
    "failed": Rejected,
    "not_found": Absent,
    "unknown": Unknown,
}

NOT_WHOLE = {
    "R#999 Three 5.000 T5.08980204060 sudah pernah jam 18:46, status Sukses. SN:R25042218462100b7":
        "the serial number's end is missing, so it may be half of one",
    "R#999 Three 5.000 T5.08980204060 sudah pernah jam 18:46, status Gagal":
        "no reason and no end: it could go on",
    "CEKD.08123456789 NAMA = SITI AMINAH": "an inquiry's free text, without a reference",
    "CEKSHP.0812 AN. RUDI HARTONO": "an inquiry's free text, without a reference",
    "SUKSES.\nT999\nSN/Ref: 12345\nSaldo: 500.000": "no reference, no product, no number",
}  # fmt: skip
"""Messages with an end that are left unknown, and why: they are asked about again."""

NO_PURCHASE = ("inquiry", "balance")
"""Kinds that are never the answer to a purchase."""


def heard(message: Labelled, *, first: bool) -> Outcome:
    return read(replace(message.ask, first=first), message.text)


def is_question(message: Labelled) -> bool:
    return message.channel == "check"


def test_the_corpus_is_whole() -> None:
    counted = Counter(message.meaning for message in CORPUS)
    assert counted == {
        "process": 9, "success": 16, "failed": 21, "not_found": 3, "balance": 1, "unknown": 1,
    }  # fmt: skip


@pytest.mark.parametrize("message", CORPUS, ids=str)
def test_a_labelled_message_is_read_as_what_it_means(message: Labelled) -> None:
    outcome = heard(message, first=not is_question(message))
    untold = (
        "DUPLICATE TRAP" in message.note,
        message.text in NOT_WHOLE,
        message.channel == "reply-json",
        message.kind in NO_PURCHASE and message.meaning != "process",
    )
    if any(untold):
        assert isinstance(outcome, Unknown)
    else:
        assert type(outcome) is MEANS[message.meaning]


@pytest.mark.parametrize("message", CORPUS, ids=str)
def test_no_message_is_read_as_an_end_that_it_does_not_tell(message: Labelled) -> None:
    """In whatever place it is heard."""
    for first in (True, False):
        outcome = heard(message, first=first)
        if isinstance(outcome, Delivered | Rejected | Pending | Absent):
            assert type(outcome) is MEANS[message.meaning], first


@pytest.mark.parametrize("message", CORPUS, ids=str)
def test_serial_numbers_come_out_whole_with_their_price_and_number(message: Labelled) -> None:
    outcome = heard(message, first=not is_question(message))
    if isinstance(outcome, Delivered):
        assert outcome.serial == message.serial
        assert outcome.cost == (Rupiah(message.price) if message.price else None)
        assert outcome.their_id == message.trx_id
        assert outcome.message == message.text
    if isinstance(outcome, Rejected) and message.reason is not None:
        assert outcome.reason.partition(" @")[0] == message.reason
    if isinstance(outcome, Rejected):
        assert outcome.formed == (message.trx_id is not None or is_question(message))


@pytest.mark.parametrize("message", CORPUS, ids=str)
def test_a_message_about_another_purchase_ends_nothing(message: Labelled) -> None:
    """Only a refusal of our account, heard at first, may name no purchase at all."""
    ask = message.ask
    others = (
        replace(ask, reference=ask.reference + "1"),
        replace(ask, reference="TRX-20250422-ZZZZZZZZ"),
        replace(ask, sku="X" + ask.sku),
        replace(ask, sku=ask.sku.lower() + "x"),
        replace(ask, customer_no=ask.customer_no + "0"),
        replace(ask, customer_no=ask.customer_no[1:]),
    )
    for other in [replace(one, first=first) for one in others for first in (True, False)]:
        outcome = read(other, message.text)
        if isinstance(outcome, Rejected):
            assert message.kind == "auth"
            assert other.first
            assert (outcome.fault, outcome.formed) == ("supplier", False)
        elif isinstance(outcome, Absent):
            assert other.customer_no == ask.customer_no
        else:
            assert isinstance(outcome, Unknown)


@pytest.mark.parametrize("message", [m for m in CORPUS if "QTY" in m.text], ids=str)
def test_an_amount_that_is_not_ours_is_unknown(message: Labelled) -> None:
    assert isinstance(read(replace(message.ask, amount=Rupiah(99_999)), message.text), Unknown)
    assert isinstance(read(replace(message.ask, amount=None), message.text), Unknown)


@pytest.mark.parametrize("message", OTHER_FAMILIES, ids=str)
def test_other_engines_words_are_never_read_as_an_end_that_they_do_not_tell(
    message: Labelled,
) -> None:
    for first in (True, False):
        outcome = heard(message, first=first)
        if isinstance(outcome, Delivered | Rejected):
            assert type(outcome) is MEANS[message.meaning], first


@pytest.mark.parametrize("message", [m for m in CORPUS if "sudah pernah" in m.text], ids=str)
def test_an_older_sale_to_the_number_is_never_taken_for_ours(message: Labelled) -> None:
    """Neither in answer to a first call, nor later if it was made in another minute than ours."""
    assert isinstance(heard(message, first=True), Unknown)
    question = replace(message.ask, first=False)
    assert question.sent_at is not None
    for minutes in (-600, -60, -6, 6, 60, 600):
        sent_at = question.sent_at + timedelta(minutes=minutes)
        assert isinstance(read(replace(question, sent_at=sent_at), message.text), Unknown)
    assert isinstance(read(replace(question, sent_at=None), message.text), Unknown)
    for minutes in (-5, 0, 5):
        sent_at = question.sent_at + timedelta(minutes=minutes)
        same = read(replace(question, sent_at=sent_at), message.text)
        assert same == read(question, message.text)


@pytest.mark.parametrize("message", CORPUS, ids=str)
def test_only_a_balance_is_read_as_a_balance(message: Labelled) -> None:
    if message.meaning == "balance":
        assert message.price is not None
        assert OKECONNECT.read_balance(said(message.text)) == Rupiah(message.price)
        return
    with pytest.raises(UpstreamRefused) as refused:
        OKECONNECT.read_balance(said(message.text))
    if message.channel == "balance":
        assert message.reason is not None
        assert message.reason in str(refused.value)
