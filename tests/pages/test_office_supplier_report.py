"""Staff bring a supplier's report and read what differs; no page asks the supplier."""

from __future__ import annotations

import io
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from playwright.async_api import FilePayload

from konter.hooks.tasks import open_tasks
from konter.kernel.clock import WIB
from konter.orders.read import OrderView
from konter.people.permits import Role
from konter.web.admin.supplier_reports import HERE, MOST_BYTES
from tests.pages.browser import Visitors
from tests.pages.buying import hurdles
from tests.pages.office import FORM, Clerk, clerk, deeds_of, scrolls_sideways
from tests.shop import ACCOUNT, Reply, Shop
from tests.warm import by_owner

BACK = """
UPDATE orders.attempts SET first_sent_at = first_sent_at - interval '1 day',
    created_at = created_at - interval '1 day';
DELETE FROM orders.supplier_reports
"""


async def bought(shop: Shop) -> list[OrderView]:
    """Yesterday's; nothing has been compared yet."""
    buyer = await shop.buyer()
    orders = [
        await shop.until(await buyer.buys_async("xld10", number), "delivered", "failed")
        for number in ("087800001230", "087800009991", "087800009992")
    ]
    await by_owner(shop.house.db.conninfo, BACK)
    return orders


def yesterday(shop: Shop) -> str:
    return str(shop.house.clock.now().astimezone(WIB).date() - timedelta(days=1))


def form(shop: Shop, report: str, **more: str) -> dict[str, str]:
    day = yesterday(shop)
    return {"account": ACCOUNT, "since": day, "until": day, "report": report, **more}


async def sent_whole(staff: Clerk, fields: dict[str, str]) -> Reply:
    """A form too large to be handed over in one piece."""
    headers = {**FORM, "Cookie": f"konter_session={staff.token}"}
    body = io.BytesIO(urlencode(fields).encode())
    return await staff.shop.client.post(HERE, headers=headers, data=body, allow_redirects=False)


async def kinds_of_tasks(shop: Shop) -> list[str]:
    async with shop.house.db.read() as tx:
        return [task.kind for task in await open_tasks(tx)]


async def test_a_pasted_report_is_compared_noted_and_opens_one_task(
    shop: Shop,
) -> None:
    staff = await clerk(shop, Role.OPERATOR)
    good, lost, _ = await bought(shop)
    report = f"Ref ID\tStatus\tHarga\r\n{good.code}\tGagal\t\r\nLAIN\tSukses\t10.000\r\n"
    for _ in range(2):
        sent = await staff.post(HERE, **form(shop, report))
        assert sent.status_code == 303, sent.text
    assert (await kinds_of_tasks(shop)).count("supplier_reconciliation") == 1
    page = (await staff.get(sent.headers["Location"])).text
    assert f'href="/admin/orders/{good.id}">{good.code}' in page
    assert f'href="/admin/orders/{lost.id}">{lost.code}' in page
    for words in ("Gagal menurut mereka", "Tidak ada pada mereka", "Bukan milik kita", "LAIN"):
        assert words in page, words
    english = (await staff.get(sent.headers["Location"], lang="en")).text
    assert "Failed by their word" in english and "Supplier reports" in english
    assert page.count("?report=") == 1, "the same report is one line"
    tasks = (await staff.get("/admin/tasks")).text
    assert f'href="{HERE}"' in tasks and "Laporan penyedia berbeda" in tasks
    assert (await staff.get("/my/notices")).text.count("Selisih rekonsiliasi") == 1
    noted = await deeds_of(shop, "supplier.reconcile")
    assert len(noted) == 2 and noted[0].subject == f"supplier:{ACCOUNT}"
    assert (await staff.get(f"{HERE}?report=999999999")).status_code == 404
    admin = await clerk(shop)
    async with shop.house.db.read() as tx:
        (task,) = [t for t in await open_tasks(tx) if t.kind == "supplier_reconciliation"]
    closed = await admin.post(f"/admin/tasks/{task.id}", reason="sudah ditanyakan")
    assert closed.status_code == 303
    await staff.post(HERE, **form(shop, report))
    assert "supplier_reconciliation" not in await kinds_of_tasks(shop)


