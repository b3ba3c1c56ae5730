"""A mail's second part: the same words as HTML, which loads nothing and tells nobody anything."""

import html
import re
from typing import Final, NamedTuple

from tenants.letters import Letter
from tenants.settings import get_settings

_RIGHT_TO_LEFT: Final = frozenset({"ar", "fa", "he", "ur"})
_ADDRESS: Final = re.compile(r"https?://[^\s<>\"'`\\^{}|]+", re.ASCII)
# What ends a sentence and not an address.
_AFTER_ADDRESS: Final = ".,;:!?)]}*"
# Above the lines that every mail ends with; mail programs take the dashes for a signature's.
_SIGNATURE: Final = "--\n"
# No colours: those of the reader's own light or dark screen are readable together.
_BODY: Final = "margin:0 auto;padding:1.5rem;max-width:36rem;font:1rem/1.5 sans-serif"
_PARAGRAPH: Final = "margin:0 0 1rem"
_SMALL: Final = "margin:2rem 0 0;padding-top:1rem;border-top:1px solid;font-size:.875rem"
_LINK: Final = "word-break:break-all"


class Piece(NamedTuple):
    """A part of a text: plain, or an address that can be opened."""

    text: str
    is_link: bool


def direction(language: str) -> str:
    """Return in which direction a language is written, as HTML spells it."""
    return "rtl" if language.partition("-")[0] in _RIGHT_TO_LEFT else "ltr"


def split_addresses(text: str) -> list[Piece]:
    """Return a text in pieces that together are the text, each address of the web on its own."""
    pieces: list[Piece] = []
    end = 0
    for match in _ADDRESS.finditer(text):
        address = match[0].rstrip(_AFTER_ADDRESS)
        if address.endswith("//"):
            continue
        pieces.append(Piece(text[end : match.start()], is_link=False))
        pieces.append(Piece(address, is_link=True))
        end = match.start() + len(address)
    pieces.append(Piece(text[end:], is_link=False))
    return [piece for piece in pieces if piece.text]


def to_html(letter: Letter) -> str:
    """Return a letter's body as a page of HTML: its paragraphs and lines, in its direction.

    Nothing is loaded from anywhere, and no address differs from the plain text's. An address is
    written out where it can be opened, and only our own can: what somebody smuggles into a name or
    a text of theirs stays text.
    """
    paragraphs = [one for one in re.split(r"\n{2,}", letter.body) if one.strip()]
    return (
        f'<!DOCTYPE html>\n<html lang="{html.escape(letter.language)}"'
        f' dir="{direction(letter.language)}">\n<head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{html.escape(letter.subject)}</title></head>\n"
        f'<body style="{_BODY}">\n{"".join(map(_paragraph, paragraphs))}</body>\n</html>\n'
    )


def _paragraph(text: str) -> str:
    style = _SMALL if text.startswith(_SIGNATURE) else _PARAGRAPH
    lines = text.removeprefix(_SIGNATURE).strip("\n").split("\n")
    return f'<p style="{style}">{"<br>".join(map(_line, lines))}</p>\n'


def _line(text: str) -> str:
    return "".join(
        f'<a href="{html.escape(one.text)}" dir="ltr" style="{_LINK}">{html.escape(one.text)}</a>'
        if one.is_link and one.text.startswith(f"{get_settings().public_url}/")
        else html.escape(one.text)
        for one in split_addresses(text)
    )
