"""``GET /api/v1/pascabayar/{ref_id}``: what became of it. Asks nobody, pays nothing."""

from __future__ import annotations

from typing import Literal

from litestar import get
from litestar.openapi.datastructures import ResponseSpec

from konter.orders.bill_words import Said, said_of_payment, said_of_unpaid
from konter.orders.bills import NOT_NOW, bill_by_ref
from konter.people.signatures import of_reference
from konter.web.answer import Answer
from konter.web.h2h.bill_answer import TAGS
