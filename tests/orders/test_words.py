"""A buyer reads why, never what it cost us or what we have left."""

from __future__ import annotations

import pytest

from konter.orders.words import buyers_words


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Transaksi Sukses", "Transaksi Sukses"),
        ("Nomor Tujuan Salah", "Nomor Tujuan Salah"),
        ("Gagal. Saldo 9.990.000 - 10.000 = 9.980.000", "Gagal"),
        (
            "T#210288912 R#114 Three 1.000 SUKSES. SN: R2305. Saldo 5",
            "R#114 Three 1.000 SUKSES. SN: R2305",
        ),
        ("GAGAL, Hrg: 10.500, sisa saldo 12", "GAGAL"),
        ("Sukses (harga beli 9.800)", "Sukses"),
        ("Salah nomor", "Salah nomor"),
        ("", ""),
    ],
)
def test_everything_that_is_ours_is_cut_from_an_upstreams_words(said: str, shown: str) -> None:
    assert buyers_words(said) == shown
