"""The official examples of Digiflazz's bills, and shorthand for talking about one."""

from __future__ import annotations

from typing import Any

from konter.kernel.money import Rupiah
from konter.upstreams.biller_contract import BillQuestion
from konter.upstreams.contract import Purchase
from konter.upstreams.providers.digiflazz import DigiflazzSettings
from konter.upstreams.providers.digiflazz_bills import DigiflazzBills
from tests.upstreams.asks import CREDENTIALS


def a_biller(key: str = "development", **settings: Any) -> DigiflazzBills:
    return DigiflazzBills(
        DigiflazzSettings(CREDENTIALS["username"], CREDENTIALS[f"{key}_key"], **settings)
    )


DEVELOPMENT = a_biller()
PRODUCTION = a_biller("production")


def a_question(
    reference: str = "inq-0001",
    sku: str = "pln",
    customer_no: str = "530000000001",
    **more: Any,
) -> BillQuestion:
    return BillQuestion(reference, sku, customer_no, **more)


def a_payment(
    reference: str = "inq-0001",
    sku: str = "pln",
    customer_no: str = "530000000001",
    *,
    first: bool = True,
) -> Purchase:
    return Purchase(reference, sku, customer_no, Rupiah(11_000), first)


def named(ask: BillQuestion | Purchase, **more: Any) -> dict[str, Any]:
    """The bill's question or payment named in full, with what else is said about it."""
    return {
        "ref_id": ask.reference,
        "customer_no": ask.customer_no,
        "buyer_sku_code": ask.sku,
        **more,
    }


def a_bill(ask: BillQuestion | Purchase, **more: Any) -> dict[str, Any]:
    """What is said of a bill that was found (or, with ``sn``, paid)."""
    facts: dict[str, Any] = {
        "customer_name": "Nama Pelanggan Pertama",
        "admin": 2_500,
        "message": "Transaksi Sukses",
        "status": "Sukses",
        "rc": "00",
        "buyer_last_saldo": 100_000,
        "price": 10_000,
        "selling_price": 11_000,
        "desc": {"lembar_tagihan": 1},
    }
    return named(ask, **{**facts, **more})


