"""Free text with names in it, spelt by rules and tables that know nothing of the redactor."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

# Given name, family name, pet forms as colleagues would use them, address.
PEOPLE: tuple[tuple[str, str, tuple[str, ...], str | None], ...] = (
    ("Robert", "Hughes", ("Bob", "Rob", "Robbie"), "robert.hughes@northwind.example"),
    ("Elizabeth", "Carter", ("Liz", "Beth", "Lizzie"), None),
    ("William", "O'Connor", ("Bill", "Billy"), "woconnor@northwind.example"),
    ("Katharina", "Müller", ("Kathi", "Katja", "Käthe"), "k.mueller@nordwind.example"),
    ("Johannes", "Grünwald", ("Hannes", "Hans"), None),
    ("Sebastian", "von Hagen", ("Basti", "Seb"), "sebastian.vonhagen@nordwind.example"),
    ("Annalena", "Weiß", ("Anna", "Lena"), None),
    ("Jürgen", "Schäfer", (), "juergen.schaefer@nordwind.example"),
    ("Stephanie", "Dietrich", ("Steffi", "Steph"), None),
    ("Priya", "Chandrasekaran", (), "priya.c@northwind.example"),
    ("Mehmet", "Yıldırım", (), None),
    ("Zofia", "Wiśniewska", (), "zofia.wisniewska@northwind.example"),
    ("Søren", "Kjærgaard", (), None),
    ("Oluwaseun", "Adebayo", ("Seun",), None),
    ("Nguyen", "Thi Hoa", (), None),
    ("Françoise", "Lefèbvre", (), None),
    ("Christopher", "Pemberton", ("Chris", "Kit"), "cpemberton@northwind.example"),
    ("Margaret", "MacDonald", ("Maggie", "Peggy", "Meg"), None),
    ("Jan", "van der Velden", (), None),
    ("Friederike", "Köhler-Brandt", ("Rike", "Frieda"), None),
    ("Grace", "Holloway", (), None),
    ("Mark", "Rosenthal", (), None),
    ("Stefan", "Klein", (), "stefan.klein@nordwind.example"),
    ("Julia", "Wolf", ("Jule",), None),
    ("Will", "Fairbanks", (), None),
    ("Wolfgang", "Baumgärtner", ("Wolfi",), None),
    ("Aleksandra", "Kowalczyk", ("Ola",), None),
    ("Fatima", "al-Rashid", (), None),
)

_ENGLISH = (
    "The second round with {} felt more like an exam than a conversation.",
    "I waited three weeks until {} finally replied, and then the pay was below what was promised.",
    "Honestly, {} was the only person who seemed prepared.",
    "what put me off was how {} talked about the last person in the role",
    "When I asked about remote work, {} laughed and changed the topic.",
    "Two people told me different things about the team: {} and somebody from finance.",
    "{} interrupted me several times during the presentation.",
    "I would have liked to meet the team, not only {}.",
)
_GERMAN = (
    "Das zweite Gespräch mit {} war eher ein Verhör.",
    "Ich habe drei Wochen gewartet, bis {} sich gemeldet hat.",
    "Ehrlich gesagt war {} die einzige Person, die vorbereitet wirkte.",
    "am meisten hat mich gestört, wie {} über das Team geredet hat",
    "Als ich nach dem Gehalt fragte, wich {} aus und sprach über den Urlaub.",
    "{} hat mich während der Aufgabe mehrmals unterbrochen.",
    "Von den Kollegen hätte ich gern mehr gesehen, nicht nur {}.",
    "Die Zusage kam erst, nachdem {} noch einmal nachgefragt hatte.",
)
_KEYS = {
    "a": "s",
    "b": "v",
    "c": "x",
    "d": "f",
    "e": "r",
    "g": "h",
    "h": "j",
    "i": "o",
    "k": "l",
    "l": "k",
    "m": "n",
    "n": "b",
    "o": "p",
    "p": "o",
    "r": "t",
    "s": "d",
    "t": "z",
    "u": "i",
    "w": "e",
}
_HEARD = (
    ("ph", "f"),
    ("th", "t"),
    ("tt", "t"),
    ("ll", "l"),
    ("ie", "i"),
    ("ei", "ai"),
    ("dt", "tt"),
    ("ck", "k"),
    ("nn", "n"),
    ("c", "k"),
    ("y", "i"),
    ("z", "s"),
    ("v", "w"),
    ("k", "ck"),
)
_PLAIN = str.maketrans("äöüÄÖÜçéèıİśøłńŚ", "aouAOUceeiIsolnS")


@dataclass(frozen=True, slots=True)
class Planted:
    """A text with one thing planted in it, which stands at `start` to `end`."""

    text: str
    start: int
    end: int
    rule: str
    language: str


def _slip(word: str, lot: random.Random) -> str:
    """Return a word with one slip of the fingers after its first letter."""
    place = lot.randrange(1, len(word) - 1)
    kind = lot.choice(("left out", "doubled", "swapped", "beside"))
    if kind == "left out":
        return word[:place] + word[place + 1 :]
    if kind == "doubled":
        return word[:place] + word[place] + word[place:]
    if kind == "swapped":
        return word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    return word[:place] + _KEYS.get(word[place], "e") + word[place + 1 :]


def _as_heard(word: str) -> str:
    """Return a word as somebody writes it who only heard it."""
    for written, heard in _HEARD:
        if written in word[1:]:
            return word[0] + word[1:].replace(written, heard, 1)
    return word


def _ascii(word: str) -> str:
    for letter, two in (
        ("ä", "ae"),
        ("ö", "oe"),
        ("ü", "ue"),
        ("ß", "ss"),
        ("ø", "oe"),
        ("æ", "ae"),
    ):
        word = word.replace(letter, two)
    return word.translate(_PLAIN)


def _bare(word: str) -> str:
    return word.replace("ß", "ss").replace("æ", "ae").translate(_PLAIN)


def _last(family: str) -> str:
    return family.rsplit(maxsplit=1)[-1]


def _spellings(
    given: str, family: str, pets: tuple[str, ...], email: str | None, lot: random.Random
) -> Iterator[tuple[str, str]]:
    """Yield rules and what they make of one person's name."""
    yield "full name", f"{given} {family}"
    yield "given name", given
    yield "family name", family
    yield "capitals", f"{given} {family}".upper()
    yield "family name in capitals", family.upper()
    yield "small letters", f"{given} {family}".lower()
    yield "given name in small letters", given.lower()
    yield "turned round", f"{family}, {given}"
    yield "initial and family name", f"{given[0]}. {family}"
    yield "given name and initial", f"{given} {_last(family)[0].upper()}."
    yield "both initials", f"{given[0]}.{_last(family)[0].upper()}."
    yield "genitive", f"{given}s"
    yield "possessive", f"{family}'s"
    yield "letters for umlauts", _ascii(f"{given} {family}")
    yield "family name with letters for umlauts", _ascii(family)
    yield "no umlauts", _bare(f"{given} {family}")
    yield "family name without umlauts", _bare(family)
    yield "Mr", f"Mr {_last(family)}"
    yield "Frau Dr.", f"Frau Dr. {family}"
    yield "herr", f"herr {family.lower()}"
    yield "compound", f"{_last(family)}-Runde"
    yield (
        "address cut off",
        f"{_ascii(given).lower()}.{_ascii(_last(family)).lower().replace(chr(39), '')}@",
    )
    yield (
        "short address",
        f"{_ascii(given[0]).lower()}{_ascii(_last(family)).lower()}@northwind.example",
    )
    yield "handle", f"@{_ascii(given).lower()}_{_ascii(_last(family)).lower()}"
    if len(_last(family)) >= 5:
        yield "slip in the family name", _slip(_last(family), lot)
        yield "family name as heard", _as_heard(_last(family))
    if len(given) >= 5:
        yield "slip in the given name", _slip(given, lot)
        yield "slip in the full name", f"{_slip(given, lot)} {family}"
        yield "given name as heard", _as_heard(given)
    for pet in pets:
        yield "pet form", pet
        yield "pet form and family name", f"{pet} {family}"
        yield "pet form's genitive", f"{pet}s"
        yield "pet form in small letters", pet.lower()
    if email:
        yield "address", email
        yield "address in words", email.replace("@", " (at) ").replace(".", " (dot) ")
        yield "what stands before the @", email.split("@", maxsplit=1)[0]


