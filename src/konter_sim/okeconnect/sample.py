"""A small price list with what the real one is full of: bills, closed rows, traps. All invented."""

from typing import Final

Row = dict[str, object]


def _rows(kategori: str, produk: str, *told: tuple[str, str, int]) -> list[Row]:
    """Open products of one group from (kode, keterangan, harga) triples."""
    return [
        {
            "kode": kode,
            "keterangan": keterangan,
            "produk": produk,
            "kategori": kategori,
            "harga": str(harga),
            "status": "1",
        }
        for kode, keterangan, harga in told
    ]


_PULSA: Final = [
    *_rows(
        "PULSA",
        "Telkomsel",
        ("S5", "Telkomsel 5.000", 5_350),
        ("S10", "Telkomsel 10.000", 10_275),
        ("S25", "Telkomsel 25.000", 24_975),
        ("S100", "Telkomsel 100.000", 97_250),
    ),
    *_rows("PULSA", "Indosat", ("I5", "Indosat 5.000", 5_700), ("I10", "Indosat 10.000", 10_650)),
    *_rows("PULSA", "XL", ("X5", "XL 5.000", 5_850), ("X10", "XL 10.000", 10_000)),
    *_rows("PULSA", "Axis", ("AX5", "Axis 5.000", 5_825)),
    *_rows(
        "PULSA",
        "Three",
        ("T1", "Three 1.000", 1_321),
        ("T5", "Three 5.000", 6_487),
        ("T10", "Three 10.000", 10_450),
        ("T15", "Three 15.000", 15_210),
    ),
    *_rows("PULSA", "Smartfren", ("SM5", "Smartfren 5.000", 5_150)),
    *_rows("PULSA", "by.U", ("BY10", "by.U 10.000", 10_500)),
]

_DATA: Final = [
    *_rows("KUOTA TELKOMSEL", "Data Flash", ("TDF1", "Telkomsel Flash 1GB 30 Hari", 15_400)),
    *_rows("KUOTA INDOSAT", "Freedom", ("IFM25N5", "Freedom Mini 2,5GB 5 Hari", 13_150)),
    *_rows("KUOTA XL", "Xtra Combo", ("XC5", "Xtra Combo 5GB + 5GB YouTube", 56_800)),
    *_rows("KUOTA AXIS", "Bronet", ("AXB2", "Bronet 2GB 24 Jam 30 Hari", 24_300)),
    *_rows("KUOTA TRI", "AON", ("TAON3", "Tri AON 3GB (Isi Ulang) 30 Hari", 27_900)),
    *_rows(
        "KUOTA SMARTFREN",
        "Data Smart Combo",
        ("SMDC150", "Smart 30GB All + 60GB (01-05) 30 Hari", 134_600),
    ),
    *_rows("KUOTA BYU", "by.U", ("BYD3", "by.U 3GB 30 Hari", 21_250)),
    *_rows("SMS TELEPON", "Telkomsel", ("STS1", "SMS & Telp 100 Menit", 5_125)),
]

_MORE: Final = [
    *_rows(
        "TOKEN PLN",
        "Token PLN",
        ("PLN20", "Token PLN 20.000", 20_020),
        ("PLN50", "Token PLN 50.000", 50_020),
        ("PLNF100", "H2H Token PLN 100.000", 100_020),
    ),
    *_rows(
        "DOMPET DIGITAL",
        "Dana",
        ("D1", "Dana 1.000", 1_038),
        ("D10", "Dana 10.000", 10_065),
    ),
    *_rows("DOMPET DIGITAL", "Saldo Gojek", ("GJ10", "GoPay 10.000", 10_900)),
    *_rows("DOMPET DIGITAL", "OVO", ("OVO20", "OVO 20.000", 20_750)),
    *_rows(
        "DIGITAL",
        "Mobile Legends",
        ("ML86", "Mobile Legends 86 (78+8) Diamonds", 19_250),
    ),
    *_rows("DIGITAL", "Free Fire", ("FF70", "Free Fire 70 Diamonds", 8_900)),
    *_rows(
        "NOMINAL BEBAS",
        "Bebas Nominal",
        ("BBSDN", "H2H DANA Topup (Bebas Nominal)", 50),
        ("BBSGOP", "H2H GoPay Topup (Bebas Nominal)", 100),
    ),
]

_BILLS: Final = [
    *_rows(
        "PASCABAYAR",
        "PLN Pascabayar",
        ("CPLA", "Cek Tagihan Listrik", 0),
        ("BPLA", "Bayar Tagihan Listrik", -1_150),
    ),
    *_rows(
        "AIR PDAM",
        "PDAM",
        ("CPAM225", "Cek PDAM Kab. Bandung", 0),
        ("BPAM225", "Bayar PDAM Kab. Bandung", -1_350),
        ("CPAM128", "Cek PDAM Kota Malang", 0),
        ("BPAM128", "Bayar PDAM Kota Malang", -1_200),
    ),
    *_rows(
        "FINANCE",
        "Home Credit",
        ("CHOME", "Cek Home Credit", 0),
        ("BHOME", "Bayar Home Credit", -1_600),
    ),
    *_rows(
        "TAGIHAN",
        "BPJS",
        ("CBPJS", "Cek BPJS Kesehatan", 0),
        ("BBPJS", "Bayar BPJS Kesehatan", -1_800),
    ),
    *_rows(
        "DIGITAL",
        "Cek Produk Digital H2H",
        ("CEKD", "Cek Nama Dana", 0),
        ("CEKSHP", "Cek Nama ShopeePay", 0),
        ("CEKPLN", "Cek Nama PLN", 0),
        ("CEKML", "Cek Nama Mobile Legends", 0),
    ),
]

_TRAPS: Final[list[Row]] = [
    *_rows("BULK CASHBACK", "Cashback", ("BCS10", "Cashback Telkomsel 10.000", -250)),
    *_rows("PULSA", "Three", ("T3", "Three 3.000", 0)),
    *_rows("DIGITAL", "Dummy", ("DUMMY1", "Dummy tes sistem jangan dibeli", 1)),
    *_rows("PULSA", "Three", ("T500", "Three 500.000", 99_999_999)),
    *_rows("PULSA", "Three", ("T10", "Three 10.000 (lama)", 9_100)),
    {**_rows("PULSA", "Telkomsel", ("S2", "Telkomsel 2.000", 3_320))[0], "status": "0"},
    {**_rows("PULSA", "XL", ("X25", "XL 25.000", 24_900))[0], "status": "2"},
    {**_rows("PULSA", "Axis", ("AX10", "Axis 10.000", 0))[0], "harga": "10.790"},
    {**_rows("PULSA", "Axis", ("AX25", "Axis 25.000", 0))[0], "harga": ""},
    {**_rows("PULSA", "XL", ("X50", "XL 50.000", 0))[0], "harga": None},
    {**_rows("PULSA", "Indosat", ("", "Indosat 20.000", 20_100))[0]},
    {"kode": "I25", "keterangan": "Indosat 25.000", "produk": "Indosat", "kategori": "PULSA"},
]
"""Commission, nothing, a dummy, a price nobody pays, one code twice, closed, closed oddly, and
five that cannot be read."""

ROWS: Final[list[Row]] = [*_PULSA, *_DATA, *_MORE, *_BILLS, *_TRAPS]
TRAPS: Final = frozenset({"DUMMY1", "T500"})
"""Codes that sell, but that nobody should buy; a free or negative prepaid row is one too."""
