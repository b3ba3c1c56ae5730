"""What the console tells each role of what it sees and does not see."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class RoleWords:
    """What a role is and sees; a sentence or two in each text.

    Attributes:
        title: What the person is here.
        sees: What the role may see.
        sees_not: What it may not see, and why.
        no_more_responses: Why it sees no more responses than it does.
    """

    title: str
    sees: tuple[str, ...]
    sees_not: tuple[str, ...]
    no_more_responses: tuple[str, ...]

    @property
    def as_words(self) -> str:
        """What stands after "as" in a sentence."""
        return self.title if self.title.isupper() else self.title.lower()


_ANONYMOUS: Final = (
    "An anonymous response is never shown as one, to anybody: its answers only go into figures that"
    " the answers of many people are part of, and its texts come to the moderators one by one."
)
_POSTED: Final = "What the applicant-tracking system posted, and the jobs that follow from it."
_ACTIONS: Final = "What is being improved, by which role, and what came of it."
_BY_CONSULTANTS: Final = "Confidential responses are read by the consultants alone."

ROLES: Final[Mapping[str, RoleWords]] = MappingProxyType(
    {
        "CONSULTANT": RoleWords(
            title="Consultant",
            sees=(
                "Every offer and every interview of this client, and who was asked.",
                "Every answer that was given with a name or in confidence.",
                _ACTIONS,
                "What was written, text by text on the moderation desk, to release or to keep.",
                _POSTED,
            ),
            sees_not=(
                "Only your firm knows who answered in confidence. Never pass such a name on.",
                f"{_ANONYMOUS} An interview that was answered anonymously looks unanswered.",
            ),
            no_more_responses=(
                "You see every response that was given with a name or in confidence, as a whole.",
                f"{_ANONYMOUS} There is no list of them, not even for consultants.",
                "A response tells the month in which it was sent, so that no day gives it away.",
            ),
        ),
        "HR": RoleWords(
            title="HR",
            sees=(
                "Every offer and every interview of your organisation, with its status.",
                "Answers that were given with a name and are meant for HR or for everybody.",
                _ACTIONS,
                "What moderators released of what others wrote, for HR or for everybody.",
                _POSTED,
            ),
            sees_not=(
                _BY_CONSULTANTS,
                "Whether somebody has answered is not shown, so that nobody can be asked about it.",
                _ANONYMOUS,
            ),
            no_more_responses=(
                "You see the responses of candidates who chose that you may know who they are.",
                (
                    "Of these you see the answers that are meant for HR or for the whole"
                    " organisation. What is meant for the hiring manager is not among them."
                ),
                (
                    "Where a candidate asked not to be quoted, you see that there is an answer,"
                    " without its words."
                ),
                _BY_CONSULTANTS,
                _ANONYMOUS,
            ),
        ),
        "HIRING_MANAGER": RoleWords(
            title="Hiring manager",
            sees=(
                "The offers and interviews of the positions that you hire for, with their status.",
                (
                    "What is being improved in the organisation and in your departments. Where"
                    " hiring managers see to it, you may note how it goes."
                ),
                "What moderators say in their words of what candidates of your departments wrote.",
            ),
            sees_not=(
                (
                    "Candidates were promised that those who interviewed them do not read who said"
                    " what, so you see neither names nor single answers."
                ),
                _ANONYMOUS,
            ),
            no_more_responses=(
                (
                    "Your role does not include single responses. Candidates answer openly because"
                    " those who interviewed them do not read who said what."
                ),
                _ANONYMOUS,
            ),
        ),
        "LEADERSHIP": RoleWords(
            title="Leadership",
            sees=(
                "How many offers and interviews there are, by status.",
                "What moderators released for the whole organisation.",
                _ACTIONS,
            ),
            sees_not=("Single offers, interviews and answers.", _ANONYMOUS),
            no_more_responses=(
                "Your role does not include single responses, only numbers.",
                _ANONYMOUS,
            ),
        ),
        "INDEPENDENT_ADMINISTRATOR": RoleWords(
            title="Independent administrator",
            sees=("The interviews that are assigned to you, and who is asked until it is done.",),
            sees_not=(
                "Other interviews, and what was answered once it was sent. Never pass it on.",
                _ANONYMOUS,
            ),
            no_more_responses=(
                "You key answers in and do not read them afterwards.",
                _ANONYMOUS,
            ),
        ),
        "FIRM_ADMINISTRATOR": RoleWords(
            title="Firm administrator",
            sees=("That the organisation is a client of your firm, and its engagements.",),
            sees_not=("Offers, interviews, answers and figures.", _ANONYMOUS),
            no_more_responses=("Your role includes no feedback at all.", _ANONYMOUS),
        ),
    }
)
