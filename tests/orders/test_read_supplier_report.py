"""Strangers' spreadsheets: what is certain is read, and nothing else is."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from konter.kernel.errors import Invalid
from konter.orders.read_amounts import read_amounts
from konter.orders.read_supplier_report import (
    MOST_CHARACTERS,
    MOST_ROWS,
    Claim,
    Naming,
    Part,
    ReportLine,
    SupplierReport,
    Unreadable,
    read_supplier_report,
)

USUAL = Naming()
ONE = "TRX-20261121-AAAAAAAA"
TWO = "TRX-20261121-BBBBBBBB-2CCCC"
PLAIN = f"Ref ID,Status,Harga\n{ONE},Sukses,10650\n{TWO},Gagal,\n"


def read(report: bytes | str, naming: Naming = USUAL) -> SupplierReport:
    return read_supplier_report(report, naming)


def refused(report: bytes | str, naming: Naming = USUAL) -> dict[str, list[str]]:
    with pytest.raises(Invalid) as caught:
        read(report, naming)
    return caught.value.errors


EXPECTED = (
    ReportLine(2, ONE, Claim.SUCCESS, 10_650),
    ReportLine(3, TWO, Claim.FAILED, None),
)


@pytest.mark.parametrize(
    "report",
    [
        PLAIN,
        PLAIN.encode(),
        PLAIN.replace("\n", "\r\n"),
        PLAIN.replace("\n", "\r"),
        "\N{ZERO WIDTH NO-BREAK SPACE}" + PLAIN,
        b"\xef\xbb\xbf" + PLAIN.encode(),
        PLAIN.encode("utf-16"),
        PLAIN.replace(",", ";"),
        PLAIN.replace(",", "\t"),
        PLAIN.replace(",", "|"),
        PLAIN.replace("10650", '"10,650"'),
        PLAIN.replace(",", ";").replace("10650", "Rp 10.650,00"),
        PLAIN.replace("10650", "10.650"),
        PLAIN.replace(",", ";").replace("10650", "Rp10.650,-"),
        PLAIN.replace(ONE, f" '{ONE.lower()} "),
        PLAIN.replace("Ref ID,Status,Harga", "refid,transaction_status,PRICE"),
        PLAIN.replace("Sukses", "  BERHASIL ").replace("Gagal", "Transaksi gagal!"),
        PLAIN + ",,\n\n",
    ],
)
def test_every_dialect_of_the_same_report_says_the_same(report: bytes | str) -> None:
    assert read(report).lines == EXPECTED
    assert read(report).unreadable == () and read(report).rows == 2


def test_a_title_above_the_table_and_more_columns_are_passed_over() -> None:
    report = "sep=;\nLaporan 21 November; CV Maju\n\nNo;Ref ID;Produk;Harga;SN;Status\n"
    report += f'1;{ONE};"XL; 10rb";10.650;"a\nb";Sukses\n2;{TWO};x;9.000;;Pending\n'
    said = read(report)
    assert said.lines == (
        ReportLine(6, ONE, Claim.SUCCESS, 10_650),
        ReportLine(7, TWO, Claim.PENDING, 9_000),
    )


def test_columns_and_words_are_named_where_they_are_unusual() -> None:
    report = f"idtrx;hasil;potong\n{ONE};1;10650\n{TWO};2;0\n"
    naming = Naming(reference="IDTRX", state="hasil", cost="Potong", success="1, ok", failed="2")
    assert read(report, naming).lines == (EXPECTED[0], ReportLine(3, TWO, Claim.FAILED, 0))
    assert "idtrx, hasil, potong" in refused(report)["reference"][0]
    assert "idtrx, hasil, potong" in refused(report, Naming(reference="idtrx"))["state"][0]
    gone = Naming(reference="idtrx", state="hasil", cost="modal")
    assert "idtrx, hasil, potong" in refused(report, gone)["cost"][0]
    twice = Naming(reference="idtrx", state="hasil", success="1", failed="1")
    assert "failed" in refused(report, twice)
    costless = read(PLAIN, Naming(cost="-"))
    assert not costless.compares_cost and costless.unreadable == ()
    assert [line.cost for line in costless.lines] == [None, None]


def test_of_two_columns_that_might_be_meant_none_is_guessed() -> None:
    report = PLAIN.replace("Status,Harga", "Status,Harga,Harga Beli").replace(",10650", ",1,2")
    assert "Harga, Harga Beli" in refused(report)["cost"][0]
    assert read(report, Naming(cost="harga beli")).lines[0].cost == 2
    assert "reference" in refused(PLAIN.replace("Harga", "Referensi"))


def test_what_cannot_be_read_for_certain_is_listed_and_stops_nothing_else() -> None:
    report = "\n".join(
        (
            "Ref ID,Status,Harga",
            f"{ONE},Sukses,10,650",  # the comma makes two cells of it
            f"{TWO},Entah,10650",
            ",Sukses,10650",
            "TRX-C,Sukses,10.5",
            "TRX-D,Sukses",
            "TRX-E,Gagal,-",
            "Jumlah,,21300",
            "TRX-F,Sukses,-10650",
        )
    )
    said = read(report)
    assert said.rows == 8
    assert said.unreadable == (
        Unreadable(2, ONE, Part.ROW, f"{ONE},Sukses,10,650"),
        Unreadable(3, TWO, Part.STATE, "Entah"),
        Unreadable(4, None, Part.REFERENCE, ""),
        Unreadable(5, "TRX-C", Part.COST, "10.5"),
        Unreadable(6, "TRX-D", Part.ROW, "TRX-D,Sukses"),
        Unreadable(8, "JUMLAH", Part.STATE, ""),
        Unreadable(9, "TRX-F", Part.COST, "-10650"),
    )
    assert said.lines == (
        ReportLine(5, "TRX-C", Claim.SUCCESS, None),
        ReportLine(7, "TRX-E", Claim.FAILED, None),
        ReportLine(9, "TRX-F", Claim.SUCCESS, None),
    )
    under_no_heading = f"Ref ID,Status,Harga,\n{ONE},Sukses,10,650\n"
    assert [one.part for one in read(under_no_heading).unreadable] == [Part.ROW]


@pytest.mark.parametrize(
    ("report", "words"),
    [
        (b"PK\x03\x04rest", "Excel"),
        (b"\xd0\xcf\x11\xe0rest", "Excel"),
        (PLAIN.encode() + b"caf\xe9", "UTF-8"),
        (b"\xff\xfe\x00", "UTF-8"),
        (PLAIN + "caf\N{REPLACEMENT CHARACTER}", "UTF-8"),
        (PLAIN + "\x00", "UTF-8"),
        ("", "tabel"),
        (b"", "tabel"),
        ("halo", "tabel"),
        ("Ref ID,Status,Harga\n", "satu pun baris"),
        ("Ref ID,Status,Harga\n,,\n\n", "satu pun baris"),
        (PLAIN + '"terbuka', "tanda kutip"),
        (PLAIN + '"a"b,Sukses,1', "tanda kutip"),
        (PLAIN + "x" * MOST_CHARACTERS, "terlalu besar"),
        (PLAIN + "T,Gagal,\n" * (MOST_ROWS - 1), "terlalu panjang"),
        (PLAIN + '"' + "x" * 200_000 + '",Sukses,1', "tanda kutip"),
    ],
)
def test_what_is_no_report_is_refused_in_words(report: bytes | str, words: str) -> None:
    assert words in refused(report)["report"][0]


def test_as_many_rows_as_are_allowed_are_read() -> None:
    said = read(PLAIN + "T,Gagal,\n" * (MOST_ROWS - 2))
    assert said.rows == MOST_ROWS == len(said.lines)


def test_the_same_report_has_the_same_digest_and_another_another() -> None:
    assert read(PLAIN).digest == read(PLAIN.replace("\n", "\r\n").encode("utf-16")).digest
    others = {
        read(PLAIN, Naming(cost="-")).digest,
        read(PLAIN, Naming(success="ok")).digest,
        read(PLAIN.replace("10650", "10651")).digest,
    }
    assert len(others | {read(PLAIN).digest}) == 4


@pytest.mark.parametrize(
    ("cell", "rupiah"),
    [
        ("10650", 10_650),
        ("10.650", 10_650),
        ("10,650", 10_650),
        ("1.234.567", 1_234_567),
        ("1,234,567.00", 1_234_567),
        ("1.234.567,0", 1_234_567),
        ("10650.00", 10_650),
        ("Rp. 10.650,-", 10_650),
        ("IDR 5", 5),
        ("rp\N{NO-BREAK SPACE}10.650", 10_650),
        ("0", 0),
        ("10.65", None),
        ("10650.5", None),
        ("1.234,567", None),
        ("1.23.456", None),
        ("10.650.00", None),
        ("010.650", None),
        ("007", None),
        ("10 650", None),
        ("-10650", None),
        ("+10650", None),
        ("(10.650)", None),
        ("10650 CR", None),
        ("1e5", None),
        ("=10650", None),
        ("\N{ARABIC-INDIC DIGIT ONE}0", None),
        ("1" * 13, None),
        ("-", None),
        ("", None),
    ],
)
def test_an_amount_is_whole_or_not_read(cell: str, rupiah: int | None) -> None:
    assert read_amounts([cell]) == [rupiah]


def test_a_dot_that_begins_a_fraction_elsewhere_in_the_column_parts_no_thousands() -> None:
    assert read_amounts(["10.650", "9.000"]) == [10_650, 9_000]
    assert read_amounts(["10.650", "950.00", "1,000"]) == [None, 950, 1_000]
    assert read_amounts(["10.650", "10250.5"]) == [None, None]
    assert read_amounts(["10,650", "950,00", "Rp 10.650,-"]) == [None, 950, 10_650]


@given(st.lists(st.from_regex(re.compile(r"[0-9.,]{0,9}"), fullmatch=True), max_size=5))
@example(["1.000", "1.0"])
def test_whatever_is_read_is_what_its_digits_say(cells: list[str]) -> None:
    """Never a thousandth of it, nor a thousandfold: without its fraction of zeros and its signs."""
    for cell, rupiah in zip(cells, read_amounts(cells), strict=True):
        if rupiah is not None:
            whole = re.sub(r"[.,]0{1,2}$", "", cell)
            assert int(re.sub(r"[.,]", "", whole)) == rupiah
            assert rupiah == 0 or rupiah >= 1


@given(st.text(alphabet="Ref ID,Status;Harga\nSuksTRX-1\t\"'|.0", max_size=200))
def test_no_text_breaks_it(text: str) -> None:
    try:
        said = read(text)
    except Invalid as error:
        assert error.errors
    else:
        assert said.rows > 0 and len(said.lines) <= said.rows
