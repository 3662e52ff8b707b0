"""Which addresses webhooks may reach: public ones over https, and what the operator allows besides (security.md, 12).

A list of our own: `ipaddress.is_global` is true for NAT64 of the metadata address, for multicast and for 6to4 of
loopback. Sources: IANA's special-purpose registries for IPv4 and IPv6; the clouds' metadata addresses.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_DENIED_IPV4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this host
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # carriers' own, a cloud's metadata among it
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # a cloud's metadata on a public address
        "169.254.0.0/16",  # link-local, the metadata of most clouds among it
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments, a cloud's metadata among it
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)
# All that is in use of IPv6 lies here: loopback, mapped and translated IPv4, private, link-local, multicast do not.
_PUBLIC_IPV6 = IPv6Network("2000::/3")
_DENIED_IPV6 = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # protocol assignments, Teredo's embedded IPv4 among them
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: an IPv4 address inside
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
    )
)
# A name, without scheme, port or path; its last label is no number, or it would be an address that is written wrongly.
_HOST = re.compile(r"(?:[\w-]+\.)*[\w-]*[^\W\d][\w-]*")
# Names that lead to this machine or network, whatever a resolver says of them.
_LOCAL_NAMES = (".localhost", ".local", ".internal", ".home.arpa", ".lan")


def is_public(address: Address) -> bool:
    """Tell whether an address is one of the public internet's, and not inside anybody's own network."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _DENIED_IPV4)
    return address in _PUBLIC_IPV6 and not any(address in network for network in _DENIED_IPV6)


@dataclass(frozen=True, slots=True)
class Reach:
    """What may be reached besides public https: the hosts and networks of APP_WEBHOOK_ALLOW."""

    hosts: frozenset[str] = field(default_factory=frozenset)
    networks: tuple[Network, ...] = ()

    @classmethod
    def of(cls, allowed: Iterable[str]) -> "Reach":
        """Return the reach of a list of host names, addresses and networks. Raises ValueError for what is none."""
        hosts, networks = set(), []
        for each in allowed:
            try:
                networks.append(ip_network(_plain(each), strict=False))
            except ValueError:
                if not _HOST.fullmatch(_plain(each)):
                    raise
                hosts.add(_plain(each))
        return cls(frozenset(hosts), tuple(networks))

    def permits(self, host: str, addresses: Iterable[str], *, plain: bool) -> bool:
        """Tell whether a host that leads to these addresses may be connected to; `plain` without TLS.

        Every address must be permitted: a name that leads to one public and one internal address is refused whole.
        """
        if _plain(host) in self.hosts:
            return True
        found = [ip_address(address) for address in addresses]
        return bool(found) and all(self._allows(address) or (is_public(address) and not plain) for address in found)

    def permits_name(self, host: str, *, plain: bool) -> bool:
        """Tell whether a host may be named at all, before anybody has looked its addresses up."""
        name = _plain(host)
        if name in self.hosts:
            return True
        try:
            return self.permits(name, [name], plain=plain)
        except ValueError:
            pass  # a name, and no address
        local = name == "localhost" or name.endswith(_LOCAL_NAMES) or "." not in name
        return bool(self.networks) if plain or local else True

    def _allows(self, address: Address) -> bool:
        return any(address in network for network in self.networks)


def _plain(host: str) -> str:
    """Return a host in the one form in which hosts are compared."""
    return host.strip().strip("[]").rstrip(".").lower()
