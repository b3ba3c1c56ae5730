"""The demo's mail catcher, spoken to by a real mail client."""

import hashlib
import smtplib
import sys
from collections.abc import Iterator
from email.message import EmailMessage

import pytest

from deploy import ports
from deploy.folder import DataFolder
from deploy.outbox import file_name
from deploy.supervisor import Process
from tests.deploy.conftest import wait_until

MESSAGE_ID = "<01926-7@afterword.example>"


@pytest.fixture
def port(folder: DataFolder, environment: dict[str, str]) -> Iterator[int]:
    """Return the port of a running mail catcher."""
    folder.create()
    with ports.listen(0) as listener:
        command = [sys.executable, "-m", "deploy.outbox", str(folder.outbox)]
        catcher = Process(
            "outbox", [*command, str(listener.fileno())], environment, folder, listener
        )
        catcher.start()
        wait_until(catcher.is_ready)
        yield listener.getsockname()[1]
        catcher.stop()


def mail(message_id: str | None = MESSAGE_ID) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "interviews@afterword.example"
    message["To"] = "zoë@example.com"
    message["Subject"] = "Your view counts: Ihre Sicht zählt"
    if message_id is not None:
        message["Message-ID"] = message_id
    message.set_content("Grüße\n.\nA line with a dot alone stands above.\n")
    return message


def send(port: int, message: EmailMessage) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=5) as client:
        client.send_message(message)


def test_a_mail_is_one_file_named_by_its_message_id(folder: DataFolder, port: int) -> None:
    send(port, mail())
    (path,) = folder.outbox.iterdir()
    assert path.name == f"{hashlib.sha256(MESSAGE_ID.encode()).hexdigest()}.eml"
    assert path.stat().st_mode & 0o777 == 0o600
    kept = path.read_bytes()
    assert "Ihre Sicht zählt".encode() in kept
    assert b"\r\n.\r\nA line with a dot alone stands above." in kept


def test_a_mail_sent_twice_is_kept_once(folder: DataFolder, port: int) -> None:
    for _ in range(2):
        send(port, mail())
    assert len(list(folder.outbox.iterdir())) == 1


def test_a_mail_without_message_id_is_named_by_its_content() -> None:
    raw = b"Subject: none\r\n\r\nHello\r\n"
    assert file_name(raw) == f"{hashlib.sha256(raw).hexdigest()}.eml"


def test_a_mail_that_cannot_be_written_is_refused_for_now(folder: DataFolder, port: int) -> None:
    folder.outbox.rmdir()
    with pytest.raises(smtplib.SMTPDataError) as refusal:
        send(port, mail())
    assert refusal.value.smtp_code == 451
    folder.outbox.mkdir()
    send(port, mail())
    assert len(list(folder.outbox.iterdir())) == 1


def test_a_mail_waits_for_a_mail_catcher_that_is_being_started(
    folder: DataFolder, environment: dict[str, str]
) -> None:
    folder.create()
    with ports.listen(0) as listener:
        with smtplib.SMTP(timeout=20) as client:
            command = [sys.executable, "-m", "deploy.outbox", str(folder.outbox)]
            catcher = Process(
                "outbox", [*command, str(listener.fileno())], environment, folder, listener
            )
            catcher.start()
            client.connect("127.0.0.1", listener.getsockname()[1])
            client.send_message(mail())
        catcher.stop()
    assert len(list(folder.outbox.iterdir())) == 1