async def test_what_is_wrong_is_said_beside_its_field_and_nothing_typed_is_lost(
    shop: Shop,
) -> None:
    staff = await clerk(shop, Role.OPERATOR)
    good = f"Ref ID;Status\n{(await bought(shop))[0].code};Sukses"

    async def refused(fields: dict[str, str], status: int = 422) -> str:
        sent = await staff.post(HERE, **fields)
        assert sent.status_code == status, sent.text
        return sent.text

    said = await refused(form(shop, "idtrx;hasil\nX;OK", success="ok"))
    assert "Kolom yang ada: idtrx, hasil" in said and 'value="ok"' in said
    assert "idtrx;hasil" in said and "<details open>" in said
    today = str(shop.house.clock.now().astimezone(WIB).date())
    assert "hari ini belum selesai" in await refused(form(shop, good, until=today))
    assert "UTF-8" in await refused(form(shop, good + "\N{REPLACEMENT CHARACTER}"))
    for name in ("account", "report", "since"):
        assert "Wajib diisi" in await refused(form(shop, good) | {name: ""})
    assert "tidak dikenal" in await refused(form(shop, good, account="siapa"), 404)
    big = await sent_whole(staff, form(shop, good + "\nx;" * 700_000))
    assert big.status_code == 422 and "Bagi per hari" in big.text
    unread = await sent_whole(staff, form(shop, "x" * MOST_BYTES))
    assert unread.status_code == 413 and "Bagi per hari" in unread.text
    assert "satu pun baris" in await refused(form(shop, "Ref ID;Status\n;\n"))
    kept = await staff.post(HERE, **form(shop, good))
    assert kept.status_code == 303, "more than other forms take is taken here"
    own = form(shop, good.replace("Ref ID;Status", "idtrx;hasil"))
    for named in ({"reference": "idtrx", "state": "hasil"}, {}):
        again = await staff.post(HERE, **own, **named)
        assert again.status_code == 303, "what was named once is known"


async def test_only_staff_bring_reports(shop: Shop) -> None:
    stranger = Clerk(shop, (await shop.buyer()).token)
    assert (await stranger.get(HERE)).status_code == 403
    assert (await stranger.post(HERE, **form(shop, "x"))).status_code == 403


@pytest.mark.parametrize("size", ["360", "1280"])
async def test_it_is_read_on_a_phone_and_a_file_can_be_chosen(
    shop: Shop, people: Visitors, size: str
) -> None:
    staff = await clerk(shop)
    report = "Ref ID;Status;Harga\n" + "".join(
        f"{order.code};{word};{cost}\n"
        for order, word, cost in zip(
            await bought(shop), ("Sukses", "Gagal", "Entah"), ("9.999", "", ""), strict=True
        )
    )
    async with people.tab(size=size) as tab:
        await staff.sits_at(tab)
        await tab.open(HERE)
        assert await hurdles(tab) == []
        await tab.shot(f"supplier-report-form-{size}")
        wrong = FilePayload(name="x.xlsx", mimeType="text/csv", buffer=b"PK\x03\x04\xff")
        await tab.page.set_input_files("#f-file", [wrong])
        await tab.page.wait_for_selector("#file-wrong:has-text('bukan teks')")
        chosen = FilePayload(name="x.csv", mimeType="text/csv", buffer=report.encode("utf-16"))
        await tab.page.set_input_files("#f-file", chosen)
        await tab.page.wait_for_selector("#f-report:valid")
        await tab.page.click("form[action$='/suppliers'] button")
        await tab.page.wait_for_selector("section.card")
        assert await hurdles(tab) == [] and not await scrolls_sideways(tab)
        said = await tab.says()
        assert "Harga modal berbeda" in said and "Entah" in said
        await tab.shot(f"supplier-report-{size}")
        assert tab.complaints == []
