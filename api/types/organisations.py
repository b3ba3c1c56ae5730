"""The viewer, client organisations and their members."""

import asyncio
import base64
from uuid import UUID

import strawberry

from api.derive import Arguments, Info, as_type, of_noun
from api.relay import Connection, Node
from api.types.access_grants import AccessGrant, find_own_grants
from api.types.actions import Action, ActionFilter, ActionOrder
from api.types.audit import AuditEvent, AuditEventFilter
from api.types.benchmark_parts import (
    BenchmarkParticipation,
    BenchmarkTrendPoint,
    LastReleases,
    benchmark_over_time,
    find_participation,
    find_trend,
)
from api.types.benchmarks import (
    BenchmarkComparison,
    MetricKey,
    Metrics,
    PeerGroupChoice,
    find_benchmark,
    find_benchmarks,
)
from api.types.changes import EditionComparison, Later, Since, find_comparison
from api.types.conversations import Conversation, ConversationFilter
from api.types.digests import Digest, find_digest
from api.types.events import find_latest_event
from api.types.excerpts import (
    CoderAgreement,
    DeskExcerpt,
    DeskExcerptFilter,
    DeskText,
    DeskTextFilter,
    Excerpt,
    find_agreement,
)
from api.types.firms import Engagement, Firm
from api.types.identity_providers import IdentityProviderType, identity_provider_type
from api.types.insight_settings import InsightSettings, find_insight_settings
from api.types.insights import Edition, EndsOn, Insights, Segment, find_insights
from api.types.integrations import IntakeEvent, IntakeEventFilter, Integration, Job, JobFilter
from api.types.interviews import (
    Interview,
    InterviewFilter,
    InterviewOrder,
    Response,
    ResponseFilter,
)
from api.types.invitations import Invitation, find_invitation
from api.types.library import LibraryPush, find_pushes
from api.types.mail_settings import (
    InvitationSettings,
    MailPreview,
    PreviewedMails,
    find_invitation_settings,
    preview_mails,
)
from api.types.members import MemberInvitation, Membership
from api.types.monthly_counts import MonthlyCounts
from api.types.offers import Offer, OfferFilter, OfferOrder, Requisition, RequisitionFilter
from api.types.questionnaires import Questionnaire
from api.types.sessions import SessionType, session_type
from api.types.standouts import Standout, find_standouts
from api.types.themes import Theme, find_codebook
from tenants import read_graph
from tenants.access import PEOPLE_ROLES, Permission, Role, Viewer, ViewerKind
from tenants.actions.digest_mails import wants_digest_mail
from tenants.organisations import providers, sessions
from tenants.organisations.models import Industry, Region, SizeBand
from tenants.reading import Key, Record


