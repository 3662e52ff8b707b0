"""Styles, scripts and the icon: read once, kept compressed, and addressed by what they hold.

An address carries a hash over the whole folder, so that a browser may keep it for ever, and a script that imports
another of the folder by its bare name gets the one it was written with.
"""

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "static"
_MEDIA_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is sent."""

    body: bytes
    gzipped: bytes
    etag: str
    media_type: str


@cache
def assets() -> dict[str, Asset]:
    """Return every file by its name."""
    found = {}
    for file in sorted(FOLDER.iterdir()):
        body = file.read_bytes()
        digest = hashlib.sha256(body).hexdigest()[:16]
        gzipped = gzip.compress(body, compresslevel=9, mtime=0)
        found[file.name] = Asset(body, gzipped, f'W/"{digest}"', _MEDIA_TYPES[file.suffix])
    return found


@cache
def version() -> str:
    """Return a short hash over all files."""
    told = "".join(f"{name} {asset.etag}\n" for name, asset in assets().items())
    return hashlib.sha256(told.encode()).hexdigest()[:12]


def address_of(name: str) -> str:
    """Return a file's address for as long as no file of the folder changes. Raises KeyError where there is none."""
    assets()[name]
    return f"/static/{version()}/{name}"
