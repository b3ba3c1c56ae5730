"""The candidate's page for those who would rather talk than fill in the form."""

from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from api.pages.rendering import lead_to, respond
from api.pages.visit import Visit
from tenants.db import run
from tenants.errors import Conflict, InvalidInput
from tenants.interviews import calls
from tenants.interviews.wording import WITHOUT_FIRM
from tenants.questionnaires.forms import field

# No page of a questionnaire can have such a code, because codes have no hyphens.
TALK: Final = "rather-talk"
_FALLBACK: Final = "en"

TEXTS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "title": {
            "en": "I would rather talk",
            "de": "Ich möchte lieber sprechen",
            "fr": "Je préfère parler",
            "es": "Prefiero hablar",
            "ar": "أفضّل التحدّث",
        },
        "intro": {
            "en": "{firm} can call you and put the same questions. Only {firm} learns that you"
            " asked, nobody at {organisation}. Until then you can still use the form. In a call"
            " you can choose “with my name” or “confidential”; anonymous answers exist on the form"
            " only.",
            "de": "{firm} kann Sie anrufen und dieselben Fragen stellen. Dass Sie darum bitten,"
            " erfährt nur {firm} und bei {organisation} niemand. Bis dahin können Sie weiter das"
            " Formular benutzen. Am Telefon können Sie „mit meinem Namen“ oder „vertraulich“"
            " wählen; anonym geht es nur mit dem Formular.",
            "fr": "{firm} peut vous appeler et vous poser les mêmes questions. Seul {firm} apprend"
            " votre demande, personne chez {organisation}. D'ici là, vous pouvez toujours utiliser"
            " le formulaire. Par téléphone, vous choisissez « avec mon nom » ou « confidentiel » ;"
            " l'anonymat n'existe que par le formulaire.",
            "es": "{firm} puede llamarle y hacerle las mismas preguntas. Solo {firm} sabe que lo"
            " ha pedido, nadie en {organisation}. Hasta entonces puede seguir usando el"
            " formulario. Por teléfono puede elegir «con mi nombre» o «confidencial»; el anonimato"
            " existe solo en el formulario.",
            "ar": "يمكن أن تتصل بك {firm} وتطرح عليك الأسئلة نفسها. لا يعلم بطلبك إلا {firm}، ولا"
            " يعلم به أحد لدى {organisation}. ويمكنك حتى ذلك الحين استخدام النموذج. في المكالمة"
            " يمكنك أن تختار «باسمي» أو «سرّي»، أما الإجابات المجهولة فبالنموذج فقط.",
        },
        "stays": {
            "en": "If you then answer anonymously on the form, your wish for a call stays, because"
            " taking it away would tell that you have answered. Take it back here first if you no"
            " longer want a call. Number and times are erased once nobody will call.",
            "de": "Wenn Sie danach anonym mit dem Formular antworten, bleibt Ihr Wunsch bestehen,"
            " denn sein Verschwinden würde verraten, dass Sie geantwortet haben. Nehmen Sie ihn"
            " vorher hier zurück, wenn Sie keinen Anruf mehr möchten. Nummer und Zeiten werden"
            " gelöscht, sobald niemand mehr anruft.",
            "fr": "Si vous répondez ensuite de façon anonyme, votre demande d'appel reste, car sa"
            " disparition révélerait que vous avez répondu. Retirez-la d'abord ici si vous ne"
            " voulez plus d'appel. Le numéro et les horaires sont effacés dès que personne"
            " n'appellera.",
            "es": "Si después responde de forma anónima, su petición de llamada se mantiene,"
            " porque quitarla revelaría que ha respondido. Retírela antes aquí si ya no quiere que"
            " le llamen. El número y las horas se borran cuando ya nadie va a llamar.",
            "ar": "إذا أجبت بعد ذلك بصورة مجهولة يبقى طلب المكالمة، لأن زواله يكشف أنك أجبت. اسحبه"
            " هنا أولًا إن لم تعد تريد مكالمة. يُمحى الرقم والأوقات متى لم يعد أحد سيتصل.",
        },
        "phone": {
            "en": "Phone number, if we should use another one than you gave before",
            "de": "Telefonnummer, falls wir eine andere als die bekannte nehmen sollen",
            "fr": "Numéro de téléphone, si ce n'est pas celui que vous avez donné",
            "es": "Teléfono, si debe ser otro que el que dio antes",
            "ar": "رقم الهاتف، إن كان غير الذي أعطيته سابقًا",
        },
        "times": {
            "en": "When does a call suit you?",
            "de": "Wann passt Ihnen ein Anruf?",
            "fr": "Quand un appel vous convient-il ?",
            "es": "¿Cuándo le viene bien una llamada?",
            "ar": "متى تناسبك المكالمة؟",
        },
        "ask": {
            "en": "Please call me",
            "de": "Bitte rufen Sie mich an",
            "fr": "Appelez-moi",
            "es": "Llámenme, por favor",
            "ar": "اتصلوا بي من فضلكم",
        },
        "asked": {
            "en": "You have asked for a call. You will be called before {day}.",
            "de": "Sie haben um einen Anruf gebeten. Man ruft Sie bis zum {day} an.",
            "fr": "Vous avez demandé un appel. On vous appellera d'ici au {day}.",
            "es": "Ha pedido una llamada. Le llamarán antes del {day}.",
            "ar": "لقد طلبت مكالمة. سيُتّصل بك قبل {day}.",
        },
        "cancel": {
            "en": "I do not want a call after all",
            "de": "Ich möchte doch keinen Anruf",
            "fr": "Finalement, je ne veux pas d'appel",
            "es": "Al final no quiero una llamada",
            "ar": "لا أريد مكالمة بعد الآن",
        },
        "back": {
            "en": "Back to the form",
            "de": "Zurück zum Formular",
            "fr": "Retour au formulaire",
            "es": "Volver al formulario",
            "ar": "العودة إلى النموذج",
        },
        "wrong_phone": {
            "en": "Please give a phone number of 5 to 40 digits, spaces, brackets and dashes.",
            "de": "Bitte geben Sie eine Telefonnummer aus 5 bis 40 Ziffern, Leerzeichen, Klammern"
            " und Strichen an.",
            "fr": "Donnez un numéro de 5 à 40 chiffres, espaces, parenthèses et tirets.",
            "es": "Indique un número de 5 a 40 cifras, espacios, paréntesis y guiones.",
            "ar": "اكتب رقم هاتف من 5 إلى 40 رقمًا ومسافات وأقواس وشرطات.",
        },
        "wrong_times": {
            "en": "Please use at most 300 characters.",
            "de": "Bitte höchstens 300 Zeichen.",
            "fr": "300 caractères au plus.",
            "es": "Como máximo 300 caracteres.",
            "ar": "300 حرف على الأكثر.",
        },
    }
)


