"""What the matrices and the tests of isolation say of a firm's people and its clients."""

from typing import Any

# What the administrator of a firm may, test_firm_members.py says.
OF_PEOPLE = dict.fromkeys(
    (
        "inviteFirmMember",
        "resendFirmInvitation",
        "withdrawFirmInvitation",
        "changeFirmRole",
        "removeFirmMember",
    ),
    "FORBIDDEN NOT_FOUND NOT_FOUND NOT_FOUND NOT_FOUND UNAUTHENTICATED NOT_FOUND",
)
MUTATIONS = {
    **OF_PEOPLE,
    # What the administrator of a firm may, test_firms.py says.
    "createOrganisation": "FORBIDDEN FORBIDDEN FORBIDDEN FORBIDDEN FORBIDDEN UNAUTHENTICATED"
    " FORBIDDEN",
    "startEngagement": "FORBIDDEN ok FORBIDDEN FORBIDDEN FORBIDDEN UNAUTHENTICATED NOT_FOUND",
    "endEngagement": "ok ok NOT_FOUND NOT_FOUND NOT_FOUND UNAUTHENTICATED NOT_FOUND",
    "addConsultant": "FORBIDDEN FORBIDDEN NOT_FOUND NOT_FOUND NOT_FOUND UNAUTHENTICATED NOT_FOUND",
    "removeConsultant": "FORBIDDEN ok NOT_FOUND NOT_FOUND NOT_FOUND UNAUTHENTICATED NOT_FOUND",
}
PARTS = {
    "CreateOrganisationPayload": "organisation userErrors",
    "StartEngagementPayload": "engagement userErrors",
    "EndEngagementPayload": "engagement userErrors",
    "AddConsultantPayload": "engagement userErrors",
    "RemoveConsultantPayload": "engagement userErrors",
    "FirmInvitation": "id email role mailNumber createdAt expiresAt",
    "InviteFirmMemberPayload": "invitation userErrors",
    "ResendFirmInvitationPayload": "invitation userErrors",
    "WithdrawFirmInvitationPayload": "withdrawnInvitationId userErrors",
    "ChangeFirmRolePayload": "member userErrors",
    "RemoveFirmMemberPayload": "removedMemberId userErrors",
}
PAYLOADS = {
    "inviteFirmMember": "invitation { id }",
    "resendFirmInvitation": "invitation { id }",
    "withdrawFirmInvitation": "withdrawnInvitationId",
    "changeFirmRole": "member { id }",
    "removeFirmMember": "removedMemberId",
}
ID_ARGUMENTS = {
    ("inviteFirmMember", "firmId"),
    ("resendFirmInvitation", "invitationId"),
    ("withdrawFirmInvitation", "invitationId"),
    ("changeFirmRole", "memberId"),
    ("removeFirmMember", "memberId"),
}


def inputs(firm: str = "", member: str = "", invitation: str = "") -> dict[str, dict[str, Any]]:
    """Return an input of each mutation about a firm, one of its people and an invitation."""
    return {
        "inviteFirmMember": {
            "firmId": firm,
            "email": "new@firm.example",
            "role": "CONSULTANT",
        },
        "resendFirmInvitation": {"invitationId": invitation},
        "withdrawFirmInvitation": {"invitationId": invitation},
        "changeFirmRole": {"memberId": member, "role": "CONSULTANT"},
        "removeFirmMember": {"memberId": member},
    }
