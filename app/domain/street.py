"""Tells the name of a street from any other words. What this does not recognise is never published.

A street is a name of streets.txt, a numbered street or highway, or up to two other words with a street's type after
them. People's names have that last form too ("Maria Gonzalez Ave"): the type is what makes a street of them, and
nothing may stand before or after it. When in doubt the answer is None: a lost block costs less than a published name.
"""

import re
from dataclasses import dataclass, replace

from app.domain.street_words import (
    ARTICLES,
    EVERYDAY_TYPES,
    NOTE_WORDS,
    ORDINALS,
    PARTICLES,
    QUADRANTS,
    SIDES,
    SPANISH_LEADS,
    SPANISH_TYPES,
    TYPES,
    folded,
    listed_streets,
    ordinal,
)

_WORD = re.compile(r"(?:[a-z]')?[a-z]{2,20}(?:-[a-z]{2,20})?")
_NUMBERED = re.compile(r"([1-9]\d{0,2})(?:st|nd|rd|th)")
_SPANISH_NUMBER = re.compile(r"[1-9]\d{0,2}")
_HIGHWAY = re.compile(
    r"(?:(?:i|interstate)[ -]?(?P<interstate>25|40)"
    r"|us(?:[ -]?(?=66|85|550)| (?:hwy|highway|route) )(?P<us>[1-9]\d{0,2})"
    r"|(?:nm|state (?:rd|road|hwy|highway|route))[ -]?(?P<nm>[1-9]\d{0,2})"
    r"|(?:hwy|highway) (?P<hwy>[1-9]\d{0,2})"
    r"|(?:historic )?route (?P<route>66))"
    r"(?: (?:[nsew]b|(?:north|south|east|west)bound))?"
)
_HIGHWAYS = {"interstate": "I-", "us": "US ", "nm": "NM ", "hwy": "Hwy ", "route": "Route "}
_INNER_STOP = re.compile(r"\w{2}\.\w|\w\.\w{2}")  # an e-mail's or a web address's, not that of "N.W."
_MOST_WORDS = 8
_MOST_NAME_WORDS = 4
_MOST_OWN_WORDS = 2


@dataclass(frozen=True, slots=True)
class Street:
    """A recognised street. `everyday`: its name alone could also be a person's, a people's or an everyday word."""

    side: str
    name: str
    type: str
    quadrant: str
    listed: bool
    everyday: bool = False

    def __str__(self) -> str:
        return " ".join(part for part in (self.side, self.name, self.type, self.quadrant) if part)

    @property
    def bare(self) -> bool:
        """Whether a name is all that was said: `Central`."""
        return not (self.type or self.quadrant)


def read_street(words: list[str]) -> Street | None:
    """Return the street that these words are the whole name of, or None.

    Types, quadrants and numbered streets come out as the Postal Service abbreviates them; a listed name with its
    accents, any other as typed, in title case. Nothing is added that was not said.
    """
    if not 0 < len(words) <= _MOST_WORDS or any(_INNER_STOP.search(word) for word in words):
        return None
    keys = [folded(word) for word in words]
    if highway := _HIGHWAY.fullmatch(" ".join(keys)):
        return _highway(highway)
    keys, quadrant, loud = _without_quadrant(words, keys)
    if not keys:
        return None
    street = _named(words[: len(keys)], keys, quadrant)
    # An unlisted name with a quadrant alone: one word, and the quadrant in capitals ("se" is Spanish for himself).
    if street is None and quadrant and loud and len(keys) == 1 and _is_clean(keys):
        street = Street("", _title(words[:1]), "", quadrant, listed=False)
    return street


def _without_quadrant(words: list[str], keys: list[str]) -> tuple[list[str], str, bool]:
    """Return the keys without a quadrant at the end, the quadrant, and whether it was written loud and clear."""
    if keys and keys[-1] in QUADRANTS:
        return keys[:-1], QUADRANTS[keys[-1]], len(keys[-1]) > len("NE") or words[-1].isupper()
    if len(keys) > 1 and "-".join(keys[-2:]) in QUADRANTS:  # "South East"
        return keys[:-2], QUADRANTS["-".join(keys[-2:])], True
    return keys, "", False


def _named(words: list[str], keys: list[str], quadrant: str) -> Street | None:
    """Return the street of a name and perhaps a type, once the quadrant is off."""
    if street := _listed(keys, quadrant) or _numbered(keys, quadrant):
        return street
    if len(keys) > 1:
        if keys[0] in SPANISH_TYPES and (street := _said_in_spanish(words, keys, quadrant)):
            return street
        if keys[0] in ARTICLES and (street := _after_article(words[1:], keys[1:], quadrant)):
            return street
        if keys[0] in SIDES:
            street = _named(words[1:], keys[1:], quadrant)
            return None if street is None or street.side else replace(street, side=SIDES[keys[0]])
    return _unlisted(words, keys, quadrant)


