"""How often one address may look something up, so that the public cannot slow the dispatchers down.

Counted in this process alone; a proxy in front of several counts for all.
"""

import math
import time
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from starlette.requests import HTTPConnection
from starlette.types import Scope

from app.settings import Network
from app.web.problems import HttpRefusal

# Unknown receipts from everywhere together: whoever tries codes from many addresses is slowed down all the same.
UNKNOWN_TIMES = 20
# Wrong tokens from one address. 256 random bits are not guessed; this keeps the attempts from costing much.
WRONG_TOKENS = parse("600/minute")
_IPV6_SITE = 64  # bits of an IPv6 address that name one customer


class Limits:
    """The counters of this process."""

    def __init__(self, public_rate: RateLimitItem, trusted_proxies: Sequence[Network]) -> None:
        self._public = public_rate
        self._unknown = type(public_rate)(public_rate.amount * UNKNOWN_TIMES, public_rate.multiples)
        self._trusted = trusted_proxies
        self._limiter = FixedWindowRateLimiter(MemoryStorage())

    def look_up(self, connection: HTTPConnection) -> None:
        """Count a look-up by receipt. Raises `rate-limited`."""
        self._count(self._public, "look-up", self.client(connection))

    def may_look_up(self, connection: HTTPConnection) -> bool:
        """Count a look-up by receipt, and tell whether it is one too many."""
        return self._limiter.hit(self._public, "look-up", self.client(connection))

    def look_up_of_unknown(self) -> None:
        """Count a look-up of a receipt that there is not. Raises `rate-limited`."""
        self._count(self._unknown, "unknown", "everybody")

    def wrong_token(self, connection: HTTPConnection) -> None:
        """Count a token that is not known, revoked or expired. Raises `rate-limited`."""
        self._count(WRONG_TOKENS, "wrong token", self.client(connection))

    def client(self, connection: HTTPConnection) -> str:
        """Return the IPv4 address or IPv6 /64 that a request comes from, as far as trusted proxies tell it."""
        address = read_address(connection.client.host if connection.client else "")
        # A proxy may add a line of its own below the one that the client sent: together they are one list.
        lines = ",".join(connection.headers.getlist("x-forwarded-for"))
        forwarded = [part.strip() for part in lines.split(",")]
        # From the nearest hop outwards: the first address that is no proxy of ours is the client's.
        while forwarded and address is not None and self._is_trusted(address):
            address = read_address(forwarded.pop()) or address
        if isinstance(address, IPv6Address):
            return str(ip_network((address, _IPV6_SITE), strict=False))
        return str(address)

    def is_behind_tls(self, scope: Scope) -> bool:
        """Tell whether a trusted proxy says that a request's client reached it over TLS."""
        if not self._trusted:  # asked of each request
            return False
        connection = HTTPConnection(scope)
        address = read_address(connection.client.host if connection.client else "")
        told = connection.headers.get("x-forwarded-proto", "").rpartition(",")[2].strip().lower()
        return told == "https" and address is not None and self._is_trusted(address)

    def _is_trusted(self, address: IPv4Address | IPv6Address) -> bool:
        return any(address in network for network in self._trusted)

    def _count(self, rate: RateLimitItem, what: str, who: str) -> None:
        if not self._limiter.hit(rate, what, who):
            reset = self._limiter.get_window_stats(rate, what, who).reset_time
            seconds = max(1, math.ceil(reset - time.time()))  # not a moment too early
            raise HttpRefusal("rate-limited", headers={"Retry-After": str(seconds)})


def read_address(text: str) -> IPv4Address | IPv6Address | None:
    """Return the address that a text is, or None; one of IPv4 that comes mapped into IPv6 as what it is."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return address.ipv4_mapped or address if isinstance(address, IPv6Address) else address