@of_noun(
    read_graph.ORGANISATION,
    {
        "requisitions": Arguments(RequisitionFilter),
        "offers": Arguments(OfferFilter, OfferOrder),
        "interviews": Arguments(InterviewFilter, InterviewOrder),
        "conversations": Arguments(ConversationFilter),
        "responses": Arguments(ResponseFilter),
        "intake_events": Arguments(IntakeEventFilter),
        "jobs": Arguments(JobFilter),
        "actions": Arguments(ActionFilter, ActionOrder),
        "audit_events": Arguments(AuditEventFilter),
        "desk_texts": Arguments(DeskTextFilter),
        "desk_excerpts": Arguments(DeskExcerptFilter),
    },
)
class Organisation(Node):
    """A client organisation: nothing in it is ever seen from another one.

    Attributes:
        slug: Its short name in addresses.
        name: Its name.
        industry: What it does.
        size_band: How many people it employs.
        region: Where it mainly hires.
        language: The language that candidates are addressed in unless theirs is known.
        requisitions: The openings that offers belong to.
        offers: Its offers, each as its latest version stands.
        interviews: Its declined-offer cases.
        conversations: Talks with candidates by phone or video, for those who hold them: the
            soonest first, then those without a time.
        responses: Those that the viewer may read as rows; an ANONYMOUS one is never among them.
        questionnaires: What candidates are asked.
        monthly_counts: Counts of offers that somebody typed in, the newest month first.
        editions: Its published insights, the newest first.
        excerpts: What moderators released of what candidates wrote, as far as it is for the viewer;
            in an order by lot.
        desk_texts: What candidates wrote, text by text, for moderators; in an order by lot.
        desk_excerpts: The excerpts that moderators work on, or have released or withheld.
        members: Who has a role in it.
        member_invitations: Who was invited to have one and has not accepted yet.
        engagements: Which firm serves it from when to when, and whom that lets in.
        intake_events: What an applicant-tracking system posted, and what became of it.
        integrations: Its machine clients, by name.
        actions: The improvements that it decided on.
        audit_events: What was done and looked at, as far as the viewer may read it.
        jobs: Work that happens later, with its progress and outcome.
    """

    slug: str
    name: str
    industry: Industry
    size_band: SizeBand
    region: Region
    language: str
    requisitions: Connection[Requisition] | None
    offers: Connection[Offer] | None
    interviews: Connection[Interview] | None
    conversations: Connection[Conversation] | None
    responses: Connection[Response] | None
    questionnaires: Connection[Questionnaire] | None
    monthly_counts: list[MonthlyCounts] | None
    editions: Connection[Edition] | None
    excerpts: Connection[Excerpt] | None
    desk_texts: Connection[DeskText] | None
    desk_excerpts: Connection[DeskExcerpt] | None
    members: Connection[Membership] | None
    member_invitations: Connection[MemberInvitation] | None
    engagements: Connection[Engagement] | None
    actions: Connection[Action] | None
    audit_events: Connection[AuditEvent] | None
    intake_events: Connection[IntakeEvent] | None
    integrations: list[Integration] | None
    jobs: Connection[Job] | None

    @strawberry.field
    def viewer_role(self, root: strawberry.Parent[Record], info: Info) -> Role | None:
        """The viewer's part in this organisation; null for a machine."""
        role = info.context.viewer.role_in(root.key.organisation_id)
        return role if role in PEOPLE_ROLES else None

    @strawberry.field
    def viewer_permissions(self, root: strawberry.Parent[Record], info: Info) -> list[Permission]:
        """What the viewer may do and see here, so that a front-end shows nothing else."""
        return sorted(info.context.viewer.permissions_in(root.key.organisation_id))

    @strawberry.field
    async def latest_event(
        self, root: strawberry.Parent[Record], info: Info
    ) -> strawberry.ID | None:
        """What `organisationEvents` takes as `after`, to miss nothing that follows this answer."""
        return await find_latest_event(info, root.key.organisation_id)

    @strawberry.field
    async def identity_provider(
        self, root: strawberry.Parent[Record], info: Info
    ) -> IdentityProviderType | None:
        """How its members sign in, other than by a password; null if they do not."""
        found = await info.context.run(
            providers.get_identity_provider, organisation_id=root.key.organisation_id
        )
        return identity_provider_type(found)

    @strawberry.field
    async def library_pushes(
        self, root: strawberry.Parent[Record], info: Info
    ) -> list[LibraryPush] | None:
        """What consulting firms pushed here from their libraries, the newest first."""
        return await find_pushes(info, root.key)

    @strawberry.field
    async def codebook(self, root: strawberry.Parent[Record], info: Info) -> list[Theme] | None:
        """The themes that free text is coded with: the shared ones, then its own."""
        return await find_codebook(info, root.key)

    @strawberry.field
    async def invitation_settings(
        self, root: strawberry.Parent[Record], info: Info
    ) -> InvitationSettings | None:
        """When its mails to candidates go out, and what they say."""
        return await find_invitation_settings(info, root.key.organisation_id)

    @strawberry.field
    async def insight_settings(
        self, root: strawberry.Parent[Record], info: Info
    ) -> InsightSettings | None:
        """How its editions are made, and so how its candidates are protected."""
        return await find_insight_settings(info, root.key.organisation_id)

    @strawberry.field
    async def mail_previews(
        self, root: strawberry.Parent[Record], info: Info, mails: PreviewedMails = None
    ) -> list[MailPreview] | None:
        """Its mails as a candidate would get them; texts that will not do are an error."""
        return await preview_mails(info, root.key.organisation_id, mails)

    @strawberry.field
    async def coder_agreement(
        self, root: strawberry.Parent[Record], info: Info
    ) -> CoderAgreement | None:
        """How far two coders of the same excerpts agree, for moderators."""
        return await find_agreement(info, root.key)

    @strawberry.field
    async def insights(
        self,
        root: strawberry.Parent[Record],
        info: Info,
        ends_on: EndsOn = None,
        segment: Segment = None,
    ) -> Insights | None:
        """A cell of an edition; null when it is unknown or not the viewer's to see."""
        return await find_insights(info, root.key.organisation_id, ends_on=ends_on, segment=segment)

    @strawberry.field
    async def edition_changes(
        self,
        root: strawberry.Parent[Record],
        info: Info,
        ends_on: Later = None,
        since: Since = None,
        segment: Segment = None,
    ) -> EditionComparison | None:
        """What changed between two editions; null without two that the viewer may see."""
        return await find_comparison(
            info, root.key.organisation_id, ends_on=ends_on, since=since, segment=segment
        )

    @strawberry.field
    async def digest(
        self, root: strawberry.Parent[Record], info: Info, ends_on: EndsOn = None
    ) -> Digest | None:
        """What the viewer's role is told of an edition; null when it is unknown."""
        return await find_digest(info, root.key.organisation_id, ends_on=ends_on)

    @strawberry.field
    async def digest_mail(self, root: strawberry.Parent[Record], info: Info) -> bool | None:
        """Whether the viewer gets a mail when there is a digest to read."""
        return await info.context.run(wants_digest_mail, organisation_id=root.key.organisation_id)

    @strawberry.field
    async def standouts(
        self, root: strawberry.Parent[Record], info: Info, ends_on: EndsOn = None
    ) -> list[Standout] | None:
        """Reasons that a part names more often than all others for certain, the surest first."""
        return await find_standouts(info, root.key.organisation_id, ends_on=ends_on)

    @strawberry.field
    async def benchmark(
        self,
        root: strawberry.Parent[Record],
        info: Info,
        metric: MetricKey,
        peer_group: PeerGroupChoice = None,
    ) -> BenchmarkComparison | None:
        """One metric beside its peers, in the newest release that compares the organisation."""
        return await find_benchmark(
            info, root.key.organisation_id, metric=metric, peer_group=peer_group
        )

    @strawberry.field
    async def benchmarks(
        self, root: strawberry.Parent[Record], info: Info, metrics: Metrics = None
    ) -> list[BenchmarkComparison] | None:
        """Several metrics beside their peers, each in the nearest group that can be shown."""
        return await find_benchmarks(info, root.key.organisation_id, metrics=metrics)

    @strawberry.field(  # type: ignore[untyped-decorator]  # with a reason it is untyped.
        deprecation_reason="Ask for benchmarkOverTime instead. Stays until 2027-06-30."
    )
    async def benchmark_trend(
        self,
        root: strawberry.Parent[Record],
        info: Info,
        metric: MetricKey,
        peer_group: PeerGroupChoice = None,
        last: LastReleases = 12,
    ) -> list[BenchmarkTrendPoint] | None:
        """What the newest releases say of one metric of its peers, the oldest of them first."""
        return await find_trend(
            info, root.key.organisation_id, metric=metric, peer_group=peer_group, last=last
        )

    benchmark_over_time = strawberry.field(resolver=benchmark_over_time)

    @strawberry.field
    async def benchmark_participation(
        self, root: strawberry.Parent[Record], info: Info
    ) -> BenchmarkParticipation | None:
        """Its part in the benchmark: consent, and exactly what of its own goes in."""
        return await find_participation(info, root.key.organisation_id)