def _listed(keys: list[str], quadrant: str) -> Street | None:
    """Return the street of a listed name, with a type or without: "Central", "Central Ave"."""
    streets, street_type = listed_streets(), ""
    known = streets.get(" ".join(keys))
    if known is None and (street_type := TYPES.get(keys[-1], "")):
        known = streets.get(" ".join(keys[:-1]))
    return known and Street("", known.name, street_type, quadrant, listed=True, everyday=known.everyday)


def _after_article(words: list[str], keys: list[str], quadrant: str) -> Street | None:
    """Return the street of "la San Mateo", "la 4": an article is left out before a listed or numbered street alone."""
    if len(keys) == 1 and _SPANISH_NUMBER.fullmatch(keys[0]):
        return Street("", ordinal(int(keys[0])), "", quadrant, listed=True)
    street = _named(words, keys, quadrant)
    return street if street is not None and street.listed else None


def _said_in_spanish(words: list[str], keys: list[str], quadrant: str) -> Street | None:
    """Return the street of "calle Cuarta", "avenida Central". A type that is not the listed one is left out."""
    street_type = SPANISH_TYPES[keys[0]]
    street = _after_article(words[1:], keys[1:], quadrant)
    if street is None or street.type:
        return street
    known = listed_streets().get(folded(street.name))
    if known is not None and street_type not in known.types:
        return street
    return replace(street, type=street_type)


def _numbered(keys: list[str], quadrant: str) -> Street | None:
    """Return the street of "4th", "Second Street", "12th St NW"."""
    if len(keys) > 2:  # noqa: PLR2004 - the number and the type
        return None
    street_type = TYPES.get(keys[1], "") if len(keys) > 1 else ""
    number = _NUMBERED.fullmatch(keys[0])
    name = ordinal(int(number[1])) if number else ORDINALS.get(keys[0])
    if name is None or (len(keys) > 1 and not street_type) or keys[-1] in EVERYDAY_TYPES:
        return None
    return Street("", name, street_type, quadrant, listed=True)


def _highway(said: re.Match[str]) -> Street:
    kind = said.lastgroup or ""
    return Street("", f"{_HIGHWAYS[kind]}{said[kind]}", "", "", listed=True)


def _unlisted(words: list[str], keys: list[str], quadrant: str) -> Street | None:
    """Return the street of a name that only its type makes a street: "Zinnia Ct", "Juniper Way NE", "Calle del Sol"."""
    street_type = TYPES.get(keys[-1], "") if len(keys) > 1 else ""
    if street_type:
        if keys[-1] in EVERYDAY_TYPES and not quadrant:
            return None
        words, keys = words[:-1], keys[:-1]
    led_in_spanish = len(keys) > 1 and keys[0] in SPANISH_LEADS
    name_keys = keys[1:] if led_in_spanish else keys
    if not (street_type or led_in_spanish) or not _is_clean(name_keys):
        return None
    # "La de Maria" is hers, whatever it is; "calle de Maria" may be a street or the one where Maria lives: a quadrant
    # or a type decides.
    of_somebody = led_in_spanish and not street_type and not quadrant and name_keys[0] in PARTICLES
    if of_somebody or (keys[0] in ARTICLES and keys[1:2] in (["de"], ["del"])):
        return None
    return Street("", _title(words), street_type, quadrant, listed=False)


def _is_clean(keys: list[str]) -> bool:
    """Whether the words can be an unlisted street's name and hold neither a note nor a second street."""
    own = [key for key in keys if key not in PARTICLES]
    if not 0 < len(own) <= _MOST_OWN_WORDS or len(keys) > _MOST_NAME_WORDS or keys[-1] in PARTICLES:
        return False
    for place, key in enumerate(keys):
        is_saint = key == "st" and place == 0 and len(keys) > 1
        if not _WORD.fullmatch(key) or key in NOTE_WORDS or key in ORDINALS or key in QUADRANTS:
            return False
        if key in TYPES and not is_saint:
            return False
    # "Perez Central Ave", "Central Perez Dr": a listed street with somebody's name at it.
    listed = listed_streets()
    return not any(
        " ".join(keys[start:end]) in listed
        for start in range(len(keys))
        for end in range(start + 1, len(keys) + 1)
        if end - start < len(keys)
    )


def _title(words: list[str]) -> str:
    return " ".join(
        word.lower() if place and folded(word) in PARTICLES else _capital(word.replace(".", ""))
        for place, word in enumerate(words)
    )


def _capital(word: str) -> str:
    if word[1:].lower() != word[1:] and word.upper() != word:
        return word[0].upper() + word[1:]  # "McKinley", "DeVargas": as typed
    return re.sub(r"(?:^|-|(?<=^.)')\w", lambda start: start[0].upper(), word.lower())
