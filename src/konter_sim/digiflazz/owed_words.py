"""How Digiflazz words a bill: `desc` and `periode`, another shape for every kind of biller.

In `detail` everything is a string, lembar_tagihan is a number: so they do it.
"""

from collections.abc import Callable, Mapping
from typing import Final

from konter_sim.digiflazz.owed import Kind, Owed, Sheet, seed

Json = dict[str, object]

PERIOD_TOLD: Final = frozenset({"pln", "pdam", "pgas", "tv"})
"""Kinds whose answers carry `periode` beside `desc`, yyyymm joined by commas."""

_MONTHS: Final = (
    *("JAN", "FEB", "MAR", "APR", "MEI", "JUN"),
    *("JUL", "AGU", "SEP", "OKT", "NOV", "DES"),
)
_ADDRESS: Final = "JL. MERDEKA NO. 17"


def bill_facts(head: Json, owed: Owed, *, price: int, saldo: int, sn: str | None) -> Json:
    """The whole answer about a bill; an inquiry's has no `sn`. `head` is a failure's answer."""
    facts: Json = {
        "ref_id": head["ref_id"],
        "customer_no": head["customer_no"],
        "customer_name": owed.customer_name,
        "buyer_sku_code": head["buyer_sku_code"],
        "admin": owed.admin_total,
        "message": head["message"],
        "status": head["status"],
        "rc": head["rc"],
    }
    if sn is not None:
        facts["sn"] = sn
    if owed.kind in PERIOD_TOLD and not owed.official:
        facts["periode"] = period_of(owed)
    facts["buyer_last_saldo"] = saldo
    facts["price"] = price
    facts["selling_price"] = owed.selling_price
    facts["desc"] = _DESC[owed.kind](owed, sn is not None)
    return facts


def with_period(facts: Json, owed: Owed) -> Json:
    """As a webhook has it: `periode` in its place, of official test numbers too."""
    if owed.kind not in PERIOD_TOLD or "desc" not in facts:
        return facts
    told: Json = {}
    for name, value in facts.items():
        if name == "buyer_last_saldo":
            told["periode"] = period_of(owed)
        told[name] = value
    return told


def period_of(owed: Owed) -> str:
    return ",".join(owed.periods)


def _pln(owed: Owed, paid: bool) -> Json:
    detail: list[Json] = []
    for at, sheet in enumerate(owed.sheets):
        row: Json = {
            "periode": sheet.period,
            "nilai_tagihan": str(sheet.amount),
            "admin": str(owed.admin),
            "denda": str(sheet.fine),
        }
        detail.append({**row, **_stand(at)} if paid else row)
    return {"tarif": "R1", "daya": 1300, "lembar_tagihan": len(owed.sheets), "detail": detail}


def _stand(at: int) -> Json:
    """The meter before and after: the first month takes ten thousand, the others five."""
    before, after = 80_000 + min(at, 1) * 10_000 + max(0, at - 1) * 5_000, 90_000 + at * 5_000
    return {"meter_awal": f"{before:08d}", "meter_akhir": f"{after:08d}"}


def _pdam(owed: Owed, _: bool) -> Json:
    detail = [
        {
            "periode": sheet.period,
            "nilai_tagihan": str(sheet.amount),
            "denda": str(sheet.fine),
            **_stand(at),
            "biaya_lain": str(sheet.other),
        }
        for at, sheet in enumerate(owed.sheets)
    ]
    return {
        "tarif": "3A",
        "lembar_tagihan": len(owed.sheets),
        "alamat": _ADDRESS,
        "jatuh_tempo": f"1-20 {_month(owed.sheets[-1])}",
        "detail": detail,
    }


def _internet(owed: Owed, _: bool) -> Json:
    detail = [
        {
            "periode": _month(sheet),
            "nilai_tagihan": str(sheet.amount),
            "admin": str(owed.admin),
        }
        for sheet in owed.sheets
    ]
    return {"lembar_tagihan": len(owed.sheets), "detail": detail}


def _tv(owed: Owed, _: bool) -> Json:
    detail = [
        {
            "periode": sheet.period,
            "nilai_tagihan": str(sheet.amount),
            "no_ref": _digits(owed.customer_no + sheet.period, 12),
        }
        for sheet in owed.sheets
    ]
    return {"lembar_tagihan": len(owed.sheets), "detail": detail}


def _bpjs(owed: Owed, _: bool) -> Json:
    """Their `periode` is no month but how many of them."""
    return {
        "jumlah_peserta": "2",
        "lembar_tagihan": len(owed.sheets),
        "alamat": "JAKARTA PUSAT",
        "detail": [{"periode": f"{len(owed.sheets):02d}"}],
    }


def _multifinance(owed: Owed, _: bool) -> Json:
    """Their `periode` is the number of the instalment."""
    detail = [
        {"periode": f"{13 + at:03d}", "denda": str(sheet.fine), "biaya_lain": str(sheet.other)}
        for at, sheet in enumerate(owed.sheets)
    ]
    return {
        "lembar_tagihan": len(owed.sheets),
        "item_name": "MOTOR MATIK 125",
        "no_rangka": f"MH1{_digits(owed.customer_no, 14)}",
        "no_pol": "B6213ABC",
        "tenor": "030",
        "detail": detail,
    }


