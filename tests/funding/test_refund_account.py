"""A guest's account is clean text, or is refused with its field named; no log has its number."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from structlog.testing import capture_logs

from konter.db.pool import Database
from konter.funding.refund_account import note_refund_account
from konter.funding.states import Purpose
from konter.kernel.errors import Invalid
from tests.conftest import ManualClock
from tests.funding.counted import Counted, counted

GOOD = {"bank": "BCA", "number": "1234567890", "holder": "Siti Aminah"}


@pytest.fixture
async def desk(db: Database, clock: ManualClock) -> AsyncIterator[Counted]:
    async with counted(db, clock) as found:
        yield found


async def test_what_is_no_account_is_refused_by_field(desk: Counted) -> None:
    wrongs = [
        {"bank": ""},
        {"bank": "x" * 41},
        {"number": "12 34"},
        {"number": "1234567890a"},
        {"number": "١٢٣٤٥٦٧٨٩"},
        {"number": "1" * 26},
        {"holder": " "},
        {"holder": "Siti\x00"},
        {"holder": "Si\ud800ti"},
        {"bank": "\u202eACB", "number": "-", "holder": "a\nb"},
    ]
    for wrong in wrongs:
        with pytest.raises(Invalid) as invalid:
            await note_refund_account(desk.desk, Purpose.ORDER, 5, **GOOD | wrong)
        assert list(invalid.value.errors) == list(wrong), wrong


async def test_no_log_has_the_account(desk: Counted) -> None:
    with capture_logs() as logs:
        await note_refund_account(desk.desk, Purpose.ORDER, 5, **GOOD)
    (line,) = (line for line in logs if line["event"] == "refund.account_told")
    assert line["purpose_id"] == 5
    assert not [fact for fact in GOOD.values() if fact in str(logs)]
