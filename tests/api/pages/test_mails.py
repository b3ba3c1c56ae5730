"""Caught mails are read whatever is in them, and addresses in texts are found."""

import datetime as dt
import os
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.pages.mails import find_file, find_mail, list_mails
from tenants.letter_html import split_addresses


def mail(subject: str, *, date: str | None = "Mon, 23 Nov 2026 10:00:00 +0100") -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"] = "Afterword <interviews@localhost>"
    message["To"] = "Zoë <zoe@candidates.example>"
    message["Subject"] = subject
    message["Message-ID"] = "<0a1b-2@afterword.example>"
    if date is not None:
        message["Date"] = date
    message.set_content("Grüße,\n\nhttp://127.0.0.1:8000/i/AaB-_9 is yours.\n" + "lang " * 60)
    return message


def put(folder: Path, name: str, content: bytes | EmailMessage) -> Path:
    path = folder / f"{name}.eml"
    path.write_bytes(bytes(content))
    return path


def test_a_mail_as_it_was_written(tmp_path: Path) -> None:
    put(tmp_path, "one", mail("Ihre Sicht zählt"))
    (found,) = list_mails(tmp_path)
    assert found.id == "one"
    assert found.to == "Zoë <zoe@candidates.example>"
    assert found.sender == "Afterword <interviews@localhost>"
    assert found.subject == "Ihre Sicht zählt"
    assert found.date == dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)
    assert found.message_id == "<0a1b-2@afterword.example>"
    assert found.text.startswith("Grüße,\n\nhttp://127.0.0.1:8000/i/AaB-_9 is yours.\nlang lang")
    assert found.links == ["http://127.0.0.1:8000/i/AaB-_9"]
    assert find_mail(tmp_path, "one") == found


def test_the_newest_comes_first_by_its_date_or_when_it_was_caught(tmp_path: Path) -> None:
    put(tmp_path, "old", mail("old", date="Mon, 23 Nov 2026 10:00:00 -0000"))
    put(tmp_path, "new", mail("new", date="Mon, 23 Nov 2026 13:00:00 +0200"))
    for name, date, hour in (("undated", None, 10.5), ("odd", "some day", 12.0)):
        path = put(tmp_path, name, mail(name, date=date))
        caught = dt.datetime(2026, 11, 23, tzinfo=dt.UTC).timestamp() + hour * 3600
        os.utime(path, (caught, caught))
    assert [one.id for one in list_mails(tmp_path)] == ["odd", "new", "undated", "old"]


def test_a_mail_that_is_written_anew_is_read_anew(tmp_path: Path) -> None:
    path = put(tmp_path, "one", mail("first"))
    assert [one.subject for one in list_mails(tmp_path)] == ["first"]
    put(tmp_path, "one", mail("second"))
    os.utime(path, ns=(1, 1))
    assert [one.subject for one in list_mails(tmp_path)] == ["second"]


def test_no_folder_is_an_empty_outbox(tmp_path: Path) -> None:
    assert list_mails(tmp_path / "absent") == []


def test_nothing_but_the_folders_own_mails_is_found(tmp_path: Path) -> None:
    folder = tmp_path / "outbox"
    folder.mkdir()
    outside = put(tmp_path, "secret", mail("secret"))
    (folder / "linked.eml").symlink_to(outside)
    (folder / "folder.eml").mkdir()
    (folder / "note.txt").write_text("no mail")
    put(folder, "with space", mail("with space"))
    assert list_mails(folder) == []
    for name in (
        "../secret",
        "..%2fsecret",
        "/etc/passwd",
        str(outside.with_suffix("")),
        "linked",
        "folder",
        "note.txt",
        "with space",
        ".",
        "",
        "x\0",
        "secret\n",
        "\u017fecret",
        "x" * 300,
    ):
        assert find_file(folder, name) is None
        assert find_mail(folder, name) is None


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"no header at all",
        b"Subject: =?x-unknown?b?////?=\r\nDate: Mon, 99 Nov 99999 99:99:99\r\n\r\n\xff\xfe",
        b"To: a@b, , <\r\nTo: [\r\nFrom: @@@\r\n\r\n",
        b"Content-Type: text/plain; charset=x-unknown\r\n\r\ncaf\xe9",
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n",
        b"Content-Type: text/html\r\n\r\n<p>only HTML</p>",
        b"Content-Transfer-Encoding: base64\r\n\r\n!!!!",
        b"Date: Fri, 31 Dec 0001 23:59:59 +2359\r\n\r\n",
    ],
)
def test_what_is_hardly_a_mail_is_read_as_far_as_it_goes(tmp_path: Path, raw: bytes) -> None:
    put(tmp_path, "odd", raw)
    (found,) = list_mails(tmp_path)
    assert "".join(piece.text for piece in found.pieces) == found.text


@settings(max_examples=100)
@given(raw=st.binary(max_size=300) | st.text(max_size=200).map(lambda text: text.encode()))
def test_any_bytes_can_be_read(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    folder = tmp_path_factory.mktemp("outbox")
    put(folder, "any", b"To: x\r\nSubject: " + raw)
    (found,) = list_mails(folder)
    found.text.encode()
    found.subject.encode()


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("Open https://a.example/i/x.", ["https://a.example/i/x"]),
        ("(https://a.example/i/x-_) and", ["https://a.example/i/x-_"]),
        ("<https://a.example/?a=b&c=d>, ok", ["https://a.example/?a=b&c=d"]),
        ('"http://a.example"http://b.example', ["http://a.example", "http://b.example"]),
        ("javascript:alert(1) ftp://x https:// http://.", []),
    ],
)
def test_addresses_in_a_text(text: str, links: list[str]) -> None:
    assert [piece.text for piece in split_addresses(text) if piece.is_link] == links


@given(st.text())
def test_the_pieces_are_the_text(text: str) -> None:
    assert "".join(piece.text for piece in split_addresses(text)) == text
