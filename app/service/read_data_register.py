"""The data register: what is stored, why, for how long, and what of it the public sees.

It is written once, in app/data_register.toml; docs/data.md and GET /v1/data-register are made from it here.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from app.domain.sealed import Retention

FILE = Path(__file__).parent.parent / "data_register.toml"

# Where things are stored, in the order in which the register tells of them.
STORES = {
    "table": "Tables of the database",
    "sealed": "What is sealed in the boxes",
    "file": "Files",
    "log": "Log lines",
    "memory": "In memory, never written",
}
# What a field's `published` says that its table's does not hold for.
NEVER = "no"
_HOURS_OF_A_DAY = 24
_SECONDS_OF_AN_HOUR = 3600
_SECONDS_OF_A_MINUTE = 60


@dataclass(frozen=True, slots=True)
class Words:
    """A sentence in English and Spanish."""

    en: str
    es: str


@dataclass(frozen=True, slots=True)
class StoredField:
    """One stored field. `store` is a key of STORES, `place` a table, kind of box, folder or line.

    `published_as` says how, and how coarsely, the public or the asker sees it; None means nobody outside staff does.
    `published` tells whether the public does. `sealed` means encrypted under a key that is destroyed in time.
    """

    store: str
    place: str
    field: str
    why: Words
    kept: Words
    published: bool
    published_as: Words | None
    sealed: bool


@dataclass(frozen=True, slots=True)
class Periods:
    """What an operator has set of the periods that the register speaks of."""

    retention: Retention
    publication_delay: timedelta
    checkpoint_interval: timedelta


def read_data_register(periods: Periods) -> tuple[StoredField, ...]:
    """Return every stored field, with the periods that are set."""
    described = _described()
    return tuple(
        _stored_field(described, periods, store, place, name)
        for store in STORES
        for place, of in described[store].items()
        for name in of["field"]
    )


def as_page(register: tuple[StoredField, ...]) -> str:
    """Return the register as a page in Markdown, in English."""
    return "\n".join(["# What is stored, why, and for how long", "", _LEAD, *_sections(register)]) + "\n"


_LEAD = """\
Every field that the service stores, with the settings' defaults. *Sealed* means that it is encrypted under a key that
is destroyed when its time is over (docs/decisions/0007). What is in no line here is not stored, and what is never
collected stands in docs/decisions/0008.

This page is made from app/data_register.toml, in Spanish too at `GET /v1/data-register`:
`python -m app data-register > docs/data.md`. Tests hold it to the tables."""


def _sections(register: tuple[StoredField, ...]) -> Iterator[str]:
    heading: tuple[str, str] | None = None
    store = ""
    for each in register:
        if each.store != store:
            store = each.store
            yield f"\n## {STORES[store]}"
        if (each.store, each.place) != heading:
            heading = (each.store, each.place)
            yield f"\n### {each.place}\n\n| field | why | kept | public | sealed |\n| --- | --- | --- | --- | --- |"
        seen = each.published_as.en if each.published_as else "Never."
        yield f"| `{each.field}` | {each.why.en} | {each.kept.en} | {seen} | {'yes' if each.sealed else 'no'} |"


@lru_cache(maxsize=1)
def _described() -> Mapping[str, Any]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def _stored_field(described: Mapping[str, Any], periods: Periods, store: str, place: str, name: str) -> StoredField:
    defaults = described[store][place]
    field = {**defaults, **defaults["field"][name]}
    seen = described["published"].get(field.get("published", NEVER))
    return StoredField(
        store=store,
        place=place,
        field=name,
        why=Words(field["why_en"], field["why_es"]),
        kept=_filled_in(described["kept"][field["kept"]], periods),
        published=seen is not None and seen.get("public", True),
        published_as=None if seen is None else _filled_in(seen, periods),
        sealed=field.get("sealed", store == "sealed"),
    )


def _filled_in(sentence: Mapping[str, str], periods: Periods) -> Words:
    set_to = {
        "callback_retention": periods.retention.callback,
        "detail_retention": periods.retention.detail,
        "publication_delay": periods.publication_delay,
        "checkpoint_interval": periods.checkpoint_interval,
    }
    english = {name: length_in_words(period, "day", "hour", "minute", "second") for name, period in set_to.items()}
    spanish = {name: length_in_words(period, "día", "hora", "minuto", "segundo") for name, period in set_to.items()}
    return Words(sentence["en"].format(**english), sentence["es"].format(**spanish))


def length_in_words(period: timedelta, day: str, hour: str, minute: str, second: str) -> str:
    """Return a period in its largest whole unit, `30 days`; more than a day in days where that is exact."""
    seconds = round(period.total_seconds())
    for size, unit, least in (
        (_HOURS_OF_A_DAY * _SECONDS_OF_AN_HOUR, day, 2),
        (_SECONDS_OF_AN_HOUR, hour, 1),
        (_SECONDS_OF_A_MINUTE, minute, 1),
    ):
        if seconds % size == 0 and seconds >= least * size:
            return f"{seconds // size} {unit}{'' if seconds == size else 's'}"
    return f"{seconds} {second}{'' if seconds == 1 else 's'}"
