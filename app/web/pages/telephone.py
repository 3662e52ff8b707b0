"""The number that people are told to call, as they read it and as their telephone dials it."""

from dataclasses import dataclass
from functools import lru_cache

import phonenumbers

_HERE = "US"


@dataclass(frozen=True, slots=True)
class Telephone:
    """`shown` is for people; `dialled` is what a link dials, None where the setting is no number but words."""

    shown: str
    dialled: str | None


@lru_cache(maxsize=8)
def telephone(setting: str) -> Telephone | None:
    """Return the number of a setting, `+15055550100`, `(505) 555-0100` or `311`; None where none is set."""
    if not setting.strip():
        return None
    try:
        number = phonenumbers.parse(setting, _HERE)
    except phonenumbers.NumberParseException:
        number = None
    if number is not None and phonenumbers.is_possible_number(number):
        form = phonenumbers.PhoneNumberFormat
        return Telephone(
            phonenumbers.format_number(number, form.NATIONAL), phonenumbers.format_number(number, form.E164)
        )
    digits = setting.strip()
    return Telephone(digits, digits if digits.isdecimal() else None)
