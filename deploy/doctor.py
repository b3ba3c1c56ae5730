"""`afterword doctor`: what is wrong with an installation, and what to do about it."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from smtplib import SMTP, SMTP_SSL, SMTPException
from urllib.parse import unquote, urlsplit

import redis
from authlib.common.security import is_secure_transport
from pydantic import ValidationError
from sqlalchemy import URL, Connection, create_engine, make_url, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

import migrations
from deploy.settings import faults
from migrations.roles import application_role_name
from tenants.db import application_url, psycopg_url
from tenants.integrations.signing_keys import open_private_key
from tenants.settings import Settings, get_settings

OLDEST_PYTHON = (3, 11)
OLDEST_POSTGRESQL = 150_000
CONNECT_SECONDS = 5
LARGEST_SKEW_SECONDS = 2.0

# What a role owns, by catalogue, in the database and beside it.
OWNED = """
SELECT count(*) FROM pg_shdepend d
JOIN pg_roles r ON r.oid = d.refobjid
WHERE r.rolname = :role AND d.refclassid = 'pg_authid'::regclass AND d.deptype = 'o'
"""
ROLE = """
SELECT rolsuper, rolbypassrls,
       rolname <> current_user AND pg_has_role(rolname, current_user, 'MEMBER') AS owner
FROM pg_roles WHERE rolname = :role
"""


class Problem(Exception):
    """One thing that is wrong.

    Attributes:
        what: What was found.
        cure: What to do.
    """

    def __init__(self, what: str, cure: str) -> None:
        """Keep both in words."""
        super().__init__(what)
        self.what = what
        self.cure = cure


Check = Callable[[Settings], str]


def examine(report: Callable[[str], None]) -> int:
    """Look at everything an installation needs; report one line for each.

    Args:
        report: Called with each line: "ok", or "wrong", what is, and what to do.

    Returns:
        0 when all is well, 1 otherwise.
    """
    well = _reported("Python", lambda: check_python(sys.version_info[:2]), report)
    well &= _reported("settings", check_settings, report)
    if not well:
        return 1
    settings = get_settings()
    for name, check in CHECKS.items():
        well &= _reported(name, partial(check, settings), report)
    return 0 if well else 1


def _reported(name: str, check: Callable[[], str], report: Callable[[str], None]) -> bool:
    try:
        report(f"ok     {name}: {check()}")
    except Problem as problem:
        report(f"wrong  {name}: {problem.what}. To do: {problem.cure}.")
        return False
    return True


def check_python(version: tuple[int, ...]) -> str:
    """Return the version of Python, which is new enough."""
    words = ".".join(str(number) for number in version)
    if version < OLDEST_PYTHON:
        found = f"{words} is too old"
        raise Problem(found, "run it with Python 3.11 or newer")
    return words


def check_settings() -> str:
    """Return that the settings can be read."""
    try:
        get_settings()
    except ValidationError as error:
        cure = "set the variable; afterword --help lists them"
        raise Problem(faults(error), cure) from error
    return "complete"


def check_database(settings: Settings) -> str:
    """Return which PostgreSQL answers; it is new enough."""
    with _database(settings) as connection:
        number = connection.scalar(text("SELECT current_setting('server_version_num')::int"))
        words = connection.scalar(text("SELECT current_setting('server_version')"))
    if number < OLDEST_POSTGRESQL:
        found = f"PostgreSQL {words} is too old"
        raise Problem(found, "move to PostgreSQL 15 or newer")
    return f"PostgreSQL {words}"


def check_clock(settings: Settings) -> str:
    """Return how far the database's clock is from ours, which is not far."""
    with _database(settings) as connection:
        before = time.time()
        theirs = connection.scalar(text("SELECT extract(epoch FROM clock_timestamp())"))
        skew = float(theirs) - (before + time.time()) / 2
    if abs(skew) > LARGEST_SKEW_SECONDS:
        found = f"the database's clock is {skew:+.1f} s from this machine's"
        raise Problem(found, "have a time server (NTP) set both; links and leases expire by them")
    return f"within {LARGEST_SKEW_SECONDS:.0f} s of the database's"


def check_migrations(settings: Settings) -> str:
    """Return the revision of the tables, which is this release's."""
    with _database(settings) as connection:
        revision = migrations.current(connection)
    if revision != migrations.head():
        found = f"the tables are at {revision}, this release needs {migrations.head()}"
        raise Problem(found, "afterword migrate")
    return f"at {revision}"


