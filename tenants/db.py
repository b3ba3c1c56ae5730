"""The one door to PostgreSQL: a transaction scoped by row-level security to one viewer."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any, Concatenate, Final, ParamSpec, Protocol, TypeVar

from psycopg import AsyncConnection, DatabaseError
from psycopg.errors import QueryCanceled
from psycopg.pq.abc import PGresult
from sqlalchemy import URL, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine

from tenants.access import Role, Viewer, ViewerKind
from tenants.announcements import write_events
from tenants.errors import TookTooLong
from tenants.keys import Purpose, mac
from tenants.pipeline import Lent, Parameters, Pool, Prepared, send
from tenants.settings import Settings, get_settings
from tenants.work import Bell, Session

P = ParamSpec("P")
T = TypeVar("T")

Ring = Callable[[Sequence[Bell]], None]


sessions: async_sessionmaker[Session] = async_sessionmaker(class_=Session, expire_on_commit=False)
_ring: list[Ring] = []
_readers: list[Pool] = []

_SCOPE: Final = (
    b"SELECT set_config('app.organisations', $1, true), set_config('app.firms', $2, true),"
    b" set_config('app.person', $3, true), set_config('app.token', $4, true),"
    b" set_config('app.operator', $5, true), set_config('statement_timeout', $6, true),"
    # Each text is planned once for its connection. Left to choose, PostgreSQL plans most of ours
    # anew each time, because it takes a plan for known values to be cheaper than it is: that costs
    # up to half of what a statement does.
    b" set_config('plan_cache_mode', 'force_generic_plan', true)"
)
_BEGIN: Final[Prepared] = (b"BEGIN", ())
_COMMIT: Final[Prepared] = (b"COMMIT", ())
_ROLLBACK: Final[Prepared] = (b"ROLLBACK", ())
_SCOPE_OF_READER: Final = _SCOPE + b", set_config('transaction_read_only', 'on', true)"


def application_role(database: str) -> str:
    """Return the name of the role that row-level security binds in a database of that name."""
    return f"{database}_app"


def benchmark_role(application: str) -> str:
    """Return the name of the role that may read contributions across organisations, no more.

    Nobody connects as it: the application role takes it on for one transaction.
    """
    return f"{application}_benchmark"


def application_url(settings: Settings) -> URL:
    """Return where and as whom the application connects.

    Derived from the owner's address unless it is set: same server and database, the application
    role, and a password that follows from the secret key.
    """
    if settings.application_database_url is not None:
        return make_url(settings.application_database_url)
    owner = make_url(settings.database_url or "")
    role = application_role(owner.database or "")
    return owner.set(username=role, password=application_password(role))


def listening_address(settings: Settings) -> str:
    """Return where the application listens for events, as libpq takes it: not through a pool."""
    url = application_url(settings)
    if settings.listen_database_url is not None:
        url = make_url(settings.listen_database_url)
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def application_password(role: str) -> str:
    """Return the application role's password, which follows from the secret key."""
    return mac(Purpose.DATABASE, role.encode()).hex()


def psycopg_url(url: URL | str) -> URL:
    """Return the address with the driver that we use, whichever the installation wrote."""
    return make_url(url).set(drivername="postgresql+psycopg")


def make_engine(**options: Any) -> AsyncEngine:
    """Return an engine for the application role."""
    url = psycopg_url(application_url(get_settings()))
    # An error's text goes to the log, and the parameters of a statement are what somebody wrote.
    return create_async_engine(url, pool_pre_ping=True, hide_parameters=True, **options)


@asynccontextmanager
async def connected(**options: Any) -> AsyncIterator[AsyncEngine]:
    """Connect `run` to the database for the time of the block."""
    engine = make_engine(**options)
    sessions.configure(bind=engine)
    try:
        yield engine
    finally:
        await engine.dispose()


def ring_with(ring: Ring) -> None:
    """Say how this process rings for jobs; until then they wait for the sweep."""
    _ring[:] = [ring]


def scope_statement(viewer: Viewer) -> str:
    """Return the statement that narrows a transaction to what the viewer's row-level scope is.

    `SET LOCAL`, because Citus hands it on to its shards and `set_config()` not. Every value is
    made of UUIDs and hexadecimal digits by this function; nothing of a caller's gets into it.
    """
    organisations, firms, person, token, operator, milliseconds = _scope_of(viewer)
    return (
        f"SET LOCAL ROLE {_role_of(viewer)};"
        f"SET LOCAL app.organisations = '{organisations}';"
        f"SET LOCAL app.firms = '{firms}';"
        f"SET LOCAL app.person = '{person}';"
        f"SET LOCAL app.token = '{token}';"
        f"SET LOCAL app.operator = '{operator}';"
        f"SET LOCAL statement_timeout = {milliseconds}"
    )


