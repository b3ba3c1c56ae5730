"""What an import says of what it does not keep, and what it makes of conditions."""

import time

import pytest

from tenants.errors import InvalidInput
from tenants.questionnaires.importers import Outcome
from tests.tenants.questionnaires.test_importers import F, questions, read, workbook


def test_what_stands_around_a_question_counts_for_it_and_nothing_is_dropped_unsaid() -> None:
    yes = {"type": "boolean", "name": "yes"}
    panel = {
        "type": "panel",
        "name": "box",
        "visibleIf": "{yes} = true",
        "enableIf": "{yes} = true",
        "elements": [
            {"type": "text", "name": "inner", "visibleIf": "{a} = 1 or {a} = 2 and {b} = 3"},
            {"type": "text", "name": "lost", "minWidth": "9px", "maxValueExpression": "today()"},
        ],
    }
    number = {"type": "text", "inputType": "number"}
    survey = {
        "showProgressBar": "top",
        "completedHtml": "<p>Bye</p>",
        "pages": [
            {"name": "one", "elements": [yes, {**number, "name": "a"}, {**number, "name": "b"}]},
            {
                "name": "two",
                "visibleIf": "{yes} notempty",
                "timeLimit": 9,
                "elements": [
                    panel,
                    {
                        "type": "radiogroup",
                        "name": "pick",
                        "choices": [{"value": "x", "visibleIf": "{yes} = true"}, "y"],
                    },
                ],
            },
        ],
    }
    document, report = read(F.SURVEYJS, survey)
    found = questions(document)
    shown, boxed = {"question": "yes", "answered": True}, {"question": "yes", "equals": True}
    # What joins by "and" binds more than what joins by "or".
    either = {
        "any": [
            {"question": "a", "equals": 1},
            {"all": [{"question": "a", "equals": 2}, {"question": "b", "equals": 3}]},
        ]
    }
    assert found["inner"]["visible_if"] == {"all": [shown, boxed, either]}
    assert found["lost"]["visible_if"] == {"all": [shown, boxed]}
    assert found["pick"]["visible_if"] == shown
    said = {name: item.reason for name, item in report.items() if item.reason}
    assert said == {
        "completedHtml": "it was left out",
        "two": "its timeLimit was left out",
        "box": "its questions stand on the page by themselves; its enableIf was left out",
        "lost": "its maxValueExpression was left out",
        "pick": "the visibleIf of its options was left out",
    }
    form = workbook(
        ("type", "name", "label", "relevant", "read_only"),
        ("integer", "age", "Age", None, None),
        ("begin group", "old", "Old", "${age} > 60", None),
        ("text", "why", "Why?", "${age} < 90", "yes"),
        ("end group", None, None, None, None),
        ("text", "last", "Last", None, None),
    )
    document, report = read(F.XLSFORM, form)
    found = questions(document)
    assert found["why"]["visible_if"] == {
        "all": [{"question": "age", "more_than": 60}, {"question": "age", "less_than": 90}]
    }
    assert "visible_if" not in found["last"]
    assert report["why"].reason == "its read only was left out: yes"
    # What is longer than any questionnaire is refused as a whole and not cut off.
    with pytest.raises(InvalidInput, match="at most 2000 rows"):
        read(F.XLSFORM, workbook(*[("type", "name")] * 2_001))


LIMESURVEY = """<?xml version="1.0"?><document>
<languages><language>en</language></languages>
<groups><rows><row><gid>1</gid><group_name>One</group_name><group_order>1</group_order></row>
<row><gid>2</gid><group_name>Two</group_name><group_order>2</group_order>
<grelevance>((q1.NAOK == "Y"))</grelevance></row></rows></groups>
<questions><rows><row><qid>1</qid><gid>1</gid><type>Y</type><title>q1</title>
<question>So?</question><question_order>1</question_order></row>
<row><qid>2</qid><gid>2</gid><type>T</type><title>q2</title><question>Why?</question>
<question_order>1</question_order></row></rows></questions>
<conditions><rows><row><qid>2</qid><cqid>1</cqid></row></rows></conditions>
<question_attributes><rows><row><qid>2</qid><attribute>hidden</attribute><value>1</value></row>
<row><qid>2</qid><attribute>cssclass</attribute><value>x</value></row></rows></question_attributes>
<quota><rows><row><id>1</id></row></rows></quota></document>"""


def test_what_limesurvey_and_qualtrics_have_beside_questions_is_said() -> None:
    _, report = read(F.LIMESURVEY, LIMESURVEY.encode())
    reasons = {name: item.reason for name, item in report.items() if item.reason}
    assert reasons == {
        "quota": "quotas were left out",
        "q2": "its conditions were left out; its hidden was left out;"
        ' its condition was left out: ((q1.NAOK == "Y"))',
    }
    asked = {"QuestionType": "TE", "Selector": "SL", "QuestionText": "Q?"}
    text = {"Settings": {"Type": "ContentType", "ForceResponse": "OFF"}}
    questions_of = [
        {"QuestionID": "QID1", "DataExportTag": "a", **asked},
        {"QuestionID": "QID2", "DataExportTag": "b", "Validation": text, **asked},
    ]
    block = [
        {"Type": "Question", "QuestionID": "QID1"},
        {"Type": "Page Break"},
        {"Type": "Question", "QuestionID": "QID2"},
    ]
    payload = {
        "Description": "Block",
        "BlockElements": block,
        "Options": {"RandomizeQuestions": "All"},
    }
    survey = {
        "SurveyEntry": {"SurveyLanguage": "EN", "SurveyName": "S"},
        "SurveyElements": [
            {"Element": "BL", "Payload": [payload]},
            {"Element": "QO", "Payload": {}},
            *({"Element": "SQ", "Payload": one} for one in questions_of),
        ],
    }
    document, report = read(F.QUALTRICS, survey)
    assert [[one["code"] for one in page["questions"]] for page in document["pages"]] == [
        ["a"],
        ["b"],
    ]
    assert {name: item.reason for name, item in report.items() if item.reason} == {
        "block: Block": "its questions come in their order",
        "quotas": "they were left out",
        "b": "its validation was left out: ContentType",
    }


def test_questions_that_wait_for_each_other_are_asked_without_their_conditions() -> None:
    elements = [
        {"type": "text", "name": "a", "visibleIf": "{b} notempty"},
        {"type": "text", "name": "b", "visibleIf": "{a} notempty"},
        {"type": "text", "name": "c", "visibleIf": "{c} notempty"},
    ]
    document, report = read(F.SURVEYJS, {"elements": elements})
    conditions = {code: one.get("visible_if") for code, one in questions(document).items()}
    assert conditions == {"a": None, "b": {"question": "a", "answered": True}, "c": None}
    assert [one for one, item in report.items() if item.outcome is Outcome.DEGRADED] == ["a", "c"]


def test_a_file_as_large_as_may_be_takes_no_longer_than_its_length() -> None:
    choices = [{"value": f"o{number}", "text": f"Option {number}"} for number in range(100)]
    condition = "{q99} = 'x' or " + "{q1} contains 'o1' and " * 80 + "{q0} contains 'o1'"
    elements = [
        {"type": "checkbox", "name": f"q{number}", "visibleIf": condition, "choices": choices}
        for number in range(150)
    ]
    endless = {"type": "checkbox", "name": "endless", "choices": [*range(100_000)]}
    started = time.process_time()
    document, report = read(F.SURVEYJS, {"elements": [endless, *elements]})
    # A second here; what grew with the square of it took a quarter of a minute.
    assert time.process_time() - started < 5
    assert len(questions(document)) == 100
    assert report["endless"].reason == "it has more than 100 options"
