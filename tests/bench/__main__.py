"""`./dev bench`: how long the heavy work takes, on servers of its own, each as a user starts it.

Nothing here is a test: a machine that is busy is slower. What is printed goes into the README with
the date and the machine.
"""

import argparse
import asyncio
import csv
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvloop

from tenants import db
from tenants.access import Role, Viewer, ViewerKind
from tenants.insights import queries as insights
from tenants.model import new_id
from tenants.organisations import queries as organisations
from tests.bench import hostile, moderating, painting, publishing, reads, releasing

ROWS = 100_000
ORGANISATIONS = 20
READS = 200
PUBLISHED = 10
FACTORS = ("PAY_BASE", "PROCESS_SLOW", "OTHER_OFFER", "LOCATION_COMMUTE", "GROWTH", "FAMILY")
TRAITS = ("SPEED", "FAIRNESS", "CLARITY", "WARMTH")
_COMMON = """
source = "bench"
[record]
column = "id"
[organisation]
column = "organisation"
[submitted]
column = "month"
form = "month"
[segment]
column = "department"
[questionnaire]
code = "bench"
title = "Benchmark"
[questionnaire.pages]
all = "All"
"""
_CLIENT = """
[organisations.O{number}]
slug = "bench-{number}"
name = "Bench {number}"
since = "2024-01"
industry = "TECHNOLOGY"
size_band = "FROM_250"
region = "EUROPE"
"""
_QUESTIONS = f"""
[[questions]]
code = "factors"
type = "MULTIPLE_CHOICE"
concept = "decision_factors"
wording = "Factors"
options = [{", ".join(f'"{one}"' for one in FACTORS)}]
chosen = ["x"]
columns = {{ {", ".join(f'{one} = "{one}"' for one in FACTORS)} }}
[[questions]]
code = "main"
type = "SINGLE_CHOICE"
concept = "decision_factors.main"
wording = "Main"
options = [{", ".join(f'"{one}"' for one in FACTORS)}]
column = "main"
[[questions]]
code = "score"
type = "RECOMMENDATION"
concept = "recommendation"
wording = "Score"
column = "score"
[questions.settings]
labels = {{ 0 = "no", 10 = "yes" }}
""" + "".join(
    f"""
[[questions]]
code = "{one.lower()}"
type = "RATING"
concept = "ratings.{one.lower()}"
wording = "{one}"
column = "{one}"
[questions.settings]
points = 5
labels = {{ 1 = "poor", 5 = "good" }}
"""
    for one in TRAITS
)


def main() -> None:
    """Run the measurements that were asked for."""
    options = read_options()
    os.environ.setdefault("SECRET_KEY", "benchmark" * 4)
    # A client that asks as often as it can spends any budget.
    os.environ |= {"CLIENT_BUDGET": "0", "ORGANISATION_BUDGET": "0"}
    import migrations  # noqa: PLC0415 - reads the settings that were just made.

    migrations.upgrade()
    if options.part in {"work", "all"} and not options.json:
        time_work()
    if options.part in {"releases", "all"} and not options.json:
        releasing.measure(report)
    if options.part in {"editions", "all"} and not options.json:
        publishing.measure(options.answers, report)
    if options.part in {"desk", "all"} and not options.json:
        moderating.measure(report)
    if options.part in {"hostile", "all"} and not options.json:
        hostile.measure(report)
    if options.part == "painting" or (options.part == "all" and not options.json):
        painted = painting.measure(keep_quiet if options.json else report)
        if options.json:
            sys.stdout.write(json.dumps(painted) + "\n")
    if options.part in {"reads", "all"}:
        scale = reads.Scale(
            organisations=options.organisations,
            published=min(options.organisations, PUBLISHED),
            seconds=options.seconds,
            rounds=options.rounds,
        )
        # The client's loop is that of the servers, so that it is not slower than they are.
        results = uvloop.run(reads.measure(scale))
        sys.stdout.write((reads.as_json if options.json else reads.table)(results) + "\n")


