"""Signing up, in, in a second step, and out."""

from __future__ import annotations

from typing import Final

from konter.web.my.sign_in import get_sign_in, post_sign_in, post_sign_out
from konter.web.my.sign_in_code import get_code, post_code
from konter.web.my.sign_up import get_sign_up, post_sign_up

ROUTES: Final = [
    get_sign_in,
    post_sign_in,
    get_code,
    post_code,
    post_sign_out,
    get_sign_up,
    post_sign_up,
]
