"""A believable small price list: sixty-odd prepaid products, all invented."""

from typing import Any, Final

Row = dict[str, Any]


def _pulsa(brand: str, name: str, sku: str, *prices: tuple[int, int]) -> list[Row]:
    """Pulsa of one operator from (thousands of rupiah, price in rupiah) pairs."""
    return [
        {
            "product_name": f"{name} {face}.000",
            "category": "Pulsa",
            "brand": brand,
            "price": price,
            "buyer_sku_code": f"{sku}{face}",
            "desc": f"Pulsa {name} Rp {face}.000",
        }
        for face, price in prices
    ]


def _row(category: str, brand: str, sku: str, name: str, *, price: int, **more: Any) -> Row:
    return {
        "product_name": name,
        "category": category,
        "brand": brand,
        "price": price,
        "buyer_sku_code": sku,
        "desc": name,
        **more,
    }


_PULSA: Final = [
    *_pulsa("XL", "Xl", "xld", (10, 10_000), (5, 5_850), (25, 24_900), (50, 49_600)),
    *_pulsa("TELKOMSEL", "Telkomsel", "s", (5, 5_350), (10, 10_275), (25, 24_975), (100, 97_250)),
    *_pulsa("INDOSAT", "Indosat", "i", (5, 5_700), (10, 10_650), (25, 24_900), (50, 48_750)),
    *_pulsa("AXIS", "Axis", "ax", (5, 5_825), (10, 10_790), (25, 24_900)),
    *_pulsa("TRI", "Three", "t", (5, 5_550), (10, 10_450), (20, 19_850)),
    *_pulsa("SMARTFREN", "Smartfren", "sm", (5, 5_150), (10, 10_050), (20, 19_800)),
    *_pulsa("by.U", "by.U", "by", (5, 5_600), (10, 10_500)),
    {
        **_row("Pulsa", "XL", "X100", "Xl 100.000", price=98_000, desc="Pulsa Xl Rp 100.000"),
        "start_cut_off": "23:45",
        "end_cut_off": "00:15",
    },
    {
        **_row("Pulsa", "TELKOMSEL", "S5", "Telkomsel Pulsa 5.000", price=5_100),
        "seller_product_status": False,
        "seller_name": "PT. BCA",
        "desc": "Pulsa Telkomsel Rp 5.000",
    },
]

_DATA: Final = [
    _row(
        "Data", "TELKOMSEL", "tdf1", "Telkomsel Data Flash 1 GB 30 Hari", price=15_400, type="Flash"
    ),
    _row(
        "Data", "TELKOMSEL", "tdf5", "Telkomsel Data Flash 5 GB 30 Hari", price=48_900, type="Flash"
    ),
    _row("Data", "INDOSAT", "ifi3", "Indosat Freedom Internet 3 GB 28 Hari", price=17_350),
    _row("Data", "INDOSAT", "ifi9", "Indosat Freedom Internet 9 GB 28 Hari", price=42_100),
    _row("Data", "XL", "xxc8", "Xl Xtra Combo Flex 8 GB", price=38_600, multi=False),
    _row("Data", "AXIS", "axb2", "Axis Bronet 2 GB 30 Hari", price=14_250, multi=False),
    _row("Data", "TRI", "tao6", "Tri Always On 6 GB", price=27_900),
    _row("Data", "SMARTFREN", "smk4", "Smartfren Kuota 4 GB 14 Hari", price=19_700),
    _row("Data", "by.U", "byd7", "by.U 7 GB 30 Hari", price=35_500, seller_product_status=False),
    _row(
        "Paket Data", "TELKOMSEL", "pdt2", "Telkomsel Combo Sakti 2 GB", price=21_300, type="Combo"
    ),
    _row("Paket Data", "INDOSAT", "pdi5", "Indosat Freedom U 5 GB", price=23_800, type="Freedom U"),
    _row("Paket Data", "XL", "pdx3", "Xl Hotrod 3 GB 7 Hari", price=16_900, type="Hotrod"),
]

_ML: Final = "no pelanggan = gabungan antara user_id dan zone_id"
_GAMES: Final = [
    _row("Games", "MOBILE LEGENDS", "ml5", "MOBILELEGEND - 5 Diamond", price=1_450, desc=_ML),
    _row("Games", "MOBILE LEGENDS", "ml86", "MOBILELEGEND - 86 Diamond", price=19_650, desc=_ML),
    _row("Games", "MOBILE LEGENDS", "ml172", "MOBILELEGEND - 172 Diamond", price=39_200, desc=_ML),
    _row(
        "Games", "FREE FIRE", "ff70", "Free Fire 70 Diamond", price=8_950, desc="no pelanggan = id"
    ),
    _row(
        "Games",
        "FREE FIRE",
        "ff140",
        "Free Fire 140 Diamond",
        price=17_850,
        desc="no pelanggan = id",
    ),
    _row(
        "Games",
        "PUBG MOBILE",
        "pubg60",
        "PUBG MOBILE 60 UC",
        price=13_900,
        desc="no pelanggan = id",
    ),
    _row(
        "Games",
        "PUBG MOBILE",
        "pubg325",
        "PUBG MOBILE 325 UC",
        price=69_400,
        desc="no pelanggan = id",
    ),
]

_PLN: Final = [
    _row(
        "PLN",
        "PLN",
        f"pln{face}",
        f"PLN {face}.000",
        price=face * 1_000 + 400,
        desc="Token listrik",
    )
    for face in (20, 50, 100, 200, 500)
]

_EMONEY: Final = [
    _row("E-Money", "GO PAY", "gp10", "Go Pay 10.000", price=10_550, type="Customer"),
    _row("E-Money", "GO PAY", "gp50", "Go Pay 50.000", price=50_550, type="Customer"),
    _row("E-Money", "OVO", "ovo20", "OVO 20.000", price=20_775),
    _row("E-Money", "OVO", "ovo50", "OVO 50.000", price=50_775),
    _row("E-Money", "DANA", "dana10", "DANA 10.000", price=10_080),
    _row("E-Money", "DANA", "dana50", "DANA 50.000", price=50_080),
    _row("E-Money", "DANA", "dana100", "DANA 100.000", price=100_080, buyer_product_status=False),
]

_VOUCHER: Final = [
    _row("Voucher", "GOOGLE PLAY", "gpl20", "Google Play Rp 20.000", price=21_400),
    _row("Voucher", "STEAM", "stm12", "Steam Wallet Rp 12.000", price=14_300),
    {
        **_row("Voucher", "GARENA", "gar33", "Garena 33 Shell", price=9_150),
        "unlimited_stock": False,
        "stock": 3,
    },
    {
        **_row("Voucher", "RAZER GOLD", "rzr20", "Razer Gold 20.000", price=20_900),
        "unlimited_stock": False,
        "stock": 0,
    },
]

PREPAID_ROWS: Final[list[Row]] = [*_PULSA, *_DATA, *_GAMES, *_PLN, *_EMONEY, *_VOUCHER]