def read_options() -> argparse.Namespace:
    """Return what was asked for."""
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    parser.add_argument(
        "--part",
        choices=("work", "editions", "releases", "desk", "hostile", "painting", "reads", "all"),
        default="all",
        help="imports, an edition, releases, the moderation desk, hostile requests, first paints,"
        " reads beside other servers, or all",
    )
    parser.add_argument(
        "--json", action="store_true", help="only reads, or what is painted, as one object"
    )
    parser.add_argument("--organisations", type=int, default=50, help="of 2,000 interviews each")
    parser.add_argument("--answers", type=int, default=10_000_000, help="behind the edition")
    parser.add_argument("--seconds", type=float, default=2.0, help="for each number")
    parser.add_argument("--rounds", type=int, default=2, help="of which the median counts")
    return parser.parse_args()


def time_work() -> None:
    """Run every measurement of heavy work, and print a line for each."""
    with tempfile.TemporaryDirectory() as folder:
        survey, mapping = Path(folder, "survey.csv"), Path(folder, "mapping.toml")
        write_survey(survey)
        clients = "".join(_CLIENT.format(number=one) for one in range(ORGANISATIONS))
        mapping.write_text(_COMMON + clients + _QUESTIONS)
        with timed(f"import of {ROWS:,} responses, {survey.stat().st_size / 1e6:.0f} MB of CSV"):
            run("import", "responses", str(survey), "--mapping", str(mapping))
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        report("its largest memory", f"{peak:.0f} MB")
        with timed("the same file again, which adds nothing"):
            run("import", "responses", str(survey), "--mapping", str(mapping))
    with timed(f"two editions over {ROWS // ORGANISATIONS:,} responses of one organisation"):
        run("publish", "insights", "--organisation", "bench-0", "--as-of", "2025-12")
    asyncio.run(read())


def write_survey(file: Path) -> None:
    """Write responses of two years, the same at every run."""
    chance = random.Random(1)  # noqa: S311 - no secret.
    with file.open("w", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(
            ("id", "organisation", "month", "department", *FACTORS, "main", "score", *TRAITS)
        )
        for number in range(ROWS):
            named = chance.sample(FACTORS, 2)
            rows.writerow(
                (
                    f"record-{number}",
                    f"O{number % ORGANISATIONS}",
                    f"{chance.choice((2024, 2025))}-{chance.randint(1, 12):02}",
                    chance.choice(("Engineering", "Sales", "Operations")),
                    *("x" if one in named else "" for one in FACTORS),
                    named[0],
                    chance.randint(0, 10),
                    *(chance.randint(1, 5) for _ in TRAITS),
                )
            )


async def read() -> None:
    """Measure the reading of a cell, from one connection, one after the other."""
    async with db.connected(pool_size=1):
        organisation_id = await db.run(
            organisations.find_organisation_id, Viewer.operator(), slug="bench-0"
        )
        if organisation_id is None:
            raise LookupError
        viewer = Viewer(ViewerKind.PERSON, new_id(), roles={organisation_id: Role.HR})
        taken = []
        for _ in range(READS):
            started = time.perf_counter()
            await db.run(insights.get_insights, viewer, organisation_id=organisation_id)
            taken.append(time.perf_counter() - started)
    report("reading a cell of an edition, median", f"{1000 * statistics.median(taken):.1f} ms")


def run(*words: str) -> None:
    """Run the command as its user does."""
    done = subprocess.run(
        [sys.executable, "-m", "deploy.cli", *words], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        sys.exit(f"afterword {' '.join(words[:2])} ended with {done.returncode}\n{done.stderr}")


@contextmanager
def timed(what: str) -> Iterator[None]:
    """Print how long the block takes."""
    started = time.perf_counter()
    yield
    report(what, f"{time.perf_counter() - started:.1f} s")


def keep_quiet(_what: str, _measured: str) -> None:
    """Print no line."""


def report(what: str, measured: str) -> None:
    """Print one line."""
    sys.stdout.write(f"{what:<60}{measured:>12}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
