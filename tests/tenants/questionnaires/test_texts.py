import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenants.errors import InvalidInput
from tenants.questionnaires.definition import parse_definition
from tenants.questionnaires.question_types import QuestionTypeKey
from tenants.questionnaires.texts import TEXT_RULES, Placeholder, TextKey, fill
from tests.tenants.questionnaires.examples import document, question_document


def test_every_text_has_a_rule() -> None:
    assert list(TEXT_RULES) == list(TextKey)


@pytest.mark.parametrize(
    ("key", "text", "message"),
    [
        ("promise", None, "texts.promise: is missing."),
        ("promise", "x" * 6001, "texts.promise.en: must have 1 to 6000 characters."),
        ("promise", "see {link}", "texts.promise.en: must not have the placeholder {link}."),
        ("promise", "pay {}", "texts.promise.en: must not have the placeholder {}."),
        ("promise", "{firm.__class__}", "must not have the placeholder {firm.__class__}."),
        ("invitation_subject", "two\nlines", "texts.invitation_subject.en: must be one line."),
        ("invitation_subject", "{link}", "must not have the placeholder {link}."),
        ("invitation_body", "{closes_on}", "invitation_body.en: needs the placeholder {link}."),
        ("invitation_body", "{link}", "invitation_body.en: needs the placeholder {closes_on}."),
        ("farewell", "bye", "texts.farewell: is not known here."),
    ],
)
def test_texts_that_a_version_must_not_have(key: str, text: str | None, message: str) -> None:
    raw = document(question_document(QuestionTypeKey.DATE))
    raw["texts"][key] = None if text is None else {"en": text}
    with pytest.raises(InvalidInput) as refused:
        parse_definition(raw)
    assert message in refused.value.message


def test_placeholders_are_filled_in_once() -> None:
    text = "Dear {first_name},\n\n{organisation} and {firm}"
    values = {
        Placeholder.FIRST_NAME: "{link}",
        Placeholder.ORGANISATION: "Aurora\r\nBcc: all",
        Placeholder.FIRM: "B & C",
    }
    assert fill(text, values) == "Dear {link},\n\nAurora Bcc: all and B & C"


def test_an_empty_value_takes_the_space_before_it_along() -> None:
    assert fill("Dear {first_name},", {Placeholder.FIRST_NAME: " "}) == "Dear,"
    assert fill("{first_name}, hello", {Placeholder.FIRST_NAME: ""}) == ", hello"


@given(st.dictionaries(st.sampled_from(Placeholder), st.text(max_size=20)), st.text(max_size=20))
def test_a_filled_in_line_stays_one_line(values: dict[Placeholder, str], rest: str) -> None:
    line = " ".join(["x", *(f"{{{name}}}" for name in values)])
    assert len(fill(line, values).splitlines()) == 1
    assert fill(rest.replace("{", "").replace("}", ""), {}) == rest.replace("{", "").replace(
        "}", ""
    )
