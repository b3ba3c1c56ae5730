"""What usually helps against the reasons that an organisation can do something about."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

# Each says what to do next time, to nobody in particular: what is past is nobody's fault here.
FIRST_STEPS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "REMOTE_FLEX": "Say before the first interview how much remote work and which hours are"
        " possible, and widen both where the work allows it.",
        "ROLE_SCOPE_UNCLEAR": "Agree on what the first six months are about, and tell it in the"
        " advertisement and in the first conversation.",
        "LEVEL_TITLE": "Explain how levels are set, and name the level that is meant well before"
        " the offer.",
        "GROWTH": "Show ways that people in this team have really taken, and what is offered for"
        " learning.",
        "TEAM_FIT": "Let candidates meet the people they would work with before they decide.",
        "MANAGER_RELATION": "Plan unhurried time with the future manager, and prepare both sides"
        " for it.",
        "CULTURE": "Tell how decisions are made and how people work together, by examples rather"
        " than adjectives.",
        "STRATEGY_UNCLEAR": "Give everybody who interviews the same short account of where the"
        " organisation is going.",
        "STABILITY": "Speak about security before anybody has to ask, with facts that can be"
        " checked.",
        "REPUTATION": "Learn what candidates read and hear, and speak about it openly in the"
        " interview.",
        "PROCESS_SLOW": "Set a day for each step at the start, and tell the candidate when a day"
        " moves.",
        "COMMUNICATION_POOR": "Name one person who answers within two working days, and say after"
        " each step what comes next.",
        "INTERVIEW_CONDUCT": "Offer training to all who interview, and use the same prepared"
        " questions for everybody.",
        "PANEL_UNREPRESENTATIVE": "Invite interviewers who know the work and show the range of"
        " people in the organisation.",
        "CONFLICTING_MESSAGES": "Put the facts of the job on one page that everybody who"
        " interviews has read.",
        "TOO_MANY_STAGES": "Ask of each stage what it decides, and merge those that decide the"
        " same.",
        "ASSESSMENT_BURDEN": "Keep tasks to what fits into two hours, and say what they are used"
        " for.",
        "OFFER_SURPRISE": "Go through the terms in a conversation before the offer is written.",
        "OFFER_HANDLING": "Make the offer in person, with time for questions and for a decision.",
    }
)
