"""Where a gateway's page sends the buyer back to. These pages decide nothing and read nothing."""

from __future__ import annotations

from html import escape
from string import Template
from typing import Annotated, Final

from litestar import MediaType, Response, get
from litestar.params import QueryParameter

from konter.web.page.permits import ANYBODY

LONGEST_CODE: Final = 40

PAGE: Final = Template("""<!doctype html>
<html lang="id"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<h1>$title</h1>
$code<p>$text</p>
<p>Status terbaru selalu ada di daftar transaksi Anda. Tanpa akun, periksa pesanan dengan kode \
pesanan serta email atau nomor telepon yang Anda pakai saat memesan.</p>
<p><a href="/">Kembali ke depan</a></p>
</html>
""")

Code = Annotated[str, QueryParameter(name="code")]


@get("/bayar/selesai", media_type=MediaType.HTML, include_in_schema=False, opt=ANYBODY)
async def get_returned(code: Code = "") -> Response[str]:
    """Back from the gateway's page, whatever was done there."""
    return _page(
        "Status pembayaran sedang diperiksa",
        "Terima kasih. Kami sedang memeriksa pembayaran Anda langsung ke penyedia pembayaran;"
        " biasanya selesai dalam beberapa saat. Halaman ini bukan bukti pembayaran.",
        code,
    )


@get("/bayar/batal", media_type=MediaType.HTML, include_in_schema=False, opt=ANYBODY)
async def get_given_up(code: Code = "") -> Response[str]:
    """Back from the gateway's page without having paid, as it seems."""
    return _page(
        "Pembayaran belum selesai",
        "Anda kembali sebelum pembayaran selesai. Pesanan Anda masih dapat dibayar sampai batas"
        " waktunya. Jika Anda sudah membayar, statusnya sedang kami periksa.",
        code,
    )


@get("/bayar/menunggu", media_type=MediaType.HTML, include_in_schema=False, opt=ANYBODY)
async def get_waiting(code: Code = "") -> Response[str]:
    """There is no page of the gateway's to go to: no link yet, or a code to pay to."""
    return _page(
        "Pembayaran sedang disiapkan",
        "Cara membayar pesanan ini ada di rincian pesanan. Jika belum muncul, silakan muat ulang"
        " sebentar lagi atau pilih metode pembayaran lain; pesanan Anda tetap dapat dibayar.",
        code,
    )


ROUTES: Final = [get_returned, get_given_up, get_waiting]


def _page(title: str, text: str, code: str) -> Response[str]:
    shown = f"<p>Kode: <b>{escape(code[:LONGEST_CODE])}</b></p>\n" if code else ""
    page = PAGE.substitute(title=title, text=text, code=shown)
    return Response(page, media_type=MediaType.HTML)
