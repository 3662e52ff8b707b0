"""A `POST` that is repeated with its key is answered as it was the first time (api.md, Conventions).

The key belongs to (token or person, method, path). Kept are keyed hashes, the status code and the resource's id; never
the key, never the body. A key whose request was refused is free again.
"""

import hashlib
import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from fastapi import Request

from app.domain.actor import Actor
from app.domain.errors import Fault, InvalidRequest
from app.store.idempotency import KeptAnswer
from app.web.problems import HttpRefusal

HEADER = "idempotency-key"
_LONGEST_KEY = 255


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request with a key: the hashes that it is known by."""

    key_hash: str
    fingerprint: str

    def must_match(self, kept: KeptAnswer) -> KeptAnswer:
        """Return what the key was answered with. Raises `idempotency-key-reused` if that was another body."""
        if kept.fingerprint is not None and not hmac.compare_digest(kept.fingerprint, self.fingerprint):
            raise HttpRefusal("idempotency-key-reused")
        return kept


class RunningKeys:
    """The keys whose first request is still running in this process."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._running: set[str] = set()

    def attempt(self, request: Request, by: Actor) -> Attempt | None:
        """Return the attempt that a request is, or None if it brings no key. Raises InvalidRequest."""
        keys = request.headers.getlist(HEADER)
        if not keys:
            return None
        key = ", ".join(keys)  # as RFC 9110, 5.3, reads several: with its space that is no key
        if not 1 <= len(key) <= _LONGEST_KEY or not all("!" <= character <= "~" for character in key):
            sentence = "An Idempotency-Key has 1 to 255 visible ASCII characters."
            raise InvalidRequest(Fault("", "wrong_idempotency_key", sentence))
        scope = f"{by.id}\n{request.method}\n{request.url.path}\n{key}"
        return Attempt(
            key_hash=self._keyed(scope.encode()),
            fingerprint=self._keyed(_canonical(request.scope.get("parsed_body"))),
        )

    @contextmanager
    def running(self, attempt: Attempt | None) -> Iterator[None]:
        """Hold a key for as long as its request runs. Raises `request-in-progress`."""
        if attempt is None:
            yield
            return
        if attempt.key_hash in self._running:
            raise HttpRefusal("request-in-progress")
        self._running.add(attempt.key_hash)
        try:
            yield
        finally:
            self._running.discard(attempt.key_hash)

    def _keyed(self, content: bytes) -> str:
        return hmac.new(self._secret, content, hashlib.sha256).hexdigest()


def _canonical(parsed: object) -> bytes:
    """Return the bytes of a body that are the same for the same content, however it is spaced or ordered."""
    return json.dumps(parsed, sort_keys=True, separators=(",", ":")).encode()
