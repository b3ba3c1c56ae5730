"""What is sealed opens only as it was sealed, and is always as long."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenants.errors import InvalidInput
from tenants.keys import (
    NONCE_BYTES,
    SEALED_BYTES,
    Purpose,
    decrypt_text,
    encrypt_text,
    key,
    mac,
    seal,
    seal_number,
    unseal,
    unseal_number,
)
from tenants.settings import get_settings

# Nonce, padded text, and the tag of GCM.
LENGTH = NONCE_BYTES + SEALED_BYTES + 16
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda part: st.lists(part, max_size=5) | st.dictionaries(st.text(), part, max_size=5),
    max_leaves=20,
)
CONTEXTS = st.binary(max_size=48)
PURPOSES = st.sampled_from(Purpose)


@pytest.fixture(autouse=True, scope="module")
def _settings(database: str) -> None:
    assert database


@given(PURPOSES, CONTEXTS, DOCUMENTS)
def test_what_was_sealed_opens_and_is_as_long_as_everything(
    purpose: Purpose, context: bytes, document: Any
) -> None:
    sealed = seal(purpose, context, document)
    assert unseal(purpose, context, sealed) == document
    assert len(sealed) == LENGTH


@given(PURPOSES, PURPOSES, CONTEXTS, CONTEXTS)
def test_it_opens_with_its_own_purpose_and_context_only(
    purpose: Purpose, other: Purpose, context: bytes, elsewhere: bytes
) -> None:
    sealed = seal(purpose, context, "secret")
    if (purpose, context) == (other, elsewhere):
        assert unseal(other, elsewhere, sealed) == "secret"
    else:
        with pytest.raises(ValueError, match="does not open"):
            unseal(other, elsewhere, sealed)


@given(st.integers(0, LENGTH - 1), st.integers(1, 255))
def test_whatever_is_altered_does_not_open(place: int, flipped: int) -> None:
    sealed = bytearray(seal(Purpose.DRAFT, b"context", {"a": 1}))
    sealed[place] ^= flipped
    with pytest.raises(ValueError, match="does not open"):
        unseal(Purpose.DRAFT, b"context", bytes(sealed))


@given(st.integers(0, LENGTH - 1))
def test_whatever_is_cut_off_does_not_open(length: int) -> None:
    sealed = seal(Purpose.DRAFT, b"context", {"a": 1})
    with pytest.raises(ValueError):  # noqa: PT011 - too short for a tag, or for a nonce.
        unseal(Purpose.DRAFT, b"context", sealed[:length])


def test_the_same_document_is_never_sealed_alike() -> None:
    assert len({seal(Purpose.HOLDING, b"", "same") for _ in range(50)}) == 50


def test_what_does_not_fit_is_refused_and_not_made_longer() -> None:
    # Every character at random, so that it cannot be compressed.
    fits = mac(Purpose.TOKEN, b"").hex()
    assert len(seal(Purpose.DRAFT, b"", fits)) == LENGTH
    noise = "".join(mac(Purpose.TOKEN, bytes([i // 256, i % 256])).hex() for i in range(2500))
    with pytest.raises(InvalidInput) as refusal:
        seal(Purpose.DRAFT, b"", noise)
    assert refusal.value.field == ("answers",)


def test_keys_of_different_purposes_differ_and_hang_on_the_secret(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    keys = {purpose: key(purpose) for purpose in Purpose}
    assert len(set(keys.values())) == len(Purpose)
    assert {len(one) for one in keys.values()} == {32}
    monkeypatch.setenv("SECRET_KEY", "another secret key of some length")
    get_settings.cache_clear()
    try:
        assert not set(keys.values()) & {key(purpose) for purpose in Purpose}
    finally:
        monkeypatch.undo()
        get_settings.cache_clear()
    assert key(Purpose.LINK) == keys[Purpose.LINK]


@given(st.lists(st.binary(max_size=8), max_size=4), st.lists(st.binary(max_size=8), max_size=4))
def test_a_mac_tells_where_one_part_ends(parts: list[bytes], others: list[bytes]) -> None:
    same = mac(Purpose.RECEIPT, *parts) == mac(Purpose.RECEIPT, *others)
    assert same is (parts == others)
    assert mac(Purpose.RECEIPT, *parts) != mac(Purpose.RETRY, *parts)


@given(CONTEXTS, CONTEXTS, st.text())
def test_a_short_secret_opens_in_its_own_context_only(
    context: bytes, elsewhere: bytes, secret: str
) -> None:
    sealed = encrypt_text(context, secret)
    assert decrypt_text(context, sealed) == secret
    if context != elsewhere:
        with pytest.raises(Exception) as refusal:  # noqa: PT011 - the library's own, which has no text.
            decrypt_text(elsewhere, sealed)
        assert type(refusal.value).__name__ == "InvalidTag"


@given(CONTEXTS, CONTEXTS, st.integers(0, 2**63 - 1), st.integers(0, 2**63 - 1))
def test_a_sealed_number_is_always_the_same_and_opens_in_its_own_context_only(
    context: bytes, elsewhere: bytes, number: int, other: int
) -> None:
    sealed = seal_number(Purpose.EVENT, context, number)
    assert unseal_number(Purpose.EVENT, context, sealed) == number
    assert (seal_number(Purpose.EVENT, context, other) == sealed) is (number == other)
    for bad in (sealed[:-1], b"", sealed[::-1]):
        with pytest.raises(ValueError, match="does not open"):
            unseal_number(Purpose.EVENT, context, bad)
    if context != elsewhere:
        with pytest.raises(ValueError, match="does not open"):
            unseal_number(Purpose.EVENT, elsewhere, sealed)
