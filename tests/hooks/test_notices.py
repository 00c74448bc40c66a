"""What people are told: in both languages, by every channel, once, and delayed by nobody else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from konter.db.ids import IdBlocks
from konter.db.pool import Database
from konter.hooks import notices, tasks
from konter.hooks.dispatch import collect, dispatch, forget_old
from konter.hooks.notice_events import EVENTS, LANGS
from konter.hooks.notice_templates import (
    NoSuchNotice,
    preview,
    reset_template,
    template_of,
    write_template,
)
from konter.hooks.notice_words import filled, one_line
from konter.hooks.notices_desk import NoticesDesk, note_channels
from konter.hooks.tell import NOBODY, Told, tell_many
from konter.kernel.errors import Invalid
from konter.people.audit import deeds
from konter.people.desk import PeopleDesk
from konter.people.passwords import Hasher
from konter.people.permits import Person, Role
from konter.people.reach import international, reach_of, set_reach
from konter.people.register import create_user
from konter.upstreams.messenger import Messenger, is_usable
from tests.cli.typed import Said, konter
from tests.conftest import ManualClock
from tests.postbox import Postbox, deaf_server, gateway, mail_server


@dataclass
class Counter:
    """People who are told, the sinks that hear it, and the desk between."""

    people: PeopleDesk
    desk: NoticesDesk
    mail: Postbox
    whatsapp: Postbox
    telegram: Postbox
    staff: Postbox

    async def user(self, name: str, role: Role = Role.RETAIL, **reach: Any) -> Person:
        person = await create_user(
            self.people, name=name, email=f"{name}@example.com", role=role, password="rahasia-123"
        )
        if reach:
            given = {"lang": "id", "by_email": True, "whatsapp": None, "telegram": None, **reach}
            await set_reach(self.people, person.id, **given)
        return person

    async def tell(self, *told: Told) -> None:
        async with self.desk.db.transaction() as tx:
            await tell_many(tx, told)

    async def run(self, *channels: str) -> int:
        """Whatever is due by these channels, or by all, goes out; answers how many tried."""
        tried = 0
        for channel in channels or self.desk.messenger.channels:
            while due := await collect(self.desk, channel, 4):
                await asyncio.gather(*(dispatch(self.desk, one) for one in due))
                tried += len(due)
        return tried

    async def open_tasks(self) -> list[str]:
        async with self.desk.db.read() as tx:
            return [f"{task.kind} {task.subject}" for task in await tasks.open_tasks(tx)]

    async def notices_of(self, user: Person) -> Sequence[notices.KeptNotice]:
        async with self.desk.db.read() as tx:
            return (await notices.of_user(tx, user.id, page=1, per_page=99))[0]


@asynccontextmanager
async def opened(
    db: Database, clock: ManualClock, *, timeout_s: float = 5, **more: str
) -> AsyncIterator[Counter]:
    async with (
        mail_server() as mail,
        gateway(form=True) as whatsapp,
        gateway() as telegram,
        gateway() as staff,
    ):
        addresses = {
            "email": mail.address,
            "whatsapp": whatsapp.address,
            "telegram": telegram.address,
            "staff:1": staff.address.replace("{to}", "id"),
            "staff:2": staff.address.replace("{to}", "en"),
        }
        messenger = Messenger({**addresses, **more}, timeout_s=timeout_s)
        hasher = Hasher(time_cost=1, memory_kib=64)
        people = PeopleDesk(db, clock, IdBlocks(), hasher)
        desk = NoticesDesk(db, clock, messenger, {"staff:1": "id", "staff:2": "en"})
        await note_channels(desk)
        yield Counter(people, desk, mail, whatsapp, telegram, staff)
        await messenger.close()


@pytest.fixture
async def counter(db: Database, clock: ManualClock) -> AsyncIterator[Counter]:
    async with opened(db, clock) as counter:
        yield counter


def told(counter: Counter, user_id: int, event: str = "order_delivered", **facts: Any) -> Told:
    given = {
        "about": f"{event}:1",
        "blanks": EVENTS[event].blanks,
        "at": counter.desk.clock.now(),
        "data": {"transaction_code": "TRX-1A2B3C"},
        **facts,
    }
    return Told(event=event, user_id=user_id, **given)


async def test_every_event_arrives_by_every_channel_in_both_languages(counter: Counter) -> None:
    users = {
        lang: await counter.user(f"siti-{lang}", lang=lang, whatsapp=f"0812345678{n}")
        for n, lang in enumerate(LANGS)
    }
    events = [code for code in EVENTS if not code.endswith("_guest")]
    await counter.tell(*(told(counter, u.id, code) for u in users.values() for code in events))
    assert await counter.run() == 2 * 2 * len(events)
    for n, (lang, user) in enumerate(users.items()):
        kept = {notice.title: notice.message for notice in await counter.notices_of(user)}
        for code in events:
            words = filled(EVENTS[code].words(lang), EVENTS[code].blanks, lang)
            assert kept[words.title]
            for box, to in (
                (counter.mail, user.email),
                (counter.whatsapp, f"62812345678{n}"),
            ):
                assert [one for one in box.find(words.title, words.message) if one.to == to], (
                    code,
                    lang,
                )


async def test_a_guest_is_told_by_the_contact_of_the_order_in_words_for_guests(
    counter: Counter,
) -> None:
    guest = {"email": "tamu@contoh.id", "phone": "0812-3456-7890"}
    await counter.tell(
        told(counter, NOBODY, "order_failed", **guest),
        told(counter, NOBODY, about="nowhere to go"),
        told(counter, NOBODY, about="a trick", email="a@b.id,c@d.id\nBcc: e@f.id", phone="12"),
    )
    assert await counter.run() == 2
    assert counter.mail.letters[0].to == "tamu@contoh.id"
    assert counter.whatsapp.letters[0].to == "6281234567890"
    assert "sebutkan rekening tujuan" in counter.mail.letters[0].text
    async with counter.desk.db.read() as tx:
        assert (await notices.of_user(tx, NOBODY, page=1, per_page=9))[1] == 0


async def test_each_is_told_once_however_often_it_is_said(counter: Counter) -> None:
    user = await counter.user("budi")
    for _ in range(3):
        await counter.tell(told(counter, user.id), told(counter, user.id))
    assert len(await counter.notices_of(user)) == 1
    assert await counter.run() == 1
    await counter.tell(told(counter, user.id))
    assert await counter.run() == 0
    assert len(counter.mail.letters) == 1


async def test_what_is_rolled_back_is_told_to_nobody(counter: Counter) -> None:
    user = await counter.user("budi")
    with pytest.raises(ZeroDivisionError):
        async with counter.desk.db.transaction() as tx:
            await tell_many(tx, [told(counter, user.id)])
            raise ZeroDivisionError
    assert await counter.run() == 0
    assert await counter.notices_of(user) == []


async def test_people_are_told_as_they_chose(counter: Counter) -> None:
    retail, reseller = await counter.user("ani"), await counter.user("toko", Role.RESELLER)
    quiet = await counter.user("diam", by_email=False)
    chatty = await counter.user("cerewet", Role.RESELLER, telegram="@kanal_toko", lang="en")
    await counter.tell(*(told(counter, one.id) for one in (retail, reseller, quiet, chatty)))
    await counter.run()
    assert {one.to for one in counter.mail.letters} == {"ani@example.com", "cerewet@example.com"}
    assert counter.whatsapp.letters == []
    assert [one.title for one in counter.telegram.letters] == ["Your order is done!"]
    for one in (retail, reseller, quiet, chatty):
        assert len(await counter.notices_of(one)) == 1
    with pytest.raises(Invalid) as caught:
        await set_reach(
            counter.people, quiet.id, lang="jv", by_email=True, whatsapp="12", telegram="x y"
        )
    assert set(caught.value.errors) == {"lang", "whatsapp", "telegram"}
    async with counter.desk.db.read() as tx:
        assert (await reach_of(tx, [quiet.id]))[quiet.id].email is None, "nothing was changed"
    assert international("+62 812-3456-7890") == international("0812 3456 7890") == "6281234567890"


async def test_staff_are_told_of_what_they_must_look_at(
    counter: Counter, clock: ManualClock
) -> None:
    admin = await counter.user("bos", Role.ADMIN)
    await counter.user("ani")
    kinds = ("low_deposit", "stuck", "dispute", "breaker_open", "reconciliation", "review")
    for _ in range(2):
        async with counter.desk.db.transaction() as tx:
            wanted = [
                tasks.Task(k, f"x:{n}", f"kabar {k} {n}", clock.now())
                for k in kinds
                for n in range(12)
            ]
            await tasks.open_many(tx, wanted)
    assert await counter.run() == 2 * len(kinds), "one message for many of a kind"
    for lang in LANGS:
        heard = [one for one in counter.staff.letters if one.to == lang]
        titles = {
            filled(EVENTS[code].words(lang), {"count": "12", "kind": "review"}, lang).title
            for code in EVENTS
            if code.startswith("staff_")
        }
        assert {one.title for one in heard} == titles
        assert all("+2" in one.text and "kabar" in one.text for one in heard)
    assert len(await counter.notices_of(admin)) == len(kinds)


async def test_a_dead_channel_delays_its_own_messages_alone(
    db: Database, clock: ManualClock
) -> None:
    async with (
        deaf_server() as deaf,
        opened(
            db, clock, timeout_s=0.1, email=f"mailto://{deaf}?from=toko@konter.example&to={{to}}"
        ) as counter,
    ):
        user = await counter.user("ani", whatsapp="08123456789")
        await counter.tell(*(told(counter, user.id, about=f"x:{n}") for n in range(3)))
        slow = asyncio.create_task(counter.run("email"))
        assert await counter.run("whatsapp") == 3
        assert len(counter.whatsapp.letters) == 3
        assert not slow.done(), "the mail server is still silent"
        assert await slow == 3
        assert await counter.run() == 0, "not due again yet"
        clock.advance(counter.desk.back_off_s[0])
        assert await counter.run("email") == 3
        clock.advance(24 * 3600)
        assert await counter.run("email") == 3
        clock.advance(24 * 3600)
        assert await counter.run("email") == 0, "given up"
        assert await counter.open_tasks() == ["notices_undelivered channel:email"]


async def test_a_server_that_is_back_gets_what_waited_and_closes_the_task(
    counter: Counter, clock: ManualClock
) -> None:
    user = await counter.user("ani")
    counter.mail.is_broken = True
    await counter.tell(told(counter, user.id))
    assert await counter.run("email") == 1
    subject = "channel:email"
    async with counter.desk.db.transaction() as tx:
        task = tasks.Task("notices_undelivered", subject, "before", clock.now())
        await tasks.open_many(tx, [task])
    counter.mail.is_broken = False
    clock.advance(counter.desk.back_off_s[0])
    assert await counter.run("email") == 1
    assert len(counter.mail.letters) == 1
    assert await counter.open_tasks() == []


async def test_a_worker_that_dies_has_its_messages_sent_by_the_next(
    counter: Counter, clock: ManualClock
) -> None:
    user = await counter.user("ani")
    await counter.tell(told(counter, user.id))
    (lost,) = await collect(counter.desk, "email", 9)
    assert await counter.run("email") == 0, "leased"
    clock.advance(counter.desk.lease.total_seconds())
    assert await counter.run("email") == 1
    assert len(counter.mail.letters) == 1
    counter.mail.is_broken = True
    await dispatch(counter.desk, lost)  # it was not dead, only slow: its failure counts no more
    clock.advance(3600)
    assert await counter.run("email") == 0
    clock.advance(31 * 24 * 3600)
    assert "1 old" in await forget_old(counter.desk)


async def test_the_shops_own_words_are_checked_told_noted_and_given_up(counter: Counter) -> None:
    admin, user = await counter.user("bos", Role.ADMIN), await counter.user("ani")
    code, own = "order_delivered", {"title": "Beres, Kak!", "message": "{product} sudah masuk"}
    for wrong in (
        {"title": "Beres {nama}", "message": "x"},
        {"title": "", "message": "{serial} {}"},
        {"title": "a\nb", "message": "x" * 1501},
    ):
        with pytest.raises(Invalid):
            await write_template(counter.people, code, "id", by=admin, **wrong)
    with pytest.raises(NoSuchNotice):
        preview("order_eaten", "id", **own)
    with pytest.raises(NoSuchNotice):
        await write_template(counter.people, code, "jv", by=admin, **own)
    assert preview(code, "id", **own).message == "Pulsa Telkomsel 10.000 sudah masuk"
    await write_template(counter.people, code, "id", by=admin, **own)
    await counter.tell(told(counter, user.id))
    await counter.run()
    assert (counter.mail.letters[0].title, counter.mail.letters[0].text) == (
        "Beres, Kak!",
        "Pulsa Telkomsel 10.000 sudah masuk",
    )
    await reset_template(counter.people, code, "id", by=admin)
    await reset_template(counter.people, code, "id", by=admin)
    async with counter.desk.db.read() as tx:
        assert (await template_of(tx, code, "id")).changed_at is None
        assert [deed.act for deed in await deeds(tx)] == ["notice.reset", "notice.write"]


async def test_a_line_without_its_fact_is_left_out_and_facts_stay_facts() -> None:
    words = EVENTS["order_delivered"].indonesian
    said = filled(words, {"product": "{code}", "serial": None, "target": "08", "code": "T1"}, "id")
    assert said.message.splitlines() == [
        "Pesanan {code} berhasil diproses.",
        "Tujuan: 08",
        "Kode pesanan: T1",
    ]


async def test_every_default_uses_known_blanks_and_guests_have_the_same_event() -> None:
    for code, event in EVENTS.items():
        for lang in LANGS:
            words = event.words(lang)
            shown = preview(code, lang, title=words.title, message=words.message)
            assert "{" not in shown.title + shown.message, (code, lang)
        assert code.removesuffix("_guest") in EVENTS


async def test_no_secret_of_an_address_is_in_a_row_a_problem_or_a_log(
    counter: Counter, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    user = await counter.user("ani", whatsapp="08123456789")
    counter.whatsapp.is_broken = True
    await counter.tell(told(counter, user.id))
    with caplog.at_level("DEBUG"):
        await counter.run()
    async with counter.desk.db.read() as tx:
        rows = await tx.rows("SELECT d::text, c::text FROM hooks.dispatches d, hooks.channels c")
    out = capsys.readouterr()
    assert "notice.not_sent" in out.out
    assert "token-rahasia" not in f"{rows} {caplog.text} {out.out} {out.err}"


async def test_channels_that_are_gone_are_written_to_no_more(counter: Counter) -> None:
    user = await counter.user("ani", whatsapp="08123456789")
    fewer = Messenger({"whatsapp": counter.whatsapp.address}, timeout_s=1)
    await note_channels(replace(counter.desk, messenger=fewer))
    await counter.tell(told(counter, user.id))
    assert await counter.run("email") == 0
    assert await counter.run("whatsapp") == 1
    await fewer.close()


@pytest.mark.parametrize(
    ("channel", "address"),
    [
        ("telegram", "tgram://123456789:AAabcdefghijklmnopqrstuvwxyz012345/{to}"),
        ("whatsapp", "whatsapp://EAAGm0PX4ZCpsBA@12345678901234/{to}"),
        ("whatsapp", "forms://api.fonnte.com/send?+Authorization=token&:target={to}"),
        ("email", "mailtos://toko%40konter.example:sandi@smtp.konter.example:587?to={to}"),
    ],
)
def test_the_addresses_of_the_how_to_are_read_by_the_library(channel: str, address: str) -> None:
    """Telegram's and Meta's hosts are fixed in it, so their shape is all that is tried here."""
    assert is_usable(channel, address)
    assert not is_usable(channel, "nosuchthing://x/{to}")


async def test_an_operator_tries_a_channel_and_sees_how_each_fares(
    counter: Counter, tmp_path: Path
) -> None:
    await counter.tell(told(counter, NOBODY, email="tamu@contoh.id", phone="08123456789"))
    environ = {
        "DATABASE_URL": counter.desk.db.conninfo,
        "KONTER_SECRET": "x" * 40,
        "KONTER_NOTIFY_EMAIL": counter.mail.address,
        "KONTER_NOTIFY_TELEGRAM": "json://127.0.0.1:9/{to}",
    }

    async def types(*words: str) -> Said:
        done = await asyncio.to_thread(konter, "notice", *words, at=tmp_path, environ=environ)
        return done.squeezed

    assert (await types("test", "email", "siti@contoh.id")).out == "email: taken."
    assert counter.mail.letters[0].title == "Tes Konter"
    refused, unset = await types("test", "telegram", "123"), await types("test", "staff:1")
    assert (refused.status, unset.status) == (1, 1)
    assert "refused, or nobody answered" in refused.err and "belum dipasang" in unset.err
    listed = (await types("list")).out
    assert "email 1 2026-11-16 10:30:00 0 0" in listed and "telegram 0" in listed


def test_in_one_line_each_line_of_a_message_is_a_sentence() -> None:
    message = "Pesanan XL 10.000 berhasil diproses.\nKode voucher: 41\n\nTujuan: 0878"
    said = "Pesanan XL 10.000 berhasil diproses. Kode voucher: 41. Tujuan: 0878"
    assert one_line(message) == said
    assert one_line(said) == said
