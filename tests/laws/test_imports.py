"""Every import points the way the money goes."""

from __future__ import annotations

import pytest

from tests.laws.imports import forbidden, imports
from tests.laws.tree import Source, house, source


def test_a_room_imports_only_what_its_row_allows() -> None:
    assert forbidden(house()) == []


def test_no_import_hides_inside_a_function() -> None:
    known = frozenset(file.module for file in house())
    hidden = {str(i) for file in house() for i in imports(file, known) if i.inside_function}
    assert hidden == set()


def file(module: str, text: str) -> list[Source]:
    others = [
        "konter.kernel.money", "konter.ledger.post", "konter.ledger.read", "konter.orders.place",
        "konter.upstreams.contract", "konter.upstreams.wire", "konter.upstreams.providers.alpha",
        "konter.upstreams.providers.alpha.codes", "konter.upstreams.providers.beta",
        "konter.upstreams.gateway_contract", "konter.upstreams.gateways.gamma",
        "konter.people.keys", "konter.settings",
    ]  # fmt: skip
    return [source(module, text), *(source(other, "") for other in others)]


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("konter.ledger.holds", "from konter.orders import place"),
        ("konter.ledger.holds", "from konter.orders.place import act"),
        ("konter.ledger.holds", "import konter.orders.place"),
        ("konter.ledger.holds", "from ..orders import place"),
        ("konter.ledger.holds", "def late():\n    from konter.orders.place import act"),
        ("konter.kernel.clock", "from konter.db.pool import Database"),
        ("konter.suppliers.gate", "from konter.ledger import post"),
        ("konter.suppliers.gate", "from konter.upstreams.wire import Wire"),
        ("konter.suppliers.gate", "from konter.people.keys import key"),
        ("konter.hooks.inbox", "from konter.ledger.read import balance"),
        ("konter.web.api", "from konter.upstreams.contract import Purchase"),
        ("konter.web.api", "from konter.ledger.post import post"),
        ("konter.orders.fulfil", "from konter.upstreams.providers.alpha import Alpha"),
        ("konter.upstreams.providers.beta", "from konter.upstreams.providers import alpha"),
        ("konter.upstreams.wire", "from konter.upstreams.providers.alpha import Alpha"),
        ("konter.funding.confirm", "from konter.upstreams.gateways.gamma import Gamma"),
        ("konter.cli.payment", "from konter.upstreams.gateways.gamma import Gamma"),
        ("konter.upstreams.gateways.delta", "from konter.upstreams.gateways import gamma"),
        ("konter.orders.place", "from konter.settings import Settings"),
        ("konter.app", "from konter.ledger.post import post"),
        ("konter.newroom.act", "from konter.kernel.money import Rupiah"),
    ],
)
def test_the_table_refuses(module: str, text: str) -> None:
    assert len(forbidden(file(module, text))) == 1


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("konter.orders.place", "from konter.ledger.post import post"),
        ("konter.orders.place", "from konter.upstreams.wire import Wire"),
        ("konter.suppliers.gate", "from konter.ledger.read import balance"),
        ("konter.suppliers.gate", "from konter.upstreams.contract import Provider"),
        ("konter.web.api", "from konter.ledger.read import balance"),
        ("konter.adapters", "from konter.upstreams.providers.alpha import Alpha"),
        ("konter.adapters", "from konter.upstreams.gateways.gamma import Gamma"),
        ("konter.hooks.inbox", "from konter.upstreams.gateway_contract import Hint"),
        ("konter.funding.confirm", "from konter.upstreams.gateway_contract import Gateway"),
        ("konter.app", "from konter.settings import Settings"),
        (
            "konter.upstreams.providers.alpha.answers",
            "from konter.upstreams.providers.alpha.codes import CODES",
        ),
        ("konter.orders.settle", "from konter.orders.place import act"),
    ],
)
def test_the_table_allows(module: str, text: str) -> None:
    assert forbidden(file(module, text)) == []
