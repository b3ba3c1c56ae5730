"""Keeping a firm's library in the console: saving templates and themes, and retiring them."""

from typing import Any, Final

from api.pages.operations import NoAnswer, ask
from tenants.access import Role, Viewer
from tenants.questionnaires.templates import BuiltInTemplate
from tenants.reasons import Audience, Controllability

BUILT_IN: Final = tuple(one.name for one in BuiltInTemplate)
CONTROLLABILITIES: Final = tuple(one.value for one in Controllability)
AUDIENCES: Final = tuple(one.value for one in Audience)
NOT_DONE: Final = "This cannot be done, and nothing was changed: a firm's administrator keeps it."
# What a posted source is: a built-in questionnaire, or a version of a client's.
_BUILT_IN: Final = "built-in:"


async def list_sources(viewer: Viewer, firm: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the clients of a firm whose questionnaires the person may take, with their versions.

    Empty for whoever does not administer the firm.
    """
    served = {one["id"] for one in firm["clients"] if one["viewerRole"] == Role.CONSULTANT.value}
    if firm["role"] != "ADMINISTRATOR" or not served:
        return []
    data = await ask(viewer, "library_sources")
    return [
        {
            "name": one["name"],
            "versions": [
                {**version, "of": questionnaire["name"]}
                for questionnaire in one["questionnaires"]["nodes"]
                for version in questionnaire["versions"] or ()
            ],
        }
        for one in data["organisations"]["nodes"]
        if one["id"] in served and one["questionnaires"]
    ]


async def keep(viewer: Viewer, fields: dict[str, str]) -> str | None:
    """Do what a posted form asks; return why it was refused, in words, or None."""
    try:
        match fields.get("go"):
            case "save":
                data = await _save(viewer, fields)
            case "retire":
                data = await ask(viewer, "retire_template", template=fields.get("template", ""))
            case "theme":
                data = await _save_theme(viewer, fields)
            case _:
                return NOT_DONE
    except (NoAnswer, ValueError):
        return NOT_DONE
    payload: dict[str, Any] | None = next(iter((data or {}).values()), None)
    if payload is None:
        return NOT_DONE
    return " ".join(one["message"] for one in payload["userErrors"]) or None


async def _save(viewer: Viewer, fields: dict[str, str]) -> dict[str, Any]:
    source = fields.get("source", "")
    is_ours = source.startswith(_BUILT_IN)
    return await ask(
        viewer,
        "save_template",
        firm=fields.get("firm", ""),
        code=fields.get("code", "").strip(),
        title=fields.get("name", ""),
        note=fields.get("note", ""),
        basedOn=int(fields.get("based_on") or 0),
        source={"template": source.removeprefix(_BUILT_IN)} if is_ours else None,
        version=None if is_ours else source,
    )


async def _save_theme(viewer: Viewer, fields: dict[str, str]) -> dict[str, Any]:
    retires = fields.get("retires")
    label = fields.get("label", "").strip()
    language = fields.get("language", "").strip() or "en"
    return await ask(
        viewer,
        "save_firm_theme",
        firm=fields.get("firm", ""),
        code=fields.get("code", "").strip(),
        wordings=[{"language": language, "label": label}] if label else [],
        controllability=fields.get("controllability") or None,
        audience=fields.get("audience") or None,
        isRetired=None if retires is None else retires == "yes",
    )
