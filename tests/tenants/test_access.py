"""The table of permissions, and the scope of a transaction."""

from dataclasses import replace
from uuid import uuid4

import pytest

from tenants.access import (
    ROLE_TABLE,
    Permission,
    Role,
    Viewer,
    ViewerKind,
    require,
    require_firm,
)
from tenants.db import application_url, benchmark_role, scope_statement
from tenants.errors import Forbidden
from tenants.settings import get_settings

_P = Permission
_LISTS = {_P.REQUISITION_READ, _P.OFFER_COUNT, _P.OFFER_READ, _P.INTERVIEW_COUNT, _P.INTERVIEW_READ}
_OF_CLIENT = {
    _P.ORGANISATION_READ,
    _P.QUESTIONNAIRE_READ,
    _P.CODEBOOK_READ,
    _P.INSIGHTS_READ,
    _P.EXCERPT_READ,
}
_BY_HAND = {_P.OFFER_RECORD, _P.INTERVIEW_OPEN, _P.INTERVIEW_INVITE}
_BEHIND = {_P.CANDIDATE_READ, _P.RESPONSE_READ, _P.INTAKE_READ, _P.JOB_READ, _P.AUDIT_READ}
_TO_WRITE = {_P.QUESTIONNAIRE_EDIT, _P.QUESTIONNAIRE_PUBLISH}
_ACTIONS = {_P.ACTION_READ, _P.ACTION_WRITE, _P.ACTION_NOTE}
_ENGAGEMENT = {_P.ENGAGEMENT_READ, _P.ENGAGEMENT_MANAGE}

# A copy by hand; what each of these lets a role see and do is in tests/api/test_role_matrix.py.
GRANTED = {
    Role.CONSULTANT: {
        *_LISTS,
        *_OF_CLIENT,
        *_BY_HAND,
        *_BEHIND,
        *_TO_WRITE,
        *_ENGAGEMENT,
        *_ACTIONS,
        _P.INTERVIEW_OUTCOME_READ,
        _P.RESPONSE_KEY_IN,
        _P.BENCHMARK_READ,
        _P.CODEBOOK_EDIT,
        _P.LIBRARY_READ,
        _P.EXCERPT_MODERATE,
    },
    Role.HR: {
        *_LISTS,
        *_OF_CLIENT,
        *_BY_HAND,
        *_BEHIND,
        *_TO_WRITE,
        *_ENGAGEMENT,
        *_ACTIONS,
        _P.REQUISITION_ASSIGN,
        _P.INTERVIEW_ASSIGN,
        _P.MEMBER_READ,
        _P.MEMBER_MANAGE,
        _P.INTEGRATION_READ,
        _P.INTEGRATION_MANAGE,
        _P.IDENTITY_PROVIDER_MANAGE,
        _P.BENCHMARK_READ,
        _P.BENCHMARK_JOIN,
    },
    Role.HIRING_MANAGER: {*_LISTS, *_OF_CLIENT, _P.ACTION_READ, _P.ACTION_NOTE},
    Role.LEADERSHIP: {
        *_OF_CLIENT,
        _P.OFFER_COUNT,
        _P.INTERVIEW_COUNT,
        _P.BENCHMARK_READ,
        _P.ACTION_READ,
    },
    Role.INDEPENDENT_ADMINISTRATOR: {
        *_LISTS,
        _P.ORGANISATION_READ,
        _P.QUESTIONNAIRE_READ,
        _P.CODEBOOK_READ,
        _P.CANDIDATE_READ,
        _P.RESPONSE_KEY_IN,
        _P.EXCERPT_MODERATE,
    },
    Role.FIRM_ADMINISTRATOR: {
        *_ENGAGEMENT,
        _P.ORGANISATION_READ,
        _P.ORGANISATION_CREATE,
        _P.LIBRARY_READ,
        _P.LIBRARY_KEEP,
    },
    Role.INTEGRATION: {
        *_LISTS,
        *_OF_CLIENT,
        *_BY_HAND,
        _P.CANDIDATE_READ,
        _P.RESPONSE_READ,
        _P.BENCHMARK_READ,
        _P.ACTION_READ,
    },
    Role.CANDIDATE: {_P.RESPONSE_SUBMIT},
    Role.INVITEE: {_P.MEMBER_JOIN},
    Role.INTAKE: {_P.INTAKE_POST, _P.OFFER_RECORD, _P.INTERVIEW_OPEN},
    Role.JOB: {
        *_BY_HAND,
        *_TO_WRITE,
        *_ENGAGEMENT,
        _P.ORGANISATION_CREATE,
        _P.MEMBER_MANAGE,
        _P.INTEGRATION_MANAGE,
        _P.IDENTITY_PROVIDER_MANAGE,
        _P.INTERVIEW_CLOSE,
        _P.RESPONSE_FLUSH,
        _P.RESPONSE_IMPORT,
        _P.INSIGHTS_PUBLISH,
        _P.BENCHMARK_JOIN,
        _P.BENCHMARK_CONTRIBUTE,
        _P.AUDIT_SEAL,
        _P.DIGEST_SEND,
        _P.EVENT_TRIM,
    },
    Role.AUTHORIZATION_SERVER: {_P.TOKEN_ISSUE},
    Role.OPERATOR: {_P.BENCHMARK_RELEASE},
}

