"""What Greenhouse's rejection reasons say of a candidate's own decision, as far as they say it."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from tenants.offers.ats.reading import Fields, one_line
from tenants.reasons import DeclineReason

# Whose decision a rejection was. Reasons have types of the organisation's own making too, and the
# vendor's ids of the types differ between its examples, so only these three names are believed.
_REJECTED_BY_CANDIDATE: Final[Mapping[str, bool | None]] = MappingProxyType(
    {"they rejected us": True, "we rejected them": False, "none specified": None}
)

# The first four are Greenhouse's defaults, the others names that organisations commonly add. Names
# that leave open which reason of the taxonomy is meant ("Didn't like offer", "Personal") stay
# OTHER, as unknown ones do: the candidate will be asked, so nothing is guessed.
_STATED_REASONS: Final[Mapping[str, DeclineReason]] = MappingProxyType(
    {
        "didnt like offer": DeclineReason.OTHER,
        "wasnt interested": DeclineReason.OTHER,
        "wasnt available": DeclineReason.TIMING,
        "other": DeclineReason.OTHER,
        "personal": DeclineReason.OTHER,
        "personal reasons": DeclineReason.OTHER,
        "compensation": DeclineReason.PAY_BASE,
        "pay": DeclineReason.PAY_BASE,
        "salary": DeclineReason.PAY_BASE,
        "base salary": DeclineReason.PAY_BASE,
        "salary expectations": DeclineReason.PAY_BASE,
        "bonus": DeclineReason.PAY_BONUS_EQUITY,
        "equity": DeclineReason.PAY_BONUS_EQUITY,
        "benefits": DeclineReason.BENEFITS,
        "location": DeclineReason.LOCATION_COMMUTE,
        "commute": DeclineReason.LOCATION_COMMUTE,
        "relocation": DeclineReason.RELOCATION,
        "not willing to relocate": DeclineReason.RELOCATION,
        "unwilling to relocate": DeclineReason.RELOCATION,
        "remote": DeclineReason.REMOTE_FLEX,
        "remote work": DeclineReason.REMOTE_FLEX,
        "wants remote": DeclineReason.REMOTE_FLEX,
        "flexibility": DeclineReason.REMOTE_FLEX,
        "level": DeclineReason.LEVEL_TITLE,
        "title": DeclineReason.LEVEL_TITLE,
        "job title": DeclineReason.LEVEL_TITLE,
        "growth": DeclineReason.GROWTH,
        "career growth": DeclineReason.GROWTH,
        "team": DeclineReason.TEAM_FIT,
        "team fit": DeclineReason.TEAM_FIT,
        "hiring manager": DeclineReason.MANAGER_RELATION,
        "culture": DeclineReason.CULTURE,
        "company culture": DeclineReason.CULTURE,
        "company stability": DeclineReason.STABILITY,
        "reputation": DeclineReason.REPUTATION,
        "company reputation": DeclineReason.REPUTATION,
        "process too slow": DeclineReason.PROCESS_SLOW,
        "process too long": DeclineReason.PROCESS_SLOW,
        "hiring process too long": DeclineReason.PROCESS_SLOW,
        "took another job": DeclineReason.OTHER_OFFER,
        "took another offer": DeclineReason.OTHER_OFFER,
        "took another position": DeclineReason.OTHER_OFFER,
        "accepted another job": DeclineReason.OTHER_OFFER,
        "accepted another offer": DeclineReason.OTHER_OFFER,
        "accepted another position": DeclineReason.OTHER_OFFER,
        "accepted position with another company": DeclineReason.OTHER_OFFER,
        "accepted other offer": DeclineReason.OTHER_OFFER,
        "counter offer": DeclineReason.COUNTER_OFFER,
        "counteroffer": DeclineReason.COUNTER_OFFER,
        "accepted counter offer": DeclineReason.COUNTER_OFFER,
        "accepted counteroffer": DeclineReason.COUNTER_OFFER,
        "staying at current job": DeclineReason.STAYED,
        "staying in current role": DeclineReason.STAYED,
        "stayed with current employer": DeclineReason.STAYED,
        "staying with current employer": DeclineReason.STAYED,
        "family": DeclineReason.FAMILY,
        "family reasons": DeclineReason.FAMILY,
        "health": DeclineReason.HEALTH,
        "health reasons": DeclineReason.HEALTH,
        "school": DeclineReason.STUDY,
        "going back to school": DeclineReason.STUDY,
        "career change": DeclineReason.CAREER_CHANGE,
        "visa": DeclineReason.VISA,
        "visa sponsorship": DeclineReason.VISA,
        "work authorization": DeclineReason.VISA,
        "timing": DeclineReason.TIMING,
    }
)


def rejection(application: Fields) -> tuple[bool | None, tuple[DeclineReason, ...]]:
    """Return whether the candidate ended the application, and why, as the recruiter recorded it.

    Args:
        application: The application as its payload gives it.

    Returns:
        None and no reason while nobody ended it, or when the type does not say who did. Reasons
        only when the candidate did.

    Raises:
        FieldError: The reason is no object, or its name or type no text.
    """
    reason = application.child("rejection_reason")
    kind = reason.child("type") if reason else None
    if reason is None or kind is None:
        return None, ()
    by_candidate = _REJECTED_BY_CANDIDATE.get(_plain(kind.text("name") or ""))
    name = _plain(reason.text("name") or "")
    if not by_candidate or not name:
        return by_candidate, ()
    return True, (_STATED_REASONS.get(name, DeclineReason.OTHER),)


def _plain(name: str) -> str:
    """Return a name in lower case, without apostrophes, its words parted by single spaces."""
    bare = re.sub(r"['\u2019\u02bc]", "", one_line(name).casefold())
    return " ".join(re.findall(r"[^\W_]+", bare))
