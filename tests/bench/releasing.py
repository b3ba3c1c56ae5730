"""`./dev bench`: a release over synthetic organisations, up to what each is told."""

import asyncio
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from sqlalchemy import create_engine, text

import migrations
from tenants import db
from tenants.access import Viewer
from tenants.benchmarks import releases
from tenants.settings import get_settings

SIZES = (1_000, 10_000, 100_000)
METRICS = 20
WORKERS = 2
# Industries, size bands and regions that together make sixty peer groups of one or two dimensions.
PLACES = (("industry", 5), ("size_band", 4), ("region", 2))
FIRMS_EACH = 100
WINDOW = (date(2025, 1, 1), date(2026, 1, 1))
AS_OF = date(2026, 2, 3)
_NAMES = {
    "industry": ("TECHNOLOGY", "MANUFACTURING", "HEALTHCARE", "FINANCE", "RETAIL"),
    "size_band": ("UNDER_250", "FROM_250", "FROM_1000", "FROM_5000"),
    "region": ("EUROPE", "AMERICAS"),
}
Report = Callable[[str, str], None]


def measure(report: Report) -> None:
    """Make a release over each number of organisations, and report time and memory."""
    for size in SIZES:
        with database(size):
            _measure_one(size, report)


@contextmanager
def database(size: int) -> Iterator[None]:
    """Work on a database of its own, which is removed afterwards."""
    before = os.environ["DATABASE_URL"]
    server = db.psycopg_url(before)
    name = f"afterword_bench_{size}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template0"))
    os.environ["DATABASE_URL"] = server.set(database=name).render_as_string(hide_password=False)
    get_settings.cache_clear()
    try:
        migrations.upgrade()
        yield
    finally:
        os.environ["DATABASE_URL"] = before
        get_settings.cache_clear()
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
            connection.execute(text(f"DROP ROLE {name}_app_benchmark, {name}_app"))
        admin.dispose()


def _measure_one(size: int, report: Report) -> None:
    fill(size)
    before = _processor_seconds()
    started = time.perf_counter()
    number = asyncio.run(begin())
    begun = time.perf_counter() - started
    workers = [
        subprocess.Popen([sys.executable, "-m", "tests.bench.releasing", str(number)])
        for _ in range(WORKERS)
    ]
    if any(worker.wait() for worker in workers):
        sys.exit("a worker of the release failed")
    taken = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    report(f"release of {size:,} organisations, {METRICS} metrics", f"{taken:.1f} s")
    report("  of which freezing its inputs", f"{begun:.1f} s")
    # On a busy machine this says more than the clock.
    report("  processor time of the workers", f"{_processor_seconds() - before:.1f} s")
    report("  largest worker so far", f"{peak:.0f} MB")


def _processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


async def begin() -> int:
    """Freeze the inputs of a release."""
    async with db.connected(pool_size=1):
        begun = await db.run(
            releases.begin_release,
            Viewer.benchmark(),
            starts_on=WINDOW[0],
            ends_on=WINDOW[1],
            as_of=AS_OF,
        )
    return begun.number


async def work(number: int) -> None:
    """Help with a release until it is finished."""
    async with db.connected(pool_size=1):
        await releases.share_release(number)


def fill(size: int) -> None:
    """Let so many organisations take part, every second one a client of one of the firms.

    There are firms for a hundredth of the organisations; each has fifty clients. Each firm
    sees its clients under a key of its own, and so does one person of it.
    """
    engine = create_engine(db.psycopg_url(os.environ["DATABASE_URL"]))
    # Numbers and names of this file, and nobody's words.
    chosen = {
        name: "(ARRAY["
        + ",".join(f"'{one}'" for one in _NAMES[name][:count])
        + f"])[1 + (hashint4(n * 3 + {at}) & 2147483647) % {count}]"
        for at, (name, count) in enumerate(PLACES)
    }
    place = ", ".join(chosen.values())
    name = "('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid"
    firm = f"n / 2 % {size // FIRMS_EACH}"
    with engine.begin() as connection:
        for statement in (
            f"""INSERT INTO organisations (id, slug, name, industry, size_band, region, language,
                                           created_at, verified_on)
                SELECT {name}, 'bench-' || n, 'Bench', {place}, 'en', '2020-01-01', '2020-01-01'
                FROM generate_series(1, {size}) n""",  # noqa: S608 - our own numbers.
            """INSERT INTO benchmark_members (organisation_id, family, industry, size_band, region,
                                              began_on, verified_on)
               SELECT id, slug, industry, size_band, region, created_at::date, verified_on
               FROM organisations""",
            """INSERT INTO benchmark_consents (organisation_id, id, text, given_on)
               SELECT id, id, 'We take part.', '2020-01-01' FROM organisations""",
            f"""INSERT INTO benchmark_observers (organisation_id, observer_key, seen_from_on)
                SELECT {name}, decode(md5(kind || {firm}), 'hex'), '2020-01-01'
                FROM generate_series(1, {size}) n, (VALUES ('firm'), ('person')) k(kind)
                WHERE n % 2 = 0""",  # noqa: S608 - likewise.
            f"""INSERT INTO contributions (organisation_id, starts_on, ends_on, metric, value, n,
                                           contributed_at)
                SELECT {name}, '{WINDOW[0]}', '{WINDOW[1]}',
                       CASE m WHEN 0 THEN 'DECLINE_RATE' WHEN 1 THEN 'RENEGE_RATE'
                              ELSE 'SHARE:bench:OPTION_' || m END,
                       (hashint4(n * 31 + m) & 1023) / 1024.0, 20, now()
                FROM generate_series(1, {size}) n, generate_series(0, {METRICS - 1}) m""",  # noqa: S608 - likewise.
        ):
            connection.execute(text(statement))
        connection.execute(text("ANALYZE"))
    engine.dispose()


if __name__ == "__main__":
    os.chdir(Path(__file__).parents[2])
    asyncio.run(work(int(sys.argv[1])))
