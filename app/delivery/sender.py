"""Sends one message to one endpoint and says what came of it. Nothing of an answer but its status is kept.

Only 2xx is a success; no redirect is followed, nothing is decompressed, at most 64 KiB are read, and all of it has 15
seconds (security.md, 12).
"""

import asyncio
import ssl
from collections.abc import Mapping

import httpx

from app.delivery.guard import GuardedTransport, MayNotBeReached, ReadTooMuch
from app.delivery.names import Resolve, resolve
from app.domain.delivery import Attempt, Result, result_of_status
from app.domain.reach import Reach

DEADLINE_SECONDS = 15.0
_HEADERS = {
    "content-type": "application/json",
    "accept": "*/*",
    "accept-encoding": "identity",
    "user-agent": "ice-confirmation-webhooks/1.0",
}


class Sender:
    """Sends over connections that are kept for the next message."""

    def __init__(
        self,
        reach: Reach,
        *,
        look_up: Resolve = resolve,
        tls: ssl.SSLContext | None = None,
        deadline_seconds: float = DEADLINE_SECONDS,
    ) -> None:
        tls = tls or httpx.create_ssl_context()
        self._deadline = deadline_seconds
        self._client = httpx.AsyncClient(
            transport=GuardedTransport(reach, look_up, tls),
            headers=_HEADERS,
            timeout=None,  # noqa: S113  # the deadline below is for the whole
            follow_redirects=False,
            trust_env=False,
        )

    async def send(self, url: str, headers: Mapping[str, str], body: str) -> Attempt:
        """Post a message and return what came of it; raises nothing of the network's."""
        try:
            async with asyncio.timeout(self._deadline):
                return await self._post(url, headers, body)
        except TimeoutError:
            return Attempt(Result.TIMED_OUT)
        except MayNotBeReached:
            return Attempt(Result.MAY_NOT_BE_REACHED)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            return Attempt(Result.BAD_CERTIFICATE if _is_certificates(error) else Result.NO_CONNECTION)
        except (httpx.HTTPError, httpx.InvalidURL, ReadTooMuch, OSError, ssl.SSLError):
            return Attempt(Result.BROKEN_ANSWER)

    async def _post(self, url: str, headers: Mapping[str, str], body: str) -> Attempt:
        request = self._client.build_request("POST", url, content=body.encode(), headers=headers)
        response = await self._client.send(request, stream=True)
        try:
            attempt = Attempt(result_of_status(response.status_code), response.status_code)
            # The rest is read only to keep the connection for the next message.
            async for _ in response.aiter_raw():
                pass
        except (httpx.HTTPError, ReadTooMuch):
            pass  # the answer's head was whole, and said what it had to say
        finally:
            await response.aclose()
        return attempt

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()


def _is_certificates(error: BaseException) -> bool:
    """Tell whether a connection failed by the endpoint's certificate."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return True
        cause = cause.__cause__ or cause.__context__
    return False
