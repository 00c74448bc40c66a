"""A report as a file: numbers as numbers, and no text that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from typing import Final

import xlsxwriter

from konter.orders.report_sales import By, Report, Sum
from konter.web.page.words import Say

CSV: Final = "text/csv; charset=utf-8"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

STARTS_A_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")

Cell = str | int


def as_csv(report: Report, say: Say) -> bytes:
    """UTF-8 with the mark that Excel wants; whole rupiah without dots; the total last."""
    text = io.StringIO()
    written = csv.writer(text)
    for row in _rows(report, say):
        written.writerow([harmless(cell) for cell in row])
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(report: Report, say: Say) -> bytes:
    """One sheet, its heading frozen; texts are written as texts, whatever they begin with."""
    content = io.BytesIO()
    book = xlsxwriter.Workbook(
        content,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
    )
    sheet = book.add_worksheet(report.by.value)
    bold, money = book.add_format({"bold": True}), book.add_format({"num_format": "#,##0"})
    rows = _rows(report, say)
    for place, row in enumerate(rows):
        style = bold if place in (0, len(rows) - 1) else None
        for column, cell in enumerate(row):
            if isinstance(cell, int):
                sheet.write_number(place, column, cell, money)
            else:
                sheet.write_string(place, column, cell, style)
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, 1, 28)
    sheet.set_column(2, 9, 16)
    book.close()
    return content.getvalue()


def harmless(cell: Cell) -> Cell:
    """A text that a spreadsheet would take for a formula gets a quotation mark before it."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(STARTS_A_FORMULA) else cell


def _rows(report: Report, say: Say) -> list[list[Cell]]:
    heading: list[Cell] = [
        _about(report.by, say),
        say("Nama"),
        say("Pesanan"),
        say("Berhasil"),
        say("Penjualan (Rp)"),
        say("Modal (Rp)"),
        say("Kerugian sengketa (Rp)"),
        say("Margin (Rp)"),
        say("Dikembalikan (Rp)"),
    ]
    total = [say("Jumlah semua"), "", *_figures(report.total)]
    return [heading, *([line.key, line.name, *_figures(line)] for line in report.lines), total]


def _figures(line: Sum) -> list[Cell]:
    return [
        line.orders,
        line.succeeded,
        line.sales,
        line.cost,
        line.losses,
        line.margin,
        line.refunds,
    ]


def _about(by: By, say: Say) -> str:
    return {
        By.DAY: say("Tanggal (WIB)"),
        By.PRODUCT: say("Kode produk"),
        By.MEMBER: say("Pembeli"),
        By.PROVIDER: say("Akun penyedia"),
    }[by]
