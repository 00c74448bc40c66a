"""OkeConnect's addresses, its one-sentence answers around the sentence, and its callbacks."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from konter.kernel.clock import WIB, SystemClock
from konter.kernel.money import Rupiah
from konter.kernel.outcome import Absent, Delivered, Outcome, Pending, Rejected, Unknown
from konter.kernel.wire_types import WireAnswer, WireCall, WireSilence
from konter.upstreams.contract import Doubt, News, NotGenuine, NotJoinable, UpstreamRefused
from konter.upstreams.providers.okeconnect import AmountNotSold, Okeconnect
from konter.upstreams.wire import Wire
from tests.upstreams.okeconnect_asks import (
    ASK,
    CALLBACK_SECRET,
    GUARDED,
    OKECONNECT,
    PASSWORD,
    PIN,
    QUESTION,
    SENT,
    SETTINGS,
    called,
    read,
    said,
)
from tests.upstreams.raw_server import Visit, raw_server

OPEN = replace(ASK, sku="BBSDN", amount=Rupiah(12_345))


def parameters(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))


def test_a_purchase_is_one_address_with_the_whole_ask_in_it() -> None:
    request = OKECONNECT.purchase(ASK)
    assert (request.method, request.body) == ("GET", b"")
    assert request.purchase_capable
    assert request.url.startswith("https://h2h.okeconnect.com/trx?product=T5&dest=08980204060&")
    assert parameters(request.url) == {
        "product": "T5",
        "dest": "08980204060",
        "refID": "999",
        "memberID": "OK00123",
        "pin": PIN,
        "password": PASSWORD,
    }


def test_an_enquiry_is_the_same_address_with_check_and_buys_nothing() -> None:
    for ask in (QUESTION, OPEN):
        bought, asked = OKECONNECT.purchase(ask), OKECONNECT.enquiry(ask)
        assert parameters(asked.url) == {**parameters(bought.url), "check": "1"}
        assert not asked.purchase_capable
        assert asked.timeout_s <= OKECONNECT.traits.call_timeouts_s["purchase"]


@pytest.mark.parametrize(
    "base_url", ["http://h:1", "http://h:1/", "http://h:1/trx", "http://h:1/trx/"]
)
def test_a_base_url_with_the_path_in_it_does_not_double_the_path(base_url: str) -> None:
    adapter = Okeconnect(replace(SETTINGS, base_url=base_url))
    assert adapter.purchase(ASK).url.startswith("http://h:1/trx?")
    assert adapter.balance().url.startswith("http://h:1/trx/balance?memberID=OK00123&")


def test_an_open_denomination_names_its_amount() -> None:
    assert parameters(OKECONNECT.purchase(OPEN).url)["qty"] == "12345"
    assert "qty" not in parameters(OKECONNECT.purchase(ASK).url)


@pytest.mark.parametrize("amount", [None, Rupiah(0), Rupiah(9_999), Rupiah(10_000_001)])
def test_an_open_denomination_without_a_fitting_amount_is_never_sent(
    amount: Rupiah | None,
) -> None:
    for build in (OKECONNECT.purchase, OKECONNECT.enquiry):
        with pytest.raises(AmountNotSold):
            build(replace(OPEN, amount=amount))


def test_the_secrets_are_named_to_be_scrubbed_and_not_shown() -> None:
    for request in (OKECONNECT.purchase(ASK), OKECONNECT.enquiry(ASK), OKECONNECT.balance()):
        assert set(request.secrets) == {PIN, PASSWORD}
    assert PIN not in repr(SETTINGS)
    assert PASSWORD not in repr(SETTINGS)
    listing = OKECONNECT.price_list()
    assert PIN not in listing.url
    assert not listing.purchase_capable


def test_the_status_call_lives_a_day_and_absence_proves_nothing() -> None:
    traits = OKECONNECT.traits
    assert traits.doubt is Doubt.STATUS_CALL
    assert traits.absence_proves_after is None
    assert traits.repost_horizon < timedelta(days=1)


async def test_odd_letters_arrive_as_they_are_and_no_secret_stays_in_the_transcript() -> None:
    async def play(visit: Visit) -> None:
        await visit.request()
        await visit.answer(f"Pin Salah {PIN}".encode())

    wire = Wire(SystemClock())
    async with raw_server(play) as server:
        adapter = Okeconnect(replace(SETTINGS, base_url=server.url))
        ask = replace(ASK, customer_no="budi & ani+1%20#?/ä", reference="TRX-1")
        heard = await wire.ask(adapter.purchase(ask), account="okeconnect-main", purpose="purchase")
        await wire.close()
    target = server.requests[0].split(b" ")[1].decode()
    arrived = parameters(target)
    assert (arrived["password"], arrived["dest"]) == (PASSWORD, ask.customer_no)
    assert arrived["pin"] == PIN
    assert PIN not in repr(heard.exchange)
    assert PASSWORD not in repr(heard.exchange)
    assert "s%26n" not in heard.exchange.url


async def test_a_purchase_that_drops_is_sent_once() -> None:
    """A GET would be resent by the HTTP library itself."""

    async def play(visit: Visit) -> None:
        await visit.request()
        visit.reset()

    wire = Wire(SystemClock())
    async with raw_server(play) as server:
        adapter = Okeconnect(replace(SETTINGS, base_url=server.url))
        heard = await wire.ask(adapter.purchase(ASK), account="okeconnect-main", purpose="purchase")
        await wire.close()
    assert isinstance(heard.said, WireSilence)
    assert heard.said.left
    assert len(server.requests) == 1


@pytest.mark.parametrize("content_type", ["text/plain", "text/html; charset=utf-8", ""])
def test_the_content_type_says_nothing(content_type: str) -> None:
    line = b"T#1 R#999 Three 5.000 T5.08980204060 akan diproses. Saldo 3 - 1 = 2 @19:08"
    for body in (line, line + b"\r\n", b"\xef\xbb\xbf" + line):
        answer = WireAnswer(200, {"Content-Type": content_type}, body)
        assert isinstance(OKECONNECT.read(ASK, answer), Pending)


def test_a_page_in_place_of_a_sentence_is_unknown() -> None:
    for page in ("<html>502 Bad Gateway</html>", " <!DOCTYPE html>SUKSES", "{}", ""):
        assert isinstance(read(ASK, page), Unknown)


@pytest.mark.parametrize(
    "reason, fault, code",
    [
        ("Pin Salah", "supplier", "pin"),
        ("Password Salah", "supplier", "pin"),
        ("IP tidak sesuai @125.163.0.19", "supplier", "ip"),
        ("IP tidak sesuai @2001:db8::1", "supplier", "ip"),
        ("Pengguna tidak ditemukan", "supplier", "akun"),
        ("Too short", "supplier", "akun"),
        ("Saldo tidak cukup.", "supplier", "44"),
        ("Saldo Anda tidak mencukupi.", "supplier", "44"),
        ("Nomor tujuan salah.", "number", "nomor"),
        ("Nomor HP tidak benar.", "number", "nomor"),
        ("Mohon diperiksa kembali No tujuan sebelum di ulang.", "number", "nomor"),
        ("Cek kembali nomor tujuan Anda..", "number", "nomor"),
        ("Ket:Unreg Dahulu Paket Lama.", "number", "unreg"),
        ("Kwh melebihi batas.", "number", "kwh"),
        ("Produk sedang gangguan.", "offer", "gangguan"),
        ("Sistem sedang maintenance.", "offer", "gangguan"),
        ("Sedang cut off.", "offer", "tutup"),
        ("Produk ditutup.", "offer", "tutup"),
        ("Stok kosong.", "offer", "stok"),
        ("Kode produk salah.", "offer", "produk"),
        ("Produk tidak ditemukan.", "offer", "produk"),
        ("Qty tidak sesuai. Allowed QTY is 10000-10000000.", "offer", "harga"),
        ("Transaksi tidak berhasil.", "other", "gagal"),
        ("Sesuatu yang lain.", "other", "gagal"),
    ],
)
def test_a_reason_tells_whose_fault_it_is(reason: str, fault: str, code: str) -> None:
    refused = read(ASK, f"R#999 T5.08980204060 GAGAL. {reason}")
    assert isinstance(refused, Rejected)
    assert (refused.fault, refused.code, refused.formed) == (fault, code, False)
    formed = read(ASK, f"T#7 R#999 T5.08980204060 GAGAL. {reason.strip('.')}. Saldo 1.000 @10:02")
    assert isinstance(formed, Rejected)
    assert (formed.fault, formed.code, formed.formed) == (fault, code, True)


def test_a_refusal_without_a_transaction_is_proof_only_at_first() -> None:
    for line in (
        "R#999 T5.08980204060 GAGAL. Nomor HP tidak benar.",
        "R#0 T5.08980204060 GAGAL. Pin Salah",
        "IP tidak sesuai @103.146.184.112",
    ):
        assert isinstance(read(ASK, line), Rejected)
        assert isinstance(read(QUESTION, line), Unknown)


def test_a_reference_that_is_not_echoed_is_excused_for_our_account_alone() -> None:
    assert isinstance(read(ASK, "R#0 T5.08980204060 GAGAL. Nomor tujuan salah."), Unknown)
    assert isinstance(read(ASK, "R#0 T5.08980204061 GAGAL. Pin Salah"), Unknown)
    assert isinstance(read(ASK, "R#998 T5.08980204060 GAGAL. Pin Salah"), Unknown)
    assert isinstance(read(ASK, "R# . GAGAL. Nomor tujuan salah."), Unknown)


@pytest.mark.parametrize(
    "reason",
    [
        "SEDANG DIPROSES",
        "Transaksi masih dalam proses",
        "Menunggu jawaban provider",
        "Sebelumnya BERHASIL",
        "SEMPAT SUKSES SN 1234",
    ],
)
def test_a_failure_that_takes_itself_back_is_unknown(reason: str) -> None:
    line = f"T#7 R#999 T5.08980204060 GAGAL. {reason}. Saldo 1.000 @10:02"
    assert isinstance(read(ASK, line), Unknown)


def test_a_timeout_of_theirs_is_final_only_when_told_twice() -> None:
    refused = read(ASK, "T#7 R#999 T5.08980204060 GAGAL. Timeout dari biller. Saldo 1.000 @10:02")
    assert isinstance(refused, Rejected)
    assert refused.twice


def test_a_refund_may_undo_a_success() -> None:
    refused = read(ASK, "T#7 R#999 T5.08980204060 GAGAL. Transaksi Refund. Saldo 1.000 @10:02")
    assert isinstance(refused, Rejected)
    assert refused.reversal


@pytest.mark.parametrize("sn", [".Gagal", "Gagal", " GAGAL-1", "Pending", "menunggu", "Refund 1"])
def test_a_success_that_takes_itself_back_is_unknown(sn: str) -> None:
    line = f"T#7 R#999 T5.08980204060 SUKSES. SN: {sn}. Saldo 3 - 1 = 2 @12/05 19:11"
    assert isinstance(read(ASK, line), Unknown)
    line = f"R#999 T5.08980204060 sudah pernah jam 18:46, status Sukses. SN: {sn}. Hrg 6.487"
    assert isinstance(read(QUESTION, line), Unknown)


@pytest.mark.parametrize(
    "sn, serial",
    [
        ("", None),
        ("-", None),
        ("...", None),
        ("0143 4800/BUDI. S.H/R1/63,0KWH", "0143 4800/BUDI. S.H/R1/63,0KWH"),
        ("R1.2.3.", "R1.2.3."),
        ("SN/GAGAL SUBUR/SUKSES ABADI", "SN/GAGAL SUBUR/SUKSES ABADI"),
    ],
)
def test_a_serial_number_is_whole_or_none(sn: str, serial: str | None) -> None:
    for ask, line in (
        (ASK, f"T#7 R#999 T5.08980204060 SUKSES. SN: {sn}. Saldo 3 - 1 = 2 @12/05 19:11"),
        (
            QUESTION,
            f"R#999 T5.08980204060 sudah pernah jam 18:46, status Sukses. SN: {sn}. Hrg 6.487 "
            "Trx ke-2 gunakan format yang benar. Saldo 43.941.230",
        ),
    ):
        outcome = read(ask, line)
        assert isinstance(outcome, Delivered)
        assert outcome.serial == serial


@pytest.mark.parametrize(
    "money, cost",
    [
        ("278.334 - 1.321 = 277.013 @12/05 19:11", 1_321),
        ("278334 - 1321 = 277013", 1_321),
        ("278.334 - 1.321 = 277.014 @12/05 19:11", None),
        ("278.334 - 1.321", None),
        ("278.334 - 13.21 = 278.320", None),
        ("5 - 0 = 5", None),
        ("...", None),
    ],
)
def test_a_cost_is_believed_only_if_the_sum_is_right(money: str, cost: int | None) -> None:
    """The success stands either way."""
    outcome = read(ASK, f"T#7 R#999 T5.08980204060 SUKSES. SN: R1. Saldo {money}")
    assert isinstance(outcome, Delivered)
    assert outcome.cost == (None if cost is None else Rupiah(cost))


@pytest.mark.parametrize(
    "told, cost", [("6.487", 6_487), ("6.48", None), ("6", None), ("648", None)]
)
def test_a_price_that_may_be_cut_short_is_not_booked(told: str, cost: int | None) -> None:
    head = "R#999 T5.08980204060 sudah pernah jam 18:46, status Sukses. SN: R1. Hrg "
    outcome = read(QUESTION, head + told)
    assert isinstance(outcome, Delivered)
    assert outcome.cost == (None if cost is None else Rupiah(cost))
    whole = read(QUESTION, f"{head}25 Trx ke-2 gunakan format yang benar")
    assert isinstance(whole, Delivered)
    assert whole.cost == Rupiah(25)


@pytest.mark.parametrize(
    "sent, jam, ours",
    [
        ((23, 58), "00:02", True),
        ((0, 2), "23:58", True),
        ((23, 58), "00:04", False),
        ((12, 0), "00:00", False),
        ((12, 0), "12:05", True),
        ((12, 0), "12:06", False),
        ((12, 0), "12:60", False),
        ((0, 0), "24:00", False),
    ],
)
def test_a_sale_is_ours_by_the_minute_it_was_made(
    sent: tuple[int, int], jam: str, ours: bool
) -> None:
    ask = replace(QUESTION, sent_at=datetime(2025, 4, 22, *sent, tzinfo=WIB))
    told: list[tuple[str, type[Outcome]]] = [
        (f"sudah pernah jam {jam}, status Sukses. SN: R1. Hrg 6.487", Delivered),
        (f"sudah pernah jam {jam}, status Gagal. Nomor salah. Hrg 6.487", Rejected),
    ]
    for words, end in told:
        outcome = read(ask, f"R#999 Three T5.08980204060 {words}")
        assert isinstance(outcome, end if ours else Unknown)
    waits = (
        f"Mhn tunggu trx sblmnya selesai: T#1 R#999 T5.08980204060 @{jam}, status Menunggu Jawaban."
    )
    assert isinstance(read(ask, waits), Pending if ours else Unknown)


def test_no_record_is_absence_on_the_day_of_the_sale_and_for_our_number_alone() -> None:
    line = "TIDAK ADA transaksi Tujuan 08980204060 pada tgl 22/04/2025. Tidak ada data."
    assert isinstance(read(QUESTION, line), Absent)
    assert isinstance(read(ASK, line), Unknown)
    assert isinstance(read(replace(QUESTION, sent_at=SENT + timedelta(days=1)), line), Unknown)
    assert isinstance(read(replace(QUESTION, customer_no="08980204061"), line), Unknown)
    assert isinstance(read(QUESTION, line.replace("22/04", "31/02")), Unknown)


@pytest.mark.parametrize("text", ["Saldo 284.939", "Saldo 284939", "Saldo 284.939\n"])
def test_the_deposit_is_read(text: str) -> None:
    assert OKECONNECT.read_balance(said(text)) == Rupiah(284_939)


@pytest.mark.parametrize(
    "text",
    ["", "Saldo", "Saldo 28.49", "Saldo -1.000", "Saldo 1.000 - 5 = 995", "<html>", "Saldo ١"],
)
def test_what_is_no_deposit_is_refused(text: str) -> None:
    with pytest.raises(UpstreamRefused):
        OKECONNECT.read_balance(said(text))
    with pytest.raises(UpstreamRefused):
        OKECONNECT.read_balance(said("Saldo 284.939", 502))


def test_a_refused_question_says_why_but_quotes_no_stranger() -> None:
    with pytest.raises(UpstreamRefused, match=r"IP tidak sesuai @1\.2\.3\.4"):
        OKECONNECT.read_balance(said("R# . GAGAL. IP tidak sesuai @1.2.3.4"))
    with pytest.raises(UpstreamRefused) as refused:
        OKECONNECT.read_balance(said(f"PIN {PIN} tidak dikenal"))
    assert PIN not in str(refused.value)


@pytest.mark.parametrize(
    "parts, joined",
    [(("0812",), "0812"), (("12345678", "1234"), "123456781234"), (("12345678", ""), "12345678")],
)
def test_user_and_zone_stand_together_without_anything_between(
    parts: tuple[str, ...], joined: str
) -> None:
    assert OKECONNECT.join(parts, "Mobile Legends") == joined


@pytest.mark.parametrize("parts", [("800123456", "os_asia"), ("1", "2", "3"), (), ("", "")])
def test_what_is_not_known_how_to_join_is_not_guessed(parts: tuple[str, ...]) -> None:
    with pytest.raises(NotJoinable):
        OKECONNECT.join(parts, "Genshin Impact")


MESSAGE = "T%23210288912%20R%23114%20Three%201.000%20T1.089660522887%20SUKSES.%20SN%3A%20R1"


def test_a_callback_is_a_hint_whatever_it_says() -> None:
    for message in (MESSAGE, "GAGAL", ""):
        call = called(f"refid=114&message={message}")
        OKECONNECT.prove(call)
        assert OKECONNECT.read_callback(call) == News("114", None)


def test_a_kept_callback_is_read_from_its_body_where_only_that_was_kept() -> None:
    kept = replace(called(""), body=f"refid=TRX-20261116-A1B2C3D4&message={MESSAGE}".encode())
    assert OKECONNECT.read_callback(kept) == News("TRX-20261116-A1B2C3D4", None)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "refid=",
        "refid=%20",
        "refid=a&refid=b",
        "refID=114",
        "refid=a%00b",
        "refid=" + "9" * 201,
    ],
)
def test_a_callback_that_names_no_purchase_is_not_ours(query: str) -> None:
    news = OKECONNECT.read_callback(called(query))
    assert news.reference is None
    assert isinstance(news.outcome, Unknown)
    assert not news.is_ping


def test_a_configured_secret_must_stand_in_the_address() -> None:
    path = "/api/webhook/transaction-callback"
    for call in (
        called(f"refid=1&message=x&secret={CALLBACK_SECRET}"),
        called("refid=1&message=x", f"{path}/{CALLBACK_SECRET}"),
        called("refid=1&message=x", f"{path}/{CALLBACK_SECRET}/"),
    ):
        GUARDED.prove(call)
        assert GUARDED.read_callback(call) == News("1", None)
    for call in (
        called("refid=1&message=x"),
        called("refid=1&message=x&secret="),
        called(f"refid=1&message={CALLBACK_SECRET}"),
        called(f"refid=1&message=x&secret={CALLBACK_SECRET}0"),
        called("refid=1&message=x", f"{path}/{CALLBACK_SECRET}/more"),
        called("refid=1&message=x", f"{path}/{CALLBACK_SECRET.upper()}"),
    ):
        with pytest.raises(NotGenuine) as refused:
            GUARDED.prove(call)
        assert CALLBACK_SECRET not in str(refused.value)
    with pytest.raises(NotGenuine):
        Okeconnect(replace(SETTINGS, callback_secret="")).prove(called("secret=", "/"))


_words: Any = st.text(max_size=60)


@given(_words, _words, st.binary(max_size=60))
def test_no_callback_breaks_the_door(query: str, path: str, body: bytes) -> None:
    call = WireCall("GET", path, query, {}, body, "203.0.113.9")
    with pytest.raises(NotGenuine):
        GUARDED.prove(call)
    assert not isinstance(OKECONNECT.read_callback(call).outcome, Delivered | Rejected)
