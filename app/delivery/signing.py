"""Messages are signed by Standard Webhooks 1.0: HMAC-SHA256 over id, time and body, one signature for each secret."""

from collections.abc import Sequence
from datetime import UTC, datetime

from standardwebhooks import Webhook as Signer


def signed_headers(secrets: Sequence[str], message_id: str, body: str, at: datetime) -> dict[str, str]:
    """Return the headers that let a receiver verify a message; `at` is the time of this attempt.

    With several secrets (one of them on its way out) a receiver needs to know but one.
    """
    at = at.astimezone(UTC)  # the library takes another zone's time for UTC
    signatures = (Signer(secret).sign(message_id, at, body) for secret in secrets)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
