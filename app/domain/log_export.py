"""An entry of the public log as a row of a table, for spreadsheets."""

from collections.abc import Mapping
from typing import Any

CSV_FIELDS = (
    "number", "asked_at", "observed_at", "block", "area_command", "activity", "source", "outlet", "status",
    "answer_en", "answer_es", "calls", "first_call_at", "last_call_at", "last_outcome", "last_agency",
    "minutes_to_call", "minutes_to_answer", "late", "corrections", "last_corrected_at", "alerts",
    "published_at", "updated_at",
)  # fmt: skip
SHORT_CSV_FIELDS = ("number", "day", "status", "reason", "replaced_by")
# A spreadsheet would take a cell that begins so for a formula, and run it.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_cells(entry: Mapping[str, Any], *, short: bool) -> tuple[object, ...]:
    """Return the cells of an entry, in the order of the fields; None is an empty cell.

    `calls`, `corrections` and `alerts` are counts, and of calls and corrections the last one is told. There are no
    coordinates: GeoJSON has them.
    """
    if short:
        return tuple(entry[name] for name in SHORT_CSV_FIELDS)
    answer, calls, corrections = entry["answer"], entry["calls"], entry["corrections"]
    last = calls[-1] if calls else {"placed_at": None, "outcome": None, "agency": None}
    return (
        entry["number"],
        entry["asked_at"],
        entry["observed_at"],
        without_formula(entry["block"]),
        entry["area_command"],
        entry["activity"],
        entry["source"],
        without_formula(entry["outlet"]),
        entry["status"],
        without_formula(answer["en"]),
        without_formula(answer["es"]),
        len(calls),
        calls[0]["placed_at"] if calls else None,
        last["placed_at"],
        last["outcome"],
        last["agency"],
        entry["minutes_to_call"],
        entry["minutes_to_answer"],
        "true" if entry["late"] else "false",
        len(corrections),
        corrections[-1]["corrected_at"] if corrections else None,
        len(entry["alerts"]),
        entry["published_at"],
        entry["updated_at"],
    )


def without_formula(text: str | None) -> str | None:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text and text.startswith(_FORMULA) else text
