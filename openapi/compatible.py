"""Say what a change of openapi.json would break for a program that was written against the version before.

The document is a promise. A removed path, method or response field, a new required field of a request, a removed
value of a request's enum break somebody's program, and the rest of the service's tests would not notice: they change
along with it. Usage: `python -m openapi.compatible [OLD_REVISION]`; without one, the version at the last tag, else
where this branch left the main one, else the version before the last change.

A break passes once `info.version` announces it: a raised major number, below 1.0 a raised minor number.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from openapi.schemas import Direction, Documents, breaks_of_schema

DOCUMENT = "openapi/openapi.json"
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")

Json = dict[str, Any]


def breaks(old: Json, new: Json) -> list[str]:
    """Return one sentence for each thing in `new` that a client of `old` could fail on; both are OpenAPI 3.1."""
    documents = Documents(old, new)
    found = []
    new_paths = {_unnamed(path): item for path, item in new["paths"].items()}
    for path, old_item in old["paths"].items():
        new_item = new_paths.get(_unnamed(path))
        if new_item is None:
            found.append(f"{path}: the path is gone")
            continue
        for method in METHODS:
            if method not in old_item:
                continue
            where = f"{method.upper()} {path}"
            if method not in new_item:
                found.append(f"{where}: the method is gone")
                continue
            found += _breaks_of_parameters(documents, old_item, new_item, method, where)
            found += _breaks_of_request(documents, old_item[method], new_item[method], where)
            found += _breaks_of_responses(documents, old_item[method], new_item[method], where)
    return found


def is_announced(old: Json, new: Json) -> bool:
    """Return whether the new document's version says that it breaks with the old one (semver.org 2.0.0)."""
    before, after = (_compatibility_number(document["info"]["version"]) for document in (old, new))
    return after > before


def _compatibility_number(version: str) -> tuple[int, ...]:
    major, minor = (int(number) for number in version.split(".")[:2])
    return (major, minor) if major == 0 else (major,)


def _unnamed(path: str) -> str:
    """Return the path with its parameters' names taken out: a client sends values, never the names."""
    return re.sub(r"\{[^}]*\}", "{}", path)


def _parameters(documents: Documents, side: int, item: Json, method: str) -> dict[tuple[str, str], Json]:
    listed = [*item.get("parameters", ()), *item[method].get("parameters", ())]
    resolved = [documents.resolved(side, parameter) for parameter in listed]
    return {(parameter["in"], parameter["name"]): parameter for parameter in resolved if parameter["in"] != "path"}


def _breaks_of_parameters(documents: Documents, old_item: Json, new_item: Json, method: str, where: str) -> list[str]:
    found = []
    old, new = _parameters(documents, 0, old_item, method), _parameters(documents, 1, new_item, method)
    for key, parameter in new.items():
        was_required = key in old and old[key].get("required", False)
        if parameter.get("required", False) and not was_required:
            found.append(f"{where}: the {key[0]} parameter {key[1]} is now required")
    for key, parameter in old.items():
        at = f"{where}: the {key[0]} parameter {key[1]}"
        if key not in new:
            found.append(f"{at} is gone")
        else:
            schemas = parameter.get("schema", {}), new[key].get("schema", {})
            found += breaks_of_schema(documents, *schemas, Direction.REQUEST, at)
    return found


def _breaks_of_request(documents: Documents, old: Json, new: Json, where: str) -> list[str]:
    old_body = documents.resolved(0, old.get("requestBody", {}))
    new_body = documents.resolved(1, new.get("requestBody", {}))
    found = []
    if new_body.get("required", False) and not old_body.get("required", False):
        found.append(f"{where}: a body is now required")
    return found + _breaks_of_content(documents, old_body, new_body, Direction.REQUEST, f"{where}: the body")


def _breaks_of_responses(documents: Documents, old: Json, new: Json, where: str) -> list[str]:
    found = []
    for status, old_response in old["responses"].items():
        at = f"{where}: the answer {status}"
        if status not in new["responses"]:
            # A refusal that no longer comes breaks nobody.
            found += [f"{at} is gone"] if status.startswith(("2", "3")) else []
            continue
        before = documents.resolved(0, old_response)
        after = documents.resolved(1, new["responses"][status])
        found += [
            f"{at} lost its header {name}" for name in before.get("headers", {}) if name not in after.get("headers", {})
        ]
        found += _breaks_of_content(documents, before, after, Direction.RESPONSE, at)
    return found


def _breaks_of_content(documents: Documents, old: Json, new: Json, direction: Direction, where: str) -> list[str]:
    found = []
    for media_type, old_media in old.get("content", {}).items():
        if media_type not in new.get("content", {}):
            found.append(f"{where} is no longer {media_type}")
            continue
        schemas = old_media.get("schema", {}), new["content"][media_type].get("schema", {})
        found += breaks_of_schema(documents, *schemas, direction, where)
    return found


def _git(*arguments: str) -> str | None:
    """Return what git printed, or None where it found nothing."""
    ran = subprocess.run(["git", *arguments], capture_output=True, text=True, check=False)
    return ran.stdout.strip() if ran.returncode == 0 and ran.stdout.strip() else None


def published_revision() -> str | None:
    """Return the revision whose document was promised: see the module's own words for which one that is."""
    tag = _git("describe", "--tags", "--abbrev=0")
    if tag:
        return tag
    here = _git("rev-parse", "HEAD")
    left_main = _git("merge-base", "HEAD", "origin/main")
    if left_main and left_main != here:
        return left_main
    last_change = _git("log", "-1", "--format=%H", "--", DOCUMENT)
    is_committed = _git("status", "--porcelain", "--", DOCUMENT) is None
    return f"{last_change}~1" if last_change and is_committed else last_change


def main(arguments: list[str]) -> int:
    """Print each break and return the exit status: 1 where one is not announced."""
    revision = arguments[0] if arguments else published_revision()
    published = _git("show", f"{revision}:{DOCUMENT}") if revision else None
    if published is None:
        print(f"There is no earlier {DOCUMENT} to break with.")
        return 0
    old, new = json.loads(published), json.loads(Path(DOCUMENT).read_text(encoding="utf-8"))
    found = breaks(old, new)
    for sentence in found:
        print(sentence)
    if not found:
        print(f"{DOCUMENT} breaks nothing that {revision} promised.")
        return 0
    if is_announced(old, new):
        print(f"Version {new['info']['version']} announces this against {old['info']['version']}.")
        return 0
    print(f"Mend this, or announce it with a higher version than {old['info']['version']}.", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
