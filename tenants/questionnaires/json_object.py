"""Reading one JSON object strictly: each key is taken out once, and none may be left over."""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, Final, NoReturn, TypeAlias, TypeVar

from tenants.errors import InvalidInput
from tenants.questionnaires.findings import Finding, FindingCode
from tenants.questionnaires.values import clean_text

Wording: TypeAlias = Mapping[str, str]
_Member = TypeVar("_Member", bound=StrEnum)

LONGEST_WORDING: Final = 2_000
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}", re.ASCII)


class JsonObject:
    """A JSON object whose keys are taken out one by one; null is the same as absent.

    Attributes:
        path: Where the object stands in its document, for messages.
        languages: The languages that every wording in it must have.
        findings: Where complaints are collected; None refuses at the first one.
    """

    def __init__(
        self,
        raw: object,
        path: tuple[str, ...] = (),
        languages: Sequence[str] = (),
        findings: list[Finding] | None = None,
    ) -> None:
        """Refuse anything but an object."""
        self.path = path
        self.languages = tuple(languages)
        self.findings = findings
        if not isinstance(raw, Mapping):
            self.refuse("must be an object")
        self._left: dict[str, Any] = {k: v for k, v in raw.items() if v is not None}

    def refuse(self, complaint: str, *keys: str) -> NoReturn:
        """Raise a complaint about the object, or about what stands under the keys.

        Raises:
            InvalidInput: Always.
        """
        path = (*self.path, *keys)
        message = f"{'.'.join(path) or 'questionnaire'}: {complaint}."
        raise InvalidInput(message, field=path)

    def complain(
        self, code: FindingCode, complaint: str, *keys: str, about: str | None = None
    ) -> None:
        """Collect a complaint that a draft may live with.

        Args:
            code: What is wrong.
            complaint: In words.
            *keys: Where, within the object.
            about: The code that is referred to, if that is what is wrong.

        Raises:
            InvalidInput: Complaints are not collected.
        """
        if self.findings is None:
            self.refuse(complaint, *keys)
        path = (*self.path, *keys)
        self.findings.append(Finding(code, f"{'.'.join(path)}: {complaint}.", path, about))

    def finish(self) -> None:
        """Refuse the keys that nobody asked for."""
        for key in self._left:
            self.refuse("is not known here", str(key)[:64])

    def has(self, key: str) -> bool:
        """Tell whether there is still something to take under the key."""
        return key in self._left

    def optional(self, key: str) -> object:
        """Take out what stands under the key, or None."""
        return self._left.pop(key, None)

    def take(self, key: str) -> object:
        """Take out what stands under a key that must be there."""
        if key not in self._left:
            self.refuse("is missing", key)
        return self._left.pop(key)

    def text(self, key: str, *, longest: int = LONGEST_WORDING) -> str:
        """Take a text that is not empty."""
        return self.clean(self.take(key), (key,), longest)

    def code(self, key: str) -> str:
        """Take a code: a letter, then at most 63 letters, digits and underscores."""
        code = self.take(key)
        if not isinstance(code, str) or not _CODE.fullmatch(code):
            self.refuse("must be a letter and then up to 63 letters, digits or underscores", key)
        return code

    def boolean(self, key: str) -> bool:
        """Take true or false."""
        item = self.take(key)
        if not isinstance(item, bool):
            self.refuse("must be true or false", key)
        return item

    def flag(self, key: str) -> bool:
        """Take true or false; absent means false."""
        return self.has(key) and self.boolean(key)

    def integer(self, key: str, lowest: int, highest: int, default: int | None = None) -> int:
        """Take a whole number between two bounds; without a default it must be there."""
        item = self.take(key) if default is None or self.has(key) else default
        if type(item) is not int or not lowest <= item <= highest:
            self.refuse(f"must be a whole number from {lowest} to {highest}", key)
        return item

    def member(self, key: str, enum: type[_Member]) -> _Member:
        """Take the value of an enum's member."""
        item = self.take(key)
        found = next((member for member in enum if member.value == item), None)
        if found is None:
            self.refuse(f"must be one of {', '.join(enum)}", key)
        return found

    def wording(self, key: str, *, longest: int = LONGEST_WORDING) -> Wording:
        """Take a text in each of the document's languages and in no other.

        Where complaints are collected, only the first language is needed.
        """
        raw = self.take(key)
        if not isinstance(raw, Mapping):
            self.refuse("must have a text for each language", key)
        given = {language: text for language, text in raw.items() if text is not None}
        for language in self.languages:
            if language not in given and language == self.languages[0]:
                self.refuse(f"has no text in language {language}", key)
            if language not in given:
                complaint = f"has no text in language {language}"
                self.complain(FindingCode.MISSING_TRANSLATION, complaint, key, language)
        for language in raw:
            if language not in self.languages:
                self.refuse("is not one of the questionnaire's languages", key, str(language)[:64])
        return {
            language: self.clean(given[language], (key, language), longest)
            for language in self.languages
            if language in given
        }

    def optional_wording(self, key: str) -> Wording | None:
        """Take a wording that may be absent."""
        return self.wording(key) if self.has(key) else None

    def items(self, key: str, *, fewest: int = 1, most: int) -> list[object]:
        """Take a list with a number of items between two bounds; absent means empty."""
        raw = self.take(key) if fewest else self._left.pop(key, [])
        if not isinstance(raw, list) or not fewest <= len(raw) <= most:
            self.refuse(f"must be a list of {fewest} to {most} items", key)
        return raw

    def objects(self, key: str, *, fewest: int = 1, most: int) -> list["JsonObject"]:
        """Take a list of objects, with a number of items between two bounds."""
        return [
            JsonObject(raw, (*self.path, key, str(index)), self.languages, self.findings)
            for index, raw in enumerate(self.items(key, fewest=fewest, most=most))
        ]

    def nested(self, key: str) -> "JsonObject":
        """Take an object; absent means empty."""
        raw = self._left.pop(key, {})
        return JsonObject(raw, (*self.path, key), self.languages, self.findings)

    def clean(self, raw: object, keys: tuple[str, ...], longest: int) -> str:
        """Return what stands under the keys as text, as it is kept."""
        if not isinstance(raw, str):
            self.refuse("must be a text", *keys)
        try:
            text = clean_text(raw)
        except UnicodeEncodeError:
            self.refuse("contains characters that cannot be stored", *keys)
        if not text or len(text) > longest:
            self.refuse(f"must have 1 to {longest} characters", *keys)
        return text
