"""Short and pet forms of given names, English and German.

Source: chosen by hand from what is in common use at work; no dictionary was copied or consulted.
All names of a line stand for one another; forms that are cut off or take an ending (Alex, Steffi,
Annchen) follow rules in `name_forms` and need no line here.
"""

from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

from tenants.excerpts.spelling import foldings

_LINES: Final = """
abigail abby abbie gail
albert albrecht al bert bertie berti
alexander alexandra aleksander sascha sasha sandra sandy sandro alec alex lex xander alessandro
alfred alfie fred freddy fredi
amelia amalia amy millie mia
andreas andrew andrea andre andy andi drew
angela angelika angelica angie geli gela
anna anne ann hannah anja anke annie nan nancy anni annika anita antje
anthony anton antonio tony toni
antonia toni tonia
arthur art artie
augustus august augustin gus gustl
barbara babs barb barbie bärbel babsi
benjamin ben benny benni
bernard bernhard bernie bernd berni hard
brigitte bridget gitte biddy gitta birgit
caroline carolin karoline carrie caro karo lina line carol
cassandra cass cassie
catherine katherine kathryn katharina katarina cathy kathy kate katie kath kat kitty kay kathi käthe
katja katrin kathrin trina rina charles karl carl charlie chuck chas charly carlo kalle
charlotte lotte lotti charlie lottie charly
christian chris christo
christina christine kirsten kirstin chris chrissie tina christa kristin kristina
christopher christoph chris kit topher kester stoffel toffel
claudia claudi claudine
clemens klemens clem
constance konstanze connie conny stanzi
cornelia conny connie nelly nele nelli
cornelius conny kees nelis
daniel dan danny dani
daniela danielle dani danny ela
david dave davy davey
deborah debra debbie deb debby
dennis denis denny
dietrich dieter didi dietz
dominic dominik dom nic
donald don donnie
dorothea dorothy dorothee dora dot dottie dolly doro thea
edith edie
edmund ed eddie ted
eduard edward ed eddie ted teddy ned edi
eleanor eleonore ella nell nora ellie nellie lore leonore
elizabeth elisabeth liz lizzie beth betty eliza elsa else libby lisa lis betsy bess bette elsbeth
elli lisbeth sissi elise liesel lise lilli lili ilse emily emilia em emmy milly
emma em emmy
erich eric erik ricky
eugene eugen gene
evelyn eve evie
ferdinand ferdi nando fred
florian flo flori
florence flo flossie
frances franziska francesca fran franny frannie fanny franzi ziska sissy
francis franz frank franklin frankie frans francesco franzl
frederick friedrich frederic fred freddie fritz freddy rick friedl friedel
friederike frieda frida rike rikki ricki fritzi
gabriel gabe
gabriele gabriella gabi gaby ella
gareth gary gaz
geoffrey jeffrey geoff jeff
george georg jörg jürgen georgie schorsch jorge
gerald gerry jerry
gerhard gerd gert gerrit hardy
gertrude gertrud trude trudy gerti traudl
gisela gisi gila
gottfried friedel götz
gregory gregor greg
günther günter gunther gunter
gustav gus gustl
hans johannes johann john jonny johnny hannes jack hänschen hansi hannes jan jens ivan
harold harry hal
heinrich henry heinz heiner hank harry hal hinrich hinnerk henri harald
helen helena helene nell lena leni ellen ella hella
helga helge
hermann herman
hildegard hilde hilda hilla
hubert hugh hugo bert bertl
ignaz natz igi
ingeborg inge inga ingrid
irene reni rena
isabella isabel isabelle bella belle izzy isa bell
jacob jakob james jake jim jimmy jamie jay jacky köbi jockel
jacqueline jackie jacky
janet jane jan jenny
jennifer jen jenny jenni
jessica jess jessie
joachim jochen achim jo jochem
joan joanna johanna joanne jo hanna hanne hannah jojo
jonathan jon jonny nathan nate
joseph josef joe joey jo sepp jupp beppo seppl pepi
josephine josefine josefa josie jo fina sefa
joshua josh
judith judy judi
julia julie jule juliane juli
julian jules
karl-heinz kalle karlheinz
kenneth ken kenny
klaus nikolaus nicholas nicolas niklas klaas nick nicky niki niko nico nik colin
kimberly kim kimberley
konrad conrad kurt conny conni
lawrence laurence lorenz larry laurie enzo laurenz
leonard leonhard leo len lenny leon
leopold leo poldi
lieselotte liselotte lilo lotte liesel
louis ludwig lewis lou louie lui luis wiggerl lutz
louise luise lou lulu isa
lucas lukas luke
lucy lucia luzia luzie lucie
magdalena madeleine madeline lena maggie leni magda maddie maddy marlene
manfred fred mani manni manny
margaret margarete margarethe margareta maggie meg peggy greta marge grete gretchen gretel rita
madge daisy peg margie megan margit marga gitte grit maria mary marie mia mimi molly polly mitzi
mizzi ria marietta marianne mariann nanni
marcus markus mark marc
martha marty mattie
martin marty mart
martina tina
matilda mathilde tilly tilda mattie tilla thilde
matthew matthias mathias mat matt matty hias thias mattes mats
maximilian max maxi
melanie mel melly
melissa mel missy lissa
michael mike mick mickey micky michi michel mischa misha michal mitch
michaela michi micha
monica monika moni mona
nancy nan
natalie natalia nat nati tasha
nathaniel nathan nat nate
nicole nicola nicky nici nikki nico
olivia liv livvy olive ollie livi
oliver olli ollie olly noll
oscar oskar ossi
oswald ossi oz ozzy
pamela pam
patricia pat patty trish tricia patsy patti
patrick pat paddy rick
pauline paula pauli
peter pete piet peterle pit petr pierre pedro
petra peti
philip philipp phillip phil pip flip
priscilla cilla prissy
rachel rahel rae
raymond raimund ray mund
rebecca rebekka becky becca bekki
reginald reinhold reg reggie
reinhard reiner rainer reini hardy
renate rena reni nate
richard dick rick ricky rich richie ritchie rico
robert rob bob robbie bobby bert robin rupert ruprecht robi
roderick rod roddy
roland rolf rollo roly
ronald ron ronnie
rosemarie rosemary rose rosi romy rosie rosa
roswitha rosi
rudolf rudolph rudi rolf rudy rolly
samantha sam sammy
samuel sam sammy
sarah sara sally sadie
sebastian seb basti bastian wastl baschi
siegfried sigi siggi sigfried
sigrid sigi siri
simon si sim
sophia sophie sofia sofie sonja fia fie sonia
stanislaus stanley stan stani
stephen steven stefan stephan steve steffen stevie steff
stephanie stefanie steffi steph fanny stefania
susanna susanne susan sue suzie susi sanne suse susie suzanne sanna susann
theodor theodore ted teddy theo
theresa teresa therese terry tess tessa resi tracy resl
thomas tom tommy thom tomas maas tommi
timothy timotheus tim timmy timo
tobias toby tobi
ulrich uli ueli ulli utz
ulrike uli ulli rike
ursula uschi ursel ursi ulla ulli uschka
valentin valentine val velten
valerie val
veronica veronika vroni roni ronnie vera
victor viktor vic vik
victoria viktoria vicky vicki tori vic
vincent vinzenz vince vinnie zenz vinz
virginia ginny ginger
walter walther walt wally wat
wilhelm william will bill billy willy willi liam willie helm wim
wilhelmina wilhelmine minna mina willa billie minchen helma
winfried fred winni
wolfgang wolf wolfi wolferl
yvonne evi eva
zachary zach zack
"""


@cache
def _groups() -> Mapping[str, frozenset[str]]:
    """Return, by folded name, the folded names that may stand for it."""
    found: dict[str, set[str]] = defaultdict(set)
    for line in _LINES.strip().splitlines():
        group = {form for name in line.split() for form in foldings(name)}
        for name in group:
            found[name] |= group - {name}
    return MappingProxyType({name: frozenset(group) for name, group in found.items()})


def nicknames_of(given_name: str) -> frozenset[str]:
    """Return the folded names that somebody with a folded given name may be called by."""
    return _groups().get(given_name, frozenset())
