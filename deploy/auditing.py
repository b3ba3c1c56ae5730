"""Verifies the logs of an installation and exports the heads of their chains."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from deploy.errors import DeployError
from tenants import db, sealing
from tenants.access import Viewer
from tenants.organisations import queries as organisations
from tenants.sealing import Finding, Flaw, Head, Verification

_WORDS: Mapping[Flaw, str] = {
    Flaw.EDITED: "was edited after it was sealed",
    Flaw.REMOVED: "was removed after it was sealed",
    Flaw.INSERTED: "was inserted into a time that had been sealed",
    Flaw.BROKEN: "does not follow from the one before, or its events were moved",
    Flaw.MISSING: "is missing",
    Flaw.ANCHOR: "is not the one whose head was kept",
}


async def verify(slug: str | None, anchors: Path | None) -> dict[str, Any]:
    """Return what the logs were found to be, of all organisations or of one.

    Args:
        slug: Of the organisation; all if absent.
        anchors: What `heads` had returned earlier, kept elsewhere; compared if given.

    Returns:
        `organisations`: for each its `organisation`, `head`, `sealed`, `unsealed` and `findings`;
        `sound`: whether there is no finding.

    Raises:
        DeployError: There is no such organisation, or the file holds no heads.
    """
    kept = {} if anchors is None else _read(anchors)
    async with db.connected(pool_size=1):
        ids = await _ids(slug)
        # One that was removed altogether leaves its head behind.
        ids += [one for one in kept if one not in ids and slug is None]
        found = {
            one: await db.run(
                sealing.verify_events,
                Viewer.job(one),
                organisation_id=one,
                anchor=kept.get(one),
            )
            for one in ids
        }
    reports = [_report(one, verification) for one, verification in found.items()]
    return {"organisations": reports, "sound": not any(one["findings"] for one in reports)}


async def heads(slug: str | None) -> dict[str, Any]:
    """Return the ends of the chains, of all organisations or of one, to be kept elsewhere.

    Raises:
        DeployError: There is no such organisation.
    """
    async with db.connected(pool_size=1):
        found = [
            await db.run(sealing.find_head, Viewer.job(one), organisation_id=one)
            for one in await _ids(slug)
        ]
    return {"heads": [_head(one) for one in found if one is not None]}


def in_words(report: dict[str, Any]) -> str:
    """Return what was found as lines to read."""
    lines = []
    for one in report["organisations"]:
        findings = one["findings"]
        plural = "" if len(findings) == 1 else "s"
        verdict = f"{len(findings)} flaw{plural}" if findings else "sound"
        lines.append(
            f"{one['organisation']}: {verdict}; {one['sealed']} events sealed,"
            f" {one['unsealed']} not yet"
        )
        for flaw in findings:
            what = f"event {flaw['event']}" if flaw["event"] else f"batch {flaw['batch']}"
            lines.append(f"  {what} {_WORDS[Flaw(flaw['flaw'])]}")
    return "\n".join(lines)


async def _ids(slug: str | None) -> list[UUID]:
    operator = Viewer.operator()
    if slug is None:
        return [*await db.run(organisations.list_organisation_ids, operator)]
    found = await db.run(organisations.find_organisation_id, operator, slug=slug)
    if found is None:
        message = f"there is no organisation {slug}"
        raise DeployError(message)
    return [found]


def _read(path: Path) -> dict[UUID, Head]:
    """Return the heads in a file by organisation."""
    try:
        written = json.loads(path.read_text())["heads"]
        found = [
            Head(UUID(one["organisation"]), int(one["number"]), bytes.fromhex(one["digest"]))
            for one in written
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        message = f"{path} holds no heads that `afterword audit head` wrote"
        raise DeployError(message) from error
    return {one.organisation_id: one for one in found}


def _head(head: Head) -> dict[str, Any]:
    return {
        "organisation": str(head.organisation_id),
        "number": head.number,
        "digest": head.digest.hex(),
    }


def _report(organisation_id: UUID, found: Verification) -> dict[str, Any]:
    return {
        "organisation": str(organisation_id),
        "head": None if found.head is None else _head(found.head),
        "sealed": found.sealed,
        "unsealed": found.unsealed,
        "findings": [_finding(one) for one in found.findings],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "flaw": finding.flaw.value,
        "batch": finding.batch,
        "event": None if finding.event_id is None else str(finding.event_id),
    }
