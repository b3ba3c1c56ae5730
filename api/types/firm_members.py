"""Who works for a firm: inviting, another part, taking out; for the firm's administrators."""

import strawberry

from api.derive import Info, as_type
from api.errors import UserError, mutation
from api.relay import encode_id, key_of
from api.types.firms import FirmInvitation, FirmMember
from tenants import read_graph
from tenants.members import firm_members as members
from tenants.organisations.models import FirmRole
from tenants.reading import Key


@strawberry.input
class InviteFirmMemberInput:
    """Whom to invite.

    Attributes:
        firm_id: Into which firm.
        email: Where the mail goes, and what the person signs in with.
        role: ADMINISTRATOR or CONSULTANT; neither sees feedback of a client by that alone.
        idempotency_key: A repetition with the same key does nothing and returns the same one.
    """

    firm_id: strawberry.ID
    email: str
    role: FirmRole
    idempotency_key: str | None = None


@strawberry.type
class InviteFirmMemberPayload:
    """The invitation, on its way.

    Attributes:
        invitation: Null when it was refused, or is settled meanwhile.
        user_errors: Why, in words that help.
    """

    invitation: FirmInvitation | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.input
class ResendFirmInvitationInput:
    """Which invitation to send once more.

    Attributes:
        invitation_id: The invitation, as `Firm.invitations` lists it.
    """

    invitation_id: strawberry.ID


@strawberry.type
class ResendFirmInvitationPayload:
    """The invitation, on its way once more.

    Attributes:
        invitation: Null when it was refused.
        user_errors: Why, in words that help.
    """

    invitation: FirmInvitation | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.input
class WithdrawFirmInvitationInput:
    """Which invitation to make worthless.

    Attributes:
        invitation_id: The invitation, as `Firm.invitations` lists it.
    """

    invitation_id: strawberry.ID


@strawberry.type
class WithdrawFirmInvitationPayload:
    """What was withdrawn.

    Attributes:
        withdrawn_invitation_id: Null when it was refused.
        user_errors: Why, in words that help.
    """

    withdrawn_invitation_id: strawberry.ID | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.input
class ChangeFirmRoleInput:
    """Which part somebody plays in a firm from now on.

    Attributes:
        member_id: Whose, as `Firm.members` lists them.
        role: ADMINISTRATOR or CONSULTANT.
    """

    member_id: strawberry.ID
    role: FirmRole


@strawberry.type
class ChangeFirmRolePayload:
    """The member in the new part; their sessions have ended.

    Attributes:
        member: Null when it was refused.
        user_errors: Why, in words that help.
    """

    member: FirmMember | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.input
class RemoveFirmMemberInput:
    """Who leaves.

    Attributes:
        member_id: The member, as `Firm.members` lists them.
    """

    member_id: strawberry.ID


@strawberry.type
class RemoveFirmMemberPayload:
    """Who left.

    Attributes:
        removed_member_id: Null when it was refused.
        user_errors: Why, in words that help.
    """

    removed_member_id: strawberry.ID | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@mutation
async def invite_firm_member(
    info: Info,
    input: InviteFirmMemberInput,  # noqa: A002 - the argument's name in the API.
) -> InviteFirmMemberPayload:
    """Ask somebody by mail to work for a firm; accepting makes them one of its people."""
    firm = key_of(read_graph.FIRM, input.firm_id, field="firmId")
    invitation_id = await info.context.run(
        members.invite_firm_member,
        firm_id=firm.id,
        email=input.email,
        role=input.role,
        idempotency_key=input.idempotency_key,
    )
    record = await info.context.find_record(read_graph.FIRM_INVITATION, Key(firm.id, invitation_id))
    return InviteFirmMemberPayload(invitation=as_type(record))


@mutation
async def resend_firm_invitation(
    info: Info,
    input: ResendFirmInvitationInput,  # noqa: A002 - the argument's name in the API.
) -> ResendFirmInvitationPayload:
    """Send an invitation once more, with a new link and a new term; the earlier link is dead."""
    key = key_of(read_graph.FIRM_INVITATION, input.invitation_id, field="invitationId")
    await info.context.run(
        members.resend_firm_invitation, firm_id=key.organisation_id, invitation_id=key.id
    )
    record = await info.context.find_record(read_graph.FIRM_INVITATION, key)
    return ResendFirmInvitationPayload(invitation=as_type(record))


@mutation
async def withdraw_firm_invitation(
    info: Info,
    input: WithdrawFirmInvitationInput,  # noqa: A002 - the argument's name in the API.
) -> WithdrawFirmInvitationPayload:
    """Make an invitation worthless before it is accepted."""
    key = key_of(read_graph.FIRM_INVITATION, input.invitation_id, field="invitationId")
    await info.context.run(
        members.withdraw_firm_invitation, firm_id=key.organisation_id, invitation_id=key.id
    )
    withdrawn = encode_id(read_graph.FIRM_INVITATION, key)
    return WithdrawFirmInvitationPayload(withdrawn_invitation_id=withdrawn)


@mutation
async def change_firm_role(
    info: Info,
    input: ChangeFirmRoleInput,  # noqa: A002 - the argument's name in the API.
) -> ChangeFirmRolePayload:
    """Give somebody another part in a firm; their sessions end, and they sign in anew."""
    key = key_of(read_graph.FIRM_MEMBER, input.member_id, field="memberId")
    await info.context.run(
        members.change_firm_role,
        firm_id=key.organisation_id,
        person_id=key.id,
        role=input.role,
    )
    record = await info.context.find_record(read_graph.FIRM_MEMBER, key)
    return ChangeFirmRolePayload(member=as_type(record))


@mutation
async def remove_firm_member(
    info: Info,
    input: RemoveFirmMemberInput,  # noqa: A002 - the argument's name in the API.
) -> RemoveFirmMemberPayload:
    """Take somebody out of a firm and off its engagements: they see nothing of its clients."""
    key = key_of(read_graph.FIRM_MEMBER, input.member_id, field="memberId")
    await info.context.run(
        members.remove_firm_member, firm_id=key.organisation_id, person_id=key.id
    )
    return RemoveFirmMemberPayload(removed_member_id=encode_id(read_graph.FIRM_MEMBER, key))
