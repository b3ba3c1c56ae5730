"""What the database itself keeps to, whoever writes to it."""

import os

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

import migrations
from tenants.db import application_role, benchmark_role
from tenants.model import Model

TENANT_TABLES = {
    name for name, table in Model.metadata.tables.items() if "organisation_id" in table.columns
}
# Not sharded, and crossed by the sweep for due rows; its rows hold ids only.
UNSHARDED = {"jobs"}
# What lies across organisations: nobody reads it but who makes releases.
OF_THE_BENCHMARK = {"benchmark_groups", "benchmark_partitions"}
# Not sharded: jobs are crossed by the sweep for due rows, and hold ids only; a provider may be a
# firm's, and is looked for before anybody is known.
UNSHARDED = {"identity_providers", "jobs"}


def _rows(database: str, statement: str) -> list[tuple[object, ...]]:
    engine = create_engine(database)
    with engine.connect() as connection:
        rows = [tuple(row) for row in connection.execute(text(statement))]
    engine.dispose()
    return rows


def test_the_newest_revision_is_the_one_that_alembic_goes_to() -> None:
    scripts = ScriptDirectory.from_config(migrations.configuration())
    assert migrations.head() == scripts.get_current_head()


def test_the_tables_are_those_of_the_models(database: str) -> None:
    found = _rows(
        database,
        "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p')"
        " AND relnamespace = 'public'::regnamespace AND relname <> 'alembic_version'",
    )
    assert {name for (name,) in found} == set(Model.metadata.tables)


def test_every_table_is_behind_forced_row_level_security(database: str) -> None:
    bare = _rows(
        database,
        """
        SELECT c.relname FROM pg_class c
        WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
          AND c.relname <> 'alembic_version'
          AND NOT (c.relrowsecurity AND c.relforcerowsecurity
                   AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid))
        """,
    )
    assert bare == []


def test_writing_to_a_tenant_table_takes_the_scope_of_its_organisation(database: str) -> None:
    policies = _rows(
        database,
        """
        SELECT polrelid::regclass::text, polname, polcmd, polpermissive,
               pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)
        FROM pg_policy
        """,
    )
    # Without a condition of its own for new rows, the one for old rows holds for them, too.
    checked = {(table, name): check for table, name, *_, check in policies if check is not None}
    # The mail that invites into a firm belongs to no organisation.
    of_log = {checked.pop((f"firm_audit_{name}", "added")) for name in ("events", "subjects")}
    assert all("f.person_id = " in str(one) and "firm_id IN" in str(one) for one in of_log)
    of_firm = str(checked.pop(("jobs", "invited")))
    assert "organisation_id IS NULL" in of_firm
    assert "'firms.invite'" in of_firm
    assert "app.firms" in of_firm
    # Nor does a release that an operator asks for, who writes down that it was asked for.
    for table, name in (("jobs", "releases"), ("installation_events", "own")):
        assert "FROM operators" in str(checked.pop((table, name)))
    # What finishes a release finds it unfinished, and leaves it finished.
    assert checked == {
        ("benchmark_partitions", "unfinished"): "true",
        ("benchmark_releases", "unfinished"): "true",
        # A published version can be retired, and nothing else.
        ("questionnaire_versions", "retired"): "(state = 'RETIRED'::text)",
    }
    writing = {
        table: (permissive, str(condition))
        for table, name, command, permissive, condition, _ in policies
        if table in TENANT_TABLES and command != "r" and name == "tenant"
    }
    assert set(writing) == TENANT_TABLES
    for permissive, condition in writing.values():
        assert permissive is True
        assert "app.organisations" in condition
        assert "organisation_id = ANY" in condition
    others = {
        (table, name)
        for table, name, command, permissive, *_ in policies
        if permissive and table in TENANT_TABLES and command != "r" and name != "tenant"
    }
    # Restrictive ones only take away: a published version is retired, and only drafts go.
    # What finishes a release finds it unfinished.
    assert {(table, name) for table, name, _, permissive, *_ in policies if not permissive} == {
        ("benchmark_partitions", "unfinished"),
        ("benchmark_releases", "unfinished"),
        ("questionnaire_versions", "retired"),
        ("questionnaire_versions", "discarded"),
    }
    # The scheduler's sweep crosses organisations, and so does a release of the benchmark.
    assert others == {
        ("jobs", "operator"),
        ("jobs", "invited"),
        ("jobs", "releases"),
        ("identity_providers", "firm"),
        ("event_places", "operator"),
        ("organisation_events", "operator"),
        ("benchmark_audiences", "benchmark"),
        ("benchmark_places", "benchmark"),
        ("benchmark_comparisons", "benchmark"),
        ("benchmark_consents", "benchmark"),
        ("benchmark_members", "benchmark"),
        ("benchmark_observers", "benchmark"),
        ("contributions", "benchmark"),
    }


