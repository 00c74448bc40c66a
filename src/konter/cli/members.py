"""``konter member``: resellers whose machines order from us, and what they may."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer

from konter.app import House
from konter.cli.inside import in_house
from konter.cli.member_limits import MemberId, limits
from konter.cli.member_view import print_member, print_members, print_secrets
from konter.people import configure_member, keys
from konter.people.desk import PeopleDesk
from konter.people.member_callbacks import set_callback
from konter.people.members import CallbackStyle, Member, Part, list_members, member_by_id
from konter.people.register_member import register_member
from konter.people.rotate_member import rotate

Result = TypeVar("Result")

Switch = Annotated[bool, typer.Option("--on/--off")]

app = typer.Typer(help="Members: resellers whose machines order.", no_args_is_help=True)
key_app = typer.Typer(help="A member's API keys: add, revoke.", no_args_is_help=True)
app.add_typer(key_app, name="key")
app.command("limits")(limits)


def register(main: typer.Typer) -> None:
    main.add_typer(app, name="member")


@app.command("add")
def add(
    email: Annotated[str, typer.Argument(help="The reseller's e-mail.")], member_id: MemberId
) -> None:
    """Make a reseller a member and show its secrets, once."""
    made = _on_desk(lambda desk: register_member(desk, email=email, member_id=member_id))
    typer.echo(f"Member {made.member_id} is {made.person.email}, id {made.person.id}.")
    print_secrets(made.secrets)


@app.command("show")
def show(member_id: MemberId) -> None:
    """Show all about a member but its secrets."""

    async def act(desk: PeopleDesk) -> tuple[Member, list[keys.ListedKey]]:
        async with desk.db.read() as tx:
            member = await member_by_id(tx, desk, member_id)
        return member, await keys.keys_of(desk, member_id)

    print_member(*_on_desk(act))


@app.command("list")
def list_all() -> None:
    """List all members."""
    print_members(_on_desk(list_members))


@app.command("rotate")
def rotate_secrets(
    member_id: MemberId,
    only: Annotated[
        list[Part] | None, typer.Option(help="Just this one; may be given again.")
    ] = None,
) -> None:
    """Replace a member's secret, pin and password, and show the new ones, once."""
    parts = tuple(only or Part)
    fresh = _on_desk(lambda desk: rotate(desk, member_id, parts=parts))
    typer.echo(f"The old ones of {member_id} end within seconds.")
    print_secrets(fresh)


@app.command("ip")
def ip(
    member_id: MemberId,
    networks: Annotated[
        list[str] | None, typer.Argument(help="Addresses and networks: 203.0.113.7 10.0.0.0/8.")
    ] = None,
    anywhere: Annotated[
        bool, typer.Option("--anywhere", help="Take all restrictions away.")
    ] = False,
) -> None:
    """Say where a member's calls may come from, in place of all that was said before."""
    if bool(networks) is anywhere:
        raise typer.BadParameter("name networks, or say --anywhere")
    _on_desk(lambda desk: configure_member.set_ip(desk, member_id, networks or []))
    typer.echo(f"{member_id} may call from {', '.join(networks or ['anywhere'])}.")


@app.command("callback")
def callback(
    member_id: MemberId,
    url: Annotated[str | None, typer.Argument(help="https://toko.example/callback")] = None,
    style: Annotated[
        CallbackStyle, typer.Option(help="A signed JSON body, or Otomax's query.")
    ] = CallbackStyle.JSON,
    off: Annotated[bool, typer.Option("--off", help="Tell it nothing any more.")] = False,
) -> None:
    """Say where a member is told of its orders; also after we had stopped trying."""
    if (url is not None) is off:
        raise typer.BadParameter("name an address, or say --off")
    _on_desk(lambda desk: set_callback(desk, member_id, url, style=style))
    typer.echo(f"{member_id} is told nothing." if off else f"{member_id} is told at {url}.")


@app.command("nosign")
def nosign(member_id: MemberId, allowed: Switch = True) -> None:
    """Let a member's Otomax send pin and password in the place of a sign, or not any more."""
    _on_desk(lambda desk: configure_member.set_nosign(desk, member_id, allowed))
    typer.echo(f"{member_id} {'may' if allowed else 'must not'} call without a sign.")


@app.command("require-hmac")
def require_hmac(member_id: MemberId, required: Switch = True) -> None:
    """Believe nothing of a member's but X-Konter-Signature: no MD5, no Otomax, no API key."""
    _on_desk(lambda desk: configure_member.set_require_hmac(desk, member_id, required))
    typer.echo(f"{member_id} {'must' if required else 'need not'} sign by HMAC.")


@app.command("disable")
def disable(member_id: MemberId) -> None:
    """Keep a member's machines out; its orders on their way go on."""
    _on_desk(lambda desk: configure_member.set_active(desk, member_id, False))
    typer.echo(f"{member_id} is disabled.")


@app.command("enable")
def enable(member_id: MemberId) -> None:
    """Let a disabled member's machines in again."""
    _on_desk(lambda desk: configure_member.set_active(desk, member_id, True))
    typer.echo(f"{member_id} is enabled.")


@key_app.command("add")
def add_key(
    member_id: MemberId,
    name: Annotated[str, typer.Argument(help="What it is for: kasir-pusat.")],
) -> None:
    """Make an API key for a member and show it, once."""
    made = _on_desk(lambda desk: keys.issue_key(desk, member_id, name))
    typer.echo(f"Shown this once; keep it now:\n  {made.name}  {made.key}")


@key_app.command("revoke")
def revoke_key(
    member_id: MemberId,
    name: Annotated[str, typer.Argument(help="Its name, as konter member show tells.")],
) -> None:
    """End an API key."""
    _on_desk(lambda desk: keys.revoke_key(desk, member_id, name))
    typer.echo(f"The key {name} of {member_id} ends within seconds.")


def _on_desk(act: Callable[[PeopleDesk], Awaitable[Result]]) -> Result:
    async def inside(house: House) -> Result:
        return await act(house.people)

    return in_house(inside)
