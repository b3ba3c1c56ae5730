"""What can be wrong with an answer, one entry each, worded for the candidate."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from tenants.errors import InvalidInput


class AnswerProblem(StrEnum):
    """Why an answer is refused."""

    ANSWER_REQUIRED = "ANSWER_REQUIRED"
    ROWS_REQUIRED = "ROWS_REQUIRED"
    WRONG_SHAPE = "WRONG_SHAPE"
    UNKNOWN_QUESTION = "UNKNOWN_QUESTION"
    UNKNOWN_OPTION = "UNKNOWN_OPTION"
    DUPLICATE_OPTION = "DUPLICATE_OPTION"
    EXCLUSIVE_OPTION = "EXCLUSIVE_OPTION"
    TOO_FEW_CHOICES = "TOO_FEW_CHOICES"
    TOO_MANY_CHOICES = "TOO_MANY_CHOICES"
    OTHER_TEXT_NOT_EXPECTED = "OTHER_TEXT_NOT_EXPECTED"
    TIED_RANKS = "TIED_RANKS"
    OUT_OF_RANGE = "OUT_OF_RANGE"
    NOT_A_NUMBER = "NOT_A_NUMBER"
    TOO_MANY_DECIMALS = "TOO_MANY_DECIMALS"
    NOT_A_DATE = "NOT_A_DATE"
    NOT_A_MONTH = "NOT_A_MONTH"
    TOO_EARLY = "TOO_EARLY"
    TOO_LATE = "TOO_LATE"
    CONSENT_NEEDED = "CONSENT_NEEDED"
    TEXT_TOO_LONG = "TEXT_TOO_LONG"
    TEXT_NOT_UNICODE = "TEXT_NOT_UNICODE"
    STATE_CONTRADICTS_VALUE = "STATE_CONTRADICTS_VALUE"
    RULE_BROKEN = "RULE_BROKEN"


_P = AnswerProblem

PROBLEM_WORDING: Mapping[AnswerProblem, Mapping[str, str]] = MappingProxyType(
    {
        _P.ANSWER_REQUIRED: {
            "en": "Please answer this question.",
            "de": "Bitte beantworten Sie diese Frage.",
            "ar": "يرجى الإجابة عن هذا السؤال.",
        },
        _P.ROWS_REQUIRED: {
            "en": "Please answer every line ({missing} still open).",
            "de": "Bitte beantworten Sie jede Zeile ({missing} noch offen).",
            "ar": "يرجى الإجابة عن كل سطر (بقي {missing}).",
        },
        _P.WRONG_SHAPE: {
            "en": "This question takes another kind of answer.",
            "de": "Diese Frage erwartet eine andere Art von Antwort.",
            "ar": "هذا السؤال ينتظر نوعًا آخر من الإجابات.",
        },
        _P.UNKNOWN_QUESTION: {
            "en": "There is no such question in this questionnaire.",
            "de": "Diese Frage gibt es in diesem Fragebogen nicht.",
            "ar": "لا يوجد سؤال كهذا في هذا الاستبيان.",
        },
        _P.UNKNOWN_OPTION: {
            "en": "Please choose from the answers on offer.",
            "de": "Bitte wählen Sie aus den angebotenen Antworten.",
            "ar": "يرجى الاختيار من الإجابات المتاحة.",
        },
        _P.DUPLICATE_OPTION: {
            "en": "Please choose each answer only once.",
            "de": "Bitte wählen Sie jede Antwort nur einmal.",
            "ar": "يرجى اختيار كل إجابة مرة واحدة فقط.",
        },
        _P.EXCLUSIVE_OPTION: {
            "en": "One of your choices cannot be combined with others.",
            "de": "Eine der gewählten Antworten lässt sich nicht mit anderen verbinden.",
            "ar": "أحد اختياراتكم لا يجتمع مع غيره.",
        },
        _P.TOO_FEW_CHOICES: {
            "en": "Please choose at least {minimum}.",
            "de": "Bitte wählen Sie mindestens {minimum}.",
            "ar": "يرجى اختيار {minimum} على الأقل.",
        },
        _P.TOO_MANY_CHOICES: {
            "en": "Please choose at most {maximum}.",
            "de": "Bitte wählen Sie höchstens {maximum}.",
            "ar": "يرجى اختيار {maximum} على الأكثر.",
        },
        _P.OTHER_TEXT_NOT_EXPECTED: {
            "en": "Please write your own words only with the answer meant for them.",
            "de": "Bitte ergänzen Sie eigene Worte nur bei der dafür vorgesehenen Antwort.",
            "ar": "يرجى الكتابة بكلماتكم فقط مع الإجابة المخصصة لذلك.",
        },
        _P.TIED_RANKS: {
            "en": "Please give each place only once.",
            "de": "Bitte vergeben Sie jeden Rang nur einmal.",
            "ar": "يرجى إعطاء كل مرتبة مرة واحدة فقط.",
        },
        _P.OUT_OF_RANGE: {
            "en": "Please stay between {lowest} and {highest}.",
            "de": "Bitte bleiben Sie zwischen {lowest} und {highest}.",
            "ar": "يرجى البقاء بين {lowest} و{highest}.",
        },
        _P.NOT_A_NUMBER: {
            "en": "Please enter a number in digits.",
            "de": "Bitte geben Sie eine Zahl in Ziffern ein.",
            "ar": "يرجى إدخال عدد بالأرقام.",
        },
        _P.TOO_MANY_DECIMALS: {
            "en": "Please use at most {decimals} digits after the decimal point.",
            "de": "Bitte verwenden Sie höchstens {decimals} Nachkommastellen.",
            "ar": "يرجى استعمال {decimals} من المنازل العشرية على الأكثر.",
        },
        _P.NOT_A_DATE: {
            "en": "Please enter a date as year-month-day, for example 2026-03-31.",
            "de": "Bitte geben Sie ein Datum als Jahr-Monat-Tag ein, zum Beispiel 2026-03-31.",
            "ar": "يرجى إدخال التاريخ بصيغة سنة-شهر-يوم، مثل 2026-03-31.",
        },
        _P.NOT_A_MONTH: {
            "en": "Please write the month as year-month, such as 2026-03.",
            "de": "Bitte schreiben Sie den Monat als Jahr-Monat, etwa 2026-03.",
            "ar": "يرجى كتابة الشهر بصيغة سنة-شهر، مثل 2026-03.",
        },
        _P.TOO_EARLY: {
            "en": "Please give a day that is not before {earliest}.",
            "de": "Bitte geben Sie einen Tag an, der nicht vor {earliest} liegt.",
            "ar": "يرجى إعطاء يوم لا يسبق {earliest}.",
        },
        _P.TOO_LATE: {
            "en": "Please give a day that is not after {latest}.",
            "de": "Bitte geben Sie einen Tag an, der nicht nach {latest} liegt.",
            "ar": "يرجى إعطاء يوم لا يلي {latest}.",
        },
        _P.CONSENT_NEEDED: {
            "en": "This needs your consent.",
            "de": "Dazu brauchen wir Ihre Zustimmung.",
            "ar": "تلزم موافقتكم هنا.",
        },
        _P.TEXT_TOO_LONG: {
            "en": "Please shorten your text: at most {maximum} characters, yours has {length}.",
            "de": "Bitte kürzen Sie Ihren Text: höchstens {maximum} Zeichen, es sind {length}.",
            "ar": "يرجى اختصار النص: {maximum} حرفًا على الأكثر، ونصكم {length}.",
        },
        _P.TEXT_NOT_UNICODE: {
            "en": "Your text contains characters that cannot be stored.",
            "de": "Ihr Text enthält Zeichen, die sich nicht speichern lassen.",
            "ar": "يحتوي نصكم على رموز لا يمكن حفظها.",
        },
        _P.STATE_CONTRADICTS_VALUE: {
            "en": "Please either answer or leave out this question, not both.",
            "de": "Bitte beantworten Sie diese Frage oder lassen Sie sie aus, nicht beides.",
            "ar": "يرجى الإجابة عن هذا السؤال أو تركه، لا الأمرين معًا.",
        },
        _P.RULE_BROKEN: {
            "en": "This does not go with your other answers.",
            "de": "Das passt nicht zu Ihren anderen Antworten.",
            "ar": "هذا لا يتفق مع إجاباتكم الأخرى.",
        },
    }
)


class InvalidAnswer(InvalidInput):
    """One answer is refused.

    Attributes:
        problem: Which rule is broken; clients branch on it.
        parameters: What the wording of the problem names, such as the highest number allowed.
    """

    code = "INVALID_ANSWER"

    def __init__(self, problem: AnswerProblem, **parameters: int | str) -> None:
        """Word the problem in English as the message."""
        self.problem = problem
        self.parameters: Mapping[str, int | str] = parameters
        super().__init__(self.wording("en"))

    def wording(self, language: str) -> str:
        """Return what to tell the candidate, in English where the language has no wording."""
        wordings = PROBLEM_WORDING[self.problem]
        return wordings.get(language, wordings["en"]).format(**self.parameters)


class BrokenRule(InvalidAnswer):
    """An answer does not go with others, as a rule of the questionnaire says in its own words.

    Attributes:
        words: What to tell the candidate, by language.
    """

    def __init__(self, words: Mapping[str, str]) -> None:
        """Take the words as the message, in English where the questionnaire has it."""
        self.words = words
        super().__init__(AnswerProblem.RULE_BROKEN)

    def wording(self, language: str) -> str:
        """Return what to tell the candidate."""
        return self.words.get(language) or next(iter(self.words.values()))


class InvalidAnswers(InvalidInput):
    """Some answers are refused, and none was kept.

    Attributes:
        problems: The first problem of every question that has one, by the question's code.
    """

    code = "INVALID_ANSWERS"

    def __init__(self, problems: Mapping[str, InvalidAnswer]) -> None:
        """Name every question concerned in the message."""
        self.problems = problems
        told = " ".join(f"{code}: {problem.message}" for code, problem in problems.items())
        super().__init__(f"Some answers need another look. {told}")
