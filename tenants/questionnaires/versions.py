"""The definition of a stored version, parsed once for each content."""

from typing import Final

from tenants.questionnaires.definition import Definition, parse_definition
from tenants.questionnaires.models import QuestionnaireVersion, VersionState

MOST_KEPT: Final = 256

_parsed: dict[str, Definition] = {}


def definition_of(version: QuestionnaireVersion) -> Definition:
    """Return what a version says.

    A published version never changes and its hash covers everything it says, so that its definition
    is parsed once in a process, whichever organisations use it; at most `MOST_KEPT` are kept.
    """
    if version.state is VersionState.DRAFT:
        return parse_definition(version.definition)
    definition = _parsed.get(version.content_hash)
    if definition is None:
        if len(_parsed) >= MOST_KEPT:
            _parsed.clear()
        definition = _parsed[version.content_hash] = parse_definition(version.definition)
    return definition
