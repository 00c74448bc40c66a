"""How pages write what others told: a bill's months, in one way everywhere."""

from __future__ import annotations

import pytest

from konter.web.page.render import environment
from konter.web.page.shown import called, period, periods


@pytest.mark.parametrize("told", ["202611", "2026-11", " 202611 "])
def test_a_bills_month_is_written_out_in_both_languages(told: str) -> None:
    assert period(told, "id") == "November 2026"
    assert period(told.replace("11", "12"), "id") == "Desember 2026"
    assert period(told.replace("11", "12"), "en") == "December 2026"


@pytest.mark.parametrize(
    "told", ["", "2026", "202613", "202600", "000012", "NOV26", "\u0662026-11"]
)
def test_a_period_that_is_no_month_stays_as_it_was_told(told: str) -> None:
    assert period(told, "id") == period(told, "en") == told


def test_templates_write_several_months_in_a_row() -> None:
    assert periods(["202612", "2027"], "en") == "December 2026, 2027"
    shown = environment("id").from_string("{{ all | periods }}/{{ all[0] | period }}")
    assert shown.render(all=("2026-08", "2026-09")) == "Agustus 2026, September 2026/Agustus 2026"


def test_a_guest_without_a_name_is_a_customer_and_a_name_is_never_translated() -> None:
    assert (called("Pelanggan", "id"), called("Pelanggan", "en")) == ("Pelanggan", "Customer")
    assert called("Berhasil", "en") == "Berhasil"
