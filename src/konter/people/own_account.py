"""What people change about themselves; whatever could lock them out needs their password."""

from __future__ import annotations

import psycopg

from konter.kernel.errors import Invalid
from konter.people.desk import PeopleDesk
from konter.people.fields import checked, email_of, name_of, password_of
from konter.people.login import (
    Account,
    WrongCredentials,
    forgive,
    prove_password,
    still_stands,
)
from konter.people.permits import Person
from konter.people.register import EmailTaken
from konter.people.tokens import revoke_others

SET_NAME = "UPDATE people.users SET name = %(name)s WHERE id = %(id)s"

SET_EMAIL = "UPDATE people.users SET email = %(email)s WHERE id = %(id)s"

SET_HASH = "UPDATE people.users SET password_hash = %(password_hash)s WHERE id = %(id)s"


async def change_name(desk: PeopleDesk, person: Person, name: str) -> None:
    """A repeat does nothing. Raises Invalid."""
    clean = checked(name=(name_of, name))["name"]
    async with desk.db.transaction() as tx:
        await tx.run(SET_NAME, {"id": person.id, "name": clean})


async def change_email(
    desk: PeopleDesk, person: Person, *, email: str, password: str, remote: str
) -> None:
    """The address to log in by from now on. Raises Invalid (by field), EmailTaken,
    TooManyAttempts."""
    clean = checked(email=(email_of, email))["email"]
    account = await proven(desk, person, password=password, remote=remote)
    try:
        async with desk.db.transaction() as tx:
            await still_stands(tx, account)
            await tx.run(SET_EMAIL, {"id": person.id, "email": clean})
    except psycopg.errors.UniqueViolation:
        raise EmailTaken from None


async def change_password(
    desk: PeopleDesk, person: Person, *, old: str, new: str, token: str, remote: str
) -> int:
    """Ends all their other log-ins; answers how many. ``token``: by which they ask, which stays.
    Raises Invalid (by field), TooManyAttempts."""
    checked(new_password=(password_of, new))
    account = await proven(desk, person, password=old, remote=remote)
    password_hash = await desk.hasher.hash(new)
    async with desk.db.transaction() as tx:
        await still_stands(tx, account)
        await tx.run(SET_HASH, {"id": person.id, "password_hash": password_hash})
        return await revoke_others(tx, person.id, but=token)


async def end_others(desk: PeopleDesk, person: Person, *, token: str) -> int:
    """End all their log-ins but this one; answers how many. A repeat ends none."""
    async with desk.db.transaction() as tx:
        return await revoke_others(tx, person.id, but=token)


async def proven(desk: PeopleDesk, person: Person, *, password: str, remote: str) -> Account:
    """Their own account, once they have shown its password; tries count as log-ins do. Raises
    Invalid naming ``password``, AccountDisabled, TooManyAttempts."""
    try:
        account = await prove_password(desk, email=person.email, password=password, remote=remote)
    except WrongCredentials:
        raise Invalid({"password": ["Kata sandi salah"]}) from None
    await forgive(desk, account.email, remote)
    return account
