"""Every page of the office, found by its links alone from the first: and no secret on any."""

from __future__ import annotations

import re
from html import unescape

from konter.people.permits import Role
from tests.pages.test_office import get
from tests.sim_process import Sim
from tests.web.test_secrets import telling

LINK = re.compile(r'href="(/admin[^"#]*)')


async def test_all_is_reached_from_the_first_page_and_no_secret_is_on_any(
    conninfo: str, sim: Sim
) -> None:
    async with telling(conninfo, sim) as told:
        staff = await told.shop.buyer(money=0, role=Role.OPERATOR)
        secrets = {**told.secrets, "the operator's token": staff.token}
        seen, waiting = {"/admin"}, ["/admin"]
        shown = ""
        while waiting:
            path = waiting.pop()
            answer = await get(told.shop.client, path, staff)
            for name, secret in secrets.items():
                assert secret not in answer.text, f"{name} on {path}"
            if answer.status_code == 303:  # a search that names just one thing
                waiting.append(answer.headers["Location"])
                continue
            assert answer.status_code == 200, path
            assert not re.search(r"\b[0-9a-f]{32}\b", answer.text), f"like a sign on {path}"
            shown += answer.text
            links = {unescape(link) for link in LINK.findall(answer.text)} - seen
            links = {link for link in links if "xlsx" not in link}
            seen |= links
            waiting += links
    for kind in ("/admin/orders/", "/admin/inbox/", "/admin/orders?status="):
        assert any(kind in path for path in seen), kind
    assert '"sign": "***"' in unescape(shown) and "buyer_last_saldo" in shown
