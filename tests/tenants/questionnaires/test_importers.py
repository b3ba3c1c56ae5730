"""Files of other tools: what becomes of each item, what is refused, what reads back equal."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from openpyxl import Workbook

from tenants.errors import InvalidInput
from tenants.questionnaires.definition import parse_definition, to_json
from tenants.questionnaires.importers import (
    MOST_BYTES,
    Item,
    Outcome,
    QuestionnaireFormat,
    read_questionnaire,
    surveyjs,
)
from tenants.questionnaires.importers.surveyjs_keys import OWN
from tenants.questionnaires.question_types import QuestionTypeKey
from tenants.questionnaires.templates import TEMPLATES, load
from tests.tenants.questionnaires.examples import Json, document, documents, question_document

F = QuestionnaireFormat
FILES = Path(__file__).parents[4] / "shared/data/questionnaires"
shared = pytest.mark.skipif(not FILES.exists(), reason="the shared examples are not there")


def read(kind: F, content: Any) -> tuple[Json, dict[str, Item]]:
    """Return the document and the report by name."""
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    document, items = read_questionnaire(kind, raw)
    return document, {item.name: item for item in items}


def questions(document: Json) -> dict[str, Json]:
    """Return the questions of a document by code."""
    return {one["code"]: one for page in document["pages"] for one in page["questions"]}


@pytest.mark.parametrize("name", TEMPLATES)
def test_built_in_questionnaires_come_back_from_surveyjs_as_they_were(name: str) -> None:
    document = to_json(load(name))
    again, items = read_questionnaire(F.SURVEYJS, surveyjs.write(document).encode())
    assert again == document
    assert {item.outcome for item in items} == {Outcome.IMPORTED}


@given(documents())
def test_any_questionnaire_comes_back_from_surveyjs_as_it_was(raw: Json) -> None:
    document = to_json(parse_definition(raw))
    again, _ = read_questionnaire(F.SURVEYJS, surveyjs.write(document).encode())
    assert again == document


@shared
def test_what_we_write_has_no_word_that_surveyjs_does_not_know() -> None:
    schema = json.loads((FILES / "surveyjs/surveyjs_definition.schema.json").read_text())

    def known(kind: Json) -> set[str]:
        named = [
            schema["definitions"][one["$ref"]] for one in kind.get("allOf", ()) if "$ref" in one
        ]
        parts = [kind, *kind.get("allOf", ())]
        own = {name for part in parts for name in part.get("properties", ())}
        return own.union(*map(known, named))

    survey = json.loads(surveyjs.write(to_json(parse_definition(document_of_every_type()))))
    elements = [element for page in survey["pages"] for element in page["elements"]]
    assert len(elements) == len(QuestionTypeKey)
    assert survey.keys() - set(schema["properties"]) == {OWN}
    for element in elements:
        unknown = element.keys() - known(schema["definitions"][element["type"]]) - {"type"}
        assert unknown == {OWN}, element["name"]


def document_of_every_type() -> Json:
    """Return a questionnaire with a question of each type."""
    return document(*(question_document(key, key.value) for key in QuestionTypeKey))


def test_a_survey_of_surveyjs_itself() -> None:
    survey = {
        "title": {"default": "Exit", "de": "Abschied"},
        "triggers": [{"type": "complete"}],
        "pages": [
            {
                "name": "page 1",
                "elements": [
                    {
                        "type": "radiogroup",
                        "name": "why-so",
                        "title": {"default": "Why?", "de": "Warum?"},
                        "isRequired": True,
                        "choices": ["item 1", {"value": 2, "text": "Two"}],
                        "showOtherItem": True,
                    },
                    {
                        "type": "comment",
                        "name": "more",
                        "maxLength": 300,
                        "visibleIf": "{why-so} = 'item 1' or {why-so} = 2",
                    },
                    {
                        "type": "text",
                        "name": "odd",
                        "visibleIf": "iif({why-so} > 1, true, false)",
                        "validators": [{"type": "email"}],
                    },
                    {
                        "type": "panel",
                        "name": "box",
                        "elements": [
                            {"type": "rating", "name": "nps", "rateMin": 0, "rateMax": 10}
                        ],
                    },
                    {"type": "file", "name": "upload"},
                    {"type": "checkbox", "name": "few", "choices": ["only"]},
                    {
                        "type": "matrix",
                        "name": "grid",
                        "columns": ["bad", "good"],
                        "rows": ["speed", "tone"],
                    },
                    {"type": "html", "name": "note", "html": "<p>Read <b>this</b></p>"},
                ],
            }
        ],
    }
    document, report = read(F.SURVEYJS, survey)
    found = questions(document)
    assert document["languages"] == ["en", "de"]
    assert found["why_so"]["settings"] == {"other_option": "other"}
    assert [one["code"] for one in found["why_so"]["options"]] == ["item_1", "option_2", "other"]
    assert found["more"]["visible_if"] == {
        "any": [
            {"question": "why_so", "equals": "item_1"},
            {"question": "why_so", "equals": "option_2"},
        ]
    }
    assert found["nps"]["type"] == "RECOMMENDATION"
    assert found["grid"]["settings"]["points"] == 2
    assert found["note"]["wording"]["en"] == "Read this"
    outcomes = {name: item.outcome.value for name, item in report.items()}
    assert outcomes == {
        "triggers": "DEGRADED",
        "why-so": "IMPORTED",
        "more": "IMPORTED",
        "odd": "DEGRADED",
        "box": "DEGRADED",
        "nps": "IMPORTED",
        "upload": "REFUSED",
        "few": "REFUSED",
        "grid": "IMPORTED",
        "note": "IMPORTED",
    }
    assert "iif" in report["odd"].reason
    assert "validators" in report["odd"].reason


def workbook(*rows: tuple[Any, ...], choices: tuple[tuple[Any, ...], ...] = ()) -> bytes:
    """Return an XLSForm."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "survey"
    for row in rows:
        sheet.append(row)
    other = book.create_sheet("choices")
    for row in (("list_name", "name", "label::English (en)", "label::Deutsch (de)"), *choices):
        other.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_an_xlsform_in_two_languages() -> None:
    content = workbook(
        ("type", "name", "label::English (en)", "label::Deutsch (de)", "relevant", "required"),
        ("begin group", "about", "About", "Zu Ihnen", None, None),
        ("select_one yesno", "like", "Like it?", "Gut?", None, "yes"),
        ("text", "why", "Why?", "Warum?", "${like} = 'n'", None),
        ("geopoint", "where", "Where?", "Wo?", None, None),
        ("end group", None, None, None, None, None),
        ("start", "start", None, None, None, None),
        ("begin repeat", "kids", "Kids", None, None, None),
        ("text", "name", "Name", None, None, None),
        ("end repeat", None, None, None, None, None),
        ("select_multiple yesno or_other", "many", "Many", "Viele", None, None),
        choices=(("yesno", "y", "Yes", "Ja"), ("yesno", "n", "No", "Nein")),
    )
    document, report = read(F.XLSFORM, content)
    found = questions(document)
    assert document["languages"] == ["en", "de"]
    assert [page["code"] for page in document["pages"]] == ["about", "after_about"]
    assert found["like"]["required"] is True
    assert found["like"]["options"][1]["wording"] == {"en": "No", "de": "Nein"}
    assert found["why"]["visible_if"] == {"question": "like", "equals": "n"}
    assert found["many"]["settings"]["other_option"] == "other"
    refused = {name for name, item in report.items() if item.outcome is Outcome.REFUSED}
    assert refused == {"where", "start", "kids", "name"}


