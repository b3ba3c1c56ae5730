"""Operations of Afterword, made by afterword_client.generate. Do not edit."""

from collections.abc import Iterator
from typing import Any, Literal, NotRequired, TypedDict, cast

from afterword_client.client import Client


WatchOrganisationOrganisationEventsActionChangedAction = TypedDict(
    "WatchOrganisationOrganisationEventsActionChangedAction",
    {
        "id": str,
        "title": str,
        "status": str,
    },
)

WatchOrganisationOrganisationEventsActionChanged = TypedDict(
    "WatchOrganisationOrganisationEventsActionChanged",
    {
        "id": str,
        "__typename": Literal["ActionChanged"],
        "recordedAt": str,
        "action": WatchOrganisationOrganisationEventsActionChangedAction,
    },
)

WatchOrganisationOrganisationEventsBenchmarkReleasedRelease = TypedDict(
    "WatchOrganisationOrganisationEventsBenchmarkReleasedRelease",
    {
        "number": int,
    },
)

WatchOrganisationOrganisationEventsBenchmarkReleased = TypedDict(
    "WatchOrganisationOrganisationEventsBenchmarkReleased",
    {
        "id": str,
        "__typename": Literal["BenchmarkReleased"],
        "recordedAt": str,
        "release": WatchOrganisationOrganisationEventsBenchmarkReleasedRelease,
    },
)

WatchOrganisationOrganisationEventsEditionPublishedEdition = TypedDict(
    "WatchOrganisationOrganisationEventsEditionPublishedEdition",
    {
        "id": str,
        "to": str,
    },
)

WatchOrganisationOrganisationEventsEditionPublished = TypedDict(
    "WatchOrganisationOrganisationEventsEditionPublished",
    {
        "id": str,
        "__typename": Literal["EditionPublished"],
        "recordedAt": str,
        "edition": WatchOrganisationOrganisationEventsEditionPublishedEdition,
    },
)

WatchOrganisationOrganisationEventsJobChangedJob = TypedDict(
    "WatchOrganisationOrganisationEventsJobChangedJob",
    {
        "id": str,
        "name": str,
        "state": str,
        "progress": int,
    },
)

WatchOrganisationOrganisationEventsJobChanged = TypedDict(
    "WatchOrganisationOrganisationEventsJobChanged",
    {
        "id": str,
        "__typename": Literal["JobChanged"],
        "recordedAt": str,
        "job": WatchOrganisationOrganisationEventsJobChangedJob,
    },
)

WatchOrganisationOrganisationEventsOfferChangedOffer = TypedDict(
    "WatchOrganisationOrganisationEventsOfferChangedOffer",
    {
        "id": str,
        "jobTitle": str | None,
        "status": str,
    },
)

WatchOrganisationOrganisationEventsOfferChanged = TypedDict(
    "WatchOrganisationOrganisationEventsOfferChanged",
    {
        "id": str,
        "__typename": Literal["OfferChanged"],
        "recordedAt": str,
        "offer": WatchOrganisationOrganisationEventsOfferChangedOffer,
    },
)

WatchOrganisationOrganisationEvents = WatchOrganisationOrganisationEventsActionChanged | WatchOrganisationOrganisationEventsBenchmarkReleased | WatchOrganisationOrganisationEventsEditionPublished | WatchOrganisationOrganisationEventsJobChanged | WatchOrganisationOrganisationEventsOfferChanged

WatchOrganisation = TypedDict(
    "WatchOrganisation",
    {
        "organisationEvents": WatchOrganisationOrganisationEvents,
    },
)

NewestFiguresOrganisationInsightsDeclineRateFigure = TypedDict(
    "NewestFiguresOrganisationInsightsDeclineRateFigure",
    {
        "__typename": Literal["Figure"],
        "value": float,
        "relation": str,
        "unit": str,
        "lower": float | None,
        "upper": float | None,
    },
)

NewestFiguresOrganisationInsightsDeclineRateSuppressed = TypedDict(
    "NewestFiguresOrganisationInsightsDeclineRateSuppressed",
    {
        "__typename": Literal["Suppressed"],
        "message": str,
    },
)

NewestFiguresOrganisationInsightsDeclineRate = NewestFiguresOrganisationInsightsDeclineRateFigure | NewestFiguresOrganisationInsightsDeclineRateSuppressed

NewestFiguresOrganisationInsightsCandidateNpsFigure = TypedDict(
    "NewestFiguresOrganisationInsightsCandidateNpsFigure",
    {
        "__typename": Literal["Figure"],
        "value": float,
        "relation": str,
        "unit": str,
        "lower": float | None,
        "upper": float | None,
    },
)

NewestFiguresOrganisationInsightsCandidateNpsSuppressed = TypedDict(
    "NewestFiguresOrganisationInsightsCandidateNpsSuppressed",
    {
        "__typename": Literal["Suppressed"],
        "message": str,
    },
)

NewestFiguresOrganisationInsightsCandidateNps = NewestFiguresOrganisationInsightsCandidateNpsFigure | NewestFiguresOrganisationInsightsCandidateNpsSuppressed

