"""Signatures over the bytes as they came, and what identifies a delivery."""

import hashlib
import hmac
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenants.offers.ats.greenhouse import event_key, verify

SECRET = "s3cret é"
RAW = '{"action":"ping","payload":{"name":"Zoë <p>"}}'.encode()
ESCAPED = b'{"action":"ping","payload":{"name":"Zo\\u00eb \\u003cp\\u003e"}}'


def sign(body: bytes, secret: str = SECRET) -> str:
    """Return the header as Greenhouse writes it."""
    return "sha256 " + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def test_the_digest_is_the_one_that_the_vendors_ruby_and_php_examples_compute() -> None:
    # echo -n '{"action":"ping"}' | openssl dgst -sha256 -hmac key
    digest = "fba76d79b0fbf5231dd17be6f179e983985fa056d42ff88d34a28821a074dd36"
    assert verify(b'{"action":"ping"}', f"sha256 {digest}", "key") is True


@pytest.mark.parametrize("body", [RAW, ESCAPED])
def test_raw_and_escaped_unicode_verify_as_sent(body: bytes) -> None:
    assert json.loads(RAW) == json.loads(ESCAPED)
    assert verify(body, sign(body), SECRET) is True
    assert verify(body, f" {sign(body).replace('sha256 ', '').upper()}", SECRET) is False
    assert verify(body, "sha256 " + sign(body).removeprefix("sha256 ").upper(), SECRET) is True


def test_a_signature_of_the_same_json_in_other_bytes_does_not_verify() -> None:
    assert verify(RAW, sign(ESCAPED), SECRET) is False
    assert verify(ESCAPED, sign(RAW), SECRET) is False
    assert verify(json.dumps(json.loads(RAW)).encode(), sign(RAW), SECRET) is False


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        " ",
        "sha256",
        "sha256 ",
        "sha256 zz",
        "sha256=" + "0" * 64,
        "sha256  " + sign(RAW)[7:],
        "sha1 " + sign(RAW)[7:],
        sign(RAW)[7:],
        sign(RAW)[:-1],
        sign(RAW) + "0",
        sign(RAW) + " " + sign(RAW),
        "sha256 " + "é" * 64,
        "sha256 " + "\u0660" * 64,
        "sha256 " + "0" * 64,
    ],
)
def test_a_malformed_or_wrong_header_does_not_verify(header: str | None) -> None:
    assert verify(RAW, header, SECRET) is False


def test_neither_another_secret_nor_an_empty_one_verifies() -> None:
    assert verify(RAW, sign(RAW), "other") is False
    assert verify(RAW, sign(RAW, ""), "") is False


@given(st.binary(max_size=200), st.text(min_size=1, max_size=20), st.data())
def test_one_changed_byte_breaks_the_signature(
    body: bytes, secret: str, data: st.DataObject
) -> None:
    header = sign(body, secret)
    assert verify(body, header, secret) is True
    changed = bytearray(body + b"\x00")
    at = data.draw(st.integers(0, len(body)))
    changed[at] ^= data.draw(st.integers(1, 255))
    assert verify(bytes(changed), header, secret) is False


@given(st.binary(max_size=50), st.text(max_size=100))
def test_no_header_at_all_raises(body: bytes, header: str) -> None:
    assert verify(body, header, SECRET) is (header.strip().lower() == sign(body))


def test_the_vendors_event_id_identifies_a_delivery_whatever_the_case_of_the_header() -> None:
    for name in ("Greenhouse-Event-ID", "greenhouse-event-id", "GREENHOUSE-EVENT-ID"):
        assert event_key({"Host": "x", name: " 00c5eef3-8d0f "}, RAW) == "id:00c5eef3-8d0f"


@pytest.mark.parametrize("event_id", ["", "  ", "a b", "a\nb", "é", "x" * 201, "\x00"])
def test_without_a_usable_event_id_the_body_identifies_itself(event_id: str) -> None:
    digest = "sha256:" + hashlib.sha256(RAW).hexdigest()
    assert event_key({"Greenhouse-Event-ID": event_id}, RAW) == digest
    assert event_key({}, RAW) == digest
    assert event_key({}, ESCAPED) != digest


def test_an_event_id_cannot_pass_for_a_bodys_digest() -> None:
    pretended = "sha256:" + hashlib.sha256(RAW).hexdigest()
    assert event_key({"Greenhouse-Event-ID": pretended}, b"") == f"id:{pretended}"
