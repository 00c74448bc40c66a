"""Postpaid vectors: the official test numbers and the official examples."""

from collections.abc import Iterator
from typing import Final

# sku: paid, inquiry fails, payment fails, Pending then paid, Pending then fails
NUMBERS: Final = {
    "pln": (
        "530000000001 530000000002",
        "530000000003",
        "530000000006",
        "630000000001 630000000002",
        "630000000006",
    ),
    "pdam": ("1013226", "1013227", "1013230", "2013226", "2013230"),
    "internet": ("6391601001", "6391601002", "6391601005", "7391601001", "7391601005"),
    "bpjs": ("8801234560001", "8801234560002", "8801234560005", "9801234560001", "9801234560005"),
    "multifinance": ("6391601201", "6391601202", "6391601205", "7391601201", "7391601205"),
    "cimahi": (
        "329801092375999991",
        "329801092375999992",
        "329801092375999995",
        "429801092375999991",
        "429801092375999995",
    ),
    "pdl": ("3298010921", "3298010922", "3298010923", "4298010921", "4298010923"),
    "pgas": (
        "0110014601 0110014602",
        "0110014603",
        "0110014605",
        "1110014601 1110014602",
        "1110014605",
    ),
    "tv": ("127246500101", "127246500102", "127246500105", "227246500101", "227246500105"),
    "bpjstk": (
        "8102051011270001",
        "8102051011270002",
        "8102051011270003",
        "9102051011270001",
        "9102051011270003",
    ),
    "bpjstkpu": ("400000100001", "400000100002", "400000100003", "500000100001", "500000100003"),
    "plnnontaglist": (
        "3225030005921",
        "3225030005922",
        "3225030005923",
        "4225030005921",
        "4225030005923",
    ),
    "emoney": ("082100000001", "082100000002", "082100000003", "082110000001", "082110000003"),
    "samsat": (
        "9658548523568701,0212502110170100",
        "9658548523568702,0212502110170100",
        "9658548523568705,0212502110170100",
        "0658548523568701,0212502110170100",
        "0658548523568705,0212502110170100",
    ),
    "hp": ("081234554320", "081234554321", "081234554324", "081244554320", "081244554324"),
}

ROADS: Final = (  # rc of the inquiry, of the payment, of what becomes of it later
    ("00", "00", ""),
    ("02", "", ""),
    ("00", "02", ""),
    ("00", "03", "00"),
    ("00", "03", "02"),
)


def table() -> list[tuple[str, str, str, str, str]]:
    return list(_rows())


def _rows() -> Iterator[tuple[str, str, str, str, str]]:
    for sku, columns in NUMBERS.items():
        for numbers, (inquiry, payment, later) in zip(columns, ROADS, strict=True):
            for number in numbers.split(" "):
                yield sku, number, inquiry, payment, later


def _fields(desc: str, detail: str = "") -> tuple[set[str], set[str]]:
    more = " lembar_tagihan" + (" detail" if detail else "")
    return set((desc + more).split()), set(detail.split())


_LAND: Final = (
    "alamat tahun_pajak kelurahan kecamatan kode_kab_kota kab_kota luas_tanah luas_gedung"
)
_WORK: Final = "kode_iuran kode_program jkk jkm jht kantor_cabang tgl_efektif tgl_expired"
_CAR: Final = (
    "alamat nomor_identitas nomor_rangka nomor_mesin nomor_polisi milik_kenama merek_kb model_kb "
    "tahun_buatan tgl_akhir_pajak_baru biaya_pokok_bbn biaya_pokok_swd biaya_pokok_pkb "
    "biaya_denda_swd biaya_denda_bbn biaya_denda_pkb biaya_admin_stnk biaya_admin_tnkb "
    "biaya_parkir_pokok biaya_pajak_progresif"
)

DESC_FIELDS: Final = {
    "pln": _fields("tarif daya", "periode nilai_tagihan admin denda"),
    "pdam": _fields(
        "tarif alamat jatuh_tempo",
        "periode nilai_tagihan denda meter_awal meter_akhir biaya_lain",
    ),
    "internet": _fields("", "periode nilai_tagihan admin"),
    "bpjs": _fields("jumlah_peserta alamat", "periode"),
    "multifinance": _fields("item_name no_rangka no_pol tenor", "periode denda biaya_lain"),
    "cimahi": _fields(_LAND),
    "pdl": _fields(_LAND + " provinsi"),
    "pgas": _fields("alamat", "periode meter_awal meter_akhir usage"),
    "tv": _fields("", "periode nilai_tagihan no_ref"),
    "bpjstk": _fields(_WORK),
    "bpjstkpu": _fields(_WORK + " jpk jpn npp kode_divisi"),
    "plnnontaglist": _fields("transaksi no_registrasi tanggal_registrasi"),
    "emoney": _fields(""),
    "samsat": _fields(_CAR),
    "hp": _fields(""),
}

INQUIRY: Final = {
    "ref_id": "some1d",
    "customer_no": "530000000001",
    "customer_name": "Nama Pelanggan Pertama",
    "buyer_sku_code": "pln",
    "admin": 2500,
    "message": "Transaksi Sukses",
    "status": "Sukses",
    "rc": "00",
    "buyer_last_saldo": 100000,
    "price": 10000,
    "selling_price": 11000,
    "desc": {
        "tarif": "R1",
        "daya": 1300,
        "lembar_tagihan": 1,
        "detail": [{"periode": "201901", "nilai_tagihan": "8000", "admin": "2500", "denda": "500"}],
    },
}
PAID_TWO: Final = {
    "ref_id": "some1d",
    "customer_no": "530000000002",
    "customer_name": "Nama Pelanggan Kedua",
    "buyer_sku_code": "pln",
    "admin": 5000,
    "message": "Transaksi Sukses",
    "status": "Sukses",
    "rc": "00",
    "sn": "S1234554321N",
    "buyer_last_saldo": 77000,
    "price": 23000,
    "selling_price": 25000,
    "desc": {
        "tarif": "R1",
        "daya": 1300,
        "lembar_tagihan": 2,
        "detail": [
            {
                "periode": "201901",
                "nilai_tagihan": "8000",
                "admin": "2500",
                "denda": "500",
                "meter_awal": "00080000",
                "meter_akhir": "00090000",
            },
            {
                "periode": "201902",
                "nilai_tagihan": "11500",
                "admin": "2500",
                "denda": "0",
                "meter_awal": "00090000",
                "meter_akhir": "00095000",
            },
        ],
    },
}
UNFOUND: Final = {
    "ref_id": "some1d",
    "customer_no": "530000000003",
    "buyer_sku_code": "pln",
    "message": "Transaksi Gagal",
    "status": "Gagal",
    "rc": "02",
}
PENDING: Final = {
    "ref_id": "some1d",
    "customer_no": "630000000001",
    "buyer_sku_code": "pln",
    "message": "Transaksi Pending",
    "status": "Pending",
    "rc": "03",
}
