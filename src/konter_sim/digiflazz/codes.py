"""Digiflazz's response codes: the whole official table, worded as they word it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

Status = Literal["Sukses", "Pending", "Gagal"]


@dataclass(frozen=True, slots=True)
class Code:
    """One row. `formed` is their column "Terbentuk Transaksi": whether a record exists."""

    rc: str
    message: str
    status: Status
    formed: bool


_FORMED: Final = (
    ("01", "Timeout"),
    ("02", "Transaksi Gagal"),
    ("50", "Transaksi Tidak Ditemukan"),
    ("51", "Nomor Tujuan Diblokir"),
    ("52", "Prefix Tidak Sesuai Dengan Operator"),
    ("53", "Produk Seller Sedang Tidak Tersedia"),
    ("54", "Nomor Tujuan Salah"),
    ("55", "Produk Sedang Gangguan"),
    ("57", "Jumlah Digit Kurang Atau Lebih"),
    ("58", "Sedang Cut Off"),
    ("59", "Tujuan di Luar Wilayah/Cluster"),
    ("60", "Tagihan belum tersedia"),
    ("70", "Timeout Dari Biller"),
    ("71", "Produk Sedang Tidak Stabil"),
    ("72", "Lakukan Unreg Paket Dahulu"),
    ("73", "Kwh Melebihi Batas"),
    ("74", "Transaksi Refund"),
    ("84", "Nominal tidak valid"),
    ("85", "Anda telah mencapai limitasi transaksi, silahkan coba 1 menit lagi"),
    (
        "86",
        "Anda telah mencapai limitasi pengecekan nomor PLN, silahkan coba beberapa saat lagi",
    ),
)

_NOT_FORMED: Final = (
    ("40", "Payload Error"),
    ("41", "Signature Anda salah"),
    ("42", "Gagal memproses API Buyer"),
    ("43", "SKU tidak di temukan atau Non-Aktif"),
    ("44", "Saldo tidak cukup"),
    ("45", "IP Anda tidak kami kenali"),
    ("47", "Transaksi sudah terjadi di buyer lain"),
    ("49", "Ref ID tidak unik"),
    ("56", "Limit saldo seller"),
    ("61", "Belum pernah melakukan deposit"),
    ("62", "Seller sedang mengalami gangguan"),
    ("63", "Tidak support transaksi multi"),
    ("64", "Tarik tiket gagal, coba nominal lain atau hubungi admin."),
    ("65", "Limit transaksi multi"),
    ("66", "Cut Off (Perbaikan Sistem Seller)"),
    ("67", "Seller belum ter-verfikasi"),
    ("68", "Stok habis"),
    ("69", "Harga seller lebih besar dari ketentuan harga Buyer"),
    ("80", "Akun Anda telah diblokir oleh Seller"),
    ("81", "Seller ini telah diblokir oleh Anda"),
    ("82", "Akun Anda belum ter-verfikasi"),
    (
        "83",
        "Anda telah mencapai limitasi pengecekan pricelist, silahkan coba beberapa saat lagi",
    ),
    ("87", "Transaksi E-money wajib kelipatan Rp 1.000"),
    ("88", "Akun Anda tidak dapat melakukan aksi ini"),
)

_ROWS: Final = (
    Code("00", "Transaksi Sukses", "Sukses", True),
    Code("03", "Transaksi Pending", "Pending", True),
    Code("99", "DF Router Issue", "Pending", True),
    *(Code(rc, message, "Gagal", True) for rc, message in _FORMED),
    *(Code(rc, message, "Gagal", False) for rc, message in _NOT_FORMED),
)

CODES: Final[Mapping[str, Code]] = {row.rc: row for row in sorted(_ROWS, key=lambda row: row.rc)}

ALWAYS_200: Final = frozenset({"00", "03", "83", "99"})
