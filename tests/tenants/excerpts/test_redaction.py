"""What is proposed for redaction: planted names, plain text, and what always holds."""

import time
from collections import Counter

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tenants.excerpts.redaction import (
    NamedPart,
    NamedPerson,
    RedactionKind,
    RedactionProposal,
    apply_redactions,
    propose_redactions,
)
from tests.tenants.excerpts.planted_names import PEOPLE, Planted, planted

CASE = (
    NamedPerson("Dr. Anna-Lena von Schmidt", "anna.schmidt@firma.example"),
    NamedPerson("Robert O'Brien", None, NamedPart.HIRING_MANAGER),
    NamedPerson("Patel, Priya", "ppatel@mail.example", NamedPart.CANDIDATE),
    NamedPerson("Jürgen Müller"),
    NamedPerson("Will Mark"),
    NamedPerson("王小明"),
)
EVERYBODY = tuple(NamedPerson(f"{given} {family}", email) for given, family, _, email in PEOPLE)

# What candidates write when they name nobody: any proposal in it is one too many.
PLAIN = {
    "en": """
        The process took far too long and nobody told me why. Will you change that? I will not mark
        it down, but it may rain on your parade. The recruiter was kind and the hiring manager
        sharp. Pay was 15% below my current salary of 65,000 EUR, with a bonus of 10,000 that nobody
        could explain. I had five rounds between 12.03.2026 and 2026-05-02, at 10:30 on a Friday in
        May. The office in Leeds is hard to reach by train. The contract said 40 hours, the
        recruiter said 35. Grace under pressure was asked for. In April I accepted another offer. My
        wife wants to stay near the school. The role had changed since the first call. HR and IT
        gave different answers. I rose early to prepare a case study of 20 pages in 2 days. The
        title was Senior Engineer, the work was not. They use Python and SAP, and 3 of 4 projects
        were delayed. Remote work was limited to two days. Best of luck. Thanks for asking. A clear
        plan for the first 90 days would have helped. It was a hard choice; the team seemed young
        and strong. Read the job description and compare. Mark my words. The bill for travel was
        never paid. Ask the team next time. Benefits are below market. The hill to the office is
        steep and the parking lot full. Can we talk about money earlier? Everyone was friendly, but
        the questions about my family and health were out of line. Only one of the interviewers had
        read my CV. The bank holiday delayed the letter by a week. """,
    "de": """
        Der Prozess hat viel zu lange gedauert, und niemand hat mir gesagt, warum. Das Gehalt lag 15
        % unter meinem jetzigen von 65.000 Euro, dazu ein Bonus von 10000 Euro, den keiner erklären
        konnte. Zwischen dem 12.03.2026 und dem 02.05.2026 gab es fünf Runden, jeweils um 10:30 Uhr
        am Freitag. Das Büro in Köln ist mit der Bahn schlecht zu erreichen. Im Vertrag standen 40
        Stunden, gesagt wurden 35. Im April habe ich ein anderes Angebot angenommen. Meine Frau
        möchte in der Nähe der Schule bleiben. Die Stelle war nach dem ersten Gespräch eine andere.
        HR und IT gaben verschiedene Antworten. Für die Aufgabe waren 20 Seiten in 2 Tagen verlangt.
        Der Titel hieß Senior Engineer, die Arbeit war es nicht. Remote nur an zwei Tagen. Vielen
        Dank für die Nachfrage. Ein klarer Plan für die ersten 90 Tage hätte geholfen. Alle waren
        freundlich, aber Fragen nach Familie und Gesundheit gehören nicht in ein
        Vorstellungsgespräch. Nur eine Person hatte meinen Lebenslauf gelesen. Die Stimmung im Team
        wirkte angespannt. Die Reisekosten wurden nie erstattet. Der Standort hat 5000 Mitarbeiter
        und keine Kantine. Das Projekt war auf 2026/2027 verschoben. Mein jetziger Arbeitgeber hat
        ein Gegenangebot gemacht. Der Ton in den Mails war kühl und knapp. Ich hätte mir mehr
        Klarheit über die Aufgaben gewünscht. Zum Schluss ging alles sehr schnell. """,
}
# Of a hundred words that name nobody, with 28 people to be mistaken for.
MOST_TOO_MANY = 1.0


