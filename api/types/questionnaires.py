"""Questionnaires, their versions and questions."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

import strawberry

from api.derive import Info, of_noun
from api.errors import camel_case
from api.relay import Node, decode_id, encode_id
from api.types.questionnaire_content import QuestionnaireContent, show_content
from tenants import read_graph
from tenants.offers import narrow_conditions
from tenants.questionnaires.changes import list_changes
from tenants.questionnaires.definition import parse_draft
from tenants.questionnaires.findings import FindingCode
from tenants.questionnaires.importers import surveyjs
from tenants.questionnaires.models import VersionState
from tenants.questionnaires.question_types import QuestionTypeKey
from tenants.questionnaires.translations import list_completeness
from tenants.reading import Record
from tenants.reasons import Audience
from tenants.settings import get_settings

Since = Annotated[strawberry.ID, strawberry.argument(description="The version to compare with.")]
Language = Annotated[
    str | None,
    strawberry.argument(description="A language of the version; its first one if absent."),
]


def in_language(wording: Mapping[str, str], language: str | None, fallback: str) -> str:
    """Return a wording in a language, or in the version's first one."""
    return wording.get(language or fallback) or wording[fallback]


@strawberry.type
class Option:
    """Something to choose.

    Attributes:
        code: What an answer keeps; stable across versions.
        exclusive: Whether it rules out all others.
    """

    code: str
    exclusive: bool
    wordings: strawberry.Private[Mapping[str, str]]
    fallback: strawberry.Private[str]

    @strawberry.field
    def wording(self, language: Language = None) -> str:
        """What the candidate reads."""
        return in_language(self.wordings, language, self.fallback)


@strawberry.type
class ScalePoint:
    """A point on the scale of a rating, a recommendation or a matrix.

    Attributes:
        point: The number.
    """

    point: int
    wordings: strawberry.Private[Mapping[str, str] | None]
    fallback: strawberry.Private[str]

    @strawberry.field
    def wording(self, language: Language = None) -> str | None:
        """What the point is called; null for one that has no name, such as the middle ones."""
        return in_language(self.wordings, language, self.fallback) if self.wordings else None


def scale_points(settings: Mapping[str, Any], fallback: str) -> list[ScalePoint]:
    """Return the points of a question's scale, the lowest first; none if it has no scale."""
    labels = settings.get("labels") or {}
    # Both ends of a scale have a name, whatever lies between them.
    ends = sorted(int(point) for point in labels)
    return [
        ScalePoint(point=point, wordings=labels.get(str(point)), fallback=fallback)
        for point in (range(ends[0], ends[-1] + 1) if ends else ())
    ]


@of_noun(read_graph.QUESTION, behind={"first_language", "settings"})
class Question(Node):
    """A question of a version.

    Attributes:
        code: Stable across versions.
        type: What kind of answer it takes.
        page: On which page of the form it stands.
        position: Its place in the version, from 1.
        concept: The key that makes answers comparable across organisations, if they are.
        audience: Who may read the answers.
        required: Whether it must be answered, if only by "prefer not to say".
    """

    code: str
    type: QuestionTypeKey
    page: str
    position: int
    concept: str | None
    audience: Audience
    required: bool

    @strawberry.field
    def wording(self, root: strawberry.Parent[Record], language: Language = None) -> str:
        """What is asked."""
        return in_language(root.values["wording"], language, root.values["first_language"])

    @strawberry.field
    def options(self, root: strawberry.Parent[Record]) -> list[Option]:
        """What there is to choose, to rank, or the rows of a matrix."""
        return [
            Option(
                code=one["code"],
                exclusive=one.get("exclusive", False),
                wordings=one["wording"],
                fallback=root.values["first_language"],
            )
            for one in root.values["options"]
        ]

    @strawberry.field
    def scale(self, root: strawberry.Parent[Record]) -> list[ScalePoint]:
        """The points to choose from, the lowest first; empty for a question without a scale."""
        return scale_points(root.values["settings"], root.values["first_language"])

    @strawberry.field
    def unit(self, root: strawberry.Parent[Record], language: Language = None) -> str | None:
        """What a number counts; null for a bare number and for other questions."""
        unit = root.values["settings"].get("unit")
        return in_language(unit, language, root.values["first_language"]) if unit else None