@shared
@pytest.mark.parametrize(
    ("file", "kind", "imported", "degraded", "refused"),
    [
        ("xlsform/group.xlsx", F.XLSFORM, 2, 0, 1),
        ("xlsform/or_other.xlsx", F.XLSFORM, 1, 2, 0),
        ("xlsform/field-list.xlsx", F.XLSFORM, 1, 0, 0),
        ("xlsform/choice_filter_test.xlsx", F.XLSFORM, 1, 3, 0),
        ("limesurvey/limesurvey_survey_432535.lss", F.LIMESURVEY, 1, 4, 0),
        ("limesurvey/survey.lss", F.LIMESURVEY, 3, 0, 1),
        ("limesurvey/free_text.lsq", F.LIMESURVEY, 1, 0, 0),
        ("qualtrics/Single_Answer_MC_Questions.qsf", F.QUALTRICS, 1, 4, 0),
        ("qualtrics/Matrix_Single_Answer_Testing.qsf", F.QUALTRICS, 5, 4, 3),
        ("qualtrics/Survey_Logic_EVERYWHERE.qsf", F.QUALTRICS, 0, 7, 0),
        ("qualtrics/Sample_Survey.qsf", F.QUALTRICS, 8, 7, 37),
    ],
)
def test_examples_come_with_a_report(
    file: str, kind: F, imported: int, degraded: int, refused: int
) -> None:
    document, items = read_questionnaire(kind, (FILES / file).read_bytes())
    counts = [
        sum(item.outcome is outcome for item in items)
        for outcome in (Outcome.IMPORTED, Outcome.DEGRADED, Outcome.REFUSED)
    ]
    assert counts == [imported, degraded, refused]
    assert all(item.reason for item in items if item.outcome is not Outcome.IMPORTED)
    kept = sum(len(page["questions"]) for page in document["pages"])
    assert kept > 0
    assert kept >= imported


