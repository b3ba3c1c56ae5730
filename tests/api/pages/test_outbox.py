"""The demo's outbox, for people and for machines."""

import json
from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest

from tenants.settings import get_settings
from tests.api.pages.browsing import Browser

pytestmark = pytest.mark.usefixtures("connection")

TEXT = "Dear Ada,\n\nhttp://127.0.0.1:8000/i/AaB-_9\n\n<b>Thank you</b>\n"


@pytest.fixture
def outbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("OUTBOX_DIR", str(tmp_path))
    get_settings.cache_clear()
    yield tmp_path
    monkeypatch.undo()
    get_settings.cache_clear()


def catch(
    folder: Path, name: str, *, minute: int = 0, text: str = TEXT, markup: str | None = None
) -> bytes:
    message = EmailMessage(policy=SMTP)
    message["To"] = f"{name}@candidates.example"
    message["Subject"] = f"For {name}"
    message["Message-ID"] = f"<{name}@afterword.example>"
    message["Date"] = f"Mon, 23 Nov 2026 10:{minute:02}:00 -0000"
    message.set_content(text)
    if markup is not None:
        message.add_alternative(markup, subtype="html")
    (folder / f"{name}.eml").write_bytes(bytes(message))
    return bytes(message)


async def test_mails_are_listed_newest_first_with_their_links(outbox: Path) -> None:
    catch(outbox, "first", minute=1)
    catch(outbox, "second", minute=2, text="no link\n")
    page = await Browser().get("/outbox", accept="text/html,application/json;q=0.9")
    assert page.status == 200
    assert page.rows() == [
        "second@candidates.example For second 23 November 2026, 10:02 UTC \u2013 none",
        (
            "first@candidates.example For first 23 November 2026, 10:01 UTC Open the link"
            " for first@candidates.example"
        ),
    ]
    assert page.links("For first") == ["/outbox/first"]
    assert page.links("Open the link") == ["http://127.0.0.1:8000/i/AaB-_9"]
    assert "This is a demo: no mail leaves this machine" in page.text
    assert "Outside a demo, mails are sent and not kept." in page.text
    assert page.headers["cache-control"] == "no-store"


async def test_machines_get_every_mail_as_json(outbox: Path) -> None:
    for number in range(60):
        catch(outbox, f"mail-{number:02}", minute=59 - number)
    page = await Browser().get("/outbox", accept="application/json")
    assert page.headers["content-type"] == "application/json"
    assert page.headers["vary"] == "Accept"
    mails = json.loads(page.html)
    assert len(mails) == 60
    assert mails[0] == {
        "id": "mail-00",
        "to": "mail-00@candidates.example",
        "subject": "For mail-00",
        "date": "2026-11-23T10:59:00Z",
        "messageId": "<mail-00@afterword.example>",
        "text": TEXT,
        "html": "",
        "links": ["http://127.0.0.1:8000/i/AaB-_9"],
    }


async def test_people_get_fifty_at_a_time(outbox: Path) -> None:
    for number in range(53):
        catch(outbox, f"mail-{number:02}", minute=number)
    first = await Browser().get("/outbox")
    assert len(first.rows()) == 50
    second = await Browser().get(first.links("Older mails")[0])
    assert [row.split()[0] for row in second.rows()] == [
        "mail-02@candidates.example",
        "mail-01@candidates.example",
        "mail-00@candidates.example",
    ]
    assert second.links("Newer mails") == ["/outbox?page=1"]
    for odd in ("0", "-1", "99", "x", "²", "9" * 5000):
        assert (await Browser().get(f"/outbox?page={odd}")).status == 200


async def test_an_empty_outbox_says_what_would_fill_it(outbox: Path) -> None:
    assert get_settings().outbox_dir == outbox
    page = await Browser().get("/outbox")
    assert page.status == 200
    assert "No mail yet" in page.text
    assert (await Browser().get("/outbox", accept="application/json")).html == "[]"


async def test_a_mail_is_shown_with_links_to_follow_and_nothing_to_run(outbox: Path) -> None:
    raw = catch(outbox, "first", markup="<p onclick=run()>Dear Ada</p>")
    page = await Browser().get("/outbox/first")
    assert page.status == 200
    link = "http://127.0.0.1:8000/i/AaB-_9"
    assert f'Dear Ada,\n\n<a href="{link}">{link}</a>\n\n&lt;b&gt;Thank you' in page.html
    # Its HTML is shown as its source, and nothing of it runs or is drawn.
    assert "&lt;p onclick=run()&gt;Dear Ada&lt;/p&gt;" in page.html
    assert "<p onclick" not in page.html
    assert page.links("Download as it was sent") == ["/outbox/first.eml"]
    download = await Browser().get("/outbox/first.eml")
    assert download.headers["content-type"] == "message/rfc822"
    assert download.headers["content-disposition"] == 'attachment; filename="first.eml"'
    assert download.html.encode() == raw


@pytest.mark.parametrize(
    "path",
    [
        "/outbox/unknown",
        "/outbox/unknown.eml",
        "/outbox/..%2fsecret",
        "/outbox/..%2fsecret.eml",
        "/outbox/%2e%2e%2fsecret.eml",
        "/outbox/..%5csecret.eml",
        "/outbox/%2fetc%2fpasswd",
        "/outbox/.eml",
        "/outbox/a%00b",
        "/outbox/a%0a.eml",
    ],
)
async def test_no_name_leads_out_of_the_folder(outbox: Path, path: str) -> None:
    catch(outbox.parent, "secret")
    page = await Browser().get(path)
    assert page.status == 404
    assert "For secret" not in page.html
    (outbox.parent / "secret.eml").unlink()


async def test_only_a_demo_has_an_outbox() -> None:
    assert get_settings().outbox_dir is None
    assert (await Browser().get("/outbox")).status == 404