def _pieces(text: str, people: tuple[NamedPerson, ...] = CASE) -> list[str]:
    return [text[each.start : each.end] for each in propose_redactions(text, people=people)]


def _is_missed(one: Planted) -> bool:
    """Return whether a letter or digit of what was planted is left by the proposals."""
    proposals = propose_redactions(one.text, people=EVERYBODY, language=one.language)
    left = (
        place
        for place in range(one.start, one.end)
        if not any(each.start <= place < each.end for each in proposals)
    )
    rest = "".join(one.text[place] for place in left if one.text[place].isalnum())
    # What an ending or the other half of a compound tells is nobody's name.
    return rest not in {"", "s", "Runde"}


def test_at_least_95_in_100_planted_names_are_proposed() -> None:
    texts = planted(20)
    missed = [one for one in texts if _is_missed(one)]
    tried = Counter((one.language, one.rule) for one in texts)
    for one in missed:
        print(f"missed ({one.language}, {one.rule}): {one.text}")  # noqa: T201 — listed, as promised.
    print(f"proposed: {1 - len(missed) / len(texts):.1%} of {len(texts)}")  # noqa: T201
    for language in ("en", "de"):
        here = [one for one in texts if one.language == language]
        lost = [one for one in missed if one.language == language]
        assert 1 - len(lost) / len(here) >= 0.95
    by_rule = Counter((one.language, one.rule) for one in missed)
    assert not [rule for rule, count in by_rule.items() if count > tried[rule] / 4]


@pytest.mark.parametrize("language", ["en", "de"])
def test_plain_text_is_mostly_left_alone(language: str) -> None:
    text = " ".join(PLAIN[language].split())
    found = propose_redactions(text, people=EVERYBODY, language=language)
    print([text[each.start : each.end] for each in found])  # noqa: T201 — says what was too many.
    assert len(found) / len(text.split()) * 100 <= MOST_TOO_MANY
    # Nothing of it is sure.
    assert all(each.score < 0.7 for each in found)


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("Frau von Schmidt war nett, Anna auch.", "[name] war nett, [name] auch."),
        ("Annas Fragen, Anna's tone", "[name] Fragen, [name]'s tone"),
        ("Bob and OBrien’s mail", "[name] and [name]’s mail"),
        ("Juergen Mueller, Muller und J. Müller", "[name] und [name]"),
        ("write to anna.schmidt@ or aschmidt", "write to [e-mail] or [name]"),
        ("Ms Okafor met Herr Dr. Weiß.", "[name] met [name]."),
        ("herr von der leyen sagte", "[name] sagte"),
        ("Priya Pattel, pryia and PRIYA", "[name] and [name]"),
        ("my interviewer was called Sarah.", "my interviewer was called [name]."),
        ("Call 0171 2345678.", "Call [phone]."),
        ("at 12 High Street, Leeds LS1 4AB", "at [address]"),
        ("see linkedin.com/in/some-body!", "see [link]!"),
        ("我和王小明谈过", "我和[name]谈过"),
        ("A\u00adnna said, Schm\u200bidt too", "[name] said, [name] too"),
        ("Anna S. asked, A.S. wrote", "[name] asked, [name] wrote"),
        ("das Schmidt-Team", "das [name]"),
    ],
)
def test_examples(text: str, redacted: str) -> None:
    assert apply_redactions(text, propose_redactions(text, people=CASE)) == redacted


@pytest.mark.parametrize(
    "text",
    [
        "Will you mark it? I will.",
        "Between 2024-01-02 and 12.03.2026 they paid 65.000 Euro, 65,000 EUR or 120 000.",
        "HR and IT said no.",
        "5000 Mitarbeiter, 10000 Euro",
    ],
)
def test_words_and_numbers_that_are_nobodys(text: str) -> None:
    assert _pieces(text) == []


