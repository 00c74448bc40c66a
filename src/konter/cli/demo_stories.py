"""What the demo plays first: a few purchases from a balance; and what it tells at its end."""

from __future__ import annotations

import secrets

from konter.cli.demo_bill_doors import check_to_paste
from konter.cli.demo_buyer import Story, logged_in
from konter.cli.demo_partner import request_to_paste
from konter.cli.demo_stage import People, Stage
from konter.funding.adjust import adjust
from konter.kernel.money import Rupiah
from konter.people.permits import Role
from konter.people.register import create_user
from konter.people.register_member import Registered

MONEY = Rupiah(1_000_000)

STORIES = (
    Story("a PLN token, delivered at once", "pln20", "45012341230", "success"),
    Story("diamonds, delivered after pending", "ml86", "12345678", "success", "1233", True),
    Story("pulsa, refused and refunded", "xld10", "087800001232", "failed"),
)


async def invite_people(stage: Stage) -> People:
    """One of each role, with a little money."""
    house = stage.house
    password = secrets.token_urlsafe(9)
    people = People({role: f"{role.value}@example.com" for role in Role}, password)
    for role, email in people.emails.items():
        person = await create_user(
            house.people, name=f"Demo {role.value}", email=email, password=password, role=role
        )
        await adjust(
            house.funding, user_id=person.id, amount=MONEY, reason="Modal demo", actor="demo"
        )
    stage.console.print(f"People: {', '.join(people.emails.values())},")
    stage.console.print(f"each with {MONEY.shown()}.\n")
    return people


async def sell(stage: Stage, people: People) -> list[bool]:
    """Play all stories as a reseller over the API; answers for each whether it ended well."""
    endings = []
    async with logged_in(stage, people) as buyer:
        for story in STORIES:
            bought = await buyer.play(story)
            stage.console.print(f"[bold]{bought.order.code}[/bold]: {story.title}")
            stage.console.print(bought.receipt())
            stage.console.print()
            if not bought.is_good:
                stage.console.print(f"[red]  expected {story.ends}, first {bought.first}[/red]")
            endings.append(bought.is_good)
    return endings


async def say_what_next(stage: Stage, people: People, partner: Registered) -> None:
    """What a curious person can try, ready to paste."""
    async with logged_in(stage, people) as buyer:
        product = (await buyer.products({"xld10"}))["xld10"]
        code = (await buyer.last_order()).code
    console, url, home = stage.console, stage.url, stage.house.settings.home
    console.print(f"[bold]Konter is serving on {url}[/bold]  (Ctrl-C stops it)")
    console.print(f"  shop              {url}/")
    console.print(f"  office            {url}/admin")
    for role in (Role.RETAIL, Role.RESELLER, Role.ADMIN):
        console.print(f"  sign in           {people.emails[role]} / {people.password}")
    console.print(f"  simulator         {stage.simulator.url}  (every trick number, live books)")
    console.print(f"  API document      {url}/api/openapi.json\n")
    console.print("Look behind the counter, in another terminal:\n")
    console.print(f"  KONTER_HOME={home} .venv/bin/konter order show {code}", soft_wrap=True)
    console.print(f"  KONTER_HOME={home} .venv/bin/konter check-books\n", soft_wrap=True)
    body = f'{{"product_id": {product.id}, "target_id": "087800001230"}}'
    _to_paste(
        stage,
        "Buy something:",
        f"curl -s {url}/api/transactions \\",
        f"  -H 'Authorization: Bearer {buyer.token}' \\",
        "  -H 'Content-Type: application/json' \\",
        f"  -d '{body}'",
    )
    asked = request_to_paste(url, partner)
    _to_paste(stage, "Buy as an Otomax does; again, it tells what became of it:", asked)
    _to_paste(stage, "See what a PLN number owes; it pays nothing:", check_to_paste(url, partner))


def _to_paste(stage: Stage, about: str, *lines: str) -> None:
    stage.console.print(f"{about}\n")
    for line in lines:
        stage.console.print(f"  {line}", markup=False, highlight=False, soft_wrap=True)
    stage.console.print()