# Which rows: cases, how many of them, candidates, responses, segments of an edition.
REACHES = {
    Role.CONSULTANT: "ALL ALL ALL IDENTIFIED ALL",
    Role.HR: "ALL ALL ATTRIBUTED ATTRIBUTED ALL",
    Role.HIRING_MANAGER: "OWN OWN NONE NONE OWN",
    Role.LEADERSHIP: "NONE ALL NONE NONE NONE",
    Role.INDEPENDENT_ADMINISTRATOR: "ASSIGNED ASSIGNED ASSIGNED NONE NONE",
    Role.FIRM_ADMINISTRATOR: "NONE NONE NONE NONE NONE",
    Role.INTEGRATION: "ALL ALL ATTRIBUTED ATTRIBUTED ALL",
    Role.CANDIDATE: "NONE NONE NONE NONE NONE",
    Role.INVITEE: "NONE NONE NONE NONE NONE",
    Role.INTAKE: "ALL ALL ALL NONE NONE",
    Role.JOB: "ALL ALL ALL NONE NONE",
    Role.AUTHORIZATION_SERVER: "NONE NONE NONE NONE NONE",
    Role.OPERATOR: "NONE NONE NONE NONE NONE",
}
# Whose remarks, and which events of the log.
READS = {
    Role.CONSULTANT: ("HIRING_MANAGER HR ORGANISATION", "CASE ENGAGEMENT RESPONSE"),
    Role.HR: ("HR ORGANISATION", "ADMINISTRATION CASE ENGAGEMENT"),
    Role.HIRING_MANAGER: ("HIRING_MANAGER ORGANISATION", ""),
    Role.LEADERSHIP: ("ORGANISATION", ""),
    Role.INTEGRATION: ("HR ORGANISATION", ""),
}


def test_what_each_role_is_granted() -> None:
    assert {role: part.permissions for role, part in ROLE_TABLE.items()} == GRANTED
    assert set().union(*GRANTED.values()) == set(Permission)


def test_which_rows_each_role_reaches() -> None:
    found = {
        role: f"{part.cases} {part.counts} {part.candidates} {part.responses} {part.segments}"
        for role, part in ROLE_TABLE.items()
    }
    assert found == REACHES
    reads = {
        role: (" ".join(sorted(part.audiences)), " ".join(sorted(part.audit)))
        for role, part in ROLE_TABLE.items()
        if part.audiences or part.audit
    }
    assert reads == READS


def test_whose_excerpts_each_role_reads() -> None:
    found = {
        role: " ".join(sorted(part.excerpts)) for role, part in ROLE_TABLE.items() if part.excerpts
    }
    assert found == {
        Role.CONSULTANT: "HIRING_MANAGER HR ORGANISATION",
        Role.HR: "HR ORGANISATION",
        Role.HIRING_MANAGER: "HIRING_MANAGER",
        Role.LEADERSHIP: "ORGANISATION",
        Role.INTEGRATION: "HR ORGANISATION",
    }


