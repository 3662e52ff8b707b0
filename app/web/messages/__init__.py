"""What pages say, in English and Spanish: one catalogue a language, by key.

Catalogues are TOML, which the City's language staff can read and mend; tests hold that both have the same keys and the
same placeholders. The words of a status, an outcome or an activity are looked up here by every page.
"""

import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGES = ("en", "es")
_FOLDER = Path(__file__).parent


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Return a language's messages by their dotted keys: `log.title`."""
    found: dict[str, str] = {}
    for file in sorted((_FOLDER / language).glob("*.toml")):
        _flatten(tomllib.loads(file.read_text("utf-8")), file.stem, found)
    return found


def translator(language: str) -> Callable[..., str]:
    """Return `t(key, **placeholders)` for a language. An unknown key is a KeyError: a page never shows a bare key."""
    messages = catalogue(language)

    def t(key: str, **placeholders: Any) -> str:  # noqa: ANN401  # whatever can be written out
        message = messages[key]
        return message.format(**placeholders) if placeholders else message

    return t


def _flatten(tree: Mapping[str, Any], prefix: str, found: dict[str, str]) -> None:
    for name, value in tree.items():
        key = f"{prefix}.{name}"
        if isinstance(value, str):
            found[key] = value
        else:
            _flatten(value, key, found)
