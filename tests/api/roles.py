"""The table of roles of the product, copied by hand.

Who adds a type, a field, a mutation or a role has to say here who may see or do it.
"""

from collections.abc import Mapping

from tenants.access import Viewer
from tests.api import action_world as actions
from tests.api import conversation_roles, firm_people
from tests.api import library_world as library
from tests.api import moderation_world as moderation
from tests.api import questionnaire_world as questionnaires
from tests.api.insight_world import INSIGHT_PARTS
from tests.api.mail_world import MAIL_PARTS
from tests.api.questionnaire_payloads import VERSION_PAYLOADS
from tests.api.world import World, nobody
from tests.factories import Client

COLUMNS = ("consultant", "hr", "hiring manager", "leadership", "candidate", "nobody", "other hr")

# Which rows of the world each column sees, in the order of COLUMNS. What is not seen is null, as if
# it were unknown; nobody is told to sign in.
ROWS = {
    **moderation.ROWS,
    "Organisation": {"organisation": "yes yes yes yes no no no"},
    "Requisition": {
        "own": "yes yes yes no no no no",
        "other": "yes yes no no no no no",
    },
    "Offer": {
        "attributed": "yes yes yes no no no no",
        "again": "yes yes yes no no no no",
        "confidential": "yes yes yes no no no no",
        "anonymous": "yes yes yes no no no no",
        "unanswered": "yes yes no no no no no",
        "lapsed": "yes yes yes no no no no",
        "elsewhere": "yes yes no no no no no",
        "open": "yes yes yes no no no no",
    },
    "Interview": {
        "attributed": "yes yes yes no no no no",
        "again": "yes yes yes no no no no",
        "confidential": "yes yes yes no no no no",
        "anonymous": "yes yes yes no no no no",
        "unanswered": "yes yes no no no no no",
    },
    **conversation_roles.ROWS,
    # Everyone's for the consultant, of ATTRIBUTED ones for HR, never for those who hire.
    "Candidate": {
        "attributed": "yes yes no no no no no",
        "confidential": "yes no no no no no no",
        "anonymous": "yes no no no no no no",
        "unanswered": "yes no no no no no no",
    },
    "Response": {
        "attributed": "yes yes no no no no no",
        "confidential": "yes no no no no no no",
    },
    "Questionnaire": {"questionnaire": "yes yes yes yes no no no"},
    "QuestionnaireVersion": {"version": "yes yes yes yes no no no"},
    "Question": {"question": "yes yes yes yes no no no"},
    "Edition": {"edition": "yes yes yes yes no no no"},
    "MemberInvitation": {"invitation": "no yes no no no no no"},
    "IntakeEvent": {"event": "yes yes no no no no no"},
    "Integration": {"integration": "no yes no no no no no"},
    "Job": {"job": "yes yes no no no no no"},
    "Engagement": {"engagement": "yes yes no no no no no"},
    **actions.ROWS,
    # Of what was done with cases; who reads which other events, test_audit.py says.
    "AuditEvent": {"event": "yes yes no no no no no"},
}

