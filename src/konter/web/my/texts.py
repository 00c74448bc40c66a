"""What the rooms below say on one's own pages, so that it has its English too."""

from __future__ import annotations

from typing import Final


def text(said: str) -> str:
    """Marks a text for ``make words``."""
    return said


SAID_BELOW: Final = (
    text("Wajib diisi"),
    text("Bukan alamat IP atau jaringan yang benar, misalnya 203.0.113.7/32"),
    text("Email terlalu panjang"),
    text("Email tidak valid"),
    text("Email sudah terdaftar"),
    text("Nama wajib diisi"),
    text("Nama paling panjang 100 karakter"),
    text("Nama memuat karakter yang tidak diperbolehkan"),
    text("Kata sandi paling sedikit 8 karakter"),
    text("Kata sandi paling panjang 200 karakter"),
    text("Kata sandi memuat karakter yang tidak diperbolehkan"),
    text("Kata sandi salah"),
    text("Nama kunci sudah dipakai"),
    text("Alamat callback terlalu panjang"),
    text("Alamat callback tidak valid, misalnya https://toko.example/callback"),
    text("Alamat callback memuat karakter yang tidak diperbolehkan"),
    text("Paling banyak 100 jaringan"),
    text("Metode pembayaran tidak dikenal"),
    text("Nomor telepon tidak valid"),
    text("Isi 8 sampai 15 angka"),
    text("Alamat email tidak valid"),
    text("Harus berupa rupiah bulat"),
    text("Harus lebih dari 0"),
    text("Nominal di luar batas"),
    text("Berisi karakter yang tidak diizinkan"),
    text("Nomor tujuan wajib diisi"),
    text("Isi tanggal dengan benar"),
    text("Pilih bahasa yang tersedia"),
    text("Nomor WhatsApp tidak valid"),
    text("Isi dengan ID chat Telegram, berupa angka, atau @nama kanal"),
    text("Pembayaran sudah kami terima, terima kasih."),
    text(
        "Batas waktu pembayaran sudah lewat. Jika Anda terlanjur membayar, pembayaran itu "
        "tetap kami proses atau kembalikan."
    ),
    text(
        "Sudah dibatalkan. Jika Anda terlanjur membayar, pembayaran itu tetap kami proses "
        "atau kembalikan."
    ),
    text("Dana Anda sudah dikembalikan atau sedang kami kembalikan."),
    text("Pembayaran Anda sudah kami terima dan sedang diproses."),
    text("Tautan pembayaran sedang disiapkan, silakan periksa kembali sebentar lagi."),
    text(
        "Tautan pembayaran belum dapat dibuat. Silakan coba lagi atau pilih metode "
        "pembayaran lain; pesanan Anda tetap dapat dibayar."
    ),
    text(
        "Penyedia pembayaran belum memberi jawaban. Silakan periksa kembali, coba lagi, "
        "atau pilih metode pembayaran lain."
    ),
    text("Batas waktu tautan pembayaran ini sudah lewat, silakan buat tautan baru."),
    text("Silakan selesaikan pembayaran sebelum batas waktunya."),
)
