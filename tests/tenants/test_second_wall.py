"""What the database refuses, whatever the code above forgets."""

from dataclasses import replace
from datetime import date
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tenants import sealing
from tenants.access import (
    Viewer,
    ViewerKind,
)
from tenants.audit import Log
from tenants.benchmarks import queries as benchmark_queries
from tenants.benchmarks import service as benchmarks
from tenants.db import run
from tenants.disclosure.rules import Dimension
from tenants.insights.settings import update_insight_settings
from tenants.interviews import mail_settings, submission
from tenants.interviews import service as interviews
from tenants.interviews.mail_texts import MailKind, MailText
from tenants.model import Model
from tenants.offers.monthly_counts import record_monthly_counts
from tenants.offers.monthly_queries import MonthCounts
from tenants.organisations.insight_settings import numbers_since
from tenants.reasons import Controllability
from tenants.themes.codebook import ThemeLine
from tenants.themes.service import save_theme
from tenants.tokens import hash_token
from tenants.work import Session
from tests.api.action_world import keep_digest_mail, make_action, make_note
from tests.api.asking import token_of
from tests.api.auth.oauth_world import keep_one_of_each
from tests.api.library_world import make_library, push_everything
from tests.api.moderation_world import keep_on_the_desk
from tests.api.test_mail_settings import send
from tests.api.world import World, fingerprint, make_world
from tests.conversing import key_in, make_conversation
from tests.factories import Client, make_client, make_firm_invitation, make_member_invitation
from tests.tenants.insights.answered import add_response
from tests.tenants.insights.published import BEGAN, LAST_MONTH, THIS_MONTH, age, publish

# What the application's role adds to, or only reads.
READ_ONLY = (
    "action_notes",
    "audit_batches",
    "audit_events",
    "benchmark_audiences",
    "benchmark_comparisons",
    "benchmark_places",
    "library_pushes",
    "insight_settings",
    "invitation_texts",
)
TENANT_TABLES = sorted(
    name for name, table in Model.metadata.tables.items() if "organisation_id" in table.columns
)


async def hold_offer(session: Session, _viewer: Viewer, offer_id: UUID) -> None:
    """Let somebody hold an offer's interview, whoever they are."""
    statement = text(
        "INSERT INTO independent_administrators (organisation_id, offer_id, person_id)"
        " SELECT organisation_id, :offer, person_id FROM memberships LIMIT 1"
    )
    await session.execute(statement, {"offer": offer_id})


async def rows_in(viewer: Viewer, statement: str) -> int:
    """Return how many rows a statement reaches in the scope of a viewer."""

    async def send(session: Session, _viewer: Viewer) -> int:
        result = await session.execute(text(statement))
        return len(result.all())

    return await run(send, viewer)


async def write_mails(world: World) -> None:
    """Set when and what an organisation writes, and keep a mail."""
    here = {"organisation_id": world.client.organisation_id}
    hr = world.client.hr
    timing = mail_settings.MailTiming()
    await run(mail_settings.update_mail_timing, hr, **here, revision=0, timing=timing)
    given = [
        (language, kind, MailText("A word", "{link} {closes_on}"))
        for language in ("en", "de")
        for kind in MailKind
    ]
    await run(mail_settings.write_mail_texts, hr, **here, based_on=0, mails=given)
    await send(world.unanswered)


async def compare(client: Client) -> None:
    """Publish an edition of a client, let it contribute, and write what it may be shown."""
    await run(age, client.job, client.organisation_id)
    for _ in range(5):
        await add_response(client, BEGAN)
    await publish(client, as_of=LAST_MONTH)
    here = {"organisation_id": client.organisation_id}
    await run(
        benchmarks.join_benchmark,
        client.job,
        organisation_id=client.organisation_id,
        family=client.slug,
        text="We take part.",
        joined_on=BEGAN,
    )
    await run(
        benchmarks.contribute,
        client.job,
        **here,
        starts_on=BEGAN,
        ends_on=THIS_MONTH,
        firm_people=await run(benchmark_queries.list_firm_people, Viewer.operator()),
    )
    await run(write_comparison, Viewer.benchmark(), client.organisation_id)


