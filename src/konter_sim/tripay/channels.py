"""Tripay's closed-payment channels with the standard fees, limits and expiries they publish."""

from collections.abc import Mapping, Sequence
from typing import Final, Literal

from konter_sim.gateway.books import Channel

DAY: Final = 1_440
MONTH: Final = 43_200
BANKS: Final = "Virtual Account"
SHOPS: Final = "Convenience Store"
WALLETS: Final = "E-Wallet"


def _bank(code: str, bank: str, span: tuple[int, int], *, fee: int = 4_250) -> Channel:
    return Channel(
        code,
        f"{bank} Virtual Account",
        BANKS,
        fee,
        least=10_000,
        least_minutes=span[0],
        most_minutes=span[1],
    )


def _shop(code: str, name: str, span: tuple[int, int], *, least: int = 10_000) -> Channel:
    return Channel(
        code,
        name,
        SHOPS,
        3_500,
        least=least,
        most=2_500_000,
        least_minutes=span[0],
        most_minutes=span[1],
    )


def _qris(code: str, name: str, most_minutes: int) -> Channel:
    return Channel(
        code, name, WALLETS, 750, 70, most=5_000_000, least_minutes=10, most_minutes=most_minutes
    )


def _wallet(code: str, name: str, most_minutes: int) -> Channel:
    return Channel(
        code,
        name,
        WALLETS,
        0,
        300,
        fee_least=1_000,
        least_minutes=15,
        most_minutes=most_minutes,
        redirect=True,
    )


CHANNELS: Final[Mapping[str, Channel]] = {
    channel.code: channel
    for channel in (
        _bank("PERMATAVA", "Permata", (60, MONTH)),
        _bank("BRIVA", "BRI", (60, MONTH)),
        _bank("MANDIRIVA", "Mandiri", (60, MONTH)),
        _bank("BNIVA", "BNI", (15, DAY)),
        _bank("OTHERBANKVA", "Other Bank", (15, DAY)),
        _bank("BCAVA", "BCA", (15, MONTH), fee=5_500),
        _bank("CIMBVA", "CIMB Niaga", (15, MONTH)),
        _bank("OCBCVA", "OCBC NISP", (15, MONTH)),
        _bank("DANAMONVA", "Danamon", (15, MONTH)),
        _bank("MUAMALATVA", "Muamalat", (60, 180)),
        _bank("BSIVA", "BSI", (60, 180)),
        _shop("ALFAMART", "Alfamart", (60, DAY)),
        _shop("INDOMARET", "Indomaret", (15, MONTH)),
        _shop("ALFAMIDI", "Alfamidi", (60, DAY), least=5_000),
        _qris("QRIS", "QRIS by ShopeePay", 60),
        _qris("QRISC", "QRIS (Customizable)", DAY),
        _qris("QRIS2", "QRIS", DAY),
        _wallet("OVO", "OVO", MONTH),
        _wallet("DANA", "DANA", 60),
        _wallet("SHOPEEPAY", "ShopeePay", 60),
    )
}


def row(channel: Channel, fee_on: Literal["merchant", "customer"]) -> dict[str, object]:
    """One channel of /merchant/payment-channel."""
    fee: dict[str, object] = {"flat": channel.fee_flat, "percent": percent(channel)}
    nothing: dict[str, object] = {"flat": 0, "percent": "0.00"}
    ours = fee_on == "merchant"
    return {
        "group": channel.group,
        "code": channel.code,
        "name": channel.name,
        "type": "redirect" if channel.redirect else "direct",
        "fee_merchant": fee if ours else nothing,
        "fee_customer": nothing if ours else fee,
        "total_fee": fee,
        "minimum_fee": channel.fee_least or None,
        "maximum_fee": None,
        "minimum_amount": channel.least,
        "maximum_amount": channel.most,
        "icon_url": "",
        "active": True,
    }


def percent(channel: Channel) -> str:
    return f"{channel.fee_bp / 100:.2f}"


def instructions(channel: Channel, pay_code: str) -> Sequence[Mapping[str, object]]:
    """How to pay, in a few steps; theirs are longer and change."""
    if channel.group == WALLETS:
        title, steps = channel.name, ["Buka aplikasi pembayaran Anda", "Pindai kode QR", "Bayar"]
    elif channel.group == SHOPS:
        title = channel.name
        steps = [f"Datang ke {channel.name}", f"Sebutkan kode {pay_code}", "Bayar di kasir"]
    else:
        title = "Mobile Banking"
        steps = ["Pilih Virtual Account", f"Masukkan nomor {pay_code}", "Periksa nama dan jumlah"]
    return [{"title": title, "steps": steps}]
