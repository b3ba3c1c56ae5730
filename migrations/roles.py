"""The role that the application connects as: it owns nothing and row-level security binds it."""

from sqlalchemy import Connection, make_url, text
from sqlalchemy.exc import ProgrammingError

from tenants.db import application_password, application_role, benchmark_role
from tenants.settings import get_settings


def application_role_name() -> str:
    """Return the role that the migrations grant to."""
    settings = get_settings()
    if settings.application_database_url is not None:
        name = make_url(settings.application_database_url).username
        if name is None:
            message = "APPLICATION_DATABASE_URL names no user"
            raise ValueError(message)
        return name
    return application_role(make_url(settings.database_url or "").database or "afterword")


def ensure_application_role(connection: Connection) -> None:
    """Make the application role exist and able to connect, and unable to do more.

    A role that was made by hand (APPLICATION_DATABASE_URL, `deploy/roles.sql`) is left alone.

    Raises:
        RuntimeError: The role is missing and the owner may not create roles.
    """
    name = application_role_name()
    quoted = connection.dialect.identifier_preparer.quote(name)
    known = _is_known(connection, name)
    if get_settings().application_database_url is not None and known:
        return
    verb = "ALTER" if known else "CREATE"
    password = application_password(name)
    try:
        with connection.begin_nested():
            connection.exec_driver_sql(
                f"{verb} ROLE {quoted} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS"
                f" NOINHERIT NOREPLICATION PASSWORD '{password}'"
            )
            # Compiling the policies costs half a second where the statement takes a millisecond.
            connection.exec_driver_sql(f"ALTER ROLE {quoted} SET jit = off")
            # A plan kept from when the tables were empty is far slower than planning anew.
            connection.exec_driver_sql(
                f"ALTER ROLE {quoted} SET plan_cache_mode = force_custom_plan"
            )
    except ProgrammingError as error:
        if known:
            return
        message = (
            f"The role {name} is missing and the owner of the database may not create it."
            " Run deploy/roles.sql as a superuser and set APPLICATION_DATABASE_URL."
        )
        raise RuntimeError(message) from error


def benchmark_role_name() -> str:
    """Return the role that the migrations let read contributions across organisations."""
    return benchmark_role(application_role_name())


def ensure_benchmark_role(connection: Connection) -> None:
    """Make the benchmark role exist, for the application role to take on and not to inherit.

    Row-level security lets a role through that has another one's privileges; the application role
    is NOINHERIT, so that it reads across organisations only after `SET ROLE`.

    Raises:
        RuntimeError: The role is missing and the owner may not create roles, or the application
            role inherits from it.
    """
    application, benchmark = application_role_name(), benchmark_role_name()
    if not _is_known(connection, benchmark):
        _create_benchmark_role(connection, application, benchmark)
    inherits = text("SELECT pg_has_role(:application, :benchmark, 'USAGE')")
    if connection.scalar(inherits, {"application": application, "benchmark": benchmark}):
        message = (
            f"The role {application} inherits from {benchmark} and would read other organisations'"
            f" contributions. As a superuser: ALTER ROLE {application} NOINHERIT;"
            f" REVOKE {benchmark} FROM {application}; GRANT {benchmark} TO {application};"
        )
        raise RuntimeError(message)


def _is_known(connection: Connection, name: str) -> bool:
    known = text("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = :name)")
    return bool(connection.scalar(known, {"name": name}))


def _create_benchmark_role(connection: Connection, application: str, benchmark: str) -> None:
    quote = connection.dialect.identifier_preparer.quote
    try:
        with connection.begin_nested():
            connection.exec_driver_sql(
                f"CREATE ROLE {quote(benchmark)} NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE"
                " NOBYPASSRLS NOREPLICATION"
            )
            connection.exec_driver_sql(f"GRANT {quote(benchmark)} TO {quote(application)}")
    except ProgrammingError as error:
        message = (
            f"The role {benchmark} is missing and the owner of the database may not create it."
            " Run deploy/roles.sql as a superuser."
        )
        raise RuntimeError(message) from error
