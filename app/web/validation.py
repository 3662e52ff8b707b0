"""From what pydantic found to what a client is told: where, what, and how to mend it; never the value."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.domain.errors import Fault

# pydantic's word -> our stable code and sentence; `{…}` are limits of our own models, never anything submitted.
_SENTENCES: Mapping[str, tuple[str, str]] = {
    "missing": ("required", "This field is required."),
    "extra_forbidden": ("unknown_field", "There is a field here that this service does not know. Leave it out."),
    "enum": ("not_listed", "Use one of: {expected}."),
    "literal_error": ("not_listed", "Use one of: {expected}."),
    "string_too_long": ("too_long", "At most {max_length} characters."),
    "string_too_short": ("too_short", "At least {min_length} characters."),
    "string_type": ("wrong_type", "Give a text."),
    "string_unicode": ("not_unicode", "Give a text of whole Unicode characters."),
    "string_pattern_mismatch": ("wrong_form", "This is not of the form that the API's document gives."),
    "int_type": ("wrong_type", "Give a whole number."),
    "int_parsing": ("wrong_type", "Give a whole number."),
    "int_from_float": ("wrong_type", "Give a whole number."),
    "int_parsing_size": ("out_of_range", "This number is too large."),
    "float_type": ("wrong_type", "Give a number."),
    "float_parsing": ("wrong_type", "Give a number."),
    "finite_number": ("out_of_range", "Give a finite number."),
    "bool_type": ("wrong_type", "Give true or false."),
    "bool_parsing": ("wrong_type", "Give true or false."),
    "greater_than_equal": ("out_of_range", "Give {ge} or more."),
    "less_than_equal": ("out_of_range", "Give {le} or less."),
    "greater_than": ("out_of_range", "Give more than {gt}."),
    "less_than": ("out_of_range", "Give less than {lt}."),
    "too_long": ("too_many", "At most {max_length} of them."),
    "too_short": ("too_few", "At least {min_length} of them."),
    "list_type": ("wrong_type", "Give a list."),
    "model_type": ("wrong_type", "Give an object."),
    "model_attributes_type": ("wrong_type", "Give an object."),
    "dict_type": ("wrong_type", "Give an object."),
    "json_invalid": ("not_json", "This is not JSON."),
}
# Errors that our own validators raise carry their code and sentence themselves, prefixed so.
OWN = "own:"


def faults_of(errors: Sequence[Any]) -> list[Fault]:
    """Return the faults of a validation's errors, each place and code once."""
    found = [_fault(error) for error in errors]
    return list(dict.fromkeys(found))


def unknown_fields(errors: Sequence[Any]) -> set[tuple[str, str]]:
    """Return the parent's pointer and the name of each field that the model does not know. Names are never told."""
    locs = [tuple(error["loc"])[1:] for error in errors if error["type"] == "extra_forbidden"]
    return {("".join(f"/{part}" for part in parent), str(name)) for *parent, name in locs}


def _fault(error: Mapping[str, Any]) -> Fault:
    kind = error["type"]
    loc = tuple(error["loc"])[1:]  # without "body", "query" …
    if kind == "extra_forbidden":
        loc = loc[:-1]  # the name is the client's own
    pointer = "".join(f"/{part}" for part in loc)
    if kind.startswith(OWN):
        return Fault(pointer, kind.removeprefix(OWN), error["msg"])
    context = error.get("ctx", {})
    if kind == "too_long" and context.get("field_type") == "Value":  # a text that a validator of ours has read
        kind = "string_too_long"
    code, sentence = _SENTENCES.get(kind, ("invalid", "This value cannot be used."))
    return Fault(pointer, code, sentence.format(**_limits(context)))


def _limits(context: Mapping[str, Any]) -> dict[str, str]:
    """Return the limits that a sentence may name: our models' own."""
    names = ("expected", "max_length", "min_length", "ge", "le", "gt", "lt")
    return {name: str(context[name]).replace("'", "") for name in names if name in context}
