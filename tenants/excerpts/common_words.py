"""Words of English and German that are, or look like, somebody's name.

The lists are ours. `WORDS` are frequent words of interviews about an offer: a name that is misspelt
may be one letter away from any of them, and is then not proposed. `ALSO_NAMES` are words that are
names as they stand: they are proposed when they are written like a name, with a lower score.
"""

from typing import Final

from tenants.excerpts.spelling import foldings


def _folded(words: str) -> frozenset[str]:
    return frozenset(form for word in words.split() for form in foldings(word))


ALSO_NAMES: Final = _folded(
    """
    alt angel april art august autumn bach banks baker barber bauer baum beck bell berg best bill
    black blank booker boss braun brown bush busch butler case chance chase christian church
    clay coach cook cole day dean dick dot drew earl engel english ernst faith fair field fischer
    fisher flora ford forest fox frank franz frei friend fromm fuchs gene glass gold good grace graf
    grant gray green grey gross groß grün guy hahn hall hart hase heim hell herbst herzog hill hof
    hope horn hunter jack jay jean job joy judge jung kaiser kern kind king kit klein koch kraft
    kraus krause krug kunst kurz kühn lamp lane lang lange law lee licht light lily linde long lord
    love lou luck mai major maler marina mark markt marsh mason max may meister merit mercy mild
    miles miller moon moor morgen myself nagel neu neumann nick north ohm olive page paris parker
    pat peace pearl penny pfeiffer piper pop porter post power price prince rat ray reich rest rice
    rich richter rich ring rob robin rose roth ruby rusty sage sand sauer sauter schäfer schmied
    schneider schön schreiber schulz schuster schwarz schwarzer sharp short silver singer sky small
    smart smith sommer sonne sonntag spring star stark stein stern still stone storm strong sturm
    sue summer süß taylor tag tanner teller thaler turner unger van vogel voss wagner wald walker
    ward weber weber weiß west white will winter wise wolf wood wright young zimmer zimmermann kim
    jo ed al mat len lars noll rat ida mia tina can sam ben tim tom ann kay val mel tor bär engels
    freitag montag freund fürst gut hammer hirsch holz hoffmann jäger kaufmann keller kirsch kohl
    kramer krämer kuhn lehmann lenz link mann maurer metzger ritter sattler schubert seidel sommer
    specht steiner thiel ulm vogt wirth ziegler born bond bright
    """
)

