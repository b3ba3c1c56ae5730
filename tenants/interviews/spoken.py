"""What an interviewer reads out before submitting for a candidate, and what is kept of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from tenants.interviews.models import AdministratorKind, Confidentiality
from tenants.interviews.wording import WITHOUT_FIRM
from tenants.questionnaires.definition import Definition
from tenants.questionnaires.texts import Placeholder, TextKey, fill

# What can be chosen in a conversation: the interviewer hears the answers, so that they are
# ANONYMOUS to nobody.
SPOKEN: Final[Mapping[Confidentiality, tuple[TextKey, TextKey]]] = MappingProxyType(
    {
        Confidentiality.CONFIDENTIAL: (TextKey.CONFIDENTIAL_LABEL, TextKey.CONFIDENTIAL),
        Confidentiality.ATTRIBUTED: (TextKey.ATTRIBUTED_LABEL, TextKey.ATTRIBUTED),
    }
)


@dataclass(frozen=True, slots=True)
class Said:
    """What we say ourselves around the version's own words, in one language.

    Attributes:
        outside: Who asks, of somebody of a firm.
        inside: Likewise, of somebody of another department.
        chosen: What leads to the choice.
        agreed: What is asked in the end.
    """

    outside: str
    inside: str
    chosen: str
    agreed: str


_WORDS: Final[Mapping[str, Said]] = MappingProxyType(
    {
        "en": Said(
            outside="I ask on behalf of {organisation}, and am not part of the hiring team.",
            inside=(
                "I work at {organisation}, but in another department than the one that made"
                " you the offer. I keep to myself what you told me."
            ),
            chosen="You have chosen:",
            agreed=(
                "I have written your answers down and will send them for you in this way. You"
                " need not answer any question. You get a receipt code, with which you alone"
                " can see your answers later, withdraw them or have them erased. My own notes"
                " are seen by nobody at {organisation} who hires, and go when you are erased."
                " Do you agree?"
            ),
        ),
        "de": Said(
            outside=(
                "Ich frage im Auftrag von {organisation} und gehöre nicht zum Einstellungsteam."
            ),
            inside=(
                "Ich arbeite bei {organisation}, aber in einer anderen Abteilung als der, die"
                " Ihnen das Angebot gemacht hat. Was Sie mir gesagt haben, behalte ich für"
                " mich."
            ),
            chosen="Sie haben gewählt:",
            agreed=(
                "Ich habe Ihre Antworten aufgeschrieben und sende sie auf diese Weise für Sie"
                " ab. Sie müssen keine Frage beantworten. Sie bekommen einen Quittungscode,"
                " mit dem nur Sie Ihre Antworten später sehen, zurückziehen oder löschen"
                " lassen können. Meine eigenen Notizen sieht bei {organisation} niemand, der"
                " einstellt; sie werden mit Ihren Daten gelöscht. Sind Sie einverstanden?"
            ),
        ),
        "fr": Said(
            outside=(
                "Je vous interroge pour le compte de {organisation} et ne fais pas partie de"
                " l'équipe de recrutement."
            ),
            inside=(
                "Je travaille chez {organisation}, mais dans un autre service que celui qui"
                " vous a fait l'offre. Je garde pour moi ce que vous m'avez dit."
            ),
            chosen="Vous avez choisi :",
            agreed=(
                "J'ai noté vos réponses et je les enverrai ainsi pour vous. Vous n'êtes"
                " obligé de répondre à aucune question. Vous recevez un code de reçu, avec"
                " lequel vous seul pourrez revoir vos réponses, les retirer ou les faire"
                " effacer. Mes propres notes ne sont vues par aucune personne qui recrute"
                " chez {organisation} et sont effacées avec vos données. Êtes-vous d'accord ?"
            ),
        ),
        "es": Said(
            outside=(
                "Le pregunto por encargo de {organisation} y no formo parte del equipo de"
                " selección."
            ),
            inside=(
                "Trabajo en {organisation}, pero en otro departamento que el que le hizo la"
                " oferta. Me guardo lo que usted me ha contado."
            ),
            chosen="Usted ha elegido:",
            agreed=(
                "He anotado sus respuestas y las enviaré así en su nombre. No tiene que"
                " responder a ninguna pregunta. Recibirá un código con el que solo usted"
                " podrá ver sus respuestas, retirarlas o hacer que se borren. Mis propias"
                " notas no las ve nadie que contrate en {organisation} y se borran con sus"
                " datos. ¿Está de acuerdo?"
            ),
        ),
        "ar": Said(
            outside="أسألك نيابةً عن {organisation} ولست من فريق التوظيف.",
            inside=(
                "أعمل لدى {organisation} ولكن في قسم غير القسم الذي قدّم لك العرض، وأحتفظ"
                " لنفسي بما قلته لي."
            ),
            chosen="لقد اخترت:",
            agreed=(
                "لقد دوّنت إجاباتك وسأرسلها عنك بهذه الطريقة. لست ملزمًا بالإجابة عن أي سؤال."
                " ستحصل على رمز استلام تستطيع به وحدك أن ترى إجاباتك لاحقًا أو تسحبها أو تطلب"
                " محوها. لا يرى ملاحظاتي الخاصة أحد ممن يوظّفون لدى {organisation}، وتُمحى مع"
                " بياناتك. هل توافق؟"
            ),
        ),
    }
)
_ELSEWHERE: Final = "en"


def consent_texts(
    definition: Definition,
    language: str,
    *,
    organisation: str,
    firm: str | None,
    administrator: AdministratorKind,
) -> Mapping[Confidentiality, str]:
    """Return exactly what is read out for each confidentiality that can be chosen.

    The choice is explained in the version's own words.

    Args:
        definition: The version.
        language: One of the version's. What we say ourselves is in English where we do not know it.
        organisation: The name of who made the offer.
        firm: The name of the third party, if there is one.
        administrator: Whether somebody of another department asks.
    """
    names = {Placeholder.ORGANISATION: organisation, Placeholder.FIRM: firm or WITHOUT_FIRM}
    ours = _WORDS.get(language, _WORDS[_ELSEWHERE])
    is_inside = administrator is AdministratorKind.INTERNAL_INDEPENDENT and firm is None
    said: dict[Confidentiality, str] = {}
    for confidentiality, (label, meaning) in SPOKEN.items():
        choice = f"{ours.chosen} {definition.texts[label][language]}"
        parts = (
            ours.inside if is_inside else ours.outside,
            choice,
            definition.texts[meaning][language],
        )
        said[confidentiality] = "\n\n".join(fill(one, names) for one in (*parts, ours.agreed))
    return said
