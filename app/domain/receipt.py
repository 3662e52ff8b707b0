"""The code that an asker holds to look the status up: short enough to read aloud, and a slip of the tongue is noticed.

Eleven random characters (55 bits) and a check character, in Crockford's base 32, which has no I, L, O or U.
"""

from collections.abc import Callable

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RANDOM_CHARACTERS = 11
RECEIPT_CHARACTERS = RANDOM_CHARACTERS + 1
GROUP = 4

# What people and programs put between the groups: spaces, and every dash that a word processor makes of a hyphen.
_BETWEEN = frozenset(" \t\r\n\u00a0\u202f-\u2010\u2011\u2012\u2013\u2014\u2212")
_VALUES = (
    {letter: value for value, letter in enumerate(ALPHABET)}
    | {letter.lower(): value for value, letter in enumerate(ALPHABET)}
    | dict.fromkeys("Oo", 0)
    | dict.fromkeys("IiLl", 1)
)
# Room for a receipt with a space around each character; nothing longer is looked at.
_LONGEST_TEXT = 40

_FIELD_POLYNOMIAL = 0b100101  # x^5 + x^2 + 1, primitive: x generates all 31 nonzero elements of GF(32)
_FIELD_OVERFLOW = 0b100000


def new_receipt(random: Callable[[int], bytes]) -> str:
    """Return a new receipt such as `K7QF-2M9X-TD3W`.

    `random(n)` returns n unpredictable bytes (`secrets.token_bytes`). Each of the 2^55 receipts is as likely as any.
    """
    bits = int.from_bytes(random(7)) >> 1  # 56 bits are drawn, 55 used: no character is likelier than another
    values = [bits >> 5 * place & 31 for place in range(RANDOM_CHARACTERS)]
    return _written([*values, _check_value(values)])


def read_receipt(text: str) -> str | None:
    """Return the receipt that a person typed or said, as `new_receipt` writes it, or None if it cannot be one.

    Any case; hyphens and spaces may be anywhere or missing; O is read as 0, I and L as 1.
    """
    if len(text) > _LONGEST_TEXT:
        return None
    values = [_VALUES.get(character) for character in text if character not in _BETWEEN]
    known = [value for value in values if value is not None]
    if len(values) != RECEIPT_CHARACTERS or len(known) != RECEIPT_CHARACTERS:
        return None
    return _written(known) if _check_value(known[:-1]) == known[-1] else None


def _check_value(values: list[int]) -> int:
    """Return the sum of the values over GF(32), weighted x^11 … x^1; the check itself weighs x^0.

    The weights of all twelve places are nonzero, so that one wrong character always shows, and distinct, so that two
    characters that changed places always show. Sums modulo 32 could not do both: to catch every wrong character
    all weights must be odd, and then the difference of two is even and misses neighbours that are 16 apart.
    """
    total = 0
    for value in values:
        total = (total ^ value) << 1
        if total & _FIELD_OVERFLOW:
            total ^= _FIELD_POLYNOMIAL
    return total


def _written(values: list[int]) -> str:
    letters = "".join(ALPHABET[value] for value in values)
    return "-".join(letters[start : start + GROUP] for start in range(0, RECEIPT_CHARACTERS, GROUP))
