"""``/api/auth``: register, log in, log out, who am I."""

from __future__ import annotations

from typing import Annotated

from litestar import Router, get, post
from litestar.params import JSONBody
from msgspec import Meta, Struct

from konter.kernel.money import Rupiah
from konter.ledger.read import balance
from konter.people.attempts import TooManyAttempts
from konter.people.login import (
    AccountDisabled,
    CodeNeeded,
    WrongCredentials,
    login,
    logout,
)
from konter.people.permits import Person
from konter.people.register import register
from konter.people.second_codes import WrongCode
from konter.web.answer import Answer
from konter.web.auth import BEARER_SECURITY, signed_in
from konter.web.errors import refusals
from konter.web.page.permits import ANYBODY, OWN
from konter.web.request import SiteRequest

TAGS = ["Akun"]

Text = Annotated[str, Meta(max_length=1000)]


class NewAccount(Struct):
    """Whoever registers becomes a retail user; other keys are not looked at."""

    name: Text
    email: Text
    password: Text


class Credentials(Struct):
    """``code``: of the authenticator app, or a kept one, where the account asks for it."""

    email: Text
    password: Text
    code: Annotated[str, Meta(max_length=64)] | None = None


class UserView(Struct):
    id: int
    name: str
    email: str
    role: str


class SignedInView(Struct):
    """The token is shown here and never again."""

    message: str
    user: UserView
    token: str


class MeView(Struct):
    id: int
    name: str
    email: str
    role: str
    balance: str


class Me(Struct):
    user: MeView


class Said(Struct):
    message: str


def routes() -> Router:
    """Two routes for anybody, two for whoever brings a token."""
    with_token = Router(
        "/",
        route_handlers=[post_logout, get_me],
        before_request=signed_in,
        security=BEARER_SECURITY,
        opt=OWN,
    )
    return Router("/auth", route_handlers=[post_register, post_login, with_token], opt=ANYBODY)


@post("/register", summary="Mendaftar", responses=refusals(TooManyAttempts), tags=TAGS)
async def post_register(data: JSONBody[NewAccount], request: SiteRequest) -> Answer[SignedInView]:
    signed = await register(
        request.desks.people,
        name=data.name,
        email=data.email,
        password=data.password,
        remote=request.remote,
    )
    return Answer(SignedInView("Pendaftaran berhasil", _user(signed.person), signed.token))


@post(
    "/login",
    summary="Masuk",
    status_code=200,
    responses=refusals(WrongCredentials, CodeNeeded, WrongCode, AccountDisabled, TooManyAttempts),
    tags=TAGS,
)
async def post_login(data: JSONBody[Credentials], request: SiteRequest) -> Answer[SignedInView]:
    """Without a ``code`` an account that asks for one answers ``code_needed``."""
    signed = await login(
        request.desks.people,
        email=data.email,
        password=data.password,
        code=data.code,
        remote=request.remote,
    )
    return Answer(SignedInView("Berhasil masuk", _user(signed.person), signed.token))


@post("/logout", summary="Keluar", status_code=200, tags=TAGS)
async def post_logout(request: SiteRequest) -> Answer[Said]:
    token = request.auth
    await logout(request.desks.people, token)
    request.desks.sessions.forget(token)
    return Answer(Said("Berhasil keluar"))


@get("/me", summary="Siapa saya", tags=TAGS)
async def get_me(request: SiteRequest) -> Answer[Me]:
    async with request.desks.db.read() as tx:
        held = await balance(tx, request.user.id)
    return Answer(Me(_me(request.user, held)))


def _user(person: Person) -> UserView:
    return UserView(person.id, person.name, person.email, person.role)


def _me(person: Person, held: Rupiah) -> MeView:
    return MeView(person.id, person.name, person.email, person.role, held.wire())
