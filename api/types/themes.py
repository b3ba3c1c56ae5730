"""The codebook: the themes that free text is coded with."""

import strawberry

from api.derive import Info
from api.errors import UserError, mutation
from api.relay import key_of
from api.types.question_insights import Language
from tenants import read_graph
from tenants.reading import Key
from tenants.reasons import Audience, Controllability
from tenants.themes import codebook, service
from tenants.themes.codebook import ThemeLevel, ThemeLine

strawberry.enum(ThemeLevel, description=(ThemeLevel.__doc__ or "").strip())


@strawberry.type
class ThemeWording:
    """What a theme is called in one language.

    Attributes:
        language: A language code.
        label: Its name.
        description: What belongs to it; empty if nothing says so in this language.
    """

    language: str
    label: str
    description: str


@strawberry.type
class Theme:
    """One entry of the codebook: what is said in free text, and whether it can be changed.

    Attributes:
        code: Stable; what excerpts and actions are coded with.
        controllability: Whether the organisation can do anything about it.
        audience: Whom an excerpt of it is for unless a moderator routes it.
        is_retired: Whether new excerpts may have it no more; old ones keep it.
        level: The nearest level that says anything of it.
        wordings: What it is called, in each language.
    """

    found: strawberry.Private[codebook.Theme]
    code: str
    controllability: Controllability
    audience: Audience
    is_retired: bool
    level: ThemeLevel
    wordings: list[ThemeWording]

    @strawberry.field
    def label(self, language: Language = None) -> str:
        """Its name."""
        return self.found.label(language)

    @strawberry.field
    def description(self, language: Language = None) -> str:
        """What belongs to it."""
        return self.found.description(language)


def show_theme(theme: codebook.Theme) -> Theme:
    """Return a theme as the API shows it."""
    return Theme(
        found=theme,
        code=theme.code,
        controllability=theme.controllability,
        audience=theme.audience,
        is_retired=theme.is_retired,
        level=theme.level,
        wordings=[
            ThemeWording(
                language=language, label=label, description=theme.descriptions.get(language, "")
            )
            for language, label in sorted(theme.labels.items())
        ],
    )


async def find_codebook(info: Info, organisation: Key) -> list[Theme]:
    """Return an organisation's codebook: the shared themes first, then its own.

    Raises:
        Forbidden: The viewer's role does not include the codebook.
    """
    found = await info.context.run(
        service.get_codebook, organisation_id=organisation.organisation_id
    )
    return [show_theme(one) for one in found.values()]


@strawberry.input
class ThemeWordingInput:
    """What a theme is called in one language.

    Attributes:
        language: A language code.
        label: Its name, at most 120 characters; empty falls back to the shared one.
        description: What belongs to it; absent keeps it, empty falls back to the shared one.
    """

    language: str
    label: str
    description: str | None = None


@strawberry.input
class SaveThemeInput:
    """What an organisation says of a theme; what is absent stays as it is.

    Attributes:
        organisation_id: Whose codebook.
        code: Which theme: one that is there, or a new one (2 to 40 capital letters, digits and
            underscores), which needs a label, a controllability and an audience.
        wordings: What it is called in some languages.
        controllability: Whether this organisation can do anything about it.
        audience: Whom an excerpt of it is for unless a moderator routes it.
        is_retired: Whether new excerpts may have it no more; `false` brings it back.
    """

    organisation_id: strawberry.ID
    code: str
    wordings: list[ThemeWordingInput] = strawberry.field(default_factory=list)
    controllability: Controllability | None = None
    audience: Audience | None = None
    is_retired: bool | None = None


@strawberry.type
class SaveThemePayload:
    """The theme as it is now.

    Attributes:
        theme: Null when it was refused.
        user_errors: Why, in words that help.
    """

    theme: Theme | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@mutation
async def save_theme(
    info: Info,
    input: SaveThemeInput,  # noqa: A002 - the argument's name in the API.
) -> SaveThemePayload:
    """Add a theme to an organisation's codebook, or override, retire or restore one."""
    organisation = key_of(read_graph.ORGANISATION, input.organisation_id, field="organisationId")
    line = ThemeLine(
        code=input.code,
        labels={one.language: one.label for one in input.wordings},
        descriptions={
            one.language: one.description for one in input.wordings if one.description is not None
        },
        controllability=input.controllability,
        audience=input.audience,
        is_retired=input.is_retired,
    )
    theme = await info.context.run(
        service.save_theme, organisation_id=organisation.organisation_id, line=line
    )
    return SaveThemePayload(theme=show_theme(theme))
