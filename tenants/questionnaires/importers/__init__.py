"""Questionnaires of other tools, read into drafts with a report of what became of each item."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from tenants.errors import InvalidInput
from tenants.questionnaires.importers import limesurvey, qualtrics, surveyjs, xlsform
from tenants.questionnaires.importers.assembly import Item, Outcome, Survey, assemble

__all__ = ["MOST_BYTES", "Item", "Outcome", "QuestionnaireFormat", "read_questionnaire"]

MOST_BYTES = 2 * 1024 * 1024


class QuestionnaireFormat(StrEnum):
    """A file that another tool writes."""

    SURVEYJS = "SURVEYJS"
    XLSFORM = "XLSFORM"
    LIMESURVEY = "LIMESURVEY"
    QUALTRICS = "QUALTRICS"


_READERS: Mapping[QuestionnaireFormat, Callable[[bytes], Survey]] = MappingProxyType(
    {
        QuestionnaireFormat.SURVEYJS: surveyjs.read,
        QuestionnaireFormat.XLSFORM: xlsform.read,
        QuestionnaireFormat.LIMESURVEY: limesurvey.read,
        QuestionnaireFormat.QUALTRICS: qualtrics.read,
    }
)


def read_questionnaire(
    kind: QuestionnaireFormat, content: bytes
) -> tuple[dict[str, Any], list[Item]]:
    """Return the document that a file describes, and what became of each of its items.

    Args:
        kind: Which tool wrote it.
        content: The file.

    Raises:
        InvalidInput: It is too large, is none of that kind, or has nothing that can be asked.
    """
    if len(content) > MOST_BYTES:
        message = f"The file is larger than {MOST_BYTES} bytes."
        raise InvalidInput(message, field="file")
    try:
        survey = _READERS[kind](content)
        return assemble(survey)
    except (RecursionError, KeyError, TypeError, ValueError, AttributeError) as error:
        message = f"The file cannot be read as {kind.value}."
        raise InvalidInput(message, field="file") from error
