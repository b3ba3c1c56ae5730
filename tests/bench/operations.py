"""Q1, Q2, Q3 and M1 as each server is asked for them, and what of the answers must be equal."""

import itertools
import json
import secrets
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from tests.bench.client import request
from tests.bench.load import Loaded

OPERATIONS: Final = ("Q1", "Q2", "Q3", "M1")
SERVERS: Final = ("afterword", "sql", "postgraphile", "mercurius")
# Twelve answers of the built-in form, those that it asks for among them.
Answers = list[dict[str, Any]]

_OURS: Final = {
    "Q1": """query Q1($slug: String!) { organisation(slug: $slug) { interviews(first: 50) { nodes {
        id status invitedOn offer { jobTitle } response { submittedMonth confidentiality
        answers { state question { code wording } value { ... on ScaleValue { scale }
        ... on ChoiceValue { code } ... on TextValue { text } } } } } } } }""",
    "Q2": """query Q2($slug: String!) { organisation(slug: $slug) { insights { coverage
        questions { code mean { ...S } distribution { options share { ...S } } } } } }
        fragment S on Statistic { ... on Figure { value relation unit lower upper base }
        ... on Suppressed { message } }""",
    "Q3": "{ viewer { id } }",
    "M1": """mutation M1($input: SubmitResponseInput!) {
        submitResponse(input: $input) { receiptCode userErrors { code field } } }""",
}
_POSTGRAPHILE: Final = {
    "Q1": """query Q1($o: UUID!) { allInterviews(first: 50, condition: { organisationId: $o },
        orderBy: [INVITED_ON_DESC, PRIMARY_KEY_DESC]) { nodes { id rowId status invitedOn
        offerByOrganisationIdAndOfferId { applicationByOrganisationIdAndApplicationId {
            requisitionByOrganisationIdAndRequisitionId { title } } }
        responseByOrganisationIdAndInterviewId { submittedMonth confidentiality
        answersByOrganisationIdAndResponseId { nodes { state choice scale text
            questionByOrganisationIdAndQuestionId { code wording position } } } } } } }""",
    "Q2": """query Q2($o: UUID!) { insights: benchInsights(organisation: $o) { nodes {
        code count mean distribution } } }""",
    "Q3": "{ id }",
    "M1": """mutation M1($o: UUID!, $interviewId: UUID!, $answers: JSON!) {
        benchSubmitResponse(input: { organisation: $o, interview: $interviewId,
        answers: $answers }) { result } }""",
}
_MERCURIUS: Final = {
    "Q1": """query Q1 { interviews(first: 50) { id status invitedOn offer { jobTitle }
        response { submittedMonth confidentiality answers { state choice scale text
        question { code wording } } } } }""",
    "Q2": "query Q2 { insights { code count mean distribution { option count } } }",
    "Q3": "{ viewer { id } }",
    "M1": """mutation M1($interviewId: ID!, $receiptCode: String!, $answers: String!) {
        submitResponse(interviewId: $interviewId, receiptCode: $receiptCode, answers: $answers) {
        receiptCode } }""",
}


def requests(
    server: str,
    operation: str,
    organisations: list[Loaded],
    links: Iterator[tuple[Loaded, str, str]],
    answers: Answers,
) -> Iterator[bytes]:
    """Return what is sent to a server, organisation after organisation, without end.

    Args:
        server: One of `SERVERS`.
        operation: One of `OPERATIONS`.
        organisations: Those with figures, which are asked in turn.
        links: Candidates who have not answered yet, each used once.
        answers: What they send.
    """
    if operation == "M1":
        return (_submission(server, one, answers) for one in links)
    asked = [_question(server, operation, one) for one in organisations]
    return itertools.cycle(asked)


