"""A token says what it said when it was made, in one spelling, for one purpose, or nothing."""

import base64
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenants.keys import Purpose
from tenants.tokens import Token, make_token, read_token

TOKENS = st.builds(Token, st.uuids(), st.uuids(), st.integers(0, 255))
PURPOSES = st.sampled_from(Purpose)
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@pytest.fixture(autouse=True, scope="module")
def _settings(database: str) -> None:
    assert database


@given(PURPOSES, TOKENS)
def test_it_says_what_it_said(purpose: Purpose, token: Token) -> None:
    text = make_token(purpose, token)
    assert read_token(purpose, text) == token
    # 33 bytes and 128 bits of seal, as short as base64 makes them.
    assert len(text) == 66
    assert set(text) <= set(ALPHABET)
    assert make_token(purpose, token) == text


@given(PURPOSES, PURPOSES, TOKENS)
def test_it_is_good_for_its_own_purpose_only(
    purpose: Purpose, other: Purpose, token: Token
) -> None:
    assert read_token(other, make_token(purpose, token)) == (token if purpose is other else None)


@given(TOKENS, st.integers(0, 65), st.sampled_from(ALPHABET))
def test_one_other_character_makes_it_nothing(token: Token, place: int, character: str) -> None:
    text = make_token(Purpose.LINK, token)
    altered = text[:place] + character + text[place + 1 :]
    assert read_token(Purpose.LINK, altered) == (token if altered == text else None)


@given(TOKENS)
def test_every_other_spelling_is_refused(token: Token) -> None:
    text = make_token(Purpose.LINK, token)
    raw = base64.urlsafe_b64decode(text + "==")
    spellings = {
        text + "=",
        text + "==",
        text + "\n",
        " " + text,
        text[:20] + "\n" + text[20:],
        text + "A",
        text[:-1],
        base64.b64encode(raw).decode() + "x",
        # The last character carries bits that decoding ignores.
        *(text[:-1] + one for one in ALPHABET if one != text[-1]),
    }
    standard = base64.b64encode(raw).decode().rstrip("=")
    if standard != text:
        spellings.add(standard)
    assert {one for one in spellings if read_token(Purpose.LINK, one) is not None} == set()


@given(st.text(max_size=80))
def test_whatever_somebody_types_is_nothing(text: str) -> None:
    assert read_token(Purpose.LINK, text) is None


@given(st.binary(max_size=60))
def test_whatever_decodes_is_nothing_without_the_seal(raw: bytes) -> None:
    text = base64.urlsafe_b64encode(raw).decode().rstrip("=")
    assert read_token(Purpose.LINK, text) is None


@pytest.mark.parametrize("number", [-1, 256])
def test_a_number_that_does_not_fit_is_a_mistake_of_ours(number: int) -> None:
    with pytest.raises(OverflowError):
        make_token(Purpose.LINK, Token(UUID(int=1), UUID(int=2), number))
