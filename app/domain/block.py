"""The 100-block or crossing of a typed address: all of the address that is kept, compared or published.

An address field holds whatever somebody typed: an apartment, a business, now and then a person or a note. The block is
built up from what is recognised, never cut down from what was typed, so that nothing else can come through.
"""

import re
import unicodedata
from dataclasses import dataclass
from importlib import import_module

from app.domain.street import Street, read_street

LONGEST_ADDRESS = 200
BLOCK_SIZE = 100
_CROSSING_STREETS = 2
_ZIP_CODES = range(87_000, 88_500)  # New Mexico's; no house number is as high

# What programs make of an apostrophe, a hyphen, a space and a half; what ends a sentence parts an address too.
_PUNCTUATION = str.maketrans(
    dict.fromkeys("\u2018\u2019\u00b4", "'")
    | dict.fromkeys("\u2010\u2011\u2012\u2013", "-")
    | dict.fromkeys("\u00a0\t", " ")
    | dict.fromkeys('\r\n?!"\u201c\u201d[]|', ";")
    | {"\u2014": " - ", "½": " 1/2"}
)
_READABLE = re.compile(r"[ 0-9A-Za-zÀ-ÖØ-öø-ÿ.,;:'#&/@()-]+")
# A comma or a spaced hyphen between digits ("1200 - 1210") parts nothing.
_PART_ENDS = re.compile(r"[;:()]|,(?!\d)|(?<!\d) -+ | -+ (?!\d)")

_UNIT = re.compile(
    r" (?:(?:apt|apartment|unit|suite|ste|room|rm|building|bldg|floor|fl|lot|space|spc|trailer|trlr|apartamento|apto"
    r"|depto|departamento|edificio|piso|local)\b\.? ?#? ?|# ?)[a-z0-9-]{1,6}$",
    re.IGNORECASE,
)
_CITY = re.compile(
    r"(?: (?:albuquerque|abq|alb|burque|(?:los )?ranchos(?: de albuquerque)?|rio rancho|corrales|bernalillo|tijeras))?"
    r"(?: (?:nm|n\.m\.|new mexico|nuevo m[eé]xico))?(?: 87\d{3}(?:-\d{4})?)?(?: usa)?$",
    re.IGNORECASE,
)
_LEAD_IN = re.compile(
    r"^(?:(?:at|on|in|en|sobre) )?"
    r"(?:(?:the|la) (?=\d+ bl|unit |cuadra |bloque |esquina |cruce |corner |intersection |[ns][ew] |north|south))?"
    r"(?:(?:(?:[ns][ew] |(?:north|south)(?:east|west) )?corner of|intersection of|esquina de|cruce de"
    r"|intersecci[oó]n de) )?",
    re.IGNORECASE,
)
_HOUSE = re.compile(
    r"(?P<low>[1-9]\d{0,4})(?: ?- ?(?P<high>\d{1,5})|-?[a-z])?(?: 1/2)? (?P<street>\D.*|\d{1,3}(?:st|nd|rd|th)\b.*)",
    re.IGNORECASE,
)
_BLOCK = re.compile(
    r"(?:(?P<low>[1-9]\d{0,4}|unit) (?:block|blk|bloque|cuadra)\.?"
    r"|(?:cuadra|bloque|block) (?:del? )?(?P<after>[1-9]\d{0,4}))(?: (?:of|de|on|en))? (?P<street>.+)",
    re.IGNORECASE,
)
# "Calle Cuarta 500": the number follows where the street is named in Spanish; elsewhere it may be an apartment's.
_SPANISH_ORDER = re.compile(
    r"(?P<street>(?:calle|avenida|av\.?|bulevar|la) (?:.*?[^\W\d]\.?|\d{1,3}(?= ?(?:#|no\.|n[uú]m))))"
    r" ?(?:(?:#|no\.|n[uú]m(?:ero|\.)) ?|(?<= ))(?P<low>[1-9]\d{0,4})(?P<quadrant> [ns][ew])?",
    re.IGNORECASE,
)
_MEETS = re.compile(r" ?[&/@] ?| (?:and|at|y|con|esquina con|esq\.?) ", re.IGNORECASE)

_STREET_LABELS = frozenset(
    {
        "StreetNamePreDirectional",
        "StreetNamePreModifier",
        "StreetNamePreType",
        "StreetName",
        "StreetNamePostType",
        "StreetNamePostDirectional",
    }
)


@dataclass(frozen=True, slots=True)
class Block:
    """A block of one street, by its lowest house number, or the crossing of two (`number` is None)."""

    number: int | None
    streets: tuple[Street, ...]

    def __str__(self) -> str:
        if self.number is None:
            return " and ".join(map(str, self.streets))
        return f"{self.number or 'unit'} block of {self.streets[0]}"


def block_of(address: str) -> str | None:
    """Return `1200 block of Central Ave SE`, `unit block of …` below 100, `… and …` for a crossing, or None.

    English or Spanish, any text of any script. Apartments, cities, notes, businesses and people's names never come
    out; where it is in doubt what is a street, nothing does. A block given as the address comes out as it is.
    """
    block = read_block(address)
    return None if block is None else str(block)