def _question(server: str, operation: str, one: Loaded) -> bytes:
    organisation = str(one.organisation_id)
    if server == "afterword":
        # Nothing is looked up for a candidate's link; for a token the person and the roles are.
        token = one.links[0][0] if operation == "Q3" else one.token
        variables = {} if operation == "Q3" else {"slug": one.slug}
        body = {"query": _OURS[operation], "variables": variables}
        return request("/graphql", _json(body), {"Authorization": f"Bearer {token}"})
    headers = {"X-Organisation": organisation}
    if server == "sql":
        return request(f"/{operation}", b"{}", headers)
    document = (_POSTGRAPHILE if server == "postgraphile" else _MERCURIUS)[operation]
    variables = {"o": organisation} if "$o" in document else {}
    return request("/graphql", _json({"query": document, "variables": variables}), headers)


def _submission(server: str, link: tuple[Loaded, str, str], answers: Answers) -> bytes:
    one, token, interview = link
    receipt = secrets.token_hex(16)
    if server == "afterword":
        given = {
            "confidentiality": "ATTRIBUTED",
            "receiptCode": receipt,
            "answers": [_input(answer) for answer in answers],
        }
        body: Any = {"query": _OURS["M1"], "variables": {"input": given}}
        return request("/graphql", _json(body), {"Authorization": f"Bearer {token}"})
    variables: dict[str, Any] = {
        "interviewId": interview,
        "receiptCode": receipt,
        "answers": answers,
    }
    headers = {"X-Organisation": str(one.organisation_id)}
    if server == "sql":
        return request("/M1", _json({"variables": variables}), headers)
    if server == "postgraphile":
        del variables["receiptCode"]
        variables["o"] = str(one.organisation_id)
    else:
        variables["answers"] = json.dumps(answers)
    document = (_POSTGRAPHILE if server == "postgraphile" else _MERCURIUS)["M1"]
    return request("/graphql", _json({"query": document, "variables": variables}), headers)


def _input(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return an answer as our API takes it."""
    given = {name: value for name, value in answer.items() if name != "code"}
    if "choice" in given:
        given["choice"] = {"code": given["choice"]}
    return {"questionCode": answer["code"], "value": given}


def _json(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body).encode()


def comparable(server: str, operation: str, body: bytes) -> Any:
    """Return what of an answer must be the same from every server."""
    data = json.loads(body)["data"]
    return _READERS[operation](server, data)


def _q1(server: str, data: Any) -> Any:
    rows = {
        "afterword": lambda: data["organisation"]["interviews"]["nodes"],
        "sql": lambda: data,
        "postgraphile": lambda: data["allInterviews"]["nodes"],
        "mercurius": lambda: data["interviews"],
    }[server]()
    found = []
    for row in rows:
        response = row.get("response") or row.get("responseByOrganisationIdAndInterviewId")
        said = response.get("answers")
        if said is None:
            said = response["answersByOrganisationIdAndResponseId"]["nodes"]
        said = sorted(map(_said, said))
        found.append((row["status"], row["invitedOn"], response["confidentiality"], said))
    return found


def _said(answer: Mapping[str, Any]) -> tuple[str, str]:
    question = answer.get("question") or answer["questionByOrganisationIdAndQuestionId"]
    value = answer.get("value")
    if value is None:
        value = {name: answer.get(name) for name in ("choice", "scale", "text")}
    text = next(str(one) for one in value.values() if one is not None)
    return question["code"], text


def _q2(server: str, data: Any) -> Any:
    """Return the questions that there are figures for; ours are rounded, and list all others."""
    rows = {
        "afterword": lambda: data["organisation"]["insights"]["questions"],
        "sql": lambda: data["questions"],
        "postgraphile": lambda: data["insights"]["nodes"],
        "mercurius": lambda: data["insights"],
    }[server]()
    return sorted({row["code"] for row in rows if row.get("distribution")})


_READERS: Final[Mapping[str, Callable[[str, Any], Any]]] = {
    "Q1": _q1,
    "Q2": _q2,
    "Q3": lambda _server, _data: "somebody",
    "M1": lambda _server, _data: "sent",
}
