"""The digest of an edition for the viewer's role, and whether it comes by mail."""

from typing import cast
from uuid import UUID

import strawberry

from api.derive import Info, as_type
from api.errors import UserError, mutation
from api.relay import key_of
from api.types.actions import Action, find_remarks
from api.types.excerpts import Excerpt
from api.types.insights import Edition, EndsOn, show_edition
from api.types.statistics import StatisticType, as_statistic
from api.types.themes import Theme, show_theme
from tenants import read_graph
from tenants.actions.digest_mails import set_digest_mail as set_mail
from tenants.actions.digests import get_digest
from tenants.actions.statuses import OPEN, ActionStatus
from tenants.errors import NotFound
from tenants.paging import Window
from tenants.reading import Key, Listing

_MOST_ACTIONS = 20


@strawberry.type
class DigestStrength:
    """Something that candidates who declined still found good.

    Attributes:
        wording: What it is, in English.
        statistic: How many of them found it good, or the score; as published.
        segment: Of which part; null for the whole organisation.
    """

    wording: str
    statistic: StatisticType
    segment: str | None


@strawberry.type
class DigestTheme:
    """Something in the organisation's hands that candidates named.

    Attributes:
        theme: What it is, as the codebook has it.
        share: Of those who answered, how many named it; as published.
        segment: Of which part; null for the whole organisation.
    """

    theme: Theme
    share: StatisticType
    segment: str | None


@strawberry.type
class Digest:
    """What the viewer's role is told of an edition: strengths, actions, and what can be changed.

    It names nobody and ranks nobody, and shows no figure that the edition does not show the role.

    Attributes:
        edition: Which; null before the first one.
        withheld: What is needed for figures where they are withheld; null otherwise.
        strengths: What works, the best first.
        changeable: What is in the organisation's hands, the most often named first.
    """

    organisation_id: strawberry.Private[UUID]
    edition_id: strawberry.Private[UUID | None]
    edition: Edition | None
    withheld: str | None
    strengths: list[DigestStrength]
    changeable: list[DigestTheme]

    @strawberry.field
    async def actions(self, info: Info) -> list[Action]:
        """What is being done, the next due first; at most 20."""
        return await self._actions(info, sorted(OPEN))

    @strawberry.field
    async def finished(self, info: Info) -> list[Action]:
        """What was done, with what came of it; at most 20, the last due first."""
        return await self._actions(info, [ActionStatus.DONE], ordering="DUE_ON_DESC")

    @strawberry.field
    async def remarks(self, info: Info) -> list[Excerpt] | None:
        """What moderators released in this edition, as far as it is for the viewer; at most 10."""
        if self.edition_id is None:
            return []
        return await find_remarks(info, self.organisation_id, {"edition": self.edition_id})

    async def _actions(
        self, info: Info, statuses: list[ActionStatus], ordering: str | None = None
    ) -> list[Action]:
        relation = read_graph.ORGANISATION.to_many["actions"]
        listing = Listing(relation, Window(size=_MOST_ACTIONS), ordering, {"status": statuses})
        key = Key(self.organisation_id, self.organisation_id)
        page = await info.context.find_page(listing, key)
        return [cast("Action", as_type(record)) for record in page.records]


async def find_digest(info: Info, organisation_id: UUID, *, ends_on: EndsOn) -> Digest | None:
    """Return the digest of an edition, or None for an unknown one.

    Raises:
        Forbidden: The viewer's role reads no insights.
    """
    try:
        found = await info.context.run(get_digest, organisation_id=organisation_id, ends_on=ends_on)
    except NotFound:
        return None
    return Digest(
        organisation_id=organisation_id,
        edition_id=None if found.edition is None else found.edition.id,
        edition=None if found.edition is None else show_edition(found.edition, organisation_id),
        withheld=found.withheld or None,
        strengths=[
            DigestStrength(
                wording=one.wording, statistic=as_statistic(one.statistic), segment=one.segment
            )
            for one in found.strengths
        ],
        changeable=[
            DigestTheme(
                theme=show_theme(one.theme), share=as_statistic(one.share), segment=one.segment
            )
            for one in found.changeable
        ],
    )


@strawberry.input
class SetDigestMailInput:
    """Whether the viewer wants a mail when there is a digest to read.

    Attributes:
        organisation_id: Of which organisation.
        is_wanted: Whether.
    """

    organisation_id: strawberry.ID
    is_wanted: bool


@strawberry.type
class SetDigestMailPayload:
    """Whether the viewer gets mails now.

    Attributes:
        is_wanted: Null when it was refused.
        user_errors: Why, in words that help.
    """

    is_wanted: bool | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@mutation
async def set_digest_mail(
    info: Info,
    input: SetDigestMailInput,  # noqa: A002 - the argument's name in the API.
) -> SetDigestMailPayload:
    """Get a mail when an edition is published and when actions are to be reviewed, or no more."""
    organisation = key_of(read_graph.ORGANISATION, input.organisation_id, field="organisationId")
    await info.context.run(
        set_mail, organisation_id=organisation.organisation_id, is_wanted=input.is_wanted
    )
    return SetDigestMailPayload(is_wanted=input.is_wanted)
