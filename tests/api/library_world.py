"""What the matrices say of firms and their libraries, and a library to look at."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from api.relay import encode_id
from tenants import read_graph
from tenants.access import Role, Viewer
from tenants.db import run
from tenants.library.codebooks import push_codebook, save_firm_theme
from tenants.library.pushing import push_template
from tenants.library.service import save_template
from tenants.organisations import engagement_queries, engagements
from tenants.organisations import service as organisations
from tenants.organisations.models import FirmRole
from tenants.questionnaires.definition import to_json
from tenants.questionnaires.templates import load
from tenants.reading import Key
from tenants.reasons import Audience, Controllability
from tenants.themes.codebook import ThemeLine
from tests.api.world import organisation_id_of
from tests.factories import Client

Json = dict[str, Any]

# Fields of an organisation, in the words of `roles.FIELDS`.
OF_ORGANISATION = {"libraryPushes": "yes yes FORBIDDEN FORBIDDEN"}
# Parts of other types, as `roles.PARTS` has them; who sees a library, test_library.py says.
PARTS = {
    # Of those who belong to it; who works for it, its administrators see (test_firms.py).
    "Firm": "id slug name role members invitations identityProvider engagements clients templates"
    " codebook auditEvents",
    # Of those who administer the firm (test_firm_log.py).
    "FirmAuditEvent": "id at action actorKind actorRole actorName subjects",
    "FirmMember": "id name email role",
    "ConfigureFirmIdentityProviderPayload": "identityProvider userErrors",
    "RemoveFirmIdentityProviderPayload": "firmId userErrors",
    "CreateOrganisationPayload": "organisation userErrors",
    "StartEngagementPayload": "engagement userErrors",
    "EndEngagementPayload": "engagement userErrors",
    "AddConsultantPayload": "engagement userErrors",
    "RemoveConsultantPayload": "engagement userErrors",
    "LibraryTemplate": "id code name isRetired versions content",
    "LibraryTemplateVersion": "number languages contentHash note savedAt savedByName changes",
    "TemplateDiff": "template number note outcome questionnaire draftRevision changes draftChanges"
    " findings",
    "LibraryPush": "kind firmName pushedByName pushedAt templateName templateNumber note"
    " questionnaire changes",
    "SaveTemplatePayload": "template userErrors",
    "RetireTemplatePayload": "template userErrors",
    "SaveFirmThemePayload": "theme userErrors",
    "PushTemplatePayload": "push userErrors",
    "PushCodebookPayload": "push userErrors",
}
# Of the firm's people the consultant; what its administrator may, test_library.py says.
_KEEPING = "FORBIDDEN NOT_FOUND NOT_FOUND NOT_FOUND NOT_FOUND UNAUTHENTICATED NOT_FOUND"
_PUSHING = "ok NOT_FOUND NOT_FOUND NOT_FOUND NOT_FOUND UNAUTHENTICATED NOT_FOUND"
MUTATIONS = {
    **dict.fromkeys(("saveTemplate", "retireTemplate", "saveFirmTheme"), _KEEPING),
    **dict.fromkeys(("pushTemplate", "pushCodebook"), _PUSHING),
}
PAYLOADS = {
    "saveTemplate": "template { id }",
    "retireTemplate": "template { id }",
    "saveFirmTheme": "theme { code }",
    "pushTemplate": "push { kind }",
    "pushCodebook": "push { kind }",
}
# Ids that the mutations take, as `test_isolation.ID_ARGUMENTS` has them.
ID_ARGUMENTS = {
    ("saveTemplate", "firmId"),
    ("saveTemplate", "versionId"),
    ("retireTemplate", "templateId"),
    ("saveFirmTheme", "firmId"),
    ("pushTemplate", "templateId"),
    ("pushTemplate", "organisationId"),
    ("pushCodebook", "firmId"),
    ("pushCodebook", "organisationId"),
}


@dataclass(frozen=True)
class Library:
    """A firm's library: one template in one version, and one theme of its own.

    Attributes:
        client: Whom the firm serves.
        administrator: Of the firm; a person who has no part in any organisation.
        template_id: The template, `exit_talk`: the built-in questionnaire of three minutes.
    """

    client: Client
    administrator: Viewer
    template_id: UUID

    @property
    def firm(self) -> str:
        """The firm's global id."""
        return encode_id(read_graph.FIRM, Key(self.client.firm_id, self.client.firm_id))

    @property
    def template(self) -> str:
        """The template's global id."""
        return encode_id(read_graph.LIBRARY_TEMPLATE, Key(self.client.firm_id, self.template_id))


