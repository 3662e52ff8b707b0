"""What the screen says of a passage: its kind, its place, and what to write instead. Never the passage itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Category(StrEnum):
    """The kinds of detail that are never collected (policy of the executive order, section 10)."""

    IMMIGRATION_STATUS = "immigration_status"
    NATIONALITY_ORIGIN = "nationality_origin"
    IDENTITY = "identity"


_DETAILS = {
    (Category.IMMIGRATION_STATUS, "en"): (
        "Take out what is said about a person's immigration or citizenship status. "
        "Say what the agents did, where and when."
    ),
    (Category.IMMIGRATION_STATUS, "es"): (
        "Quite lo que se dice sobre la situación migratoria o la ciudadanía de una persona. "
        "Diga qué hicieron los agentes, dónde y cuándo."
    ),
    (Category.NATIONALITY_ORIGIN, "en"): (
        "Take out nationality, place of origin, ethnicity, race, skin colour, language or accent. "
        "Say what the agents did; clothing and a rough age are enough to describe a person."
    ),
    (Category.NATIONALITY_ORIGIN, "es"): (
        "Quite la nacionalidad, el lugar de origen, la etnia, la raza, el color de piel, el idioma o el acento. "
        "Diga qué hicieron los agentes; la ropa y la edad aproximada bastan para describir a una persona."
    ),
    (Category.IDENTITY, "en"): (
        "Take out what tells who a person is: a name, a date of birth, a number, a private plate, a contact or a home "
        "unit. Say what the agents did, and where."
    ),
    (Category.IDENTITY, "es"): (
        "Quite lo que dice quién es una persona: nombre, fecha de nacimiento, número, placa particular, teléfono o "
        "correo, o el número de su vivienda. Diga qué hicieron los agentes y dónde."
    ),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """A passage to take out.

    `start` and `end` (excluded) count the Unicode code points of the text as it was submitted. `language` is the
    language of the words that were recognised, "en" or "es".
    """

    category: Category
    start: int
    end: int
    language: str

    @property
    def detail(self) -> str:
        """What to take out and what to write instead, in the language of the passage."""
        return self.detail_in(self.language)

    def detail_in(self, language: str) -> str:
        """Return what to take out and what to write instead, in "en" or "es"; never a word of the text."""
        return _DETAILS[self.category, "es" if language == "es" else "en"]
