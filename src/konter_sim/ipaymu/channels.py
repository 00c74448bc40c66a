"""What customers can pay with at iPaymu, and for what fee (as listed for the sandbox)."""

from collections.abc import Mapping
from typing import Final

from konter_sim.gateway.books import Channel

METHODS: Final[Mapping[str, str]] = {
    "va": "Virtual Account",
    "cstore": "Convenience Store",
    "qris": "QRIS",
}
TYPES: Final[Mapping[str, tuple[int, str]]] = {
    "va": (7, "VA & Transfer Bank"),
    "cstore": (11, "Convenience Store"),
    "qris": (27, "QRIS Payment"),
}

_BANKS = ("bag", "bca", "bpd_bali", "bni", "cimb", "mandiri", "bmi", "bri", "bsi")
_DEAR = ("bca", "mandiri")


def _bank(code: str) -> Channel:
    fee = 4_000 if code in _DEAR else 3_500
    name = f"{code.upper().replace('_', ' ')} Virtual Account"
    return Channel(code, name, "va", fee, most=999_999_999)


CHANNELS: Final[Mapping[str, Channel]] = {
    channel.code: channel
    for channel in (
        Channel("mpm", "QRIS", "qris", 0, 70, most=10_000_000),
        *(_bank(code) for code in (*_BANKS, "permata", "danamon", "btn")),
        Channel("alfamart", "Alfamart", "cstore", 4_000, most=5_000_000),
        Channel("indomaret", "Indomaret", "cstore", 4_000, most=5_000_000),
    )
}


def channel_named(method: str, code: str) -> Channel | None:
    """`qris` has one channel, which older documents call `qris`."""
    found = CHANNELS.get("mpm" if code.lower() == "qris" else code.lower())
    return found if found is not None and found.group == method else None


def listed() -> list[dict[str, object]]:
    """The Data of /payment-channels."""
    return [
        {
            "Code": method,
            "Name": name,
            "Description": name,
            "Channels": [_shown(one) for one in CHANNELS.values() if one.group == method],
        }
        for method, name in METHODS.items()
    ]


def _shown(channel: Channel) -> dict[str, object]:
    percent = channel.fee_bp / 100
    return {
        "Code": channel.code,
        "Name": channel.name,
        "Description": channel.name,
        "Logo": "",
        "PaymentInstructionsDoc": "",
        "FeatureStatus": "active",
        "HealthStatus": "online",
        "TransactionFee": {
            "ActualFee": percent if channel.fee_bp else channel.fee_flat,
            "ActualFeeType": "PERCENT" if channel.fee_bp else "FLAT",
            "AdditionalFee": channel.fee_flat if channel.fee_bp else 0,
        },
    }