def _scope_of(viewer: Viewer) -> tuple[str, str, str, str, str, str]:
    """Return what the policies compare with, and how long a statement may take."""
    organisations = ",".join(str(key) for key in viewer.roles)
    # Whoever holds a person's token has a part of the person's rights in one organisation, and
    # nothing of what is the person's own elsewhere.
    whole = viewer.kind is ViewerKind.PERSON and viewer.scopes is None
    firms = ",".join(
        str(key) for key, role in viewer.firms.items() if role is Role.FIRM_ADMINISTRATOR and whole
    )
    return (
        f"{{{organisations}}}",
        f"{{{firms}}}",
        str(viewer.id) if whole else "",
        viewer.token_hash.hex() if viewer.token_hash else "",
        "on" if viewer.kind is ViewerKind.OPERATOR else "",
        str(_milliseconds_of(viewer)),
    )


def _milliseconds_of(viewer: Viewer) -> int:
    """Return how long one statement may take: 0, any time, for what nobody waits for."""
    if viewer.kind in {ViewerKind.JOB, ViewerKind.OPERATOR, ViewerKind.BENCHMARK}:
        return 0
    return int(1000 * get_settings().request_seconds)


async def rescope(session: Session, viewer: Viewer) -> None:
    """Scope what is left of the transaction to the viewer, who has just come to be somewhere new.

    Whoever founds an organisation is not in it before; nobody else has a reason to call this.
    """
    connection = await session.connection()
    await connection.exec_driver_sql(scope_statement(viewer))


def _role_of(viewer: Viewer) -> str:
    """Return the role of a transaction, quoted: the one that connected, unless for a release."""
    if viewer.kind is not ViewerKind.BENCHMARK:
        return "NONE"
    name = benchmark_role(application_url(get_settings()).username or "")
    return '"' + name.replace('"', '""') + '"'


