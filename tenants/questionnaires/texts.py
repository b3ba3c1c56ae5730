"""The texts around the questions that belong to a version: mail, promise, receipt."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from tenants.questionnaires.json_object import JsonObject, Wording

_PLACEHOLDER = re.compile(r"(?P<space> ?)\{(?P<name>[^{}]*)\}")


class Placeholder(StrEnum):
    """What a text may leave to be filled in, written in braces."""

    FIRST_NAME = "first_name"
    ORGANISATION = "organisation"
    FIRM = "firm"
    JOB_TITLE = "job_title"
    LINK = "link"
    CLOSES_ON = "closes_on"


class TextKey(StrEnum):
    """Where a text stands."""

    INVITATION_SUBJECT = "invitation_subject"
    INVITATION_BODY = "invitation_body"
    PROMISE = "promise"
    ATTRIBUTED_LABEL = "attributed_label"
    ATTRIBUTED = "attributed"
    CONFIDENTIAL_LABEL = "confidential_label"
    CONFIDENTIAL = "confidential"
    ANONYMOUS_LABEL = "anonymous_label"
    ANONYMOUS = "anonymous"
    ANONYMOUS_UNAVAILABLE = "anonymous_unavailable"
    DO_NOT_QUOTE_LABEL = "do_not_quote_label"
    RECEIPT = "receipt"
    THANK_YOU = "thank_you"


@dataclass(frozen=True, slots=True)
class TextRule:
    """What holds for one text.

    Attributes:
        meaning: What the text is for.
        longest: Characters at most, before it is filled in.
        one_line: Whether it must not have line breaks; paragraphs are parted by an empty line.
        allowed: The placeholders that it may have.
        needed: The placeholders that it must have.
    """

    meaning: str
    longest: int = 6_000
    one_line: bool = False
    allowed: frozenset[Placeholder] = frozenset({Placeholder.ORGANISATION, Placeholder.FIRM})
    needed: frozenset[Placeholder] = frozenset()


_MAIL = frozenset(Placeholder)
_NO_LINK = _MAIL - {Placeholder.LINK}


def _label(meaning: str) -> TextRule:
    return TextRule(meaning, longest=150, one_line=True)


TEXT_RULES: Mapping[TextKey, TextRule] = MappingProxyType(
    {
        TextKey.INVITATION_SUBJECT: TextRule(
            "Subject of the invitation mail.", longest=150, one_line=True, allowed=_NO_LINK
        ),
        TextKey.INVITATION_BODY: TextRule(
            "Body of the invitation mail, plain text.",
            allowed=_MAIL,
            needed=frozenset({Placeholder.LINK, Placeholder.CLOSES_ON}),
        ),
        TextKey.PROMISE: TextRule(
            "What the first page promises before anything is asked.", allowed=_NO_LINK
        ),
        TextKey.ATTRIBUTED_LABEL: _label("Name of the choice ATTRIBUTED."),
        TextKey.ATTRIBUTED: TextRule("What ATTRIBUTED means."),
        TextKey.CONFIDENTIAL_LABEL: _label("Name of the choice CONFIDENTIAL."),
        TextKey.CONFIDENTIAL: TextRule("What CONFIDENTIAL means."),
        TextKey.ANONYMOUS_LABEL: _label("Name of the choice ANONYMOUS."),
        TextKey.ANONYMOUS: TextRule("What ANONYMOUS means, with its limits."),
        TextKey.ANONYMOUS_UNAVAILABLE: TextRule("Why ANONYMOUS is not on offer."),
        TextKey.DO_NOT_QUOTE_LABEL: _label("Box beside a free text: not word for word."),
        TextKey.RECEIPT: TextRule("What the receipt code is for, shown with the code."),
        TextKey.THANK_YOU: TextRule("What the last page says."),
    }
)


def parse_texts(raw: JsonObject) -> Mapping[TextKey, Wording]:
    """Return every text in every language.

    Raises:
        InvalidInput: A text is missing, too long, or has a placeholder that it must not have.
    """
    texts = {key: raw.wording(key.value, longest=rule.longest) for key, rule in TEXT_RULES.items()}
    raw.finish()
    for key, wording in texts.items():
        for language, text in wording.items():
            _check_text(raw, key, language, text)
    return texts


def _check_text(raw: JsonObject, key: TextKey, language: str, text: str) -> None:
    rule = TEXT_RULES[key]
    if rule.one_line and "\n" in text:
        raw.refuse("must be one line", key.value, language)
    found = {match["name"] for match in _PLACEHOLDER.finditer(text)}
    for name in sorted(found - rule.allowed):
        raw.refuse(f"must not have the placeholder {{{name}}}", key.value, language)
    for name in sorted(rule.needed - found):
        raw.refuse(f"needs the placeholder {{{name}}}", key.value, language)


def fill(text: str, values: Mapping[Placeholder, str]) -> str:
    """Return the text with every placeholder filled in.

    A value is put on one line, because it may come from outside and end up in a mail's header, and
    is not searched for placeholders itself. An empty one takes the space before it with it, so
    that "Dear {first_name}," becomes "Dear,".

    Args:
        text: A text of a version.
        values: What to fill in, at least for the placeholders that the text has.
    """

    def filled(match: re.Match[str]) -> str:
        value = " ".join(values[Placeholder(match["name"])].split())
        return f"{match['space']}{value}" if value else ""

    return _PLACEHOLDER.sub(filled, text)
