"""What operators do with callbacks, as they type it."""

from __future__ import annotations

from pathlib import Path

from konter.people.member_callbacks import stop_callbacks
from tests.cli.test_payment_commands import Operator
from tests.hooks.partner import Office, Partner
from tests.sim_process import Sim


async def test_an_operator_reads_the_log_sends_again_and_switches_on(
    office: Office, partner: Partner, tmp_path: Path
) -> None:
    member = await office.member(partner.url)
    partner.always = 404
    await office.tells(member, order=77)
    await office.work()
    (delivery,) = await office.log(member)
    number = str(delivery.id)
    async with office.db.transaction() as tx:
        await stop_callbacks(tx, [member.user_id], at=office.clock.now())
    operator = Operator(office.db.conninfo, Sim("http://127.0.0.1:9"), tmp_path)
    listed, none, nobody, shown, again, missing, on, twice = await operator.types(
        ["callback", "list", "--member", "TOKO1"],
        ["callback", "list", "--state", "dead"],
        ["callback", "list", "--member", "TOKO9"],
        ["callback", "show", number],
        ["callback", "redeliver", number],
        ["callback", "redeliver", "999999999"],
        ["callback", "enable", "TOKO1", "--since", "2026-11-01"],
        ["callback", "enable", "TOKO1"],
    )
    assert f"{number} 2026-11-16 10:30:00" in listed.out
    assert "r77 order.success waiting 1" in listed.out and "answered 404" in listed.out
    assert none.out == "Callbacks: none"
    assert nobody.status == 1 and nobody.err
    assert '"trx_id":77' in shown.out and "R#r77 T#77" in shown.out and "Rp 11.500" in shown.out
    assert again.out == f"Callback {number} is due now."
    assert missing.status == 1 and "Callback tidak ditemukan" in missing.err
    assert on.out == "TOKO1 is called again. 0 callbacks are due now."
    assert twice.out == "TOKO1 was not switched off."
    partner.always = 200
    office.clock.advance(10**8)  # the command's clock is the machine's
    assert await office.work() == 1
