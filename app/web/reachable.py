"""A webhook's URL must lead where webhooks may go: told when it is given, not when the first message fails.

The connection itself is checked again each time (delivery/guard.py); a name may come to lead elsewhere.
"""

import asyncio
from urllib.parse import urlsplit

from app.domain.errors import Fault, InvalidRequest
from app.web.service import Service

# Where a resolver is slow or silent the URL is taken: the guard checks each connection.
_LOOK_UP_SECONDS = 3.0
_PORTS = {"http": 80, "https": 443}


async def refusal_of(service: Service, url: str) -> InvalidRequest | None:
    """Return what a URL is refused by, at `/url`, where webhooks may not go; None where they may.

    The use case raises it: a repeat, an unknown endpoint and one that has changed come first in the contract's order.
    """
    reach, parts = service.settings.reach, urlsplit(url)
    host, plain = parts.hostname or "", parts.scheme == "http"
    if not reach.permits_name(host, plain=plain):
        return _refused()
    try:
        async with asyncio.timeout(_LOOK_UP_SECONDS):
            addresses = await service.look_up(host, parts.port or _PORTS[parts.scheme])
    except (TimeoutError, OSError):
        return None
    return None if reach.permits(host, addresses, plain=plain) else _refused()


def _refused() -> InvalidRequest:
    sentence = (
        "Webhooks may not go there. Give an https URL whose host is public; an operator can allow others with"
        " APP_WEBHOOK_ALLOW."
    )
    return InvalidRequest(Fault("/url", "may_not_be_reached", sentence))
