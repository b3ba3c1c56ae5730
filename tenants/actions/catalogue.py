"""The catalogue of actions: what can be improved, and what each improvement should move."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from tenants.metrics import CONTROLLABLE_SHARE, reason_key
from tenants.reasons import REASONS, Controllability, DeclineReason


class ActionKind(StrEnum):
    """What sort of improvement an action is."""

    INTERVIEWER_TRAINING = "INTERVIEWER_TRAINING"
    PANEL_COMPOSITION = "PANEL_COMPOSITION"
    STRATEGY_COMMUNICATION = "STRATEGY_COMMUNICATION"
    PROCESS_SPEED = "PROCESS_SPEED"
    OFFER_COMPETITIVENESS = "OFFER_COMPETITIVENESS"
    ROLE_CLARITY = "ROLE_CLARITY"
    CANDIDATE_COMMUNICATION = "CANDIDATE_COMMUNICATION"
    FLEXIBILITY = "FLEXIBILITY"
    OTHER = "OTHER"


class OwnerRole(StrEnum):
    """The role or department function that sees to an action; never a person."""

    HR = "HR"
    HIRING_MANAGER = "HIRING_MANAGER"
    LEADERSHIP = "LEADERSHIP"
    RECRUITING = "RECRUITING"
    COMPENSATION_AND_BENEFITS = "COMPENSATION_AND_BENEFITS"
    LEARNING_AND_DEVELOPMENT = "LEARNING_AND_DEVELOPMENT"
    INTERNAL_COMMUNICATION = "INTERNAL_COMMUNICATION"
    FACILITIES_AND_IT = "FACILITIES_AND_IT"


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """What the catalogue says of one kind of action.

    Attributes:
        title: A few words, as a heading.
        advice: What usually helps, in a sentence.
        metric: The key of the metric that it should move, unless somebody chooses another.
        themes: Codes of the shared codebook that it answers: those of decline reasons.
    """

    title: str
    advice: str
    metric: str
    themes: tuple[DeclineReason, ...]

    @property
    def controllability(self) -> Controllability:
        """Whether the organisation can do anything about what it answers: as of most themes."""
        found = [REASONS[one].controllability for one in self.themes]
        return max(found, key=found.count, default=Controllability.CONTROLLABLE)


_D = DeclineReason

CATALOGUE: Final[Mapping[ActionKind, CatalogueEntry]] = MappingProxyType(
    {
        ActionKind.INTERVIEWER_TRAINING: CatalogueEntry(
            "Train interviewers",
            "Practise interviews with everybody who holds them, hiring managers first.",
            reason_key(_D.INTERVIEW_CONDUCT),
            (_D.INTERVIEW_CONDUCT, _D.MANAGER_RELATION, _D.CONFLICTING_MESSAGES),
        ),
        ActionKind.PANEL_COMPOSITION: CatalogueEntry(
            "Compose interview panels anew",
            "Let candidates meet the people they would work with, and not only their superiors.",
            reason_key(_D.PANEL_UNREPRESENTATIVE),
            (_D.PANEL_UNREPRESENTATIVE, _D.TEAM_FIT, _D.CULTURE),
        ),
        ActionKind.STRATEGY_COMMUNICATION: CatalogueEntry(
            "Say more clearly where the organisation is going",
            "Agree on what everybody who interviews says about plans, and write it down.",
            reason_key(_D.STRATEGY_UNCLEAR),
            (_D.STRATEGY_UNCLEAR, _D.STABILITY, _D.CONFLICTING_MESSAGES, _D.REPUTATION),
        ),
        ActionKind.PROCESS_SPEED: CatalogueEntry(
            "Answer candidates faster",
            "Set a longest time for each step, and fewer steps.",
            reason_key(_D.PROCESS_SLOW),
            (_D.PROCESS_SLOW, _D.TOO_MANY_STAGES, _D.ASSESSMENT_BURDEN),
        ),
        ActionKind.OFFER_COMPETITIVENESS: CatalogueEntry(
            "Make offers that compete",
            "Compare pay and package with the market first, and say early what an offer holds.",
            reason_key(_D.PAY_BASE),
            (_D.PAY_BASE, _D.PAY_BONUS_EQUITY, _D.BENEFITS, _D.OFFER_SURPRISE),
        ),
        ActionKind.ROLE_CLARITY: CatalogueEntry(
            "Say more clearly what the role is",
            "Describe tasks, level and prospects in one page, and give it to every candidate.",
            reason_key(_D.ROLE_SCOPE_UNCLEAR),
            (_D.ROLE_SCOPE_UNCLEAR, _D.LEVEL_TITLE, _D.GROWTH),
        ),
        ActionKind.CANDIDATE_COMMUNICATION: CatalogueEntry(
            "Keep candidates informed",
            "Tell every candidate after each step what comes next and when.",
            reason_key(_D.COMMUNICATION_POOR),
            (_D.COMMUNICATION_POOR, _D.OFFER_HANDLING, _D.CONFLICTING_MESSAGES),
        ),
        ActionKind.FLEXIBILITY: CatalogueEntry(
            "Offer more flexibility",
            "Say in the advertisement where and when people work, and where that can be settled.",
            reason_key(_D.REMOTE_FLEX),
            (_D.REMOTE_FLEX, _D.LOCATION_COMMUTE, _D.RELOCATION),
        ),
        ActionKind.OTHER: CatalogueEntry(
            "Something else",
            "Say what shall be different, and by which figure it will be seen.",
            CONTROLLABLE_SHARE,
            (),
        ),
    }
)