def check_role(settings: Settings) -> str:
    """Return the application's role, which row-level security binds."""
    name = application_role_name()
    with _database(settings) as connection:
        row = connection.execute(text(ROLE), {"role": name}).one_or_none()
        owned = connection.scalar(text(OWNED), {"role": name})
    if row is None:
        found = f"the role {name} does not exist"
        raise Problem(found, "afterword migrate")
    if row.rolsuper or row.rolbypassrls:
        cure = f"ALTER ROLE {name} NOSUPERUSER NOBYPASSRLS"
        found = f"the role {name} is not bound by row-level security"
        raise Problem(found, cure)
    if owned or row.owner:
        cure = f"REASSIGN OWNED BY {name} TO the owner, and REVOKE the owner's role from {name}"
        found = f"the role {name} owns tables, or is a member of who does"
        raise Problem(found, cure)
    with _connected(application_url(settings), "the application role", "afterword migrate"):
        return f"{name} is bound by row-level security"


def check_broker(settings: Settings) -> str:
    """Return which broker answers."""
    if settings.rabbitmq_url is not None:
        return _check_rabbitmq(settings.rabbitmq_url)
    if settings.redis_url is None:
        found = "neither REDIS_URL nor RABBITMQ_URL is set"
        raise Problem(found, "set one of them")
    return _check_redis(settings.redis_url)


def check_mail(settings: Settings) -> str:
    """Return which mail relay answers."""
    url = urlsplit(settings.smtp_url)
    kind = SMTP_SSL if url.scheme == "smtps" else SMTP
    host = url.hostname or "localhost"
    try:
        with kind(host, url.port or kind.default_port, timeout=CONNECT_SECONDS) as server:
            server.noop()
            if url.username:
                server.login(unquote(url.username), unquote(url.password or ""))
    except (OSError, SMTPException) as error:
        found = f"no mail relay at {host}: {error}"
        raise Problem(found, "start it, or correct SMTP_URL") from error
    return f"{host} answers"


def check_oauth(settings: Settings) -> str:
    """Return how many keys sign access tokens, each of which can be opened."""
    if not is_secure_transport(settings.public_url):
        found = "PUBLIC_URL is not https, and OAuth gives nothing out without it"
        cure = "end TLS in front of it, and set PUBLIC_URL to the address with https"
        raise Problem(found, cure)
    with _database(settings) as connection:
        if connection.scalar(text("SELECT to_regclass('signing_keys')")) is None:
            return "no keys yet"
        connection.execute(text("SET LOCAL app.operator = 'on'"))
        keys = connection.execute(text("SELECT id, private_key FROM signing_keys")).all()
    if not all(open_private_key(key_id, private) for key_id, private in keys):
        found = "a key that signs access tokens was sealed with another SECRET_KEY"
        raise Problem(found, "afterword rotate-keys --at-once")
    return f"{len(keys)} keys, made when they are needed" if keys else "no keys yet"


CHECKS: dict[str, Check] = {
    "database": check_database,
    "clock": check_clock,
    "migrations": check_migrations,
    "application role": check_role,
    "broker": check_broker,
    "mail": check_mail,
    "OAuth": check_oauth,
}


def _check_rabbitmq(url: str) -> str:
    # An installation with Redis never loads it.
    import pika  # noqa: PLC0415 - see above.
    from pika.exceptions import AMQPError  # noqa: PLC0415 - see above.

    parameters = pika.URLParameters(url)
    parameters.socket_timeout = CONNECT_SECONDS
    try:
        pika.BlockingConnection(parameters).close()
    except (AMQPError, OSError) as error:
        found = f"no RabbitMQ at {parameters.host}:{parameters.port}: {error!r}"
        raise Problem(found, "start it, or correct RABBITMQ_URL") from error
    return "RabbitMQ answers"


def _check_redis(url: str) -> str:
    client = redis.Redis.from_url(
        url, socket_timeout=CONNECT_SECONDS, socket_connect_timeout=CONNECT_SECONDS
    )
    try:
        client.ping()
        policy = client.info("memory").get("maxmemory_policy")
    except redis.RedisError as error:
        found = f"no Redis or Valkey: {error}"
        raise Problem(found, "start it, or correct REDIS_URL") from error
    finally:
        client.close()
    if policy not in {"noeviction", None}:
        found = f"it may drop messages ({policy})"
        raise Problem(found, "set maxmemory-policy to noeviction")
    return "Redis or Valkey answers"


@contextmanager
def _database(settings: Settings) -> Iterator[Connection]:
    """Connect as the owner, or as the application where the owner is not known."""
    url = make_url(settings.database_url) if settings.database_url else application_url(settings)
    with _connected(url, "the database", "start it, or correct DATABASE_URL") as connection:
        yield connection


@contextmanager
def _connected(url: URL, who: str, cure: str) -> Iterator[Connection]:
    engine = create_engine(
        psycopg_url(url), poolclass=NullPool, connect_args={"connect_timeout": CONNECT_SECONDS}
    )
    try:
        connection = engine.connect()
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", error)).strip().splitlines()[-1]
        found = f"cannot connect to {url.host} as {who}: {reason}"
        raise Problem(found, cure) from error
    with connection:
        yield connection
