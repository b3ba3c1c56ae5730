"""The candidate's side: what a link leads to, saving answers and sending them."""

from collections.abc import Mapping
from datetime import date

import strawberry

from api.derive import Info
from api.errors import UserError, mutation
from api.types.answers import AnswerInput, DraftAnswer, read_answers, show_drafts
from api.types.calls import CallRequest, find_call_request
from api.types.questionnaires import Language, Option, ScalePoint, in_language, scale_points
from tenants.interviews import submission
from tenants.interviews.models import Confidentiality
from tenants.questionnaires.conditions import OfferFacts
from tenants.questionnaires.definition import Definition, Question
from tenants.questionnaires.logic import Answer
from tenants.questionnaires.parts import shuffled
from tenants.questionnaires.piping import filled_in
from tenants.questionnaires.question_types import QuestionTypeKey
from tenants.questionnaires.visibility import show


@strawberry.type
class AskedQuestion:
    """A question as the candidate is asked it.

    Attributes:
        code: Names the question in an answer.
        type: What kind of answer it takes.
        page: On which page it stands.
        required: Whether it must be answered, if only by "prefer not to say".
        is_shown: Whether it is shown, given the answers saved so far.
        options: What there is to choose, to rank, or the rows of a matrix.
        scale: The points to choose from, the lowest first; empty for a question without a scale.
    """

    code: str
    type: QuestionTypeKey
    page: str
    required: bool
    is_shown: bool
    options: list[Option]
    scale: list[ScalePoint]
    wordings: strawberry.Private[Mapping[str, str]]
    hints: strawberry.Private[Mapping[str, str] | None]
    fallback: strawberry.Private[str]

    @strawberry.field
    def wording(self, language: Language = None) -> str:
        """What is asked."""
        return in_language(self.wordings, language, self.fallback)

    @strawberry.field
    def help(self, language: Language = None) -> str | None:
        """A hint below the question, if it has one."""
        return in_language(self.hints, language, self.fallback) if self.hints else None


@strawberry.type
class Invitation:
    """What a candidate's link leads to.

    Attributes:
        organisation: Who made the offer.
        firm: The third party that asks, if there is one.
        job_title: What the offer was for, if known.
        language: In which the candidate was invited.
        closes_on: The day from which on the link is dead.
        confidentialities: What may be chosen from.
        questions: What is asked, in order.
        answers: What was saved so far.
        confidentiality: The choice as it was saved.
    """

    organisation: str
    firm: str | None
    job_title: str | None
    language: str
    closes_on: date
    confidentialities: list[Confidentiality]
    questions: list[AskedQuestion]
    answers: list[DraftAnswer]
    confidentiality: Confidentiality | None

    @strawberry.field
    async def call_request(self, info: Info) -> CallRequest | None:
        """How the candidate asked to be called instead; null if they did not."""
        return await find_call_request(info)


def asked_questions(
    definition: Definition, answers: Mapping[str, Answer], facts: OfferFacts, seed: int
) -> list[AskedQuestion]:
    """Return what is asked, in order, with placeholders filled in from what was saved."""
    shown = show(definition, answers, facts)
    return [
        _question(
            filled_in(question, definition, shown.values, facts),
            page.code,
            definition.languages[0],
            is_shown=question.code in shown.questions,
            seed=seed,
        )
        for page in definition.pages
        for question in page.questions
    ]


def _question(
    question: Question, page: str, fallback: str, *, is_shown: bool, seed: int
) -> AskedQuestion:
    options = question.options
    if question.shuffle:
        options = shuffled(options, question.code, seed)
    return AskedQuestion(
        code=question.code,
        type=question.type,
        page=page,
        required=question.required,
        is_shown=is_shown,
        wordings=question.wording,
        hints=question.help,
        fallback=fallback,
        scale=scale_points(question.settings, fallback),
        options=[
            Option(
                code=one.code,
                exclusive=one.exclusive,
                wordings=one.wording,
                fallback=fallback,
            )
            for one in options
        ],
    )


async def find_invitation(info: Info) -> Invitation:
    """Return what the viewer's link leads to.

    Raises:
        LinkUnusable: It leads nowhere, was used, or has expired.
    """
    view = await info.context.run(submission.get_invitation)
    return Invitation(
        organisation=view.organisation,
        firm=view.firm,
        job_title=view.job_title,
        language=view.language,
        closes_on=view.closes_on,
        confidentialities=list(view.confidentialities),
        questions=asked_questions(view.definition, view.answers, view.offer_facts, view.order_seed),
        answers=show_drafts(view.answers),
        confidentiality=view.saved_confidentiality,
    )


@strawberry.input
class SaveAnswersInput:
    """Answers to be kept until they are sent.

    Attributes:
        answers: Those that are new or changed.
        language: The language last used.
        confidentiality: The choice as it stands; it may still be changed freely.
    """

    answers: list[AnswerInput]
    language: str | None = None
    confidentiality: Confidentiality | None = None


@strawberry.type
class SaveAnswersPayload:
    """What is saved now.

    Attributes:
        answers: Null when something was refused; then nothing was saved.
        user_errors: Why, one for each answer at fault.
    """

    answers: list[DraftAnswer] | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.input
class SubmitResponseInput:
    """The candidate's answers, to be sent once.

    Attributes:
        answers: On top of what was saved.
        confidentiality: Who may know whose answers they are.
        receipt_code: 12 to 64 random letters and digits, made by the client and shown to the
            candidate before sending. Sending the same code again is the same submission.
        language: The language last used.
    """

    answers: list[AnswerInput]
    confidentiality: Confidentiality
    receipt_code: str
    language: str | None = None


@strawberry.type
class SubmitResponsePayload:
    """The receipt.

    Attributes:
        receipt_code: With which the candidate finds the response again; null when refused.
        user_errors: Why, one for each answer at fault.
    """

    receipt_code: str | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@mutation
async def save_answers(
    info: Info,
    input: SaveAnswersInput,  # noqa: A002 - the argument's name in the API.
) -> SaveAnswersPayload:
    """Keep answers, sealed, until they are sent."""
    await info.context.run_short(
        submission.save_answers,
        answers=read_answers(input.answers),
        language=input.language,
        confidentiality=input.confidentiality,
    )
    view = await info.context.run(submission.get_invitation)
    return SaveAnswersPayload(answers=show_drafts(view.answers))


@mutation
async def submit_response(
    info: Info,
    input: SubmitResponseInput,  # noqa: A002 - the argument's name in the API.
) -> SubmitResponsePayload:
    """Send the answers; every link of the invitation is dead afterwards."""
    # What is sealed into the holding place needs a session.
    anonymous = input.confidentiality is Confidentiality.ANONYMOUS
    run = info.context.run if anonymous else info.context.run_short
    receipt_code = await run(
        submission.submit_response,
        answers=read_answers(input.answers),
        confidentiality=input.confidentiality,
        receipt_code=input.receipt_code,
        language=input.language,
    )
    return SubmitResponsePayload(receipt_code=receipt_code)