def test_every_key_of_a_tenant_table_begins_with_the_organisation(database: str) -> None:
    keys = _rows(
        database,
        """
        SELECT k.conrelid::regclass::text, k.conname, k.contype, f.relname,
               (SELECT attname FROM pg_attribute
                WHERE attrelid = k.conrelid AND attnum = k.conkey[1]),
               (SELECT attname FROM pg_attribute
                WHERE attrelid = k.confrelid AND attnum = k.confkey[1])
        FROM pg_constraint k LEFT JOIN pg_class f ON f.oid = k.confrelid
        WHERE k.contype IN ('p', 'u', 'f') AND k.connamespace = 'public'::regnamespace
        UNION ALL
        SELECT i.indrelid::regclass::text, i.indexrelid::regclass::text, 'u', NULL,
               (SELECT attname FROM pg_attribute
                WHERE attrelid = i.indrelid AND attnum = i.indkey[0]), NULL
        FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
        WHERE i.indisunique AND c.relnamespace = 'public'::regnamespace
        """,
    )
    loose = [
        (table, name)
        for table, name, kind, target, first, referred in keys
        if table in TENANT_TABLES - UNSHARDED
        # People, firms and releases are nobody's tenant's; a key to them names no organisation.
        and not (kind == "f" and target in {"people", "firms", "benchmark_releases"})
        and (first != "organisation_id" or referred not in {None, "id", "organisation_id"})
    ]
    assert loose == []
    half = [
        name
        for table, name, kind, target, _, referred in keys
        if kind == "f" and target in TENANT_TABLES and referred != "organisation_id"
    ]
    assert half == []


def test_the_application_role_owns_nothing_and_cannot_leave_its_scope(database: str) -> None:
    role = application_role(database.rsplit("/", 1)[1])
    mine = f"'{role}'::regrole"
    for statement in (
        f"SELECT 1 FROM pg_roles WHERE oid = {mine} AND (rolsuper OR rolbypassrls)",  # noqa: S608 - our own name.
        f"SELECT 1 FROM pg_roles WHERE oid = {mine} AND (rolcreatedb OR rolcreaterole)",  # noqa: S608 - likewise.
        f"SELECT 1 FROM pg_roles WHERE oid = {mine} AND rolreplication",  # noqa: S608 - likewise.
        # It may take on the benchmark role and has none of its privileges before it does.
        (
            f"SELECT roleid::regrole FROM pg_auth_members WHERE member = {mine}"  # noqa: S608 - likewise.
            f" AND roleid <> '{benchmark_role(role)}'::regrole"
        ),
        f"SELECT 1 WHERE pg_has_role({mine}::oid, '{benchmark_role(role)}', 'USAGE')",
        f"SELECT relname FROM pg_class WHERE relowner = {mine}",  # noqa: S608 - likewise.
        f"SELECT nspname FROM pg_namespace WHERE nspowner = {mine}",  # noqa: S608 - likewise.
        f"SELECT 1 WHERE has_schema_privilege({mine}::oid, 'public', 'CREATE')",
        "SELECT viewname FROM pg_views WHERE schemaname = 'public'",
        "SELECT matviewname FROM pg_matviews WHERE schemaname = 'public'",
        "SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace",
        "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
        "SELECT rulename FROM pg_rules WHERE schemaname = 'public'",
    ):
        assert _rows(database, statement) == [], statement


