"""`afterword documents`: checks, registers, lists and retires manifests of trusted documents."""

import argparse
import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from api.trusted import read_manifest
from deploy.errors import DeployError
from tenants import db
from tenants.access import Viewer
from tenants.errors import DomainError, InvalidInput
from tenants.integrations import documents
from tenants.integrations.document_queries import list_clients
from tenants.organisations import queries as organisations


def main(arguments: argparse.Namespace) -> int:
    """Do what the words of the command line ask for, and say what was done."""
    if arguments.what == "check":
        print(f"{len(check(arguments.file))} documents are valid")
    elif arguments.what == "register":
        count = asyncio.run(register(arguments.file, arguments.organisation, arguments.client))
        print(f"{count} documents are trusted for {arguments.client}")
    elif arguments.what == "retire":
        count = asyncio.run(retire(arguments.organisation, arguments.client))
        print(f"{count} documents of {arguments.client} are no longer trusted")
    else:
        for one in asyncio.run(clients(arguments.organisation)):
            print(f"{one['client']}: {one['documents']} documents, last {one['registeredAt']}")
    return 0


def check(file: Path) -> Mapping[bytes, str]:
    """Return the documents of a manifest that is good.

    Raises:
        DeployError: It cannot be read, or one of its documents is not valid here.
    """
    try:
        return read_manifest(file.read_bytes())
    except OSError as error:
        message = f"{file} cannot be read: {error.strerror}"
        raise DeployError(message) from None
    except InvalidInput as error:
        message = f"{file}: {error.message}"
        raise DeployError(message) from None


async def register(file: Path, slug: str, client: str) -> int:
    """Add a manifest's documents to those of a client; return how many the manifest has.

    Raises:
        DeployError: The manifest is not good, or there is no such organisation.
    """
    found = check(file)
    async with db.connected(pool_size=1):
        organisation_id = await _organisation_id(slug)
        try:
            await db.run(
                documents.register_documents,
                Viewer.job(organisation_id),
                organisation_id=organisation_id,
                client=client,
                documents=found,
            )
        except DomainError as error:
            raise DeployError(error.message) from None
    return len(found)


async def retire(slug: str, client: str) -> int:
    """Take back every document of a client; return how many there were.

    Raises:
        DeployError: There is no such organisation or client.
    """
    async with db.connected(pool_size=1):
        organisation_id = await _organisation_id(slug)
        try:
            return await db.run(
                documents.retire_documents,
                Viewer.job(organisation_id),
                organisation_id=organisation_id,
                client=client,
            )
        except DomainError as error:
            raise DeployError(error.message) from None


async def clients(slug: str) -> list[dict[str, Any]]:
    """Return each client of an organisation: `client`, `documents` and `registeredAt`.

    Raises:
        DeployError: There is no such organisation.
    """
    async with db.connected(pool_size=1):
        organisation_id = await _organisation_id(slug)
        found = await db.run(
            list_clients, Viewer.job(organisation_id), organisation_id=organisation_id
        )
    return [
        {"client": client, "documents": count, "registeredAt": last.isoformat()}
        for client, count, last in found
    ]


async def _organisation_id(slug: str) -> UUID:
    found = await db.run(organisations.find_organisation_id, Viewer.operator(), slug=slug)
    if found is None:
        message = f"there is no organisation {slug}"
        raise DeployError(message)
    return found
