"""The console's page of integrations: who is let in, new secrets, and whom they act for."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from api.pages.actions import Shown
from api.pages.operations import NoAnswer, ask
from api.pages.own_forms import read_form
from api.pages.posted import Refused
from api.pages.rendering import lead_to
from tenants.access import Permission, Viewer
from tenants.errors import NotFound
from tenants.integrations.models import IntegrationKind
from tenants.integrations.scopes import SCOPES, Scope, is_for_machines
from tenants.model import new_id


@dataclass(frozen=True, slots=True)
class Place:
    """The page in the navigation."""

    name: str = "integrations"
    title: str = "Integrations"
    permission: Permission = Permission.INTEGRATION_READ


INTEGRATIONS: Final = Place()
KINDS: Final[Mapping[str, str]] = {
    IntegrationKind.OAUTH_CONFIDENTIAL: "A program that keeps a secret",
    IntegrationKind.OAUTH_PUBLIC: "A front-end that keeps none",
    IntegrationKind.GREENHOUSE: "Greenhouse, which posts offers",
}
# For how many hours the secret so far still counts beside a new one.
OVERLAPS: Final[Mapping[str, str]] = {
    "0": "The old one stops at once",
    "24": "The old one works for a day",
    "168": "The old one works for a week",
}
_STALE: Final = "This was not sent from this page, so nothing was done. Please try again."
_SCOPE: Final = "scope."


@dataclass(frozen=True, slots=True)
class Handed:
    """A secret that was made just now.

    Attributes:
        name: Of the integration.
        secret: Shown this once.
    """

    name: str
    secret: str


async def show_integrations(request: Request, viewer: Viewer) -> Shown:
    """Show who is let in."""
    return await _page(request, viewer)


async def post_integrations(request: Request, viewer: Viewer) -> Shown | Response:
    """Do what was posted: let one in, make a new secret, shut one out or in, end a consent."""
    try:
        fields = await read_form(request)
    except Refused as refusal:
        return await _page(request, viewer, problem=_STALE, status=refusal.status)
    shown = await _page(request, viewer, given=fields)
    try:
        payload = await _send(viewer, shown.organisation["id"], fields)
    except NoAnswer:
        # What the API cannot read was not sent from a page of ours.
        return await _page(
            request, viewer, given=fields, problem=_STALE, status=HTTPStatus.BAD_REQUEST
        )
    if payload is None:
        raise NotFound
    if payload["userErrors"]:
        problem = payload["userErrors"][0]["message"]
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return await _page(request, viewer, given=fields, problem=problem, status=status)
    if payload.get("secret") is not None:
        handed = Handed(payload["integration"]["name"], payload["secret"])
        return await _page(request, viewer, handed=handed)
    return lead_to(f"/console/{request.path_params['slug']}/{INTEGRATIONS.name}")


async def _send(
    viewer: Viewer, organisation_id: str, fields: Mapping[str, str]
) -> dict[str, Any] | None:
    """Return the payload of the mutation that was asked for; None where the role lacks it."""
    go, which = fields.get("go", ""), fields.get("which", "")
    operations: dict[str, tuple[str, str, dict[str, Any]]] = {
        "create": (
            "create_integration",
            "createIntegration",
            {
                "organisationId": organisation_id,
                "kind": fields.get("kind", ""),
                "name": fields.get("name", ""),
                "scopes": _scopes(fields),
                "redirectUris": fields.get("redirect_uris", "").split(),
                "idempotencyKey": fields.get("key") or None,
            },
        ),
        "rotate": (
            "rotate_integration_secret",
            "rotateIntegrationSecret",
            {
                "integrationId": which,
                "overlapHours": int(fields["overlap"]) if fields.get("overlap") in OVERLAPS else 0,
                "idempotencyKey": fields.get("key") or None,
            },
        ),
        "disable": ("update_integration", "updateIntegration", _switched(which, is_on=False)),
        "enable": ("update_integration", "updateIntegration", _switched(which, is_on=True)),
    }
    if go == "revoke":
        data = await ask(viewer, "revoke_access", grantId=which)
        return data["revokeAccess"] if data else None
    if go not in operations:
        raise NotFound
    document, name, given = operations[go]
    data = await ask(viewer, document, input=given)
    return data[name] if data else None


def _switched(which: str, *, is_on: bool) -> dict[str, Any]:
    return {"integrationId": which, "isEnabled": is_on}


def _scopes(fields: Mapping[str, str]) -> list[str]:
    """Return the scopes whose boxes were ticked; an applicant-tracking system has none."""
    if fields.get("kind") == IntegrationKind.GREENHOUSE:
        return []
    return [one.value for one in Scope if f"{_SCOPE}{one.value}" in fields]


async def _page(
    request: Request,
    viewer: Viewer,
    *,
    given: Mapping[str, str] | None = None,
    handed: Handed | None = None,
    problem: str | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> Shown:
    """Return the page as it is now, with what was typed if it has to be looked at again.

    Raises:
        NotFound: The organisation is not the viewer's, or the role sees no integrations.
    """
    data = await ask(viewer, "integrations", slug=request.path_params["slug"])
    organisation = data["organisation"]
    if organisation is None or organisation["integrations"] is None:
        raise NotFound
    return Shown(
        "integrations",
        organisation,
        here=INTEGRATIONS.name,
        context={
            "integrations": organisation["integrations"],
            "kinds": KINDS,
            "overlaps": OVERLAPS,
            "scopes": [
                (one.value, capability.words, is_for_machines(one))
                for one, capability in SCOPES.items()
            ],
            "given": given or {},
            "handed": handed,
            "problem": problem,
            # Sending the form again by mistake makes nothing twice.
            "key": new_id().hex,
            "status": status,
        },
    )