def test_scopes_narrow_and_never_widen() -> None:
    here = uuid4()
    viewer = Viewer(
        ViewerKind.INTEGRATION,
        uuid4(),
        roles={here: Role.INTEGRATION},
        scopes=frozenset({_P.OFFER_READ, _P.MEMBER_MANAGE}),
    )
    assert viewer.permissions_in(here) == {_P.OFFER_READ}
    assert replace(viewer, scopes=frozenset()).permissions_in(here) == set()
    assert replace(viewer, scopes=None).permissions_in(here) == GRANTED[Role.INTEGRATION]
    assert viewer.organisations_with(_P.OFFER_READ) == [here]
    assert viewer.organisations_with(_P.INTERVIEW_READ) == []


def test_who_may_act_for_a_firm() -> None:
    firm, other = uuid4(), uuid4()
    administrator = Viewer(ViewerKind.PERSON, uuid4(), firms={firm: Role.FIRM_ADMINISTRATOR})
    require_firm(administrator, firm)
    for viewer, one in (
        (replace(administrator, firms={firm: Role.CONSULTANT}), firm),
        (replace(administrator, roles={firm: Role.HR}, firms={}), firm),
        (administrator, other),
        (administrator, None),
        (replace(administrator, scopes=frozenset({_P.OFFER_READ})), firm),
    ):
        with pytest.raises(Forbidden):
            require_firm(viewer, one)


def test_a_permission_counts_in_its_organisation_only() -> None:
    here, there, elsewhere = uuid4(), uuid4(), uuid4()
    viewer = Viewer(
        ViewerKind.PERSON, uuid4(), roles={here: Role.CONSULTANT, there: Role.LEADERSHIP}
    )
    assert [viewer.role_in(one) for one in (here, there, elsewhere)] == [
        Role.CONSULTANT,
        Role.LEADERSHIP,
        None,
    ]
    assert [viewer.may(_P.OFFER_READ, one) for one in (here, there, elsewhere)] == [
        True,
        False,
        False,
    ]
    assert viewer.organisations_with(_P.OFFER_READ) == [here]
    assert viewer.organisations_with(_P.OFFER_COUNT) == [here, there]
    require(viewer, _P.OFFER_READ, here)
    for one in (there, elsewhere):
        with pytest.raises(Forbidden, match=r"Your role does not include offer:read\."):
            require(viewer, _P.OFFER_READ, one)


@pytest.mark.usefixtures("database")
def test_a_scope_is_made_of_ids_and_digits_and_names_nothing_for_nobody() -> None:
    here, person = uuid4(), uuid4()
    viewer = Viewer(
        ViewerKind.PERSON, person, "'; DROP TABLE people; --", {here: Role.HR}, token_hash=b"\x01'"
    )
    assert scope_statement(viewer) == (
        "SET LOCAL ROLE NONE;"
        f"SET LOCAL app.organisations = '{{{here}}}';SET LOCAL app.firms = '{{}}';"
        f"SET LOCAL app.person = '{person}';"
        "SET LOCAL app.token = '0127';SET LOCAL app.operator = '';"
        "SET LOCAL statement_timeout = 20000"
    )
    for nobody in (Viewer(), Viewer(ViewerKind.CANDIDATE, person)):
        assert scope_statement(nobody) == (
            "SET LOCAL ROLE NONE;SET LOCAL app.organisations = '{}';SET LOCAL app.firms = '{}';"
            "SET LOCAL app.person = '';SET LOCAL app.token = '';SET LOCAL app.operator = '';"
            "SET LOCAL statement_timeout = 20000"
        )
    assert scope_statement(Viewer.operator()).endswith(
        "SET LOCAL app.operator = 'on';SET LOCAL statement_timeout = 0"
    )
    role = benchmark_role(application_url(get_settings()).username or "")
    assert scope_statement(Viewer.benchmark()).startswith(f'SET LOCAL ROLE "{role}";SET LOCAL ')
