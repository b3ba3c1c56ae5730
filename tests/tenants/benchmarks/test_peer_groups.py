"""The catalogue of peer groups."""

from collections import Counter

from tenants.benchmarks.peer_groups import PEER_GROUPS, groups_of
from tenants.organisations.models import Industry, Region, SizeBand


def test_one_hundred_and_twenty_groups_of_at_most_two_dimensions() -> None:
    dimensions = Counter(
        sum(one is not None for one in (group.industry, group.size_band, group.region))
        for group in PEER_GROUPS.values()
    )
    assert dimensions == {0: 1, 1: 9 + 4 + 5, 2: 36 + 45 + 20}
    assert next(iter(PEER_GROUPS)) == "ALL"
    assert all(key == group.key for key, group in PEER_GROUPS.items())
    assert len({group.title for group in PEER_GROUPS.values()}) == 120


def test_a_group_in_words_and_what_takes_its_place() -> None:
    group = PEER_GROUPS["INDUSTRY_PUBLIC_SECTOR_SIZE_FROM_1000"]
    assert group.title == "Public sector, 1,000 to 4,999 people"
    assert group.parents == ("INDUSTRY_PUBLIC_SECTOR", "SIZE_FROM_1000", "ALL")
    assert PEER_GROUPS["REGION_EUROPE"].parents == ("ALL",)
    assert PEER_GROUPS["SIZE_UNDER_250_REGION_ASIA"].title == "Under 250 people, Asia"
    assert (PEER_GROUPS["ALL"].title, PEER_GROUPS["ALL"].parents) == ("All organisations", ())
    for one in PEER_GROUPS.values():
        assert set(one.parents) <= set(PEER_GROUPS)


def test_an_organisation_has_seven_groups_the_nearest_first() -> None:
    assert groups_of(Industry.TECHNOLOGY, SizeBand.FROM_250, Region.EUROPE) == (
        "INDUSTRY_TECHNOLOGY_SIZE_FROM_250",
        "INDUSTRY_TECHNOLOGY_REGION_EUROPE",
        "SIZE_FROM_250_REGION_EUROPE",
        "INDUSTRY_TECHNOLOGY",
        "SIZE_FROM_250",
        "REGION_EUROPE",
        "ALL",
    )
    found = {
        key
        for industry in Industry
        for size_band in SizeBand
        for region in Region
        for key in groups_of(industry, size_band, region)
    }
    assert found == set(PEER_GROUPS)