NewestFiguresOrganisationInsights = TypedDict(
    "NewestFiguresOrganisationInsights",
    {
        "from": str,
        "to": str,
        "coverage": str | None,
        "declineRate": NewestFiguresOrganisationInsightsDeclineRate,
        "candidateNps": NewestFiguresOrganisationInsightsCandidateNps,
    },
)

NewestFiguresOrganisation = TypedDict(
    "NewestFiguresOrganisation",
    {
        "insights": NewestFiguresOrganisationInsights | None,
    },
)

NewestFigures = TypedDict(
    "NewestFigures",
    {
        "organisation": NewestFiguresOrganisation | None,
    },
)

OpenInterviewsOrganisationInterviewsNodesOffer = TypedDict(
    "OpenInterviewsOrganisationInterviewsNodesOffer",
    {
        "jobTitle": str | None,
        "resolvedOn": str | None,
    },
)

OpenInterviewsOrganisationInterviewsNodes = TypedDict(
    "OpenInterviewsOrganisationInterviewsNodes",
    {
        "id": str,
        "status": str,
        "invitedOn": str | None,
        "closesOn": str | None,
        "offer": OpenInterviewsOrganisationInterviewsNodesOffer,
    },
)

OpenInterviewsOrganisationInterviewsPageInfo = TypedDict(
    "OpenInterviewsOrganisationInterviewsPageInfo",
    {
        "hasNextPage": bool,
        "endCursor": str | None,
    },
)

OpenInterviewsOrganisationInterviews = TypedDict(
    "OpenInterviewsOrganisationInterviews",
    {
        "totalCount": int | None,
        "nodes": list[OpenInterviewsOrganisationInterviewsNodes] | None,
        "pageInfo": OpenInterviewsOrganisationInterviewsPageInfo,
    },
)

OpenInterviewsOrganisation = TypedDict(
    "OpenInterviewsOrganisation",
    {
        "interviews": OpenInterviewsOrganisationInterviews | None,
    },
)

OpenInterviews = TypedDict(
    "OpenInterviews",
    {
        "organisation": OpenInterviewsOrganisation | None,
    },
)

WhoAmIViewerMembershipsOrganisation = TypedDict(
    "WhoAmIViewerMembershipsOrganisation",
    {
        "id": str,
        "slug": str,
        "name": str,
        "viewerPermissions": list[str],
    },
)

WhoAmIViewerMemberships = TypedDict(
    "WhoAmIViewerMemberships",
    {
        "role": str,
        "organisation": WhoAmIViewerMembershipsOrganisation | None,
    },
)

WhoAmIViewer = TypedDict(
    "WhoAmIViewer",
    {
        "name": str | None,
        "memberships": list[WhoAmIViewerMemberships],
    },
)

WhoAmI = TypedDict(
    "WhoAmI",
    {
        "viewer": WhoAmIViewer,
    },
)

RecordOfferOutcomeRecordOfferOutcomeOfferInterview = TypedDict(
    "RecordOfferOutcomeRecordOfferOutcomeOfferInterview",
    {
        "id": str,
        "status": str,
    },
)

RecordOfferOutcomeRecordOfferOutcomeOffer = TypedDict(
    "RecordOfferOutcomeRecordOfferOutcomeOffer",
    {
        "id": str,
        "status": str,
        "interview": RecordOfferOutcomeRecordOfferOutcomeOfferInterview | None,
    },
)

RecordOfferOutcomeRecordOfferOutcomeUserErrors = TypedDict(
    "RecordOfferOutcomeRecordOfferOutcomeUserErrors",
    {
        "code": str,
        "message": str,
        "field": list[str] | None,
    },
)

RecordOfferOutcomeRecordOfferOutcome = TypedDict(
    "RecordOfferOutcomeRecordOfferOutcome",
    {
        "offer": RecordOfferOutcomeRecordOfferOutcomeOffer | None,
        "userErrors": list[RecordOfferOutcomeRecordOfferOutcomeUserErrors],
    },
)

RecordOfferOutcome = TypedDict(
    "RecordOfferOutcome",
    {
        "recordOfferOutcome": RecordOfferOutcomeRecordOfferOutcome,
    },
)

OfferStatus = Literal["DRAFT", "EXTENDED", "ACCEPTED", "DECLINED", "RENEGED", "RESCINDED", "LAPSED", "SUPERSEDED"]

CandidateInput = TypedDict(
    "CandidateInput",
    {
        "externalId": NotRequired[str | None],
        "firstName": NotRequired[str | None],
        "lastName": NotRequired[str | None],
        "email": NotRequired[str | None],
        "language": NotRequired[str | None],
        "timeZone": NotRequired[str | None],
    },
)

RequisitionInput = TypedDict(
    "RequisitionInput",
    {
        "title": str,
        "externalId": NotRequired[str | None],
        "department": NotRequired[str | None],
        "location": NotRequired[str | None],
    },
)

