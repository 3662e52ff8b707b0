"""The words that streets are written with, in English and in the Spanish of New Mexico, and how each is published.

Keys are folded: lower case, no accents, no full stops. Types are the Postal Service's (Publication 28, appendix C1).
"""

import unicodedata
from functools import cache
from pathlib import Path
from typing import NamedTuple

TYPES = {
    word: written
    for written, words in {
        "Aly": "alley aly",
        "Ave": "avenue avenida ave av aven",
        "Blvd": "boulevard bulevar blvd boul bl",
        "Cir": "circle cir circ",
        "Ct": "court ct",
        "Cv": "cove cv",
        "Dr": "drive dr drv",
        "Expy": "expressway expy",
        "Fwy": "freeway fwy",
        "Hwy": "highway hwy",
        "Ln": "lane ln",
        "Loop": "loop",
        "Park": "park",
        "Pass": "pass",
        "Path": "path",
        "Pkwy": "parkway pkwy pky",
        "Pl": "place pl",
        "Plz": "plaza plz",
        "Pt": "point pt",
        "Rd": "road rd",
        "Row": "row",
        "Run": "run",
        "Sq": "square sq",
        "St": "street st str",
        "Ter": "terrace ter terr",
        "Trce": "trace trce",
        "Trl": "trail trl tr",
        "Walk": "walk",
        "Way": "way wy",
        "Xing": "crossing xing",
    }.items()
    for word in words.split()
}
# Everyday words besides, written so: they make a street of an unlisted name only with a quadrant. "500 Perez place" may
# be somebody's.
EVERYDAY_TYPES = frozenset(
    "cove crossing park pass path place plaza point row run square trace walk way wy".split()  # noqa: SIM905 - words
)

# Said before the name in Spanish: "calle Cuarta" is 4th St. The second kind stays part of the name: "Paseo del Norte".
SPANISH_TYPES = {"calle": "St", "avenida": "Ave", "av": "Ave", "ave": "Ave", "bulevar": "Blvd", "boulevard": "Blvd"}
SPANISH_LEADS = frozenset({"calle", "avenida", "camino", "paseo", "placita", "vereda"})

QUADRANTS = {
    word: written
    for written, words in {
        "NE": "ne northeast north-east noreste nordeste",
        "NW": "nw northwest north-west noroeste",
        "SE": "se southeast south-east sureste sudeste",
        "SW": "sw southwest south-west suroeste sudoeste",
    }.items()
    for word in words.split()
}
SIDES = {"n": "N", "north": "N", "s": "S", "south": "S", "e": "E", "east": "E", "w": "W", "west": "W"}
ARTICLES = frozenset({"the", "la", "el", "las", "los"})
PARTICLES = frozenset({"de", "del", "la", "las", "el", "los"})

_ENGLISH_ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth twentieth"
)
_SPANISH_ORDINALS = "primera segunda tercera cuarta quinta sexta septima octava novena decima"


def ordinal(number: int) -> str:
    """Return `1st`, `2nd`, `12th`, `98th`."""
    teens = number % 100 in (11, 12, 13)
    return f"{number}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


ORDINALS = {
    word: ordinal(number)
    for words in (_ENGLISH_ORDINALS, _SPANISH_ORDINALS)
    for number, word in enumerate(words.split(), start=1)
}

# They tell that a note, a person or the city is being written of. A name that is not on the list and has one of these
# is not published, whatever type follows it: "500 Juan lives on Elm St".
NOTE_WORDS = frozenset(
    """
    a about abq across agent agente agentes agents albuquerque alguien alto am an and another apartment apellido apt
    are area around arrest arrestada arrestado arrested arresting asylum at atras aunt back be behind being
    bernalillo beside between black block blocks boy boyfriend brother brown building burque business but by call
    calle called car carro cars casa cerca child children church clinic close con corner corrales cousin cuando
    cuarto cuatro dad daughter departamento deportado deported depto detained detaining detenida detenido detenidos
    detras don dona donde door dos down driver driving dude during en entre es esconde escondida escondido esposa
    esposo esquina esta estan familia family father female five floor for four frente from front fue gas girl
    girlfriend guy guys hay he her hermana hermano hers hid hides hiding hija hijo him his hombre hombres home
    hospital hotel house hundred husband i ice ilegal illegal immigrant in inside intersection is it its jr just kid
    kids lady left live lived lives living llama llamado llevaron locked looking lot male man manager married me men
    mi migra miss mister motel mother mr mrs ms mujer mujeres my name named near neighbor neighbour next nino ninos
    nm no nombre not number of off officer officers on one or our out outside over owner papeles papers para parent
    parked parking people person phone pickup plate police policia por porque que ranchos restaurant right room saw
    school search searching senor senora several she shop sister six sobre son space sr stay staying store student
    su suite surname suv take taken taking tel that the their them there they this three tia tienda tio to took
    towards trabaja trailer tres truck trucks two uncle under undocumented unit until us usa van vans varias varios
    vecina vecino vehicle vehicles visa visto vive viven wanted was we wearing went were where white who wife with
    woman women work worker workers working works y ya you young your
    """.split()  # noqa: SIM905 - a block of words is read, sorted and mended more easily than four hundred literals
)


class ListedStreet(NamedTuple):
    """A street of the list."""

    name: str
    types: frozenset[str]
    everyday: bool
    """Its name is also a person's, a people's or an everyday word."""


def folded(text: str) -> str:
    """Return the text in lower case without accents or full stops, for comparing: `Montaño Rd.` is `montano rd`."""
    if not text.isascii():
        text = "".join(mark for mark in unicodedata.normalize("NFD", text) if not unicodedata.combining(mark))
    return text.casefold().replace(".", "")


@cache
def listed_streets() -> dict[str, ListedStreet]:
    """Return the streets of streets.txt by folded name."""
    streets: dict[str, ListedStreet] = {}
    lines = Path(__file__).with_name("streets.txt").read_text(encoding="utf-8").splitlines()
    for line in lines:
        if not line or line.startswith("#"):
            continue
        everyday = line.startswith("~ ")
        words = line.removeprefix("~ ").split()
        # A last word that is published as it stands is the type: "Rd" in "Montaño Rd", not "Cuervo" in "Calle Cuervo".
        street_type = words.pop() if TYPES.get(words[-1].lower()) == words[-1] else ""
        name = " ".join(words)
        known = streets.get(folded(name), ListedStreet(name, frozenset(), everyday))
        streets[folded(name)] = ListedStreet(name, known.types | {street_type}, known.everyday or everyday)
    return streets