def same_block(a: str | None, b: str | None) -> bool:
    """Return whether two values of `block_of` mean the same block or crossing; None is the same as nothing.

    A type that only one of them says (`Lomas`, `Lomas Blvd`) parts nothing. A quadrant parts two blocks, since house
    numbers begin anew in each; a crossing is found without it.
    """
    if a is None or b is None:
        return False
    if a == b:
        return True
    one, other = read_block(a), read_block(b)
    if one is None or other is None or one.number != other.number:
        return False
    if one.number is not None:
        return _same_street(one.streets[0], other.streets[0], everywhere=False)
    return any(
        all(_same_street(street, match, everywhere=True) for street, match in zip(one.streets, order, strict=True))
        for order in (other.streets, other.streets[::-1])
    )


def read_block(address: str) -> Block | None:
    """Return the block or crossing that `block_of` writes."""
    if len(address) > LONGEST_ADDRESS:
        return None
    text = unicodedata.normalize("NFC", address).translate(_PUNCTUATION)
    text = " ".join(text.split())
    if not _READABLE.fullmatch(text):
        return None
    # Read alone, each part between commas is a street form or it is not; two that differ leave it open which was meant.
    parts = [part for part in (part.strip(" ,.-") for part in _PART_ENDS.split(text)) if part]
    read = [_read_part(part) for part in parts]
    found = {block for block in read if block is not None}
    if len(found) > 1:
        return None
    if not found:
        return _read_among_other_words(text)
    block = found.pop()
    alone = len(parts) == 1 or all(
        block is not None or not _without_unit_and_city(f" {part}") for part, block in zip(parts, read, strict=True)
    )
    return block if alone or _certain(block) else None


def _certain(block: Block) -> bool:
    """Whether the block can be told from other words around it, a person's name among them."""
    return all(
        street.listed or (block.number is not None and street.type and street.quadrant) for street in block.streets
    )


def _without_unit_and_city(part: str) -> str:
    return _UNIT.sub("", _CITY.sub("", part, count=1), count=1).rstrip(" ,")


def _read_part(part: str) -> Block | None:
    """Return the block of a part, as it stands if it can be: "Los Ranchos" is a road too, "calle 4 #500" a house."""
    if block := _house(part):  # most addresses end here
        return block
    bare = _LEAD_IN.sub("", part, count=1)
    if block := _read_form(bare):
        return block
    shorter = _without_unit_and_city(bare)
    return _read_form(shorter) if shorter != bare else None


def _read_form(part: str) -> Block | None:
    return _house(part) or _said_as_block(part) or _house_in_spanish(part) or _crossing(part)


def _house(part: str) -> Block | None:
    said = _HOUSE.fullmatch(part)
    return said and _numbered_block(said["low"], said["high"], said["street"])


def _said_as_block(part: str) -> Block | None:
    said = _BLOCK.fullmatch(part)
    return said and _numbered_block(said["low"] or said["after"], None, said["street"])


def _house_in_spanish(part: str) -> Block | None:
    said = _SPANISH_ORDER.fullmatch(part)
    return said and _numbered_block(said["low"], None, said["street"] + (said["quadrant"] or ""))


def _numbered_block(low: str, high: str | None, street_text: str) -> Block | None:
    number = 0 if low.lower() == "unit" else int(low)
    # Both ends of "1200-1210" are house numbers of one block; any other such pair may be a telephone's.
    if high is not None and not (BLOCK_SIZE <= number <= int(high) < number + BLOCK_SIZE and len(low) == len(high)):
        return None
    street = None if number in _ZIP_CODES else read_street(street_text.split())
    if street is None:
        return None
    # "4 Central", "2 Comanche", "3 Perez Court": a count of something as likely as an address.
    if number < BLOCK_SIZE and (street.bare or not (street.listed or (street.type and street.quadrant))):
        return None
    return Block(number // BLOCK_SIZE * BLOCK_SIZE, (street,))


def _crossing(part: str) -> Block | None:
    streets = [read_street(side.split()) for side in _MEETS.split(part)]
    known = tuple(street for street in streets if street is not None)
    if len(streets) != _CROSSING_STREETS or len(known) != _CROSSING_STREETS or known[0].name == known[1].name:
        return None
    if all(street.everyday and street.bare for street in known):  # "Madison and Jackson" may be two people
        return None
    return Block(None, known)


def _read_among_other_words(text: str) -> Block | None:
    """Return the block of a listed or numbered street, with its type or quadrant, that other words stand around."""
    if not any(character.isdigit() for character in text):
        return None
    usaddress = import_module("usaddress")  # 50 ms to load: not paid by a start that never needs it
    try:
        labelled, kind = usaddress.tag(text)
    except usaddress.RepeatedLabelError:  # two addresses, or a muddle
        return None
    labels = list(labelled)
    if kind != "Street Address" or "AddressNumber" not in labels:
        return None
    first = labels.index("AddressNumber")
    last = max((place for place, label in enumerate(labels) if label in _STREET_LABELS), default=first)
    if not all(label in _STREET_LABELS for label in labels[first + 1 : last + 1]):
        return None
    block = _house(" ".join(labelled[label].strip(" ,;.") for label in labels[first : last + 1]))
    return block if block and block.streets[0].listed and not block.streets[0].bare else None


def _same_street(one: Street, other: Street, *, everywhere: bool) -> bool:
    """Return whether two streets are one; `everywhere`: even if only one of them says on which side of town."""
    if one.name.casefold() != other.name.casefold() or (one.type and other.type and one.type != other.type):
        return False
    pairs = ((one.quadrant, other.quadrant), (one.side, other.side))
    return all(a == b or (everywhere and not (a and b)) for a, b in pairs)