async def write_comparison(session: Session, _viewer: Viewer, organisation_id: UUID) -> None:
    for statement in (
        """
        INSERT INTO benchmark_releases
            (number, starts_on, ends_on, as_of_on, rules, inputs_hash, released_at)
        SELECT coalesce(max(number), 0) + 1, current_date, current_date, current_date, '{}', '',
               now()
        FROM benchmark_releases
        """,
        """
        INSERT INTO benchmark_comparisons (organisation_id, release_number, audience, metric)
        SELECT :organisation, max(number), '', 'DECLINE_RATE' FROM benchmark_releases
        """,
        """
        INSERT INTO benchmark_audiences
            (organisation_id, release_number, audience, industry, size_band, region, families)
        SELECT :organisation, max(number), '', '', '', '', '{}' FROM benchmark_releases
        """,
        """
        INSERT INTO benchmark_places (organisation_id, release_number, family, industry, size_band,
                                      region, takes_part, is_gone, observers)
        SELECT :organisation, max(number), '', '', '', '', true, false, '{}'
        FROM benchmark_releases
        """,
    ):
        await session.execute(text(statement), {"organisation": organisation_id})


@pytest.mark.usefixtures("connection")
async def test_the_database_alone_keeps_a_scope_to_its_organisation() -> None:
    """Whatever the code above forgets: the application's role reaches nothing else."""
    world, other = await make_world(), await make_world()
    for one in (world, other):
        await run(
            interviews.open_interview,
            one.client.hr,
            organisation_id=one.client.organisation_id,
            offer_id=one.lapsed,
            idempotency_key="a key",
        )
        await run(submission.save_answers, one.unanswered.viewer, answers={})
        await make_conversation(one.unanswered)
        await key_in(one.again)
        await run(hold_offer, one.client.job, one.lapsed)
        await run(sealing.seal_events, one.client.job, log=Log(one.client.organisation_id))
        await make_member_invitation(one.client)
        await make_note(one.client, await make_action(one.client))
        await keep_digest_mail(one.client)
        await write_mails(one)
        await run(
            update_insight_settings,
            one.client.consultant,
            organisation_id=one.client.organisation_id,
            revision=0,
            dimension=Dimension.DEPARTMENT,
            window_months=12,
            numbers=numbers_since((), date(2026, 1, 1)),
        )
        await keep_one_of_each(one.client)
        await run(
            record_monthly_counts,
            one.client.hr,
            organisation_id=one.client.organisation_id,
            counts=[MonthCounts(date(2020, 1, 1), accepted=3, declined=1)],
        )
        await run(
            save_theme,
            one.client.consultant,
            organisation_id=one.client.organisation_id,
            line=ThemeLine("PAY_BASE", controllability=Controllability.CONTROLLABLE),
        )
        await push_everything(one.client)
        await keep_on_the_desk(one.client)
        await compare(one.client)
        held = await fingerprint(one.client)
        assert [name for name in TENANT_TABLES if held[name][0] == 0] == []
    mine, theirs = other.client.job, world.client.organisation_id
    before = await fingerprint(world.client, other.client)
    for name in TENANT_TABLES:
        await nothing_comes_of(mine, name, theirs)
        await nothing_is_reached_without_a_scope(name)
    assert await fingerprint(world.client, other.client) == before


async def reach_nothing(viewer: Viewer, statement: str) -> None:
    """Assert that a statement reaches no row, or may not be sent at all."""
    try:
        found = await rows_in(viewer, statement)
    except DBAPIError as error:
        if "permission denied" not in str(error):
            raise
        return
    assert found == 0, statement


async def nothing_is_reached_without_a_scope(name: str) -> None:
    """Assert that no statement of nobody's reaches a row of a table or adds one."""
    columns = ", ".join(Model.metadata.tables[name].columns.keys())
    made = ", ".join(
        "gen_random_uuid()" if one.name == "organisation_id" else "NULL"
        for one in Model.metadata.tables[name].columns
    )
    for nobody in (Viewer(), Viewer(ViewerKind.CANDIDATE, uuid4())):
        assert await rows_in(nobody, f"SELECT 1 FROM {name}") == 0, name  # noqa: S608 - our own names.
        await reach_nothing(
            nobody,
            f"UPDATE {name} SET organisation_id = organisation_id RETURNING 1",  # noqa: S608 - likewise.
        )
        await reach_nothing(nobody, f"DELETE FROM {name} RETURNING 1")  # noqa: S608 - likewise.
        with pytest.raises(DBAPIError, match=r"row-level security|permission denied"):
            await rows_in(nobody, f"INSERT INTO {name} ({columns}) VALUES ({made}) RETURNING 1")  # noqa: S608 - likewise.


