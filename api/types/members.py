"""Members of an organisation, and inviting, changing and removing them."""

from datetime import datetime

import strawberry

from api.derive import Info, as_type, of_noun
from api.errors import UserError, mutation
from api.relay import Node, encode_id, key_of
from tenants import read_graph
from tenants.access import Role
from tenants.members import service as members
from tenants.reading import Key


@of_noun(read_graph.MEMBERSHIP)
class Membership:
    """A person's role in an organisation.

    Attributes:
        id: Opaque and stable; what `assignHiringManager`, `changeRole` and `removeMember` take.
        name: The person's name.
        email: The address that the person signs in with.
        role: The part the person plays.
        department: Where the person works; an interviewer must not be of the hiring department.
    """

    id: strawberry.ID
    name: str
    email: str | None
    role: Role
    department: str | None


@of_noun(read_graph.MEMBER_INVITATION)
class MemberInvitation(Node):
    """Somebody was asked by mail to become a member, and has not accepted yet.

    Attributes:
        email: Where the mail went; whoever accepts signs in with this address.
        role: The part that waits.
        department: Where the person works.
        mail_number: How often it was sent; only the last mail's link works.
        created_at: When it was first sent.
        expires_at: When the link dies, or died.
    """

    email: str
    role: Role
    department: str | None
    mail_number: int
    created_at: datetime
    expires_at: datetime


@strawberry.input
class InviteMemberInput:
    """Whom to invite.

    Attributes:
        organisation_id: Into which organisation.
        email: Where the mail goes, and what the person signs in with.
        role: HR, HIRING_MANAGER, LEADERSHIP or INDEPENDENT_ADMINISTRATOR; no other.
        department: Where the person works.
        idempotency_key: A repetition with the same key does nothing and returns the same one.
    """

    organisation_id: strawberry.ID
    email: str
    role: Role
    department: str | None = None
    idempotency_key: str | None = None


@strawberry.type
class InviteMemberPayload:
    """The invitation, on its way.

    Attributes:
        invitation: Null when it was refused, or is settled meanwhile.
        user_errors: Why, in words that help.
    """

    invitation: MemberInvitation | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.input
class ResendMemberInvitationInput:
    """Which invitation to send once more.

    Attributes:
        invitation_id: The invitation, as `Organisation.memberInvitations` lists it.
    """

    invitation_id: strawberry.ID


@strawberry.type
class ResendMemberInvitationPayload:
    """The invitation, on its way once more.

    Attributes:
        invitation: Null when it was refused.
        user_errors: Why, in words that help.
    """

    invitation: MemberInvitation | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.input
class WithdrawMemberInvitationInput:
    """Which invitation to make worthless.

    Attributes:
        invitation_id: The invitation, as `Organisation.memberInvitations` lists it.
    """

    invitation_id: strawberry.ID


@strawberry.type
class WithdrawMemberInvitationPayload:
    """What was withdrawn.

    Attributes:
        withdrawn_invitation_id: Null when it was refused.
        user_errors: Why, in words that help.
    """

    withdrawn_invitation_id: strawberry.ID | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.input
class ChangeRoleInput:
    """Which part a member plays from now on.

    Attributes:
        membership_id: The member, as `Organisation.members` lists them.
        role: HR, HIRING_MANAGER, LEADERSHIP or INDEPENDENT_ADMINISTRATOR.
        department: Where the member works from now on; absent leaves it as it is.
    """

    membership_id: strawberry.ID
    role: Role
    department: str | None = None


@strawberry.type
class ChangeRolePayload:
    """The member in the new role; their sessions have ended.

    Attributes:
        membership: Null when it was refused.
        user_errors: Why, in words that help.
    """

    membership: Membership | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.input
class RemoveMemberInput:
    """Who leaves.

    Attributes:
        membership_id: The member, as `Organisation.members` lists them.
    """

    membership_id: strawberry.ID


@strawberry.type
class RemoveMemberPayload:
    """Who left.

    Attributes:
        removed_membership_id: Null when it was refused.
        user_errors: Why, in words that help.
    """

    removed_membership_id: strawberry.ID | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.input
