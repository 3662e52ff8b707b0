"""Which form of the public log a request prefers."""

import re
from functools import lru_cache

from app.service.log_formats import FORMATS

_BY_TYPE = {media_type.partition(";")[0]: name for name, media_type in FORMATS.items()}
_BY_RANGE = {"*/*": "json", "application/*": "json", "text/*": "csv"}
ALL = tuple(FORMATS)
_QUALITY = re.compile(r"q=([01](?:\.[0-9]{0,3})?)", re.ASCII)


@lru_cache(maxsize=512)
def preferred(accept: bytes, offered: tuple[str, ...] = ALL) -> str:
    """Return the offered format that an `Accept` header prefers; JSON where it names none (RFC 9110, 12.5.1)."""
    best, found = 0.0, "json"
    for part in accept.decode("latin-1").lower().split(","):
        media_type, *parameters = (each.strip() for each in part.split(";"))
        quality = next((float(given[1]) for each in parameters if (given := _QUALITY.fullmatch(each))), 1.0)
        name = _BY_TYPE.get(media_type) or _BY_RANGE.get(media_type)
        if name in offered and quality > best:
            best, found = quality, name
    return found
