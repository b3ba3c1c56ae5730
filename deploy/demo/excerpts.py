"""Excerpts that the demo's consultant released, each brought to release by the desk's verbs."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from deploy.demo.clients import Client
from deploy.demo.world import PEOPLE
from tenants.access import Role, Viewer, ViewerKind
from tenants.excerpts import queries, service, settling
from tenants.excerpts.publishing import publish_excerpts
from tenants.reasons import Audience
from tenants.work import Session

MOST: Final = 30


@dataclass(frozen=True, slots=True)
class Coded:
    """What the consultant makes of a sentence.

    Attributes:
        theme: Of the codebook.
        audience: Whom it is for.
        paraphrase: In the consultant's words, where it is released in them.
    """

    theme: str
    audience: Audience
    paraphrase: str | None = None


_HR, _ALL, _MANAGER = Audience.HR, Audience.ORGANISATION, Audience.HIRING_MANAGER
_CODED: Final[Mapping[str, Coded]] = MappingProxyType(
    {
        "The conversations were respectful from beginning to end.": Coded("STRENGTH_PEOPLE", _ALL),
        "The location and the working hours suited me well.": Coded("STRENGTH_ORGANISATION", _ALL),
        "It stayed unclear what I would be responsible for in the first year.": Coded(
            "ROLE_SCOPE_UNCLEAR",
            _MANAGER,
            "Candidates would like to know what the first year is about.",
        ),
        "The pay was below what I had been offered elsewhere.": Coded("PAY_BASE", _ALL),
        "I was not sure how much could be done from home.": Coded("REMOTE_FLEX", _ALL),
        "By the time the offer came I had already decided for another employer.": Coded(
            "PROCESS_SLOW", _ALL, "The offer came when the decision for somebody else was made."
        ),
        "Say after each step what comes next and by when.": Coded("IMPROVE_PROCESS", _HR),
        "Several weeks went by between the last interview and the offer.": Coded(
            "PROCESS_SLOW", _HR
        ),
        "One interview fewer would have been enough.": Coded("TOO_MANY_STAGES", _HR),
        "The written task took longer than announced.": Coded(
            "ASSESSMENT_BURDEN", _MANAGER, "The written task takes longer than is announced."
        ),
        "A short call beside the written offer would have been kind.": Coded("OFFER_HANDLING", _HR),
    }
)


async def release_excerpts(
    session: Session, viewer: Viewer, client: Client, *, people: Mapping[str, UUID]
) -> None:
    """Release excerpts of the demo's own client, and publish them in their cells.

    Args:
        session: The transaction.
        viewer: A job of the organisation.
        client: Which.
        people: Ids of the people by address.
    """
    consultant = next(one for one in PEOPLE if one.role is Role.CONSULTANT)
    if consultant.client != client.slug or consultant.email not in people:
        return
    organisation_id = client.organisation_id
    moderator = Viewer(
        ViewerKind.PERSON,
        people[consultant.email],
        consultant.name,
        {organisation_id: Role.CONSULTANT},
    )
    texts = await queries.list_texts(
        session, moderator, organisation_id=organisation_id, among=list(_CODED), most=MOST
    )
    for text_id, words in texts:
        await _release(session, moderator, organisation_id, text_id, _CODED[words])
    await publish_excerpts(session, viewer, organisation_id=organisation_id)


async def _release(
    session: Session, moderator: Viewer, organisation_id: UUID, text_id: UUID, coded: Coded
) -> None:
    """Bring one text to a released excerpt, as the desk does."""
    excerpt_id = await service.make_excerpt(
        session, moderator, organisation_id=organisation_id, text_id=text_id
    )
    given: dict[str, Any] = {"organisation_id": organisation_id, "excerpt_id": excerpt_id}
    await service.code_excerpt(session, moderator, themes=[coded.theme], **given)
    await service.route_excerpt(session, moderator, audience=coded.audience, **given)
    if coded.paraphrase is not None:
        await service.paraphrase_excerpt(session, moderator, paraphrase=coded.paraphrase, **given)
    # Sentences of the demo name nobody, whatever the redactor takes for a name.
    await service.resolve_redactions(session, moderator, accept=False, **given)
    await settling.release_excerpt(session, moderator, **given)