class SignMemberOutInput:
    """Whose sessions end.

    Attributes:
        membership_id: The member, as `Organisation.members` lists them.
    """

    membership_id: strawberry.ID


@strawberry.type
class SignMemberOutPayload:
    """Whose sessions ended.

    Attributes:
        membership: Null when it was refused.
        user_errors: Why, in words that help.
    """

    membership: Membership | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@mutation
async def invite_member(
    info: Info,
    input: InviteMemberInput,  # noqa: A002 - the argument's name in the API.
) -> InviteMemberPayload:
    """Ask somebody by mail to become a member; accepting makes them one."""
    organisation = key_of(read_graph.ORGANISATION, input.organisation_id, field="organisationId")
    invitation_id = await info.context.run(
        members.invite_member,
        organisation_id=organisation.organisation_id,
        email=input.email,
        role=input.role,
        department=input.department,
        idempotency_key=input.idempotency_key,
    )
    record = await info.context.find_record(
        read_graph.MEMBER_INVITATION, Key(organisation.organisation_id, invitation_id)
    )
    return InviteMemberPayload(invitation=as_type(record))


@mutation
async def resend_member_invitation(
    info: Info,
    input: ResendMemberInvitationInput,  # noqa: A002 - the argument's name in the API.
) -> ResendMemberInvitationPayload:
    """Send an invitation once more, with a new link and a new term; the earlier link is dead."""
    key = key_of(read_graph.MEMBER_INVITATION, input.invitation_id, field="invitationId")
    await info.context.run(
        members.resend_member_invitation,
        organisation_id=key.organisation_id,
        invitation_id=key.id,
    )
    record = await info.context.find_record(read_graph.MEMBER_INVITATION, key)
    return ResendMemberInvitationPayload(invitation=as_type(record))


@mutation
async def withdraw_member_invitation(
    info: Info,
    input: WithdrawMemberInvitationInput,  # noqa: A002 - the argument's name in the API.
) -> WithdrawMemberInvitationPayload:
    """Make an invitation worthless before it is accepted."""
    key = key_of(read_graph.MEMBER_INVITATION, input.invitation_id, field="invitationId")
    await info.context.run(
        members.withdraw_member_invitation,
        organisation_id=key.organisation_id,
        invitation_id=key.id,
    )
    withdrawn = encode_id(read_graph.MEMBER_INVITATION, key)
    return WithdrawMemberInvitationPayload(withdrawn_invitation_id=withdrawn)


@mutation
async def change_role(
    info: Info,
    input: ChangeRoleInput,  # noqa: A002 - the argument's name in the API.
) -> ChangeRolePayload:
    """Give a member another role; their sessions end, and they sign in anew."""
    key = key_of(read_graph.MEMBERSHIP, input.membership_id, field="membershipId")
    await info.context.run(
        members.change_role,
        organisation_id=key.organisation_id,
        person_id=key.id,
        role=input.role,
        department=input.department,
    )
    record = await info.context.find_record(read_graph.MEMBERSHIP, key)
    return ChangeRolePayload(membership=as_type(record))


@mutation
async def sign_member_out(
    info: Info,
    input: SignMemberOutInput,  # noqa: A002 - the argument's name in the API.
) -> SignMemberOutPayload:
    """End every session of a member, wherever they are signed in; they sign in anew."""
    key = key_of(read_graph.MEMBERSHIP, input.membership_id, field="membershipId")
    await info.context.run(
        members.sign_member_out, organisation_id=key.organisation_id, person_id=key.id
    )
    record = await info.context.find_record(read_graph.MEMBERSHIP, key)
    return SignMemberOutPayload(membership=as_type(record))


@mutation
async def remove_member(
    info: Info,
    input: RemoveMemberInput,  # noqa: A002 - the argument's name in the API.
) -> RemoveMemberPayload:
    """Take somebody out of an organisation: from now on they see nothing of it."""
    key = key_of(read_graph.MEMBERSHIP, input.membership_id, field="membershipId")
    await info.context.run(
        members.remove_member, organisation_id=key.organisation_id, person_id=key.id
    )
    return RemoveMemberPayload(removed_membership_id=encode_id(read_graph.MEMBERSHIP, key))