async def run(
    function: Callable[Concatenate[Session, Viewer, P], Awaitable[T]],
    viewer: Viewer,
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """Run one domain function in one transaction on behalf of one viewer.

    After a return everything it did is committed and its due jobs were rung for; after an
    exception nothing of it is left. What it announced is written last, because that holds a lock.
    A lost doorbell delays a job until the next sweep, no more.

    Args:
        function: Called with the session, the viewer and the remaining arguments.
        viewer: Whose scope the transaction has.
        *args: Passed on.
        **kwargs: Passed on.

    Returns:
        What the function returns.

    Raises:
        TookTooLong: One of its statements did, for a viewer who waits for an answer.
    """
    async with sessions() as session:
        with _in_time():
            async with session.begin():
                connection = await session.connection()
                await connection.exec_driver_sql(scope_statement(viewer))
                result = await function(session, viewer, *args, **kwargs)
                if session.announced:
                    await write_events(session, session.announced)
        for ring in _ring if session.bells else ():
            ring(session.bells)
    return result


@asynccontextmanager
async def reading(size: int) -> AsyncIterator[None]:
    """Give `read` and `short` connections of their own for the time of the block."""
    url = application_url(get_settings()).set(drivername="postgresql")
    pool = Pool(url.render_as_string(hide_password=False), size)
    _readers.append(pool)
    try:
        yield
    finally:
        _readers.remove(pool)
        await pool.close()


async def read(viewer: Viewer, text: bytes, parameters: Parameters) -> PGresult:
    """Return the result of one statement in the viewer's scope, in one round trip.

    Within `reading` it has a transaction of its own, which cannot write; else it joins the session
    that `run` would have. The scope is set by `set_config`, in the same message: to send `BEGIN`,
    five times `SET LOCAL` and `COMMIT` costs as much as a small statement.

    Args:
        viewer: Whose scope it has. The one that makes releases reads by `run`.
        text: With numbered parameters; it is prepared, and so comes from a bounded set.
        parameters: Their values as PostgreSQL reads them.

    Raises:
        TookTooLong: It did.
    """
    if viewer.kind is ViewerKind.BENCHMARK:
        message = "a release is made by run()"
        raise ValueError(message)
    scope = [value.encode() for value in _scope_of(viewer)]
    if _readers:
        with _in_time():
            return (await _readers[-1].send([(_SCOPE_OF_READER, scope), (text, parameters)]))[1]
    async with sessions() as session:
        driver = await _driver_of(session)
        with _in_time():
            return (await send(driver, [(_SCOPE, scope), (text, parameters)]))[1]


async def read_along(viewer: Viewer, text: bytes, parameters: Parameters) -> PGresult:
    """Return the result of one statement that also writes, once that is committed.

    Like `read`, in one round trip. Where the connection was closed meanwhile it may be sent again,
    after it had an effect already.

    Raises:
        TookTooLong: It did; it has had no effect.
    """
    if not _readers:
        async with short(viewer) as transaction:
            (result,) = await transaction.send((text, parameters))
            await transaction.commit_after()
            return result
    scope = [value.encode() for value in _scope_of(viewer)]
    with _in_time():
        results = await _readers[-1].send([_BEGIN, (_SCOPE, scope), (text, parameters), _COMMIT])
        return results[2]


@contextmanager
def _in_time() -> Iterator[None]:
    """Say in words that a statement took longer than `statement_timeout`."""
    try:
        yield
    except (QueryCanceled, DBAPIError) as error:
        if not isinstance(getattr(error, "orig", error), QueryCanceled):
            raise
        message = "The database took too long over this; ask for less at once."
        raise TookTooLong(message) from error


class Short(Protocol):
    """A transaction in few messages: what is sent together is one of them."""

    async def send(self, *statements: Prepared) -> list[PGresult]:
        """Return the results of statements with numbered parameters.

        Each sees what was committed when it began. If one fails, none that follows has an effect,
        and the transaction has failed.
        """
        ...

    async def attempt(self, *statements: Prepared) -> list[PGresult]:
        """Return the same of a transaction of its own, before anything else was sent.

        It is sent again where nobody can tell what became of it. Another one may follow.
        """
        ...

    async def commit_after(self, *statements: Prepared) -> list[PGresult]:
        """Return the same once the transaction is committed; nothing may follow."""
        ...


@asynccontextmanager
async def short(viewer: Viewer) -> AsyncIterator[Short]:
    """Give a transaction in the viewer's scope that begins with the first message.

    What `commit_after` was not called for has had no effect after the block. Within `reading` it
    has a connection with prepared statements; else it joins the session that `run` would have.

    Raises:
        TookTooLong: A statement did.
    """
    if viewer.kind is ViewerKind.BENCHMARK:
        message = "a release is made by run()"
        raise ValueError(message)
    if not _readers:
        with _in_time():
            async with sessions() as session, session.begin() as whole:
                connection = await session.connection()
                await connection.exec_driver_sql(scope_statement(viewer))
                within = _OfSession(await _driver_of(session))
                yield within
                if not within.is_done:
                    await whole.rollback()
        return
    scope: Prepared = (_SCOPE, [value.encode() for value in _scope_of(viewer)])
    with _in_time():
        async with _readers[-1].lend() as lent:
            transaction = _OfPool(lent, [_BEGIN, scope])
            try:
                yield transaction
            except Exception:
                await transaction.end()
                raise
            await transaction.end()


class _OfPool:
    """A transaction of `short` on a connection of its own."""

    def __init__(self, lent: Lent, first: Sequence[Prepared]) -> None:
        self._lent, self._first, self._is_open = lent, first, False

    async def send(self, *statements: Prepared) -> list[PGresult]:
        first, self._first, self._is_open = self._first, (), True
        return (await self._lent.send([*first, *statements]))[len(first) :]

    async def attempt(self, *statements: Prepared) -> list[PGresult]:
        self._is_open = True
        results = await self._lent.send([*self._first, *statements, _COMMIT])
        self._is_open = False
        return results[len(self._first) : -1]

    async def commit_after(self, *statements: Prepared) -> list[PGresult]:
        if not (statements or self._is_open):
            return []
        # The first message is sent again where the connection was stale, and a commit never.
        assert not self._first  # noqa: S101 - a transaction that reads nothing needs none of this.
        results = await self.send(*statements, _COMMIT)
        self._is_open = False
        return results[:-1]

    async def end(self) -> None:
        if self._is_open:
            # Where even that cannot be sent the connection is closed, which ends it as well.
            with suppress(DatabaseError):
                await self._lent.send([_ROLLBACK])


class _OfSession:
    """A transaction of `short` within one that somebody else ends: a test's."""

    def __init__(self, driver: AsyncConnection[Any]) -> None:
        self._driver, self.is_done = driver, False

    async def send(self, *statements: Prepared) -> list[PGresult]:
        return await send(self._driver, statements)

    async def attempt(self, *statements: Prepared) -> list[PGresult]:
        return await self.send(*statements)

    async def commit_after(self, *statements: Prepared) -> list[PGresult]:
        results = await self.send(*statements) if statements else []
        self.is_done = True
        return results


async def _driver_of(session: Session) -> AsyncConnection[Any]:
    connection = await (await session.connection()).get_raw_connection()
    driver: AsyncConnection[Any] | None = connection.driver_connection
    assert driver is not None  # noqa: S101 - a connection that was just taken is open.
    return driver
