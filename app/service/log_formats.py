"""The forms of the public log: JSON as it is stored, CSV for spreadsheets, GeoJSON for maps, Atom for feed readers."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import orjson

from app.domain.log_export import CSV_FIELDS, SHORT_CSV_FIELDS, csv_cells
from app.domain.status import Status
from app.store.log import LogRow

FORMATS: Mapping[str, str] = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "geojson": "application/geo+json",
    "atom": "application/atom+xml; charset=utf-8",
}

# A status as everywhere that people read it; the pages' own words are held to be the same by a test.
STATUS_IN_WORDS: Mapping[str, str] = {
    Status.OPEN: "Open",
    Status.CALLING: "Calling ICE",
    Status.AWAITING_ICE: "Awaiting ICE",
    Status.CONFIRMED: "Confirmed",
    Status.NOT_ICE: "Not ICE",
    Status.UNCONFIRMED: "Unconfirmed",
    Status.WITHDRAWN: "Withdrawn",
    "unsettled": "Unsettled",
}


def as_json(rows: Sequence[LogRow], following: str | None) -> bytes:
    """Return a page."""
    items = ",".join(row.entry for row in rows)
    return f'{{"items":[{items}],"next":{_text(following)}}}'.encode()


def _text(value: str | None) -> str:
    return orjson.dumps(value).decode()


def as_csv(rows: Iterable[LogRow], *, short: bool, with_header: bool = True) -> bytes:
    """Return rows of a table, after their header."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    if with_header:
        writer.writerow(SHORT_CSV_FIELDS if short else CSV_FIELDS)
    writer.writerows(csv_cells(orjson.loads(row.entry), short=short) for row in rows)
    return text.getvalue().encode()


def as_geojson(rows: Sequence[LogRow], following: str | None) -> bytes:
    """Return a FeatureCollection (RFC 7946). A cell's centre stands for some 500 m; where none is told it is null."""
    features = ",".join(
        f'{{"type":"Feature","id":"{_number(row)}","geometry":{_geometry(row)},"properties":{row.entry}}}'
        for row in rows
    )
    return f'{{"type":"FeatureCollection","features":[{features}],"next":{_text(following)}}}'.encode()


def _number(row: LogRow) -> str:
    return str(orjson.loads(row.entry)["number"])


def _geometry(row: LogRow) -> str:
    if row.latitude is None or row.longitude is None:
        return "null"
    return f'{{"type":"Point","coordinates":[{row.longitude!r},{row.latitude!r}]}}'


def as_atom(rows: Sequence[LogRow], origin: str, updated: str, narrowing: str = "") -> bytes:
    """Return a feed (RFC 4287) of the entries that changed last. `updated` is an RFC 3339 time.

    `narrowing` is the query of a feed that tells some entries only: a feed of its own, so with its own id and address.
    """
    own = f"{narrowing}&format=atom" if narrowing else "format=atom"
    entries = "".join(_atom_entry(orjson.loads(row.entry), minute(row.updated_at), origin) for row in rows)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">\n'
        f"<id>{escape(f'https://{origin}/v1/log' + (f'?{narrowing}' if narrowing else ''))}</id>\n"
        "<title>APD: is it federal immigration enforcement? What was asked, and what ICE answered</title>\n"
        f"<updated>{updated}</updated>\n"
        "<author><name>Albuquerque Police Department</name></author>\n"
        f'<link rel="self" type="application/atom+xml" href={quoteattr(f"/v1/log?{own}")}/>\n'
        '<link rel="alternate" type="text/html" href="/"/>\n'
        f"{entries}</feed>\n"
    ).encode()


def minute(written: str) -> str:
    """Return a stored time cut to the minute."""
    return f"{written[:16]}:00Z"


def _atom_entry(entry: Mapping[str, Any], updated: str, origin: str) -> str:
    number = entry["number"]
    title, summary = _told(entry)
    return (
        "<entry>\n"
        f"<id>https://{escape(origin)}/v1/log/{number}</id>\n"
        f"<title>{escape(title)}</title>\n"
        f"<updated>{updated}</updated>\n"
        + (f"<published>{entry['published_at']}</published>\n" if "published_at" in entry else "")
        + f'<link rel="alternate" type="text/html" href={quoteattr(f"/log/{number}")}/>\n'
        f'<link rel="related" type="application/json" href={quoteattr(f"/v1/log/{number}")}/>\n'
        f"<summary>{escape(summary)}</summary>\n"
        "</entry>\n"
    )


def _told(entry: Mapping[str, Any]) -> tuple[str, str]:
    status = STATUS_IN_WORDS[entry["status"]]
    if "answer" not in entry:
        reason = (entry["reason"] or "").replace("_", " ")
        return f"{entry['number']}: {status}", f"Asked on {entry['day']}. {status}{f': {reason}' if reason else ''}."
    place = entry["block"] or f"{entry['area_command']} area command"
    return f"{entry['number']}: {status}, {place}", entry["answer"]["en"]