async def nothing_comes_of(viewer: Viewer, name: str, theirs: UUID) -> None:
    """Assert that no statement on a table reaches into another organisation."""
    (mine,) = viewer.roles
    columns = ", ".join(Model.metadata.tables[name].columns.keys())
    reaching = f"SELECT 1 FROM {name} WHERE organisation_id"  # noqa: S608 - our own names.
    assert await rows_in(viewer, f"{reaching} IS DISTINCT FROM '{mine}'") == 0, name
    changed = f"UPDATE {name} SET organisation_id = '{mine}'"  # noqa: S608 - likewise.
    gone = f"DELETE FROM {name} WHERE organisation_id = '{theirs}' RETURNING 1"  # noqa: S608 - likewise.
    moved = columns.replace("organisation_id", f"'{theirs}'::uuid")
    refused = [
        f"INSERT INTO {name} ({columns}) SELECT {moved} FROM {name} RETURNING 1",  # noqa: S608 - likewise.
        f"UPDATE {name} SET organisation_id = '{theirs}' RETURNING 1",  # noqa: S608 - likewise.
    ]
    if name in READ_ONLY or name == "questions":
        # The log and published questions can be added to and read, what was compared can be read,
        # and that is all.
        refused += [f"{changed} RETURNING 1", gone]
    elif name == "questionnaire_versions":
        # Drafts are written anew, and nothing but the state ever changes.
        refused.append(f"{changed} RETURNING 1")
        assert await rows_in(viewer, gone) == 0, name
    elif name == "actions":
        # One is dropped, and never deleted.
        refused.append(gone)
    else:
        assert (
            await rows_in(viewer, f"{changed} WHERE organisation_id = '{theirs}' RETURNING 1") == 0
        )
        assert await rows_in(viewer, gone) == 0, name
    for statement in refused:
        with pytest.raises(DBAPIError, match=r"row-level security|permission denied"):
            await rows_in(viewer, statement)


OF_FIRMS = (
    *("firm_audit_events", "firm_audit_subjects", "firm_invitations"),
    *("library_templates", "library_template_versions", "library_themes"),
)


async def keep_of_firm(client: Client) -> None:
    """Give a client's firm a row in every table of its own."""
    await make_library(client)
    await make_firm_invitation(client)


@pytest.mark.usefixtures("connection")
async def test_the_database_alone_keeps_people_and_firms_apart() -> None:
    world, other = await make_client(), await make_client()
    person = replace(other.hr, roles={})
    assert await rows_in(other.job, "SELECT * FROM organisations") == 1
    assert await rows_in(other.job, "SELECT * FROM people") == 4
    assert await rows_in(other.job, "SELECT * FROM firms") == 1
    for name in ("access_tokens", "firm_members", "schedule"):
        assert await rows_in(other.job, f"SELECT * FROM {name}") == 0  # noqa: S608 - our own names.
    # Nothing of a firm is an organisation's, another firm's, or nobody's.
    await keep_of_firm(world)
    for name in OF_FIRMS:
        assert await rows_in(world.firm_administrator, f"SELECT * FROM {name}") > 0, name  # noqa: S608 - likewise.
        for one in (world.job, world.hr, other.consultant, other.firm_administrator, Viewer()):
            assert await rows_in(one, f"SELECT * FROM {name}") == 0, name  # noqa: S608 - likewise.
            await reach_nothing(one, f"DELETE FROM {name} RETURNING 1")  # noqa: S608 - likewise.
    # Somebody without a part in anything sees the own row and membership.
    for name, count in (("people", 1), ("memberships", 1), ("organisations", 0), ("firms", 0)):
        assert await rows_in(person, f"SELECT * FROM {name}") == count, name  # noqa: S608 - likewise.
    assert await rows_in(Viewer(), "SELECT * FROM people") == 0
    token = await token_of(world.hr)
    presented = Viewer(token_hash=hash_token(token))
    assert await rows_in(presented, "SELECT * FROM access_tokens") == 1
    assert await rows_in(presented, "SELECT * FROM people") == 1
    stranger = Viewer(token_hash=hash_token("another"))
    assert await rows_in(stranger, "SELECT * FROM access_tokens") == 0
    assert await rows_in(stranger, "SELECT * FROM people") == 0