# What the people of the organisation (the first four columns) get of each field of a record that
# they see: its value; of lists all rows, their own, or only how many there are; or FORBIDDEN.
# "never" says that they see no such record.
_EVERYONE = "yes yes yes yes"
_READERS = "yes yes yes never"
_NAMED = "yes yes never never"
FIELDS: Mapping[str, Mapping[str, str]] = {
    **moderation.FIELDS,
    "Organisation": {
        **dict.fromkeys(("id", "slug", "name", "industry", "sizeBand", "region"), _EVERYONE),
        **dict.fromkeys(("language", "viewerRole", "viewerPermissions"), _EVERYONE),
        "latestEvent": _EVERYONE,
        "requisitions": "all all own FORBIDDEN",
        "offers": "all all own count",
        "interviews": "all all own count",
        "conversations": "all FORBIDDEN FORBIDDEN FORBIDDEN",
        "responses": "all all FORBIDDEN FORBIDDEN",
        "questionnaires": "all all all all",
        # Which cells and questions of it each role sees, test_insights.py says.
        **dict.fromkeys(("insights", "insightSettings"), _EVERYONE),
        "editionChanges": _EVERYONE,
        "standouts": _EVERYONE,
        **moderation.OF_ORGANISATION,
        **library.OF_ORGANISATION,
        **dict.fromkeys(("invitationSettings", "mailPreviews"), "yes yes FORBIDDEN FORBIDDEN"),
        "monthlyCounts": "yes yes FORBIDDEN FORBIDDEN",
        "editions": "all all all all",
        # What each of them is shown of it, test_benchmarks.py and test_benchmark_parts.py say.
        **dict.fromkeys(("benchmark", "benchmarks"), "yes yes FORBIDDEN yes"),
        **dict.fromkeys(("benchmarkTrend", "benchmarkParticipation"), "yes yes FORBIDDEN yes"),
        "benchmarkOverTime": "all all FORBIDDEN all",
        "members": "FORBIDDEN all FORBIDDEN FORBIDDEN",
        "memberInvitations": "FORBIDDEN all FORBIDDEN FORBIDDEN",
        "engagements": "all all FORBIDDEN FORBIDDEN",
        "identityProvider": "FORBIDDEN yes FORBIDDEN FORBIDDEN",
        **actions.OF_ORGANISATION,
        "auditEvents": "all all FORBIDDEN FORBIDDEN",
        "intakeEvents": "all all FORBIDDEN FORBIDDEN",
        "integrations": "FORBIDDEN yes FORBIDDEN FORBIDDEN",
        "jobs": "all all FORBIDDEN FORBIDDEN",
    },
    "Requisition": {
        **dict.fromkeys(("id", "externalId", "title", "department", "location"), _READERS),
        "hiringManagers": _READERS,
        "offers": "all all own never",
    },
    "HiringManager": dict.fromkeys(("name", "atsUserId"), _READERS),
    "Offer": {
        **dict.fromkeys(("id", "externalId", "applicationId", "jobTitle", "version"), _READERS),
        **dict.fromkeys(("status", "extendedOn", "resolvedOn", "statedReasons"), _READERS),
        **dict.fromkeys(("waitingForCandidate", "requisition", "interview"), _READERS),
    },
    "Interview": {
        **dict.fromkeys(("id", "offer", "status", "mode", "administrator"), _READERS),
        **dict.fromkeys(("language", "invitedOn", "closesOn"), _READERS),
        **dict.fromkeys(("held", "isUndeliverable", "mails"), "yes yes FORBIDDEN never"),
        "candidate": "yes yes FORBIDDEN never",
        "conversation": "yes FORBIDDEN FORBIDDEN never",
        "response": "yes yes FORBIDDEN never",
        "completedOn": "yes FORBIDDEN FORBIDDEN never",
        "confidentiality": "yes FORBIDDEN FORBIDDEN never",
    },
    **conversation_roles.FIELDS,
    "Candidate": dict.fromkeys(("id", "firstName", "lastName", "email", "language"), _NAMED),
    "Response": {
        **dict.fromkeys(("id", "questionnaireVersion", "submittedMonth"), _NAMED),
        **dict.fromkeys(("confidentiality", "language", "answers", "mails"), _NAMED),
    },
    "Answer": dict.fromkeys(("state", "doNotQuote", "question", "value"), _NAMED),
    "Questionnaire": dict.fromkeys(("id", "code", "name", "versions"), _EVERYONE),
    "QuestionnaireVersion": {
        **dict.fromkeys(("id", "number", "state", "languages", "contentHash"), _EVERYONE),
        **dict.fromkeys(("publishedAt", "questionnaire", "questions", "revision"), _EVERYONE),
        **dict.fromkeys(("content", "findings", "translations"), _EVERYONE),
        **dict.fromkeys(("changesSince", "surveyJs", "previewUrl"), _EVERYONE),
    },
    "Question": {
        **dict.fromkeys(("id", "code", "type", "page", "position", "concept"), _EVERYONE),
        **dict.fromkeys(("audience", "required", "wording", "options"), _EVERYONE),
        **dict.fromkeys(("scale", "unit"), _EVERYONE),
    },
    "Edition": {
        **dict.fromkeys(("id", "from", "to", "endsOn", "publishedAt"), _EVERYONE),
        **dict.fromkeys(("dimension", "rules", "segments"), _EVERYONE),
    },
    "Membership": dict.fromkeys(
        ("id", "name", "email", "role", "department"), "never yes never never"
    ),
    "MemberInvitation": dict.fromkeys(
        ("id", "email", "role", "department", "mailNumber", "createdAt", "expiresAt"),
        "never yes never never",
    ),
    "Engagement": {
        **dict.fromkeys(("id", "organisation", "firmName", "firmSlug", "startsOn"), _NAMED),
        **dict.fromkeys(("endsOn", "endedBy", "consultants"), _NAMED),
    },
    "Consultant": dict.fromkeys(("id", "name"), _NAMED),
    **actions.FIELDS,
    "AuditEvent": dict.fromkeys(
        ("id", "at", "action", "actorKind", "actorRole", "actorName", "subjects"), _NAMED
    ),
    "IntakeEvent": dict.fromkeys(
        ("id", "action", "applicationId", "state", "reasonCode", "reason", "receivedAt"), _NAMED
    ),
    "Integration": {
        **dict.fromkeys(("id", "name", "kind", "isEnabled", "scopes"), "never yes never never"),
        **dict.fromkeys(("redirectUris", "previousSecretEndsAt"), "never yes never never"),
        **dict.fromkeys(("createdAt", "clientId", "intakeUrl", "grants"), "never yes never never"),
    },
    "Job": dict.fromkeys(
        ("id", "name", "state", "attempts", "progress", "errorCode", "createdAt", "finishedAt"),
        _NAMED,
    ),
}

