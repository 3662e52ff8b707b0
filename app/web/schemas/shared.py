"""What several of the API's models share."""

from collections.abc import Sequence

from pydantic import AfterValidator

from app.web.fields import (
    Output,
    refused,
)


def _each_once(values: Sequence[object] | None) -> Sequence[object] | None:
    if values is not None and len(set(values)) != len(values):
        raise refused("repeated", "Name each one once.")
    return values


Once = AfterValidator(_each_once)


class AnswerView(Output):
    """The sentence that the asker is given, in both languages."""

    en: str
    es: str
