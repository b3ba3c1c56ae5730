"""The table of roles (`roles.py`) as far as answering and talking go, copied by hand likewise."""

from datetime import UTC, datetime, timedelta
from typing import Any

_HELD = "yes never never never"

ROWS = {
    # Only those who hold interviews know of them.
    "Conversation": {
        "again": "yes no no no no no no",
        "unanswered": "yes no no no no no no",
    },
}
FIELDS = {
    "Conversation": {
        **dict.fromkeys(("id", "interview", "state", "mode", "scheduledAt", "timeZone"), _HELD),
        **dict.fromkeys(("requestedAt", "phone", "preferredTimes", "begunAt", "heldOn"), _HELD),
        **dict.fromkeys(("noInterviewReason", "attempts", "guide", "consent"), _HELD),
    },
    "ContactAttempt": dict.fromkeys(("attemptedAt", "channel", "outcome"), _HELD),
}
PARTS = {
    "Invitation": "organisation firm jobTitle language closesOn confidentialities questions answers"
    " confidentiality callRequest",
    "AskedQuestion": "code type page required isShown options scale wording help",
    "DraftAnswer": "questionCode state value doNotQuote",
    "SaveAnswersPayload": "answers userErrors",
    "SubmitResponsePayload": "receiptCode userErrors",
    "TightenConfidentialityPayload": "confidentiality userErrors",
    "WithdrawResponsePayload": "isWithdrawn userErrors",
    "CallRequest": "phone preferredTimes",
    "ScheduleInterviewPayload": "conversation userErrors",
    "RecordAttemptPayload": "conversation userErrors",
    "RecordNoInterviewPayload": "conversation userErrors",
    "GuidedInterview": "organisation firm jobTitle candidateName mode language closesOn revision"
    " questions probes answers notes consents",
    "InterviewProbe": "questionCode wording",
    "InterviewNote": "questionCode text",
    "SpokenConsent": "confidentiality text",
    "RecordedConsent": "mode text language recordedBy recordedAt notes",
    "BeginInterviewPayload": "conversation userErrors",
    "SaveKeyedAnswersPayload": "revision userErrors",
    "DiscardKeyedAnswersPayload": "conversation userErrors",
    "SubmitKeyedResponsePayload": "receiptCode userErrors",
    "RequestCallPayload": "callRequest userErrors",
}
MUTATIONS = {
    # Those who hold interviews, and nobody who hires.
    **dict.fromkeys(
        ("scheduleInterview", "recordAttempt", "recordNoInterview", "beginInterview"),
        "ok FORBIDDEN FORBIDDEN NOT_FOUND NOT_FOUND UNAUTHENTICATED NOT_FOUND",
    ),
    # Nobody has begun; what becomes of it when somebody has, test_keying_in.py says.
    **dict.fromkeys(
        ("saveKeyedAnswers", "discardKeyedAnswers", "submitKeyedResponse"),
        "CONFLICT FORBIDDEN FORBIDDEN NOT_FOUND NOT_FOUND UNAUTHENTICATED NOT_FOUND",
    ),
    "saveAnswers": "FORBIDDEN FORBIDDEN FORBIDDEN FORBIDDEN ok UNAUTHENTICATED FORBIDDEN",
    "submitResponse": "FORBIDDEN FORBIDDEN FORBIDDEN FORBIDDEN ok UNAUTHENTICATED FORBIDDEN",
    # The candidate of the matrix has no receipt code yet; what one opens, test_receipts.py says.
    **dict.fromkeys(
        ("tightenConfidentiality", "withdrawResponse"),
        "FORBIDDEN FORBIDDEN FORBIDDEN FORBIDDEN NOT_FOUND UNAUTHENTICATED FORBIDDEN",
    ),
    "requestCall": "FORBIDDEN FORBIDDEN FORBIDDEN FORBIDDEN ok UNAUTHENTICATED FORBIDDEN",
}
# Another requisition's interview is as if there were none, for those who hire.
ABOUT_INTERVIEWS = (
    *("scheduleInterview", "recordAttempt", "recordNoInterview", "beginInterview"),
    *("saveKeyedAnswers", "discardKeyedAnswers", "submitKeyedResponse"),
)
# What is asked of each payload.
PAYLOADS = {
    "scheduleInterview": "conversation { id }",
    "recordAttempt": "conversation { id }",
    "recordNoInterview": "conversation { id }",
    "beginInterview": "conversation { id }",
    "saveKeyedAnswers": "revision",
    "discardKeyedAnswers": "conversation { id }",
    "submitKeyedResponse": "receiptCode",
    "requestCall": "callRequest { phone }",
}


def inputs(interview: str) -> dict[str, dict[str, Any]]:
    """Return the input of each mutation about talking to the candidate of an interview."""
    now = datetime.now(UTC)
    return {
        "scheduleInterview": {
            "interviewId": interview,
            "mode": "PHONE",
            "at": (now + timedelta(days=1)).isoformat(),
            "timeZone": "Europe/Berlin",
        },
        "recordAttempt": {
            "interviewId": interview,
            "attemptedAt": now.isoformat(),
            "channel": "PHONE",
            "outcome": "CALL_BACK",
            "idempotencyKey": "once",
        },
        "recordNoInterview": {"interviewId": interview, "reason": "NOT_REACHED"},
        "beginInterview": {"interviewId": interview, "mode": "PHONE"},
        "saveKeyedAnswers": {"interviewId": interview, "revision": 1, "answers": []},
        "discardKeyedAnswers": {"interviewId": interview, "revision": 1},
        "submitKeyedResponse": {
            "interviewId": interview,
            "revision": 1,
            "confidentiality": "CONFIDENTIAL",
            "consentText": "Do you agree?",
            "hasConsented": True,
            "receiptCode": "MATRIX-0123-4567",
        },
        "requestCall": {"phone": "+49 30 901820", "preferredTimes": "In the evening."},
    }
