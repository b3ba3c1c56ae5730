"""The GraphQL schema: its roots, put together from the nouns."""

import asyncio

import strawberry
from graphql import GraphQLError, is_object_type
from strawberry.printer import print_schema
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext

from api.derive import Info, as_type, find_connection
from api.docs import describe
from api.errors import require_somebody
from api.limits import lengths_of
from api.relay import After, Before, Connection, First, Last, Node, decode_id
from api.types.access_grants import revoke_access
from api.types.action_mutations import (
    add_action_note,
    change_action_status,
    create_action,
    update_action,
)
from api.types.actions import ActionCatalogueEntry, list_catalogue
from api.types.assignments import assign_interview
from api.types.benchmark_parts import (
    LastReleases,
    find_newest_releases,
    find_releases,
    join_benchmark,
    leave_benchmark,
)
from api.types.benchmarks import (
    METRIC_KEY,
    BenchmarkRelease,
    MethodologyType,
    MetricDefinition,
    MetricKey,
    PeerGroupType,
    find_methodology,
    list_metrics,
    list_peer_groups,
)
from api.types.calls import request_call
from api.types.conversations import record_attempt, record_no_interview, schedule_interview
from api.types.digests import set_digest_mail
from api.types.documents import register_documents, retire_documents
from api.types.engagements import (
    add_consultant,
    create_organisation,
    end_engagement,
    remove_consultant,
    start_engagement,
)
from api.types.events import EVENT_TYPES, Subscription
from api.types.firm_members import (
    change_firm_role,
    invite_firm_member,
    remove_firm_member,
    resend_firm_invitation,
    withdraw_firm_invitation,
)
from api.types.guided_interviews import (
    begin_interview,
    discard_keyed_answers,
    save_keyed_answers,
    submit_keyed_response,
)
from api.types.identity_providers import (
    configure_firm_identity_provider,
    configure_identity_provider,
    remove_firm_identity_provider,
    remove_identity_provider,
)
from api.types.insight_settings import update_insight_settings
from api.types.integrations import (
    create_integration,
    delete_integration,
    rotate_integration_secret,
    update_integration,
)
from api.types.interviews import invite_candidate, open_interview
from api.types.invitations import save_answers, submit_response
from api.types.library import (
    FirmId,
    OrganisationId,
    TemplateDiff,
    TemplateId,
    find_codebook_diff,
    find_template_diff,
)
from api.types.library_mutations import (
    push_codebook,
    push_template,
    retire_template,
    save_firm_theme,
    save_template,
)
from api.types.mail_settings import update_invitation_settings, write_invitation_texts
from api.types.members import (
    change_role,
    invite_member,
    remove_member,
    resend_member_invitation,
    sign_member_out,
    withdraw_member_invitation,
)
from api.types.moderation import (
    add_redaction,
    code_excerpt,
    make_excerpt,
    paraphrase_excerpt,
    release_excerpt,
    resolve_redactions,
    route_excerpt,
    undo_excerpt_step,
    withhold_excerpt,
)
from api.types.monthly_counts import record_monthly_counts
from api.types.offers import assign_hiring_manager, record_offer_outcome
from api.types.organisations import Organisation, ViewerType
from api.types.portfolios import find_portfolio
from api.types.questionnaire_content import Concept, list_concepts
from api.types.questionnaire_deletion import delete_questionnaire_draft
from api.types.questionnaire_files import import_questionnaire
from api.types.questionnaire_mutations import (
    copy_questionnaire_version,
    create_questionnaire,
    publish_questionnaire_version,
    retire_questionnaire_version,
    translate_questionnaire,
    update_questionnaire_draft,
)
from api.types.receipts import tighten_confidentiality, withdraw_response
from api.types.releasing import release_benchmark
from api.types.scalars import YEAR_MONTH, YearMonth
from api.types.sessions import revoke_session, revoke_sessions
from api.types.themes import save_theme
from tenants import read_graph
from tenants.errors import InvalidInput
from tenants.organisations import queries as organisations
from tenants.reading import NO_PARENT, Key

MAX_NODES = 100


