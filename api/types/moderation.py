"""What moderators do with excerpts, one mutation for each step."""

from uuid import UUID

import strawberry

from api.derive import Info, as_type
from api.errors import UserError, mutation
from api.relay import key_of
from api.types.excerpts import DeskExcerpt
from tenants import read_graph
from tenants.errors import NotFound
from tenants.excerpts import service, settling
from tenants.reading import Key
from tenants.reasons import Audience


def _key(excerpt_id: str) -> Key:
    return key_of(read_graph.DESK_EXCERPT, excerpt_id, field="excerptId")


async def _show(info: Info, key: Key) -> DeskExcerpt | None:
    """Return an excerpt as it stands now."""
    found: DeskExcerpt | None = as_type(
        await info.context.find_record(read_graph.DESK_EXCERPT, key)
    )
    return found


def _redactions(excerpt: Key, ids: list[strawberry.ID] | None) -> list[UUID] | None:
    """Return the ids of proposals of the excerpt's organisation; None stays None.

    Raises:
        NotFound: One is of something else.
    """
    if ids is None:
        return None
    keys = [key_of(read_graph.EXCERPT_REDACTION, one, field="redactionIds") for one in ids]
    if any(one.organisation_id != excerpt.organisation_id for one in keys):
        noun = "excerptredaction"
        raise NotFound(noun, field="redactionIds")
    return [one.id for one in keys]


@strawberry.type
class DeskExcerptPayload:
    """The excerpt as it stands now.

    Attributes:
        excerpt: Null when it was refused.
        user_errors: Why, in words that help.
    """

    excerpt: DeskExcerpt | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.input
class MakeExcerptInput:
    """A text, or a piece of it, to be made an excerpt of.

    Attributes:
        text_id: Which text of the desk.
        begins: Position of the piece's first character, in Unicode code points; the text's
            beginning if absent.
        ends: Position after its last one; the text's end if absent.
        idempotency_key: A repetition with the same key finds the same excerpt.
    """

    text_id: strawberry.ID
    begins: int | None = None
    ends: int | None = None
    idempotency_key: str | None = None


@mutation
async def make_excerpt(
    info: Info,
    input: MakeExcerptInput,  # noqa: A002 - the argument's name in the API.
) -> DeskExcerptPayload:
    """Make an excerpt; what may have to be taken out of it is proposed at once."""
    text = key_of(read_graph.DESK_TEXT, input.text_id, field="textId")
    excerpt_id = await info.context.run(
        service.make_excerpt,
        organisation_id=text.organisation_id,
        text_id=text.id,
        begins=input.begins,
        ends=input.ends,
        idempotency_key=input.idempotency_key,
    )
    return DeskExcerptPayload(excerpt=await _show(info, Key(text.organisation_id, excerpt_id)))


@strawberry.input
class CodeExcerptInput:
    """The themes of an excerpt, in place of those before.

    Attributes:
        excerpt_id: Which excerpt.
        themes: Codes of the codebook, at most 8; the first one's audience becomes the excerpt's
            unless it has one.
        as_second_coder: Keep them to compare coders, and change nothing else.
    """

    excerpt_id: strawberry.ID
    themes: list[str]
    as_second_coder: bool = False


@mutation
async def code_excerpt(
    info: Info,
    input: CodeExcerptInput,  # noqa: A002 - the argument's name in the API.
) -> DeskExcerptPayload:
    """Code an excerpt with themes."""
    key = _key(input.excerpt_id)
    await info.context.run(
        service.code_excerpt,
        organisation_id=key.organisation_id,
        excerpt_id=key.id,
        themes=input.themes,
        as_second_coder=input.as_second_coder,
    )
    return DeskExcerptPayload(excerpt=await _show(info, key))


@strawberry.input
class ResolveRedactionsInput:
    """What is decided about proposals.

    Attributes:
        excerpt_id: Which excerpt.
        accept: Whether they are taken out.
        redaction_ids: Which; all that nobody has decided about, if absent.
    """

    excerpt_id: strawberry.ID
    accept: bool
    redaction_ids: list[strawberry.ID] | None = None


@mutation
async def resolve_redactions(
    info: Info,
    input: ResolveRedactionsInput,  # noqa: A002 - the argument's name in the API.
) -> DeskExcerptPayload:
    """Take proposals up or turn them down; nothing is released while one is undecided."""
    key = _key(input.excerpt_id)
    await info.context.run(
        service.resolve_redactions,
        organisation_id=key.organisation_id,
        excerpt_id=key.id,
        accept=input.accept,
        ids=_redactions(key, input.redaction_ids),
    )
    return DeskExcerptPayload(excerpt=await _show(info, key))


