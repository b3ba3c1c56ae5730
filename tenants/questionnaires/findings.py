"""What is found in a draft before it is published: each finding with a code, words and a place."""

from dataclasses import dataclass
from enum import StrEnum

from tenants.errors import InvalidInput


class FindingCode(StrEnum):
    """What is wrong, or should be known, about a draft."""

    MISSING_TRANSLATION = "MISSING_TRANSLATION"
    UNKNOWN_CODE = "UNKNOWN_CODE"
    FORWARD_REFERENCE = "FORWARD_REFERENCE"
    CYCLE = "CYCLE"
    IMPOSSIBLE_OPERAND = "IMPOSSIBLE_OPERAND"
    UNREACHABLE_PAGE = "UNREACHABLE_PAGE"
    UNREACHABLE_QUESTION = "UNREACHABLE_QUESTION"
    TOO_FEW_OFFERS = "TOO_FEW_OFFERS"
    NOT_COMPARABLE = "NOT_COMPARABLE"


# What should be known, and does not keep a draft from being published.
WARNINGS = frozenset({FindingCode.UNREACHABLE_QUESTION, FindingCode.NOT_COMPARABLE})


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found.

    Attributes:
        code: What it is; stable.
        message: In words, with the place.
        path: Where it stands in the content, as its keys and indexes.
        about: The code that is referred to, if that is what is wrong.
    """

    code: FindingCode
    message: str
    path: tuple[str, ...]
    about: str | None = None

    @property
    def is_error(self) -> bool:
        """Whether the draft cannot be published with it."""
        return self.code not in WARNINGS


class Unpublishable(InvalidInput):
    """A draft cannot be published as it is.

    Attributes:
        findings: Why; at least one.
    """

    code = "UNPUBLISHABLE"

    def __init__(self, findings: list[Finding]) -> None:
        """Name every finding in the message."""
        self.findings = findings
        told = " ".join(finding.message for finding in findings)
        super().__init__(f"This draft cannot be published yet. {told}")
