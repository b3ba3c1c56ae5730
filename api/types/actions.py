"""Actions: the improvements that an organisation decided on, their notes, and changing them."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Final, cast
from uuid import UUID

import strawberry

from api.derive import Info, as_type, of_noun, require
from api.relay import Connection, Node
from api.types.action_effects import ActionEffect, find_effect
from api.types.benchmarks import MetricDefinition, define_metric
from api.types.excerpts import Excerpt
from api.types.themes import Theme, find_codebook
from tenants import read_graph
from tenants.access import PEOPLE_ROLES, Role
from tenants.actions.catalogue import CATALOGUE, ActionKind, OwnerRole
from tenants.actions.statuses import TRANSITIONS, ActionStatus
from tenants.metrics import METRICS
from tenants.paging import Window
from tenants.reading import Key, Listing, Record
from tenants.reasons import Controllability

_MOST_REMARKS: Final = 10


@strawberry.input
class ActionFilter:
    """Which actions are wanted.

    Attributes:
        status: With any of these statuses.
        kind: Of any of these kinds.
        owner_role: Seen to by any of these roles or functions.
        segment: Of this part of the organisation, letter for letter.
        theme: That answer this theme, by its code.
        due_from: Due on this day or later.
        due_to: Due before this day.
        review_from: To be reviewed on this day or later.
        review_to: To be reviewed before this day.
        is_overdue: Whether it is open although its day has passed (UTC).
    """

    status: list[ActionStatus] | None = None
    kind: list[ActionKind] | None = None
    owner_role: list[OwnerRole] | None = None
    segment: str | None = None
    theme: str | None = None
    due_from: date | None = None
    due_to: date | None = None
    review_from: date | None = None
    review_to: date | None = None
    is_overdue: bool | None = None


@strawberry.enum
class ActionOrder(StrEnum):
    """In which order actions are walked: by a day, or from proposed to done."""

    DUE_ON_ASC = "DUE_ON_ASC"
    DUE_ON_DESC = "DUE_ON_DESC"
    REVIEW_ON_ASC = "REVIEW_ON_ASC"
    REVIEW_ON_DESC = "REVIEW_ON_DESC"
    STATUS_ASC = "STATUS_ASC"
    STATUS_DESC = "STATUS_DESC"


@of_noun(read_graph.ACTION)
class Action(Node):
    """One improvement. It has an owner role and no field that could name anybody.

    Attributes:
        kind: What sort of improvement.
        title: A few words.
        description: What shall be different.
        theme_codes: The codes of the themes that it answers.
        owner_role: The role or department function that sees to it.
        segment: The part of the organisation that it is for; null for all of it.
        due_on: By when it shall be done.
        review_on: When somebody looks at what came of it.
        status: Where it stands.
        started_on: When it first began; the figures before and after rest on it.
        done_on: When it was done; null until then.
        revision: Goes up with every change; what a change says it began with.
        created_at: When it was proposed.
        changed_at: When it was last changed.
        notes: How it goes, the newest note first.
    """

    kind: ActionKind
    title: str
    description: str
    theme_codes: list[str]
    owner_role: OwnerRole
    segment: str | None
    due_on: date
    review_on: date
    status: ActionStatus
    started_on: date | None
    done_on: date | None
    revision: int
    created_at: datetime
    changed_at: datetime
    notes: Connection[Annotated["ActionNote", strawberry.lazy("api.types.actions")]] | None

    @strawberry.field
    async def themes(self, root: strawberry.Parent[Record], info: Info) -> list[Theme] | None:
        """The themes that it answers, as the organisation's codebook has them."""
        organisation = Key(root.key.organisation_id, root.key.organisation_id)
        known = {one.code: one for one in await find_codebook(info, organisation)}
        return [known[code] for code in root.values["theme_codes"] if code in known]

    @strawberry.field
    async def remarks(self, root: strawberry.Parent[Record], info: Info) -> list[Excerpt] | None:
        """What moderators released about its themes, as far as it is for the viewer; at most 10."""
        codes = root.values["theme_codes"]
        return await find_remarks(info, root.key.organisation_id, {"themes": codes})

    @strawberry.field
    async def effect(self, root: strawberry.Parent[Record], info: Info) -> ActionEffect | None:
        """What came of it: its metric before it began and after, from what is published."""
        return await find_effect(info, root.key)

    @strawberry.field
    def metric(self, root: strawberry.Parent[Record]) -> MetricDefinition:
        """What it should move; chosen before it begins, and kept from then on."""
        return define_metric(METRICS[root.values["metric"]])

    @strawberry.field
    def may_become(self, root: strawberry.Parent[Record]) -> list[ActionStatus]:
        """The statuses that may follow, whoever changes it."""
        return sorted(TRANSITIONS[root.values["status"]], key=list(ActionStatus).index)


@of_noun(read_graph.ACTION_NOTE)
class ActionNote(Node):
    """A note of an action's progress, or that its status changed; never changed afterwards.

    Attributes:
        author_role: The part of whoever wrote it; who it was, it does not say.
        text: How it goes; empty where only the status changed.
        status: What the status became; null in a note that changed none.
        happened_on: The day that it speaks of.
        written_at: When it was written.
        action: Of which action.
    """

    text: str
    status: ActionStatus | None
    happened_on: date
    written_at: datetime
    action: Action | None

    @strawberry.field
    def author_role(self, root: strawberry.Parent[Record]) -> Role | None:
        """The part of whoever wrote it; null for a machine. Who it was, it does not say."""
        role = root.values["author_role"]
        return role if role in PEOPLE_ROLES else None


@strawberry.type
class ActionCatalogueEntry:
    """What the catalogue says of one kind of action.

    Attributes:
        kind: Which.
        title: A few words.
        advice: What usually helps, in a sentence.
        metric: What it should move unless another metric is chosen.
        theme_codes: The themes that it answers.
        controllability: Whether the organisation can do anything about most of those.
    """

    kind: ActionKind
    title: str
    advice: str
    metric: MetricDefinition
    theme_codes: list[str]
    controllability: Controllability


def list_catalogue() -> list[ActionCatalogueEntry]:
    """Return every kind of action."""
    return [
        ActionCatalogueEntry(
            kind=kind,
            title=entry.title,
            advice=entry.advice,
            metric=define_metric(METRICS[entry.metric]),
            theme_codes=[one.value for one in entry.themes],
            controllability=entry.controllability,
        )
        for kind, entry in CATALOGUE.items()
    ]


async def find_remarks(
    info: Info, organisation_id: UUID, filters: Mapping[str, Any]
) -> list[Excerpt]:
    """Return released excerpts that the viewer may read, in an order by lot; at most 10.

    Raises:
        Forbidden: The role reads no excerpts.
    """
    key = Key(organisation_id, organisation_id)
    require(info, read_graph.REMARKS.permission, key)
    listing = Listing(read_graph.REMARKS, Window(size=_MOST_REMARKS), None, filters)
    page = await info.context.find_page(listing, key)
    return [cast("Excerpt", as_type(record)) for record in page.records]