@strawberry.type
class Query:
    """What can be read."""

    @strawberry.field
    def viewer(self, info: Info) -> ViewerType:
        """Who asks; UNAUTHENTICATED for nobody."""
        require_somebody(info)
        return ViewerType(principal=info.context.viewer)

    @strawberry.field
    async def node(self, info: Info, id: strawberry.ID) -> Node | None:  # noqa: A002 - Relay's name.
        """The record with a global id; null when it is unknown or not the viewer's to see."""
        return (await Query._find(info, [id]))[0]

    @strawberry.field
    async def nodes(self, info: Info, ids: list[strawberry.ID]) -> list[Node | None]:
        """The records with global ids, at most 100, in their order; null for each unknown one."""
        if len(ids) > MAX_NODES:
            message = f"Ask for at most {MAX_NODES} nodes at once."
            raise InvalidInput(message, field="ids")
        return await Query._find(info, ids)

    @strawberry.field
    async def organisation(self, info: Info, slug: str) -> Organisation | None:
        """A client organisation by its short name; null when it is not the viewer's to see."""
        require_somebody(info)
        key = await info.context.run(organisations.find_visible_organisation, slug=slug)
        if key is None:
            return None
        found: Organisation | None = as_type(
            await info.context.find_record(read_graph.ORGANISATION, Key(key, key))
        )
        return found

    @strawberry.field
    async def organisations(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Organisation] | None:
        """The client organisations that the viewer has a part in, by name."""
        require_somebody(info)
        return await find_connection(
            read_graph.ORGANISATIONS,
            Key(NO_PARENT, NO_PARENT),
            info,
            first=first,
            after=after,
            last=last,
            before=before,
        )

    @strawberry.field
    async def template_diff(
        self, info: Info, template_id: TemplateId, organisation_id: OrganisationId
    ) -> TemplateDiff | None:
        """What pushing a template of one's firm would change in an organisation that it serves."""
        require_somebody(info)
        return await find_template_diff(info, template_id, organisation_id)

    @strawberry.field
    async def codebook_diff(
        self, info: Info, firm_id: FirmId, organisation_id: OrganisationId
    ) -> list[str] | None:
        """What pushing one's firm's codebook would change there, in sentences."""
        require_somebody(info)
        return await find_codebook_diff(info, firm_id, organisation_id)

    @strawberry.field
    def metrics(self, info: Info) -> list[MetricDefinition]:
        """What can be measured: unit, formula and source of each metric."""
        require_somebody(info)
        return list_metrics()

    @strawberry.field
    def action_catalogue(self, info: Info) -> list[ActionCatalogueEntry]:
        """The kinds of actions, each with what it answers and the metric that it should move."""
        require_somebody(info)
        return list_catalogue()

    @strawberry.field
    def concepts(self, info: Info) -> list[Concept]:
        """What is asked alike everywhere: wording, options and scale by language."""
        require_somebody(info)
        return list_concepts()

    @strawberry.field
    def peer_groups(self, info: Info) -> list[PeerGroupType]:
        """The groups that organisations are compared in, the widest first."""
        require_somebody(info)
        return list_peer_groups()

    @strawberry.field(  # type: ignore[untyped-decorator]  # with a reason it is untyped.
        deprecation_reason="Ask for releases instead. Stays until 2027-06-30."
    )
    async def benchmark_releases(
        self, info: Info, last: LastReleases = 12
    ) -> list[BenchmarkRelease]:
        """The newest releases of the benchmark, the newest first."""
        require_somebody(info)
        return await find_newest_releases(info, last=last)

    releases = strawberry.field(resolver=find_releases)
    portfolio = strawberry.field(resolver=find_portfolio)

    @strawberry.field
    def methodology(self, info: Info) -> MethodologyType:
        """The rules in force, in words."""
        require_somebody(info)
        return find_methodology()

    @staticmethod
    async def _find(info: Info, ids: list[strawberry.ID]) -> list[Node | None]:
        require_somebody(info)
        decoded = [decode_id(one) for one in ids]
        wanted = [one if one and one[0].name in NODES else None for one in decoded]
        found = await asyncio.gather(
            *(info.context.find_record(*one) for one in wanted if one is not None)
        )
        records = iter(found)
        return [None if one is None else as_type(next(records)) for one in wanted]


