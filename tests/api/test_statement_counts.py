"""How many statements each list with its children takes, whatever its length."""

from collections.abc import Callable

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from tenants.access import Role
from tenants.interviews.models import Confidentiality
from tenants.offers.inputs import RequisitionInput
from tests.api.conftest import Ask, Shared
from tests.api.test_connections import LISTS
from tests.api.world import submit_words
from tests.factories import Client, make_client, make_invited_candidate, make_offer

pytestmark = pytest.mark.usefixtures("connection")


@pytest.fixture
def connection(connection_of_shared: AsyncConnection) -> AsyncConnection:
    return connection_of_shared


# By list: what is asked for within organisations, and how many statements that takes beyond the
# one that every query begins with, which reads the organisations.
COUNTS = {
    ("Organisation", "requisitions"): (
        """requisitions(first: 100) { totalCount nodes { title hiringManagers { name }
          offers(first: 100) { totalCount nodes { status interview { status } } } } }""",
        # requisitions, their number, hiring managers, offers, the number of each requisition's
        # offers, interviews
        6,
    ),
    ("Organisation", "offers"): (
        """offers(first: 100) { totalCount nodes { jobTitle status statedReasons
          requisition { title hiringManagers { name } }
          interview { status candidate { lastName } response { submittedMonth
            questionnaireVersion { number questionnaire { name } }
            answers { state question { code wording options { wording } } value { __typename } }
          } } } }""",
        # offers, their number, requisitions, hiring managers, interviews, candidates, responses,
        # versions, questionnaires, answers, questions; looks at candidates and at responses
        13,
    ),
    ("Organisation", "interviews"): (
        """interviews(first: 100) { totalCount nodes { status completedOn confidentiality
          offer { jobTitle requisition { title } } candidate { email } response { language } } }""",
        # interviews, their number, offers, requisitions, candidates, responses; looks at both
        8,
    ),
    ("Organisation", "responses"): (
        """responses(first: 100) { totalCount nodes { confidentiality
          questionnaireVersion { number questions { code } } answers { question { code } } } }""",
        # responses, their number, versions, questions of the version, answers, their questions;
        # looks at the responses
        7,
    ),
    ("Organisation", "questionnaires"): (
        """questionnaires { totalCount nodes { name versions { number questions { code scale {
          point } } questionnaire { code } } } }""",
        # questionnaires, their number, versions, questions, questionnaires by id
        5,
    ),
    ("Organisation", "auditEvents"): (
        # The same length, whatever the log holds.
        "auditEvents(first: 2) { totalCount nodes { id } }",
        # events, their number
        2,
    ),
    ("Organisation", "engagements"): (
        "engagements { totalCount nodes { firmName organisation { name } consultants { name } } }",
        # engagements, their number, those whom they name; the organisation is read by id
        4,
    ),
    ("Organisation", "excerpts"): (
        "excerpts { totalCount nodes { text themes audience cell segment from to } }",
        # excerpts, their number
        2,
    ),
    ("Organisation", "deskTexts"): (
        """deskTexts { totalCount nodes { text question { code } response { language }
          excerpts { state redactions { kind } } } }""",
        # texts, their number, questions, responses, excerpts, of which there are none; looks at
        # texts and at responses
        7,
    ),
    ("Organisation", "deskExcerpts"): (
        "deskExcerpts { totalCount nodes { text themes source { text } redactions { kind } } }",
        # excerpts, their number; there is none, whose source and redactions would take more
        2,
    ),
    ("Organisation", "actions"): (
        "actions { totalCount nodes { title status segment dueOn } }",
        # actions, their number
        2,
    ),
    ("Action", "notes"): (
        "actions { nodes { notes { totalCount nodes { text } } } }",
        # actions; there is none, whose notes and their number would take two more
        1,
    ),
    ("Organisation", "conversations"): (
        "conversations { totalCount nodes { state attempts { outcome } interview { status } } }",
        # conversations, their number; there is none, whose attempts would take more
        2,
    ),
    ("Organisation", "intakeEvents"): (
        "intakeEvents { totalCount nodes { action state } }",
        # events, their number
        2,
    ),
    ("Organisation", "editions"): (
        "editions { totalCount nodes { from to dimension segments } }",
        # editions, their number; there is none, whose cells would take one more
        2,
    ),
    ("Organisation", "jobs"): (
        "jobs { totalCount nodes { name state attempts progress } }",
        # jobs, their number
        2,
    ),
    ("Requisition", "offers"): (
        """requisitions { nodes { offers { nodes { requisition {
          offers { nodes { id } } } } } } }""",
        # requisitions, offers, requisitions by id; their offers are the same page and known
        3,
    ),
}
# HR sees the members and whom they invited, whom the consultant does not.
MEMBERS = (
    """members { totalCount nodes { name email role department } }
      memberInvitations { totalCount nodes { email role } }""",
    # members, their number, invitations, their number
    4,
)


def test_every_list_of_the_schema_is_counted() -> None:
    assert {
        *COUNTS,
        ("Organisation", "members"),
        ("Organisation", "memberInvitations"),
        # Of a firm: test_firm_log.py.
        ("Firm", "auditEvents"),
        ("Query", "organisations"),
        # One statement, whatever they hold: test_benchmark_parts.py and test_portfolio.py.
        ("Organisation", "benchmarkOverTime"),
        ("Query", "portfolio"),
        ("Query", "releases"),
    } == set(LISTS)


