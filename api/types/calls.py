"""The candidate who would rather talk: asking for a call, and taking it back."""

from dataclasses import asdict

import strawberry

from api.derive import Info
from api.errors import UserError, mutation
from tenants.interviews import calls


@strawberry.type
class CallRequest:
    """How the candidate wants to be called.

    Attributes:
        phone: The number, if one was given.
        preferred_times: When a call suits, in the candidate's words.
    """

    phone: str | None
    preferred_times: str | None


@strawberry.input
class RequestCallInput:
    """A wish to talk instead of filling in the form.

    Attributes:
        phone: At which number; without one the third party uses what it knows.
        preferred_times: When a call suits, in at most 300 characters.
        is_wanted: False takes the wish back, and erases what was said with it.
    """

    phone: str | None = None
    preferred_times: str | None = None
    is_wanted: bool = True


@strawberry.type
class RequestCallPayload:
    """The wish as it is kept now.

    Attributes:
        call_request: Null when it was refused or taken back.
        user_errors: Why, in words that help.
    """

    call_request: CallRequest | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


async def find_call_request(info: Info) -> CallRequest | None:
    """Return how the candidate of the viewer's link asked to be called, or None."""
    found = await info.context.run(calls.find_call_request)
    return None if found is None else CallRequest(**asdict(found))


@mutation
async def request_call(
    info: Info,
    input: RequestCallInput,  # noqa: A002 - the argument's name in the API.
) -> RequestCallPayload:
    """Ask for a call instead of the form, or for none after all; client roles never learn of it."""
    if not input.is_wanted:
        await info.context.run(calls.cancel_call)
        return RequestCallPayload()
    await info.context.run(
        calls.request_call, phone=input.phone, preferred_times=input.preferred_times
    )
    return RequestCallPayload(call_request=await find_call_request(info))
