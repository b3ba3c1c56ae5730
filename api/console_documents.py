"""The console's operations as documents: one manifest among those that are trusted."""

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent / "pages" / "operations"
FRAGMENTS: Final = FOLDER / "fragments"


@cache
def document(name: str) -> str:
    """Return the text of an operation, by the name of its file without the suffix.

    With it come the fragments of `fragments/` that it spreads; each file there is named after its.
    """
    text = (FOLDER / f"{name}.graphql").read_text(encoding="utf-8")
    shared = [path for path in sorted(FRAGMENTS.glob("*.graphql")) if f"...{path.stem}" in text]
    return "\n".join([text, *(path.read_text(encoding="utf-8") for path in shared)])


@cache
def console_documents() -> Mapping[bytes, str]:
    """Return every operation of the console by SHA-256 of its text."""
    texts = [document(path.stem) for path in sorted(FOLDER.glob("*.graphql"))]
    return {hashlib.sha256(text.encode()).digest(): text for text in texts}
