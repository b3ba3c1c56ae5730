"""`afterword publish benchmark`: months as they are written, and what it says."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.benchmark_publishing import in_words, publish_benchmark, read_window
from deploy.benchmark_verification import admit_organisation
from deploy.benchmark_verification import in_words as in_words_of_verifying
from deploy.errors import DeployError
from deploy.importing import import_connected
from deploy.publishing import month
from tenants.access import Viewer
from tenants.benchmarks.models import BenchmarkMember
from tenants.benchmarks.windows import window_of
from tenants.db import connected, run
from tenants.disclosure.peers import quantiles
from tenants.insights.windows import Window, month_of, months_after
from tenants.metrics import DECLINE_RATE, option_key
from tenants.organisations.models import Industry, Region
from tenants.work import Session
from tests.tenants.benchmarks.town import RELEASED, make_member, record_offers

HERE = Path(__file__).parent
MAPPING = HERE.parent / "data" / "surveys" / "tafe.toml"
SURVEY = HERE.parents[2] / "shared" / "data" / "surveys" / "tafe_survey.csv"


@pytest.fixture
def published(committing: AsyncEngine, database: str) -> Iterator[None]:
    """Let the command really commit; afterwards remove its releases, which everybody can see."""
    del committing
    yield
    owner = create_engine(database)
    with owner.begin() as connection:
        for table in RELEASED:
            connection.execute(text(f"DELETE FROM {table}"))  # noqa: S608 - our own names.
    owner.dispose()


def test_months_and_windows_as_they_are_written() -> None:
    assert month("2014-08") == date(2014, 8, 1)
    assert read_window("2009-07/2014-07") == Window(date(2009, 7, 1), date(2014, 7, 1))
    for wrong in ("2014", "2014-13", "2014-08-01", "soon", ""):
        with pytest.raises(DeployError, match="is no month"):
            month(wrong)
    with pytest.raises(DeployError, match="is no window"):
        read_window("2014-07")
    with pytest.raises(DeployError, match="is empty"):
        read_window("2014-07/2014-07")


def test_the_usual_window_ends_a_month_before_the_release() -> None:
    assert window_of(date(2027, 1, 3)) == Window(date(2025, 12, 1), date(2026, 12, 1))
    assert window_of(date(2026, 3, 31)) == Window(date(2025, 2, 1), date(2026, 2, 1))


@pytest.mark.usefixtures("published")
async def test_what_the_command_says() -> None:
    """In a month of its own, in which nobody else contributes."""
    long_ago = date(2000, 1, 1)
    for declined in range(1, 10):
        member = await make_member(
            founded=long_ago, joined_on=long_ago, industry=Industry.FINANCE, region=Region.AFRICA
        )
        await record_offers(
            member, declined=declined, accepted=20 - declined, month=date(2001, 1, 1)
        )
    said = await publish_benchmark("2001-01/2001-02", "2001-03")
    groups = said.pop("groups")
    number = said.pop("release")
    assert said == {
        "window": "2001-01/2001-02",
        "asOf": "2001-03",
        "contributing": 9,
        "organisations": 9,
        "families": 9,
    }
    everybody = next(
        one for one in groups if (one["metric"], one["peerGroup"]) == (DECLINE_RATE, "ALL")
    )
    exact = quantiles([declined / 20 for declined in range(1, 10)])
    assert everybody["contributors"] == 9
    assert everybody["exact"] == {
        "p10": exact["p10"],
        "lowerQuartile": exact["lower_quartile"],
        "median": exact["median"],
        "upperQuartile": exact["upper_quartile"],
        "p90": exact["p90"],
    }
    assert everybody["shown"] == {"lowerQuartile": 0.15, "median": 0.25, "upperQuartile": 0.35}
    words = in_words({**said, "release": number, "groups": groups}).splitlines()
    assert words[0] == (
        f"release {number} over 2001-01/2001-02, as of 2001-03: 9 organisations of 9 families"
        " compared, 9 contributed"
    )
    assert words[2].startswith("  DECLINE_RATE: 9 families, 0.1")
    assert words[2].endswith(" -> 0.35")
    # Before they were ninety days old nobody of them was compared.
    early = await publish_benchmark("2001-01/2001-02", "2000-02")
    assert (early["release"], early["families"], early["groups"]) == (number + 1, 0, [])
    today = await publish_benchmark("2001-01/2001-02", None)
    assert (today["release"], today["groups"]) == (number + 2, groups)
    assert today["asOf"] == f"{months_after(month_of(datetime.now(UTC).date()), -1):%Y-%m}"


@pytest.mark.skipif(not SURVEY.exists(), reason="the survey is not part of the repository")
@pytest.mark.usefixtures("published")
async def test_nine_institutes_of_a_real_exit_survey(tmp_path: Path) -> None:
    # Under names of their own: what is committed here must not meet what other tests import.
    mapping = tmp_path / "mapping.toml"
    mapping.write_text(
        MAPPING.read_text("utf-8").replace('slug = "tafe-', 'slug = "tafe-compared-'), "utf-8"
    )
    await import_connected(SURVEY, mapping)
    said = await publish_benchmark("2009-07/2014-07", "2014-08")
    (share,) = [
        one
        for one in said["groups"]
        if one["metric"] == option_key("exit.contributing_factors", "CAREER_PRIVATE")
        and one["peerGroup"] == "ALL"
    ]
    assert share["contributors"] == 9
    percent = {name: round(100 * value, 2) for name, value in share["exact"].items()}
    assert percent["lowerQuartile"] == 20.67
    assert percent["median"] == 23.94
    assert percent["upperQuartile"] == 28.12
    assert share["shown"] == {"lowerQuartile": 0.2, "median": 0.25, "upperQuartile": 0.3}


@pytest.mark.usefixtures("published")
async def test_the_operator_vouches_for_an_organisation() -> None:
    member, outside = await make_member(), await make_member(joined_on=None)
    said = await admit_organisation(member.slug, "a family")
    assert said == {"organisation": member.slug, "verified": True}

    async def family(session: Session, _viewer: Viewer) -> str:
        return (await session.get_one(BenchmarkMember, member.organisation_id)).family

    async with connected(pool_size=1):
        assert await run(family, member.job) == "a family"
    for slug, words in ((outside.slug, "has not joined"), ("nobody", "no organisation nobody")):
        with pytest.raises(DeployError, match=words):
            await admit_organisation(slug, "a family")
    assert in_words_of_verifying({"release": 9, "verified": False}) == (
        "There is no finished release 9."
    )