# Parts of other types, seen by whoever sees the whole; and what is the viewer's own.
PARTS = {
    **firm_people.PARTS,
    **moderation.PARTS,
    **library.PARTS,
    **questionnaires.PARTS,
    "Query": "viewer node nodes organisation organisations metrics peerGroups methodology"
    " actionCatalogue templateDiff codebookDiff benchmarkReleases releases portfolio concepts",
    "Viewer": "id name kind isOperator firm firms memberships sessions invitation accessGrants",
    "ViewerMembership": "role organisation",
    # What each role gets to watch, test_watching.py says.
    "Subscription": "jobProgress organisationEvents",
    "EditionPublished": "id recordedAt edition",
    "BenchmarkReleased": "id recordedAt release",
    "JobChanged": "id recordedAt job",
    "OfferChanged": "id recordedAt offer",
    "PortfolioClient": "organisation benchmarks",
    "PageInfo": "hasNextPage hasPreviousPage startCursor endCursor",
    "Option": "code exclusive wording",
    **dict.fromkeys(("ScalePoint", "PointLabel"), "point wording"),
    "ChoiceValue": "code otherText",
    "ChoicesValue": "codes otherText",
    "ScaleValue": "scale",
    "NumberValue": "number",
    "TextValue": "text",
    "RankingValue": "ranking",
    "MatrixValue": "rows",
    "MatrixRowValue": "row scale",
    "BooleanValue": "boolean",
    "DateValue": "date",
    "Invitation": "organisation firm jobTitle language closesOn confidentialities questions answers"
    " confidentiality",
    "AskedQuestion": "code type page required isShown options scale wording help",
    "DraftAnswer": "questionCode state value doNotQuote",
    **MAIL_PARTS,
    **INSIGHT_PARTS,
    "PageContent": "code title questions skips visibleIf",
    "SkipContent": "to condition",
    "QuestionContent": "code type wording help concept audience required options shuffle settings"
    " rules probes visibleIf",
    "OptionContent": "code wording exclusive group pinned visibleIf",
    "ProbeContent": "wording",
    "RuleContent": "brokenIf message severity",
    "QuestionSettings": "otherOption minChoices maxChoices points labels reverse minimum maximum"
    " decimals unit maxLength privacyNote currency period bounds earliest latest statement",
    "AnswerCondition": "question operator operands",
    "OfferCondition": "fact texts",
    **dict.fromkeys(("AllOf", "AnyOf"), "parts"),
    "Insights": "edition segment from to coverage segments declineRate acceptanceRate renegeRate"
    " decisionTime interviewCoverage responseRate candidateNps controllableShare openness"
    " lapseRate declineRateOverTime declineRateTrend reasons reasonGroups questions",
    "MonthlyCounts": "month accepted declined lapsed reneged isSuperseded",
    "TimePoint": "month statistic signal lowerLimit upperLimit",
    "Trend": "verdict usual message",
    "EditionComparison": "before after message changes",
    "FigureChange": "metric before after difference lower upper certainty message",
    "Standout": "segment metric share whole difference lower upper message",
    "ReasonShare": "reason group controllability share wording",
    "ReasonGroupShare": "group share",
    "QuestionInsight": "code concept row type audience coverage lowestPoint highestPoint mean"
    " favourable distribution ranking importance wording rowWording",
    "OptionPoints": "option points wording",
    "Openness": "identified hidden difference lower upper verdict message",
    "OptionShare": "options share wordings",
    "Figure": "value relation unit lower upper base note",
    "Suppressed": "message minimum",
    "MetricDefinition": "key title unit rows better formula source lowest highest combination",
    "PeerGroup": "key title industry sizeBand region parents",
    "BenchmarkRelease": "number releasedOn from to",
    "Standing": "part parts",
    "BenchmarkComparison": "metric release own peerGroup requestedPeerGroup contributors median"
    " lowerQuartile upperQuartile p10 p90 standing",
    "BenchmarkTrendPoint": "release peerGroup contributors median lowerQuartile upperQuartile p10"
    " p90",
    "BenchmarkParticipation": "takesPart text givenOn rejoinsOn isVerified from to contributions",
    "OwnContribution": "metric value counts note",
    **dict.fromkeys(("JoinBenchmarkPayload", "LeaveBenchmarkPayload"), "participation userErrors"),
    "ReleaseBenchmarkPayload": "job userErrors",
    "Methodology": "title insights benchmark candidates limits",
    "MethodologyRule": "title text",
    "IdentityProvider": "name issuer clientId emailDomains isRequired redirectUri updatedAt",
    "Session": "id startedAt usedAt endsAt userAgent isCurrent",
    "UserError": "code message field",
    "RecordMonthlyCountsPayload": "monthlyCounts userErrors",
    "RecordOfferOutcomePayload": "offer userErrors",
    "AssignHiringManagerPayload": "requisition userErrors",
    "OpenInterviewPayload": "interview userErrors",
    "InviteCandidatePayload": "interview userErrors",
    "SaveAnswersPayload": "answers userErrors",
    "SubmitResponsePayload": "receiptCode userErrors",
    **VERSION_PAYLOADS,
    **conversation_roles.PARTS,
    "ImportQuestionnairePayload": "questionnaire report userErrors",
    "ImportItem": "name outcome reason",
    "CreateQuestionnairePayload": "questionnaire userErrors",
    "CopyQuestionnaireVersionPayload": "questionnaire userErrors",
    "CreateIntegrationPayload": "integration secret userErrors",
    "UpdateIntegrationPayload": "integration userErrors",
    "RotateIntegrationSecretPayload": "integration secret userErrors",
    "DeleteIntegrationPayload": "integrationId userErrors",
    "AccessGrant": "id personName integrationName organisationName scopes createdAt expiresAt",
    "RevokeAccessPayload": "revokedGrantId userErrors",
    "ConfigureIdentityProviderPayload": "identityProvider userErrors",
    "RemoveIdentityProviderPayload": "organisationId userErrors",
    **dict.fromkeys(
        ("InviteMemberPayload", "ResendMemberInvitationPayload"), "invitation userErrors"
    ),
    "WithdrawMemberInvitationPayload": "withdrawnInvitationId userErrors",
    **dict.fromkeys(("ChangeRolePayload", "SignMemberOutPayload"), "membership userErrors"),
    "RemoveMemberPayload": "removedMembershipId userErrors",
    "RevokeSessionPayload": "session userErrors",
    "RevokeSessionsPayload": "revokedCount userErrors",
    "AssignInterviewPayload": "interview userErrors",
    "TightenConfidentialityPayload": "confidentiality userErrors",
    "WithdrawResponsePayload": "isWithdrawn userErrors",
    "RegisterDocumentsPayload": "documentIds userErrors",
    "RetireDocumentsPayload": "retiredCount userErrors",
    **actions.PARTS,
}