@strawberry.type
class QuestionnaireFinding:
    """Something found in a draft.

    Attributes:
        code: What it is; branch on it.
        message: In words, with the place.
        path: Where it stands, from the top of the content.
        is_error: Whether the draft cannot be published with it; otherwise it is good to know.
    """

    code: FindingCode
    message: str
    path: list[str]
    is_error: bool


@strawberry.type
class TranslationStatus:
    """How far a language of a version has come.

    Attributes:
        language: Its code.
        translated: Texts that it has.
        total: Texts that there are.
        missing: Keys of the others, for `translateQuestionnaire`.
    """

    language: str
    translated: int
    total: int
    missing: list[str]


@of_noun(read_graph.QUESTIONNAIRE_VERSION, behind={"definition"})
class QuestionnaireVersion(Node):
    """A version of a questionnaire; once published it never changes.

    Attributes:
        number: Counted from 1 within the questionnaire.
        state: Whether it is in use.
        languages: Codes of its languages, the first one being the fallback.
        content_hash: SHA-256 of everything it says, in hexadecimal.
        published_at: When it was published.
        revision: Of a draft, counted from 1; a change has to name the one that it began with.
        questionnaire: Which questionnaire it is a version of.
        questions: In their order; of a draft there are none yet, its content has them.
    """

    number: int
    state: VersionState
    languages: list[str]
    content_hash: str
    published_at: datetime | None
    revision: int
    questionnaire: Annotated["Questionnaire", strawberry.lazy("api.types.questionnaires")] | None
    questions: list[Question] | None

    @strawberry.field
    def content(self, root: strawberry.Parent[Record]) -> QuestionnaireContent:
        """Everything that it says."""
        return show_content(root.values["definition"])

    @strawberry.field
    def preview_url(self, root: strawberry.Parent[Record]) -> str:
        """The page on which somebody who is signed in sees the version as the form shows it."""
        version_id = encode_id(read_graph.QUESTIONNAIRE_VERSION, root.key)
        return f"{get_settings().public_url}/console/preview/{version_id}"

    @strawberry.field
    def survey_js(self, root: strawberry.Parent[Record]) -> str:
        """The version as JSON of SurveyJS, which `importQuestionnaire` reads back as it was."""
        return surveyjs.write(root.values["definition"])

    @strawberry.field
    async def findings(
        self, root: strawberry.Parent[Record], info: Info
    ) -> list[QuestionnaireFinding]:
        """What keeps a draft from being published, and what is good to know; else nothing."""
        if root.values["state"] is not VersionState.DRAFT:
            return []
        found = await info.context.run(
            narrow_conditions.check_version,
            organisation_id=root.key.organisation_id,
            version_id=root.key.id,
        )
        return [
            QuestionnaireFinding(
                code=one.code,
                message=one.message,
                path=[camel_case(part) for part in one.path],
                is_error=one.is_error,
            )
            for one in found
        ]

    @strawberry.field
    def translations(self, root: strawberry.Parent[Record]) -> list[TranslationStatus]:
        """How far each language has come, the first one first."""
        return [
            TranslationStatus(
                language=one.language,
                translated=one.translated,
                total=one.total,
                missing=list(one.missing),
            )
            for one in list_completeness(root.values["definition"])
        ]

    @strawberry.field
    async def changes_since(
        self, root: strawberry.Parent[Record], info: Info, version: Since
    ) -> list[str] | None:
        """What differs from another version, in sentences; null for one that is not to be seen."""
        decoded = decode_id(version)
        if decoded is None or decoded[0] is not read_graph.QUESTIONNAIRE_VERSION:
            return None
        other = await info.context.find_record(*decoded)
        if other is None or other.key.organisation_id != root.key.organisation_id:
            return None
        before, _ = parse_draft(other.values["definition"])
        after, _ = parse_draft(root.values["definition"])
        return list_changes(before, after)


@of_noun(read_graph.QUESTIONNAIRE)
class Questionnaire(Node):
    """What candidates of an organisation are asked, in versions.

    Attributes:
        code: Its short name within the organisation.
        name: Its title.
        versions: Newest first.
    """

    code: str
    name: str
    versions: list[QuestionnaireVersion] | None