def _contacts(lot: random.Random) -> Iterator[tuple[str, str]]:
    """Yield rules and ways to reach nobody in particular."""

    def digits(count: int) -> str:
        return "".join(lot.choice("123456789") for _ in range(count))

    yield "mobile", f"0{lot.choice(('151', '160', '171'))} {digits(7)}"
    yield "mobile with slash", f"017{digits(1)}/{digits(3)} {digits(2)} {digits(2)}"
    yield "abroad", f"+49 {digits(2)} {digits(4)}-{digits(3)}"
    yield "British", f"+44 (0)20 {digits(4)} {digits(4)}"
    yield "British mobile", f"07{digits(3)} {digits(6)}"
    yield "American", f"({digits(3)}) {digits(3)}-{digits(4)}"
    yield "American with dots", f"{digits(3)}.{digits(3)}.{digits(4)}"
    yield "double zero", f"0049{digits(10)}"
    yield (
        "street",
        f"{lot.choice(('Lindenstraße', 'Hauptstr.', 'Goetheweg', 'Marktplatz'))} {digits(2)}",
    )
    yield "street and town", f"Berliner Allee {digits(2)}a, {digits(5)} Düsseldorf"
    yield (
        "road",
        f"{digits(2)} {lot.choice(('Abbey Road', 'High Street', 'Kings Ave', 'Mill Lane'))}",
    )
    yield "road and postcode", f"{digits(1)} Station Road, Cambridge CB{digits(1)} {digits(1)}QX"
    yield "post box", f"Postfach {digits(4)}"
    yield "link", f"https://www.linkedin.com/in/somebody-{digits(4)}/"
    yield "link without scheme", f"linkedin.com/in/some{digits(3)}"
    yield "xing", f"www.xing.com/profile/Some_Body{digits(1)}"
    yield "handle", f"@somebody{digits(2)}"
    yield "mail", f"some.body{digits(2)}@mail.example"


def planted(seed: int) -> list[Planted]:
    """Return texts, each with one thing planted: every spelling of everybody in both languages."""
    lot = random.Random(seed)  # noqa: S311 — a reproducible lot is the point.
    found = []
    frames: tuple[tuple[str, tuple[str, ...]], ...] = (("en", _ENGLISH), ("de", _GERMAN))
    for language, sentences in frames:
        for given, family, pets, email in PEOPLE:
            for rule, spelling in _spellings(given, family, pets, email, lot):
                found.append(_plant(rule, spelling, language, lot.choice(sentences)))
        for _ in range(4):
            for rule, spelling in _contacts(lot):
                found.append(_plant(rule, spelling, language, lot.choice(sentences)))
    return found


def _plant(rule: str, spelling: str, language: str, sentence: str) -> Planted:
    before = sentence.index("{}")
    return Planted(sentence.format(spelling), before, before + len(spelling), rule, language)
