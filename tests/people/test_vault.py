from __future__ import annotations

import pytest

from konter.people.vault import CannotOpen, Vault, VaultClosed, no_secret

SECRET = "kunci-toko-yang-panjang-sekali-0123456789"


@pytest.fixture
def vault() -> Vault:
    return Vault(lambda: SECRET)


def test_what_was_sealed_opens_again_also_in_another_process(vault: Vault) -> None:
    sealed = vault.seal("rahasia é \0", "here")
    assert Vault(lambda: SECRET).open(sealed, "here") == "rahasia é \0"


def test_nothing_of_a_text_is_seen_in_its_seal_and_no_seal_is_like_another(vault: Vault) -> None:
    seals = [vault.seal("rahasia", "here") for _ in range(50)]
    assert len(set(seals)) == 50
    assert not any(b"rahasia" in sealed for sealed in seals)
    assert len({sealed[:4] for sealed in seals}) == 1, "the key's id"


def test_a_seal_opens_for_nothing_but_what_it_is_about(vault: Vault) -> None:
    sealed = vault.seal("rahasia", "people.members 1 pin")
    with pytest.raises(CannotOpen):
        vault.open(sealed, "people.members 2 pin")
    with pytest.raises(CannotOpen):
        vault.open(sealed, "people.members 1 secret")


def test_no_bit_of_a_seal_can_change(vault: Vault) -> None:
    sealed = vault.seal("rahasia", "here")
    for place in range(len(sealed)):
        altered = sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]
        with pytest.raises(CannotOpen):
            vault.open(altered, "here")
    for cut in (b"", sealed[:3], sealed[:4], sealed[:10], sealed[:16], sealed[:-1], sealed + b"x"):
        with pytest.raises(CannotOpen):
            vault.open(cut, "here")


def test_another_konter_secret_is_said_to_be_the_cause(vault: Vault) -> None:
    sealed = Vault(lambda: SECRET + "x").seal("rahasia", "here")
    with pytest.raises(CannotOpen) as error:
        vault.open(sealed, "here")
    assert error.value.facts["because"] == "another KONTER_SECRET"


def test_neither_an_error_nor_a_vault_shows_a_secret(vault: Vault) -> None:
    sealed = vault.seal("rahasia", "here")
    with pytest.raises(CannotOpen) as error:
        vault.open(sealed, "there")
    said = f"{error.value!r} {error.value} {error.value.__cause__!r} {vault!r} {vault._made!r}"
    assert SECRET not in said
    assert "rahasia" not in said


def test_the_secret_is_asked_for_once_and_not_before_it_is_needed() -> None:
    asked = []

    def secret() -> str:
        asked.append(1)
        return SECRET

    vault = Vault(secret)
    assert asked == []
    vault.open(vault.seal("a", "here"), "here")
    assert asked == [1]


def test_a_vault_without_a_secret_seals_nothing() -> None:
    with pytest.raises(VaultClosed):
        Vault(no_secret).seal("rahasia", "here")
