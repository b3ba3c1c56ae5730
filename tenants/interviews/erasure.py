"""What is left of an interview once nobody may be asked about its offer any more."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import and_, delete, select, update

from tenants.access import Permission, Viewer, require
from tenants.interviews.conversation_queries import erase_conversations
from tenants.interviews.models import Draft, Interview, Invitation
from tenants.offers.models import Offer
from tenants.work import Session


async def revoke_invitations(
    session: Session, viewer: Viewer, *, organisation_id: UUID, application_ids: Collection[UUID]
) -> None:
    """Kill the unanswered links of applications and delete what their candidates had saved.

    What is known of talking to them goes as well, interviewers' notes included. Answers that were
    sent stay as they are: erasing them is the candidate's own to ask for.
    """
    require(viewer, Permission.INTERVIEW_OPEN, organisation_id)
    invitations = (
        select(Invitation.id)
        .join(
            Interview,
            and_(
                Interview.organisation_id == Invitation.organisation_id,
                Interview.id == Invitation.interview_id,
            ),
        )
        .join(
            Offer,
            and_(
                Offer.organisation_id == Interview.organisation_id,
                Offer.id == Interview.offer_id,
            ),
        )
        .where(
            Invitation.organisation_id == organisation_id,
            Invitation.submission.is_(None),
            Offer.application_id.in_(application_ids),
        )
    )
    # The link first: whoever is just saving then finds it dead before there can be a new draft.
    revoked = await session.scalars(
        update(Invitation)
        .where(Invitation.organisation_id == organisation_id, Invitation.id.in_(invitations))
        .values(revoked=True)
        .returning(Invitation.id)
    )
    await session.execute(
        delete(Draft).where(
            Draft.organisation_id == organisation_id, Draft.invitation_id.in_(revoked.all())
        )
    )
    await erase_conversations(
        session, viewer, organisation_id=organisation_id, application_ids=application_ids
    )