async def add(client: Client, count: int) -> None:
    """Add cases that were answered, each with a requisition and a candidate of its own."""
    for number in range(count):
        requisition = RequisitionInput(external_id=f"more {number}", title=f"More {number}")
        invited = await make_invited_candidate(client, requisition=requisition)
        await submit_words(invited, Confidentiality.ATTRIBUTED)
        await make_offer(client, requisition=requisition)


@pytest.mark.parametrize("where", COUNTS)
async def test_a_list_takes_as_many_statements_as_stated(
    ask: Ask, shared: Shared, statements: Callable[[], list[str]], where: tuple[str, str]
) -> None:
    world = shared.world
    selection, count = COUNTS[where]
    query = f"{{ organisations(first: 1) {{ nodes {{ {selection} }} }} }}"
    lengths = []
    for more in (0, 2):
        await add(world.client, more)
        statements()
        answer = await ask(world.client.consultant, query)
        assert "errors" not in answer
        sent = statements()
        assert len(sent) == 1 + count, "\n\n".join(sent)
        lengths.append(len(str(answer)))
    grows = where[1] not in {
        "questionnaires",
        "intakeEvents",
        "editions",
        "engagements",
        "auditEvents",
        "excerpts",
        "deskExcerpts",
        "actions",
        "notes",
        "conversations",
    }
    assert (lengths[1] > lengths[0]) is grows


async def test_members_take_two_statements(ask: Ask, statements: Callable[[], list[str]]) -> None:
    client = await make_client()
    statements()
    answer = await ask(client.hr, f"{{ organisations {{ nodes {{ {MEMBERS[0]} }} }} }}")
    assert answer["data"]["organisations"]["nodes"][0]["members"]["totalCount"] == 3
    assert len(statements()) == 1 + MEMBERS[1]


async def test_many_organisations_take_as_many_as_one(
    ask: Ask, statements: Callable[[], list[str]]
) -> None:
    clients = [await make_client() for _ in range(3)]
    for client in clients:
        await make_offer(client)
    roles = {client.organisation_id: Role.CONSULTANT for client in clients}
    query = """{ organisations { totalCount nodes { name offers { totalCount nodes { jobTitle
      requisition { title } } } } } }"""
    counts = []
    for number in (1, 3):
        some = dict(list(roles.items())[:number])
        viewer = type(client.consultant)(client.consultant.kind, client.consultant.id, roles=some)
        statements()
        answer = await ask(viewer, query)
        assert answer["data"]["organisations"]["totalCount"] == number
        counts.append(len(statements()))
    # organisations, their number, offers, the number of each organisation's offers, requisitions
    assert counts == [5, 5]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        # the organisation by its slug, the organisation by its id
        (
            "query ($s: String!, $i: ID!) { organisation(slug: $s) { name } node(id: $i) { id } }",
            2,
        ),
        # the organisation
        ("query ($i: ID!) { node(id: $i) { ... on Organisation { name viewerRole } } }", 1),
        # the firm; memberships are known since the token was read
        ("{ viewer { id name kind firm { name } memberships { role } } }", 1),
    ],
)
async def test_single_records(
    ask: Ask, shared: Shared, statements: Callable[[], list[str]], query: str, count: int
) -> None:
    world = shared.world
    statements()
    answer = await ask(world.client.consultant, query, s=world.client.slug, i=world.organisation)
    assert "errors" not in answer
    assert len(statements()) == count


async def test_a_mutation_costs_the_same_whatever_else_there_is(
    ask: Ask, shared: Shared, statements: Callable[[], list[str]]
) -> None:
    world = shared.world
    opening = """mutation ($id: ID!) { openInterview(input: {offerId: $id}) {
      interview { status } userErrors { code } } }"""
    inviting = """mutation ($id: ID!) { inviteCandidate(input: {interviewId: $id}) {
      interview { status } userErrors { code } } }"""
    interview = world.id("Interview", world.again.interview_id)
    sent: list[list[list[str]]] = []
    for offer in (world.elsewhere, world.lapsed):
        await add(world.client, len(sent))
        statements()
        opened = await ask(world.client.hr, opening, id=world.id("Offer", offer))
        both = [statements()]
        invited = await ask(world.client.hr, inviting, id=interview)
        both.append(statements())
        assert opened["data"]["openInterview"]["userErrors"] == []
        assert invited["data"]["inviteCandidate"]["userErrors"] == []
        sent.append(both)
    assert sent[0] == sent[1]


async def test_a_reminder_costs_the_same_whether_or_not_somebody_answered(
    ask: Ask, shared: Shared, statements: Callable[[], list[str]]
) -> None:
    world = shared.world
    query = """mutation ($id: ID!) { inviteCandidate(input: {interviewId: $id}) {
      interview { status mode invitedOn closesOn language } userErrors { code } } }"""
    looks = []
    for case in (
        world.attributed,
        world.confidential,
        world.anonymous,
        world.unanswered,
    ):
        statements()
        answer = await ask(world.client.hr, query, id=world.id("Interview", case.interview_id))
        # Ids and times differ in the parameters alone; one of them was invited half a year ago.
        answer["data"]["inviteCandidate"]["interview"].pop("invitedOn")
        looks.append((answer, statements()))
    assert all(look == looks[0] for look in looks)
