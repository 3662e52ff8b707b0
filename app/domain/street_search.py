"""What the staff search compares: the start of a street's name, however it is typed."""

import re
from dataclasses import replace

from app.domain.block import Block
from app.domain.street import Street, read_street
from app.domain.street_words import ORDINALS, QUADRANTS, TYPES, folded

LONGEST_SEARCH = 40
_NOT_IN_A_NAME = re.compile(r"[^a-z0-9' -]+")
_NUMBER_FIRST = re.compile(r"(?:\d{1,5}|unit)(?: (?:block|blk)(?: of)?)? (?=\S)")


def street_keys(block: Block) -> tuple[str, str | None]:
    """Return the street of a block for searching, `central ave se`, and of a crossing the second one too.

    Safe to store: they hold nothing that the block does not hold.
    """
    first, *second = map(_key, block.streets)
    return first, second[0] if second else None


def search_key(typed: str) -> str | None:
    """Return the start that one of `street_keys` must have to match what somebody typed: `Montañ` gives `montan`.

    Made of a-z, 0-9, spaces, hyphens and apostrophes alone, so it holds no wildcard. Never stored: it is whatever was
    typed. None if nothing is left of it.
    """
    if len(typed) > LONGEST_SEARCH:
        return None
    text = _NUMBER_FIRST.sub("", " ".join(_NOT_IN_A_NAME.sub(" ", folded(typed)).split()), count=1)
    words = text.split()
    if street := read_street(words):
        return _key(street)
    if len(words) > 1:
        words[1:] = [(TYPES.get(word) or QUADRANTS.get(word) or word).lower() for word in words[1:]]
    if words:
        words[0] = ORDINALS.get(words[0], words[0])
    return " ".join(words) or None


def _key(street: Street) -> str:
    return folded(str(replace(street, side="")))
