"""Digiflazz's test vectors: credentials are invented, answers are the official examples."""

from typing import Final

USERNAME: Final = "budiwarung"
DEV_KEY: Final = "dev-00000000-aaaa-4bbb-8ccc-1234567890ab"
PROD_KEY: Final = "11111111-2222-4333-8444-555566667777"
SECRET: Final = "rahasia-webhook-01"

SIGNS: Final = (  # suffix, development, production
    ("depo", "3ea256f2b24bb538db5ed026c1178901", "ca698608d1db56a100f2faa74a567677"),
    ("pricelist", "a9dabaee4403bf9ebc31330a91a8153f", "60458bbe2d88c766f3ea91388e4ef9f9"),
    ("deposit", "575a960965387abc20caf7c31a4edd45", "c841a212e00502e9307765af797252da"),
    ("test1", "6527abb59414ca79db108298814a100c", "8df39fa564be8997ae6622a5cc13287c"),
    ("test2", "59c26d3821bd3b7b896e57558b4ae8cc", "690946527682ca5b0c3245a0a6cb2499"),
    ("test3", "e188f52ce20e56c31e7b7a78b5bc7896", "953613ae4a11b12fd997f8249dec9d99"),
    ("test4", "eaad01c7738fb3ffb98a87745f81e93e", "6ad28dbc9cdf5cf4f24356fb0a97d86d"),
    ("inq-0001", "87a6518891fcbd0819b8d718df6038d9", "8a3a340e66d5353f46d92fe1d72a81d8"),
    ("WRG-20260912-000001", "b89331eddefe89c9e296b35764be0853", "2ce996f0b51424fc0cbef7576d6d4cca"),
    ("1234554321", "325bc614dffd7ea46d528207dc5c843b", "09ecf7418723ebdbb0dde8d296280656"),
)