def rather_talk(visit: Visit) -> str | None:
    """Return what leads to the page; None where no firm is engaged that could call."""
    return _own(visit.language)["title"] if visit.invitation.firm else None


async def show_talk(_request: Request, visit: Visit) -> Response:
    """Show how to ask for a call, and what was asked for."""
    if visit.invitation.firm is None:
        return lead_to(visit.address())
    found = await run(calls.find_call_request, visit.viewer)
    return _draw(visit, found)


async def ask_for_call(_request: Request, visit: Visit) -> Response:
    """Keep how the candidate wants to be called, or forget it."""
    if field(visit.form, "go") == "cancel":
        await run(calls.cancel_call, visit.viewer)
        return lead_to(visit.address(TALK))
    phone, times = field(visit.form, "phone"), field(visit.form, "times")
    try:
        await run(calls.request_call, visit.viewer, phone=phone, preferred_times=times)
    except Conflict:
        return lead_to(visit.address())
    except InvalidInput as refused:
        wrong = "wrong_phone" if refused.field == ("phone",) else "wrong_times"
        return _draw(visit, calls.CallRequest(phone, times), wrong=wrong)
    return lead_to(visit.address(TALK))


def _own(language: str) -> Mapping[str, str]:
    spoken = language.partition("-")[0]
    return {name: wording.get(spoken, wording[_FALLBACK]) for name, wording in TEXTS.items()}


def _draw(visit: Visit, found: calls.CallRequest | None, *, wrong: str = "") -> Response:
    invitation = visit.invitation
    own = {
        name: text.format(
            firm=invitation.firm or WITHOUT_FIRM,
            organisation=invitation.organisation,
            day=visit.last_day,
        )
        for name, text in _own(visit.language).items()
    }
    return respond(
        "rather_talk.html",
        visit.language,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
        visit=visit,
        title=own["title"],
        own=own,
        wrong=wrong,
        is_asked=found is not None and not wrong,
        phone=(found.phone if found else None) or "",
        times=(found.preferred_times if found else None) or "",
        longest_phone=calls.LONGEST_PHONE,
        longest_times=calls.LONGEST_TIMES,
    )
