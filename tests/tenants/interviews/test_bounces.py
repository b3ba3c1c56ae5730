"""Notifications of mail systems: what is a bounce of ours, and what says nothing."""

from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenants.interviews.bounces import TRACER, Bounce, is_final, read_bounce
from tenants.keys import Purpose
from tenants.tokens import Token, make_token

pytestmark = pytest.mark.usefixtures("database")

MAIL = Token(UUID(int=7), UUID(int=9), 2)


def notification(
    *,
    action: str = "failed",
    status: str = "5.1.1",
    tracer: str | None = None,
    headers: bool = True,
) -> bytes:
    """Return what Postfix sends back, with the whole mail or only its headers."""
    token = make_token(Purpose.MAIL, MAIL) if tracer is None else tracer
    kind = "text/rfc822-headers" if headers else "message/rfc822"
    body = "" if headers else "Dear Robin\r\n"
    return f"""From: MAILER-DAEMON@relay.example
To: bounces@afterword.example
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--B
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example
Arrival-Date: Sun, 29 Nov 2026 18:00:00 +0000 (UTC)

Final-Recipient: rfc822; robin@candidates.example
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 no such user

--B
Content-Description: Undelivered Message
Content-Type: {kind}

From: Afterword <interviews@localhost>
{TRACER}: {token}
Subject: Your view would help

{body}
--B--
""".encode()


@pytest.mark.parametrize("headers", [True, False])
def test_a_notification_names_our_mail(*, headers: bool) -> None:
    assert read_bounce(notification(headers=headers)) == Bounce(MAIL, "5.1.1")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe",
        b"Subject: Out of office\r\n\r\nI am away.",
    ],
)
def test_anything_else_says_nothing(raw: bytes) -> None:
    assert read_bounce(raw) is None


def test_delays_strangers_and_the_sender_s_own_faults_say_nothing() -> None:
    assert read_bounce(notification(action="delayed", status="4.4.1")) is None
    assert read_bounce(notification(action="relayed")) is None
    assert read_bounce(notification(status="5.7.1")) is None
    assert read_bounce(notification(tracer="")) is None
    # A token for another purpose is none of a mail.
    assert read_bounce(notification(tracer=make_token(Purpose.LINK, MAIL))) is None
    assert [one for one in ("5.1.1", "5.2.2", "5.1.8", "5.7.1") if is_final(one)] == [
        "5.1.1",
        "5.2.2",
    ]


@settings(max_examples=60)
@given(st.binary(max_size=400), st.integers(0, 1500))
def test_no_bytes_break_it(noise: bytes, place: int) -> None:
    whole = notification()
    for raw in (noise, whole[:place] + noise + whole[place:]):
        found = read_bounce(raw)
        assert found is None or found.mail == MAIL
