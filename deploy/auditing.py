"""Verifies the logs of an installation and exports the heads of their chains."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from deploy.errors import DeployError
from tenants import db, sealing
from tenants.access import Viewer
from tenants.audit import Log
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
    """Return what the logs were found to be, of all organisations and firms or of one.

    Args:
        slug: Of the organisation or, where there is none, of the firm; all if absent.
        anchors: What `heads` had returned earlier, kept elsewhere; compared if given.

    Returns:
        `organisations`: for each its `organisation`, `head`, `sealed`, `unsealed` and `findings`;
        `firms`: the same, with `firm`; `sound`: whether there is no finding.

    Raises:
        DeployError: There is no such organisation or firm, or the file holds no heads.
    """
    kept = {} if anchors is None else _read(anchors)
    async with db.connected(pool_size=1):
        logs = await _logs(slug)
        # One that was removed altogether leaves its head behind.
        logs += [one for one in kept if one not in logs and slug is None]
        found = {
            one: await db.run(sealing.verify_events, _viewer(one), log=one, anchor=kept.get(one))
            for one in logs
        }
    reports = {
        is_firms: [_report(log, one) for log, one in found.items() if log.is_firms is is_firms]
        for is_firms in (False, True)
    }
    return {
        "organisations": reports[False],
        "firms": reports[True],
        "sound": not any(one.findings for one in found.values()),
    }


async def heads(slug: str | None) -> dict[str, Any]:
    """Return the ends of the chains, of all organisations and firms or of one, to keep elsewhere.

    Raises:
        DeployError: There is no such organisation or firm.
    """
    async with db.connected(pool_size=1):
        found = [
            await db.run(sealing.find_head, _viewer(one), log=one) for one in await _logs(slug)
        ]
    return {"heads": [_head(one) for one in found if one is not None]}


def in_words(report: dict[str, Any]) -> str:
    """Return what was found as lines to read."""
    lines = []
    for one in [*report["organisations"], *report["firms"]]:
        findings = one["findings"]
        plural = "" if len(findings) == 1 else "s"
        verdict = f"{len(findings)} flaw{plural}" if findings else "sound"
        lines.append(
            f"{_named(one)}: {verdict}; {one['sealed']} events sealed, {one['unsealed']} not yet"
        )
        for flaw in findings:
            what = f"event {flaw['event']}" if flaw["event"] else f"batch {flaw['batch']}"
            lines.append(f"  {what} {_WORDS[Flaw(flaw['flaw'])]}")
    return "\n".join(lines)


def _named(one: Mapping[str, Any]) -> str:
    return f"firm {one['firm']}" if "firm" in one else str(one["organisation"])


def _viewer(log: Log) -> Viewer:
    """Return who may seal and verify a log."""
    return Viewer.operator() if log.is_firms else Viewer.job(log.owner_id)


async def _logs(slug: str | None) -> list[Log]:
    operator = Viewer.operator()
    if slug is None:
        firms = await db.run(organisations.list_firm_ids, operator)
        return [
            *(Log(one) for one in await db.run(organisations.list_organisation_ids, operator)),
            *(Log(one, is_firms=True) for one in firms),
        ]
    found = await db.run(organisations.find_organisation_id, operator, slug=slug)
    if found is not None:
        return [Log(found)]
    firm = await db.run(organisations.find_firm_by_slug, operator, slug=slug)
    if firm is None:
        message = f"there is no organisation {slug} and no such firm"
        raise DeployError(message)
    return [Log(firm.id, is_firms=True)]


def _owner(log: Log) -> dict[str, str]:
    return {"firm" if log.is_firms else "organisation": str(log.owner_id)}


def _read(path: Path) -> dict[Log, Head]:
    """Return the heads in a file by log."""
    try:
        written = json.loads(path.read_text())["heads"]
        found = [
            Head(_log_of(one), int(one["number"]), bytes.fromhex(one["digest"])) for one in written
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        message = f"{path} holds no heads that `afterword audit head` wrote"
        raise DeployError(message) from error
    return {one.log: one for one in found}


def _log_of(written: Mapping[str, str]) -> Log:
    if "firm" in written:
        return Log(UUID(written["firm"]), is_firms=True)
    return Log(UUID(written["organisation"]))


def _head(head: Head) -> dict[str, Any]:
    return {**_owner(head.log), "number": head.number, "digest": head.digest.hex()}


def _report(log: Log, found: Verification) -> dict[str, Any]:
    return {
        **_owner(log),
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
