"""The taxonomy against a hand-written copy of its table, and its wording."""

import pytest

from tenants.reasons import REASONS, Audience, Controllability, DeclineReason, ReasonGroup

TABLE = """
PAY_BASE               PAY_AND_PACKAGE   HARD_TO_CHANGE  ORGANISATION
PAY_BONUS_EQUITY       PAY_AND_PACKAGE   HARD_TO_CHANGE  ORGANISATION
BENEFITS               PAY_AND_PACKAGE   HARD_TO_CHANGE  ORGANISATION
FACILITIES             PAY_AND_PACKAGE   HARD_TO_CHANGE  ORGANISATION
LOCATION_COMMUTE       PLACE             HARD_TO_CHANGE  ORGANISATION
RELOCATION             PLACE             HARD_TO_CHANGE  ORGANISATION
REMOTE_FLEX            PLACE             CONTROLLABLE    ORGANISATION
ROLE_SCOPE_UNCLEAR     ROLE_AND_EMPLOYER CONTROLLABLE    HIRING_MANAGER
LEVEL_TITLE            ROLE_AND_EMPLOYER CONTROLLABLE    ORGANISATION
GROWTH                 ROLE_AND_EMPLOYER CONTROLLABLE    ORGANISATION
TEAM_FIT               ROLE_AND_EMPLOYER CONTROLLABLE    HIRING_MANAGER
MANAGER_RELATION       ROLE_AND_EMPLOYER CONTROLLABLE    ORGANISATION
CULTURE                ROLE_AND_EMPLOYER CONTROLLABLE    ORGANISATION
STRATEGY_UNCLEAR       ROLE_AND_EMPLOYER CONTROLLABLE    ORGANISATION
STABILITY              ROLE_AND_EMPLOYER CONTROLLABLE    ORGANISATION
REPUTATION             ROLE_AND_EMPLOYER CONTROLLABLE    ORGANISATION
PROCESS_SLOW           PROCESS           CONTROLLABLE    HR
COMMUNICATION_POOR     PROCESS           CONTROLLABLE    HR
INTERVIEW_CONDUCT      PROCESS           CONTROLLABLE    HR
PANEL_UNREPRESENTATIVE PROCESS           CONTROLLABLE    HIRING_MANAGER
CONFLICTING_MESSAGES   PROCESS           CONTROLLABLE    HIRING_MANAGER
TOO_MANY_STAGES        PROCESS           CONTROLLABLE    HR
ASSESSMENT_BURDEN      PROCESS           CONTROLLABLE    HIRING_MANAGER
OFFER_SURPRISE         PROCESS           CONTROLLABLE    HR
OFFER_HANDLING         PROCESS           CONTROLLABLE    HR
OTHER_OFFER            MARKET            OUTSIDE_CONTROL ORGANISATION
COUNTER_OFFER          MARKET            OUTSIDE_CONTROL ORGANISATION
STAYED                 MARKET            OUTSIDE_CONTROL ORGANISATION
FAMILY                 PERSONAL          OUTSIDE_CONTROL HR
HEALTH                 PERSONAL          OUTSIDE_CONTROL HR
STUDY                  PERSONAL          OUTSIDE_CONTROL HR
CAREER_CHANGE          PERSONAL          OUTSIDE_CONTROL HR
VISA                   PERSONAL          OUTSIDE_CONTROL HR
TIMING                 PERSONAL          OUTSIDE_CONTROL HR
OTHER                  OTHER             OUTSIDE_CONTROL HR
"""


def test_every_reason_stands_in_the_table_as_the_taxonomy_has_it() -> None:
    expected = [tuple(line.split()) for line in TABLE.strip().splitlines()]
    actual = [
        (code.value, reason.group.value, reason.controllability.value, reason.audience.value)
        for code, reason in REASONS.items()
    ]
    assert actual == expected


def test_the_table_covers_every_member_of_every_enum_and_codes_are_names() -> None:
    assert list(REASONS) == list(DeclineReason)
    assert {reason.group for reason in REASONS.values()} == set(ReasonGroup)
    assert {reason.controllability for reason in REASONS.values()} == set(Controllability)
    assert {reason.audience for reason in REASONS.values()} == set(Audience)
    for enum in (DeclineReason, ReasonGroup, Controllability, Audience):
        assert [member.value for member in enum] == [member.name for member in enum]


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_reason_has_its_own_short_wording(language: str) -> None:
    wordings = [reason.wording[language] for reason in REASONS.values()]
    assert len(set(wordings)) == len(DeclineReason)
    for wording in wordings:
        assert wording == wording.strip()
        assert wording[0].isupper()
        assert wording[-1].isalpha()
        assert 5 <= len(wording) <= 60


def test_each_wording_has_both_languages_and_none_can_be_changed() -> None:
    assert {tuple(reason.wording) for reason in REASONS.values()} == {("en", "de")}
    with pytest.raises(TypeError):
        REASONS[DeclineReason.VISA].wording["en"] = "x"  # type: ignore[index] # The point.
    assert REASONS[DeclineReason.PAY_BASE].wording == {"en": "Base pay", "de": "Grundgehalt"}
