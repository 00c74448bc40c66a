"""All 47 codes are known, worded, and can be asked for by number."""

import pytest

from konter_sim.digiflazz.codes import CODES
from tests.sim.buyer import Buyer
from tests.sim.vectors import CODES as OFFICIAL


def test_the_table_is_the_official_one() -> None:
    ours = tuple((code.rc, code.status, code.formed) for code in CODES.values())
    assert ours == OFFICIAL
    assert len(CODES) == 47


@pytest.mark.parametrize(("rc", "status", "is_formed"), OFFICIAL)
async def test_every_code_can_be_asked_for(
    buyer: Buyer, rc: str, status: str, is_formed: bool
) -> None:
    said = await buyer.topup("any", f"08120080{rc}")
    assert (said.rc, said.data["status"]) == (rc, status)
    assert said.data["message"] == CODES[rc].message
    assert said.status == (200 if rc in {"00", "03", "83", "99"} else 400)
    assert (await buyer.transaction("any") is not None) == is_formed
    assert (await buyer.look("books"))["spent"] == (0 if status == "Gagal" else 10_275)
