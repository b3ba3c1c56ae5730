"""What the candidate does with a response that was sent, by its receipt code."""

import strawberry

from api.derive import Info
from api.errors import UserError, mutation
from tenants.insights import withdrawals
from tenants.interviews import receipts
from tenants.interviews.models import Confidentiality


@strawberry.input
class TightenConfidentialityInput:
    """A response to be made more confidential.

    Attributes:
        receipt_code: With which it was sent.
    """

    receipt_code: str


@strawberry.type
class TightenConfidentialityPayload:
    """What the response is now.

    Attributes:
        confidentiality: CONFIDENTIAL; null when it was refused.
        user_errors: Why, in words that help.
    """

    confidentiality: Confidentiality | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.input
class WithdrawResponseInput:
    """A response to be taken back.

    Attributes:
        receipt_code: With which it was sent.
    """

    receipt_code: str


@strawberry.type
class WithdrawResponsePayload:
    """Whether the response is gone.

    Attributes:
        is_withdrawn: Null when it was refused.
        user_errors: Why, in words that help.
    """

    is_withdrawn: bool | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@mutation
async def tighten_confidentiality(
    info: Info,
    input: TightenConfidentialityInput,  # noqa: A002 - the argument's name in the API.
) -> TightenConfidentialityPayload:
    """Make one's ATTRIBUTED response CONFIDENTIAL; nobody can ever loosen it again."""
    return TightenConfidentialityPayload(
        confidentiality=await info.context.run(
            receipts.tighten_confidentiality, receipt_code=input.receipt_code
        )
    )


@mutation
async def withdraw_response(
    info: Info,
    input: WithdrawResponseInput,  # noqa: A002 - the argument's name in the API.
) -> WithdrawResponsePayload:
    """Erase one's response; figures that were published with it stand unless too few are left."""
    await info.context.run(withdrawals.withdraw_response, receipt_code=input.receipt_code)
    return WithdrawResponsePayload(is_withdrawn=True)