DeclineReason = Literal["PAY_BASE", "PAY_BONUS_EQUITY", "BENEFITS", "FACILITIES", "LOCATION_COMMUTE", "RELOCATION", "REMOTE_FLEX", "ROLE_SCOPE_UNCLEAR", "LEVEL_TITLE", "GROWTH", "TEAM_FIT", "MANAGER_RELATION", "CULTURE", "STRATEGY_UNCLEAR", "STABILITY", "REPUTATION", "PROCESS_SLOW", "COMMUNICATION_POOR", "INTERVIEW_CONDUCT", "PANEL_UNREPRESENTATIVE", "CONFLICTING_MESSAGES", "TOO_MANY_STAGES", "ASSESSMENT_BURDEN", "OFFER_SURPRISE", "OFFER_HANDLING", "OTHER_OFFER", "COUNTER_OFFER", "STAYED", "FAMILY", "HEALTH", "STUDY", "CAREER_CHANGE", "VISA", "TIMING", "OTHER"]

RecordOfferOutcomeInput = TypedDict(
    "RecordOfferOutcomeInput",
    {
        "organisationId": str,
        "applicationId": str,
        "status": OfferStatus,
        "version": NotRequired[int],
        "extendedOn": NotRequired[str | None],
        "resolvedOn": NotRequired[str | None],
        "candidate": NotRequired[CandidateInput | None],
        "requisition": NotRequired[RequisitionInput | None],
        "statedReasons": NotRequired[list[DeclineReason] | None],
        "idempotencyKey": NotRequired[str | None],
    },
)

WATCH_ORGANISATION = """
subscription WatchOrganisation($organisationId: ID!, $after: ID) {
  organisationEvents(organisationId: $organisationId, after: $after) {
    id
    __typename
    recordedAt
    ... on OfferChanged {
      offer {
        id
        jobTitle
        status
      }
    }
    ... on ActionChanged {
      action {
        id
        title
        status
      }
    }
    ... on EditionPublished {
      edition {
        id
        to
      }
    }
    ... on BenchmarkReleased {
      release {
        number
      }
    }
    ... on JobChanged {
      job {
        id
        name
        state
        progress
      }
    }
  }
}
"""


def watch_organisation(client: Client, *, organisation_id: str, after: str | None = None) -> Iterator[WatchOrganisation]:
    """Send the subscription WatchOrganisation."""
    variables: dict[str, Any] = {"organisationId": organisation_id}
    if after is not None:
        variables["after"] = after
    return cast("Iterator[WatchOrganisation]", client.watch(WATCH_ORGANISATION, variables))

NEWEST_FIGURES = """
query NewestFigures($slug: String!) {
  organisation(slug: $slug) {
    insights {
      from
      to
      coverage
      declineRate {
        ...Shown
      }
      candidateNps {
        ...Shown
      }
    }
  }
}

fragment Shown on Statistic {
  __typename
  ... on Figure {
    value
    relation
    unit
    lower
    upper
  }
  ... on Suppressed {
    message
  }
}
"""


def newest_figures(client: Client, *, slug: str) -> NewestFigures:
    """Send the query NewestFigures."""
    variables: dict[str, Any] = {"slug": slug}
    return cast("NewestFigures", client.execute(NEWEST_FIGURES, variables))

OPEN_INTERVIEWS = """
query OpenInterviews($slug: String!, $after: String) {
  organisation(slug: $slug) {
    interviews(
      filter: { status: [OPENED, INVITED] }
      orderBy: INVITED_ON_DESC
      first: 50
      after: $after
    ) {
      totalCount
      nodes {
        id
        status
        invitedOn
        closesOn
        offer {
          jobTitle
          resolvedOn
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}
"""


def open_interviews(client: Client, *, slug: str, after: str | None = None) -> OpenInterviews:
    """Send the query OpenInterviews."""
    variables: dict[str, Any] = {"slug": slug}
    if after is not None:
        variables["after"] = after
    return cast("OpenInterviews", client.execute(OPEN_INTERVIEWS, variables))

WHO_AM_I = """
query WhoAmI {
  viewer {
    name
    memberships {
      role
      organisation {
        id
        slug
        name
        viewerPermissions
      }
    }
  }
}
"""


def who_am_i(client: Client) -> WhoAmI:
    """Send the query WhoAmI."""
    variables: dict[str, Any] = {}
    return cast("WhoAmI", client.execute(WHO_AM_I, variables))

RECORD_OFFER_OUTCOME = """
mutation RecordOfferOutcome($input: RecordOfferOutcomeInput!) {
  recordOfferOutcome(input: $input) {
    offer {
      id
      status
      interview {
        id
        status
      }
    }
    userErrors {
      code
      message
      field
    }
  }
}
"""


def record_offer_outcome(client: Client, *, input: RecordOfferOutcomeInput) -> RecordOfferOutcome:
    """Send the mutation RecordOfferOutcome."""
    variables: dict[str, Any] = {"input": input}
    return cast("RecordOfferOutcome", client.execute(RECORD_OFFER_OUTCOME, variables))