def test_a_name_that_is_a_word_is_less_sure_where_a_capital_says_less() -> None:
    """In English a capital within a sentence tells a name from a word; in German it does not."""

    def score(text: str, language: str) -> float:
        (only,) = propose_redactions(text, people=[NamedPerson("Rose Stark")], language=language)
        return only.score

    sure = score("I spoke with Rose.", "en")
    assert sure > score("Ich mag die Rose.", "de") > score("Rose was late.", "en")
    assert score("I spoke with rose stark.", "en") > 0.5


def test_it_says_whose_name_it_is() -> None:
    found = propose_redactions("Bob, then Priya, then Ms Okafor", people=CASE)
    assert [each.person for each in found] == [1, 2, None]


def test_placeholders_speak_the_language_of_the_text() -> None:
    text = "Anna, 0171 2345678"
    proposals = propose_redactions(text, people=CASE)
    assert apply_redactions(text, proposals, language="de-AT") == "[Name], [Telefon]"


def test_a_persons_own_pieces_may_overlap() -> None:
    text = "the tall Swede with the dog"
    own = [
        RedactionProposal(4, 14, RedactionKind.NAME, None, 1),
        RedactionProposal(9, 27, RedactionKind.ADDRESS, None, 1),
    ]
    assert apply_redactions(text, own) == "the [name]"
    assert apply_redactions(text, []) == text


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (2, 2), (3, 2), (0, 9)])
def test_pieces_that_are_none_are_refused(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="no piece"):
        apply_redactions("eight ch", [RedactionProposal(start, end, RedactionKind.NAME, None, 1)])


FRAGMENTS = st.sampled_from(
    [
        *(
            "Anna",
            "Schmidt",
            "von",
            "Herr",
            "Dr.",
            "Will",
            "will",
            "Mark",
            "A.",
            "S.",
            "Bob",
            "Patel",
        ),
        *(
            "anna.schmidt@",
            "@bob",
            "0171 2345678",
            "+49",
            "30",
            "10115",
            "Berlin",
            "Lindenstraße 12",
        ),
        *("https://", "www.", "linkedin.com/in/", "x.de", "(at)", "[name]", "[Telefon]", "'s", "s"),
        *(
            " ",
            " ",
            " ",
            " ",
            ". ",
            ", ",
            "-",
            "\n",
            "Müller",
            "u\u0308",
            "\u200b",
            "called",
            "Grüße,",
        ),
    ]
)
TEXTS = st.one_of(st.text(max_size=60), st.lists(FRAGMENTS, max_size=14).map("".join))


@given(TEXTS, st.sampled_from([None, "en", "de"]))
@example("Herr Anna called Bob-Patel (at) x.de", None)
@settings(max_examples=150, deadline=None)
def test_whatever_the_text(text: str, language: str | None) -> None:
    """Pieces lie in the text, in order and apart; applied, none is left and none is found."""
    proposals = propose_redactions(text, people=CASE, language=language)
    reached = 0
    for each in proposals:
        assert reached <= each.start < each.end <= len(text)
        assert 0 < each.score <= 1
        reached = each.end
    redacted = apply_redactions(text, proposals, language=language)
    outside = [
        text[start:end]
        for start, end in zip(
            [0, *(each.end for each in proposals)],
            [*(each.start for each in proposals), len(text)],
            strict=True,
        )
    ]
    rest = redacted
    for piece in outside:
        assert piece in rest
        rest = rest[rest.index(piece) + len(piece) :]
    again = propose_redactions(redacted, people=CASE, language=language)
    assert apply_redactions(redacted, again, language=language) == redacted


@pytest.mark.parametrize("part", ["a", "a.", "1 ", "A ", "@", "Am ", "0 ", "a-", "Dr. "])
def test_a_hostile_text_is_read_in_time(part: str) -> None:
    """A pattern that looks back over all of a long answer would take minutes."""
    text = part * (10_000 // len(part))
    started = time.process_time()
    propose_redactions(text, people=CASE)
    assert time.process_time() - started < 10