async def administrator_of(client: Client) -> Viewer:
    """Add an administrator to a client's firm."""
    operator = Viewer.operator()
    person = await run(
        organisations.create_person,
        operator,
        email=f"library@{client.slug}.example",
        name="Ada Ministrator",
    )
    await run(
        organisations.join_firm,
        operator,
        firm_id=client.firm_id,
        person_id=person,
        role=FirmRole.ADMINISTRATOR,
    )
    firms = {client.firm_id: Role.FIRM_ADMINISTRATOR}
    return replace(client.hr, id=person, name="Ada Ministrator", roles={}, firms=firms)


async def name_in_engagement(library: "Library") -> Viewer:
    """Name a library's administrator in the client's engagement; return who they are then."""
    client, administrator = library.client, library.administrator
    assert administrator.id is not None
    here: Any = {"organisation_id": client.organisation_id}
    (engagement,) = await run(
        engagement_queries.list_engagements,
        client.firm_administrator,
        **here,
        firm_id=client.firm_id,
    )
    await run(
        engagements.add_consultant,
        client.firm_administrator,
        **here,
        engagement_id=engagement.id,
        person_id=administrator.id,
    )
    return replace(administrator, roles={client.organisation_id: Role.CONSULTANT})


async def make_library(client: Client, *, code: str = "exit_talk") -> Library:
    """Fill the library of a client's firm."""
    administrator = await administrator_of(client)
    template_id = await run(
        save_template,
        administrator,
        firm_id=client.firm_id,
        code=code,
        name="Exit talk",
        document=to_json(load("declined_offer_short")),
        based_on=0,
        note="The first one.",
    )
    await run(
        save_firm_theme,
        administrator,
        firm_id=client.firm_id,
        line=ThemeLine(
            "PARKING",
            {"en": "Parking", "de": "Parkplätze"},
            {"en": "Where to leave the car."},
            Controllability.CONTROLLABLE,
            Audience.ORGANISATION,
        ),
    )
    return Library(client, administrator, template_id)


async def push_everything(client: Client) -> Library:
    """Push a template and the codebook of a new library to the client of a firm."""
    library = await make_library(client)
    of: Any = {"organisation_id": client.organisation_id, "firm_id": client.firm_id}
    await run(push_template, client.consultant, **of, template_id=library.template_id)
    await run(push_codebook, client.consultant, **of)
    return library


async def inputs(client: Client) -> dict[str, Json]:
    """Return an input of each mutation about a new library of the client's firm."""
    return inputs_about(await make_library(client))


def inputs_about(library: Library) -> dict[str, Json]:
    """Return an input of each mutation about a library, which push to the firm's client."""
    organisation = organisation_id_of(library.client)
    return {
        **of_firm(library.firm, library.template),
        "pushTemplate": {"templateId": library.template, "organisationId": organisation},
        "pushCodebook": {"firmId": library.firm, "organisationId": organisation},
    }


def of_firm(firm: str, template: str) -> dict[str, Json]:
    """Return an input of each mutation that keeps a library."""
    return {
        "saveTemplate": {
            "firmId": firm,
            "code": "another",
            "name": "Another",
            "source": {"template": "RENEGED_ACCEPTANCE"},
            "basedOn": 0,
        },
        "retireTemplate": {"templateId": template},
        "saveFirmTheme": {"firmId": firm, "code": "PAY_BASE", "isRetired": True},
    }


def own_inputs(client: Client) -> dict[str, Json]:
    """Return an input of each mutation with ids of the asker's own firm, which has no library."""
    firm = encode_id(read_graph.FIRM, Key(client.firm_id, client.firm_id))
    organisation = organisation_id_of(client)
    return {
        **of_firm(firm, ""),
        "pushTemplate": {"templateId": "", "organisationId": organisation},
        "pushCodebook": {"firmId": firm, "organisationId": organisation},
    }