@strawberry.type
class ViewerMembership:
    """An organisation that the viewer has a part in.

    Attributes:
        role: The part.
    """

    role: Role
    key: strawberry.Private[Key]

    @strawberry.field
    async def organisation(self, info: Info) -> Organisation | None:
        """The organisation."""
        found: Organisation | None = as_type(
            await info.context.find_record(read_graph.ORGANISATION, self.key)
        )
        return found


async def _firms(info: Info) -> list[Firm]:
    keys = [Key(firm, firm) for firm in info.context.viewer.firms]
    found = await asyncio.gather(*(info.context.find_record(read_graph.FIRM, one) for one in keys))
    known = [one for one in found if one is not None]
    return [as_type(one) for one in sorted(known, key=lambda one: one.values["name"])]


@strawberry.type(name="Viewer")
class ViewerType:
    """Who asks: a person, a machine, or a candidate with a link."""

    principal: strawberry.Private[Viewer]

    @strawberry.field
    def id(self) -> strawberry.ID:
        """Opaque and stable."""
        raw = self.principal.kind.encode() + b":" + (self.principal.id or UUID(int=0)).bytes
        return strawberry.ID(base64.urlsafe_b64encode(raw).decode().rstrip("="))

    @strawberry.field
    def name(self) -> str | None:
        """How to address a person."""
        return self.principal.name

    @strawberry.field
    def kind(self) -> ViewerKind:
        """What sort of principal it is."""
        return self.principal.kind

    @strawberry.field
    def is_operator(self) -> bool:
        """Whether the person may start releases of the benchmark for the whole installation."""
        return self.principal.operates_with(Permission.BENCHMARK_RELEASE)

    @strawberry.field
    async def firm(self, info: Info) -> Firm | None:
        """The consulting firm that the person belongs to; of several the first by name."""
        return next(iter(await _firms(info)), None)

    @strawberry.field
    async def firms(self, info: Info) -> list[Firm]:
        """The consulting firms that the person belongs to, by name."""
        return await _firms(info)

    @strawberry.field
    def memberships(self) -> list[ViewerMembership]:
        """The organisations that the viewer has a part in, today."""
        return [
            ViewerMembership(role=role, key=Key(key, key))
            for key, role in self.principal.roles.items()
            if role in PEOPLE_ROLES
        ]

    @strawberry.field
    async def sessions(self, info: Info) -> list[SessionType]:
        """The browsers in which the person is signed in, the last used first."""
        return [session_type(one) for one in await info.context.run(sessions.list_sessions)]

    @strawberry.field
    async def access_grants(self, info: Info) -> list[AccessGrant]:
        """The consents by which applications act for the person, the newest first."""
        return await find_own_grants(info)

    @strawberry.field
    async def invitation(self, info: Info) -> Invitation | None:
        """What the candidate's link leads to; null for anybody else."""
        if self.principal.kind is not ViewerKind.CANDIDATE:
            return None
        return await find_invitation(info)
