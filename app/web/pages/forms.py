"""What a form of ours sends: small, once each, in time."""

import asyncio
from collections.abc import Mapping
from urllib.parse import parse_qs

from fastapi import Request
from starlette.requests import ClientDisconnect

from app.web.problems import HttpRefusal

_FORM_BYTES = 16 * 1024
_FORM_SECONDS = 15


async def form_of(request: Request) -> Mapping[str, str]:
    """Return the fields of a form of ours, each once. Raises `too-large`, `invalid-request`."""
    chunks, size = [], 0
    try:
        async with asyncio.timeout(_FORM_SECONDS):
            async for chunk in request.stream():
                size += len(chunk)
                if size > _FORM_BYTES:
                    raise HttpRefusal("too-large", headers={"Connection": "close"})
                chunks.append(chunk)
    except TimeoutError:
        raise ClientDisconnect from None
    try:
        fields = parse_qs(b"".join(chunks).decode("ascii"), keep_blank_values=True, max_num_fields=50, errors="strict")
    except ValueError:
        raise HttpRefusal("invalid-request") from None
    return {name: values[0] for name, values in fields.items()}