TEST_ANSWERS: Final = (
    {
        "data": {
            "ref_id": "test1",
            "customer_no": "087800001230",
            "buyer_sku_code": "xld10",
            "message": "Transaksi Sukses",
            "status": "Sukses",
            "rc": "00",
            "sn": "1234567890",
            "buyer_last_saldo": 990000,
            "price": 10000,
        }
    },
    {
        "data": {
            "ref_id": "test2",
            "customer_no": "087800001232",
            "buyer_sku_code": "xld10",
            "message": "Transaksi Gagal",
            "status": "Gagal",
            "rc": "02",
            "buyer_last_saldo": 1000000,
            "price": 10000,
        }
    },
    {
        "data": {
            "ref_id": "test3",
            "customer_no": "087800001233",
            "buyer_sku_code": "xld10",
            "message": "Transaksi pending",
            "status": "Pending",
            "rc": "03",
            "buyer_last_saldo": 990000,
            "price": 10000,
        }
    },
)
PLN_CUSTOMER: Final = {
    "data": {
        "message": "Transaksi Sukses",
        "status": "Sukses",
        "rc": "00",
        "customer_no": "1234554321",
        "meter_no": "1234554321",
        "subscriber_id": "523300817840",
        "name": "DAVID",
        "segment_power": "R1 /000001300",
    }
}
TICKET: Final = {
    "data": {
        "rc": "00",
        "bank": "BCA",
        "payment_method": "Bank Transfer",
        "account_no": "0123 4567 89",
        "notes": "A6R5UPV",
        "amount": 10000001,
    }
}
TOO_MANY_LISTS: Final = {
    "data": {
        "rc": "83",
        "message": "Anda telah mencapai limitasi pengecekan pricelist, silahkan coba "
        "beberapa saat lagi",
    }
}
PASCA_LIST: Final = {
    "data": [
        {
            "product_name": "Pln Postpaid",
            "category": "Pascabayar",
            "brand": "PLN",
            "seller_name": "PT. ABC",
            "admin": 2750,
            "commission": 1800,
            "buyer_sku_code": "pln",
            "buyer_product_status": True,
            "seller_product_status": True,
            "desc": "-",
        },
        {
            "product_name": "aetra",
            "category": "Pascabayar",
            "brand": "PDAM",
            "seller_name": "Mr Ed",
            "admin": 2000,
            "commission": 550,
            "buyer_sku_code": "aetra",
            "buyer_product_status": True,
            "seller_product_status": True,
            "desc": "Provinsi Jakarta",
        },
    ]
}
LISTED_X100: Final = {
    "product_name": "Xl 100.000",
    "category": "Pulsa",
    "brand": "XL",
    "type": "Umum",
    "seller_name": "PT. ABC",
    "price": 98000,
    "buyer_sku_code": "X100",
    "buyer_product_status": True,
    "seller_product_status": True,
    "unlimited_stock": True,
    "stock": 0,
    "multi": True,
    "start_cut_off": "23:45",
    "end_cut_off": "00:15",
    "desc": "Pulsa Xl Rp 100.000",
}
WEBHOOKS: Final = (  # raw body, X-Hub-Signature under SECRET
    (
        b'{"data":{"ref_id":"test3","customer_no":"087800001233","buyer_sku_code":"xld10",'
        b'"message":"Transaksi Sukses","status":"Sukses","rc":"00","buyer_last_saldo":9900'
        b'00,"sn":"1234567890","price":10000,"tele":"@telegram","wa":"081234512345"}}',
        "sha1=452b97cade13db1b57cf678ae07e3d04ecc81fd7",
    ),
    (
        b'{"data":{"ref_id":"test4","customer_no":"087800001234","buyer_sku_code":"xld10",'
        b'"message":"Transaksi Gagal","status":"Gagal","rc":"02","buyer_last_saldo":100000'
        b'0,"sn":"","price":10000,"tele":"@telegram","wa":"081234512345"}}',
        "sha1=ca280478967956d4d4a72b05188c786ef4937d6d",
    ),
    (
        b'{"data":{"ref_id":"inq-0001","customer_no":"630000000001","customer_name":"Nama '
        b'Pelanggan Pertama","buyer_sku_code":"pln","admin":2500,"message":"Transaksi Suks'
        b'es","status":"Sukses","rc":"00","sn":"S1234554321N","periode":"201901","buyer_la'
        b'st_saldo":90000,"price":10000,"selling_price":11000,"desc":{"tarif":"R1","daya":'
        b'1300,"lembar_tagihan":1,"detail":[{"periode":"201901","nilai_tagihan":"8000","ad'
        b'min":"2500","denda":"500","meter_awal":"00080000","meter_akhir":"00090000"}]}}}',
        "sha1=ca075e13adc02637e18009429fd471b2522807dc",
    ),
    (
        b'{"sed":"AgXXtVAHp","hook_id":"11aaabbb","hook":{"url":"https://awesomesite.com/w'
        b'ebhooks","secret":"somesecretkeywords","type":"application/json","status":1}}',
        "sha1=4c075153ef131be6f0d6fb45a75dd1dfcfaff132",
    ),
    (
        b'{"data":{"ref_id":"WRG-20260912-000001","customer_no":"45012345678","buyer_sku_c'
        b'ode":"pln20","message":"Transaksi Sukses","status":"Sukses","rc":"00","buyer_las'
        b't_saldo":979600,"sn":"2638-4647-3625-6466-7942/BUDI SANTOSO/R1/900VA/13,5KWH","p'
        b'rice":20400,"tele":"@telegram","wa":"081234512345"}}',
        "sha1=0d6ea41ea6d75a2d62905006f6b9be70cd763703",
    ),
)

CODES: Final = (  # rc, status, formed
    ("00", "Sukses", True),
    ("01", "Gagal", True),
    ("02", "Gagal", True),
    ("03", "Pending", True),
    ("40", "Gagal", False),
    ("41", "Gagal", False),
    ("42", "Gagal", False),
    ("43", "Gagal", False),
    ("44", "Gagal", False),
    ("45", "Gagal", False),
    ("47", "Gagal", False),
    ("49", "Gagal", False),
    ("50", "Gagal", True),
    ("51", "Gagal", True),
    ("52", "Gagal", True),
    ("53", "Gagal", True),
    ("54", "Gagal", True),
    ("55", "Gagal", True),
    ("56", "Gagal", False),
    ("57", "Gagal", True),
    ("58", "Gagal", True),
    ("59", "Gagal", True),
    ("60", "Gagal", True),
    ("61", "Gagal", False),
    ("62", "Gagal", False),
    ("63", "Gagal", False),
    ("64", "Gagal", False),
    ("65", "Gagal", False),
    ("66", "Gagal", False),
    ("67", "Gagal", False),
    ("68", "Gagal", False),
    ("69", "Gagal", False),
    ("70", "Gagal", True),
    ("71", "Gagal", True),
    ("72", "Gagal", True),
    ("73", "Gagal", True),
    ("74", "Gagal", True),
    ("80", "Gagal", False),
    ("81", "Gagal", False),
    ("82", "Gagal", False),
    ("83", "Gagal", False),
    ("84", "Gagal", True),
    ("85", "Gagal", True),
    ("86", "Gagal", True),
    ("87", "Gagal", False),
    ("88", "Gagal", False),
    ("99", "Pending", True),
)
