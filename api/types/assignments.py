"""Assigning interviews to independent administrators."""

import strawberry

from api.derive import Info, as_type
from api.errors import UserError, mutation
from api.relay import key_of
from api.types.interviews import Interview
from tenants import read_graph
from tenants.errors import NotFound
from tenants.interviews import assigning


@strawberry.input
class AssignInterviewInput:
    """An interview to be held by somebody of another department than the hiring one.

    Attributes:
        interview_id: Which interview.
        person_id: Which member, with the role INDEPENDENT_ADMINISTRATOR.
    """

    interview_id: strawberry.ID
    person_id: strawberry.ID


@strawberry.type
class AssignInterviewPayload:
    """The interview with its administrator.

    Attributes:
        interview: Null when it was refused.
        user_errors: Why: NOT_INDEPENDENT when the departments match or are unknown.
    """

    interview: Interview | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@mutation
async def assign_interview(
    info: Info,
    input: AssignInterviewInput,  # noqa: A002 - the argument's name in the API.
) -> AssignInterviewPayload:
    """Let a member of another department hold an interview; refused when departments match."""
    interview = key_of(read_graph.INTERVIEW, input.interview_id, field="interviewId")
    person = key_of(read_graph.MEMBERSHIP, input.person_id, field="personId")
    if person.organisation_id != interview.organisation_id:
        noun = "membership"
        raise NotFound(noun, field="personId")
    await info.context.run(
        assigning.assign_interview,
        organisation_id=interview.organisation_id,
        interview_id=interview.id,
        person_id=person.id,
    )
    record = await info.context.find_record(read_graph.INTERVIEW, interview)
    return AssignInterviewPayload(interview=as_type(record))
