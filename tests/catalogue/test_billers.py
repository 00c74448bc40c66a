"""A biller has one key, however a list spells it."""

from __future__ import annotations

import pytest

from konter.catalogue.billers import BillerKey, BillKind, biller_of, is_key


@pytest.mark.parametrize(
    ("key", "kind", "spellings"),
    [
        (
            "pln",
            BillKind.ELECTRICITY,
            [
                ("Pln Postpaid", "PLN"),
                ("PLN Pascabayar", "PLN PASCABAYAR"),
                ("Bayar Tagihan PLN", "PASCABAYAR"),
                ("Bayar Tagihan Listrik", "PLN Pascabayar"),
                ("Bayar Tagihan Listrik", "PASCABAYAR"),
            ],
        ),
        (
            "pln-nontaglis",
            BillKind.ELECTRICITY,
            [("PLN Nontaglis", "PLN NONTAGLIS"), ("Pln Non-Taglis", "PLN"), ("Non Taglis", "PLN")],
        ),
        (
            "pdam:aetra",
            BillKind.WATER,
            [("aetra", "PDAM"), ("PDAM AETRA", "pdam"), ("Aetra (Pascabayar)", "PDAM")],
        ),
        (
            "pdam:kablebak",
            BillKind.WATER,
            [("PDAM Kabupaten Lebak", "PDAM"), ("Pdam Kab. Lebak", "PDAM"), ("KAB LEBAK", "PDAM")],
        ),
        (
            "bpjs-kesehatan",
            BillKind.HEALTH,
            [("BPJS Kesehatan", "BPJS KESEHATAN"), ("Bpjs Kes", "BPJS"), ("BPJS", "PASCABAYAR")],
        ),
        (
            "bpjs-tk",
            BillKind.EMPLOYMENT,
            [
                ("BPJS Ketenagakerjaan", "BPJS KETENAGAKERJAAN"),
                ("Bpjs Ketenagakerjaan Bukan Penerima Upah", "BPJS KETENAGAKERJAAN"),
                ("BPJSTK", "BPJS"),
                ("BPJS TK", "BPJS"),
            ],
        ),
        (
            "bpjs-tkpu",
            BillKind.EMPLOYMENT,
            [
                ("Bpjs Ketenagakerjaan Penerima Upah", "BPJS KETENAGAKERJAAN"),
                ("BPJS Ketenagakerjaan", "BPJS KETENAGAKERJAAN PU"),
                ("BPJSTKPU", "BPJS"),
            ],
        ),
        (
            "multifinance:adira",
            BillKind.FINANCE,
            [("Adira Finance", "MULTIFINANCE"), ("Angsuran ADIRA", "Multi Finance")],
        ),
        ("pbb:cimahi", BillKind.LAND_TAX, [("PBB Kota Cimahi", "PBB"), ("Cimahi", "PBB-P2")]),
        (
            "pajak:bogor",
            BillKind.REGIONAL_TAX,
            [("Pajak Daerah Kota Bogor", "PAJAK DAERAH LAINNYA")],
        ),
        ("samsat:jawabarat", BillKind.VEHICLE_TAX, [("Samsat Jawa Barat", "E-SAMSAT")]),
        (
            "internet:firstmedia",
            BillKind.INTERNET,
            [("First Media", "INTERNET PASCABAYAR"), ("FIRSTMEDIA", "Internet Postpaid")],
        ),
        ("tv:transvision", BillKind.TV, [("Transvision", "TV PASCABAYAR"), ("TV TransVision", "")]),
        (
            "gas:pgn",
            BillKind.GAS,
            [("PGN", "GAS NEGARA"), ("Gas Negara", "GAS NEGARA"), ("PGAS", "GAS")],
        ),
        ("gas:pertagas", BillKind.GAS, [("Pertagas", "GAS NEGARA")]),
        ("hp:telkomselhalo", BillKind.PHONE, [("Telkomsel Halo", "HP PASCABAYAR")]),
        ("emoney:dana", BillKind.EMONEY, [("DANA", "E-MONEY"), ("E-Money Dana", "e money")]),
        ("columbia:kredit", BillKind.OTHER, [("Kredit", "COLUMBIA"), ("KREDIT.", "Columbia")]),
    ],
)
def test_a_biller_has_one_key_in_every_spelling(
    key: str, kind: BillKind, spellings: list[tuple[str, str]]
) -> None:
    found = {spelling: biller_of(*spelling) for spelling in spellings}
    assert found == dict.fromkeys(spellings, BillerKey(key, kind))


def test_two_companies_of_one_trade_have_two_keys() -> None:
    names = ("Kota Bandung", "Kab Bandung", "Palyja", "Aetra")
    assert len({biller_of(name, "PDAM").key for name in names}) == len(names)


@pytest.mark.parametrize("text", ["", "PASCABAYAR", "\u0000", "!!!", "\u6c34\u9053", "a" * 5_000])
def test_any_text_has_a_short_key(text: str) -> None:
    for brand in ("", "PDAM", text):
        key, _ = biller_of(text, brand)
        assert 0 < len(key) <= 80


def test_a_key_is_plain_letters() -> None:
    assert is_key("pdam:aetra") and is_key("bpjs-kesehatan")
    assert not any(map(is_key, ["", "PDAM", "pdam:", "a b", "a" * 81, "air é"]))