def test_the_application_role_may_do_four_things_and_two_to_the_log(database: str) -> None:
    role = application_role(database.rsplit("/", 1)[1])
    granted: dict[str, set[str]] = {}
    for table, verb in _rows(
        database,
        "SELECT table_name, privilege_type FROM information_schema.role_table_grants"  # noqa: S608 - our own name.
        f" WHERE grantee IN ('{role}', 'PUBLIC') AND table_schema = 'public'",
    ):
        granted.setdefault(str(table), set()).add(str(verb))
    usual = {"SELECT", "INSERT", "UPDATE", "DELETE"}
    assert granted == {
        **dict.fromkeys(Model.metadata.tables.keys() - OF_THE_BENCHMARK, usual),
        "audit_events": {"SELECT", "INSERT"},
        "actions": {"SELECT", "INSERT", "UPDATE"},
        "action_notes": {"SELECT", "INSERT"},
        "benchmark_audiences": {"SELECT"},
        # Of versions only the state may change, which is granted by the column.
        "questionnaire_versions": {"SELECT", "INSERT", "DELETE"},
        "questions": {"SELECT", "INSERT"},
        # What mails said stays.
        "invitation_texts": {"SELECT", "INSERT"},
        # By what an edition was published stays.
        "insight_settings": {"SELECT", "INSERT"},
        "audit_batches": {"SELECT", "INSERT"},
        "installation_events": {"SELECT", "INSERT"},
        "operators": {"SELECT", "INSERT", "DELETE"},
        "firm_audit_events": {"SELECT", "INSERT"},
        "firm_audit_batches": {"SELECT", "INSERT"},
        "firm_audit_subjects": {"SELECT", "INSERT", "DELETE"},
        # What is a log is added to and never changed.
        "library_template_versions": {"SELECT", "INSERT"},
        "library_themes": {"SELECT", "INSERT"},
        "library_pushes": {"SELECT", "INSERT"},
        "benchmark_comparisons": {"SELECT"},
        "benchmark_places": {"SELECT"},
        "benchmark_releases": {"SELECT"},
        "alembic_version": {"SELECT"},
    }


@pytest.mark.usefixtures("database")
def test_the_benchmark_role_reads_contributions_and_who_takes_part_and_nothing_else(
    database: str,
) -> None:
    role = benchmark_role(application_role(database.rsplit("/", 1)[1]))
    granted: dict[str, set[str]] = {}
    for table in Model.metadata.tables:
        for verb in ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE"):
            allowed = f"SELECT has_table_privilege('{role}', '{table}', '{verb}')"
            if _rows(database, allowed) == [(True,)]:
                granted.setdefault(table, set()).add(verb)
    assert granted == {
        "benchmark_audiences": {"INSERT"},
        "benchmark_comparisons": {"INSERT"},
        "benchmark_consents": {"SELECT"},
        "benchmark_groups": {"SELECT", "INSERT"},
        "benchmark_partitions": {"SELECT", "INSERT"},
        "benchmark_places": {"SELECT", "INSERT"},
        "benchmark_members": {"SELECT"},
        "benchmark_observers": {"SELECT"},
        "benchmark_releases": {"SELECT", "INSERT"},
        "contributions": {"SELECT"},
    }
    for statement in (
        f"SELECT 1 FROM pg_roles WHERE rolname = '{role}' AND (rolsuper OR rolbypassrls)",  # noqa: S608 - our own name.
        f"SELECT 1 FROM pg_roles WHERE rolname = '{role}' AND rolcanlogin",  # noqa: S608 - likewise.
        f"SELECT roleid FROM pg_auth_members WHERE member = '{role}'::regrole",  # noqa: S608 - likewise.
    ):
        assert _rows(database, statement) == [], statement


def test_without_a_scope_the_application_role_sees_no_row() -> None:
    from tenants.db import application_url, psycopg_url  # noqa: PLC0415 - settings of the test.
    from tenants.settings import get_settings  # noqa: PLC0415 - likewise.

    engine = create_engine(psycopg_url(application_url(get_settings())))
    for scope in ("", "SET LOCAL app.organisations = '{}'", "SET LOCAL app.organisations = ''"):
        with engine.connect() as connection:
            if scope:
                connection.execute(text(scope))
            for name in sorted(Model.metadata.tables.keys() - OF_THE_BENCHMARK):
                found = connection.execute(text(f"SELECT * FROM {name}")).all()  # noqa: S608 - our own names.
                assert found == [], name
    engine.dispose()


def test_migrations_go_up_down_and_up_and_equal_the_models(database: str) -> None:
    from alembic import command  # noqa: PLC0415 - only here.

    name = f"{database.rsplit('/', 1)[1]}_migrations"
    admin = create_engine(database, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template0"))
    before = os.environ["DATABASE_URL"]
    from tenants.settings import get_settings  # noqa: PLC0415 - settings of the test.

    try:
        os.environ["DATABASE_URL"] = f"{database.rsplit('/', 1)[0]}/{name}"
        get_settings.cache_clear()
        migrations.upgrade()
        migrations.downgrade("base")
        migrations.upgrade()
        command.check(migrations.configuration())
    finally:
        os.environ["DATABASE_URL"] = before
        get_settings.cache_clear()
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
            connection.execute(text(f"DROP ROLE IF EXISTS {name}_app_benchmark, {name}_app"))
        admin.dispose()
