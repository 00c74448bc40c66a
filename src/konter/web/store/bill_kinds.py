"""What kinds of bills are called."""

from __future__ import annotations

from konter.catalogue.billers import BillKind
from konter.web.page.words import Say


def kind_name(kind: BillKind, say: Say) -> str:
    names = {
        BillKind.ELECTRICITY: say("Listrik PLN"),
        BillKind.WATER: say("Air PDAM"),
        BillKind.INTERNET: say("Internet & TV kabel"),
        BillKind.HEALTH: say("BPJS Kesehatan"),
        BillKind.EMPLOYMENT: say("BPJS Ketenagakerjaan"),
        BillKind.FINANCE: say("Angsuran kredit"),
        BillKind.LAND_TAX: say("Pajak bumi dan bangunan (PBB)"),
        BillKind.REGIONAL_TAX: say("Pajak dan retribusi daerah"),
        BillKind.VEHICLE_TAX: say("Pajak kendaraan (SAMSAT)"),
        BillKind.GAS: say("Gas alam"),
        BillKind.TV: say("TV berlangganan"),
        BillKind.PHONE: say("HP pascabayar"),
        BillKind.EMONEY: say("Isi uang elektronik"),
        BillKind.OTHER: say("Tagihan lainnya"),
    }
    return names[kind]
