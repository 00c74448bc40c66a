"""Whatever is posted in whatever order, the journal and the wallets agree."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from konter.db.pool import Database
from konter.kernel.errors import KonterError
from konter.ledger.post import Transfer
from konter.ledger.read import account_sums
from tests.ledger.build import breaches, by_force, do, money_of, transfer, wallets

SYSTEM = ("escrow", "sales", "cost", "bank:bca", "provider:digiflazz-main", "adjustments")
WALLETS = ("wallet:1", "wallet:2")

pairs = st.one_of(
    st.tuples(st.sampled_from(WALLETS), st.sampled_from(SYSTEM)),
    st.tuples(st.sampled_from(SYSTEM), st.sampled_from(WALLETS)),
    st.tuples(st.sampled_from(SYSTEM), st.sampled_from(SYSTEM)).filter(lambda p: p[0] != p[1]),
)
transfers = st.builds(
    lambda key, pair, amount: transfer(f"k{key}", pair[0], pair[1], amount),
    st.integers(0, 12),
    pairs,
    st.integers(1, 900),
)
lists = st.lists(st.lists(transfers, min_size=1, max_size=4), min_size=1, max_size=8)


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(lists)
async def test_any_sequence_of_posts_keeps_the_ledgers_laws(
    db: Database, posts: list[list[Transfer]]
) -> None:
    await by_force(db, "TRUNCATE ledger.transfers; TRUNCATE ledger.wallets")
    await wallets(db, {1: 1_000, 2: 0})
    for some in posts:
        try:
            await do(db, *some)
        except KonterError:
            continue
        assert await breaches(db) == []
    async with db.read() as tx:
        sums = await account_sums(tx)
    assert sum(sums.values()) == 0
    for user_id in (1, 2):
        assert await money_of(db, user_id) == sums.get(f"wallet:{user_id}", 0) >= 0