@shared
@pytest.mark.parametrize("name", ["hidden.xls", "cascading_select_test_equivalent.xls"])
def test_an_older_workbook_is_refused_with_what_to_do(name: str) -> None:
    with pytest.raises(InvalidInput, match=r"no \.xlsx workbook"):
        read_questionnaire(F.XLSFORM, (FILES / "xlsform" / name).read_bytes())


BOMB = b"""<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "x"><!ENTITY b "&a;&a;&a;">]>
<document><questions>&b;</questions></document>"""
OUTSIDE = b"""<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<document><questions>&x;</questions></document>"""


def _zip_bomb() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * (21 * 1024 * 1024))
    return stream.getvalue()


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        (F.LIMESURVEY, BOMB),
        (F.LIMESURVEY, OUTSIDE),
        (F.LIMESURVEY, b"<document/>"),
        (F.LIMESURVEY, b"\x00\xff"),
        (F.SURVEYJS, b"[" * 100_000),
        (F.SURVEYJS, b"{}"),
        (F.SURVEYJS, b'{"pages": [{"elements": [{"type": "html", "name": 1}, 3]}]}'),
        (F.SURVEYJS, b'{"pages": []}'),
        (F.SURVEYJS, b"\xff"),
        (F.SURVEYJS, b" " * (MOST_BYTES + 1)),
        (F.QUALTRICS, b'{"SurveyEntry": {}, "SurveyElements": [1]}'),
        (F.QUALTRICS, b'{"SurveyEntry": {}, "SurveyElements": []}'),
        (F.XLSFORM, b"PK"),
        (F.XLSFORM, _zip_bomb()),
        (F.XLSFORM, workbook(("type", "name"))),
    ],
)
def test_files_that_harm_or_say_nothing_are_refused(kind: F, content: bytes) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_questionnaire(kind, content)
    assert refused.value.field == ("file",)


def test_panels_within_panels_come_to_an_end() -> None:
    panel: Json = {"type": "text", "name": "inmost"}
    for number in range(40):
        panel = {"type": "panel", "name": f"p{number}", "elements": [panel]}
    kept = {"type": "text", "name": "kept"}
    document, report = read(F.SURVEYJS, {"elements": [panel, kept]})
    assert list(questions(document)) == ["kept"]
    assert report["p34"].outcome is Outcome.REFUSED


def test_more_than_can_be_asked_is_reported() -> None:
    elements = [{"type": "text", "name": f"q{number}"} for number in range(130)]
    document, report = read(F.SURVEYJS, {"elements": elements})
    assert len(questions(document)) == 100
    refused = [item for item in report.values() if item.outcome is Outcome.REFUSED]
    assert len(refused) == 30