@strawberry.type
class Mutation:
    """What can be changed."""

    record_offer_outcome = record_offer_outcome
    record_monthly_counts = record_monthly_counts
    assign_hiring_manager = assign_hiring_manager
    open_interview = open_interview
    join_benchmark = join_benchmark
    leave_benchmark = leave_benchmark
    release_benchmark = release_benchmark
    invite_candidate = invite_candidate
    update_insight_settings = update_insight_settings
    update_invitation_settings = update_invitation_settings
    write_invitation_texts = write_invitation_texts
    schedule_interview = schedule_interview
    record_attempt = record_attempt
    record_no_interview = record_no_interview
    begin_interview = begin_interview
    save_keyed_answers = save_keyed_answers
    discard_keyed_answers = discard_keyed_answers
    submit_keyed_response = submit_keyed_response
    create_questionnaire = create_questionnaire
    import_questionnaire = import_questionnaire
    update_questionnaire_draft = update_questionnaire_draft
    translate_questionnaire = translate_questionnaire
    copy_questionnaire_version = copy_questionnaire_version
    publish_questionnaire_version = publish_questionnaire_version
    retire_questionnaire_version = retire_questionnaire_version
    save_theme = save_theme
    save_template = save_template
    retire_template = retire_template
    save_firm_theme = save_firm_theme
    push_template = push_template
    push_codebook = push_codebook
    delete_questionnaire_draft = delete_questionnaire_draft
    make_excerpt = make_excerpt
    code_excerpt = code_excerpt
    resolve_redactions = resolve_redactions
    add_redaction = add_redaction
    paraphrase_excerpt = paraphrase_excerpt
    route_excerpt = route_excerpt
    release_excerpt = release_excerpt
    withhold_excerpt = withhold_excerpt
    undo_excerpt_step = undo_excerpt_step
    save_answers = save_answers
    submit_response = submit_response
    request_call = request_call
    register_documents = register_documents
    retire_documents = retire_documents
    create_integration = create_integration
    update_integration = update_integration
    rotate_integration_secret = rotate_integration_secret
    delete_integration = delete_integration
    configure_identity_provider = configure_identity_provider
    remove_identity_provider = remove_identity_provider
    configure_firm_identity_provider = configure_firm_identity_provider
    remove_firm_identity_provider = remove_firm_identity_provider
    invite_member = invite_member
    resend_member_invitation = resend_member_invitation
    withdraw_member_invitation = withdraw_member_invitation
    change_role = change_role
    remove_member = remove_member
    revoke_access = revoke_access
    revoke_session = revoke_session
    revoke_sessions = revoke_sessions
    sign_member_out = sign_member_out
    create_action = create_action
    update_action = update_action
    change_action_status = change_action_status
    add_action_note = add_action_note
    set_digest_mail = set_digest_mail
    assign_interview = assign_interview
    tighten_confidentiality = tighten_confidentiality
    withdraw_response = withdraw_response
    create_organisation = create_organisation
    start_engagement = start_engagement
    end_engagement = end_engagement
    add_consultant = add_consultant
    remove_consultant = remove_consultant
    invite_firm_member = invite_firm_member
    resend_firm_invitation = resend_firm_invitation
    withdraw_firm_invitation = withdraw_firm_invitation
    change_firm_role = change_firm_role
    remove_firm_member = remove_firm_member


class _Schema(strawberry.Schema):
    """A schema that leaves it to `api.errors` to log bugs, once and with the request's id."""

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        """Log nothing."""


schema = _Schema(
    Query,
    Mutation,
    Subscription,
    types=EVENT_TYPES,
    config=StrawberryConfig(scalar_map={YearMonth: YEAR_MONTH, MetricKey: METRIC_KEY}),
)
GRAPH = schema._schema  # noqa: SLF001 - Strawberry offers no other way to its GraphQL schema.
describe(GRAPH)
NODES = frozenset(
    name
    for name, one in GRAPH.type_map.items()
    if is_object_type(one) and "Node" in [interface.name for interface in one.interfaces]
)
LENGTHS = lengths_of(GRAPH)


def sdl() -> str:
    """Return the schema in the schema definition language, as it is committed."""
    return print_schema(schema) + "\n"
