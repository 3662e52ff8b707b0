"""The words of the pages: complete in both languages, used, and typeset as each language is."""

import re
import string
from enum import StrEnum
from pathlib import Path

import pytest

from app.domain.actor import ByRole
from app.domain.call import Agency
from app.domain.event import Kind
from app.domain.inquiry import Activity, AnswerMethod, AreaCommand, Channel, Flag, Marking, Source, WithdrawalReason
from app.domain.report import By
from app.domain.screening import Category
from app.domain.status import Outcome, Status
from app.service.read_data_register import STORES
from app.web.messages import LANGUAGES, catalogue

APP = Path(__file__).parent.parent / "app"
ENGLISH, SPANISH = catalogue("en"), catalogue("es")
# The words of the contract, and of each its enumeration.
CONTRACT: dict[str, list[str]] = {
    "words.status": [*Status, "unsettled"],
    "words.outcome": list(Outcome),
    "words.agency": list(Agency),
    "words.source": list(Source),
    "words.channel": list(Channel),
    "words.area_command": list(AreaCommand),
    "words.activity": list(Activity),
    "words.marking": list(Marking),
    "words.method": list(AnswerMethod),
    "words.reason": list(WithdrawalReason),
    "words.flag": list(Flag),
    "words.role": list(ByRole),
    "public.category": list(Category),
    "public.language": list(LANGUAGES),
    "public.reports": list(By),
    "public.entry.ended": list(Outcome),
    "public.entry.agency": list(Agency),
    "public.entry.asked": list(Source),
    "public.about.store": list(STORES),
    "notices.event": [
        "inquiry_logged",
        "call_outcome_recorded",
        "inquiry_status_changed",
        "alert_city_facility",
        "alert_possible_impersonation",
    ],
    "console.event": [kind.replace(":", "_") for kind in Kind],
}
_SOURCES = "\n".join(file.read_text("utf-8") for kind in ("*.py", "*.html", "*.js") for file in sorted(APP.rglob(kind)))
QUOTED = set(re.findall(r"[\"'`]([\w.-]+)(?=[\"'`])", _SOURCES)) | set(re.findall(r"words\.(\w+)", _SOURCES))
# Beginnings of keys that something is put after: by `~` or `+`, or in braces.
JOINED = set(re.findall(r"[\"'`]([\w.]+[._])(?=[\"'] [~+]|[{$])", _SOURCES))


def placeholders(message: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(message) if name is not None}


def of_contract(key: str) -> bool:
    return any(re.fullmatch(rf"{re.escape(prefix)}[._]({'|'.join(words)})", key) for prefix, words in CONTRACT.items())


def is_used(key: str) -> bool:
    """Tell whether the sources name a key: whole, or its parts, as `"public.home." ~ name` and the name do."""
    short = key.removeprefix("console.js.")  # as the console's scripts call them
    return any(_is_named(each) for each in {key, short}) or of_contract(key)


def _is_named(key: str) -> bool:
    cuts = [place for place in range(1, len(key)) if key[place - 1] in "._"]
    return key in QUOTED or any(key[:cut] in JOINED and (key[cut:].isdigit() or key[cut:] in QUOTED) for cut in cuts)


def test_both_languages_have_the_same_messages():
    assert set(ENGLISH) == set(SPANISH)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_message_is_empty_or_ends_in_space(language):
    assert [
        key for key, message in catalogue(language).items() if not message.strip() or message != message.strip()
    ] == []


def test_a_message_has_the_same_placeholders_in_both_languages():
    differing = [key for key in ENGLISH if placeholders(ENGLISH[key]) != placeholders(SPANISH[key])]

    assert differing == []


def test_every_message_is_used():
    assert [key for key in ENGLISH if not is_used(key)] == []


def test_a_key_that_nobody_uses_would_be_found():
    assert not is_used("public.home.nobody_uses_this")
    assert not is_used("words.status.unheard_of")


