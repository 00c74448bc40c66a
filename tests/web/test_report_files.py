"""A report's files: the figures of the report as numbers, and nothing that a spreadsheet runs."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from openpyxl import load_workbook

from konter.orders.report_sales import By, Report, Sum
from konter.web.admin.report_files import as_csv, as_xlsx, harmless
from konter.web.page.words import say_in

DAY = date(2026, 11, 22)
EVIL = '=HYPERLINK("https://jahat.example";"klik")'
LINES = [
    Sum("xld10", False, EVIL, 3, 2, 23_000, 20_000, 500, 11_500),
    Sum("@s10", False, "+62 pulsa", 1, 0, 0, 10_000, 0, 0),
]
REPORT = Report(
    By.PRODUCT, DAY, DAY, LINES, Sum("", True, "", 4, 2, 23_000, 30_000, 500, 11_500), False
)


def test_a_csv_has_plain_numbers_and_harmless_texts() -> None:
    content = as_csv(REPORT, say_in("id"))
    assert content.startswith(b"\xef\xbb\xbf")
    heading, first, second, total = csv.reader(io.StringIO(content.decode("utf-8-sig")))
    assert heading[0] == "Kode produk"
    assert first == ["xld10", f"'{EVIL}", "3", "2", "23000", "20000", "500", "2500", "11500"]
    assert second[:2] == ["'@s10", "'+62 pulsa"]
    assert second[7] == "-10000"
    assert total == ["Jumlah semua", "", "4", "2", "23000", "30000", "500", "-7500", "11500"]


def test_an_xlsx_has_numbers_as_numbers_and_no_formula() -> None:
    sheet = load_workbook(io.BytesIO(as_xlsx(REPORT, say_in("en")))).active
    assert sheet is not None
    rows = list(sheet.iter_rows())
    assert [cell.value for cell in rows[1]] == [
        "xld10",
        EVIL,
        3,
        2,
        23_000,
        20_000,
        500,
        2_500,
        11_500,
    ]
    assert [cell.data_type for cell in rows[1]] == ["s", "s", *["n"] * 7]
    assert {cell.data_type for row in rows for cell in row} <= {"s", "n"}
    assert [cell.value for cell in rows[-1]][2:] == [4, 2, 23_000, 30_000, 500, -7_500, 11_500]


@pytest.mark.parametrize("text", ["=1+1", "+62", "-1", "@SUM", "\tx", "\rx"])
def test_no_text_of_a_report_is_a_formula(text: str) -> None:
    assert harmless(text) == f"'{text}"
    assert harmless(-5) == -5
