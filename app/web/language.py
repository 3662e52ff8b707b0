"""The language that a reader prefers, of those that the pages speak."""

from functools import lru_cache

from app.web.messages import LANGUAGES


@lru_cache(maxsize=512)
def preferred_language(accept_language: str) -> str:
    """Return `en` or `es`, as an `Accept-Language` header prefers; English where it names neither (RFC 9110)."""
    preferred = [_preference(part) for part in accept_language.split(",") if part.strip()]
    known = [(quality, tag) for quality, tag in preferred if tag in LANGUAGES and quality > 0]
    return max(known, key=lambda pair: pair[0])[1] if known else "en"


def _preference(part: str) -> tuple[float, str]:
    tag, _, weight = part.partition(";")
    try:
        quality = float(weight.strip().removeprefix("q=") or 1)
    except ValueError:
        quality = 0.0
    return quality, tag.strip().lower().partition("-")[0]