def _pbb(owed: Owed, _: bool) -> Json:
    return {
        "lembar_tagihan": len(owed.sheets),
        "alamat": _ADDRESS,
        "tahun_pajak": owed.sheets[-1].period,
        "kelurahan": "CIPAGERAN",
        "kecamatan": "CIMAHI UTARA",
        "kode_kab_kota": "0023",
        "kab_kota": "PEMKOT CIMAHI",
        "luas_tanah": "113 M2",
        "luas_gedung": "47 M2",
    }


def _pajak(owed: Owed, paid: bool) -> Json:
    return {**_pbb(owed, paid), "provinsi": "JAWA BARAT"}


def _pgas(owed: Owed, _: bool) -> Json:
    detail = [
        {"periode": sheet.period, **_stand(at), "usage": "10"}
        for at, sheet in enumerate(owed.sheets)
    ]
    return {"lembar_tagihan": len(owed.sheets), "alamat": _ADDRESS, "detail": detail}


def _bpjstk(owed: Owed, _: bool) -> Json:
    return {
        "lembar_tagihan": len(owed.sheets),
        "kode_iuran": _digits(owed.customer_no, 12),
        "kode_program": "JKK,JKM,JHT",
        **_shares(owed, ("jkk", "jkm", "jht")),
        **_cover(),
    }


def _bpjstkpu(owed: Owed, _: bool) -> Json:
    return {
        "lembar_tagihan": len(owed.sheets),
        "kode_iuran": _digits(owed.customer_no, 12),
        "kode_program": "",
        **_shares(owed, ("jkk", "jkm", "jht", "jpk", "jpn")),
        "npp": f"BB{_digits(owed.customer_no, 6)}",
        "kode_divisi": "000",
        **_cover(),
    }


def _shares(owed: Owed, names: tuple[str, ...]) -> Json:
    """The programmes' parts; the first takes what does not divide."""
    whole = sum(sheet.total for sheet in owed.sheets)
    part = whole // len(names)
    return {name: part if at else whole - part * (len(names) - 1) for at, name in enumerate(names)}


def _cover() -> Json:
    return {
        "kantor_cabang": "BANDUNG SUCI",
        "tgl_efektif": "2026-01-01",
        "tgl_expired": "2026-12-31",
    }


def _nontaglis(owed: Owed, _: bool) -> Json:
    return {
        "lembar_tagihan": len(owed.sheets),
        "transaksi": "PENYAMBUNGAN BARU",
        "no_registrasi": owed.customer_no,
        "tanggal_registrasi": "2026-01-05",
    }


def _samsat(owed: Owed, _: bool) -> Json:
    code, _comma, identity = owed.customer_no.partition(",")
    whole = sum(sheet.total for sheet in owed.sheets)
    return {
        "lembar_tagihan": len(owed.sheets),
        "alamat": _ADDRESS,
        "nomor_identitas": identity,
        "nomor_rangka": f"MH1{_digits(code, 14)}",
        "nomor_mesin": f"JFB1E{_digits(code, 7)}",
        "nomor_polisi": "D 1234 ABC",
        "milik_kenama": "1",
        "merek_kb": "HONDA",
        "model_kb": "SEPEDA MOTOR",
        "tahun_buatan": "2019",
        "tgl_akhir_pajak_baru": f"{owed.sheets[-1].period}-12-31",
        "biaya_pokok_bbn": "0",
        "biaya_pokok_swd": "0",
        "biaya_pokok_pkb": str(whole),
        "biaya_denda_swd": "0",
        "biaya_denda_bbn": "0",
        "biaya_denda_pkb": "0",
        "biaya_admin_stnk": "0",
        "biaya_admin_tnkb": "0",
        "biaya_parkir_pokok": "0",
        "biaya_pajak_progresif": "0",
    }


def _plain(owed: Owed, _: bool) -> Json:
    return {"lembar_tagihan": len(owed.sheets)}


def _month(sheet: Sheet) -> str:
    """`MEI 2019`, as some billers write a month."""
    return f"{_MONTHS[int(sheet.period[4:]) - 1]} {sheet.period[:4]}"


def _digits(text: str, count: int) -> str:
    return f"{seed(text) % 10**count:0{count}d}"


_DESC: Final[Mapping[Kind, Callable[[Owed, bool], Json]]] = {
    "pln": _pln,
    "pdam": _pdam,
    "internet": _internet,
    "bpjs": _bpjs,
    "multifinance": _multifinance,
    "pbb": _pbb,
    "pajak": _pajak,
    "pgas": _pgas,
    "tv": _tv,
    "bpjstk": _bpjstk,
    "bpjstkpu": _bpjstkpu,
    "nontaglis": _nontaglis,
    "emoney": _plain,
    "samsat": _samsat,
    "hp": _plain,
}