# sku: (number, selling_price, admin, price, periode, periods, due date, desc)
KINDS: dict[str, tuple[Any, ...]] = {
    "pln": (
        *("530000000001", 11_000, 2_500, 10_000, "201901", ("2019-01",), None),
        {
            "tarif": "R1",
            "daya": 1300,
            "lembar_tagihan": 1,
            "detail": [
                {"periode": "201901", "nilai_tagihan": "8000", "admin": "2500", "denda": "500"}
            ],
        },
    ),
    "pdam": (
        *("1013226", 12_500, 2_500, 11_500, "201901", ("2019-01",), "2014-12-15"),
        {
            "tarif": "3A",
            "lembar_tagihan": 1,
            "alamat": "WONOKROMO S.S BARU 2 8",
            "jatuh_tempo": "1-15 DES 2014",
            "detail": [
                {
                    "periode": "201901",
                    "nilai_tagihan": "8000",
                    "denda": "500",
                    "meter_awal": "00080000",
                    "meter_akhir": "00090000",
                    "biaya_lain": "1500",
                }
            ],
        },
    ),
    "internet": (
        *("6391601001", 24_500, 5_000, 22_500, "MEI 2019,JUN 2019", ("2019-05", "2019-06"), None),
        {
            "lembar_tagihan": 2,
            "detail": [
                {"periode": "MEI 2019", "nilai_tagihan": "8000", "admin": "2500"},
                {"periode": "JUN 2019", "nilai_tagihan": "11500", "admin": "2500"},
            ],
        },
    ),
    "bpjs": (
        *("8801234560001", 25_000, 2_500, 24_700, "01", (), None),
        {
            "jumlah_peserta": "2",
            "lembar_tagihan": 1,
            "alamat": "JAKARTA PUSAT",
            "detail": [{"periode": "01"}],
        },
    ),
    "multifinance": (
        *("6391601201", 25_000, 2_500, 24_700, "002", (), None),
        {
            "lembar_tagihan": 1,
            "item_name": "HONDA VARIO TECHNO 125 PGM FI NON CBS",
            "no_rangka": "MH1JFB111CK196426",
            "no_pol": "B6213UWX",
            "tenor": "030",
            "detail": [{"periode": "002", "denda": "0", "biaya_lain": "0"}],
        },
    ),
    "cimahi": (
        *("329801092375999991", 100_000, 2_500, 99_500, "2019", (), None),
        {
            "lembar_tagihan": 1,
            "alamat": "KO. GRIYA ASRI CIPAGERAN",
            "tahun_pajak": "2019",
            "kelurahan": "CIPAGERAN",
            "kecamatan": "CIPAGERAN",
            "kode_kab_kota": "0023",
            "kab_kota": "PEMKOT CIMAHI",
            "luas_tanah": "113 M2",
            "luas_gedung": "47 M2",
        },
    ),
    "pdl": (
        *("3298010921", 100_000, 2_500, 99_500, None, (), None),
        {"lembar_tagihan": 1, "tahun_pajak": "2019", "provinsi": "Jawa Barat"},
    ),
    "pgas": (
        *("0110014601", 100_000, 2_500, 99_500, "0320", ("2020-03",), None),
        {
            "lembar_tagihan": 1,
            "alamat": "KO. GRIYA ASRI CIPAGERAN",
            "detail": [
                {
                    "periode": "0320",
                    "meter_awal": "006400",
                    "meter_akhir": "006500",
                    "usage": "100",
                },
                {
                    "periode": "0320",
                    "meter_awal": "006500",
                    "meter_akhir": "006700",
                    "usage": "200",
                },
            ],
        },
    ),
    "tv": (
        *("127246500101", 101_500, 2_500, 100_500, "MEI 22", ("2022-05",), None),
        {
            "lembar_tagihan": 1,
            "detail": [{"periode": "MEI 22", "nilai_tagihan": "99000", "no_ref": "205A"}],
        },
    ),
    "bpjstk": (
        *("8102051011270001", 17_500, 2_500, 16_500, None, (), None),
        {
            "lembar_tagihan": 1,
            "kode_iuran": "919013012977",
            "kode_program": "JKK,JKM",
            "jkk": 10_000,
            "jkm": 2_500,
            "jht": 2_500,
            "kantor_cabang": "SAMPIT",
            "tgl_efektif": "2023-05-03",
            "tgl_expired": "2027-05-03",
        },
    ),
    "bpjstkpu": (
        *("400000100001", 102_500, 2_500, 101_500, None, (), None),
        {"lembar_tagihan": 1, "jht": 1_617_477, "npp": "15092870", "kode_divisi": "000"},
    ),
    "plnnontaglist": (
        *("3225030005921", 25_000, 2_500, 24_700, None, (), None),
        {
            "lembar_tagihan": 1,
            "transaksi": "PENYAMBUNGAN BARU",
            "no_registrasi": "5392112011703",
            "tanggal_registrasi": "20120524",
        },
    ),
    "emoney": ("082100000001", 25_000, 2_500, 24_700, None, (), None, {"lembar_tagihan": 1}),
    "samsat": (
        *("9658548523568701,0212502110170100", 100_000, 2_500, 99_500, "2019", (), None),
        {
            "lembar_tagihan": 1,
            "nomor_identitas": "0212502110170100",
            "nomor_polisi": "DK 1243AL",
            "tahun_buatan": "2018",
            "tgl_akhir_pajak_baru": "20210309",
            "biaya_pokok_swd": "143000",
            "biaya_pokok_pkb": "2131500",
        },
    ),
    "hp": ("081234554320", 12_500, 2_500, 11_000, None, (), None, {"lembar_tagihan": 1}),
}
