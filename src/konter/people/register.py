"""A new user, with a wallet from the first moment."""

from __future__ import annotations

from konter.db.pool import Tx
from konter.kernel.errors import Invalid
from konter.ledger.wallets import open_wallet
from konter.people.attempts import count, of_registration
from konter.people.desk import PeopleDesk
from konter.people.fields import checked, email_of, name_of, password_of
from konter.people.permits import Person, Role
from konter.people.tokens import SignedIn, issue

INSERT_USER = """
INSERT INTO people.users (id, email, name, role, password_hash, lang, created_at)
VALUES (%(id)s, %(email)s, %(name)s, %(role)s, %(password_hash)s, %(lang)s, %(at)s)
ON CONFLICT (email) DO NOTHING
"""


class EmailTaken(Invalid):
    """Somebody has registered with this e-mail before."""

    def __init__(self) -> None:
        super().__init__({"email": ["Email sudah terdaftar"]})


async def register(
    desk: PeopleDesk, *, name: str, email: str, password: str, remote: str, lang: str = "id"
) -> SignedIn:
    """A retail user who signs up alone, logged in at once; nobody chooses their own role. ``lang``:
    id or en, the language that they are told things in.

    Raises Invalid (with the fields), EmailTaken, TooManyAttempts. A repeat is EmailTaken.
    """
    at = desk.clock.now()
    fields = _fields(name=name, email=email, password=password) | {"lang": lang}
    await _admit(desk, remote)
    password_hash = await desk.hasher.hash(password)
    async with desk.db.transaction() as tx:
        person = await _insert(tx, desk, fields, role=Role.RETAIL, password_hash=password_hash)
        return await issue(tx, person, at=at, ttl=desk.token_ttl)


async def create_user(
    desk: PeopleDesk, *, name: str, email: str, password: str, role: Role
) -> Person:
    """A user made by an operator. Raises Invalid (with the fields), EmailTaken."""
    fields = _fields(name=name, email=email, password=password)
    password_hash = await desk.hasher.hash(password)
    async with desk.db.transaction() as tx:
        return await _insert(tx, desk, fields, role=role, password_hash=password_hash)


def _fields(*, name: str, email: str, password: str) -> dict[str, str]:
    return checked(name=(name_of, name), email=(email_of, email), password=(password_of, password))


async def _admit(desk: PeopleDesk, remote: str) -> None:
    """Each registration costs us a password hash, so one address gets only so many."""
    limits = desk.limits
    async with desk.db.transaction() as tx:
        refusal = await count(
            tx,
            of_registration(remote),
            most=limits.registrations_per_remote,
            window=limits.window,
            at=desk.clock.now(),
        )
    if refusal:
        raise refusal


async def _insert(
    tx: Tx, desk: PeopleDesk, fields: dict[str, str], *, role: Role, password_hash: str
) -> Person:
    at = desk.clock.now()
    (user_id,) = await desk.ids.take(tx, 1)
    person = Person(user_id, fields["email"], fields["name"], role)
    facts = {
        "id": user_id,
        "email": person.email,
        "name": person.name,
        "role": role,
        "password_hash": password_hash,
        "lang": fields.get("lang", "id"),
        "at": at,
    }
    if not await tx.run(INSERT_USER, facts):
        raise EmailTaken
    await open_wallet(tx, user_id=user_id, at=at)
    return person
