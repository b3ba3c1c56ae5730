"""What a mapping may say, and what it is told when it may not."""

from datetime import date

import pytest

from tenants.errors import InvalidInput
from tenants.imports.mapping import parse_mapping
from tenants.imports.wording import make_definition
from tenants.interviews.models import Confidentiality
from tenants.questionnaires.definition import content_hash
from tenants.questionnaires.question_types import QuestionTypeKey
from tenants.questionnaires.templates import load
from tests.tenants.imports.surveys import HEADER, make_mapping, mapping_text


def _complaint(text: str) -> InvalidInput:
    with pytest.raises(InvalidInput) as refused:
        make_definition(parse_mapping(text.encode()))
    return refused.value


def test_a_mapping_says_what_an_organisation_is() -> None:
    mapping = make_mapping("a1")
    acme, birch = mapping.organisations["Acme Ltd"], mapping.organisations["Birch"]
    assert (acme.slug, acme.family, acme.consent) == ("acme-a1", "acme-family-a1", True)
    assert (birch.family, birch.consent, birch.language) == (None, False, "de")
    assert (acme.since, birch.since) == (date(2015, 3, 1), date(2016, 1, 1))
    assert mapping.spelt()["ACME"] is acme
    assert mapping.columns() == list(HEADER)


def test_what_a_mapping_leaves_open_is_confidential() -> None:
    assert make_mapping().confidentiality.always is Confidentiality.CONFIDENTIAL
    said = parse_mapping(('confidentiality = "ATTRIBUTED"\n' + mapping_text()).encode())
    assert said.confidentiality.always is Confidentiality.ATTRIBUTED


@pytest.mark.parametrize(
    "said",
    [
        'confidentiality = "ANONYMOUS"\n',
        'confidentiality = { column = "team", values = { Sales = "ANONYMOUS" } }\n',
    ],
)
def test_nobody_becomes_anonymous_by_a_mapping(said: str) -> None:
    refused = _complaint(said + mapping_text())
    assert refused.code == "INVALID_INPUT"
    assert refused.field[0] == "confidentiality"
    assert "went through the holding place" in refused.message


def test_the_questionnaire_has_the_built_in_texts_and_the_mappings_questions() -> None:
    definition = make_definition(make_mapping())
    built_in = load("declined_offer")
    assert definition.languages == ("en",)
    assert {key: dict(words) for key, words in definition.texts.items()} == {
        key: {"en": words["en"]} for key, words in built_in.texts.items()
    }
    assert [page.code for page in definition.pages] == ["why", "rest"]
    assert [one.code for one in definition.pages[0].questions] == ["factors", "any_money"]
    factors = definition.question("factors")
    assert factors.concept == "decision_factors"
    assert factors.options[0].wording == {"en": "Base pay"}
    assert [one.exclusive for one in factors.options] == [False, False, True]
    assert definition.question("views").settings == {
        "points": 3,
        "labels": {"1": {"en": "bad"}, "3": {"en": "good"}},
    }
    assert definition.question("days").settings["unit"] == {"en": "days"}
    assert not any(one.required for one in definition.questions())


def test_the_same_mapping_is_the_same_questionnaire() -> None:
    one, other = make_definition(make_mapping("x")), make_definition(make_mapping("y"))
    assert content_hash(one) == content_hash(other)


def test_two_languages_are_worded_in_both() -> None:
    text = mapping_text(title='title = { en = "Old", de = "Alt" }\nlanguages = ["en", "de"]')
    refused = _complaint(text)
    assert refused.field[:2] == ("questionnaire", "pages")
    assert "has no text in language en" in refused.message


@pytest.mark.parametrize(
    ("changes", "path", "words"),
    [
        ({"source": ""}, ("source",), "Field required"),
        ({"source": 'source = "Old Survey"'}, ("source",), "should match pattern"),
        ({"source": 'source = "s"\nsauce = 1'}, ("sauce",), "Extra inputs are not permitted"),
        ({"consent_text": ""}, ("mapping",), "consent_text: is missing"),
        ({"form": 'form = "month"'}, ("submitted",), "needs year_means"),
        ({"year_means": "year_means = 13"}, ("submitted", "year_means"), "less than or equal"),
        ({"missing_means": 'missing_means = "June"'}, ("submitted", "missing_means"), "2009-01"),
        (
            {"industry": 'industry = "FARMING"'},
            ("organisations", "Acme Ltd", "industry"),
            "Input should be 'TECHNOLOGY'",
        ),
        ({"spellings": 'spellings = ["Birch"]'}, ("mapping",), "one text means two of them"),
        ({"slug": 'slug = "birch-t"'}, ("mapping",), "two have one slug"),
        (
            {"code": 'code = "declined_offer"'},
            ("questionnaire",),
            "the questionnaire that candidates are sent",
        ),
        ({"type": 'type = "TICKS"'}, ("questions", "0", "type"), "Input should be"),
        ({"chosen": ""}, ("questions", "0"), "needs chosen"),
        (
            {"columns": 'columns = { pay = "PAY", none = "NONE" }'},
            ("questions", "0"),
            "pay is about PAY, which is none of the options",
        ),
        ({"column": 'column = ""'}, ("record", "column"), "at least 1 character"),
        ({"separator": 'format = "%Y"'}, ("questions", "7"), "format is for a DATE"),
        ({"settings": ""}, ("questionnaire", "pages", "1", "questions", "1"), "is missing"),
        ({"page": 'page = "nowhere"'}, ("questions", "2", "page"), "there is no page nowhere"),
    ],
)
def test_a_mapping_at_fault_is_told_where(
    changes: dict[str, str], path: tuple[str, ...], words: str
) -> None:
    refused = _complaint(mapping_text(**changes))
    assert refused.field[: len(path)] == path
    assert words in refused.message


@pytest.mark.parametrize(
    "document", [b"source = ", b"\xff\xfe", b"a = " + b"[" * 100_000, b"\x00", b"[a]\n[a]"]
)
def test_what_is_no_toml_is_said_to_be_none(document: bytes) -> None:
    with pytest.raises(InvalidInput, match="no TOML file in UTF-8"):
        parse_mapping(document)


def test_many_faults_are_counted() -> None:
    with pytest.raises(InvalidInput, match=r"\(and 3 more\)") as refused:
        parse_mapping(b"sauce = 1")
    assert refused.value.message.count("Field required") == 5


def test_columns_are_for_types_of_several_parts() -> None:
    text = mapping_text().replace('column = "nps"', 'columns = { nps = "A" }')
    assert "columns are for MATRIX, MULTIPLE_CHOICE, RANKING" in _complaint(text).message
    assert make_mapping().questions[3].type is QuestionTypeKey.MATRIX