@pytest.mark.parametrize(
    ("prefix", "word"),
    [(prefix, word) for prefix, words in CONTRACT.items() for word in words if prefix != "console.event"],
    ids=str,
)
def test_every_word_of_the_contract_has_its_words_in_both_languages(prefix, word):
    for language in LANGUAGES:
        messages = catalogue(language)
        assert f"{prefix}.{word}" in messages or f"{prefix}_{word}" in messages


@pytest.mark.parametrize("enum", [Status, Outcome, Agency, Source, Channel, AreaCommand, Activity, Marking])
def test_no_list_of_the_catalogue_has_a_word_that_the_contract_lacks(enum):
    assert issubclass(enum, StrEnum)
    prefix = next(prefix for prefix, words in CONTRACT.items() if set(enum) <= set(words))
    told = {key.removeprefix(f"{prefix}.") for key in ENGLISH if key.startswith(f"{prefix}.")}

    assert told <= {*CONTRACT[prefix]}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_message_leaves_the_plural_to_whoever_reads_it(language):
    either = re.compile(r"\w\((?:s|es|n|as|os)\)")

    assert [key for key, message in catalogue(language).items() if either.search(message)] == []


SPANISH_OPENS = {"?": "¿", "!": "¡"}
# Words that have an accent wherever the pages use them.
WITHOUT_ITS_ACCENT = re.compile(
    r"\b(numero|telefono|codigo|despues|tambien|operacion|informacion|direccion|linea|publico|todavia|ningun|asi|"
    r"migratoria?s situacion|situacion|correccion|actualizacion|pagina|boton|dia|dias|aqui|ahi|segun|recien|unico|"
    r"agencia?s? policia|policia|oficina?s? inmigracion|inmigracion|mas de|esta aqui|podra|sera|recibio|llamo|"
    r"confirmo|espanol|ingles|ultimo|proximo|vehiculo|vehiculos|descripcion|seccion|sesion)\b",
    re.IGNORECASE,
)


def test_spanish_questions_and_exclamations_are_opened():
    for key, message in SPANISH.items():
        for closing, opening in SPANISH_OPENS.items():
            without_code = re.sub(r"\?lang=|\? lista|pulse \?|\(\?\)|^\?$", "", message)
            assert without_code.count(closing) <= without_code.count(opening) + _alone(message, closing), (key, message)


def _alone(message: str, sign: str) -> int:
    """Count a sign that names a key of the console, `; ? lists all`."""
    return len(re.findall(rf"(?<!\S){re.escape(sign)}", message))


def test_spanish_has_its_accents():
    assert [(key, found[0]) for key, message in SPANISH.items() if (found := WITHOUT_ITS_ACCENT.search(message))] == []


def test_the_accent_test_can_fail():
    assert WITHOUT_ITS_ACCENT.search("Su numero de telefono")


def test_spanish_quotes_as_spanish_does():
    assert [key for key, message in SPANISH.items() if "“" in message or "”" in message] == []


def test_the_asker_is_addressed_formally():
    familiar = re.compile(r"\b(tú|tu|tus|puedes|tienes|quieres|llámanos|haz|escribe tu|ingresa tu)\b", re.IGNORECASE)

    assert [(key, found[0]) for key, message in SPANISH.items() if (found := familiar.search(message))] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_link_says_where_it_leads(language):
    vague = re.compile(
        r"\b(click here|haga clic|read more|más información aquí|this link|este enlace)\b", re.IGNORECASE
    )
    found = {key for key, message in catalogue(language).items() if vague.search(message)}

    assert {key for key in found if not key.startswith("console.link.")} == set()


def test_a_message_is_not_the_same_in_both_languages_unless_it_is_a_name():
    same = {
        key
        for key in ENGLISH
        if ENGLISH[key] == SPANISH[key] and len(re.findall(r"[^\W\d_]{3,}", re.sub(r"{\w+}", "", ENGLISH[key]))) > 2
    }

    assert same == set()


@pytest.mark.parametrize("key", [key for key, message in ENGLISH.items() if "area command" in message.lower()])
def test_an_area_command_has_one_name_in_spanish(key):
    assert "comando de área" in SPANISH[key].lower()