WORDS: Final = _folded(
    """
    a about above according after again against ago all almost alone along already also although
    always am amazing an and another answer any anybody anyone anything anyway apply are area around
    as ask asked asking at away back bad barely basic be became because become been before began
    begin behind being believe below benefits better between big bit both boring bonus boss bring
    budget busy but buy by call called calls came can cannot care career cases chance change chat
    city clear clearly close coding cold come comes coming company contact could country couple
    course culture current daily data date days deal decide decided decision decline declined delay
    details did different do does doing done down during each early easy either else email end
    enough even evening ever every everybody everyone everything evening exactly example expect
    expected family far fast feedback feel feeling fell felt few final finally find fine first fit
    five flat follow followed for formal forward found four free friendly from full fun future gave
    general get getting give given go goes going gone good got great group growth guess had half
    hand happen happy hard has have having he hear heard help her here hers herself high him himself
    his hire hired hiring home honest honestly hour hours house how however hr human i idea if
    important in instead interesting interview interviewer interviews into is it its itself job jobs
    join joined just keep kept kind knew know known large last late later lead leader learn least
    leave led left less let level like line list little live lived local longer look looked looking
    lost lot lots low lower made main make makes making manager managers many market matter maybe me
    mean means meant meet meeting member mention mentioned met middle might mind minutes mine missed
    missing mobile moment money month months more morning most move much must my myself name near
    nearly need needed negative never new next nice no nobody none nor not note nothing now number
    of off offer offered offers office often old on once one ones only open or order other others
    our ours out over own package page pages paid panel part parts pay people per perhaps period
    person personal phone place plan please point poor position positive possible present pretty
    prior process project promise promised put question questions quick quickly quite rather reach
    read ready real really reason reasons receive received recruiter relocation remote reply rest
    right role roles round rude said salary same saw say saying school search second see seem seemed
    seen sense sent several she should show side similar simple since six skills slow small so some
    somebody someone something soon sorry sort spend spent staff stage stages start started state
    stay still stop straight such sure take taken takes talk talked task team teams tell test than
    thank thanks that the their them then there these they thing things think third this those
    though thought three through time times title to today together told too took top toward town
    travel tried true try turn two under unclear until up upon us use used useful usual vague very
    visa wait waited waiting walk want wanted wanting warm was wasn way we week weeks well went were
    what when where whether which while who whole whom whose why wide wife with within without woman
    won wonder work worked working works world worse would write wrong wrote year years yes yet you
    your yours yourself monday tuesday wednesday thursday friday saturday sunday january february
    march june july september october november december english german germany english london berlin
    munich

    ab aber absage alle allem allen aller alles als also am an andere anderen andere anderer angebot
    angebote angenehm anfang antwort antworten anruf arbeit arbeiten auch auf aufgabe aufgaben aus
    bald beim bei beide beiden bekam bekommen benefits bereits beruf besonders besser beste besten
    bewerbung bewerber bewerberin bin bis bisher bisschen bitte bleiben blieb brauchen bruder büro
    chef chefin da dabei dafür daher damals damit danach dank danke dann daran darauf daraus darin
    das dass dauer dauerte davon dazu dein deine dem den denen denn der deren des deshalb dessen
    dich die dies diese diesem diesen dieser dieses dir doch dort drei du durch dürfen eher eigene
    eigentlich ein eine einem einen einer eines einfach einige einmal ende endlich entscheidung
    entschieden er erst erste ersten erster es etwa etwas euch euer fahrt falls familie fand fast
    faul fehlte feste finden firma firmen frage fragen frau frauen freundlich früher für gab ganz
    ganze gar geben gegen gehalt geht geld gemacht genau genug gern gerne gesagt gesprochen gespräch
    gespräche gestellt gesucht gewesen ging gleich große großer großen gruppe gut gute guten guter
    habe haben halb halbe halten hat hatte hatten haus heißt helfen her herr herren herrn heute hier
    hin hinter hoch hohe hohen ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im immer in ins
    interview ist ja jahr jahre jahren je jede jedem jeden jeder jedes jedoch jemand jetzt kalt kam
    kamen kann karriere kaum kein keine keinem keinen keiner keines kenne kennen klar klare kleine
    kleinen kleiner kollege kollegen kollegin kommen kommt konnte konnten kosten kultur kunde kunden
    kurze kurzen kürzer lag lage land langer länger langsam lassen laut leben leer lehnte leicht
    leider leiter leiterin lernen letzte letzten leute lieber liegt ließ macht machte mal man manche
    manchmal manager mehr mehrere mein meine meinem meinen meiner meines meinte meist meisten
    menschen mich mir mit mitte möchte möglich monat monate monaten muss musste müssen mutter nach
    nachdem nachfrage nächste nächsten nähe name namen natürlich neben nein nett nette netter neue
    neuen neuer nicht nichts nie niemand noch nun nur ob oben oder offen offene oft ohne ort paar
    panel passt passte person personal personen plan platz plötzlich problem projekt prozess punkt
    rahmen recht reden rede reise richtig rolle ruhe runde runden sache sachen sagen sagte sah
    schien schlecht schnell schon schritt schritte schwer sehen sehr sei sein seine seinem seinen
    seiner seit seite selbst selten sich sicher sie sind so sofort sogar solche soll sollte sollten
    sondern sonst spät später sprach sprechen stadt stand stark statt stelle stellen stellte
    stimmung strategie stunde stunden suche tage tagen tat team teams teil telefon termin test teuer
    tun über überhaupt um unbedingt und uns unser unsere unserem unseren unserer unter unterlagen
    unternehmen urlaub vater verhandlung vertrag viel viele vielen vielleicht vier voll vom von vor
    vorher vorne wahl war waren warm warte warten warum was weder weg wegen weil weit weiter welche
    welcher wenig wenige weniger wenn wer werden wert wichtig wie wieder will wir wird wirkte
    wirklich wo woche wochen wohl wohnung wollen wollte wollten worden wort worte wurde wurden würde
    wusste zahl zeit zeiten ziel ziele ziemlich zu zuerst zum zur zurück zusage zusammen zwar zwei
    zweite zweiten zwischen arbeitgeber abteilung kommunikation januar februar märz juni juli
    september oktober november dezember montag dienstag mittwoch donnerstag freitag samstag sonntag
    """
)

# Capitals that are written for something else than somebody's initials.
ABBREVIATIONS: Final = frozenset(
    [
        "AG",
        "AI",
        "AM",
        "AP",
        "API",
        "AR",
        "BA",
        "BR",
        "BU",
        "BW",
        "CEO",
        "CFO",
        "CI",
        "CIO",
        "COO",
        "CRM",
        "CSS",
        "CTO",
        "CV",
        "DB",
        "DE",
        "DIY",
        "DP",
        "EDV",
        "EN",
        "EQ",
        "ERP",
        "EU",
        "EUR",
        "FAQ",
        "FB",
        "FR",
        "GB",
        "GF",
        "GM",
        "GPA",
        "HO",
        "HQ",
        "HR",
        "HTML",
        "ID",
        "IP",
        "IPO",
        "IQ",
        "IT",
        "JS",
        "KG",
        "KI",
        "KMU",
        "KPI",
        "LA",
        "LLC",
        "LLP",
        "LTD",
        "MA",
        "MBA",
        "MD",
        "ML",
        "MS",
        "MVP",
        "NDA",
        "NY",
        "OEM",
        "OK",
        "ON",
        "OS",
        "OT",
        "PA",
        "PC",
        "PDF",
        "PM",
        "PO",
        "PR",
        "PS",
        "PTO",
        "QA",
        "QR",
        "RE",
        "ROI",
        "SAP",
        "SE",
        "SF",
        "SME",
        "SQL",
        "TA",
        "TV",
        "UAE",
        "UG",
        "UI",
        "UK",
        "US",
        "USA",
        "USD",
        "UX",
        "VA",
        "VIP",
        "VP",
        "VW",
        "WG",
        "WLB",
        "ZB",
    ]
)

# After one of these words at the beginning of a sentence, Will, May and Can ask.
QUESTION_WORDS: Final = frozenset({"will", "may", "can"})
PRONOUNS: Final = frozenset(
    [
        "i",
        "you",
        "he",
        "she",
        "it",
        "we",
        "they",
        "this",
        "that",
        "there",
        "the",
        "a",
        "an",
        "my",
        "your",
        "our",
    ]
)
