"""How an organisation's editions are made: windows, dimension, and minimums that can be raised."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

import strawberry

from api.derive import Info
from api.errors import UserError, mutation
from api.relay import key_of
from tenants import read_graph
from tenants.disclosure.rules import Dimension, EditionRules
from tenants.insights import settings
from tenants.organisations.insight_settings import NUMBERS, floors
from tenants.protection import LANGUAGES, describe_protection

strawberry.enum(Dimension, description=(Dimension.__doc__ or "").strip())


@strawberry.type(name="EditionRules")
class EditionRulesType:
    """The numbers that an edition is published by; none is ever below its floor.

    Attributes:
        window_months: Length of a window.
        minimum: The size of a crowd: the fewest respondents of a figure, and the fewest hidden.
        distribution_minimum: The fewest answers that make a distribution.
        response_rate_minimum: The fewest delivered invitations that make a response rate.
        excerpt_respondents: The fewest respondents of a cell that shows excerpts.
        excerpt_hidden: How many of them at least are CONFIDENTIAL or ANONYMOUS.
    """

    window_months: int
    minimum: int
    distribution_minimum: int
    response_rate_minimum: int
    excerpt_respondents: int
    excerpt_hidden: int


@strawberry.type
class ProtectionRule:
    """A rule that protects candidates, in words.

    Attributes:
        title: What it is about.
        text: The rule, with the numbers in force.
    """

    title: str
    text: str


@strawberry.type
class InsightSettings:
    """How an organisation's editions are made.

    A change of length or dimension decides the windows that begin after the one that is under way.
    A number that is raised counts from the next edition on; one that is lowered counts for nobody
    who may have answered before.

    Attributes:
        revision: Counts the changes; a change has to name the one it began with.
        dimension: What is to divide respondents.
        wanted: The numbers that were decided last.
        starts_on: The length and the dimension that are wanted decide the windows that begin on
            this day or later; null before the first change.
        window_starts_on: First day of the window that is under way.
        window_ends_on: The first day after it.
        window_dimension: What divides its respondents.
        rules: What it would be published by if it ended today.
        floors: The least numbers of this installation.
        protection: How candidates are protected, made of `rules`.
    """

    revision: int
    dimension: Dimension
    wanted: EditionRulesType
    starts_on: date | None
    window_starts_on: date
    window_ends_on: date
    window_dimension: Dimension
    rules: EditionRulesType
    floors: EditionRulesType
    organisation_id: strawberry.Private[UUID]
    found: strawberry.Private[settings.SettingsInForce]

    @strawberry.field
    async def viewer_can_update(self, info: Info) -> bool:
        """Whether the viewer decides them: consultants do, and HR where no firm serves."""
        return await info.context.run(
            settings.may_update_insight_settings, organisation_id=self.organisation_id
        )

    @strawberry.field
    def protection(self, language: str = LANGUAGES[0]) -> list[ProtectionRule]:
        """How candidates are protected, made of `rules`; in English unless "de" is asked for."""
        described = describe_protection(language, settings=self.found)
        return [ProtectionRule(title=one.title, text=one.text) for one in described.rules]


@strawberry.input
class UpdateInsightSettingsInput:
    """How editions shall be made.

    Attributes:
        organisation_id: Whose.
        revision: Of the settings that the change began with; 0 before the first change.
        dimension: What divides respondents.
        window_months: 12, 6 or 3. The shorter ones hold where each such window of the year before
            had 20 CONFIDENTIAL or ANONYMOUS answers; else the next longer one.
        minimum: At least 5.
        distribution_minimum: At least 10.
        response_rate_minimum: At least 20.
        excerpt_respondents: At least 8, and 10 if nobody says otherwise.
        excerpt_hidden: At least 5.
    """

    organisation_id: strawberry.ID
    revision: int
    dimension: Dimension = Dimension.DEPARTMENT
    window_months: int = EditionRules().window_months
    minimum: int = EditionRules().minimum
    distribution_minimum: int = EditionRules().distribution_minimum
    response_rate_minimum: int = EditionRules().response_rate_minimum
    excerpt_respondents: int = EditionRules().excerpt_respondents
    excerpt_hidden: int = EditionRules().excerpt_hidden


@strawberry.type
class UpdateInsightSettingsPayload:
    """The settings as they are now.

    Attributes:
        settings: Null when they were refused; then nothing was changed.
        user_errors: Why; CONFLICT when somebody else changed them meanwhile.
    """

    settings: InsightSettings | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


def show_rules(document: Mapping[str, Any]) -> EditionRulesType:
    """Return the rules that an edition keeps."""
    return EditionRulesType(**EditionRules.from_json(document).to_json())


async def find_insight_settings(info: Info, organisation_id: UUID) -> InsightSettings:
    """Return how an organisation's editions are made."""
    found = await info.context.run(settings.get_insight_settings, organisation_id=organisation_id)
    return InsightSettings(
        revision=found.revision,
        dimension=found.dimension,
        wanted=show_rules(found.wanted.to_json()),
        starts_on=found.starts_on,
        window_starts_on=found.window.starts_on,
        window_ends_on=found.window.ends_on,
        window_dimension=found.window.dimension,
        rules=show_rules(found.rules.to_json()),
        floors=show_rules(floors().to_json()),
        organisation_id=organisation_id,
        found=found,
    )


@mutation
async def update_insight_settings(
    info: Info,
    input: UpdateInsightSettingsInput,  # noqa: A002 - the argument's name in the API.
) -> UpdateInsightSettingsPayload:
    """Let an organisation's editions be made otherwise, from the next window on."""
    organisation = key_of(read_graph.ORGANISATION, input.organisation_id, field="organisationId")
    await info.context.run(
        settings.update_insight_settings,
        organisation_id=organisation.organisation_id,
        revision=input.revision,
        dimension=input.dimension,
        window_months=input.window_months,
        numbers={name: getattr(input, name) for name in NUMBERS},
    )
    found = await find_insight_settings(info, organisation.organisation_id)
    return UpdateInsightSettingsPayload(settings=found)
