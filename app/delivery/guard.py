"""The connections of webhooks: to addresses that were checked, and with an end to what is read (security.md, 12).

A name is looked up once for a connection, every address that it leads to is checked, and the connection goes to one of
just these: a name whose address changes between check and connection gains nothing. TLS goes by the name as before.
"""

import ssl
from collections import OrderedDict
from collections.abc import Iterable
from typing import Any

import httpcore
import httpx

from app.delivery.names import Resolve
from app.domain.reach import Reach
from app.domain.webhook import MOST_WEBHOOKS

# Of one answer, its head included (security.md, 12).
READ_AT_MOST = 64 * 1024
# A connection that rests longer is closed, so that a change of address is soon heeded.
_REST_SECONDS = 15.0
_RESTING = 4
# More than there may be endpoints.
_HOSTS = 2 * MOST_WEBHOOKS


class MayNotBeReached(Exception):
    """A name leads to an address that webhooks are kept from. Its text holds neither."""


class ReadTooMuch(Exception):
    """An answer is longer than what is read of one."""


class GuardedTransport(httpx.AsyncBaseTransport):
    """Connections that the guard has checked: a few for each endpoint's host, apart from those of others.

    One pool for all would look through every connection at each message (20 endpoints: 2 ms of processor apiece).
    """

    def __init__(self, reach: Reach, look_up: Resolve, tls: ssl.SSLContext) -> None:
        self._reach, self._look_up, self._tls = reach, look_up, tls
        self._hosts: OrderedDict[tuple[str, bytes, int | None], _HostTransport] = OrderedDict()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request over its host's connections."""
        url = request.url
        host = (url.scheme, url.raw_host, url.port)
        if host not in self._hosts:
            plain = url.scheme != "https"
            self._hosts[host] = _HostTransport(self._reach, self._look_up, plain=plain, tls=self._tls)
            if len(self._hosts) > _HOSTS:
                _, longest_unused = self._hosts.popitem(last=False)
                await longest_unused.aclose()
        self._hosts.move_to_end(host)
        return await self._hosts[host].handle_async_request(request)

    async def aclose(self) -> None:
        """Close all connections."""
        while self._hosts:
            await self._hosts.popitem()[1].aclose()


class _HostTransport(httpx.AsyncHTTPTransport):
    """Connections to one host; `plain` is for http, where the operator allows it."""

    def __init__(self, reach: Reach, look_up: Resolve, *, plain: bool, tls: ssl.SSLContext) -> None:
        super().__init__(verify=tls, trust_env=False)
        # httpx names no way to bring one's own connections; httpcore, which it stands on, does.
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls,
            max_connections=None,  # each endpoint's pace bounds them (worker.py): a dead one uses up nobody else's
            max_keepalive_connections=_RESTING,
            keepalive_expiry=_REST_SECONDS,
            network_backend=GuardedBackend(reach, look_up, plain=plain),
        )


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Opens a connection to an address that was checked, and to no other."""

    def __init__(self, reach: Reach, look_up: Resolve, *, plain: bool) -> None:
        self._reach, self._look_up, self._plain = reach, look_up, plain
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  # as httpcore calls it
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to one of a host's addresses. Raises MayNotBeReached, httpcore.ConnectError."""
        try:
            addresses = await self._look_up(host, port)
        except OSError:
            raise httpcore.ConnectError from None
        try:
            permitted = self._reach.permits(host, addresses, plain=self._plain)
        except ValueError:  # a resolver's answer that is no address
            permitted = False
        if not permitted:
            raise MayNotBeReached
        failed: Exception = httpcore.ConnectError()
        for address in addresses:
            try:
                stream = await self._network.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
            else:
                return _BoundedStream(stream)
        raise failed

    async def connect_unix_socket(self, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:  # noqa: ANN401  # unused
        """Open no socket of this machine's."""
        raise MayNotBeReached

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await self._network.sleep(seconds)


class _BoundedStream(httpcore.AsyncNetworkStream):
    """A connection that reads no more than READ_AT_MOST after each thing written."""

    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream = stream
        self._left = READ_AT_MOST

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109  # as httpcore's
        if self._left <= 0:
            raise ReadTooMuch
        received = await self._stream.read(min(max_bytes, self._left), timeout)
        self._left -= len(received)
        return received

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109  # as httpcore's
        self._left = READ_AT_MOST
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109  # as httpcore's
    ) -> httpcore.AsyncNetworkStream:
        try:
            return _BoundedStream(await self._stream.start_tls(ssl_context, server_hostname, timeout))
        except BaseException:  # a deadline too: httpcore would leave the connection open
            await self._stream.aclose()
            raise

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401  # as httpcore's
        return self._stream.get_extra_info(info)
