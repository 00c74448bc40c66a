"""What the rooms below say of a field, so that it has its English too: pages translate it whole."""

from __future__ import annotations

from typing import Final


def text(said: str) -> str:
    """Marks a text for ``make words``."""
    return said


SAID_BELOW: Final = (
    text("Pilih cara membayar"),
    text("Nomor HP harus diawali 08 dan terdiri dari 10 sampai 13 angka"),
    text("Nomor meter atau ID pelanggan PLN terdiri dari 11 atau 12 angka"),
    text("Nomor kartu terdiri dari 16 angka"),
    text("User ID wajib diisi"),
    text("User ID harus berupa angka"),
    text("Zone ID harus berupa angka"),
    text("Server hanya boleh berisi huruf, angka, spasi dan tanda hubung"),
    text("Produk ini tidak memerlukan Server ID, kosongkan isian ini"),
    text("Berisi karakter yang tidak dapat dipakai"),
    text("Alamat email tidak valid"),
    text("Nomor telepon tidak valid"),
    text("Nominal wajib diisi untuk produk ini"),
    text("Tahun pajak tidak valid"),
    text("Tagihan ditemukan"),
    text("Tagihan tidak dapat diperiksa saat ini"),
    text("Penyedia tidak menjawab, silakan coba lagi"),
)