_OF_MEMBERS = "NOT_FOUND ok NOT_FOUND NOT_FOUND NOT_FOUND UNAUTHENTICATED NOT_FOUND"
# What becomes of each mutation about the hiring manager's own requisition, in the order of COLUMNS,
# and for the hiring manager about another one.
MUTATIONS = {
    **firm_people.MUTATIONS,
    **moderation.MUTATIONS,
    **library.MUTATIONS,
    "recordOfferOutcome": "ok ok FORBIDDEN FORBIDDEN FORBIDDEN UNAUTHENTICATED NOT_FOUND",
    "recordMonthlyCounts": "ok ok FORBIDDEN FORBIDDEN FORBIDDEN UNAUTHENTICATED NOT_FOUND",
    "assignHiringManager": "FORBIDDEN ok FORBIDDEN NOT_FOUND NOT_FOUND UNAUTHENTICATED NOT_FOUND",
    "openInterview": "ok ok FORBIDDEN NOT_FOUND NOT_FOUND UNAUTHENTICATED NOT_FOUND",
    "inviteCandidate": "ok ok FORBIDDEN NOT_FOUND NOT_FOUND UNAUTHENTICATED NOT_FOUND",
    **conversation_roles.MUTATIONS,
    # What the administrator of a firm may, test_identity_providers.py says.
    **dict.fromkeys(
        ("configureFirmIdentityProvider", "removeFirmIdentityProvider"),
        "FORBIDDEN NOT_FOUND NOT_FOUND NOT_FOUND NOT_FOUND UNAUTHENTICATED NOT_FOUND",
    ),
    **dict.fromkeys(
        ("configureIdentityProvider", "removeIdentityProvider"),
        "FORBIDDEN ok FORBIDDEN FORBIDDEN FORBIDDEN UNAUTHENTICATED NOT_FOUND",
    ),
    "inviteMember": "FORBIDDEN ok FORBIDDEN FORBIDDEN FORBIDDEN UNAUTHENTICATED NOT_FOUND",
    **dict.fromkeys(("resendMemberInvitation", "withdrawMemberInvitation"), _OF_MEMBERS),
    **dict.fromkeys(("changeRole", "removeMember", "signMemberOut"), _OF_MEMBERS),
    # It is a session of HR's.
    "revokeSession": "NOT_FOUND ok NOT_FOUND NOT_FOUND NOT_FOUND UNAUTHENTICATED NOT_FOUND",
    "revokeSessions": "ok ok ok ok ok UNAUTHENTICATED ok",
    "joinBenchmark": "FORBIDDEN ok FORBIDDEN FORBIDDEN FORBIDDEN UNAUTHENTICATED NOT_FOUND",
    "releaseBenchmark": " ".join(["FORBIDDEN"] * 5 + ["UNAUTHENTICATED", "FORBIDDEN"]),
    "leaveBenchmark": "FORBIDDEN ok FORBIDDEN FORBIDDEN FORBIDDEN UNAUTHENTICATED NOT_FOUND",
    **dict.fromkeys(
        (
            "updateInvitationSettings",
            "writeInvitationTexts",
            "createQuestionnaire",
            "importQuestionnaire",
            "updateQuestionnaireDraft",
            "translateQuestionnaire",
            "copyQuestionnaireVersion",
            "deleteQuestionnaireDraft",
        ),
        "ok ok FORBIDDEN FORBIDDEN FORBIDDEN UNAUTHENTICATED NOT_FOUND",
    ),
    # HR decides where no firm serves the organisation.
    **dict.fromkeys(
        ("updateInsightSettings", "publishQuestionnaireVersion", "retireQuestionnaireVersion"),
        "ok FORBIDDEN FORBIDDEN FORBIDDEN FORBIDDEN UNAUTHENTICATED NOT_FOUND",
    ),
    **dict.fromkeys(
        ("createIntegration", "registerDocuments", "retireDocuments"),
        "FORBIDDEN ok FORBIDDEN FORBIDDEN FORBIDDEN UNAUTHENTICATED NOT_FOUND",
    ),
    **dict.fromkeys(
        ("updateIntegration", "rotateIntegrationSecret", "deleteIntegration", "revokeAccess"),
        "NOT_FOUND ok NOT_FOUND NOT_FOUND NOT_FOUND UNAUTHENTICATED NOT_FOUND",
    ),
    **actions.MUTATIONS,
    # The member of the matrix is nobody independent; who is, test_assignments.py says.
    "assignInterview": "FORBIDDEN INVALID_INPUT FORBIDDEN NOT_FOUND NOT_FOUND UNAUTHENTICATED"
    " NOT_FOUND",
}
ELSEWHERE = {
    "assignInterview": "NOT_FOUND",
    "assignHiringManager": "NOT_FOUND",
    "openInterview": "NOT_FOUND",
    "inviteCandidate": "NOT_FOUND",
    **actions.ELSEWHERE,
    **dict.fromkeys(conversation_roles.ABOUT_INTERVIEWS, "NOT_FOUND"),
}


def viewers(world: World, other: Client) -> dict[str, Viewer]:
    """Return who asks in each column."""
    client = world.client
    asking = (
        client.consultant,
        client.hr,
        client.hiring_manager,
        client.leadership,
        world.unanswered.viewer,
        nobody(),
        other.hr,
    )
    return dict(zip(COLUMNS, asking, strict=True))


def cells(row: str) -> dict[str, str]:
    """Return what a row of a table says by column."""
    return dict(zip(COLUMNS, row.split(), strict=False))
