"""What the demo's candidates are called and write: invented, neutral, in two languages."""

from collections.abc import Mapping
from typing import Final

FIRST_NAMES: Final = (
    "Ada",
    "Ben",
    "Chloé",
    "Deniz",
    "Elif",
    "Finn",
    "Grace",
    "Hugo",
    "Ines",
    "Jakub",
    "Kofi",
    "Lena",
    "Milan",
    "Noor",
    "Oskar",
    "Petra",
    "Quentin",
    "Rosa",
    "Samir",
    "Tessa",
    "Uli",
    "Vera",
    "Wanda",
    "Xenia",
    "Yusuf",
    "Zoë",
    "Amara",
    "Bastian",
    "Carla",
    "Dario",
    "Emilia",
    "Farid",
    "Greta",
    "Hanna",
    "Ivan",
    "Jonna",
    "Karim",
    "Lotte",
    "Mateo",
    "Nadia",
)
LAST_NAMES: Final = (
    "Abebe",
    "Brandt",
    "Costa",
    "Dvořák",
    "Eriksen",
    "Fischer",
    "García",
    "Hughes",
    "Ito",
    "Jansen",
    "Kaya",
    "Lindqvist",
    "Moreau",
    "Novak",
    "Okoye",
    "Petrov",
    "Quist",
    "Rossi",
    "Schäfer",
    "Thompson",
    "Urban",
    "Varga",
    "Weber",
    "Yilmaz",
    "Zhang",
    "Ahmed",
    "Bauer",
    "Clarke",
    "Dubois",
    "Evans",
    "Fontana",
    "Grant",
    "Hoffmann",
    "Iversen",
    "Jones",
    "Keller",
)

# Several questions ask for the same kind of remark.
_INTERVIEWS: Final = {
    "en": (
        "The interviews were well prepared, but two of them covered the same ground.",
        "It would have helped to know beforehand who would be in the room and why.",
        "More time for my own questions would have been good.",
    ),
    "de": (
        "Die Gespräche waren gut vorbereitet, zwei davon behandelten aber dasselbe.",
        "Es hätte geholfen, vorher zu wissen, wer am Gespräch teilnimmt und warum.",
        "Mehr Zeit für eigene Fragen wäre gut gewesen.",
    ),
}
_OBSERVATIONS: Final = {
    "en": (
        "The people I met were friendly and knew their field.",
        "The plans for the coming year were explained differently each time.",
        "I would have liked to see the place where I was going to work.",
        "I could apply again in a few years; my impression was a good one.",
    ),
    "de": (
        "Alle, die ich getroffen habe, waren freundlich und kannten sich aus.",
        "Die Pläne für das nächste Jahr wurden jedes Mal anders dargestellt.",
        "Ich hätte gerne den Ort gesehen, an dem ich gearbeitet hätte.",
        "In ein paar Jahren bewerbe ich mich vielleicht wieder, der Eindruck war gut.",
    ),
}

SENTENCES: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "positives": {
        "en": (
            "The tasks sounded interesting and the team seemed open.",
            "Everything I was told about the product convinced me.",
            "The conversations were respectful from beginning to end.",
            "The location and the working hours suited me well.",
        ),
        "de": (
            "Die Aufgaben klangen spannend, und das Team wirkte offen.",
            "Was ich über das Haus erfahren habe, hat mich überzeugt.",
            "Die Gespräche waren von Anfang bis Ende respektvoll.",
            "Standort und Arbeitszeiten passten gut zu mir.",
        ),
    },
    "concerns": {
        "en": (
            "It stayed unclear what I would be responsible for in the first year.",
            "The pay was below what I had been offered elsewhere.",
            "I was not sure how much could be done from home.",
            "By the time the offer came I had already decided for another employer.",
        ),
        "de": (
            "Es blieb offen, wofür ich im ersten Jahr verantwortlich gewesen wäre.",
            "Das Gehalt lag unter dem, was mir anderswo geboten wurde.",
            "Ich war nicht sicher, wie viel von zu Hause aus möglich ist.",
            "Als das Angebot kam, hatte ich mich schon für eine andere Stelle entschieden.",
        ),
    },
    "improvements_interviews": _INTERVIEWS,
    "improvements_interviewers": _INTERVIEWS,
    "improvements_process": {
        "en": (
            "Say after each step what comes next and by when.",
            "Several weeks went by between the last interview and the offer.",
            "One interview fewer would have been enough.",
            "The written task took longer than announced.",
        ),
        "de": (
            "Nach jedem Schritt sagen, was als Nächstes kommt und bis wann.",
            "Zwischen dem letzten Gespräch und dem Angebot vergingen mehrere Wochen.",
            "Ein Gespräch weniger hätte genügt.",
            "Die schriftliche Aufgabe dauerte länger als angekündigt.",
        ),
    },
    "improvements_experience": {
        "en": (
            "A short call beside the written offer would have been kind.",
            "The application page asked for things that were in my papers already.",
        ),
        "de": (
            "Ein kurzer Anruf zum schriftlichen Angebot wäre schön gewesen.",
            "Das Bewerbungsformular fragte nach Dingen, die schon in den Unterlagen standen.",
        ),
    },
    "observations_hiring_manager": _OBSERVATIONS,
    "observations_hr": _OBSERVATIONS,
    "observations_organisation": _OBSERVATIONS,
    "other": {
        "en": ("Thank you for asking.", "All the best to the team.", "I have nothing to add."),
        "de": ("Danke, dass Sie fragen.", "Dem Team alles Gute.", "Sonst fällt mir nichts ein."),
    },
}
"""By the question's code and the language; each is one whole answer."""
