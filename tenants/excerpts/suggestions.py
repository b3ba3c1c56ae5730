"""Which themes a free text may be about, learnt from the text itself and from what coders did.

Offline and small: words and pieces of words weighted by TF-IDF (scikit-learn), each theme the sum
of its label, its description and the texts that the organisation's coders gave it, and a text is as
close to a theme as the cosine between them (Rocchio's classifier). Pieces of words make German
compounds and endings, and both languages at once, need no dictionary. Nothing here codes anything:
a person takes a suggestion up or does not.

How often suggestions are right is measured on the coded texts, each tried against all the others
without itself, and told with each suggestion; where too little was coded to say so, that is told.

Sources: Rocchio, J. J. (1971), Relevance feedback in information retrieval, in Salton, G. (ed.),
The SMART Retrieval System. Stone, M. (1974), Cross-validatory choice and assessment of statistical
predictions, Journal of the Royal Statistical Society B 36.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Protocol

from tenants.excerpts.spelling import foldings
from tenants.statistics import Estimate, wilson

# Fewer trials than this tell nothing of a precision.
LEAST_TRIED: Final = 10
# The words of a theme weigh as much as so many texts that a coder gave it.
_WEIGHT_OF_WORDS: Final = 2.0
_MOST_SUGGESTED: Final = 3
# A theme is suggested if it is this close, and not much farther than the closest.
_LEAST_CLOSE: Final = 0.08
_LEAST_OF_BEST: Final = 0.6
_LONGEST_WHOLE: Final = 5
_PIECE: Final = 5
_TINY: Final = 1e-12
_WORD: Final = re.compile(r"[^\W\d_]{2,}")
_EMPTY: Final = """
    a about after again all also although am an and any are as at be because been before being both
    but by can could did do does doing during each even for from further had has have having he her
    here him his how i if in into is it its itself just me more most my no nor not of off on once
    only or other our out over own quite rather really same she should so some still such than that
    the their them then there these they this those through to too under until up very was we were
    what when where which while who whom why will with would you your

    aber alle allem allen aller alles als also am an andere anderen auch auf aus bei beim bin bis
    bist da dabei dadurch damit dann das dass dem den denen denn der des dich die dies diese diesem
    diesen dieser dieses dir doch dort du durch ein eine einem einen einer eines er es etwa etwas
    euch fuer fur ganz gar gegen haben habe hat hatte hatten hier hin ich ihm ihn ihnen ihr ihre
    ihrem ihren ihrer im immer in ins ist ja je jede jedem jeden jeder jedes kann kein keine keinem
    keinen keiner koennen konnte man mehr mein meine meinem meinen meiner mich mir mit muss nach
    nicht noch nun nur ob oder ohne schon sehr sein seine seinem seinen seiner seit sich sie sind so
    solche sondern sonst ueber um und uns unser unsere unter viel vom von vor war waren warum was
    weil welche wenn wer werden wie wieder will wir wird wo wurde wurden zu zum zur zwar zwischen
"""
_EMPTY_WORDS: Final = frozenset(_EMPTY.split())


class ThemeWords(Protocol):
    """What a codebook says of a theme."""

    @property
    def code(self) -> str:
        """Of the theme."""

    @property
    def labels(self) -> Mapping[str, str]:
        """Its name, by language code."""

    @property
    def descriptions(self) -> Mapping[str, str]:
        """What belongs to it, by language code."""


class SuggestionBasis(StrEnum):
    """What a suggestion is made from."""

    WORDS = "WORDS"
    CODED_TEXTS = "CODED_TEXTS"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A theme that a text may be about.

    Attributes:
        code: Of the theme.
        score: How close text and theme are, above 0 and at most 1. It orders suggestions and is no
            probability.
        basis: CODED_TEXTS if a coder gave the theme to any text, else the codebook's WORDS.
        examples: How many coded texts have the theme.
        tried: To how many coded texts the theme would have been suggested by all the others.
        precision: To what share of those the coders gave it, with its 95 % Wilson interval; None if
            there were not enough trials to say.
        note: The same in words.
    """

    code: str
    score: float
    basis: SuggestionBasis
    examples: int
    tried: int
    precision: Estimate | None
    note: str


def suggest_themes(
    text: str,
    *,
    coded: Sequence[tuple[str, frozenset[str]]],
    themes: Sequence[ThemeWords],
) -> list[Suggestion]:
    """Return the few themes that a text is likeliest to be about; nothing is coded by it.

    Args:
        text: In any language that the coded texts or the codebook's words are in.
        coded: Texts that people coded, with the codes they gave; codes without a theme are passed
            over. The text itself must not be among them.
        themes: Those that may be suggested.

    Returns:
        At most three, the closest first; none when nothing is close enough.
    """
    if not themes or not text.strip():
        return []
    model = _Model(coded, themes)
    right, tried = model.trials()
    found = []
    closeness = model.closeness(text)
    for place in _suggested(closeness):
        precision = None
        if tried[place] >= LEAST_TRIED:
            interval = wilson(right[place], tried[place])
            precision = Estimate(right[place] / tried[place], interval)
        examples = model.examples[place]
        found.append(
            Suggestion(
                code=themes[place].code,
                score=min(1.0, closeness[place]),
                basis=SuggestionBasis.CODED_TEXTS if examples else SuggestionBasis.WORDS,
                examples=examples,
                tried=tried[place],
                precision=precision,
                note=_in_words(examples, right[place], tried[place], precision),
            )
        )
    return found


