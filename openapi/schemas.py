"""Compare two JSON schemas as a client sees them: what it may send must stay welcome, what it reads must stay there.

The two directions mirror each other: a request may become wider, a response narrower, never the reverse.
Covered is what pydantic writes (JSON Schema 2020-12: types, enums, objects, arrays, alternatives, bounds).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

Json = dict[str, Any]

# A request's bound that rises, or falls, refuses what was welcome.
LOWER_BOUNDS = ("minLength", "minimum", "exclusiveMinimum", "minItems", "minProperties")
UPPER_BOUNDS = ("maxLength", "maximum", "exclusiveMaximum", "maxItems", "maxProperties")
# Words that must stay as they were; a new one may refuse what was welcome, too.
FIXED = ("pattern", "format", "multipleOf")


class Direction(Enum):
    """Who sends what the schema describes."""

    REQUEST = "request"
    RESPONSE = "response"


@dataclass
class Documents:
    """The old and the new document, and the pairs of schemas whose comparison is under way.

    A schema may contain itself; nodes are told apart by identity, which holds while the documents do.
    """

    old: Json
    new: Json
    under_way: set[tuple[int, int, Direction]] = field(default_factory=set)

    def resolved(self, side: int, node: Json) -> Json:
        """Return what `node` refers to in the old (0) or new (1) document, or `node` itself."""
        while "$ref" in node:
            target: Any = (self.old, self.new)[side]
            for step in node["$ref"].removeprefix("#/").split("/"):
                target = target[step.replace("~1", "/").replace("~0", "~")]
            node = target
        return node


def breaks_of_schema(documents: Documents, old: Json, new: Json, direction: Direction, where: str) -> list[str]:
    """Return one sentence, each beginning with `where`, for each way in which `new` breaks with `old`."""
    comparison = id(old), id(new), direction
    if comparison in documents.under_way:
        return []
    documents.under_way.add(comparison)
    try:
        return _breaks_of_alternatives(documents, old, new, direction, where)
    finally:
        documents.under_way.remove(comparison)


def _breaks_of_alternatives(documents: Documents, old: Json, new: Json, direction: Direction, where: str) -> list[str]:
    old_forms, new_forms = _alternatives(documents, 0, old), _alternatives(documents, 1, new)
    if direction is Direction.RESPONSE:
        # Every form that may now arrive must be one that the client knows.
        pairs = [[(old_form, new_form) for old_form in old_forms] for new_form in new_forms]
    else:
        pairs = [[(old_form, new_form) for new_form in new_forms] for old_form in old_forms]
    found: list[str] = []
    for candidates in pairs:
        # An alternative may have moved: the one of its type that it matches best is the one it became.
        likely = [pair for pair in candidates if pair[0].get("type") == pair[1].get("type")] or candidates
        fewest: list[str] = min((_breaks_of_form(documents, *pair, direction, where) for pair in likely), key=len)
        found += fewest
    return found


def _alternatives(documents: Documents, side: int, schema: Json) -> list[Json]:
    """Return the schema's alternatives, each with one type at most, its references followed."""
    schema = documents.resolved(side, schema)
    for word in ("anyOf", "oneOf"):
        if word in schema:
            return [form for part in schema[word] for form in _alternatives(documents, side, part)]
    if "allOf" in schema:
        return [_merged([documents.resolved(side, part) for part in schema["allOf"]])]
    if isinstance(schema.get("type"), list):
        return [{**schema, "type": name} for name in schema["type"]]
    return [schema]


def _merged(parts: list[Json]) -> Json:
    merged: Json = {}
    for part in parts:
        properties = {**merged.get("properties", {}), **part.get("properties", {})}
        required = [*merged.get("required", ()), *part.get("required", ())]
        merged = {**merged, **part, "properties": properties, "required": required}
    return merged


def _breaks_of_form(documents: Documents, old: Json, new: Json, direction: Direction, where: str) -> list[str]:
    wide, narrow = (new, old) if direction is Direction.REQUEST else (old, new)
    kinds = wide.get("type"), narrow.get("type")
    if kinds[0] is not None and kinds[0] != kinds[1] and kinds != ("number", "integer"):
        return [f"{where} was {_named(old)} and is now {_named(new)}"]
    found = _breaks_of_values(wide, narrow, direction, where)
    if direction is Direction.REQUEST:
        found += _breaks_of_bounds(old, new, where)
    found += _breaks_of_fields(documents, old, new, direction, where)
    for word in ("items", "additionalProperties"):
        if isinstance(old.get(word), dict) and isinstance(new.get(word), dict):
            found += breaks_of_schema(documents, old[word], new[word], direction, f"{where}[]")
    return found


def _named(schema: Json) -> str:
    return str(schema.get("type", "any value"))


def _values(schema: Json) -> set[str] | None:
    """Return the only values allowed, as JSON, or None where any is."""
    values = [schema["const"]] if "const" in schema else schema.get("enum")
    return None if values is None else {json.dumps(value) for value in values}


def _breaks_of_values(wide: Json, narrow: Json, direction: Direction, where: str) -> list[str]:
    allowed, used = _values(wide), _values(narrow)
    if allowed is None:
        return []
    if used is None:
        return [f"{where} no longer takes any value" if direction is Direction.REQUEST else f"{where} may be any value"]
    said = "no longer takes" if direction is Direction.REQUEST else "may now be"
    return [f"{where} {said} {value}" for value in sorted(used - allowed)]


def _breaks_of_bounds(old: Json, new: Json, where: str) -> list[str]:
    found = []
    for word in (*LOWER_BOUNDS, *UPPER_BOUNDS):
        if word not in new:
            continue
        is_tighter = word not in old or (new[word] > old[word] if word in LOWER_BOUNDS else new[word] < old[word])
        if is_tighter:
            found.append(f"{where} has a tighter {word}")
    return found + [f"{where} has another {word}" for word in FIXED if word in new and new[word] != old.get(word)]


def _breaks_of_fields(documents: Documents, old: Json, new: Json, direction: Direction, where: str) -> list[str]:
    old_fields, new_fields = old.get("properties", {}), new.get("properties", {})
    was_required, is_required = set(old.get("required", ())), set(new.get("required", ()))
    is_request = direction is Direction.REQUEST
    found = []
    if is_request and new.get("additionalProperties") is False and old.get("additionalProperties") is not False:
        found.append(f"{where} no longer takes further fields")
    for name in sorted(is_required - was_required if is_request else was_required - is_required):
        if is_request:
            found.append(f"{where}.{name} is now required")
        elif name in new_fields:
            found.append(f"{where}.{name} may now be absent")
    for name, schema in old_fields.items():
        if name in new_fields:
            found += breaks_of_schema(documents, schema, new_fields[name], direction, f"{where}.{name}")
        elif not is_request or new.get("additionalProperties") is False:
            found.append(f"{where}.{name} is gone")
    return found