@strawberry.input
class AddRedactionInput:
    """A piece that nothing proposed.

    Attributes:
        excerpt_id: Which excerpt.
        begins: Position of its first character in the excerpt, or in its paraphrase if it has one.
        ends: Position after its last one.
    """

    excerpt_id: strawberry.ID
    begins: int
    ends: int


@mutation
async def add_redaction(
    info: Info,
    input: AddRedactionInput,  # noqa: A002 - the argument's name in the API.
) -> DeskExcerptPayload:
    """Take a piece out that nothing proposed."""
    key = _key(input.excerpt_id)
    await info.context.run(
        service.add_redaction,
        organisation_id=key.organisation_id,
        excerpt_id=key.id,
        begins=input.begins,
        ends=input.ends,
    )
    return DeskExcerptPayload(excerpt=await _show(info, key))


@strawberry.input
class ParaphraseExcerptInput:
    """A moderator's own words.

    Attributes:
        excerpt_id: Which excerpt.
        paraphrase: At most 4,000 characters; null takes them back.
    """

    excerpt_id: strawberry.ID
    paraphrase: str | None = None


@mutation
async def paraphrase_excerpt(
    info: Info,
    input: ParaphraseExcerptInput,  # noqa: A002 - the argument's name in the API.
) -> DeskExcerptPayload:
    """Say an excerpt in one's own words; they are looked through for names as well."""
    key = _key(input.excerpt_id)
    await info.context.run(
        service.paraphrase_excerpt,
        organisation_id=key.organisation_id,
        excerpt_id=key.id,
        paraphrase=input.paraphrase,
    )
    return DeskExcerptPayload(excerpt=await _show(info, key))


@strawberry.input
class RouteExcerptInput:
    """Whom an excerpt is for.

    Attributes:
        excerpt_id: Which excerpt.
        audience: HIRING_MANAGER, HR or ORGANISATION.
    """

    excerpt_id: strawberry.ID
    audience: Audience


@mutation
async def route_excerpt(
    info: Info,
    input: RouteExcerptInput,  # noqa: A002 - the argument's name in the API.
) -> DeskExcerptPayload:
    """Say whom an excerpt is for."""
    key = _key(input.excerpt_id)
    await info.context.run(
        service.route_excerpt,
        organisation_id=key.organisation_id,
        excerpt_id=key.id,
        audience=input.audience,
    )
    return DeskExcerptPayload(excerpt=await _show(info, key))


@strawberry.input
class ReleaseExcerptInput:
    """An excerpt to be released.

    Attributes:
        excerpt_id: Which excerpt.
    """

    excerpt_id: strawberry.ID


@mutation
async def release_excerpt(
    info: Info,
    input: ReleaseExcerptInput,  # noqa: A002 - the argument's name in the API.
) -> DeskExcerptPayload:
    """Release an excerpt, for good; it is shown once enough people have answered."""
    key = _key(input.excerpt_id)
    await info.context.run(
        settling.release_excerpt,
        organisation_id=key.organisation_id,
        excerpt_id=key.id,
    )
    return DeskExcerptPayload(excerpt=await _show(info, key))


@strawberry.input
class WithholdExcerptInput:
    """An excerpt to be kept on the desk.

    Attributes:
        excerpt_id: Which excerpt.
    """

    excerpt_id: strawberry.ID


@mutation
async def withhold_excerpt(
    info: Info,
    input: WithholdExcerptInput,  # noqa: A002 - the argument's name in the API.
) -> DeskExcerptPayload:
    """Keep an excerpt on the desk; one that was released is taken back, for good."""
    key = _key(input.excerpt_id)
    await info.context.run(
        settling.withhold_excerpt,
        organisation_id=key.organisation_id,
        excerpt_id=key.id,
    )
    return DeskExcerptPayload(excerpt=await _show(info, key))


@strawberry.input
class UndoExcerptStepInput:
    """An excerpt whose last step was a mistake.

    Attributes:
        excerpt_id: Which excerpt.
    """

    excerpt_id: strawberry.ID


@mutation
async def undo_excerpt_step(
    info: Info,
    input: UndoExcerptStepInput,  # noqa: A002 - the argument's name in the API.
) -> DeskExcerptPayload:
    """Take the last step back, until the excerpt is released."""
    key = _key(input.excerpt_id)
    await info.context.run(
        settling.undo_step,
        organisation_id=key.organisation_id,
        excerpt_id=key.id,
    )
    return DeskExcerptPayload(excerpt=await _show(info, key))