def _in_words(examples: int, right: int, tried: int, precision: Estimate | None) -> str:
    if not examples:
        return "Only from the words of the codebook: nobody has given this theme yet."
    if precision is None:
        return (
            f"Not enough examples to say how often this is right: it was tried on {tried} coded"
            f" texts, and {LEAST_TRIED} are needed."
        )
    lower, upper = precision.interval.lower, precision.interval.upper
    return (
        f"Right for {right} of {tried} coded texts it was tried on: {precision.value:.0%}"
        f" (95 % interval {lower:.0%} to {upper:.0%})."
    )


def _suggested(closeness: Sequence[float]) -> list[int]:
    """Return which themes are suggested, the closest first, by how close each is."""
    order = sorted(range(len(closeness)), key=lambda place: -closeness[place])
    least = max(_LEAST_CLOSE, _LEAST_OF_BEST * closeness[order[0]])
    return [place for place in order[:_MOST_SUGGESTED] if closeness[place] >= least]


def _features(text: str) -> Iterator[str]:
    """Yield the words of a text that mean something, and the pieces of longer ones."""
    for word in _WORD.findall(text):
        folded = foldings(word)[-1]
        if folded in _EMPTY_WORDS:
            continue
        yield folded
        if len(folded) > _LONGEST_WHOLE:
            for start in range(len(folded) - _PIECE + 1):
                yield f"~{folded[start : start + _PIECE]}"


class _Model:
    """Themes and coded texts as vectors of length one; scikit-learn is loaded by the first."""

    def __init__(
        self, coded: Sequence[tuple[str, frozenset[str]]], themes: Sequence[ThemeWords]
    ) -> None:
        # Ninety megabytes that only the process that suggests themes has to hold.
        import numpy as np  # noqa: PLC0415
        from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415

        words = [" ".join([*one.labels.values(), *one.descriptions.values()]) for one in themes]
        texts = [text for text, _ in coded]
        self._vectorizer: Any = TfidfVectorizer(analyzer=_features, sublinear_tf=True)
        vectors = self._vectorizer.fit_transform([*words, *texts, "~"])
        self._texts: Any = vectors[len(words) : len(words) + len(texts)]
        codes = {one.code: place for place, one in enumerate(themes)}
        self.given: Any = np.zeros((len(texts), len(themes)))
        for row, (_, given) in enumerate(coded):
            for code in given & codes.keys():
                self.given[row, codes[code]] = 1.0
        self.examples = [int(count) for count in self.given.sum(axis=0)]
        own = vectors[: len(words)].toarray() * _WEIGHT_OF_WORDS
        self._sums: Any = own + (self._texts.T @ self.given).T
        self._lengths: Any = np.linalg.norm(self._sums, axis=1)

    def closeness(self, text: str) -> list[float]:
        """Return the cosine between a text and each theme, 0 to 1."""
        vector = self._vectorizer.transform([text])
        dots = (vector @ self._sums.T)[0]
        return [
            float(dot / length) if length > _TINY else 0.0
            for dot, length in zip(dots, self._lengths, strict=True)
        ]

    def closeness_without_itself(self) -> Any:
        """Return the cosine between each coded text and each theme without that text.

        A sum s that holds the vector x of length one is without it s − x: the dot product with x
        falls by one, and the square of the length by 2 s·x − 1. The weights of words stay those of
        all texts, which tell nothing of who gave what.

        Returns:
            One row for each text, one column for each theme.
        """
        import numpy as np  # noqa: PLC0415

        lengths = np.asarray(self._texts.multiply(self._texts).sum(axis=1)).reshape(-1, 1)
        dots = np.asarray(self._texts @ self._sums.T)
        squares = self._lengths**2 - self.given * (2 * dots - lengths)
        rest = dots - self.given * lengths
        return np.where(squares > _TINY, rest / np.sqrt(np.maximum(squares, _TINY)), 0.0)

    def trials(self) -> tuple[list[int], list[int]]:
        """Return, by theme, to how many coded texts it was suggested rightly, and to how many."""
        right, tried = [0] * len(self.examples), [0] * len(self.examples)
        for row, closeness in enumerate(self.closeness_without_itself()):
            for place in _suggested(closeness.tolist()):
                tried[place] += 1
                right[place] += int(self.given[row, place])
        return right, tried
