"""Trusted documents: sent by their digest, and in a strict deployment nothing else is answered.

A document is trusted by everybody who may use one of three manifests: the console's operations,
which come with us; the deployment's, files named by TRUSTED_DOCUMENTS; and what the organisation's
own clients registered.
"""

import hashlib
import json
import re
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from graphql import GraphQLSyntaxError

from api.console_documents import console_documents
from api.documents import Document, NotExecuted, check_document
from api.requests import BadRequest, GraphQLRequest
from tenants.access import Permission, Viewer
from tenants.db import run
from tenants.errors import DomainError, InvalidInput
from tenants.integrations.document_queries import find_document
from tenants.settings import get_settings

# How long a process may go on with a document that was retired meanwhile.
_KEPT_SECONDS: Final = 30.0
_MOST_KEPT: Final = 2_000
_ID = re.compile(r"(?:sha256:)?([0-9a-f]{64})")


class DocumentNotFound(DomainError):
    """No manifest of the client has a document with this id."""

    code = "DOCUMENT_NOT_FOUND"
    status = 404


def document_id(text: str) -> str:
    """Return the id of a document: the prefix of its digest's kind, and SHA-256 of its text."""
    return f"sha256:{digest_of(text).hex()}"


def digest_of(text: str) -> bytes:
    """Return SHA-256 of a document's text in UTF-8."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def is_resolved(request: GraphQLRequest) -> bool:
    """Return whether it makes no difference to a request which documents are trusted."""
    strict = get_settings().trusted_documents_only
    return request.trusted or (request.document_id is None and not (strict or request.by_get))


async def resolve(viewer: Viewer, request: GraphQLRequest) -> GraphQLRequest:
    """Return a request with its document's text, marked as trusted if it is.

    A text that is sent as a whole is looked up only where that makes a difference: by GET, and in
    a deployment that answers nothing else.

    Whether an untrusted one is answered is for `api.documents.prepare` to say.

    Raises:
        NotExecuted: No manifest has a document with the id.
    """
    if is_resolved(request):
        return request
    try:
        digest = _digest(request)
        text = await _find(viewer, digest)
        if text is not None:
            return replace(request, query=text, trusted=True)
        if request.document_id is not None:
            message = "No manifest that is yours has a document with this id."
            raise DocumentNotFound(message)
    except DomainError as error:
        raise NotExecuted.because_of(error) from None
    return request


def _digest(request: GraphQLRequest) -> bytes:
    if request.document_id is None:
        return digest_of(request.query)
    read = _ID.fullmatch(request.document_id)
    if read is None:
        message = "documentId is sha256: and the 64 hexadecimal digits of the document's SHA-256."
        raise BadRequest(message)
    return bytes.fromhex(read[1])


async def _find(viewer: Viewer, digest: bytes) -> str | None:
    """Return the text with a digest that the viewer may send, or None."""
    text = console_documents().get(digest) or _deployed(get_settings().trusted_documents).get(
        digest
    )
    organisations = viewer.organisations_with(Permission.ORGANISATION_READ)
    if text is not None or not organisations:
        return text
    key = (digest, frozenset(organisations))
    kept = _registered.get(key)
    if kept is not None and time.monotonic() - kept[1] < _KEPT_SECONDS:
        return kept[0]
    text = await run(find_document, viewer, digest=digest)
    if text is not None:
        _registered[key] = (text, time.monotonic())
        if len(_registered) > _MOST_KEPT:
            _registered.popitem(last=False)
    return text


_registered: OrderedDict[tuple[bytes, frozenset[UUID]], tuple[str, float]] = OrderedDict()


@lru_cache(maxsize=4)
def _deployed(place: Path | None) -> Mapping[bytes, str]:
    """Return the documents of the manifests at a place: a file, or a folder of .json files."""
    if place is None:
        return {}
    files = sorted(place.glob("*.json")) if place.is_dir() else [place]
    found: dict[bytes, str] = {}
    for file in files:
        found |= read_manifest(file.read_bytes())
    return found


def read_manifest(manifest: bytes) -> Mapping[bytes, str]:
    """Return the documents of a manifest, text by digest.

    Args:
        manifest: A JSON object of texts by their SHA-256, as graphql-codegen's client preset writes
            `persisted-documents.json` and relay-compiler its file of persisted queries, when they
            are told to use SHA-256.

    Raises:
        InvalidInput: It is no such object, or one of its documents is none of ours.
    """
    try:
        read: Any = json.loads(manifest)
    except (ValueError, RecursionError):
        message = "The manifest is not JSON."
        raise InvalidInput(message) from None
    if not isinstance(read, dict):
        message = "The manifest must be an object of documents by their SHA-256."
        raise InvalidInput(message)
    return {check_entry(name, text): text for name, text in read.items()}


def check_entry(name: str, text: Any) -> bytes:
    """Return the digest of a manifest's entry that is good.

    Raises:
        InvalidInput: It says which one and what is wrong: its id is not the SHA-256 of its text, or
            the text is no valid document of this schema, or asks for more than one request may.
    """
    if not isinstance(text, str) or _ID.fullmatch(name) is None:
        message = f"{name[:80]}: not a document under its SHA-256; hash with SHA-256."
        raise InvalidInput(message)
    digest = digest_of(text)
    if not name.endswith(digest.hex()):
        message = f"{name}: the SHA-256 of this document is {digest.hex()}."
        raise InvalidInput(message)
    try:
        check_document(Document(text))
    except GraphQLSyntaxError as error:
        message = f"{name}: {error.message}"
        raise InvalidInput(message) from None
    except NotExecuted as refusal:
        message = f"{name}: {refusal.errors[0].message}"
        raise InvalidInput(message) from None
    except DomainError as error:
        message = f"{name}: {error.message}"
        raise InvalidInput(message) from None
    return digest
